"""One adjudicator at work on one study: disputes in order of weight, decide, defer, undo. No terminal, no SQL.

Everything here is blind: what it hands out names no rater and no configuration.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from reviewer.adjudication.case import Case, Dispute, Unit, Viewer, case_of, decisions_on
from reviewer.adjudication.outcomes import UnitOutcome, is_dispute, outcomes
from reviewer.definitions.question import Question
from reviewer.definitions.rubric import Mean, Rubric
from reviewer.errors import Refused
from reviewer.model import Actor, Rater, utc
from reviewer.store import adjudication_drafts, adjudications, disputes, raters, studies
from reviewer.store.adjudications import NewDecision
from reviewer.store.engine import Engine
from reviewer.store.studies import Study
from reviewer.studies.item_sheet import translated
from reviewer.study_design.blinding import rank
from reviewer.study_design.decision_policy import DecisionMethod, DisputeReason, Ruling
from reviewer.text.visible import storable

# Why the raters disagreed. The first stands where the adjudicator says nothing.
CODES = ("unstated", "rubric unclear", "text missed", "fact unknown", "true ambiguity", "slip", "other")


@dataclass(frozen=True, slots=True)
class QueueProgress:
    """The progress of the study. `merged` counts the units that were decided by themselves, by how."""

    left: int
    decided: int
    merged: dict[str, int]


@dataclass(frozen=True, slots=True)
class AdjudicatorChoice:
    """What the adjudicator decides, `value` as it reads on screen; None with every ruling but `decided`."""

    value: str | None
    ruling: Ruling = Ruling.DECIDED
    code: str = CODES[0]
    note: str = ""
    clause: str = ""


class AdjudicationSession:
    """The disputes of one study before one adjudicator, over an engine that the caller keeps on one thread.

    With `second`, what other people decided is offered too, their decisions covered.
    """

    def __init__(
        self, engine: Engine, study: Study, actor: Actor, clock: Callable[[], datetime], *, second: bool = False
    ) -> None:
        """Work out what is in dispute in `study`."""
        self._engine = engine
        self._study = study
        self._clock = clock
        self._second = second
        self.name = study.name
        self.adjudicator = actor.name
        self._login = actor.login
        self.rubric: Rubric = study.rubric
        self._follows = {question.when.question for question in self.rubric.questions if question.when is not None}
        self._queue: list[Dispute] = []
        self._seen = 0
        self.progress = QueueProgress(0, 0, {})
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
        self._study = studies.reload(self._engine, self._study)
        self._seen, _ = disputes.decided_since(self._engine, self.name, self.adjudicator, 0)
        weights = disputes.weights(self._engine, self._study.number)
        severities = disputes.severities(self._engine, self._study.number)
        mine = {
            (one.response, one.other_response, one.item, one.question)
            for one in adjudications.standing(self._engine, self.name)
            if one.adjudicator == self.adjudicator
        }
        found = []
        merged: Counter[str] = Counter()
        decided = 0
        for unit in outcomes(self._engine, self._study):
            outcome = unit.outcome
            decided += outcome.how is DecisionMethod.ADJUDICATED
            if outcome.how in (DecisionMethod.UNANIMOUS, DecisionMethod.MAJORITY, DecisionMethod.MEDIAN):
                merged[outcome.how.value] += 1
            reason = str(outcome.reason) if is_dispute(outcome, self._study) else ""
            if not reason and self._second and outcome.decision is not None and not outcome.decision.imported:
                reason = "" if _unit(unit) in mine else "second opinion"
            if reason:
                found.append(self._dispute(unit, reason, weights, severities))
        found.sort(key=lambda one: (-one.weight, rank(self._study.design.seed, "dispute", *one.unit)))
        put_off = adjudication_drafts.deferred(self._engine, self._study.number, self.adjudicator)
        late = {unit: place for place, unit in enumerate(put_off, start=1)}
        self._queue = sorted(found, key=lambda one: late.get(one.unit, 0))
        self.progress = QueueProgress(len(self._queue), decided, dict(merged))

    def next_case(self) -> Case | None:
        """Return the dispute at the head of the queue as the adjudicator sees it; None where none is left.

        What others decided since the queue was made is left out, unless second opinions are asked for.
        """
        if not self._second:
            self._catch_up()
        if not self._queue:
            return None
        viewer = Viewer(self.adjudicator, self.progress.decided + 1, self.progress.decided + len(self._queue))
        return case_of(self._engine, self._study, self._queue[0], viewer)

    def draft(self, case: Case) -> AdjudicatorChoice:
        """Return what the adjudicator chose on a dispute and did not save, in this session or an earlier one."""
        body = adjudication_drafts.load(self._engine, self._study.number, self.adjudicator, case.dispute.unit)
        if body is None:
            return AdjudicatorChoice(None)
        value, ruling, code, note, clause = json.loads(body)
        if value is not None:
            value = translated(case.item, case.ask, value)
        return AdjudicatorChoice(value, Ruling(ruling), code, note, clause)

    def keep(self, case: Case, choice: AdjudicatorChoice) -> None:
        """Keep a choice as a draft; it is on disk when this returns."""
        value = None if choice.value is None else translated(case.item, case.ask, choice.value)
        body = json.dumps([value, choice.ruling.value, choice.code, choice.note, choice.clause])
        with self._engine.writing():
            adjudication_drafts.keep(
                self._engine, self._study.number, self.adjudicator, case.dispute.unit, body, utc(self._clock())
            )

    def decide(self, case: Case, choice: AdjudicatorChoice) -> None:
        """Store a decision; it is on disk when this returns. The adjudicator's own earlier one is superseded.

        Raises:
            Refused: the value is no answer to the question.
        """
        value = choice.value
        if choice.ruling is Ruling.DECIDED:
            if value is None:
                raise Refused("choose a value first")
            value = translated(case.item, case.ask, value)
            try:
                value = case.ask.question.accept(storable(value).text)
            except ValueError as error:
                raise Refused(str(error)) from error
        self._add(
            case.dispute.unit,
            replace(choice, value=value),
            before=next(
                (
                    one.id
                    for one in decisions_on(self._engine, self.name, case.dispute)
                    if one.adjudicator == self.adjudicator
                ),
                None,
            ),
            # Where it is in dispute all the same, because adjudicators differ, it comes last.
            last=True,
        )
        self._settle(case.dispute)

    def defer(self, case: Case) -> None:
        """Leave a dispute; it comes back when all others were offered, in a later session too."""
        with self._engine.writing():
            adjudication_drafts.defer(
                self._engine, self._study.number, self.adjudicator, case.dispute.unit, utc(self._clock())
            )
        self._queue = [one for one in self._queue if one.unit != case.dispute.unit] + [case.dispute]

    def undo(self) -> Case | None:
        """Take back the adjudicator's last decision that stands and return its dispute; None where there is none.

        A row that retracts it is added; nothing is deleted.
        """
        last = disputes.last_decision(self._engine, self.name, self.adjudicator)
        if last is None:
            return None
        unit = (last.response, last.other_response, last.item, last.question)
        self._add(unit, AdjudicatorChoice(None, Ruling.RETRACTED, "taken back"), before=last.id)
        self.look()
        head = next((one for one in self._queue if one.unit == unit), None)
        if head is not None:
            self._queue = [head, *(one for one in self._queue if one.unit != unit)]
        return self.next_case()

    def _add(self, unit: Unit, choice: AdjudicatorChoice, before: str | None, *, last: bool = False) -> None:
        """Store a decision; the draft is gone with it, and `last` puts the unit off."""
        response, other, item, question = unit
        now = utc(self._clock())
        decision = NewDecision(
            study=self.name,
            response=response or None,
            question=question,
            rubric=self.rubric.hash,
            value=choice.value,
            reason=choice.code,
            decided_at=now,
            supersedes=before,
            other_response=other or None,
            item=item or None,
            note=storable(choice.note).text or None,
            state=choice.ruling,
            clause=storable(choice.clause).text or None,
            login=self._login,
        )
        with self._engine.writing():
            raters.ensure(self._engine, Rater(self.adjudicator), now)
            adjudications.add(self._engine, self.adjudicator, [decision])
            adjudication_drafts.drop(self._engine, self._study.number, self.adjudicator, unit)
            if last:
                adjudication_drafts.defer(self._engine, self._study.number, self.adjudicator, unit, now)

    def _catch_up(self) -> None:
        self._seen, elsewhere = disputes.decided_since(self._engine, self.name, self.adjudicator, self._seen)
        for dispute in self.queue:
            if dispute.unit in elsewhere and dispute in self._queue:
                self._settle(dispute)

    def _settle(self, dispute: Dispute) -> None:
        """Take a decided dispute off the queue; what hangs on it comes next."""
        if dispute.question not in self._follows and dispute.reason not in (
            DisputeReason.ADJUDICATORS.value,
            "second opinion",
        ):
            left = [one for one in self._queue if one.unit != dispute.unit]
            decided = self.progress.decided + (dispute.reason != DisputeReason.CONTRADICTED.value)
            self._queue, self.progress = left, replace(self.progress, left=len(left), decided=decided)
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


def _unit(unit: UnitOutcome) -> Unit:
    return unit.response, unit.other_response, unit.item, unit.question
