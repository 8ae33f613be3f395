"""One line of a wrapped text as a strip of segments. Knows styles and cells, and nothing of widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

from reviewer.tui.widgets.graphemes import boundary_after, boundary_before, drawn, right_to_left
from reviewer.tui.widgets.lines import Lines
from reviewer.tui.widgets.marks import MarkKind, Marks

# A blank that counts as a left-to-right letter. It stands on both sides of a line with right-to-left letters, so that
# a terminal that reorders such letters does it within the pane; what it took for one run could swap two panes.
GUARD = "\u2800"
# The cells that a pane keeps for the two gutters; the blank on which a line breaks may stand in the right one.
GUTTERS = 2


@dataclass(frozen=True, slots=True)
class Look:
    """The styles that a pane paints with."""

    base: Style
    selection: Style
    kinds: Mapping[MarkKind, Style]


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands left and right of every line of a pane, and what the application does to each row on its way out."""

    left: tuple[Segment, ...]
    right: tuple[Segment, ...]
    width: int
    filters: tuple[LineFilter, ...]
    background: Color

    @classmethod
    def of(cls, row: Strip, left: bool, right: bool, filters: tuple[LineFilter, ...], background: Color) -> Frame:
        """Take the frame from a row, which has a border of one cell on its left, on its right, or on both."""
        width = row.cell_length
        first = tuple(row.crop(0, 1)) if left else ()
        last = tuple(row.crop(width - 1, width)) if right else ()
        return cls(first, last, width, filters, background)

    def around(self, line: Strip, look: Look) -> Strip:
        """Return a row of the pane: a line of text in its frame."""
        beside = len(self.left) + len(self.right)
        row = Strip([*self.left, *line.adjust_cell_length(self.width - beside, look.base), *self.right], self.width)
        for each in self.filters:
            row = row.apply_filter(each, self.background)
        return row


class TextSpan(NamedTuple):
    """A range of a text."""

    start: int
    end: int


class _Piece(NamedTuple):
    start: int
    end: int
    style: Style


def blank(width: int, look: Look) -> Strip:
    """Return a line without text."""
    return Strip([Segment(" " * width, look.base)], width)


def painted(lines: Lines, line: int, marks: Marks, selected: TextSpan | None, width: int, look: Look) -> Strip:
    """Return a known line as it is shown in `width` cells: a gutter, the text, blanks."""
    start, end = lines.start(line), lines.end(line)
    text = lines.text[start:end]
    gutter = GUARD if right_to_left(text) else " "
    segments = [Segment(gutter, look.base)]
    used = 1
    for piece in _pieces(text, start, marks, selected, look):
        shown = drawn(text[piece.start : piece.end])
        if shown:
            column = len(drawn(text[: piece.start])) if piece.start else 0
            segments.append(Segment(shown, piece.style + Style.from_meta({"offset": (column, line)})))
            used += len(shown) if shown.isascii() else cell_len(shown)
    if used < width:
        segments.append(Segment(" " * (width - used - 1) + gutter, look.base))
    elif used == width and gutter == GUARD and segments[-1].text.endswith(" "):
        last = segments.pop()
        segments += [Segment(last.text[:-1], last.style), Segment(GUARD, look.base)]
    return Strip(segments, max(used, width)).adjust_cell_length(width, look.base)


def offset_at(lines: Lines, line: int, column: int) -> int:
    """Return the offset in the text of what is drawn as the `column`-th character of a line."""
    if line >= len(lines):
        return len(lines.text)
    offset, end = lines.start(line), lines.end(line)
    text = lines.text[offset:end]
    place = 0
    while place < len(text) and len(drawn(text[: place + 1])) <= column:
        place += 1
    return offset + place


def _pieces(text: str, start: int, marks: Marks, selected: TextSpan | None, look: Look) -> list[_Piece]:
    """Cut the text of a line, which starts at `start`, where its style changes, and never within a sign."""
    whole = _Piece(0, len(text), look.base)
    layers = [(mark.start, mark.end, look.kinds[mark.kind]) for mark in marks.within(start, start + len(text))]
    if selected is not None and selected.start < start + len(text) and selected.end > start:
        layers.append((selected.start, selected.end, look.selection))
    pieces = [whole] if text else []
    for layer_start, layer_end, style in layers:
        first = boundary_before(text, max(0, layer_start - start), 0)
        last = boundary_after(text, min(len(text), layer_end - start), len(text))
        pieces = [cut for piece in pieces for cut in _cut(piece, first, last, style)]
    return pieces


def _cut(piece: _Piece, first: int, last: int, style: Style) -> list[_Piece]:
    """Return `piece` with `style` laid over what it shares with the range."""
    before = piece._replace(end=min(piece.end, first))
    within = _Piece(max(piece.start, first), min(piece.end, last), piece.style + style)
    after = piece._replace(start=max(piece.start, last))
    if within.start >= within.end:
        return [piece]
    return [part for part in (before, within, after) if part.start < part.end]
