from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.definitions.rubric import rubric_from_json
from reviewer.errors import StoreError
from reviewer.model import (
    LabelState,
    canonical,
)
from reviewer.store.sqlite import open_for_reading, open_for_writing
from reviewer.studies.rating import RatingSession
from reviewer.tui.app import ReviewerApp
from reviewer.tui.dialogs import AskText, ReadText
from reviewer.tui.home_screen import HomeScreen
from reviewer.tui.rate_screen import RateScreen
from reviewer.tui.widgets.question_bar import QuestionBar
from reviewer.tui.widgets.side_by_side import SideBySide
from reviewer.tui.widgets.text_pane import TextPane
from tests.support.commands import PREFERENCE
from tests.support.databases import refuse_writes
from tests.support.painted import notices, rows_on_screen, until
from tests.support.rating_app import begin, is_ready, press, question, rating, settle, status
from tests.support.screens import app_on, make_study, plain_rubric, stored


def prompt(app: ReviewerApp) -> str:
    return rating(app).query_one("#prompt", TextPane).visible_text


@pytest.fixture
def path(tmp_path: Path) -> str:
    return make_study(tmp_path, plain_rubric())


async def test_one_key_answers_and_the_next_question_follows(path: str) -> None:
    app = app_on(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        assert "A 1/4 Is it right?" in question(app)
        await press(pilot, app, "1")
        assert "B 3/4 Is it right?" in question(app)
        await until(pilot, lambda: "draft kept" in status(app))
    assert stored(path) == []


async def test_a_submitted_item_is_on_disk_and_the_next_is_shown(path: str) -> None:
    app = app_on(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        await press(pilot, app, "1", "2", "2", "enter")
        await until(pilot, lambda: "item 2 of 3" in status(app))
        assert "item 1 saved" in status(app)
    assert [(label.question, label.value) for label in stored(path)] == [
        ("verdict", "yes"),
        ("verdict", "no"),
        ("fault", '["form"]'),
    ]


@pytest.mark.parametrize(("keys", "done"), [(("1", "2", "2", "enter"), "item 1 saved"), (("s",), "skipped")])
async def test_what_is_done_is_called_done_where_the_next_item_cannot_be_handed_out(
    path: str, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...], done: str
) -> None:
    def full(_: RatingSession) -> None:
        raise StoreError("the disk is full")

    app = app_on(path)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await begin(pilot)
        await press(pilot, app, *keys[:-1])
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(RatingSession, "next_item", full)
            for key in (keys[-1], "1", "enter"):
                await pilot.press(key)
                await until(pilot, lambda: f"{done}; enter takes the next item" in status(app))
            await until(pilot, lambda: notices(pilot).count("the disk is full") == 2)
        saved = stored(path)
        await pilot.press("enter")
        await until(pilot, lambda: done in status(app) and is_ready(app))
    assert stored(path) == saved
    assert len(saved) == (3 if done == "item 1 saved" else 0)


async def test_what_was_meant_for_the_item_before_does_not_answer_this_one(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviewer.tui.reading_screen.GUARD_SECONDS", 0.25)
    app = app_on(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ReadText))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RateScreen) and "item 1" in status(app))
        await pilot.press("1")
        assert "1/4" in question(app)
        await settle(pilot, app)
        await press(pilot, app, "1")
        assert "A ✓ It is right" in question(app)


async def test_a_click_on_an_option_answers(path: str) -> None:
    app = app_on(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        row = question(app).split("\n")[2]
        await pilot.click(QuestionBar, offset=(row.index("It is right") + 2, 2))
        await until(pilot, lambda: "A ✓ It is right" in question(app))
        await pilot.click(QuestionBar, offset=(110, 2))
        assert "B 3/4 Is it right?" in question(app)


async def test_enter_points_at_what_is_missing_and_saves_nothing(path: str) -> None:
    app = app_on(path)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await begin(pilot)
        await press(pilot, app, "1", "enter")
        assert "B 3/4 Is it right?" in question(app)
        assert rating(app).query_one(SideBySide).focused == 1
    assert stored(path) == []


async def test_a_save_that_takes_long_is_told_of_and_saved_is_said_only_after_it(path: str) -> None:
    app = app_on(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        await press(pilot, app, "1", "1")
        await until(pilot, lambda: "draft kept" in status(app))
        with closing(open_for_writing(path)) as other, other.writing():
            await pilot.press("enter")
            await until(pilot, lambda: "saving…" in status(app))
            assert stored(path) == []
        await until(pilot, lambda: "item 2 of 3  ·  item 1 saved" in status(app))
        assert len(stored(path)) == 2


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_a_notice_leaves_question_and_status_to_be_seen(path: str, size: tuple[int, int]) -> None:
    app = app_on(path)
    async with app.run_test(size=size, notifications=True) as pilot:
        await begin(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: any("needs an answer" in row for row in rows_on_screen(pilot)))
        told = next(place for place, row in enumerate(rows_on_screen(pilot)) if "needs an answer" in row)
        assert told < rating(app).query_one(QuestionBar).region.y
        assert all("needs an answer" not in row for row in rows_on_screen(pilot)[size[1] // 2 :])


async def test_undo_peels_answers_and_then_goes_back_to_the_last_item(path: str) -> None:
    app = app_on(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        await press(pilot, app, "1", "1", "enter")
        await until(pilot, lambda: "item 2" in status(app))
        await settle(pilot, app)
        await press(pilot, app, "2", "u")
        assert "A ✓" not in question(app)
        await press(pilot, app, "u")
        await until(pilot, lambda: "item 1" in status(app))
        assert "A ✓ It is right" in question(app)
    assert [label.state for label in stored(path)] == [LabelState.LABEL] * 2 + [LabelState.RETRACTED] * 2


async def test_a_draft_outlives_the_terminal_and_the_next_one_is_told_of_the_first(path: str, tmp_path: Path) -> None:
    app = app_on(path, token="first")
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        await press(pilot, app, "2", "1")
        await until(pilot, lambda: "draft kept" in status(app))
        # What a kill leaves is what is on disk while the program runs.
        with closing(sqlite3.connect(path)) as running, closing(sqlite3.connect(tmp_path / "killed.db")) as left:
            running.backup(left)
    again = app_on(str(tmp_path / "killed.db"), token="second")
    async with again.run_test(size=(120, 40), notifications=True) as pilot:
        await begin(pilot)
        assert "A · It is wrong, A wrong fact" in question(again) or "A ✓ It is wrong, A wrong fact" in question(again)
        await until(pilot, lambda: "another: first" in notices(pilot))


async def test_several_choices_are_switched_and_down_goes_on(path: str) -> None:
    app = app_on(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        await press(pilot, app, "2", "1", "2", "1")
        assert "A ✓ It is wrong, A wrong form" in question(app)
        await press(pilot, app, "down", "down")
        assert "B 4/5 Is it right?" in question(app)


async def test_free_text_is_written_in_a_line_of_its_own(path: str) -> None:
    app = app_on(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        await press(pilot, app, "1", "up", "e")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press(*"such", "space", *"us", "enter")
        await until(pilot, lambda: isinstance(app.screen, RateScreen))
        await settle(pilot, app)
        assert "such us" in question(app)


async def test_a_note_and_a_confidence_go_with_the_labels(path: str) -> None:
    app = app_on(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press(*"odd", "enter")
        await until(pilot, lambda: isinstance(app.screen, RateScreen))
        await settle(pilot, app)
        await press(pilot, app, "w", "w", "1", "1", "enter")
        await until(pilot, lambda: "item 2" in status(app))
    assert [(label.note, label.confidence) for label in stored(path)] == [("odd", 2), (None, None)]


async def test_skip_brings_another_item(path: str) -> None:
    app = app_on(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        before = prompt(app)
        await press(pilot, app, "s")
        await until(pilot, lambda: prompt(app) != before)
        assert "skipped" in status(app)


async def test_a_flag_is_stored_with_its_reason(path: str) -> None:
    app = app_on(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press(*"cut", "enter")
        await until(pilot, lambda: isinstance(app.screen, RateScreen))
        await settle(pilot, app)
        await press(pilot, app, "i")
    with closing(open_for_reading(path)) as engine:
        assert engine.rows("select reason from flag order by number") == [("cut",), ("recognised",)]


async def test_find_goes_from_hit_to_hit_in_every_pane(path: str) -> None:
    app = app_on(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press(*"answer", "enter")
        await until(pilot, lambda: isinstance(app.screen, RateScreen))
        await until(pilot, lambda: "hit 1 of 2" in status(app))
        await press(pilot, app, "n")
        assert "hit 2 of 2" in status(app)
        assert rating(app).query_one(SideBySide).focused == 1


async def test_reasoning_comes_after_the_answer(path: str) -> None:
    app = app_on(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        pane = rating(app).query_one(SideBySide).panes[0]
        shown = pane.visible_text
        await press(pilot, app, "r")
        assert pane.visible_text == shown
        await press(pilot, app, "1", "left", "r")
        assert pane.visible_text == "(no reasoning is stored)"
        await press(pilot, app, "r")
        assert pane.visible_text == shown


@pytest.mark.parametrize("side", ["1", "2"])
async def test_a_preference_is_stored_by_response(tmp_path: Path, side: str) -> None:
    import tomllib

    path = make_study(tmp_path, rubric_from_json(canonical(tomllib.loads(PREFERENCE))), prompts=6)
    app = app_on(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        for number in range(1, 7):
            await press(pilot, app, side)
            assert "A+B ✓" in question(app)
            await press(pilot, app, "enter")
            await until(pilot, lambda number=number: len(stored(path)) == number)  # type: ignore[misc]
            await settle(pilot, app)
    for label in stored(path):
        preferred = label.response if label.value == "first" else label.other_response
        assert preferred == label.panes[int(side) - 1]


async def test_leaving_goes_home_and_coming_back_finds_the_item(path: str) -> None:
    app = app_on(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        before = prompt(app)
        await press(pilot, app, "1", "escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RateScreen) and app.screen.is_ready)
        assert prompt(app) == before
        assert "A ✓ It is right" in question(app)


async def test_the_end_of_a_study_is_said(tmp_path: Path) -> None:
    path = make_study(tmp_path, plain_rubric(), prompts=1)
    app = app_on(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        await pilot.press("1", "1", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReadText))
        assert len(stored(path)) == 2
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))


async def test_eight_panes_come_one_at_a_time_where_there_is_no_room(tmp_path: Path) -> None:
    path = make_study(tmp_path, plain_rubric(), configurations=8, panes=8)
    app = app_on(path)
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        panes = rating(app).query_one(SideBySide)
        assert panes.one_at_a_time
        assert [pane.display for pane in panes.panes] == [True] + [False] * 7
        await press(pilot, app, "1")
        assert panes.focused == 1


async def test_nothing_on_screen_names_a_configuration(path: str) -> None:
    app = app_on(path)
    async with app.run_test(size=(160, 48)) as pilot:
        await begin(pilot)
        await press(pilot, app, "1")
        picture = app.export_screenshot()
    for name in ("maker-of", "lab-x", ">m0<", ">m1<"):
        assert name not in picture


async def test_a_database_that_cannot_be_written_takes_the_answer_back(
    path: str,
) -> None:
    app = app_on(path)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await begin(pilot)
        refuse_writes(path)
        await press(pilot, app, "1")
        await until(pilot, lambda: "could not be kept" in status(app))
        assert "A ✓" not in question(app)


async def test_answers_given_in_one_go_that_cannot_be_written_are_all_taken_back(path: str) -> None:
    app = app_on(path)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        screen = await begin(pilot)
        refuse_writes(path)
        # As keys that arrive together: both act before it is known what became of the first.
        screen.action_answer("1")
        screen.action_answer("1")
        assert "A ✓ It is right   B ✓ It is right" in question(app)
        await until(pilot, lambda: "could not be kept" in status(app))
        assert "✓" not in question(app)


async def test_an_answer_that_cannot_be_written_is_taken_back_where_the_rater_went_on(path: str) -> None:
    app = app_on(path)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        screen = await begin(pilot)
        refuse_writes(path)
        screen.action_answer("1")
        screen.action_question(-1)
        await until(pilot, lambda: "could not be kept" in status(app))
        assert "✓" not in question(app)


async def test_a_zoomed_pane_shows_its_text_at_full_width_and_narrows_again(path: str) -> None:
    app = app_on(path)
    async with app.run_test(size=(120, 32)) as pilot:
        await begin(pilot)
        panes = rating(app).query_one(SideBySide)
        text = panes.panes[0].visible_text
        await press(pilot, app, "z")
        await until(pilot, lambda: any(text in row and len(row.rstrip()) == 120 for row in rows_on_screen(pilot)))
        await press(pilot, app, "z")
        await until(pilot, lambda: any(row.count("│") == 4 and text in row for row in rows_on_screen(pilot)))
