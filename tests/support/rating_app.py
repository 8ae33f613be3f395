"""A rater in the application: from home to an item, key by key, and what the screen says of it."""

from __future__ import annotations

from textual.app import App
from textual.widgets import Static

from reviewer.tui.dialogs import ReadText
from reviewer.tui.home_screen import HomeScreen
from reviewer.tui.rate_screen import RateScreen
from reviewer.tui.widgets.question_bar import QuestionBar
from reviewer.tui.widgets.status_line import StatusLine
from tests.support.painted import Tester, until
from tests.support.screens import Asked

ITEMS = [Asked(f"Question {number}?", [f"alpha {number}", f"beta {number}"]) for number in range(4)]


def rating(app: App[None]) -> RateScreen:
    assert isinstance(app.screen, RateScreen)
    return app.screen


def status(app: App[None]) -> str:
    return str(rating(app).query_one(StatusLine).content)


def question(app: App[None]) -> str:
    return str(rating(app).query_one(QuestionBar).content)


async def begin(pilot: Tester) -> RateScreen:
    """Come to the first item, past the guideline where it is shown, and past the guard against stray keys."""
    app = pilot.app
    await until(pilot, lambda: isinstance(app.screen, ReadText) or is_ready(app))
    if isinstance(app.screen, ReadText):
        await pilot.press("enter")
    await until(pilot, lambda: is_ready(app))
    assert isinstance(app.screen, RateScreen)
    await pilot.pause()
    return app.screen


def is_ready(app: App[None]) -> bool:
    return isinstance(app.screen, RateScreen) and app.screen.is_ready


async def settle(pilot: Tester, app: App[None]) -> None:
    """Wait until no act is under way and keys count again."""
    await until(pilot, lambda: not isinstance(app.screen, RateScreen) or app.screen.is_ready)


async def press(pilot: Tester, app: App[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settle(pilot, app)


async def at_home(pilot: Tester) -> HomeScreen:
    """Wait until home shows what there is to do."""
    app = pilot.app

    def shows_what_is_stored() -> bool:
        return any(str(line.content) for line in app.screen.query("#stored").results(Static))

    await until(pilot, lambda: isinstance(app.screen, HomeScreen) and shows_what_is_stored())
    assert isinstance(app.screen, HomeScreen)
    await pilot.pause()
    return app.screen


async def to_rating(pilot: Tester) -> RateScreen:
    """Take up the study that is chosen at home."""
    await at_home(pilot)
    await pilot.press("enter")
    return await begin(pilot)
