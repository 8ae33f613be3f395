"""What a study says of another one that is to be made: how often a value is given, and how far raters agree on it."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.agreement.study_agreement import SEED, counted, table_of
from reviewer.definitions.question import Question
from reviewer.definitions.rubric import Rubric, Share
from reviewer.definitions.scale import AnswerForm
from reviewer.errors import NotFound, ReviewerError
from reviewer.statistics.agreement import RatingTable
from reviewer.statistics.agreement.bootstrap import FEWEST_RATERS
from reviewer.statistics.planning import PilotFigures, pilot_figures, rater_spread, value_or_not
from reviewer.store.engine import Engine
from reviewer.store.ratings import Scope
from reviewer.store.studies import Study


@dataclass(frozen=True, slots=True)
class PilotStudy:
    """What was taken from a study.

    Attributes:
        rubric: of the study.
        question: whose labels.
        rate: the rate of the rubric that the shares are of, None where they are of every value of the question.
        labels: what they say.
        rater_spread: how much α would move with other raters; None unless asked for.
    """

    rubric: str
    question: Question
    rate: str | None
    labels: PilotFigures
    rater_spread: float | None = None


def pilot_study(engine: Engine, study: Study, question: str | None, *, of_rate: bool, two_way: bool) -> PilotStudy:
    """Return what the labels of one question of a study say: the one named, else the first that can be planned for.

    With `of_rate` they are read as counting in the first rate of that question or not; with `two_way` it says how much
    α would move with other raters.

    Raises:
        NotFound: no such question, or it has no rate.
        ReviewerError: its answers are no single options, nobody gave any, or they do not say it.
    """
    asked = _question(study.rubric, question, of_rate=of_rate)
    scope = Scope(study, asked.id)
    who = counted(engine, scope)
    if not who:
        raise ReviewerError(f"study {study.name}: {asked.id} has no labels; expected a pilot study that was rated")
    table = table_of(engine, scope, asked, who)
    if not of_rate:
        spread = _spread(study, asked, table) if two_way else None
        return PilotStudy(study.rubric.id, asked, None, pilot_figures(table), spread)
    rate = _shares(study.rubric)[asked.id]
    return PilotStudy(study.rubric.id, asked, rate.id, pilot_figures(value_or_not(table, rate.of, rate.among)))


def _spread(study: Study, asked: Question, table: RatingTable) -> float:
    if len(table.raters) < FEWEST_RATERS:
        raise ReviewerError(
            f"study {study.name}: {len(table.raters)} raters labelled {asked.id}; expected {FEWEST_RATERS} at least to"
            " see how they differ"
        )
    found = rater_spread(table, SEED)
    if found is None:
        raise ReviewerError(
            f"study {study.name}: α of {asked.id} is not defined without each of its raters; expected raters who share"
            " units, or no --two-way"
        )
    return found


def _shares(rubric: Rubric) -> dict[str, Share]:
    """Return, by question, the first rate that is a share of its answers."""
    found: dict[str, Share] = {}
    for rate in rubric.rates:
        if isinstance(rate, Share):
            found.setdefault(rate.question, rate)
    return found


def _question(rubric: Rubric, named: str | None, *, of_rate: bool) -> Question:
    rated = _shares(rubric)
    if named is None:
        for one in rubric.questions:
            if one.scale.traits.form is AnswerForm.ONE and (not of_rate or one.id in rated):
                return one
        what = "rate that is a share of the answers to a question" if of_rate else "question answered by one option"
        raise NotFound(f"rubric {rubric.id}: has no {what}; expected one to plan for")
    question = rubric.question(named)
    if question.scale.traits.form is not AnswerForm.ONE:
        raise ReviewerError(
            f"rubric {rubric.id}: answers to {named} are {question.scale.traits.form.value}; expected a question"
            " answered by one option"
        )
    if of_rate and named not in rated:
        raise NotFound(f"rubric {rubric.id}: {named} has no rate of its answers; expected a question that has one")
    return question
