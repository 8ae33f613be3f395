"""Agreement in a study: from stored labels to coefficients, by question, configuration, evaluation and kind of rater.

The coefficients are of people where two of them rated, else of all raters; graders stand beside them in pairs.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from itertools import combinations, product
from typing import assert_never

from reviewer.agreement.repeats import sittings
from reviewer.definitions.question import Question
from reviewer.definitions.rubric import Rubric
from reviewer.definitions.scale import FIRST, SECOND, AnswerForm
from reviewer.model import RaterKind, repeat_of
from reviewer.statistics import agreement
from reviewer.statistics.agreement import (
    Agreement,
    ConfusedValues,
    ConsensusComparison,
    PairComparisons,
    PairedAgreement,
    RatingTable,
    RowDraw,
    SelfAgreement,
    Strengths,
)
from reviewer.store import rating_details, ratings
from reviewer.store.engine import Engine
from reviewer.store.rating_strata import strata
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
    """Return agreement of people with people beside people with graders, all by the same distance."""
    who = ratings.raters(engine, scope)
    names = [name for name, _ in who]
    human = [place for place, (_, kind) in enumerate(who) if kind == RaterKind.HUMAN]
    graders = [place for place in range(len(who)) if place not in human]
    people = [place for place in human if repeat_of(names[place], names) is None]
    if not people or question.scale.traits.distance is None:
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


def intra_rater(engine: Engine, scope: Scope, question: Question) -> list[SelfAgreement]:
    """Return how far each rater who labelled units again, person or grader, agrees with the own first labels."""
    if question.scale.traits.distance is None:
        return []
    return [
        agreement.self_agreement(table_of(engine, scope, question, names), scale=question.scale, seed=SEED)
        for names in sittings([name for name, _ in ratings.raters(engine, scope)])
    ]


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
    met: dict[tuple[str, str, int, float], Counter[str]] = {}
    chances = strata(engine, scope.study, scope.question)
    for one in rating_details.meetings(engine, scope, counted(engine, scope), chances):
        met.setdefault((one.first, one.second, one.prompt, one.stratum.weight), Counter())[one.value] += one.labels
    return agreement.bradley_terry(
        PairComparisons(
            first, second, found[FIRST], found[SECOND], found.total() - found[FIRST] - found[SECOND], prompt, weight
        )
        for (first, second, prompt, weight), found in met.items()
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
    """Return the raters whose agreement is measured: people where two of them rated, else all; nobody twice."""
    return _counted(ratings.raters(engine, scope))


def _counted(who: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    names = [name for name, _ in who]
    once = [(name, kind) for name, kind in who if repeat_of(name, names) is None]
    people = [name for name, kind in once if kind == RaterKind.HUMAN]
    return tuple(people if len(people) >= 2 else [name for name, _ in once])


def table_of(engine: Engine, scope: Scope, question: Question, who: Sequence[str]) -> RatingTable:
    """Return the ratings by `who` as the table that coefficients are functions of."""
    by_prompt = ratings.prompts_repeat(engine, scope)
    chances = strata(engine, scope.study, scope.question)
    one_option = question.scale.traits.form is AnswerForm.ONE
    given = list(question.values) if one_option else ratings.values(engine, scope)
    found = list(ratings.rows(engine, scope, who, given, by_prompt=by_prompt, strata=chances))
    draws = None
    if by_prompt or chances is not None:
        draws = [RowDraw(row.prompt if by_prompt else None, *astuple(row.stratum)) for row in found]
    match question.scale.traits.form:
        case AnswerForm.ONE:
            return _options(question, found, who, draws)
        case AnswerForm.SEVERAL:
            return _sets(question, given, found, who, draws)
        case AnswerForm.NUMBER:
            return _numbers(given, found, who, draws)
        case AnswerForm.TEXT:
            raise ValueError(f"answers to {question.id} are text, which agreement does not compare")
        case form:
            assert_never(form)


def _options(
    question: Question, found: Sequence[RatingRow], who: Sequence[str], draws: Sequence[RowDraw] | None
) -> RatingTable:
    positions = question.positions()
    return agreement.read_rows(
        [(row.codes, row.units) for row in found],
        raters=who,
        values=question.values,
        numbers=[positions.get(value) for value in question.values] if question.scale.traits.ordered else None,
        abstain=[place for place, value in enumerate(question.values) if question.abstains(value)],
        design=None if draws is None else agreement.row_design(draws),
    )


def _sets(
    question: Question,
    given: Sequence[str],
    found: Sequence[RatingRow],
    who: Sequence[str],
    draws: Sequence[RowDraw] | None,
) -> RatingTable:
    options = [option.value for option in question.options]
    return agreement.read_sets(
        [(row.codes, row.units) for row in found],
        raters=who,
        options=options,
        sets=[[options.index(value) for value in json.loads(chosen)] for chosen in given],
        design=None if draws is None else agreement.row_design(draws),
    )


def _numbers(
    given: Sequence[str], found: Sequence[RatingRow], who: Sequence[str], draws: Sequence[RowDraw] | None
) -> RatingTable:
    places = [*map(float, given), float("nan")]  # the last is what code -1 stands for
    ratings_of = [[places[code] for code in row.codes] for row in found for _ in range(row.units)]
    design = None
    if draws is not None:
        design = agreement.row_design([one for one, row in zip(draws, found, strict=True) for _ in range(row.units)])
    return agreement.read_numbers(ratings_of, raters=who, design=design)
