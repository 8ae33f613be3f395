"""The collection screen, over the real SDKs against a server on loopback."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Static

from reviewer.store.sqlite import open_for_writing
from reviewer.tui.app import ReviewerApp
from reviewer.tui.collect_screen import CollectScreen
from reviewer.tui.dialogs import Confirm
from reviewer.tui.home_screen import HomeScreen
from reviewer.tui.widgets.choices import Choices
from tests.support.collection_files import write_models, write_suite
from tests.support.llm_server import KEY, Given, LLMServer, answer
from tests.support.painted import Tester, notices, until
from tests.support.screens import app_on, stored_responses


@pytest.fixture
def path(tmp_path: Path, server: LLMServer, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TEST_KEY", KEY)
    write_suite(tmp_path, 12)
    write_models(tmp_path, server)
    (tmp_path / "models.toml").rename(tmp_path / "prompts" / "models.toml")
    path = str(tmp_path / "reviews.db")
    open_for_writing(path).close()
    return path


def state(app: ReviewerApp) -> str:
    return str(app.screen.query_one("#state", Static).content)


async def opened(pilot: Tester, app: ReviewerApp) -> None:
    """Open the screen and choose the first suite and the model `chat`."""
    await until(pilot, lambda: isinstance(app.screen, HomeScreen))
    await pilot.press("c")
    await until(pilot, lambda: isinstance(app.screen, CollectScreen))
    await pilot.press("space", "tab")
    listed = app.screen.query_one("#models", Choices)
    names = [str(listed.get_option_at_index(place).prompt) for place in range(listed.option_count)]
    await pilot.press(*["down"] * names.index("chat"), "space")


async def test_what_is_chosen_is_told_by_a_sign(path: str) -> None:
    app = app_on(path, study=None)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        listed = app.screen.query_one("#models", Choices)
        marks = [listed.render_line(place).text[:3] for place in range(listed.option_count)]
        assert marks.count("[x]") == 1
        assert marks.count("[ ]") == len(marks) - 1


async def test_what_it_takes_is_told_and_nothing_sent(path: str, server: LLMServer) -> None:
    app = app_on(path, study=None)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await pilot.press("w")
        await until(pilot, lambda: "chat: 12 of 12 to ask" in state(app))
    assert server.asked == []


async def test_a_collection_runs_and_tells_what_it_did(path: str) -> None:
    app = app_on(path, study=None)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, CollectScreen) and "12 answers stored" in state(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
    assert stored_responses(path) == 12


async def test_progress_is_shown_and_a_stop_keeps_what_was_answered(path: str, server: LLMServer) -> None:
    def slow(asked: object) -> Given | None:
        path = getattr(asked, "path", "")
        return None if path == "/v1/models" else Given(answer(path, getattr(asked, "body", {})), seconds=0.1)

    server.behave = slow
    write_suite(Path.cwd(), 400)
    app = app_on(path, study=None)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "configuration" in state(app) and stored_responses(path) > 0)
        await pilot.press("escape")
        assert isinstance(app.screen, CollectScreen)
        await pilot.press("x")
        await until(pilot, lambda: "stopped: stopped" in state(app))
    assert 0 < stored_responses(path) < 400


async def test_what_is_wrong_is_told_on_the_screen(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_KEY")
    app = app_on(path, study=None)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, CollectScreen) and "TEST_KEY holds no key" in state(app))


async def test_nothing_chosen_is_said(path: str) -> None:
    app = app_on(path, study=None)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, CollectScreen))
        await pilot.press("r")
        await until(pilot, lambda: "Choose one suite" in notices(pilot))
