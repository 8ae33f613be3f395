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


def blocks(columns: Sequence[str], rows: Rows, keys: int, room: int) -> list[Rows]:
    """Return the table, head first, as blocks of columns that are each at most `room` cells wide.

    The first `keys` columns are repeated in each block; a column that does not fit beside them stands there alone.
    """
    widths = [max(map(len, cells)) + GAP for cells in zip(columns, *rows, strict=True)]
    ahead = sum(widths[:keys])
    found: list[list[int]] = []
    for place in range(keys, len(columns)):
        used = ahead + sum(widths[one] for one in found[-1]) if found else room + 1
        if used + widths[place] > max(room, LEAST):
            found.append([])
        found[-1].append(place)
    head = list(columns)
    return [[[row[place] for place in (*range(keys), *block)] for row in (head, *rows)] for block in found or [[]]]


def filled(text: str, room: int | None, indent: str) -> str:
    """Return a sentence in lines of at most `room` cells, broken between words; None leaves it whole."""
    if room is None:
        return indent + text
    rest = " " * len(indent)
    return textwrap.fill(text, max(room, LEAST), initial_indent=indent, subsequent_indent=rest)
