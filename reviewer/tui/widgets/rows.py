"""Rows of short texts, painted by themselves: one that is the same as before costs nothing, on screen or off.

The line of status, the question and the aliases are made of these. A `Static` lays out and paints all of its text for
each change, which cost more of an answer than all that the program itself does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from reviewer.text.visible import visible
from reviewer.tui.widgets.graphemes import boundary_before, drawn, running_cells

ELLIPSIS = "…"


class Tone(Enum):
    """How a run of text is shown."""

    PLAIN = "plain"
    STRONG = "strong"
    CHOSEN = "chosen"
    HINT = "hint"
    DONE = "done"
    OPEN = "open"


class StyledText(NamedTuple):
    """A part of a row; `name` says what a click on it is about."""

    text: str
    tone: Tone = Tone.PLAIN
    name: str = ""


Row = Sequence[StyledText]


def shown(text: str) -> str:
    """Return foreign text as it is drawn on one row."""
    return drawn(visible(text, one_line=True))


def shortened(text: str, cells: int) -> str:
    """Return what is drawn of a text in at most `cells`, with an ellipsis where that is not all."""
    if cell_len(text) <= cells:
        return text
    fits = bisect_right(running_cells(text), max(cells - 1, 0)) - 1
    return text[: boundary_before(text, fits, 0)] + ELLIPSIS if cells > 0 else ""


def fitted(row: Row, columns: int) -> list[StyledText]:
    """Return the runs of a row as they are painted in so many cells; what does not fit ends in an ellipsis."""
    left, runs = columns, []
    for run in row:
        runs.append(run._replace(text=shortened(run.text, left)))
        left -= cell_len(runs[-1].text)
    return runs


@dataclass(frozen=True, slots=True)
class _Look:
    tones: Mapping[Tone, Style]
    filters: tuple[LineFilter, ...]
    background: Color


class RowList(Widget):
    """Rows of runs, with a blank on either side. What is too long for its row ends in an ellipsis."""

    DEFAULT_CSS = """
    RowList {
        width: 1fr;
        height: 1;
        & > .rows--strong { text-style: bold; }
        & > .rows--chosen { text-style: bold reverse; }
        & > .rows--hint { text-style: italic; }
        & > .rows--done { color: $text-success; }
        & > .rows--open { color: $text-muted; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"rows--{tone.value}" for tone in Tone}
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: tuple[Row, ...] = ()
        self._strips: dict[int, Strip] = {}
        self._look: _Look | None = None

    @property
    def content(self) -> str:
        """What the rows say."""
        return "\n".join("".join(run.text for run in row) for row in self._rows)

    @property
    def columns(self) -> int:
        """How many cells there are for text."""
        return max(self.size.width - 2, 0)

    def put(self, rows: Sequence[Row]) -> None:
        """Show other rows; the ones that differ are painted."""
        before, self._rows = self._rows, tuple(rows)
        changed = [
            place
            for place in range(max(len(before), len(rows)))
            if before[place : place + 1] != self._rows[place : place + 1]
        ]
        for place in changed:
            self._strips.pop(place, None)
        if changed:
            self.refresh(*(Region(0, place, self.size.width, 1) for place in changed))

    def named(self, x: int, y: int) -> str:
        """Return the name of the run at a place in the widget; empty where there is none."""
        column = 1
        for run in self._rows[y] if 0 <= y < len(self._rows) else ():
            if column <= x < column + cell_len(run.text):
                return run.name
            column += cell_len(run.text)
        return ""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the rows as they were painted."""
        if self._look is None:
            self._dress()
        if any(strip.cell_length != self.size.width for strip in self._strips.values()):
            self._strips.clear()
        strips = [self._strips[y] if y in self._strips else self._painted(y) for y in crop.line_range]
        if crop.column_span != (0, self.size.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def notify_style_update(self) -> None:
        """Forget what was painted in other styles."""
        super().notify_style_update()
        self._look = None

    def _dress(self) -> _Look:
        tones = {tone: self.get_component_rich_style(f"rows--{tone.value}", partial=True) for tone in Tone}
        base = self.rich_style
        self._look = _Look(
            {tone: base + style for tone, style in tones.items()},
            tuple(self.get_line_filters()),
            self.background_colors[1],
        )
        self._strips.clear()
        return self._look

    def _painted(self, y: int) -> Strip:
        look = self._look or self._dress()
        plain = look.tones[Tone.PLAIN]
        row = self._rows[y] if y < len(self._rows) else ()
        segments = [
            Segment(" ", plain),
            *(Segment(run.text, look.tones[run.tone]) for run in fitted(row, self.columns)),
        ]
        strip = Strip(segments).adjust_cell_length(self.size.width, plain)
        for each in look.filters:
            strip = strip.apply_filter(each, look.background)
        return self._strips.setdefault(y, strip)
