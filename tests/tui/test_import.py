from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from reviewer.store.sqlite import open_for_writing
from reviewer.tui.app import ReviewerApp
from reviewer.tui.dialogs import AskText, Confirm, ReadText
from reviewer.tui.home_screen import HomeScreen
from tests.support.commands import write_table
from tests.support.painted import Tester, notices, until
from tests.support.screens import app_on, stored_responses


@pytest.fixture
def empty(tmp_path: Path) -> str:
    path = str(tmp_path / "reviews.db")
    open_for_writing(path).close()
    return path


async def type_line(pilot: Tester, app: ReviewerApp, text: str) -> None:
    await until(pilot, lambda: isinstance(app.screen, AskText))
    before = app.screen
    before.query_one(Input).value = text
    await pilot.press("enter")
    await until(pilot, lambda: app.screen is not before)


async def begin(pilot: Tester, app: ReviewerApp, file: Path) -> None:
    await until(pilot, lambda: isinstance(app.screen, HomeScreen))
    await pilot.press("o")
    await type_line(pilot, app, str(file))
    await type_line(pilot, app, "")
    await type_line(pilot, app, "")


async def test_a_table_is_previewed_and_then_brought_in(empty: str, tmp_path: Path) -> None:
    app = app_on(empty, study=None)
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot, app, write_table(tmp_path))
        await until(pilot, lambda: isinstance(app.screen, ReadText))
        assert stored_responses(empty) == 0
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: stored_responses(empty) == 6)


async def test_no_brings_nothing_in(empty: str, tmp_path: Path) -> None:
    app = app_on(empty, study=None)
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot, app, write_table(tmp_path))
        await until(pilot, lambda: isinstance(app.screen, ReadText))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
    assert stored_responses(empty) == 0


async def test_a_bad_row_is_named(empty: str, tmp_path: Path) -> None:
    table = tmp_path / "bad.csv"
    table.write_text("prompt,response,model\np,r\n")
    app = app_on(empty, study=None)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await begin(pilot, app, table)
        await until(pilot, lambda: "bad.csv:2" in notices(pilot))
    assert stored_responses(empty) == 0
