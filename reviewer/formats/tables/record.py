"""What every reader of a table yields."""

from __future__ import annotations

from typing import NamedTuple


class Record(NamedTuple):
    """One row of a table: its cells by column, and the line of the file, from 1, on which it begins."""

    line: int
    fields: dict[str, object]
