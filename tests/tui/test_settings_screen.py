"""Settings: each goes round its values, shows, is remembered for one rater, and takes effect while rating."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from reviewer.session.terminal_session import Settings
from reviewer.tui.app import ReviewerApp
from reviewer.tui.dialogs import ReadText
from reviewer.tui.home_screen import HomeScreen
from reviewer.tui.rate_screen import RateScreen
from reviewer.tui.settings_screen import SettingsScreen
from reviewer.tui.themes import NAMES
from reviewer.tui.widgets.side_by_side import SideBySide
from tests.support.screens import Asked, app_on, make_study_of, plain_rubric, rows_on_screen, stored, until

Tester = Pilot[None]
SMALL = (80, 24)
THEME, TOGETHER, BY_ITSELF, SEVERITY = range(4)
LONG = "\n".join(f"line {number}" for number in range(200))


@pytest.fixture(autouse=True)
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let keys count at once on a new item."""
    monkeypatch.setattr("reviewer.tui.reading_screen.GUARD_SECONDS", 0.01)


@pytest.fixture
def path(tmp_path: Path) -> str:
    made = str(tmp_path / "reviews.db")
    make_study_of(made, plain_rubric(), [Asked(f"Question {number}?", [LONG, f"{LONG} b"]) for number in range(3)])
    return made


def text(pilot: Tester) -> str:
    return "\n".join(rows_on_screen(pilot))


async def open_settings(pilot: Tester) -> SettingsScreen:
    await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
    await pilot.press("comma")
    await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))
    assert isinstance(pilot.app.screen, SettingsScreen)
    return pilot.app.screen


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


async def rate(pilot: Tester) -> RateScreen:
    """Take up the chosen study, past the guideline where it is shown."""
    app = pilot.app
    await until(pilot, lambda: isinstance(app.screen, HomeScreen) and app.screen._home is not None)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, ReadText) or ready(app))
    if isinstance(app.screen, ReadText):
        await pilot.press("enter")
    await until(pilot, lambda: ready(app))
    assert isinstance(app.screen, RateScreen)
    return app.screen


def ready(app: object) -> bool:
    assert isinstance(app, ReviewerApp)
    return isinstance(app.screen, RateScreen) and app.screen.is_ready


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
        kept = app._thread.call(lambda session: session.settings()).result()
        assert kept == Settings(joint_scrolling=False)


async def test_settings_that_were_not_changed_are_not_written(path: str) -> None:
    before = Path(path).read_bytes()
    app = app_on(path, study=None)
    async with app.run_test(size=SMALL) as pilot:
        await open_settings(pilot)
        await close_settings(pilot)
        assert app._thread.call(lambda session: session._engine.read_only).result()
    assert Path(path).read_bytes() == before


async def test_a_second_terminal_of_the_rater_remembers_them(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await change(pilot, THEME, TOGETHER, BY_ITSELF, SEVERITY)
    again = app_on(path, study=None)
    async with again.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: isinstance(again.screen, HomeScreen))
        assert again.theme == NAMES[1]
        assert again._settings == Settings(NAMES[1], joint_scrolling=False, submits_by_itself=True, severity_limit=3)


async def test_another_rater_does_not_get_them(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await change(pilot, THEME, TOGETHER, BY_ITSELF, SEVERITY)
    other = app_on(path, rater="r2", study=None)
    async with other.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: isinstance(other.screen, HomeScreen))
        assert other.theme == Settings().theme
        assert other._settings == Settings()


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
    first = app_on(path, study=None)
    async with first.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: isinstance(first.screen, HomeScreen))
        first._thread.call(lambda session: session.keep_settings(Settings(theme="gone"))).result()
    again = app_on(path, study=None)
    async with again.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: isinstance(again.screen, HomeScreen))
        assert again.theme == Settings().theme


async def test_settings_that_cannot_be_written_are_said_and_hold_meanwhile(path: str) -> None:
    app = app_on(path, study=None)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        screen = await rate(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not screen)
        app._thread.call(lambda session: session._engine.rows("pragma query_only = on")).result()
        await change(pilot, TOGETHER)
        await until(pilot, lambda: any("read-only" in note.message for note in app._notifications))
        assert not app._settings.joint_scrolling


def tops(screen: RateScreen) -> list[int]:
    return [pane.scroll_offset.y for pane in screen.query_one(SideBySide).panes]


async def test_panes_scroll_together_as_usual(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        screen = await rate(pilot)
        await pilot.press("j", "j")
        assert tops(screen) == [2, 2]


async def test_panes_scroll_alone_where_the_rater_wants_it(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await change(pilot, TOGETHER)
        screen = await rate(pilot)
        await pilot.press("j", "j")
        assert tops(screen) == [2, 0]


async def test_the_last_answer_waits_for_enter_as_usual(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await rate(pilot)
        await pilot.press("1", "1")
        await until(pilot, lambda: "draft kept" in text(pilot))
        assert "item 1 of 3" in text(pilot)
    assert stored(path) == []


async def test_the_last_answer_saves_where_the_rater_wants_it(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await change(pilot, BY_ITSELF)
        await rate(pilot)
        await pilot.press("1", "1")
        await until(pilot, lambda: "item 1 saved" in text(pilot))
        assert "item 2 of 3" in text(pilot)
    assert [label.value for label in stored(path)] == ["yes", "yes"]


async def test_nothing_saves_by_itself_before_the_last_answer(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await change(pilot, BY_ITSELF)
        await rate(pilot)
        await pilot.press("2", "1", "1", "down", "down")
        await until(pilot, lambda: "draft kept" in text(pilot))
        assert "item 1 of 3" in text(pilot)
    assert stored(path) == []


async def test_a_note_on_a_finished_item_does_not_save_it(path: str) -> None:
    """Auto-submit is about answers: who goes back to write a note would lose the item from under the pen."""
    app = app_on(path, study=None)
    async with app.run_test(size=SMALL) as pilot:
        screen = await rate(pilot)
        await pilot.press("1", "1")
        await until(pilot, lambda: "draft kept" in text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not screen)
        await change(pilot, BY_ITSELF)
        await rate(pilot)
        await pilot.press("w")
        await until(pilot, lambda: "draft kept" in text(pilot))
        assert "item 1 of 3" in text(pilot)
    assert stored(path) == []
