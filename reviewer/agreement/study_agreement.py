"""Agreement in a study: from stored labels to coefficients, by question, configuration, evaluation and kind of rater.

The coefficients are of people where two of them rated, else of all raters; graders stand beside them in pairs.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import assert_never

from reviewer.definitions.question import Question
from reviewer.definitions.rubric import Rubric
from reviewer.definitions.scale import FIRST, SECOND, AnswerForm, Distance
from reviewer.model import RaterKind
from reviewer.statistics import agreement
from reviewer.statistics.agreement import (
    Agreement,
    ConfusedValues,
    ConsensusComparison,
    PairComparisons,
    PairedAgreement,
    RatingTable,
    RowDraw,
    Strengths,
)
from reviewer.store import rating_details, ratings
from reviewer.store.engine import Engine
from reviewer.store.ratings import RatingRow, Scope

SEED = 1
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class QuestionAgreement:
    """One question: who rated, how far they agree, and which values were taken for which. None without labels."""

    question: Question
    raters: tuple[str, ...]
    agreement: Agreement | None = None
    confused: tuple[ConfusedValues, ...] = ()


@dataclass(frozen=True, slots=True)
class AgreementByKind:
    """One question: agreement within people, and of people with each grader. None where there is no such pair."""

    question: Question
    human_human: PairedAgreement | None
    human_grader: dict[str, PairedAgreement]


def questions_of(rubric: Rubric, question: str | None) -> list[Question]:
    """Return the questions of a rubric on which agreement is measured: all but free text, or the one named.

    Raises:
        NotFound: no such question.
    """
    if question is not None:
        return [rubric.question(question)]
    return [one for one in rubric.questions if one.scale.traits.distance is not None]


def measured(engine: Engine, scope: Scope, question: Question, *, two_way: bool = False) -> QuestionAgreement:
    """Return how far the raters of a question agree, within `scope`."""
    who = _counted(ratings.raters(engine, scope))
    if not who or question.scale.traits.distance is None:
        return QuestionAgreement(question, who)
    table = table_of(engine, scope, question, who)
    found = agreement.measure(table, scale=question.scale, seed=SEED, resamples=RESAMPLES, two_way=two_way)
    return QuestionAgreement(question, who, found, tuple(agreement.confused(table)))


def kinds(engine: Engine, scope: Scope, question: Question) -> AgreementByKind:
    """Return agreement of people with people beside people with graders."""
    who = ratings.raters(engine, scope)
    names = [name for name, _ in who]
    people = [place for place, (_, kind) in enumerate(who) if kind == RaterKind.HUMAN]
    graders = [place for place in range(len(who)) if place not in people]
    if not people or question.scale.traits.distance in (None, Distance.SET):
        return AgreementByKind(question, None, {})
    table = table_of(engine, scope, question, names)
    among = list(combinations(people, 2))
    return AgreementByKind(
        question,
        agreement.measure_pairs(table, among, seed=SEED) if among else None,
        {
            names[grader]: agreement.measure_pairs(table, list(product(people, [grader])), seed=SEED)
            for grader in graders
        },
    )


def consensus(engine: Engine, scope: Scope, question: Question) -> ConsensusComparison | None:
    """Return majority and model beside each other; None for several choices and free numbers, and without labels."""
    who = counted(engine, scope)
    if not who or question.scale.traits.form is not AnswerForm.ONE:
        return None
    return agreement.beside(table_of(engine, scope, question, who))


def strengths(engine: Engine, scope: Scope, question: Question) -> Strengths | None:
    """Return how strong each configuration is by all preferences given; None where the question asks for none.

    It names configurations. A comparison without a winner, "both bad" too, is a tie.
    """
    if not question.scale.traits.compares_pair:
        return None
    met: dict[tuple[str, str], Counter[str]] = {}
    for first, second, value, labels in rating_details.meetings(engine, scope, counted(engine, scope)):
        met.setdefault((first, second), Counter())[value] += labels
    return agreement.bradley_terry(
        PairComparisons(*names, found[FIRST], found[SECOND], found.total() - found[FIRST] - found[SECOND])
        for names, found in met.items()
    )


@dataclass(frozen=True, slots=True)
class ConfusedUnits:
    """The units behind a confusion that may be looked at, and how many still wait for labels and may not."""

    subjects: tuple[tuple[str, str, str], ...]
    waiting: int


def confused_units(engine: Engine, scope: Scope, question: Question, values: tuple[str, str]) -> ConfusedUnits:
    """Return the units on which two of the counted raters gave `values`, as `QuestionAgreement.confused` names them.

    In an open study, what was said of a unit that still waits for labels is shown to nobody.
    """
    stored: dict[str, list[str]] = {}
    for value in ratings.values(engine, scope):
        stored.setdefault(_spoken(question, value), []).append(value)
    one, other = (stored.get(value, []) for value in values)
    if not one or not other:
        return ConfusedUnits((), 0)
    found = rating_details.given_both(engine, scope, counted(engine, scope), one, other)
    ready = [subject for subject, people in found if not scope.study.open or people >= scope.study.design.overlap]
    return ConfusedUnits(tuple(ready), len(found) - len(ready))


def _spoken(question: Question, value: str) -> str:
    """Return a stored value as the table of ratings names it."""
    match question.scale.traits.form:
        case AnswerForm.SEVERAL:
            chosen = question.selected(value)
            return "|".join(option for option in question.values if option in chosen)
        case AnswerForm.NUMBER:
            return f"{float(value):.15g}"
        case AnswerForm.ONE | AnswerForm.TEXT:
            return value
        case form:
            assert_never(form)


def counted(engine: Engine, scope: Scope) -> tuple[str, ...]:
    """Return the raters whose agreement is measured: people where two of them rated, else all."""
    return _counted(ratings.raters(engine, scope))


def _counted(who: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    people = [name for name, kind in who if kind == RaterKind.HUMAN]
    return tuple(people if len(people) >= 2 else [name for name, _ in who])


def table_of(engine: Engine, scope: Scope, question: Question, who: Sequence[str]) -> RatingTable:
    """Return the ratings by `who` as the table that coefficients are functions of."""
    by_prompt = ratings.prompts_repeat(engine, scope)
    one_option = question.scale.traits.form is AnswerForm.ONE
    given = list(question.values) if one_option else ratings.values(engine, scope)
    found = list(ratings.rows(engine, scope, who, given, by_prompt=by_prompt))
    counted = [(row.codes, row.units) for row in found]
    clusters = [row.prompt for row in found] if by_prompt else None
    match question.scale.traits.form:
        case AnswerForm.ONE:
            return _options(question, counted, who, clusters)
        case AnswerForm.SEVERAL:
            return _sets(question, given, counted, who, clusters)
        case AnswerForm.NUMBER:
            return _numbers(given, found, who, by_prompt=by_prompt)
        case AnswerForm.TEXT:
            raise ValueError(f"answers to {question.id} are text, which agreement does not compare")
        case form:
            assert_never(form)


def _options(
    question: Question,
    counted: Sequence[tuple[tuple[int, ...], int]],
    who: Sequence[str],
    clusters: Sequence[int] | None,
) -> RatingTable:
    positions = question.positions()
    return agreement.read_rows(
        counted,
        raters=who,
        values=question.values,
        numbers=[positions.get(value) for value in question.values] if question.scale.traits.ordered else None,
        abstain=[place for place, value in enumerate(question.values) if question.abstains(value)],
        clusters=clusters,
    )


def _sets(
    question: Question,
    given: Sequence[str],
    counted: Sequence[tuple[tuple[int, ...], int]],
    who: Sequence[str],
    clusters: Sequence[int] | None,
) -> RatingTable:
    options = [option.value for option in question.options]
    sets = [[options.index(value) for value in json.loads(chosen)] for chosen in given]
    return agreement.read_sets(counted, raters=who, options=options, sets=sets, clusters=clusters)


def _numbers(given: Sequence[str], found: Sequence[RatingRow], who: Sequence[str], *, by_prompt: bool) -> RatingTable:
    places = [*map(float, given), float("nan")]  # the last is what code -1 stands for
    ratings_of = [[places[code] for code in row.codes] for row in found for _ in range(row.units)]
    clusters = [row.prompt for row in found for _ in range(row.units)] if by_prompt else None
    design = None if clusters is None else agreement.row_design([RowDraw(prompt) for prompt in clusters])
    return agreement.read_numbers(ratings_of, raters=who, design=design)
