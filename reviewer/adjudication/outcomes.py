"""What the labels of a study decide, unit by unit, and the progress of the study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from reviewer.definitions.question import Per, Question
from reviewer.definitions.rubric import Rubric
from reviewer.store import adjudications, labels, studies
from reviewer.store.engine import Engine
from reviewer.store.labels import UnitLabel
from reviewer.store.studies import RaterProgress, Study, StudyExtent
from reviewer.studies.item_sheet import compares
from reviewer.study_design.decision_policy import (
    Decision,
    DecisionMethod,
    DisputeReason,
    Outcome,
    counting,
    decide,
    read_policy,
)

Subject = tuple[str, str, str]


class UnitOutcome(NamedTuple):
    """What was decided of one unit: a response, a pair of responses, or an item, under one question."""

    response: str
    other_response: str
    item: str
    question: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class QuestionCount:
    """The progress of one question: labels of people and graders that stand, disputes, decided units."""

    question: str
    labels: int
    disputes: int
    gold: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The progress of a study. `units` counts what can be labelled: subjects times questions.

    `full` says that no item of it waits for any rater.
    """

    study: Study
    extent: StudyExtent
    units: int
    labels: int
    progress: list[RaterProgress]
    questions: list[QuestionCount]
    full: bool


def overview(engine: Engine, study: Study) -> Overview:
    """Return the progress of the study: its extent, its raters, and what its labels decide."""
    extent = studies.extent(engine, study.number)
    disputes: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    for unit in outcomes(engine, study):
        disputes[unit.question] += is_dispute(unit.outcome, study)
        gold[unit.question] += unit.outcome.how is not DecisionMethod.UNDECIDED and unit.outcome.value is not None
    counts = labels.counts(engine, study.name)
    progress = studies.progress(engine, study.name)
    return Overview(
        study,
        extent,
        units=sum(_units(study.rubric, question, extent) for question in study.rubric.questions),
        labels=sum(rater.labels for rater in progress),
        progress=progress,
        questions=[
            QuestionCount(question.id, counts.get(question.id, 0), disputes[question.id], gold[question.id])
            for question in study.rubric.questions
        ],
        full=studies.is_full(engine, study),
    )


def is_dispute(outcome: Outcome, study: Study) -> bool:
    """Tell a dispute from a unit that still waits for raters, and from free text, which no count decides.

    A decision that a newer label contradicts stands, and is a dispute all the same.
    """
    waits = study.open and outcome.reason is DisputeReason.TOO_FEW
    return outcome.reason is not None and not waits


def _units(rubric: Rubric, question: Question, extent: StudyExtent) -> int:
    if question.per is Per.RESPONSE:
        return extent.responses
    return extent.pairs if compares(rubric, question) else extent.items


def outcomes(engine: Engine, study: Study) -> Iterator[UnitOutcome]:
    """Yield what the labels and decisions of the study decide, for every unit that has any.

    A follow-up is decided only where its parent was decided to meet the condition, among the raters who were asked it.
    """
    decider = Decider(engine, study)
    standing = labels.standing_in_study(engine, study.name)
    for subject, units in groupby(standing, key=lambda unit: (unit.response, unit.other_response, unit.item)):
        yield from decider.decide(subject, list(units))
    yield from decider.rest()


class Decider:
    """Decides subject by subject; each is asked about once."""

    def __init__(self, engine: Engine, study: Study) -> None:
        """Read the decisions and flags of the study."""
        self._study = study
        self._rubric = study.rubric
        self._policy = read_policy(study.design.policy)
        self._asked = [_QuestionTraits(question) for question in study.rubric.questions]
        self._flagged = labels.flagged(engine, study.name)
        # By subject, question and adjudicator: of several by one adjudicator the last stands.
        self._decisions: dict[Subject, dict[str, dict[str, Decision]]] = {}
        for one in adjudications.standing(engine, study.name):
            subject = (one.response, one.other_response, one.item)
            by_adjudicator = self._decisions.setdefault(subject, {}).setdefault(one.question, {})
            by_adjudicator.pop(one.adjudicator, None)
            imported = one.adjudicator.startswith(adjudications.IMPORTED)
            by_adjudicator[one.adjudicator] = Decision(one.value, one.ruling, imported, one.decided_at)

    def decide(self, subject: Subject, units: list[UnitLabel]) -> list[UnitOutcome]:
        """Return what the labels of one subject decide, question by question."""
        decisions = self._decisions.pop(subject, {})
        flagged = not self._flagged.isdisjoint(subject)
        found = []
        settled: dict[str, str | None] = {}
        for asked in self._asked:
            question = asked.question
            decided = list(decisions[question.id].values()) if question.id in decisions else []
            mine = [unit for unit in units if unit.question == question.id]
            if len(mine) > 1:
                # One label a rater: of one that was imported under a name and one that was rated, the later.
                mine = list({unit.rater: unit for unit in mine}.values())
            wanted = self._study.design.overlap
            if question.when is not None:
                parent, values = self._rubric.question(question.when.question), question.when.values
                if not _meets(parent, settled.get(parent.id), values):
                    continue
                wanted = sum(_meets(parent, value, values) for value in _by_rater(units, parent).values())
            if not mine and not decided:
                continue
            if question.scale.traits.distance is None and not decided:
                found.append(UnitOutcome(*subject, question.id, Outcome(None, DecisionMethod.UNDECIDED)))
                continue
            outcome = decide(
                [unit.value for unit in mine if unit.human],
                self._policy,
                wanted=wanted,
                abstentions=asked.abstentions(mine) if asked.may_abstain else frozenset(),
                flagged=flagged,
                decisions=decided,
                newer=_newer(mine, decided) if decided else frozenset(),
                order=asked.order,
            )
            settled[question.id] = outcome.value
            found.append(UnitOutcome(*subject, question.id, outcome))
        return found

    def rest(self) -> Iterator[UnitOutcome]:
        """Yield what was decided of subjects that nobody labelled."""
        for subject in list(self._decisions):
            yield from self.decide(subject, [])


class _QuestionTraits:
    """What is the same of a question for every subject."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.may_abstain = any(option.abstain for option in question.options)
        self.order = tuple(question.positions()) if question.scale.traits.ordered else ()

    def abstentions(self, units: list[UnitLabel]) -> frozenset[str]:
        """Return which of the values given say "cannot tell"."""
        return frozenset(unit.value for unit in units if self.question.abstains(unit.value))


def _by_rater(units: list[UnitLabel], question: Question) -> dict[str, str]:
    return {unit.rater: unit.value for unit in units if unit.human and unit.question == question.id}


def _newer(mine: list[UnitLabel], decisions: list[Decision]) -> frozenset[str]:
    """Return the values that people gave after the last decision that counts."""
    last = max((decision.at for decision in counting(decisions)), default="")
    return frozenset(unit.value for unit in mine if unit.human and unit.saved_at > last)


def _meets(parent: Question, value: str | None, values: tuple[str, ...]) -> bool:
    return value is not None and any(selected in values for selected in parent.selected(value))
