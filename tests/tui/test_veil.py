"""Content above the rater's severity limit: covered until asked for, and not one character of it on screen before."""

from __future__ import annotations

import base64
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.model import Rater
from reviewer.session.terminal_session import Settings
from reviewer.store import raters
from reviewer.store.sqlite import open_for_writing
from reviewer.tui.dialogs import AskText
from reviewer.tui.widgets.side_by_side import SideBySide
from tests.support.painted import SMALL, WIDE, Tester, rows_on_screen, text, until
from tests.support.rating_app import begin, is_ready
from tests.support.screens import Asked, app_on, make_study_of, plain_rubric
from tests.support.stories import NOW

# Letters of a script that nothing else on the screen is written in.
PROMPT, REFERENCE, FIRST, SECOND = "α" * 30, "ζ" * 10, "β γ " * 30, "δ\n" * 90
COVERED = frozenset("αβγδζ")


def study(tmp_path: Path, severity: int | None, limit: int = Settings().severity_limit) -> str:
    path = str(tmp_path / "reviews.db")
    make_study_of(path, plain_rubric(), [Asked(PROMPT, [FIRST, SECOND], severity, reference=REFERENCE)])
    with closing(open_for_writing(path)) as engine, engine.writing():
        raters.ensure(engine, Rater("r1"), NOW)
        raters.keep_settings(engine, "r1", f'{{"severity_limit": {limit}}}', NOW)
    return path


def seen(pilot: Tester) -> set[str]:
    """Which letters of the covered content are on screen, in the frames of panes included."""
    return set(text(pilot)) & COVERED


@pytest.mark.parametrize(
    ("severity", "limit", "covered"),
    [(3, 2, True), (2, 2, False), (1, 0, True), (None, 0, False)],
)
async def test_what_is_above_the_limit_is_covered(
    tmp_path: Path, severity: int | None, limit: int, covered: bool
) -> None:
    async with app_on(study(tmp_path, severity, limit)).run_test(size=WIDE) as pilot:
        await begin(pilot)
        assert seen(pilot) == (set() if covered else COVERED)


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_the_severity_and_the_key_are_said(tmp_path: Path, size: tuple[int, int]) -> None:
    async with app_on(study(tmp_path, 3)).run_test(size=size) as pilot:
        await begin(pilot)
        assert "prompt · severity severe" in text(pilot)
        assert "press v" in text(pilot)
        assert seen(pilot) == set()


async def test_v_uncovers_prompt_and_responses(tmp_path: Path) -> None:
    async with app_on(study(tmp_path, 3)).run_test(size=WIDE) as pilot:
        await begin(pilot)
        await pilot.press("v")
        await pilot.pause()
        assert seen(pilot) == COVERED


@pytest.mark.parametrize(
    "keys",
    [
        ["j", "space", "right_square_bracket", "l", "j"],
        ["right", "z", "right", "z"],
        ["d", "d"],
        ["1", "left", "r", "u"],
        ["c"],
        ["f", "escape"],
        ["g", "escape"],
    ],
    ids="-".join,
)
async def test_no_other_key_uncovers_anything(tmp_path: Path, keys: list[str]) -> None:
    async with app_on(study(tmp_path, 3)).run_test(size=WIDE) as pilot:
        screen = await begin(pilot)
        shown: set[str] = set()
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
            shown |= seen(pilot)
        await until(pilot, lambda: pilot.app.screen is screen)
        assert shown | seen(pilot) == set()


async def test_decoding_shows_nothing_of_what_is_covered(tmp_path: Path) -> None:
    path = str(tmp_path / "reviews.db")
    encoded = base64.b64encode(b"meet at the harbour at noon").decode()
    make_study_of(path, plain_rubric(), [Asked(PROMPT, [encoded, encoded], 3)])
    async with app_on(path).run_test(size=WIDE) as pilot:
        await begin(pilot)
        await pilot.press("x")
        await pilot.pause()
        assert "harbour" not in text(pilot)
        assert encoded not in text(pilot)


@pytest.mark.parametrize("words", ["αα", "δ"])
async def test_find_shows_nothing_of_what_is_covered(tmp_path: Path, words: str) -> None:
    async with app_on(study(tmp_path, 3)).run_test(size=WIDE) as pilot:
        screen = await begin(pilot)
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskText))
        await pilot.press(*words, "enter")
        await until(pilot, lambda: pilot.app.screen is screen and screen.is_ready)
        await pilot.press("n")
        await pilot.pause()
        assert seen(pilot) == set()


async def test_another_size_uncovers_nothing(tmp_path: Path) -> None:
    async with app_on(study(tmp_path, 3)).run_test(size=WIDE) as pilot:
        await begin(pilot)
        for size in (SMALL, (40, 12), WIDE):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert seen(pilot) == set()


async def test_another_theme_uncovers_nothing(tmp_path: Path) -> None:
    async with app_on(study(tmp_path, 3)).run_test(size=WIDE) as pilot:
        await begin(pilot)
        pilot.app.theme = "reviewer-light"
        await pilot.pause()
        assert seen(pilot) == set()


async def test_selecting_everything_copies_nothing_of_what_is_covered(tmp_path: Path) -> None:
    async with app_on(study(tmp_path, 3)).run_test(size=WIDE) as pilot:
        screen = await begin(pilot)
        screen.text_select_all()
        await pilot.pause()
        assert set(screen.get_selected_text() or "") & COVERED == set()


async def test_an_item_that_was_left_is_covered_again(tmp_path: Path) -> None:
    app = app_on(study(tmp_path, 3))
    async with app.run_test(size=WIDE) as pilot:
        screen = await begin(pilot)
        await pilot.press("v")
        await pilot.pause()
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not screen)
        await pilot.press("enter")
        await until(pilot, lambda: is_ready(app))
        await pilot.pause()
        assert seen(pilot) == set()


async def test_the_next_item_is_covered_though_the_one_before_was_not(tmp_path: Path) -> None:
    path = str(tmp_path / "reviews.db")
    asked = [Asked(f"{PROMPT} {number}", [FIRST, f"{SECOND} {number}"], 3) for number in range(2)]
    make_study_of(path, plain_rubric(), asked)
    app = app_on(path)
    async with app.run_test(size=WIDE) as pilot:
        await begin(pilot)
        await pilot.press("v", "1", "1", "enter")
        await until(pilot, lambda: "item 2 of 2" in text(pilot) and is_ready(app))
        await pilot.pause()
        assert seen(pilot) == set()


async def test_what_needs_no_cover_after_what_did_is_shown(tmp_path: Path) -> None:
    path = str(tmp_path / "reviews.db")
    asked = [Asked(f"{PROMPT} {number}", [FIRST, f"{SECOND} {number}"], 3 * number) for number in range(2)]
    make_study_of(path, plain_rubric(), asked)
    app = app_on(path)
    async with app.run_test(size=WIDE) as pilot:
        await begin(pilot)
        states = [bool(seen(pilot))]
        await pilot.press("1", "1", "enter")
        await until(pilot, lambda: "item 2 of 2" in text(pilot) and is_ready(app))
        await pilot.pause()
        states.append(bool(seen(pilot)))
        assert sorted(states) == [False, True]


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_a_zoomed_pane_is_read_in_its_whole_width(tmp_path: Path, size: tuple[int, int]) -> None:
    """What was covered, seen, and zoomed is painted anew for the new width."""
    async with app_on(study(tmp_path, None)).run_test(size=size) as pilot:
        screen = await begin(pilot)
        await pilot.press("z")
        await pilot.pause()
        [pane] = [pane for pane in screen.query_one(SideBySide).panes if pane.display]
        inside = rows_on_screen(pilot)[pane.region.y + 1]
        assert inside[pane.region.x + 2] in COVERED
        assert inside[pane.region.right - 1] == "│"
