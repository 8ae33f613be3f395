"""One adjudicator at work on one study: disputes in order of weight, decide, defer, undo. No terminal, no SQL.

Everything here is blind: what it hands out names no rater and no configuration.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from reviewer.blinding import pane_order, rank
from reviewer.disputes import How, Reason, Ruling
from reviewer.errors import Refused
from reviewer.model import Rater, Subject, utc
from reviewer.outcomes import UnitOutcome, is_dispute, outcomes
from reviewer.question import Per, Question
from reviewer.rubric import Mean, Rubric
from reviewer.sheet import Ask, Item, compares, panes_of, translated
from reviewer.store import disputed, items, labels, raters, rubrics, studies
from reviewer.store.engine import Engine
from reviewer.store.handout import Handed
from reviewer.store.labels import NewDecision
from reviewer.text import storable

# Why the raters disagreed. The first stands where the adjudicator says nothing.
CODES = ("unstated", "rubric unclear", "text missed", "fact unknown", "true ambiguity", "slip", "other")

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
class Answered:
    """What one person said, by question as it reads on screen."""

    values: dict[str, str]
    note: str
    confidence: int | None


@dataclass(frozen=True, slots=True)
class Case:
    """A dispute as the adjudicator sees it: the item, the question, and the raters' columns in a shuffled order.

    `decisions` are those that adjudicators made before, where it is their difference or age that is in dispute.
    """

    dispute: Dispute
    item: Item
    ask: Ask
    columns: tuple[Answered, ...]
    decisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the study is. `merged` counts the units that were decided by themselves, by how."""

    left: int
    decided: int
    merged: dict[str, int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the adjudicator decides, `value` as it reads on screen; None with every ruling but `decided`."""

    value: str | None
    ruling: Ruling = Ruling.DECIDED
    code: str = CODES[0]
    note: str = ""
    clause: str = ""


class Adjudication:
    """The disputes of one study before one adjudicator, over an engine that the caller keeps on one thread.

    With `second`, what other people decided is offered too, their decisions covered.
    """

    def __init__(
        self, engine: Engine, name: str, adjudicator: str, clock: Callable[[], datetime], *, second: bool = False
    ) -> None:
        """Open the study called `name`.

        Raises:
            NotFound: no such study.
        """
        self._engine = engine
        self._row = studies.load(engine, name)
        self._clock = clock
        self._second = second
        self._deferred: list[Unit] = []
        self.name = name
        self.adjudicator = adjudicator
        self.rubric: Rubric = rubrics.load(engine, self._row.rubric)
        self._follows = {question.when.question for question in self.rubric.questions if question.when is not None}
        self._queue: list[Dispute] = []
        self.standing = Standing(0, 0, {})
        self.look()

    @property
    def queue(self) -> list[Dispute]:
        """The disputes in the order in which they are offered."""
        return list(self._queue)

    def look(self) -> None:
        """Work out anew what is in dispute, the weightiest first and what was deferred last.

        A dispute weighs the share of labels against the leading value, (labels - leading + 1) / (labels + 1), times the
        most that the unit can move the rate of its configuration, 1 / its responses, halved where no rate hangs on
        which of the values given is right, times 1 + the severity of its prompt.
        """
        self._row = studies.load(self._engine, self.name)
        weights = disputed.weights(self._engine, self._row.number)
        severities = disputed.severities(self._engine, self._row.number)
        mine = {
            (one.response, one.other_response, one.item, one.question)
            for one in labels.decisions(self._engine, self.name)
            if one.adjudicator == self.adjudicator
        }
        found = []
        merged: Counter[str] = Counter()
        decided = 0
        for unit in outcomes(self._engine, self._row, self.rubric):
            outcome = unit.outcome
            decided += outcome.how is How.ADJUDICATED
            if outcome.how in (How.UNANIMOUS, How.MAJORITY, How.MEDIAN):
                merged[outcome.how.value] += 1
            reason = str(outcome.reason) if is_dispute(outcome, self._row) else ""
            if not reason and self._second and outcome.decision is not None and not outcome.decision.imported:
                reason = "" if _unit(unit) in mine else "second opinion"
            if reason:
                found.append(self._dispute(unit, reason, weights, severities))
        found.sort(key=lambda one: (-one.weight, rank(self._row.design.seed, "dispute", *one.unit)))
        late = {unit: place for place, unit in enumerate(self._deferred, start=1)}
        self._queue = sorted(found, key=lambda one: late.get(one.unit, 0))
        self.standing = Standing(len(self._queue), decided, dict(merged))

    def next_case(self) -> Case | None:
        """Return the dispute at the head of the queue as the adjudicator sees it; None where none is left."""
        return self._case(self._queue[0]) if self._queue else None

    def decide(self, case: Case, verdict: Verdict) -> None:
        """Store a decision; it is on disk when this returns. The adjudicator's own earlier one is superseded.

        Raises:
            Refused: the value is no answer to the question.
        """
        value = verdict.value
        if verdict.ruling is Ruling.DECIDED:
            if value is None:
                raise Refused("choose a value first")
            value = translated(case.item, case.ask, value)
            try:
                value = case.ask.question.accept(storable(value).text)
            except ValueError as error:
                raise Refused(str(error)) from error
        self._add(
            case.dispute.unit,
            replace(verdict, value=value),
            before=next((one.id for one in self._decisions(case.dispute) if one.adjudicator == self.adjudicator), None),
        )
        # Where it is in dispute all the same, because adjudicators differ, it comes last.
        self._deferred = [*(unit for unit in self._deferred if unit != case.dispute.unit), case.dispute.unit]
        self._settle(case.dispute)

    def defer(self, case: Case) -> None:
        """Leave a dispute; it comes back when all others were offered."""
        self._deferred = [*(unit for unit in self._deferred if unit != case.dispute.unit), case.dispute.unit]
        self._queue = [one for one in self._queue if one.unit != case.dispute.unit] + [case.dispute]

    def undo(self) -> Case | None:
        """Take back the adjudicator's last decision that stands and return its dispute; None where there is none.

        A row that retracts it is added; nothing is deleted.
        """
        last = disputed.last_decision(self._engine, self.name, self.adjudicator)
        if last is None:
            return None
        unit = (last.response, last.other_response, last.item, last.question)
        self._add(unit, Verdict(None, Ruling.RETRACTED, "taken back"), before=last.id)
        self._deferred = [one for one in self._deferred if one != unit]
        self.look()
        head = next((one for one in self._queue if one.unit == unit), None)
        if head is not None:
            self._queue = [head, *(one for one in self._queue if one.unit != unit)]
        return self.next_case()

    def _add(self, unit: Unit, verdict: Verdict, before: str | None) -> None:
        response, other, item, question = unit
        now = utc(self._clock())
        decision = NewDecision(
            study=self.name,
            response=response or None,
            question=question,
            rubric=self._row.rubric,
            value=verdict.value,
            reason=verdict.code,
            decided_at=now,
            supersedes=before,
            other_response=other or None,
            item=item or None,
            note=storable(verdict.note).text or None,
            state=verdict.ruling,
            clause=storable(verdict.clause).text or None,
        )
        with self._engine.writing():
            raters.ensure(self._engine, Rater(self.adjudicator), now)
            labels.add_decisions(self._engine, self.adjudicator, [decision])

    def _settle(self, dispute: Dispute) -> None:
        """Take a decided dispute off the queue; what hangs on it is put next."""
        if dispute.question not in self._follows and dispute.reason not in (
            Reason.ADJUDICATORS.value,
            "second opinion",
        ):
            left = [one for one in self._queue if one.unit != dispute.unit]
            decided = self.standing.decided + (dispute.reason != Reason.CONTRADICTED.value)
            self._queue, self.standing = left, replace(self.standing, left=len(left), decided=decided)
            return
        self.look()
        about = dispute.unit[:3]
        self._queue.sort(key=lambda one: one.unit[:3] != about or one.question == dispute.question)

    def _dispute(
        self, unit: UnitOutcome, reason: str, weights: dict[str, tuple[int, int]], severities: dict[str, int]
    ) -> Dispute:
        given = unit.outcome.distribution
        total = sum(given.values())
        share = (total - max(given.values(), default=0) + 1) / (total + 1)
        responses = [weights.get(response, (1, 0)) for response in (unit.response, unit.other_response) if response]
        count = min((count for count, _ in responses), default=max(len(severities), 1))
        severity = max((severity for _, severity in responses), default=severities.get(unit.item, 0))
        effect = (1.0 if self._moves(self.rubric.question(unit.question), given) else 0.5) / count
        return Dispute(*_unit(unit), reason, given, share * effect * (1 + severity))

    def _moves(self, question: Question, values: Iterable[str]) -> bool:
        """Tell whether a rate hangs on which of `values` is right."""
        for one in self.rubric.rates:
            if isinstance(one, Mean):
                if question.id in one.questions or (one.zero is not None and one.zero.question == question.id):
                    return True
            elif question.id == one.question:
                sides = {
                    (bool(chosen & set(one.of)), bool(chosen & set(one.among)))
                    for chosen in (set(question.selected(value)) for value in values)
                }
                if len(sides) > 1:
                    return True
        return False

    def _decisions(self, dispute: Dispute) -> list[labels.StandingDecision]:
        return [
            one
            for one in labels.decisions(self._engine, self.name)
            if (one.response, one.other_response, one.item, one.question) == dispute.unit
        ]

    def _case(self, dispute: Dispute) -> Case:
        item = self._item(dispute)
        question = self.rubric.question(dispute.question)
        ask = _ask(item, dispute, question)
        said: dict[str, dict[str, disputed.Said]] = {}
        for one in disputed.said(self._engine, self.name, dispute.response, dispute.other_response, dispute.item):
            said.setdefault(one.rater, {})[one.question] = one
        order = sorted(
            said, key=lambda rater: rank(self._row.design.seed, "column", self.adjudicator, *dispute.unit, rater)
        )
        alike = [
            one
            for one in self.rubric.questions
            if one.per is question.per and compares(self.rubric, one) == compares(self.rubric, question)
        ]
        columns = []
        for rater in order:
            mine = [said[rater][one.id] for one in alike if one.id in said[rater]]
            columns.append(
                Answered(
                    {
                        one.question: translated(
                            item, replace(ask, question=self.rubric.question(one.question)), one.value
                        )
                        for one in mine
                    },
                    "; ".join(dict.fromkeys(one.note for one in mine if one.note)),
                    next((one.confidence for one in mine if one.confidence is not None), None),
                )
            )
        shown = dispute.reason in (Reason.ADJUDICATORS.value, Reason.CONTRADICTED.value)
        before = [
            (one.ruling.value.replace("_", " ") if one.value is None else _label(ask, item, one.value))
            + f" ({one.reason}{', ' + one.note if one.note else ''})"
            for one in (self._decisions(dispute) if shown else [])
        ]
        return Case(dispute, item, ask, tuple(columns), tuple(sorted(before)))

    def _item(self, dispute: Dispute) -> Item:
        found = disputed.item_of(self._engine, self._row.number, dispute.response, dispute.item)
        if found is None:
            number, identity, content = 0, dispute.response, disputed.alone(self._engine, dispute.response)
        else:
            number, identity = found
            content = items.content(self._engine, number)
        order = pane_order(self._row.design.seed, self.adjudicator, identity, [one.id for one in content.responses])
        return Item(
            handed=Handed(number, identity, 0, ""),
            messages=content.messages,
            panes=panes_of(content, order),
            reference=content.reference,
            secret=content.secret if self._row.design.aids != "off" else None,
            aids=self._row.design.aids,
            severity=content.severity,
            number=self.standing.decided + 1,
            total=self.standing.decided + len(self._queue),
        )


def _unit(unit: UnitOutcome) -> Unit:
    return unit.response, unit.other_response, unit.item, unit.question


def _ask(item: Item, dispute: Dispute, question: Question) -> Ask:
    """Return the disputed question as it is put on the item."""
    wanted = {dispute.response, dispute.other_response} - {""}
    panes = tuple(place for place, pane in enumerate(item.panes) if pane.response in wanted)
    return Ask(
        question,
        Subject(dispute.response, dispute.other_response),
        () if question.per is Per.ITEM and not wanted else panes,
    )


def _label(ask: Ask, item: Item, stored: str) -> str:
    """Return a stored value in the words of its options."""
    value = translated(item, ask, stored)
    selected = ask.question.selected(value)
    return "/".join(ask.question.option(one).label for one in selected) if selected else value
