from __future__ import annotations

import re
import time

import pytest
from textual.app import App, ComposeResult
from textual.content import Content
from textual.events import MouseScrollDown
from textual.geometry import Offset
from textual.message import Message
from textual.selection import Selection
from textual.widget import Widget

from reviewer.text.visible import visible
from reviewer.tui.widgets.marks import Mark, MarkKind, PaneText
from reviewer.tui.widgets.painting import GUARD
from reviewer.tui.widgets.side_by_side import Column, SideBySide
from reviewer.tui.widgets.text_pane import TextPane
from tests.support.hostile_text import CONTROL
from tests.support.painted import layouts_of, rows_on_screen, strips_on_screen

HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]52;c;aGk=\x1b\\",
    "\x9b31m \x9d0;x\x9c",
    "nul \x00 del \x7f bs \x08 cr \r vt \x0b",
    "[/nope]",
    "[red]x[/red] [@click=app.quit]quit[/]",
    "\u202eright to left\u202c \u2066isolate\u2069",
    "zero\u200bwidth\u2060\ufeff\u00ad",
    "tags \U000e0041\U000e0042",
    "lone \ud800 surrogate",
    "line\u2028separator\u2029",
    "مرحبا بالعالم שלום",
    f"{'👨‍👩‍👧' * 60} {'🇫🇷' * 60} {'👍🏽' * 60}",
    "中文字符" * 60,
    "e" + "\u0301" * 500,
    "a\u200db" * 300,
    "\tindented\twith\ttabs",
]
LONG = "\n".join(f"line {number}" for number in range(500))


class Application(App[None]):
    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.animation_level = "none"
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


def rows(pane: TextPane) -> list[str]:
    """What the pane shows, row by row, without gutters."""
    strips = [pane.render_line(y) for y in range(pane.scrollable_content_region.height)]
    return [strip.text.replace(GUARD, " ").strip() for strip in strips]


def styles(pane: TextPane, row: int, word: str) -> str:
    [segment] = [segment for segment in pane.render_line(row) if segment.text == word]
    return str(segment.style)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("width", [12, 80])
async def test_hostile_text_reaches_the_screen_as_signs(text: str, width: int) -> None:
    pane = TextPane(PaneText(text * 3))
    pane.entitle(Content(text))
    async with Application(pane).run_test(size=(width, 20)) as pilot:
        await pilot.pause()
        for line in range(pane.height_in_lines):
            pane.go_to_line(line)
            assert pane.render_line(0).cell_length == pane.scrollable_content_region.width
        await pilot.pause()
        for strip in strips_on_screen(pilot):
            assert strip.cell_length == width
            assert not CONTROL.search(strip.text)


async def test_all_of_a_text_is_shown_and_nothing_else() -> None:
    text = "".join(HOSTILE) + LONG
    pane = TextPane(PaneText(text))
    async with Application(pane).run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        seen = ""
        for line in range(pane.height_in_lines):
            pane.go_to_line(line)
            row = line - pane.scroll_offset.y
            seen += pane.render_line(row).text
        assert re.sub(rf"[\s{GUARD}\u200d]", "", seen) == re.sub(r"[\s\u200d]", "", visible(text))


async def test_a_title_in_markup_is_text() -> None:
    pane = TextPane()
    pane.entitle(Content("[/nope] \x1b[31m\nB"))
    async with Application(pane).run_test(size=(60, 5)) as pilot:
        assert "[/nope] ␛[31m␊B" in rows_on_screen(pilot)[0]


async def test_right_to_left_letters_stand_between_guards() -> None:
    pane = TextPane(PaneText("plain\nمرحبا\n" + "שלום " * 40))
    async with Application(pane).run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        lines = [pane.render_line(y).text for y in range(4)]
        assert GUARD not in lines[0]
        assert all(line[0] == line[-1] == GUARD for line in lines[1:])


async def test_showing_another_text_starts_at_its_top_and_lays_nothing_out() -> None:
    pane = TextPane(PaneText(LONG))
    async with Application(pane).run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        pane.scroll_page(3)
        await pilot.pause()
        assert rows(pane)[0] == "line 51"
        layouts = layouts_of(pilot)
        pane.show(PaneText("short"))
        await pilot.pause()
        assert layouts == []
        assert rows(pane)[:2] == ["short", ""]
        assert pane.scroll_offset.y == 0
        assert pane.max_scroll_y == 0
        assert "short" in rows_on_screen(pilot)[1]


async def test_marks_are_told_apart_without_colour() -> None:
    text = "role difference secret find current plain"
    starts = {kind: text.index(kind.value.removeprefix("find-")) for kind in MarkKind}
    marks = tuple(Mark(start, text.index(" ", start), kind) for kind, start in starts.items())
    pane = TextPane(PaneText(text, marks))
    async with Application(pane).run_test(size=(60, 5)) as pilot:
        await pilot.pause()
        look = {kind: styles(pane, 0, text[mark.start : mark.end]) for kind, mark in zip(MarkKind, marks, strict=True)}
        signs = [frozenset({"bold", "underline", "reverse"} & set(style.split())) for style in look.values()]
        assert len(set(signs)) == len(MarkKind)
        assert frozenset() not in signs
        pane.mark(())
        assert len([segment for segment in pane.render_line(0) if segment.text.strip()]) == 1


async def test_a_mark_goes_on_over_a_break_and_takes_whole_signs() -> None:
    text = "👨‍👩‍👧 one two three"
    pane = TextPane(PaneText(text, (Mark(2, 20, MarkKind.FIND_CURRENT),)))
    async with Application(pane).run_test(size=(15, 6)) as pilot:
        await pilot.pause()
        assert "reverse" in styles(pane, 0, "👨‍👩‍👧 one two ")
        assert "reverse" in styles(pane, 1, "three")


async def test_an_offset_is_brought_into_sight() -> None:
    pane = TextPane(PaneText(LONG))
    async with Application(pane).run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        pane.scroll_to_offset(LONG.index("line 300"))
        assert "line 300" in rows(pane)
        before = pane.scroll_offset.y
        pane.scroll_to_offset(LONG.index("line 301"))
        assert pane.scroll_offset.y == before
        pane.scroll_to_offset(len(LONG))
        assert "line 499" in rows(pane)


async def test_a_covered_pane_shows_nothing_of_its_text() -> None:
    pane = TextPane(PaneText("secret " * 2000))
    async with Application(pane).run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        pane.scroll_lines(20)
        pane.cover("covered: severity 3, press v to uncover \x1b")
        await pilot.pause()
        screen = "\n".join(rows_on_screen(pilot))
        assert "secret" not in screen
        assert "covered: severity 3, press v to uncover ␛" in screen
        assert pane.get_selection(Selection(None, None)) is None
        assert pane.max_scroll_y == 0
        pane.show(PaneText("another secret"))
        pane.scroll_to_offset(5)
        await pilot.pause()
        assert "secret" not in "\n".join(rows_on_screen(pilot))
        pane.covered = False
        await pilot.pause()
        assert rows(pane)[0] == "another secret"
        assert "another secret" in rows_on_screen(pilot)[1]


async def test_the_text_at_the_top_stays_there_when_the_width_changes() -> None:
    pane = TextPane(PaneText(" ".join(f"w{number}" for number in range(5000))))
    async with Application(pane).run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        pane.scroll_lines(100)
        first = rows(pane)[0].split()[0]
        await pilot.resize_terminal(40, 20)
        await pilot.pause()
        assert first in rows(pane)[0].split()
        assert all(strip.cell_length == 40 for strip in strips_on_screen(pilot))


async def test_what_is_selected_is_copied_without_the_breaks_of_the_width() -> None:
    text = "one two\tthree four\n中文字 end"
    pane = TextPane(PaneText(text))
    async with Application(pane).run_test(size=(18, 8)) as pilot:
        await pilot.pause()
        assert pane.get_selection(Selection(None, None)) == (text, "\n")
        assert pane.get_selection(Selection(Offset(4, 0), Offset(5, 1))) == ("two\tthree", "\n")
        pilot.app.screen.selections = {pane: Selection(Offset(4, 0), Offset(7, 0))}
        await pilot.pause()
        assert "two" in [segment.text for segment in pane.render_line(0)]


async def test_a_drag_of_the_mouse_selects() -> None:
    pane = TextPane(PaneText("one two three"))
    async with Application(pane).run_test(size=(40, 8)) as pilot:
        await pilot.pause()
        await pilot.mouse_down(offset=(6, 1))
        await pilot.hover(offset=(9, 1))
        await pilot.mouse_up(offset=(9, 1))
        assert (pilot.app.screen.get_selected_text() or "").strip() in {"two", "two t"}


@pytest.mark.parametrize(
    "text",
    ["some words, and more of them. " * 33_334, "中文字符" * 250_000, "\n" * 1_000_000],
    ids=["prose", "wide", "empty lines"],
)
async def test_a_million_characters_are_shown_at_once_and_wrapped_to_the_end(text: str) -> None:
    pane = TextPane(PaneText("x"))
    async with Application(pane).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        begun = time.process_time()
        pane.show(PaneText(text))
        assert pane.render_line(0).cell_length == 77
        assert time.process_time() - begun < 2, "far over the budget, which is measured in benchmarks"
        pane.scroll_to_offset(len(text))
        assert pane.height_in_lines == pane.scroll_offset.y + 22
        assert text.rstrip().endswith(rows(pane)[-1])


def three(**texts: str) -> list[Column]:
    return [Column(alias, PaneText(text)) for alias, text in texts.items()]


async def test_the_wheel_moves_all_panes_and_no_echo_comes_back() -> None:
    panes = SideBySide()
    messages: list[Message] = []
    async with Application(panes).run_test(size=(130, 20), message_hook=messages.append) as pilot:
        panes.show(three(A=LONG, B=LONG, C="short"))
        await pilot.pause()
        x, y = panes.panes[1].content_region.offset
        pilot.app.post_message(MouseScrollDown(None, x, y, 0, 0, 0, False, False, False))
        await pilot.pause()
        moved = panes.panes[1].scroll_offset.y
        assert moved > 0
        assert [pane.scroll_offset.y for pane in panes.panes] == [moved, moved, 0]
        assert {message.pane for message in messages if isinstance(message, TextPane.Scrolled)} == {panes.panes[1]}


async def test_keys_scroll_all_panes_or_the_focused_one() -> None:
    panes = SideBySide()
    async with Application(panes).run_test(size=(130, 20)) as pilot:
        panes.show(three(A="\n" * 30, B=LONG))
        await pilot.pause()
        panes.scroll_page(2)
        panes.scroll_lines(10)
        assert [pane.scroll_offset.y for pane in panes.panes] == [13, 44]
        panes.locked = False
        panes.focus_pane(1)
        panes.scroll_lines(-40)
        assert [pane.scroll_offset.y for pane in panes.panes] == [13, 4]
        panes.locked = True
        assert [pane.scroll_offset.y for pane in panes.panes] == [4, 4]


@pytest.mark.parametrize(
    ("width", "count", "shown"), [(80, 2, "AB"), (75, 2, "A"), (80, 3, "A"), (120, 3, "ABC"), (40, 1, "A")]
)
async def test_where_panes_would_be_too_narrow_there_is_one(width: int, count: int, shown: str) -> None:
    panes = SideBySide()
    async with Application(panes).run_test(size=(width, 24)) as pilot:
        panes.show([Column(alias, PaneText(f"text of {alias}")) for alias in "ABCDEFGH"[:count]])
        await pilot.pause()
        screen = "\n".join(rows_on_screen(pilot))
        assert "".join(alias for alias in "ABCDEFGH" if f"text of {alias}" in screen) == shown
        assert ("[A] B" in screen) == (len(shown) < count)
        assert all(strip.cell_length == width for strip in strips_on_screen(pilot))


async def test_a_zoomed_pane_has_the_full_width_and_the_next_goes_on_at_the_same_line() -> None:
    panes = SideBySide()
    async with Application(panes).run_test(size=(100, 24)) as pilot:
        panes.show(three(A=LONG, B=LONG))
        await pilot.pause()
        panes.scroll_lines(7)
        panes.zoomed = True
        await pilot.pause()
        assert [pane.size.width for pane in panes.panes if pane.display] == [98]
        panes.focus_pane(1)
        await pilot.pause()
        assert " A [B]" in rows_on_screen(pilot)[0]
        assert rows(panes.panes[1])[0] == "line 7"
        panes.zoomed = False
        await pilot.pause()
        assert all(pane.display for pane in panes.panes)
        assert [pane.scroll_offset.y for pane in panes.panes] == [7, 7]


async def test_a_click_tells_the_pane_and_so_does_one_on_its_alias() -> None:
    panes = SideBySide()
    messages: list[Message] = []
    async with Application(panes).run_test(size=(100, 24), message_hook=messages.append) as pilot:
        panes.show(three(A="one", B="two"))
        await pilot.pause()
        await pilot.click(panes.panes[1], offset=(5, 5))
        panes.zoomed = True
        await pilot.pause()
        await pilot.click(panes, offset=(2, 0))
        await pilot.pause()
        # A message is seen once at every widget it passes.
        chosen = {id(message): message.index for message in messages if isinstance(message, SideBySide.PaneChosen)}
        assert list(chosen.values()) == [1, 0]


async def test_the_next_item_mounts_nothing_and_lays_nothing_out() -> None:
    panes = SideBySide()
    async with Application(panes).run_test(size=(100, 24)) as pilot:
        panes.show(three(A=LONG, B=LONG))
        await pilot.pause()
        before = list(panes.query(Widget))
        layouts = layouts_of(pilot)
        panes.show(three(A="next", B=LONG * 2))
        await pilot.pause()
        assert layouts == []
        assert list(panes.query(Widget)) == before
        assert "next" in rows_on_screen(pilot)[1]
        panes.show(three(A="only"))
        await pilot.pause()
        assert layouts, "fewer panes are laid out anew"
        assert panes.panes[0].size.width == 98


async def test_the_title_follows_the_focus_and_the_frame_of_every_row_the_theme() -> None:
    panes = SideBySide()
    async with Application(panes).run_test(size=(100, 12)) as pilot:
        panes.show(three(A=LONG, B=LONG))
        await pilot.pause()
        assert rows_on_screen(pilot)[0].index("▶ A") < 50
        panes.focus_pane(1)
        await pilot.pause()
        assert "▶ A" not in rows_on_screen(pilot)[0]
        assert rows_on_screen(pilot)[0].index("▶ B") > 50
        before = strips_on_screen(pilot)[5]
        pilot.app.theme = "textual-light"
        await pilot.pause()
        after = strips_on_screen(pilot)[5]
        assert after.text == before.text
        assert not {segment.style for segment in before} & {segment.style for segment in after}


async def test_no_more_rows_are_kept_than_a_rater_scrolls_to_and_fro() -> None:
    pane = TextPane(PaneText("\n".join(f"line {number}" for number in range(3000))))
    async with Application(pane).run_test(size=(60, 40)) as pilot:
        for _ in range(60):
            pane.scroll_page(1)
            await pilot.pause()
            assert f"line {pane.scroll_offset.y}" == rows(pane)[0]
            assert f" line {pane.scroll_offset.y} " in rows_on_screen(pilot)[1]
        assert 0 < pane.kept_rows <= 512


async def test_an_item_without_panes_is_refused() -> None:
    with pytest.raises(ValueError, match="0 panes"):
        SideBySide().show([])
