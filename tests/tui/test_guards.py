"""Which acts count while content is covered, before an item was seen, and while another act is under way.

Each act of both screens is of one kind, and what guards its kind is tried on it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding

from reviewer.adjudication.queue import AdjudicationSession
from reviewer.model import Rater
from reviewer.store import raters
from reviewer.store.sqlite import open_for_reading, open_for_writing
from reviewer.studies.rating import RatingSession
from reviewer.tui.adjudicate_keys import ADJUDICATE_KEYS
from reviewer.tui.adjudicate_screen import AdjudicateScreen
from reviewer.tui.app import ReviewerApp
from reviewer.tui.dialogs import ReadText
from reviewer.tui.rate_keys import RATE_KEYS
from reviewer.tui.rate_screen import RateScreen
from reviewer.tui.reading_screen import ReadingScreen
from reviewer.tui.widgets.question_bar import QuestionBar
from tests.support.painted import SMALL, Tester, notices, until
from tests.support.screens import Asked, app_on, make_study_of, plain_rubric
from tests.support.stories import NOW, Clock, rate_all, sit

# Judge the content, so it must have been seen.
JUDGING = {
    "item.submit", "item.recognised", "answer.note", "answer.confidence", "answer.write", "answer.clear",
    "dispute.decide", "dispute.adopt", "dispute.adopt_too", "dispute.code", "dispute.note", "dispute.clause",
    "dispute.bad", "dispute.ambiguous", "dispute.write",
}  # fmt: skip
# Only show more of the content.
SHOWING = {"read.reasoning", "read.decode"}
# Need no look at the content, but must be meant for the item that is shown.
LEAVING = {"item.skip", "item.flag", "dispute.defer"}
# Change nothing that is stored about this item, or take back what was stored before.
FREE = {
    "item.undo", "dispute.undo", "pane.previous", "pane.next", "question.previous", "question.next", "column.previous",
    "column.next", "screen.leave", "read.guideline", "read.differences", "read.zoom", "read.find", "read.find_next",
    "read.uncover", "read.lock", "read.options", "scroll.down", "scroll.up", "scroll.page_down", "scroll.page_up",
    "prompt.up", "prompt.down", "prompt.fold",
}  # fmt: skip


def keys(bindings: tuple[Binding, ...], kinds: set[str]) -> list[str]:
    """Return the keys of the acts of these kinds, the first of each act."""
    return [binding.key.split(",")[0] for binding in bindings if binding.id in kinds]


SCREENS = {RateScreen: RATE_KEYS, AdjudicateScreen: ADJUDICATE_KEYS}
screens = pytest.mark.parametrize("of", SCREENS)


def test_every_act_is_of_one_kind() -> None:
    kinds = (JUDGING, SHOWING, LEAVING, FREE)
    ids = {str(binding.id) for binding in (*RATE_KEYS, *ADJUDICATE_KEYS)}
    assert {one: sum(one in kind for kind in kinds) for one in ids} == dict.fromkeys(ids, 1)


def opened(folder: Path, of: type[ReadingScreen], severity: int) -> ReviewerApp:
    """Return the application on a study of two items of one severity, to rate them or to decide their disputes."""
    path = str(folder / "reviews.db")
    make_study_of(path, plain_rubric(), [Asked(f"Question {n}?", ["one", "two"], severity) for n in range(2)])
    with closing(open_for_writing(path)) as engine:
        with engine.writing():
            raters.ensure(engine, Rater("lead"), NOW)
            raters.keep_settings(engine, "lead", '{"severity_limit": 1}', NOW)
        if of is AdjudicateScreen:
            for number, value in enumerate(("yes", "cannot_tell")):
                rate_all(sit(engine, f"r{number}", Clock()), {"verdict": value})
    app = app_on(path, "lead")
    app.adjudicates = of is AdjudicateScreen
    return app


def kept(folder: Path) -> list[list[Any]]:
    """Return all that is stored or kept as a draft."""
    with closing(open_for_reading(str(folder / "reviews.db"))) as engine:
        return [
            engine.rows(f"select * from {table}")
            for table in ("label", "draft", "flag", "adjudication", "adjudication_draft")
        ]


async def on_screen(pilot: Tester, of: type[ReadingScreen], true: Callable[[ReadingScreen], bool]) -> ReadingScreen:
    """Close the guideline and wait until the screen is there and something is true of it."""
    if of is RateScreen:
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadText))
        await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, of) and true(pilot.app.screen))
    assert isinstance(pilot.app.screen, of)
    return pilot.app.screen


def shown(screen: ReadingScreen) -> tuple[str, int]:
    """Return what the question bar says, and how many screens are open."""
    return screen.query_one(QuestionBar).content, len(screen.app.screen_stack)


@screens
async def test_covered_content_is_not_judged(tmp_path: Path, of: type[ReadingScreen]) -> None:
    async with opened(tmp_path, of, severity=3).run_test(size=SMALL, notifications=True) as pilot:
        screen = await on_screen(pilot, of, lambda found: found.is_ready)
        before = kept(tmp_path), shown(screen)
        for said, key in enumerate(["1", *keys(SCREENS[of], JUDGING | SHOWING)], 1):
            await pilot.press(key)
            await until(pilot, lambda said=said: notices(pilot).count("The content is covered") == said)  # type: ignore[misc]
            assert (kept(tmp_path), shown(screen)) == before, key


@screens
async def test_a_key_that_comes_before_the_item_was_seen_does_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of: type[ReadingScreen]
) -> None:
    monkeypatch.setattr("reviewer.tui.reading_screen.GUARD_SECONDS", 3600)
    async with opened(tmp_path, of, severity=0).run_test(size=SMALL) as pilot:
        screen = await on_screen(pilot, of, lambda found: found.item is not None)
        before = kept(tmp_path), shown(screen)
        for key in ("1", *keys(SCREENS[of], JUDGING | LEAVING)):
            await pilot.press(key)
            await pilot.pause(0.05)
            assert (kept(tmp_path), shown(screen)) == before, key


@screens
async def test_no_act_begins_while_another_is_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of: type[ReadingScreen]
) -> None:
    gate = threading.Event()

    def wait(*_: object) -> None:
        gate.wait(20)

    monkeypatch.setattr(RatingSession, "skip", wait)
    monkeypatch.setattr(AdjudicationSession, "defer", wait)
    async with opened(tmp_path, of, severity=0).run_test(size=SMALL) as pilot:
        screen = await on_screen(pilot, of, lambda found: found.is_ready)
        before = kept(tmp_path), shown(screen)
        await pilot.press("s")
        await until(pilot, lambda: not screen.is_ready)
        for key in ("1", *keys(SCREENS[of], JUDGING | LEAVING)):
            await pilot.press(key)
            await pilot.pause(0.05)
            assert (kept(tmp_path), shown(screen)) == before, key
        gate.set()


@screens
async def test_what_is_covered_can_be_left_for_later(tmp_path: Path, of: type[ReadingScreen]) -> None:
    async with opened(tmp_path, of, severity=3).run_test(size=SMALL) as pilot:
        screen = await on_screen(pilot, of, lambda found: found.is_ready)
        first = screen.case if isinstance(screen, AdjudicateScreen) else screen.item
        await pilot.press("s")
        await until(
            pilot,
            lambda: (
                screen.is_ready and first is not (screen.case if isinstance(screen, AdjudicateScreen) else screen.item)
            ),
        )
