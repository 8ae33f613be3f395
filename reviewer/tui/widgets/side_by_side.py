"""Panes beside each other, or one at a time where there is no room. Knows texts and aliases; nothing of responses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from reviewer.text.visible import visible
from reviewer.tui.widgets.marks import PaneText
from reviewer.tui.widgets.rows import RowList, StyledText, Tone, shown
from reviewer.tui.widgets.text_pane import TextPane

MOST_PANES = 8
# Fewer columns a pane than this make prose hard to read.
NARROWEST_PANE = 38


@dataclass(frozen=True, slots=True)
class Column:
    """What one pane shows: a text under an alias, with a note behind it in the title, such as `cut short`."""

    alias: str
    text: PaneText
    note: str = ""


class AliasLine(RowList):
    """The aliases of the panes on one line, the focused one in brackets."""

    DEFAULT_CSS = """
    AliasLine { color: $text-muted; }
    """

    @dataclass
    class Chosen(Message):
        """An alias was clicked."""

        index: int

    def show(self, aliases: Sequence[str], focused: int) -> None:
        """Show `aliases` with the one at `focused` in brackets."""
        self.put(
            [
                [
                    StyledText(f"[{shown(alias)}]", Tone.CHOSEN, str(place))
                    if place == focused
                    else StyledText(f" {shown(alias)} ", name=str(place))
                    for place, alias in enumerate(aliases)
                ]
            ]
        )

    def on_click(self, event: events.Click) -> None:
        """Tell which alias was clicked."""
        event.stop()
        name = self.named(event.x, event.y)
        if name:
            self.post_message(self.Chosen(int(name)))


class SideBySide(Widget):
    """One to eight texts in panes named by alias, one of them focused.

    The panes are mounted once and shown or hidden, so that from one item to the next nothing but their text changes.
    Where a pane would be too narrow, or when zoomed, only the focused one is shown, under a line of aliases.
    """

    DEFAULT_CSS = """
    SideBySide { layout: vertical; width: 1fr; height: 1fr; }
    SideBySide > Horizontal { width: 1fr; height: 1fr; }
    """

    BLANK = True  # its children leave nothing of it to see

    focused: var[int] = var(0, init=False)
    zoomed: var[bool] = var(False, init=False)
    locked: var[bool] = var(True, init=False)

    @dataclass
    class PaneChosen(Message):
        """A pane, or its alias, was clicked."""

        index: int

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._columns: tuple[Column, ...] = ()
        self._aliases = AliasLine()
        self._panes = tuple(TextPane() for _ in range(MOST_PANES))
        # Hidden until there is something to show: the first layout is then the one that the texts are wrapped for.
        self._arrange()

    def compose(self) -> ComposeResult:
        """Compose the line of aliases and every pane there may be."""
        yield self._aliases
        with Horizontal():
            yield from self._panes

    @property
    def panes(self) -> tuple[TextPane, ...]:
        """The panes in use, in order."""
        return self._panes[: len(self._columns)]

    @property
    def focused_pane(self) -> TextPane:
        """The pane that keys are about."""
        return self._panes[self.focused]

    @property
    def one_at_a_time(self) -> bool:
        """Whether there is room for the focused pane only, or it was asked for."""
        count = len(self._columns)
        return count > 1 and (self.zoomed or self.size.width < count * NARROWEST_PANE)

    def show(self, columns: Sequence[Column]) -> None:
        """Show other texts from their start, and focus the first."""
        if not 1 <= len(columns) <= MOST_PANES:
            raise ValueError(f"{len(columns)} panes; there are 1 to {MOST_PANES}")
        self._columns = tuple(columns)
        for pane, column in zip(self._panes, columns, strict=False):
            pane.show(column.text)
        self.set_reactive(SideBySide.focused, 0)
        self._arrange()

    def note(self, index: int, note: str) -> None:
        """Say something else behind the alias of a pane."""
        columns = list(self._columns)
        columns[index] = replace(columns[index], note=note)
        self._columns = tuple(columns)
        self._entitle()

    def focus_pane(self, index: int) -> None:
        """Focus a pane; out of range is the nearest there is."""
        self.focused = index

    def scroll_lines(self, count: int) -> None:
        """Scroll by `count` lines, up where negative: all panes if locked, else the focused one."""
        if not self.locked:
            self.focused_pane.scroll_lines(count)
            return
        shown = [pane for pane in self.panes if pane.display]
        # A short text stays at its end while a longer one beside it goes on.
        self._go_to_line(max((pane.scroll_offset.y for pane in shown), default=0) + count)

    def scroll_page(self, count: int) -> None:
        """Scroll by `count` pages, up where negative: all panes if locked, else the focused one."""
        self.scroll_lines(count * self.focused_pane.lines_in_page)

    def validate_focused(self, focused: int) -> int:
        """Keep to the panes in use."""
        return min(max(focused, 0), max(0, len(self._columns) - 1))

    def watch_focused(self, before: int) -> None:
        """Show which pane is focused; one shown in the place of another goes on where that one was."""
        self._arrange()
        if self.locked and self.one_at_a_time:
            self._go_to_line(self._panes[before].scroll_offset.y)

    def watch_zoomed(self) -> None:
        """Show one pane or all."""
        self._arrange()

    def watch_locked(self) -> None:
        """Bring the panes together where the focused one is."""
        if self.locked:
            self._go_to_line(self.focused_pane.scroll_offset.y)

    def on_resize(self) -> None:
        """See whether there is room for all panes."""
        self._arrange()

    @on(TextPane.Scrolled)
    def keep_in_step(self, event: TextPane.Scrolled) -> None:
        """Move the other panes with the one that the mouse moved."""
        event.stop()
        if self.locked:
            self._go_to_line(event.y, but=event.pane)

    @on(TextPane.Pressed)
    def choose_pane(self, event: TextPane.Pressed) -> None:
        """Pass on which pane was clicked."""
        event.stop()
        self.post_message(self.PaneChosen(self._panes.index(event.pane)))

    @on(AliasLine.Chosen)
    def choose_alias(self, event: AliasLine.Chosen) -> None:
        """Pass on which pane's alias was clicked."""
        event.stop()
        self.post_message(self.PaneChosen(event.index))

    def _go_to_line(self, line: int, but: TextPane | None = None) -> None:
        """Scroll the panes in use to `line`, without an echo."""
        for pane in self.panes:
            if pane is not but:
                with pane.prevent(TextPane.Scrolled):
                    pane.go_to_line(line)

    def _arrange(self) -> None:
        """Show the panes there is room for. What is shown already is set to the same, which lays nothing out."""
        alone = self.one_at_a_time
        self._aliases.display = alone
        if alone:
            self._aliases.show([column.alias for column in self._columns], self.focused)
        for place, pane in enumerate(self._panes):
            pane.display = place == self.focused if alone else place < len(self._columns)
        self._entitle()

    def _entitle(self) -> None:
        """Write the titles; the focused pane's is marked. A class would restyle both panes, which costs a frame."""
        several = len(self._columns) > 1
        for place, (pane, column) in enumerate(zip(self._panes, self._columns, strict=False)):
            pane.entitle(_title(column, focused=several and place == self.focused))


def _title(column: Column, *, focused: bool) -> Content:
    """Return what stands in the border of a pane; the focused one's has a sign and not colour alone."""
    words = visible(f"{column.alias} · {column.note}" if column.note else column.alias, one_line=True)
    return Content.styled(f" ▶ {words} ", "bold reverse") if focused else Content(words)
