"""Wide tables and long sentences on a terminal that is not: columns in blocks, lines broken between words. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

GAP = 2  # cells between two columns
LEAST = 40  # cells; nothing is fitted into less

Rows = list[list[str]]


def without_constants(columns: Sequence[str], rows: Rows) -> tuple[list[str], list[str], Rows]:
    """Return the columns that say the same in every row as `NAME VALUE`, and the table without them."""
    same = {place for place in range(len(columns)) if len(rows) > 1 and len({row[place] for row in rows}) == 1}
    said = [f"{columns[place]} {rows[0][place]}" for place in sorted(same)]
    kept = [place for place in range(len(columns)) if place not in same]
    return said, [columns[place] for place in kept], [[row[place] for place in kept] for row in rows]


def blocks(widths: Sequence[int], keys: int, room: int) -> list[list[int]]:
    """Return which columns stand together in blocks of at most `room` cells, the first `keys` of them in each.

    `widths` are those of the columns without the gap between two. A column that does not fit beside the keys stands
    there alone.
    """
    ahead = sum(width + GAP for width in widths[:keys])
    found: list[list[int]] = []
    used = room
    for place in range(keys, len(widths)):
        if not found or used + GAP + widths[place] > max(room, LEAST):
            found.append(list(range(keys)))
            used = ahead - GAP
        found[-1].append(place)
        used += GAP + widths[place]
    return found or [list(range(keys))]


def filled(text: str, room: int | None, indent: str) -> str:
    """Return a sentence in lines of at most `room` cells, broken between words; None leaves it whole."""
    if room is None:
        return indent + text
    rest = " " * len(indent)
    return textwrap.fill(text, max(room, LEAST), initial_indent=indent, subsequent_indent=rest)
