"""Dialogs: ask for a text, show one to read, show the keys, ask yes or no. Plain values in, plain values out.

They know nothing of what they are asked for. What they are handed is taken to be foreign.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from reviewer.text.visible import visible
from reviewer.tui.widgets.graphemes import drawn
from reviewer.tui.widgets.marks import Mark, MarkKind, PaneText
from reviewer.tui.widgets.text_pane import TextPane

_STYLES = "dialogs.tcss"
_NEW_LINE = re.compile(r"\r\n?|\n")


class AskText(ModalScreen[str | None]):
    """Ask for one line of text, or for a number; None if the rater thinks better of it.

    Nothing typed is an answer too, the empty text. A number is returned as it was typed.
    """

    CSS_PATH = _STYLES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", id="ask.cancel", tooltip="Close and change nothing"),
    ]

    def __init__(self, title: str, initial: str = "", placeholder: str = "", number: bool = False) -> None:
        super().__init__()
        self._title = title
        self._initial = initial
        self._placeholder = placeholder
        self._number = number

    def compose(self) -> ComposeResult:
        """Lay out the line in a frame with the title."""
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = Content(_one_line(self._title))
            box.border_subtitle = Content("enter: done · escape: cancel")
            yield _Line(
                _one_line(self._initial),
                placeholder=_one_line(self._placeholder),
                type="number" if self._number else "text",
                valid_empty=True,
                # A note is gone on with more often than it is written anew.
                select_on_focus=False,
            )

    @on(Input.Submitted)
    def finish(self, event: Input.Submitted) -> None:
        """Return what was typed, unless a number was asked for and this is none."""
        event.stop()
        if event.validation_result is None or event.validation_result.is_valid:
            self.dismiss(event.value)
            return
        self.query_one("#box").border_subtitle = Content("not a number · escape: cancel")

    def action_leave(self) -> None:
        """Close without an answer."""
        self.dismiss(None)


class _Line(Input):
    """A line to type in that shows what is pasted into it as the rest of the program shows foreign text."""

    def on_paste(self, event: events.Paste) -> None:
        """Insert all lines of what is pasted as one; Textual would keep the first alone, and its controls."""
        event.prevent_default()
        event.stop()
        self.replace(_one_line(_NEW_LINE.sub(" ", event.text)), *self.selection)


class _Reading(ModalScreen[None]):
    """A text to scroll through and close."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  # as Textual declares it
    CSS_PATH = _STYLES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape,q", "leave", "Close", id="read.close", tooltip="Back to where this was opened"),
        Binding("j,down", "scroll_lines(1)", "Down", id="read.down", tooltip="Scroll one line down"),
        Binding("k,up", "scroll_lines(-1)", "Up", id="read.up", tooltip="Scroll one line up"),
        Binding("space,pagedown", "scroll_page(1)", "Page down", id="read.page_down", tooltip="Scroll one page down"),
        Binding("pageup", "scroll_page(-1)", "Page up", id="read.page_up", tooltip="Scroll one page up"),
        Binding("home", "first_line", "Top", id="read.top", tooltip="Scroll to the first line"),
        Binding("end", "last_line", "End", id="read.end", tooltip="Scroll to the last line"),
    ]

    def __init__(self, title: str, content: PaneText) -> None:
        super().__init__()
        self._pane = TextPane(content)
        self._pane.entitle(Content(_one_line(title)))
        self._pane.border_subtitle = Content("j k space: scroll · enter: close")

    def compose(self) -> ComposeResult:
        """Lay out the text; its pane is the frame."""
        yield self._pane

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_scroll_lines(self, count: int) -> None:
        """Scroll by `count` lines, up where negative."""
        self._pane.scroll_lines(count)

    def action_scroll_page(self, count: int) -> None:
        """Scroll by `count` pages, up where negative."""
        self._pane.scroll_page(count)

    def action_first_line(self) -> None:
        """Scroll to the top."""
        self._pane.go_to_line(0)

    def action_last_line(self) -> None:
        """Scroll to the end."""
        self._pane.go_to_line(self._pane.height_in_lines)


class ReadText(_Reading):
    """Show one foreign text."""

    def __init__(self, title: str, text: str) -> None:
        super().__init__(title, PaneText(text))


class ShowKeys(_Reading):
    """Show keys and what they do: rows of (group, key, what it does), the rows of a group one after the other."""

    def __init__(self, rows: Sequence[tuple[str, str, str]]) -> None:
        super().__init__("Keys", _keys(rows))


class Confirm(ModalScreen[bool]):
    """Ask a question that `y` answers with yes, and `n` and escape with no."""

    CSS_PATH = _STYLES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="confirm.yes", tooltip="Yes, do it"),
        Binding("n,escape", "answer(False)", "No", id="confirm.no", tooltip="No, change nothing"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """Lay out the question; the answers stand in the frame, where a long question cannot push them out of sight."""
        with VerticalScroll(id="box") as box:
            box.border_subtitle = Content("y: yes · n: no")
            yield Static(Content(drawn(visible(self._question))))

    def action_answer(self, yes: bool) -> None:
        """Close with the answer."""
        self.dismiss(yes)


def _one_line(text: str) -> str:
    """Return foreign text as it is shown on one line."""
    return drawn(visible(text, one_line=True))


def _keys(rows: Sequence[tuple[str, str, str]]) -> PaneText:
    """Return keys as a text, below headings in bold, what they do in a column."""
    shown = [tuple(map(_one_line, row)) for row in rows]
    column = max((cell_len(key) for _, key, _ in shown), default=0) + 2
    text, marks = "", []
    for group, members in groupby(shown, key=itemgetter(0)):
        text += "\n" if text else ""
        marks.append(Mark(len(text), len(text) + len(group), MarkKind.ROLE))
        text += f"{group}\n"
        text += "".join(f"  {key}{' ' * (column - cell_len(key))}{does}\n" for _, key, does in members)
    return PaneText(text.removesuffix("\n"), tuple(marks))
