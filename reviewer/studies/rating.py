"""One rater at work on one study: next item, draft, submit, undo, skip, flag. No terminal, no SQL.

Everything here is blind: what it hands out holds aliases and response ids, never a configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from shlex import join

from reviewer.definitions.rubric import Rubric
from reviewer.errors import Refused
from reviewer.model import Answer, Draft, LabelState, Nothing, Origin, Rater, Remark, Subject, utc
from reviewer.store import acts, assignment, items, labels, raters, studies
from reviewer.store.assignment import AssignedItem, PlaceState
from reviewer.store.engine import Engine
from reviewer.store.labels import NewLabel
from reviewer.store.raters import OpenTerminal
from reviewer.store.studies import Study
from reviewer.studies.item_sheet import AskedQuestion, Item, about, panes_of, questions
from reviewer.text.visible import storable

# A terminal renews its lease at a third of this; a rater who closed it keeps the place for so long.
LEASE = timedelta(minutes=15)
RENEW_EVERY = LEASE / 3
CLOCKS_APART = LEASE  # by how much the clocks of two machines that share a file may differ

_WHY_NOTHING = {
    Nothing.FINISHED: "Nothing is left for you in this study.",
    Nothing.QUOTA: "You have rated as many items as were assigned to you.",
    Nothing.CLOSED: "The study was closed.",
    Nothing.LEFT_OUT: "You are left out of this study; its lead can take that back.",
    Nothing.WAITING: "All that is left is in the hands of other raters now; come back in a quarter of an hour.",
}


def _typed(*words: str) -> str:
    return join(["reviewer", *words])


def why_nothing(found: Nothing, study: str, rubric: str, typed: Callable[..., str] = _typed) -> str:
    """Return in words why there is no item of `study`, which is rated by `rubric`, and what may be done about it.

    `typed` returns a command of `reviewer`, given by its words, as it is to be typed.
    """
    if found is not Nothing.FULL:
        return _WHY_NOTHING[found]
    return (
        "This study is full: every item has the labels of as many raters as the study wants.\n\n"
        f"To settle what they dispute:\n{typed('adjudicate', study)}\n\n"
        "To have the responses rated anew, in another study of them:\n"
        f"{typed('study', 'create', 'NAME', '--rubric', rubric, '--from', study)}"
    )


@dataclass(frozen=True, slots=True)
class SavedItem:
    """What a submit stored. `surplus` says that it came too late to count."""

    labels: int
    surplus: bool


class RatingSession:
    """A study as one rater meets it, over an engine that the caller opens, closes and keeps on one thread."""

    def __init__(self, engine: Engine, study: Study, rater: str, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._study = study
        self._clock = clock
        self.name = study.name
        self.rater = rater
        self.rubric: Rubric = study.rubric

    def enter(self, session: str, host: str, process: int) -> list[OpenTerminal]:
        """Begin work in a terminal, known by a `session` token, and return the rater's other terminals.

        Raises:
            Refused: the study is closed, is assigned to others, or the name is not a person's.
        """
        with self._engine.writing():
            self._study = studies.reload(self._engine, self._study)
            if not self._study.open:
                raise Refused(f"study {self.name} is closed; its labels are shown by: reviewer labels {self.name}")
            raters.ensure(self._engine, Rater(self.rater), self._now())
            if acts.is_left_out(self._engine, self.name, self.rater):
                raise Refused(f"{self.rater} is left out of study {self.name}; its lead can take that back")
            if not studies.is_assigned(self._engine, self._study.number, self.rater):
                if self._study.design.assigned:
                    raise Refused(f"study {self.name} is assigned to other raters, not to {self.rater}")
                studies.assign(self._engine, self._study.number, self.rater, None)
            return raters.open_session(
                self._engine, OpenTerminal(session, self._study.number, self.rater, host, process, self._now())
            )

    def has_begun(self) -> bool:
        """Return whether the rater was ever handed an item of the study; one who was not reads the guideline first."""
        return assignment.turns(self._engine, self._study.number, self.rater) > 0

    def is_full(self) -> bool:
        """Return whether every item of the study has its raters, so that none can be handed out."""
        return studies.is_full(self._engine, self._study)

    def leave(self, session: str) -> None:
        """End work in a terminal; what is in hand stays in hand."""
        with self._engine.writing():
            raters.close_session(self._engine, session)

    def renew(self, session: str, item: Item | None) -> None:
        """Keep the lease on `item`, and the terminal known, for another while."""
        with self._engine.writing():
            raters.see_session(self._engine, session, self._now())
            if item is not None:
                assignment.renew(self._engine, item.handed.number, self.rater, until=self._until())

    def next_item(self) -> Item | Nothing:
        """Lease the rater's next item, or the one in hand, or say why there is none."""
        with self._engine.writing():
            self._study = studies.reload(self._engine, self._study)
            if not self._study.open:
                return Nothing.CLOSED
            if acts.is_left_out(self._engine, self.name, self.rater):
                return Nothing.LEFT_OUT
            handed = assignment.next_item(
                self._engine, self._study, self.rater, now=self._now(), until=self._until(), latest=self._latest()
            )
        return handed if isinstance(handed, Nothing) else self._item(handed)

    def draft(self, item: Item) -> Draft:
        """Return what the rater has answered on `item` and not submitted."""
        return items.load_draft(self._engine, item.handed.number, self.rater)

    def save_draft(self, item: Item, draft: Draft) -> None:
        """Keep `draft` durably in place of the one before."""
        with self._engine.writing():
            items.save_draft(self._engine, item.handed.number, self.rater, draft, self._now())

    def submit(self, item: Item, draft: Draft) -> SavedItem:
        """Store all labels of `item` in one transaction; they are on disk when this returns.

        Raises:
            Refused: a required answer is missing, or the item was submitted or taken back in another terminal.
        """
        number = item.handed.number
        answered = self._complete(item, draft)
        with self._engine.writing():
            self._require_in_hand(item)
            self._study = studies.reload(self._engine, self._study)
            turn = assignment.take_turn(self._engine, self._study.number, self.rater)
            counted = self._study.open and assignment.set_place(
                self._engine, number, self.rater, PlaceState.DONE, turn=turn, until=None
            )
            if not counted:
                assignment.set_place(self._engine, number, self.rater, PlaceState.SURPLUS, turn=turn, until=None)
            panes = tuple(pane.response for pane in item.panes)
            before = labels.standing_of_rater(self._engine, self.name, self.rater, item.handed.id, panes)
            new = [
                NewLabel(
                    study=self.name,
                    response=ask.subject.response or None,
                    other_response=ask.subject.other or None,
                    item=item.handed.id,
                    question=ask.question.id,
                    rubric=self.rubric.hash,
                    state=LabelState.LABEL,
                    value=ask.question.accept(storable(answer.value).text),
                    origin=Origin.RATED,
                    saved_at=self._now(),
                    note=storable(remark.note).text or None,
                    confidence=remark.confidence,
                    aids=self._study.design.aids,
                    surplus=not counted,
                    supersedes=before.get((ask.subject.response, ask.subject.other, ask.question.id)),
                    panes=panes,
                    shown_at=item.handed.shown_at,
                    decided_at=answer.decided_at,
                )
                for (ask, answer), remark in zip(answered, _remarks(draft, answered), strict=True)
            ]
            labels.add(self._engine, self.rater, new)
            items.drop_draft(self._engine, number, self.rater)
        return SavedItem(len(new), surplus=not counted)

    def undo(self) -> Item | None:
        """Take back the rater's last submitted item and return it, its answers as a draft; None where there is none.

        The labels are superseded by rows that retract them; nothing is deleted.

        Raises:
            Refused: the study is closed; or the set came too late and the item has no place to take up again. Such a
                set is taken back all the same, and the next call goes further back.
        """
        with self._engine.writing():
            self._study = studies.reload(self._engine, self._study)
            if not self._study.open:
                raise Refused(f"study {self.name} is closed; its labels stand as they are")
            number = assignment.last_submitted(self._engine, self._study.number, self.rater)
            if number is None:
                return None
            turn = assignment.take_turn(self._engine, self._study.number, self.rater)
            in_hand = assignment.set_place(
                self._engine, number, self.rater, PlaceState.LEASED, turn=turn, until=self._until()
            )
            self._retract(number)
            if not in_hand:
                assignment.set_place(self._engine, number, self.rater, PlaceState.EXPIRED, turn=turn, until=None)
            handed = assignment.next_item(
                self._engine, self._study, self.rater, now=self._now(), until=self._until(), latest=self._latest()
            )
        if not in_hand:
            raise Refused("the last set had come too late to count; it is taken back, and its item is others' now")
        assert isinstance(handed, AssignedItem)  # the lease above is the rater's latest
        return self._item(handed)

    def skip(self, item: Item) -> None:
        """Give the place on `item` back; it is offered again when the rater has nothing else left.

        Raises:
            Refused: the item was submitted or taken back in another terminal.
        """
        with self._engine.writing():
            self._require_in_hand(item)
            turn = assignment.take_turn(self._engine, self._study.number, self.rater)
            assignment.set_place(
                self._engine, item.handed.number, self.rater, PlaceState.SKIPPED, turn=turn, until=None
            )

    def flag(self, item: Item, response: str | None, reason: str) -> None:
        """Record that something is wrong with `item`, or with one response of it; the item stays in hand.

        Raises:
            Refused: no reason is given.
        """
        if not reason.strip():
            raise Refused("a flag needs a reason")
        with self._engine.writing():
            labels.add_flag(
                self._engine,
                self.rater,
                study=self.name,
                item=item.handed.id,
                response=response,
                reason=storable(reason.strip()).text,
                now=self._now(),
            )

    def _require_in_hand(self, item: Item) -> None:
        place = assignment.place_of(self._engine, item.handed.number, self.rater)
        if place is None or place.turn != item.handed.turn:
            raise Refused("this item was answered, skipped or undone in another terminal; nothing was stored here")

    def _retract(self, item: int) -> None:
        """Supersede what the rater submitted on `item` by rows that retract it, and keep the answers as a draft."""
        identity = items.identity(self._engine, item)
        standing = [
            label
            for label in labels.standing_on_item(self._engine, identity, self.rater)
            if label.state is LabelState.LABEL
        ]
        labels.add(
            self._engine,
            self.rater,
            [
                NewLabel(
                    study=label.study,
                    response=label.response,
                    other_response=label.other_response,
                    item=label.item,
                    question=label.question,
                    rubric=label.rubric,
                    state=LabelState.RETRACTED,
                    value=None,
                    origin=Origin.RATED,
                    saved_at=self._now(),
                    surplus=label.surplus,
                    supersedes=label.id,
                )
                for label in standing
            ],
        )
        draft = Draft()
        for label in standing:
            subject = Subject(label.response or "", label.other_response or "")
            draft.answers[subject, label.question] = Answer(label.value or "", label.decided_at or "")
            if label.note or label.confidence:
                # The first: a remark on nothing that is asked went with the first answer.
                draft.remarks.setdefault(subject, Remark(label.note or "", label.confidence))
        items.save_draft(self._engine, item, self.rater, draft, self._now())

    def _item(self, handed: AssignedItem) -> Item:
        content = items.content(self._engine, handed.number)
        done = assignment.items_done(self._engine, self._study.number, self.rater)
        return Item(
            handed=handed,
            messages=content.messages,
            panes=panes_of(content, self._study.design.seed, self.rater),
            reference=content.reference,
            secret=content.secret if self._study.design.aids != "off" else None,
            aids=self._study.design.aids,
            severity=content.severity,
            number=done + 1,
            total=studies.share(self._engine, self._study, self.rater),
        )

    def _complete(self, item: Item, draft: Draft) -> list[tuple[AskedQuestion, Answer]]:
        """Return the answers to what is asked, in order; those to follow-ups that are not asked any more fall away."""
        answered = []
        for ask in questions(self.rubric, item, draft):
            answer = draft.answers.get((ask.subject, ask.question.id))
            if answer is not None:
                answered.append((ask, answer))
            elif ask.question.required:
                raise Refused(f"not answered yet: {about(item, ask)}{ask.question.text}")
        return answered

    def _now(self) -> str:
        return utc(self._clock())

    def _until(self) -> str:
        return utc(self._clock() + LEASE)

    def _latest(self) -> str:
        return utc(self._clock() + LEASE + CLOCKS_APART)


def _remarks(draft: Draft, answered: Sequence[tuple[AskedQuestion, Answer]]) -> list[Remark]:
    """Return the remark that goes with each answer: that on its subject.

    A remark on what no question is about, such as one response where pairs are compared, goes with the first answer.
    """
    remarks = [draft.remarks.get(ask.subject, Remark()) for ask, _ in answered]
    subjects = {ask.subject for ask, _ in answered}
    loose = [remark for subject, remark in draft.remarks.items() if subject not in subjects]
    if remarks and loose:
        notes = [remark.note for remark in (remarks[0], *loose) if remark.note]
        confidence = next((one.confidence for one in (remarks[0], *loose) if one.confidence is not None), None)
        remarks[0] = Remark("\n".join(notes), confidence)
    return remarks
