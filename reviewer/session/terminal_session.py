"""One rater at one terminal: what there is to do, the study at hand, and how the rater likes the screen.

Opens the database for reading only until the rater enters a study, which is the first write. No terminal, no SQL.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from reviewer.adjudication.outcomes import is_dispute, outcomes
from reviewer.adjudication.queue import AdjudicationSession
from reviewer.errors import StoreError
from reviewer.model import Actor, Draft, FoundItem, Nothing, utc
from reviewer.store import assignment, labels, raters, rating_details, responses, search, studies
from reviewer.store.engine import Engine
from reviewer.store.raters import OpenTerminal
from reviewer.studies.item_sheet import Item
from reviewer.studies.rating import RatingSession, SavedItem
from reviewer.studies.unblinding import record_unblinding

if TYPE_CHECKING:
    from reviewer.session.agreement_view import AgreementView

# The rater's next item with its draft, why there is none, or why it cannot be handed out now.
FoundNext: TypeAlias = tuple[Item, Draft] | Nothing | StoreError
STUDY_FILTER = "study:"
MOST_COUNTED = 20_000  # labels: disputes among so many are counted in a tenth of a second


@dataclass(frozen=True, slots=True)
class Settings:
    """How a rater likes the screen. Content whose severity is above `severity_limit` is covered until asked for."""

    theme: str = "reviewer-dark"
    joint_scrolling: bool = True
    submits_by_itself: bool = False
    severity_limit: int = 2


@dataclass(frozen=True, slots=True)
class StudyLine:
    """The progress of a study, for one rater and for all: items done, and places filled of all there are.

    `full` says that no item of it waits for any rater.
    """

    name: str
    open: bool
    question: str
    items: int
    done: int
    left: int
    filled: int
    places: int
    full: bool
    rubric: str


@dataclass(frozen=True, slots=True)
class RecentWork:
    """A study in which the rater labelled last: how many items in all, and when the last one."""

    study: str
    items: int
    saved_at: str


@dataclass(frozen=True, slots=True)
class Home:
    """What there is to do."""

    path: str
    responses: int
    configurations: int
    prompts: int
    suites: int
    studies: tuple[StudyLine, ...]
    recent: tuple[RecentWork, ...] = ()


@dataclass(frozen=True, slots=True)
class EnteredStudy:
    """A study taken up: the rater's other terminals, and whether to go on without the guideline.

    It was read before where the rater has begun, and is of no use where the study is full.
    """

    others: tuple[OpenTerminal, ...]
    has_begun: bool


@dataclass(frozen=True, slots=True)
class TerminalIdentity:
    """A terminal at work: a token of its own, and the process behind it."""

    token: str
    host: str
    process: int


class TerminalSession:
    """What the screens ask for; to be used on one thread."""

    def __init__(
        self,
        open_to_read: Callable[[], Engine],
        open_to_write: Callable[[], Engine],
        actor: Actor,
        identity: TerminalIdentity,
        clock: Callable[[], datetime],
    ) -> None:
        self.rater = actor.name
        self._actor = actor
        self._open_to_write = open_to_write
        self._engine = open_to_read()
        self._identity = identity
        self._clock = clock
        self._rating: RatingSession | None = None
        self._disputes: dict[tuple[object, ...], int | None] = {}

    @property
    def rating(self) -> RatingSession:
        """The rater's work on the study at hand."""
        assert self._rating is not None
        return self._rating

    def home(self) -> Home:
        """Return what there is to do."""
        counts = responses.counts(self._engine)
        return Home(
            self._engine.path,
            counts["response"],
            counts["configuration"],
            counts["prompt"],
            counts["suite"],
            tuple(self._line(study) for study in studies.every(self._engine)),
            tuple(RecentWork(*row) for row in labels.recent(self._engine, self.rater)),
        )

    def _line(self, study: studies.Study) -> StudyLine:
        done = assignment.items_done(self._engine, study.number, self.rater)
        share = studies.share(self._engine, study, self.rater)
        items = studies.ratable_items(self._engine, study)
        filled, places = studies.filled(self._engine, study.number)
        left = min(max(share - done, 0), studies.still_free(self._engine, study, self.rater)) if study.open else 0
        full = studies.is_full(self._engine, study)
        return StudyLine(
            study.name,
            study.open,
            study.rubric.title,
            items,
            done,
            left,
            places if full else filled,
            places,
            full,
            study.rubric.id,
        )

    def guideline(self, study: str) -> tuple[str, str]:
        """Return the title and the guideline of the study's rubric."""
        rubric = studies.load(self._engine, study).rubric
        return rubric.title, rubric.guideline

    def enter(self, name: str) -> EnteredStudy:
        """Take up a study, or a second one after the first.

        Raises:
            NotFound: no such study.
            Refused: it is closed, or assigned to others.
            StoreError: the database cannot be written.
        """
        self._write()
        rating = RatingSession(self._engine, studies.load(self._engine, name), self.rater, self._clock)
        self.leave()
        others = rating.enter(self._identity.token, self._identity.host, self._identity.process)
        self._rating = rating
        return EnteredStudy(tuple(others), rating.has_begun() or rating.is_full())

    def leave(self) -> None:
        """Put the study down; what is in hand stays in hand."""
        if self._rating is not None:
            self._rating.leave(self._identity.token)
            self._rating = None

    def adjudicate(self, name: str, *, second: bool = False) -> AdjudicationSession:
        """Take up the disputes of a study; what is returned is to be used on this thread.

        Raises:
            NotFound: no such study.
            StoreError: the database cannot be written.
        """
        self._write()
        return AdjudicationSession(
            self._engine, studies.load(self._engine, name), self._actor, self._clock, second=second
        )

    def agreement(self, name: str) -> AgreementView:
        """Look at the agreement in a study; what is returned is to be used on this thread.

        Raises:
            NotFound: no such study.
        """
        # It computes with numpy, which nobody who only rates has to wait for.
        from reviewer.session.agreement_view import AgreementView

        return AgreementView(lambda: self._engine, studies.load(self._engine, name), self.rater)

    def unblind(self, name: str) -> None:
        """Record that the rater is shown which configurations an open study compares; a closed one is not blind.

        Raises:
            StoreError: the database cannot be written.
        """
        study = studies.load(self._engine, name)
        if study.open:
            self._write()
            record_unblinding(self._engine, study, self._actor, utc(self._clock()), "agreement screen")

    def disputes(self, name: str) -> int | None:
        """Return how many disputes wait in a study; None where it has too many labels to count at once."""
        latest = (self._engine.path, name, *rating_details.latest(self._engine))
        if latest not in self._disputes:
            study = studies.load(self._engine, name)
            few = labels.at_most(self._engine, name, MOST_COUNTED)
            counted = None
            if few:
                counted = sum(is_dispute(unit.outcome, study) for unit in outcomes(self._engine, study))
            self._disputes[latest] = counted
        return self._disputes[latest]

    def renew(self, item: Item | None) -> None:
        """Keep the lease on `item`, and the terminal known, for another while."""
        if self._rating is not None:
            self._rating.renew(self._identity.token, item)

    def next_item(self) -> tuple[Item, Draft] | Nothing:
        """Lease the rater's next item, with the draft that was kept on it."""
        found = self.rating.next_item()
        return found if isinstance(found, Nothing) else (found, self.rating.draft(found))

    def submit(self, item: Item, draft: Draft) -> tuple[SavedItem, FoundNext]:
        """Store the labels of `item` durably and lease the next one.

        Raises:
            Refused: see `RatingSession.submit`.
            StoreError: nothing was stored.
        """
        return self.rating.submit(item, draft), self._next()

    def skip(self, item: Item) -> FoundNext:
        """Give `item` back and lease the next one.

        Raises:
            Refused: see `RatingSession.skip`.
            StoreError: it was not given back.
        """
        self.rating.skip(item)
        return self._next()

    def _next(self) -> FoundNext:
        # What was done before is done, and must not be called undone because this could not be written.
        try:
            return self.next_item()
        except StoreError as error:
            return error

    def undo(self) -> tuple[Item, Draft] | None:
        """Take back the last submitted item; None where there is none.

        Raises:
            Refused: see `RatingSession.undo`.
        """
        found = self.rating.undo()
        return None if found is None else (found, self.rating.draft(found))

    def search(self, words: str) -> list[FoundItem]:
        """Return what the rater may see of what holds all `words`: while blind, only items the rater has finished.

        A word `study:NAME` is no word to look for, but keeps to that study.
        """
        asked = words.split()
        wanted = {word.removeprefix(STUDY_FILTER) for word in asked if word.startswith(STUDY_FILTER)}
        rest = " ".join(word for word in asked if not word.startswith(STUDY_FILTER))
        found = search.finished_items(self._engine, self.rater, rest)
        return [one for one in found if not wanted or one.study in wanted]

    def settings(self) -> Settings:
        """Return how this rater likes the screen."""
        stored = raters.settings(self._engine, self.rater)
        usual = asdict(Settings())
        kept = {
            name: value
            for name, value in json.loads(stored or "{}").items()
            if name in usual and type(value) is type(usual[name])
        }
        settings = replace(Settings(), **kept)
        return replace(settings, severity_limit=min(max(settings.severity_limit, 0), 3))

    def keep_settings(self, settings: Settings) -> None:
        """Remember how this rater likes the screen."""
        self._write()
        with self._engine.writing():
            raters.keep_settings(self._engine, self.rater, json.dumps(asdict(settings)), utc(self._clock()))

    def close(self) -> None:
        """Put everything down and close the database."""
        # Where the file cannot be written any more, the terminal's trace in it runs out by itself.
        with suppress(StoreError):
            self.leave()
        self._engine.close()

    def _write(self) -> None:
        if self._engine.read_only:
            engine = self._open_to_write()
            self._engine.close()
            self._engine = engine
