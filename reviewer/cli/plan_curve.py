"""A curve drawn with characters: what each design gives, against how many labels it takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

MARKS = "123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN"
CHOSEN, WISHED = "●", "·"
GUTTER = 7  # cells for the scale on the left


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One point: how many `raters` gave it its mark, how many `labels` it takes, and what it gives."""

    raters: int
    labels: int
    value: float


def mark(raters: int) -> str:
    """Return the character of a number of raters."""
    return MARKS[raters - 1] if raters <= len(MARKS) else "+"


def curve(
    points: Sequence[CurvePoint], wished: float | None, chosen: CurvePoint | None, *, columns: int, rows: int
) -> list[str]:
    """Return the lines of a drawing of at most `columns` by `rows` cells; `points` are in the order of each line."""
    low, high = min(one.labels for one in points), max(one.labels for one in points)
    if chosen is not None:
        low, high = max(low, chosen.labels // 20), min(high, chosen.labels * 5)
    inside = [one for one in points if low <= one.labels <= high] or list(points)
    top = max(one.value for one in inside)
    if wished is not None and chosen is not None:
        top = min(top, wished * 4.0)
    top = max(top, wished or 0.0)
    across, height = columns - GUTTER - 1, rows - 2
    cells = [[" "] * across for _ in range(height)]
    span = math.log(max(high, low + 1) / low)

    def put(labels: float, value: float, sign: str) -> None:
        column, row = round(math.log(labels / low) / span * (across - 1)), round(value / top * (height - 1))
        if 0 <= column < across and 0 <= row < height:
            cells[height - 1 - row][column] = sign

    if wished is not None:
        for column in range(across):
            put(low * math.exp(span * column / (across - 1)), wished, WISHED)
    for first, second in _segments(points):
        for step in range(across + 1):
            part = step / across
            labels = first.labels * (second.labels / first.labels) ** part
            put(labels, first.value + (second.value - first.value) * part, mark(first.raters))
    if chosen is not None:
        put(chosen.labels, chosen.value, CHOSEN)
    return [*_with_scale(cells, top, wished), _below(low, high, across)]


def _segments(points: Sequence[CurvePoint]) -> list[tuple[CurvePoint, CurvePoint]]:
    """Return what to join: neighbours of one number of raters, those of fewer raters on top; a lone point itself."""
    found = []
    for raters in sorted({one.raters for one in points}, reverse=True):
        own = [one for one in points if one.raters == raters]
        found += list(pairwise(own)) or [(own[0], own[0])]
    return found


def _with_scale(cells: Sequence[Sequence[str]], top: float, wished: float | None) -> list[str]:
    height = len(cells)
    named = {0: top, height - 1: 0.0}
    if wished is not None:
        named[height - 1 - round(wished / top * (height - 1))] = wished
    lines = []
    for place, row in enumerate(cells):
        scale = f"{named[place]:.3g}" if place in named else ""
        lines.append(f"{scale:>{GUTTER - 1}} ┤{''.join(row)}".rstrip())
    return lines


def _below(low: int, high: int, across: int) -> str:
    first, last = f"{low:,}", f"{high:,} labels"
    return " " * (GUTTER + 1) + first + last.rjust(max(across - len(first), len(last) + 1))
