"""The home screen: what there is to do, and the ways on from there; keys, palette and bindings of every screen."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path

import pytest
from textual.widgets import OptionList, Static

from reviewer.definitions.rubric import rubric_from_json
from reviewer.model import canonical
from reviewer.store import studies
from reviewer.store.sqlite import open_for_writing
from reviewer.tui.dialogs import ReadText
from reviewer.tui.rate_screen import RateScreen
from tests.support.hostile_text import HOSTILE_LINE, harmless
from tests.support.painted import SMALL, WIDE, Tester, notices, rows_on_screen, text, until
from tests.support.rating_app import at_home, status, to_rating
from tests.support.screens import Asked, app_on, finish, make_study_of, plain_rubric
from tests.support.stories import NOW, VERDICT


def close_study(path: str, name: str = "s") -> None:
    with closing(open_for_writing(path)) as engine, engine.writing():
        studies.close(engine, studies.load(engine, name).number, NOW)


def row(pilot: Tester, name: str) -> str:
    """The row of a study in the list."""
    [found] = [line for line in rows_on_screen(pilot) if re.search(rf"│ *{re.escape(name)}\s", line)]
    return found


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_a_full_study_is_called_full_and_says_what_to_do(path: str, size: tuple[int, int]) -> None:
    finish(path, "r1", 4)
    finish(path, "r2", 4)
    async with app_on(path, "r3", study=None).run_test(size=size) as pilot:
        await at_home(pilot)
        assert re.search(r"\[·{10}\] +0 +full  \[█{10}\]", row(pilot, "s"))
        assert "Nothing is left for you in s, which is full" in text(pilot)
        assert "study create NAME --rubric plain --from s" in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "This study is full" in text(pilot))
        assert "reviewer adjudicate s" in text(pilot)


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_an_empty_database_says_what_to_type(tmp_path: Path, size: tuple[int, int]) -> None:
    empty = str(tmp_path / "e.db")
    open_for_writing(empty).close()
    async with app_on(empty, study=None).run_test(size=size) as pilot:
        await at_home(pilot)
        assert "reviewer import FILE" in text(pilot)


async def test_nothing_can_be_taken_up_where_there_is_no_study(tmp_path: Path) -> None:
    empty = str(tmp_path / "e.db")
    open_for_writing(empty).close()
    async with app_on(empty, study=None).run_test(size=SMALL) as pilot:
        home = await at_home(pilot)
        await pilot.press("enter", "g", "down", "enter")
        await pilot.pause()
        assert pilot.app.screen is home


async def test_responses_without_a_study_say_what_to_type(path: str) -> None:
    with closing(open_for_writing(path)) as engine, engine.writing():
        for table in ("item", "study_response", "study"):
            engine.run(f"delete from {table}")
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await at_home(pilot)
        assert "reviewer study create NAME" in text(pilot)


async def test_what_the_rater_and_all_raters_did_is_counted(path: str) -> None:
    finish(path, "r1", 1)
    finish(path, "r2", 4)
    async with app_on(path, study=None).run_test(size=WIDE) as pilot:
        await at_home(pilot)
        assert re.search(r"\[█{2}·{8}\] +1 +3  \[█{6}·{4}\]  Is it right\?", row(pilot, "s"))


async def test_a_bar_is_full_only_when_all_is_done(path: str) -> None:
    finish(path, "r1", 4)
    async with app_on(path, study=None).run_test(size=WIDE) as pilot:
        await at_home(pilot)
        assert re.search(r"\[█{10}\] +4 +0  \[█{5}·{5}\]", row(pilot, "s"))
        assert "Nothing is left for you" in text(pilot)


async def test_the_study_that_was_rated_last_is_chosen_to_go_on_with(path: str) -> None:
    make_study_of(path, plain_rubric(), [Asked(f"Other {n}?", ["one", "two"]) for n in range(2)], name="other")
    finish(path, "r1", 1, "other")
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await at_home(pilot)
        assert "Next, enter rates other" in text(pilot)
        assert "other, 1 item, last" in text(pilot)
    finish(path, "r1", 1, "other")
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await at_home(pilot)
        assert "Next, enter rates s:" in text(pilot)


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_what_the_chosen_study_asks_is_said_in_full(path: str, size: tuple[int, int]) -> None:
    rubric = rubric_from_json(
        canonical(json.loads(plain_rubric().body) | {"title": "Which of the two is it, and why?"})
    )
    make_study_of(path, rubric, [Asked("Other?", ["one", "two"])], name="a-study-with-a-long-name-that-takes-room")
    finish(path, "r2", 1)
    async with app_on(path, study=None).run_test(size=size) as pilot:
        await at_home(pilot)
        assert "Next, enter rates s: Is it right?" in text(pilot)
        assert "a decides its disputes" in text(pilot)
        await pilot.press("down")
        await until(pilot, lambda: "Which of the two is it, and why?" in " ".join(text(pilot).split("╯")[-1].split()))
        assert "a decides its disputes" not in text(pilot)


async def test_what_is_stored_is_counted(path: str) -> None:
    async with app_on(path, study=None).run_test(size=WIDE) as pilot:
        await at_home(pilot)
        stored = str(pilot.app.screen.query_one("#stored", Static).content)
        assert stored.startswith(f"rater r1  ·  {path}: ")
        assert "8 responses of 2 configurations, 4 prompts" in stored


async def test_enter_takes_the_chosen_study_up(path: str) -> None:
    make_study_of(path, plain_rubric(), [Asked("Other?", ["one", "two"])], name="other")
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await at_home(pilot)
        await pilot.press("down")
        await to_rating(pilot)
        assert status(pilot.app).startswith("other: item 1 of 1")


async def test_the_study_that_was_chosen_stays_chosen(path: str) -> None:
    make_study_of(path, plain_rubric(), [Asked("Other?", ["one", "two"])], name="other")
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        home = await at_home(pilot)
        await pilot.press("down")
        await to_rating(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is home)
        await pilot.pause()
        assert home.query_one(OptionList).highlighted == 1


async def test_the_first_study_with_something_left_is_chosen(path: str) -> None:
    make_study_of(path, plain_rubric(), [Asked("Other?", ["one", "two"])], name="other")
    close_study(path)
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        home = await at_home(pilot)
        assert home.query_one(OptionList).highlighted == 1


async def test_a_closed_study_says_so_and_stays_home(path: str) -> None:
    close_study(path)
    async with app_on(path, study=None).run_test(size=SMALL, notifications=True) as pilot:
        home = await at_home(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "study s is closed" in notices(pilot))
        assert pilot.app.screen is home


@pytest.mark.parametrize("name", ["s", "refusals-of-the-summer-of-2025"])
async def test_a_closed_study_shows_as_closed_on_a_small_terminal(path: str, name: str) -> None:
    make_study_of(path, plain_rubric(), [Asked("Other?", ["one", "two"])], name="refusals-of-the-summer-of-2025")
    close_study(path, name)
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await at_home(pilot)
        assert "closed" in row(pilot, name)


async def test_a_long_name_leaves_room_for_how_far_the_study_is(path: str) -> None:
    make_study_of(path, plain_rubric(), [Asked("Other?", ["one", "two"])], name="n" * 100)
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await at_home(pilot)
        assert re.search(r"\[·{6,}\] +0 +4", row(pilot, "s"))


async def test_the_guideline_of_the_chosen_study_is_read_and_closed(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        home = await at_home(pilot)
        await pilot.press("g")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadText))
        assert "say whether it is right" in text(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is home)


async def test_refresh_shows_what_others_did_meanwhile(path: str) -> None:
    async with app_on(path, study=None).run_test(size=WIDE) as pilot:
        await at_home(pilot)
        finish(path, "r2", 4)
        await pilot.press("f5")
        await until(pilot, lambda: re.search(r"\[·{10}\] +0 +4  \[█{5}·{5}\]", text(pilot)) is not None)


async def test_coming_back_shows_what_was_done(path: str) -> None:
    async with app_on(path, study=None).run_test(size=WIDE) as pilot:
        await at_home(pilot)
        await to_rating(pilot)
        await pilot.press("1", "1", "enter")
        await until(pilot, lambda: "item 1 saved" in text(pilot))
        await until(pilot, lambda: isinstance(pilot.app.screen, RateScreen) and pilot.app.screen.is_ready)
        await pilot.press("escape")
        await until(pilot, lambda: re.search(r"\[█{2}·{8}\] +1 +3 ", text(pilot)) is not None)


async def test_the_program_ends_by_key_but_not_by_one_escape_too_many(path: str) -> None:
    app = app_on(path, study=None)
    async with app.run_test(size=SMALL) as pilot:
        home = await at_home(pilot)
        await pilot.press("g")
        await until(pilot, lambda: isinstance(app.screen, ReadText))
        await pilot.press("escape", "escape", "escape")
        assert app.screen is home
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running or app.return_code is not None)
    assert app.return_code == 0


def hostile(tmp_path: Path) -> str:
    """A database whose path, study, rubric and texts are all hostile."""
    folder = tmp_path / "f\x1b]0;t\x07 [red]x[" / "nope] \u202e"
    folder.mkdir(parents=True)
    path = str(folder / "reviews.db")
    asks = rubric_from_json(
        canonical(
            {"id": "h", "version": 1, "title": "T [/nope]", "guideline": "Read [/nope] it", "question": [VERDICT]}
        )
    )
    make_study_of(path, asks, [Asked(HOSTILE_LINE, [HOSTILE_LINE, f"{HOSTILE_LINE} two"])], name="s [/nope] [red]")
    with closing(open_for_writing(path)) as engine, engine.writing():
        engine.run("update study set name = :name", {"name": f"s {HOSTILE_LINE}"})
    return path


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_hostile_names_and_paths_are_shown_harmlessly_at_home(tmp_path: Path, size: tuple[int, int]) -> None:
    app = app_on(hostile(tmp_path), rater=f"r{HOSTILE_LINE}", study=None)
    async with app.run_test(size=size, notifications=True) as pilot:
        await at_home(pilot)
        assert "s ␛]0;title␇␛[31m" in text(pilot)
        assert "[/nope]" in text(pilot)
        assert harmless(text(pilot))


async def test_a_hostile_study_is_taken_up_harmlessly(tmp_path: Path) -> None:
    app = app_on(hostile(tmp_path), study=None)
    async with app.run_test(size=WIDE) as pilot:
        await to_rating(pilot)
        await pilot.pause()
        assert text(pilot).count("[/nope]") >= 3
        assert harmless(text(pilot))


async def test_what_refuses_a_hostile_study_is_said_harmlessly(tmp_path: Path) -> None:
    path = hostile(tmp_path)
    with closing(open_for_writing(path)) as engine, engine.writing():
        engine.run("update study set state = 'closed'")
    async with app_on(path, study=None).run_test(size=WIDE, notifications=True) as pilot:
        await at_home(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "is closed" in notices(pilot))
        assert harmless(notices(pilot))
        await until(pilot, lambda: "is closed" in text(pilot))
        assert harmless(text(pilot))


async def test_a_study_that_is_not_there_says_so_and_stays_home(path: str) -> None:
    async with app_on(path, study="nope").run_test(size=SMALL, notifications=True) as pilot:
        await until(pilot, lambda: "no study nope" in notices(pilot))
        await at_home(pilot)
