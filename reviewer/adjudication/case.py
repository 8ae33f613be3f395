"""One unit as whoever looks into it sees it: the item as raters saw it, and what they said, without names.

Nothing here names a rater or a configuration.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from reviewer.definitions.question import Per, Question
from reviewer.model import Subject
from reviewer.store import adjudications, disputes, items
from reviewer.store.adjudications import StandingDecision
from reviewer.store.assignment import AssignedItem
from reviewer.store.engine import Engine
from reviewer.store.studies import Study
from reviewer.studies.item_sheet import AskedQuestion, Item, compares, in_words, panes_of, translated
from reviewer.study_design.blinding import rank
from reviewer.study_design.decision_policy import DisputeReason

Unit = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Dispute:
    """A unit to be decided, why, and how much hangs on it."""

    response: str
    other_response: str
    item: str
    question: str
    reason: str
    distribution: dict[str, int]
    weight: float

    @property
    def unit(self) -> Unit:
        """What the dispute is about."""
        return self.response, self.other_response, self.item, self.question


@dataclass(frozen=True, slots=True)
class RaterAnswers:
    """What one person said, by question as it reads on screen."""

    values: dict[str, str]
    note: str
    confidence: int | None


@dataclass(frozen=True, slots=True)
class Case:
    """A dispute as it is seen: the item, the question, and the raters' columns in a shuffled order.

    `decisions` are those that adjudicators made before, where it is their difference or age that is in dispute.
    """

    dispute: Dispute
    item: Item
    ask: AskedQuestion
    columns: tuple[RaterAnswers, ...]
    decisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, which sets the order of panes and columns; the case is number `number` of `total` to them."""

    name: str
    number: int
    total: int


def decisions_on(engine: Engine, study: str, dispute: Dispute) -> list[StandingDecision]:
    """Return the standing decisions on the unit, in the order in which they were made."""
    return [
        one
        for one in adjudications.standing(engine, study)
        if (one.response, one.other_response, one.item, one.question) == dispute.unit
    ]


def case_of(engine: Engine, study: Study, dispute: Dispute, viewer: Viewer) -> Case:
    """Return a dispute as `viewer` sees it."""
    rubric = study.rubric
    item = _item(engine, study, dispute, viewer)
    question = rubric.question(dispute.question)
    ask = _ask(item, dispute, question)
    said: dict[str, dict[str, disputes.PersonAnswer]] = {}
    for one in disputes.answers_on(engine, study.name, dispute.response, dispute.other_response, dispute.item):
        said.setdefault(one.rater, {})[one.question] = one
    order = sorted(said, key=lambda rater: rank(study.design.seed, "column", viewer.name, *dispute.unit, rater))
    alike = [
        one
        for one in rubric.questions
        if one.per is question.per and compares(rubric, one) == compares(rubric, question)
    ]
    columns = []
    for rater in order:
        mine = [said[rater][one.id] for one in alike if one.id in said[rater]]
        columns.append(
            RaterAnswers(
                {
                    one.question: translated(item, replace(ask, question=rubric.question(one.question)), one.value)
                    for one in mine
                },
                "; ".join(dict.fromkeys(one.note for one in mine if one.note)),
                next((one.confidence for one in mine if one.confidence is not None), None),
            )
        )
    shown = dispute.reason in (DisputeReason.ADJUDICATORS.value, DisputeReason.CONTRADICTED.value)
    before = [
        _decision_words(one, in_words(question, translated(item, ask, one.value)) if one.value is not None else "")
        for one in (decisions_on(engine, study.name, dispute) if shown else [])
    ]
    return Case(dispute, item, ask, tuple(columns), tuple(sorted(before)))


def _decision_words(decision: StandingDecision, value: str) -> str:
    """Return a decision in words: its value, or its ruling where that is no value, and why it was made."""
    note = f", {decision.note}" if decision.note else ""
    return f"{value or decision.ruling.value.replace('_', ' ')} ({decision.reason}{note})"


def _item(engine: Engine, study: Study, dispute: Dispute, viewer: Viewer) -> Item:
    found = disputes.item_of(engine, study.number, dispute.response, dispute.item)
    if found is None:
        number, identity, content = 0, dispute.response, disputes.alone(engine, dispute.response)
    else:
        number, identity = found
        content = items.content(engine, number)
    return Item(
        handed=AssignedItem(number, identity, 0, ""),
        messages=content.messages,
        panes=panes_of(content, study.design.seed, viewer.name),
        reference=content.reference,
        secret=content.secret if study.design.aids != "off" else None,
        aids=study.design.aids,
        severity=content.severity,
        number=viewer.number,
        total=viewer.total,
    )


def _ask(item: Item, dispute: Dispute, question: Question) -> AskedQuestion:
    """Return the disputed question as it is asked of the item."""
    wanted = {dispute.response, dispute.other_response} - {""}
    panes = tuple(place for place, pane in enumerate(item.panes) if pane.response in wanted)
    return AskedQuestion(
        question,
        Subject(dispute.response, dispute.other_response),
        () if question.per is Per.ITEM and not wanted else panes,
    )
