"""What one row of our own gold JSON lines says: a unit with all that bears on it, as it is to be stored again."""

from __future__ import annotations

from typing import NamedTuple

from reviewer.formats.export.record import DecisionRecord, DesignRecord, FlagRecord, LabelRecord
from reviewer.formats.mapping.row import Row


class GoldResponse(NamedTuple):
    """A response under the `id` that the file gives it, with its prompt in `row`.

    `item` is the item that showed it, `drawn` of `pool` how many were drawn for the study.
    """

    id: str
    row: Row
    item: str | None
    drawn: int | None
    pool: int | None


class GoldRow(NamedTuple):
    """One unit. Ids are those of the file; values of labels and decisions are in their stored form."""

    line: int
    question: str
    item: str | None
    design: DesignRecord
    responses: tuple[GoldResponse, ...]
    labels: tuple[LabelRecord, ...]
    decisions: tuple[DecisionRecord, ...]
    flags: tuple[FlagRecord, ...]
