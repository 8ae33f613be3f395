"""What a seal binds: of each table the columns that no lawful act changes, each row as one hash, its leaf.

A leaf is SHA-256 over the canonical JSON of [table, {column: value}]. Columns that are null are left out, so that one
that a later version adds changes no leaf of today. Where a column holds another row's number, the name of that row
stands in its place: a configuration's, a study's, the id of a prompt or response, of a suite its id and version. The
row's own number stays: an order that was changed is a change. Texts that may be erased enter as their SHA-256, and of
an erased response as the hash that its act keeps, so that an erasure changes no leaf.

Outside stand: drafts, leases and places, sessions, settings, who met whom (pairings), items and what they count, the
states of studies and whether a response is withdrawn (which follow from the acts), batches under way, the index of
words, and the ends of chains.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from reviewer.model import canonical
from reviewer.store import erasure
from reviewer.store.chain import ACT_COLUMNS, ADJUDICATION_COLUMNS, FLAG_COLUMNS, LABEL_COLUMNS
from reviewer.store.engine import Engine

# How the row that a column's number stands for is named.
_NAMES = {
    "prompt": "(select id from prompt where number = {column})",
    "response": "(select id from response where number = {column})",
    "configuration": "(select name from configuration where number = {column})",
    "study": "(select name from study where number = {column})",
    "suite": "(select id || ' ' || version from suite where number = {column})",
}


@dataclass(frozen=True, slots=True)
class SealedTable:
    """One table: its sealed columns, the `key` by which a row is named, and the `order` in which rows are hashed.

    `numbers` are the columns that hold numbers of other tables' rows, `texts` those that may be erased, for the row
    that the column `erased_by` names. A table that is `grouped` by such a column, since its rows bear no mark of when
    they were stored, is hashed apart for each row of the other table.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    order: str = "number"
    numbers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    erased_by: str = ""
    grouped: str | None = None


_CHAINED = ("id",)
_STORED = "coalesce(number, 0)"  # rows of before there were numbers come first
SEALED = (
    SealedTable("rater", ("number", "name", "kind", "created_at"), ("name",), f"{_STORED}, name"),
    SealedTable("configuration", ("number", "name", "provider", "model", "lab", "settings"), ("name",)),
    SealedTable("rubric", ("number", "hash", "id", "version", "body", "stored_at"), ("hash",), f"{_STORED}, hash"),
    SealedTable(
        "suite",
        ("number", "id", "version", "hash", "title", "evaluation", "rubric", "source", "turns", "stored_at"),
        ("id", "version"),
    ),
    SealedTable(
        "suite_prompt",
        ("suite", "prompt", "name", "reference", "secret", "severity", "tags", "grouping_name", "provenance"),
        ("suite", "prompt"),
        "prompt",
        numbers=("suite", "prompt"),
        grouped="suite",
    ),
    SealedTable("prompt", ("number", "id", "messages"), ("id",)),
    SealedTable(
        "response",
        (
            "number", "id", "prompt", "configuration", "sample", "text", "reasoning", "tool_calls", "stop_reason",
            "refusal", "usage", "raw", "source", "source_id", "replaced", "stored_at",
        ),
        ("id",),
        numbers=("prompt", "configuration"),
        texts=erasure.RESPONSE_TEXTS,
        erased_by="id",
    ),
    SealedTable(
        "study",
        (
            "number", "name", "rubric", "panes", "overlap", "seed", "policy", "sample", "aids", "assigned",
            "created_at", "drawn_from", "secret",
        ),
        ("name",),
    ),
    SealedTable(
        "study_response",
        ("study", "response", "drawn", "pool"),
        ("study", "response"),
        "response",
        numbers=("study", "response"),
        grouped="study",
    ),
    SealedTable("label", ("number", *LABEL_COLUMNS), _CHAINED),
    SealedTable("flag", ("number", *FLAG_COLUMNS), _CHAINED),
    SealedTable("adjudication", ("number", *ADJUDICATION_COLUMNS), _CHAINED),
    SealedTable("act", ("number", *ACT_COLUMNS), _CHAINED),
    SealedTable("grader", ("number", "hash", "id", "version", "body", "stored_at"), ("hash",), f"{_STORED}, hash"),
    SealedTable(
        "grading",
        (
            "number", "grader", "rater", "response", "other_response", "options", "bait", "failure", "reply",
            "graded_at",
        ),
        ("number",),
        texts=erasure.GRADING_TEXTS,
        erased_by="number",
    ),
    SealedTable(
        "attempt",
        ("number", "prompt", "configuration", "sample", "reason", "status", "message", "tries", "failed_at"),
        ("number",),
        numbers=("prompt", "configuration"),
    ),
    # Of before there were acts.
    SealedTable("unblinding", ("number", "study", "who", "at"), ("number",), numbers=("study",)),
)  # fmt: skip
BY_NAME: Mapping[str, SealedTable] = {table.name: table for table in SEALED}

KeptHashes = Mapping[object, Mapping[str, str]]  # by what names a row, the hash of each text that it held


class Leaf(NamedTuple):
    """One row under a seal: the words that name it within its table, and its hash."""

    key: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class TablePart:
    """A table, or of one that is grouped the rows of one `group`, whose number is this file's own."""

    table: SealedTable
    group: str | None = None
    group_number: int | None = None

    @property
    def condition(self) -> str:
        """The SQL that picks the rows."""
        return "" if self.table.grouped is None else f" where {self.table.grouped} = {self.group_number}"


def parts(engine: Engine) -> Iterator[TablePart]:
    """Yield what a seal of the database is made of, in order; a group without rows is left out."""
    for table in SEALED:
        if table.grouped is None:
            yield TablePart(table)
            continue
        name = _NAMES[table.grouped].format(column=table.grouped)
        sql = f"select {name}, {table.grouped} from (select distinct {table.grouped} from {table.name}) order by 2"
        for group, number in engine.rows(sql):
            # A lone surrogate, which stands for a bad byte of a damaged file, could not be stored with the seal.
            written = str(group).encode(errors="surrogateescape").decode(errors="backslashreplace")
            yield TablePart(table, written, number)


def count(engine: Engine, part: TablePart) -> int:
    """Return how many rows the part has."""
    [(rows,)] = engine.rows(f"select count(*) from {part.table.name}{part.condition}")
    return int(rows)


def kept_hashes(engine: Engine) -> dict[str, KeptHashes]:
    """Return by table what the acts of erasing keep: the hash of each text that was erased."""
    try:
        found = erasure.erased(engine)
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}  # an act was altered, which its chain tells; without it the texts that it speaks for are altered too
    gradings: dict[object, Mapping[str, str]] = {}
    for one in found.values():
        for number, hashes in one.gradings.items():
            gradings.setdefault(number, hashes)  # of a pair, the first erasure saw the texts
    return {"response": {name: one.hashes for name, one in found.items()}, "grading": gradings}


def leaves(engine: Engine, part: TablePart, kept: Mapping[str, KeptHashes]) -> Iterator[Leaf]:
    """Yield the leaf of every row of the part, in order."""
    table = part.table
    erased = kept.get(table.name, {})
    chosen = ", ".join(_chosen(table, column) for column in table.columns)
    places = [table.columns.index(column) for column in table.key]
    for row in engine.stream(f"select {chosen} from {table.name}{part.condition} order by {table.order}"):
        values = {column: value for column, value in zip(table.columns, row, strict=True) if value is not None}
        if table.texts:
            _hash_texts(values, table, erased.get(values.get(table.erased_by)))
        # A lone surrogate stands for a bad byte of a damaged file.
        text = canonical([table.name, values]).encode(errors="surrogateescape")
        yield Leaf(" ".join([str(row[place]) for place in places]), hashlib.sha256(text).digest())


def _chosen(table: SealedTable, column: str) -> str:
    stored = f"{table.name}.{column}"
    return _NAMES[column].format(column=stored) if column in table.numbers else stored


def _hash_texts(values: dict[str, object], table: SealedTable, erased: Mapping[str, str] | None) -> None:
    """Put the hashes of texts in their places; a text that was erased and is there again fits no seal."""
    for column in table.texts:
        text = values.get(column)
        if text is None:
            continue
        if erased is None or column not in erased:
            values[column] = erasure.text_hash(str(text))
        elif text == erasure.ERASED:
            values[column] = erased[column]
        else:
            del values[column]
