"""Settings: each goes round its values, shows, is remembered for one rater, and takes effect while rating."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import OptionList

from reviewer.session.terminal_session import Settings
from reviewer.tui.home_screen import HomeScreen
from reviewer.tui.rate_screen import RateScreen
from reviewer.tui.settings_screen import SettingsScreen
from reviewer.tui.themes import NAMES
from reviewer.tui.widgets.side_by_side import SideBySide
from tests.support.databases import refuse_writes
from tests.support.painted import SMALL, Tester, notices, text, until
from tests.support.rating_app import to_rating
from tests.support.screens import Asked, app_on, make_study_of, plain_rubric, session_on, stored

THEME, TOGETHER, BY_ITSELF, SEVERITY = range(4)
LONG = "\n".join(f"line {number}" for number in range(200))


@pytest.fixture
def path(tmp_path: Path) -> str:
    made = str(tmp_path / "reviews.db")
    make_study_of(made, plain_rubric(), [Asked(f"Question {number}?", [LONG, f"{LONG} b"]) for number in range(3)])
    return made


async def open_settings(pilot: Tester) -> SettingsScreen:
    await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
    await pilot.press("comma")
    await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))
    assert isinstance(pilot.app.screen, SettingsScreen)
    return pilot.app.screen


async def shown_settings(pilot: Tester) -> list[str]:
    """Return the value of each setting as the screen lists it."""
    listed = (await open_settings(pilot)).query_one(OptionList)
    return [str(listed.get_option_at_index(place).prompt).split()[-1] for place in range(listed.option_count)]


def kept(path: str) -> Settings:
    """Return the settings of the rater as another terminal finds them."""
    session = session_on(path)
    settings = session.settings()
    session.close()
    return settings


async def close_settings(pilot: Tester, key: str = "escape") -> None:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
    await pilot.app.workers.wait_for_complete()


async def change(pilot: Tester, *settings: int) -> None:
    """Give each of these settings its next value, as often as it is named, and go back."""
    await open_settings(pilot)
    for setting in settings:
        await pilot.press(*["down"] * setting, "enter", "home")
    await close_settings(pilot)


@pytest.mark.parametrize(
    ("setting", "values"),
    [
        (THEME, [*NAMES[1:], NAMES[0]]),
        (TOGETHER, ["no", "yes"]),
        (BY_ITSELF, ["yes", "no"]),
        (SEVERITY, ["severe", "none", "mild", "serious"]),
    ],
)
async def test_a_setting_goes_round_its_values(path: str, setting: int, values: list[str]) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        screen = await open_settings(pilot)
        await pilot.press(*["down"] * setting)
        seen = []
        for _ in values:
            await pilot.press("enter")
            listed = screen.query_one(OptionList)
            assert listed.highlighted == setting
            seen.append(str(listed.get_option_at_index(setting).prompt).split()[-1])
        assert seen == values


async def test_every_theme_there_is_can_be_worn(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        assert [name for name in NAMES if name not in pilot.app.available_themes] == []


async def test_a_theme_shows_at_once(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await open_settings(pilot)
        await pilot.press("enter")
        assert pilot.app.theme == NAMES[1]


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_settings_are_kept_when_they_are_closed(path: str, key: str) -> None:
    app = app_on(path, study=None)
    async with app.run_test(size=SMALL) as pilot:
        await open_settings(pilot)
        await pilot.press("down", "enter")
        await close_settings(pilot, key)
    assert kept(path) == Settings(joint_scrolling=False)


async def test_settings_that_were_not_changed_are_not_written(path: str) -> None:
    refuse_writes(path)
    before = Path(path).read_bytes()
    app = app_on(path, study=None)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await open_settings(pilot)
        await close_settings(pilot)
        assert notices(pilot) == ""
    assert Path(path).read_bytes() == before


async def test_a_second_terminal_of_the_rater_remembers_them(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await change(pilot, THEME, TOGETHER, BY_ITSELF, SEVERITY)
    again = app_on(path, study=None)
    async with again.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: isinstance(again.screen, HomeScreen))
        assert again.theme == NAMES[1]
        assert await shown_settings(pilot) == [NAMES[1], "no", "yes", "severe"]


async def test_another_rater_does_not_get_them(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await change(pilot, THEME, TOGETHER, BY_ITSELF, SEVERITY)
    other = app_on(path, rater="r2", study=None)
    async with other.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: isinstance(other.screen, HomeScreen))
        assert other.theme == Settings().theme
        assert await shown_settings(pilot) == [Settings().theme, "yes", "no", "serious"]


async def test_a_theme_from_the_palette_is_remembered(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        [light] = [
            one for one in pilot.app.get_system_commands(pilot.app.screen) if one.title == "Theme reviewer-light"
        ]
        light.callback()
        await pilot.app.workers.wait_for_complete()
    again = app_on(path, study=None)
    async with again.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: isinstance(again.screen, HomeScreen))
        assert again.theme == "reviewer-light"


async def test_a_theme_that_is_no_more_gives_way_to_the_usual_one(path: str) -> None:
    session = session_on(path)
    session.keep_settings(Settings(theme="gone"))
    session.close()
    again = app_on(path, study=None)
    async with again.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: isinstance(again.screen, HomeScreen))
        assert again.theme == Settings().theme


async def test_settings_that_cannot_be_written_are_said_and_hold_meanwhile(path: str) -> None:
    app = app_on(path, study=None)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        screen = await to_rating(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not screen)
        refuse_writes(path)
        await change(pilot, TOGETHER)
        await until(pilot, lambda: "read-only" in notices(pilot))
        assert (await shown_settings(pilot))[TOGETHER] == "no"


def tops(screen: RateScreen) -> list[int]:
    return [pane.scroll_offset.y for pane in screen.query_one(SideBySide).panes]


async def test_panes_scroll_together_as_usual(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        screen = await to_rating(pilot)
        await pilot.press("j", "j")
        assert tops(screen) == [2, 2]


async def test_panes_scroll_alone_where_the_rater_wants_it(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await change(pilot, TOGETHER)
        screen = await to_rating(pilot)
        await pilot.press("j", "j")
        assert tops(screen) == [2, 0]


async def test_the_last_answer_waits_for_enter_as_usual(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await to_rating(pilot)
        await pilot.press("1", "1")
        await until(pilot, lambda: "draft kept" in text(pilot))
        assert "item 1 of 3" in text(pilot)
    assert stored(path) == []


async def test_the_last_answer_saves_where_the_rater_wants_it(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await change(pilot, BY_ITSELF)
        await to_rating(pilot)
        await pilot.press("1", "1")
        await until(pilot, lambda: "item 1 saved" in text(pilot))
        assert "item 2 of 3" in text(pilot)
    assert [label.value for label in stored(path)] == ["yes", "yes"]


async def test_nothing_saves_by_itself_before_the_last_answer(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await change(pilot, BY_ITSELF)
        await to_rating(pilot)
        await pilot.press("2", "1", "1", "down", "down")
        await until(pilot, lambda: "draft kept" in text(pilot))
        assert "item 1 of 3" in text(pilot)
    assert stored(path) == []


async def test_a_note_on_a_finished_item_does_not_save_it(path: str) -> None:
    """Auto-submit is about answers: who goes back to write a note would lose the item from under the pen."""
    app = app_on(path, study=None)
    async with app.run_test(size=SMALL) as pilot:
        screen = await to_rating(pilot)
        await pilot.press("1", "1")
        await until(pilot, lambda: "draft kept" in text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not screen)
        await change(pilot, BY_ITSELF)
        await to_rating(pilot)
        await pilot.press("w")
        await until(pilot, lambda: "draft kept" in text(pilot))
        assert "item 1 of 3" in text(pilot)
    assert stored(path) == []
