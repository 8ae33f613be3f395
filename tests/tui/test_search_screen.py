"""Search over what the rater has finished."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, OptionList, Static

from reviewer.tui.dialogs import ReadText
from reviewer.tui.home_screen import HomeScreen
from reviewer.tui.search_screen import SearchScreen
from reviewer.tui.widgets.text_pane import TextPane
from tests.support.hostile_text import HOSTILE_LINE, harmless
from tests.support.painted import SMALL, WIDE, Tester, rows_on_screen, text, until
from tests.support.screens import Asked, app_on, finish, make_study_of, plain_rubric


@pytest.fixture
def path(tmp_path: Path) -> str:
    made = str(tmp_path / "reviews.db")
    make_study_of(made, plain_rubric(), [Asked("Which flour?", ["rye, " * 100, "wheat and rye"])])
    return made


async def search(pilot: Tester, words: str) -> SearchScreen:
    """Search from home, and wait for what is found."""
    app = pilot.app
    await until(pilot, lambda: isinstance(app.screen, HomeScreen))
    await pilot.press("slash")
    await until(pilot, lambda: isinstance(app.screen, SearchScreen))
    assert isinstance(app.screen, SearchScreen)
    app.screen.query_one(Input).value = words
    await pilot.press("enter")
    await until(pilot, lambda: "found" in count(pilot))
    return app.screen


def count(pilot: Tester) -> str:
    return str(pilot.app.screen.query_one("#count", Static).content)


async def test_nothing_found_is_said_and_the_words_stay_to_be_changed(path: str) -> None:
    finish(path, "r1", 1)
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        screen = await search(pilot, "spelt")
        assert count(pilot) == "nothing found among the items you have finished"
        assert isinstance(pilot.app.focused, Input)
        assert screen.query_one(OptionList).option_count == 0


async def test_the_keys_are_shown_while_words_are_typed_and_a_question_mark_is_a_word(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        await pilot.press("slash")
        await until(pilot, lambda: "f1: all keys" in text(pilot))
        await pilot.press("question_mark")
        assert pilot.app.screen.query_one(Input).value == "?"
        await pilot.press("f1")
        await until(pilot, lambda: "Back to the studies" in text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, SearchScreen))
        assert pilot.app.screen.query_one(Input).value == "?"


async def test_what_is_not_finished_is_not_found(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await search(pilot, "rye")
        assert count(pilot) == "nothing found among the items you have finished"


async def test_what_is_finished_is_found_and_read_with_its_prompt(path: str) -> None:
    finish(path, "r1", 1)
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await search(pilot, "wheat")
        assert count(pilot).startswith("1 found")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadText))
        read = pilot.app.screen.query_one(TextPane).visible_text
        assert "user: Which flour?" in read
        assert read.endswith("wheat and rye")


async def test_the_second_of_two_is_read(path: str) -> None:
    finish(path, "r1", 1)
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        screen = await search(pilot, "rye")
        listed = str(screen.query_one(OptionList).get_option_at_index(1).prompt)
        second = "wheat and rye" if "wheat" in listed else "rye, " * 100
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadText))
        assert pilot.app.screen.query_one(TextPane).visible_text.endswith(second)


async def test_each_hit_takes_one_line_and_shows_the_words(path: str) -> None:
    finish(path, "r1", 1)
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await search(pilot, "rye")
        await pilot.pause()
        assert sum("rye" in row for row in rows_on_screen(pilot)[4:]) == 2


async def test_other_words_are_searched_for_after_the_first(path: str) -> None:
    finish(path, "r1", 1)
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        screen = await search(pilot, "spelt")
        screen.query_one(Input).value = "wheat"
        await pilot.press("enter")
        await until(pilot, lambda: count(pilot).startswith("1 found"))


async def test_from_the_list_there_is_a_way_back_to_the_words(path: str) -> None:
    finish(path, "r1", 1)
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await search(pilot, "wheat")
        await pilot.press("shift+tab")
        await until(pilot, lambda: isinstance(pilot.app.focused, Input))


async def test_down_goes_from_the_words_to_the_list(path: str) -> None:
    finish(path, "r1", 1)
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        screen = await search(pilot, "wheat")
        screen.query_one(Input).focus()
        await pilot.press("down")
        await until(pilot, lambda: isinstance(pilot.app.focused, OptionList))


async def test_escape_returns_step_by_step(path: str) -> None:
    finish(path, "r1", 1)
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        screen = await search(pilot, "wheat")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadText))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))


async def test_letters_are_written_and_do_nothing_else(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(pilot.app.screen, SearchScreen))
        await pilot.press(*"pqg", "question_mark", "comma", "slash")
        assert pilot.app.screen.query_one(Input).value == "pqg?,/"


async def test_nothing_found_names_a_configuration(path: str) -> None:
    finish(path, "r1", 1)
    async with app_on(path, study=None).run_test(size=WIDE) as pilot:
        await search(pilot, "rye")
        await pilot.pause()
        shown = text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadText))
        shown += text(pilot)
        assert not any(name in shown for name in ("m0", "m1", "maker-of", "lab-x"))


@pytest.mark.parametrize("words", ['"', "[/nope]", "\x1b[31m", "NEAR(", "a OR"])
async def test_odd_words_are_searched_for_as_they_are(path: str, words: str) -> None:
    finish(path, "r1", 1)
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await search(pilot, words)
        assert count(pilot) == "nothing found among the items you have finished"


async def test_hostile_text_is_listed_and_read_harmlessly(tmp_path: Path) -> None:
    made = str(tmp_path / "reviews.db")
    make_study_of(made, plain_rubric(), [Asked(f"Why? {HOSTILE_LINE}", [f"needle {HOSTILE_LINE}", "plain"])])
    finish(made, "r1", 1)
    async with app_on(made, study=None).run_test(size=WIDE) as pilot:
        await search(pilot, "needle")
        await pilot.pause()
        assert "needle ␛]0;title␇␛[31m" in text(pilot)
        assert "[/nope] [red]x[/red]" in text(pilot)
        assert harmless(text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadText))
        await pilot.pause()
        assert "OVERRIDE⟩left" in text(pilot)
        assert harmless(text(pilot))
