from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen
from textual.widgets import Input

from reviewer.tui.dialogs import AskText, Confirm, ReadText, ShowKeys
from reviewer.tui.widgets.text_pane import TextPane
from tests.support.hostile_text import CONTROL
from tests.support.painted import rows_on_screen, strips_on_screen

SIZES = [(80, 24), (160, 48)]
LONG = "\n".join(f"line {number}" for number in range(300))
HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b]52;c;aGk=\x1b\\ \x9b31m \x9d0;x\x9c nul \x00 del \x7f bs \x08 "
    "cr \r vt \x0b [/nope] [red]x[/red] [@click=app.quit]quit[/] \u202eleft\u202c \u2066isolate\u2069 "
    "zero\u200bwidth\u2060\ufeff tags \U000e0041 surrogate \ud800 line\u2028end \t tab \n new line"
)


class Below(Screen[None]):
    """A screen with letters of its own, which no dialog may let through."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding(key, "note") for key in ("a", "q", "y", "j", "enter", "x")]

    def __init__(self) -> None:
        super().__init__()
        self.reached = 0

    def action_note(self) -> None:
        self.reached += 1


class Application(App[None]):
    def __init__(self, dialog: ModalScreen[Any]) -> None:
        super().__init__()
        self.animation_level = "none"
        self.dialog = dialog
        self.below = Below()
        self.answers: list[object] = []

    async def on_mount(self) -> None:
        await self.push_screen(self.below)
        await self.push_screen(self.dialog, self.answers.append)


async def answers(dialog: ModalScreen[Any], *keys: str) -> list[object]:
    """What a dialog returned after keys; it must be closed then, or the answers are empty."""
    app = Application(dialog)
    async with app.run_test() as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert app.below.reached == 0
        assert (app.screen is app.below) == bool(app.answers)
    return app.answers


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["a", "q", "space", "y", "j", "x", "enter"], ["aq yjx"]),
        (["enter"], [""]),
        (["a", "escape"], [None]),
        (["left_square_bracket", "slash", "x", "right_square_bracket", "enter"], ["[/x]"]),
        (["a"], []),
    ],
)
async def test_a_line_is_asked_for(keys: list[str], answer: list[object]) -> None:
    assert await answers(AskText("Note", placeholder="what about it?"), *keys) == answer


async def test_an_initial_text_is_gone_on_with() -> None:
    assert await answers(AskText("Note", "so far"), "x", "enter") == ["so farx"]


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["minus", "4", "full_stop", "5", "enter"], ["-4.5"]),
        (["a", "7", "x", "enter"], ["7"]),
        (["enter"], [""]),
        (["minus", "enter"], []),
        (["minus", "enter", "2", "enter"], ["-2"]),
        (["1", "escape"], [None]),
    ],
)
async def test_a_number_is_asked_for(keys: list[str], answer: list[object]) -> None:
    assert await answers(AskText("How many?", number=True), *keys) == answer


async def test_what_is_no_number_is_pointed_out() -> None:
    app = Application(AskText("How many?", number=True))
    async with app.run_test() as pilot:
        await pilot.press("minus", "enter")
        await pilot.pause()
        assert any("not a number" in row for row in rows_on_screen(pilot))


async def test_what_is_pasted_becomes_one_harmless_line() -> None:
    app = Application(AskText("Note", "[] "))
    async with app.run_test() as pilot:
        app.screen.query_one(Input).post_message(events.Paste(f"one\ntwo\r\nthree {HOSTILE}"))
        await pilot.pause()
        assert not any(map(CONTROL.search, rows_on_screen(pilot)))
        await pilot.press("enter")
    [answer] = app.answers
    assert isinstance(answer, str)
    assert answer.startswith("[] one two three ␛[31mred␛[0m")
    assert not CONTROL.search(answer)


async def test_pasting_replaces_what_is_selected() -> None:
    app = Application(AskText("Note", "all of it"))
    async with app.run_test() as pilot:
        await pilot.press("home", "shift+end")
        app.screen.query_one(Input).post_message(events.Paste("new"))
        await pilot.pause()
        await pilot.press("enter")
    assert app.answers == ["new"]


@pytest.mark.parametrize(("key", "answer"), [("y", True), ("n", False), ("escape", False)])
async def test_a_question_is_answered(key: str, answer: bool) -> None:
    assert await answers(Confirm("Close the study?"), "a", "q", "x", key) == [answer]


async def test_enter_answers_no_question() -> None:
    assert await answers(Confirm("Close the study?"), "enter") == []


READERS: list[Callable[[], ModalScreen[None]]] = [
    lambda: ReadText("Guideline", LONG),
    lambda: ShowKeys([("Answers", str(number), f"line {number}") for number in range(300)]),
]


@pytest.mark.parametrize("dialog", READERS)
@pytest.mark.parametrize("key", ["enter", "escape", "q"])
async def test_a_text_is_read_and_closed(dialog: Callable[[], ModalScreen[None]], key: str) -> None:
    assert await answers(dialog(), "x", "a", key) == [None]


async def test_closing_twice_closes_once() -> None:
    app = Application(ReadText("Guideline", LONG))
    async with app.run_test() as pilot:
        await pilot.press("q", "escape")
        await pilot.pause()
        assert app.answers == [None]
        assert app.screen is app.below


@pytest.mark.parametrize("dialog", READERS)
@pytest.mark.parametrize(
    ("keys", "lines", "pages"),
    [
        (["j", "down"], 2, 0),
        (["j", "j", "j", "k", "up"], 1, 0),
        (["space", "pagedown"], 0, 2),
        (["space", "space", "pageup"], 0, 1),
        (["end", "home"], 0, 0),
        (["k"], 0, 0),
    ],
)
async def test_a_text_is_scrolled(
    dialog: Callable[[], ModalScreen[None]], keys: list[str], lines: int, pages: int
) -> None:
    app = Application(dialog())
    async with app.run_test() as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        pane = app.screen.query_one(TextPane)
        assert pane.scroll_offset.y == lines + pages * pane.lines_in_page


async def test_end_goes_to_the_last_line() -> None:
    app = Application(ReadText("Guideline", LONG))
    async with app.run_test() as pilot:
        await pilot.press("end")
        await pilot.pause()
        assert any("line 299" in row for row in rows_on_screen(pilot))


async def test_keys_stand_in_groups_and_columns() -> None:
    rows = [("Answers", "1", "Full refusal"), ("Answers", "backspace", "Clear [it]"), ("Moving", "中", "Next pane")]
    app = Application(ShowKeys(rows))
    async with app.run_test() as pilot:
        await pilot.pause()
        lines = [line.strip("│┃ ▁█\u2009") for line in rows_on_screen(pilot)]
        shown = [line for line in lines if line and not line.startswith(("╭", "╰"))]
        assert shown == [
            "Answers",
            "1          Full refusal",
            "backspace  Clear [it]",
            "Moving",
            "中         Next pane",
        ]


EVERY: list[Callable[[str], ModalScreen[Any]]] = [
    lambda text: AskText(text, text, text),
    lambda text: AskText(text, "", text),
    lambda text: AskText(text, text, text, number=True),
    lambda text: ReadText(text, text),
    lambda text: ReadText(text, ""),
    lambda text: ShowKeys([(text, text, text), (text, "", text)]),
    lambda text: Confirm(text),
]


@pytest.mark.parametrize("size", [*SIZES, (20, 6)])
@pytest.mark.parametrize("text", [HOSTILE, HOSTILE * 40, "", "\u200d\ufe0f" * 200, "שלום 中文 " * 60], ids=range(5))
@pytest.mark.parametrize("dialog", EVERY)
async def test_hostile_text_is_harmless_everywhere(
    dialog: Callable[[str], ModalScreen[Any]], text: str, size: tuple[int, int]
) -> None:
    app = Application(dialog(text))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for strip in strips_on_screen(pilot):
            assert strip.cell_length == size[0]
            assert not CONTROL.search(strip.text)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("without_colour", [False, True])
@pytest.mark.parametrize(
    ("dialog", "words"),
    [
        (lambda: AskText("A note", "so far"), ["A note", "so far", "enter: done"]),
        (lambda: AskText("A note", "", "say [why]"), ["A note", "say [why]", "escape: cancel"]),
        (lambda: ReadText("Guideline", "Read [all] of it."), ["Guideline", "Read [all] of it.", "enter: close"]),
        (lambda: ShowKeys([("Answers", "1", "Full refusal")]), ["Keys", "Answers", "Full refusal", "enter: close"]),
        (lambda: Confirm("Close\nthe study? " + "Really? " * 400), ["Close", "the study?", "y: yes · n: no"]),
    ],
)
async def test_dialogs_fit_every_screen(
    dialog: Callable[[], ModalScreen[Any]],
    words: list[str],
    size: tuple[int, int],
    without_colour: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if without_colour:
        monkeypatch.setenv("NO_COLOR", "1")
    app = Application(dialog())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        shown = "\n".join(rows_on_screen(pilot))
        assert all(word in shown for word in words)
