"""Agreement in a study: from stored labels to coefficients, by question, configuration, evaluation and kind of rater.

The coefficients are of people where two of them rated, else of all raters; graders stand beside them in pairs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product

from reviewer import agreement
from reviewer.agreement import Agreement, Confused, Paired, Table
from reviewer.model import RaterKind
from reviewer.question import Question, Scale
from reviewer.store import ratings, rubrics, studies
from reviewer.store.engine import Engine
from reviewer.store.ratings import RatingRow, Scope

SEED = 1
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Measured:
    """One question: who rated, how far they agree, and which values were taken for which. None without labels."""

    question: Question
    raters: tuple[str, ...]
    agreement: Agreement | None = None
    confused: tuple[Confused, ...] = ()


@dataclass(frozen=True, slots=True)
class Kinds:
    """One question: agreement within people, and of people with each grader. None where there is no such pair."""

    question: Question
    human_human: Paired | None
    human_grader: dict[str, Paired]


def questions_of(engine: Engine, study: str, question: str | None) -> list[Question]:
    """Return the questions of a study on which agreement is measured: all but free text, or the one named.

    Raises:
        NotFound: no such study, or no such question in its rubric.
    """
    rubric = rubrics.load(engine, studies.load(engine, study).rubric)
    if question is not None:
        return [rubric.question(question)]
    return [one for one in rubric.questions if one.scale is not Scale.TEXT]


def measured(engine: Engine, scope: Scope, question: Question, *, two_way: bool = False) -> Measured:
    """Return how far the raters of a question agree, within `scope`."""
    who = _counted(ratings.raters(engine, scope))
    if not who or question.scale is Scale.TEXT:
        return Measured(question, who)
    table = _table(engine, scope, question, who)
    found = agreement.measure(table, scale=question.scale, seed=SEED, resamples=RESAMPLES, two_way=two_way)
    return Measured(question, who, found, tuple(agreement.confused(table)))


def kinds(engine: Engine, scope: Scope, question: Question) -> Kinds:
    """Return agreement of people with people beside people with graders."""
    who = ratings.raters(engine, scope)
    names = [name for name, _ in who]
    people = [place for place, (_, kind) in enumerate(who) if kind == RaterKind.HUMAN]
    graders = [place for place in range(len(who)) if place not in people]
    if not people or question.scale in (Scale.TEXT, Scale.MULTI):
        return Kinds(question, None, {})
    table = _table(engine, scope, question, names)
    among = list(combinations(people, 2))
    return Kinds(
        question,
        agreement.measure_pairs(table, among, seed=SEED) if among else None,
        {
            names[grader]: agreement.measure_pairs(table, list(product(people, [grader])), seed=SEED)
            for grader in graders
        },
    )


def _counted(who: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    people = [name for name, kind in who if kind == RaterKind.HUMAN]
    return tuple(people if len(people) >= 2 else [name for name, _ in who])


def _table(engine: Engine, scope: Scope, question: Question, who: Sequence[str]) -> Table:
    by_prompt = ratings.prompts_repeat(engine, scope)
    if not question.options or question.scale is Scale.MULTI:
        given = ratings.values(engine, scope)
    else:
        given = [option.value for option in question.options]
    found = list(ratings.rows(engine, scope, who, given, by_prompt=by_prompt))
    counted = [(row.codes, row.units) for row in found]
    clusters = [row.prompt for row in found] if by_prompt else None
    if question.scale is Scale.MULTI:
        return _sets(question, given, counted, who, clusters)
    if not question.options:
        return _numbers(given, found, who, by_prompt=by_prompt)
    ordered = question.scale in (Scale.ORDINAL, Scale.INTERVAL)
    positions = question.positions()
    return agreement.read_rows(
        counted,
        raters=who,
        values=given,
        numbers=[positions.get(value) for value in given] if ordered else None,
        abstain=[place for place, value in enumerate(given) if question.abstains(value)],
        clusters=clusters,
    )


def _sets(
    question: Question,
    given: Sequence[str],
    counted: Sequence[tuple[tuple[int, ...], int]],
    who: Sequence[str],
    clusters: Sequence[int] | None,
) -> Table:
    options = [option.value for option in question.options]
    sets = [[options.index(value) for value in json.loads(chosen)] for chosen in given]
    return agreement.read_sets(counted, raters=who, options=options, sets=sets, clusters=clusters)


def _numbers(given: Sequence[str], found: Sequence[RatingRow], who: Sequence[str], *, by_prompt: bool) -> Table:
    places = [*map(float, given), float("nan")]  # the last is what code -1 stands for
    ratings_of = [[places[code] for code in row.codes] for row in found for _ in range(row.units)]
    clusters = [row.prompt for row in found for _ in range(row.units)] if by_prompt else None
    return agreement.read_numbers(ratings_of, raters=who, clusters=clusters)
