"""Parquet: one row a unit, or one row a label, in columns with types; needs the extra `parquet`.

The columns are those of the CSV tables, but messages, distribution, labels and decisions are lists of objects, and a
number is a number. Values are text, as a grader would say them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, BinaryIO

from reviewer.definitions.question import Question
from reviewer.errors import ReviewerError
from reviewer.formats.export.csv import GOLD_COLUMNS, LABEL_COLUMNS, gold_cells
from reviewer.formats.export.export_format import BinaryExport, Extra
from reviewer.formats.export.jsonl import label_rows
from reviewer.formats.export.record import GoldRecord, spoken

PART = 10_000  # rows that are held at once, and that a row group has
NUMBERS = frozenset({"sample", "confidence"})
EVIDENCE = ("reference", "severity", "tags", "drawn", "pool", "decisions", "masked")
OF_LABEL = ("rater", "kind", "state", "value", "confidence", "note", "raw", "grader", "decided_at", "saved_at")
OF_DECISION = ("adjudicator", "ruling", "value", "reason", "note", "clause", "decided_at")

Rows = Iterator[Mapping[str, object]]


def require() -> None:
    """Tell early that Parquet cannot be written.

    Raises:
        ReviewerError: pyarrow is not installed; the text names the extra that brings it.
    """
    try:
        import pyarrow.parquet  # type: ignore[import-untyped]  # noqa: F401
    except ImportError:
        raise ReviewerError(
            "Parquet needs pyarrow, which is not installed; expected the extra of that name: pip install"
            " 'reviewer[parquet]', or -e '.[parquet]' in a clone"
        ) from None


def write_gold(records: Iterable[GoldRecord], file: BinaryIO) -> None:
    """Write one row a unit, undecided ones too, part by part."""
    import pyarrow as pa

    text = pa.string()
    kinds: dict[str, Any] = {name: pa.int64() if name in NUMBERS else text for name in GOLD_COLUMNS}
    kinds |= {
        "messages": pa.list_(_object(pa, ("role", "content", "tool_calls"))),
        "distribution": pa.list_(pa.struct([("value", text), ("labels", pa.int64())])),
        "labels": pa.list_(_object(pa, OF_LABEL)),
        "reference": text,
        "severity": pa.int64(),
        "tags": pa.list_(text),
        "drawn": pa.int64(),
        "pool": pa.int64(),
        "decisions": pa.list_(_object(pa, OF_DECISION)),
        "masked": pa.bool_(),
    }
    _write(map(_gold_row, records), pa.schema([(name, kinds[name]) for name in (*GOLD_COLUMNS, *EVIDENCE)]), file)


def write_labels(records: Iterable[GoldRecord], file: BinaryIO) -> None:
    """Write one row for each label that stands, part by part."""
    import pyarrow as pa

    columns = [(name, pa.int64() if name in NUMBERS else pa.string()) for name in LABEL_COLUMNS]
    _write(_label_rows(records), pa.schema(columns), file)


_PYARROW = Extra("parquet", require)

PARQUET = BinaryExport(
    name="parquet",
    suffix=".parquet",
    description="each unit as a row, in columns with types",
    extra=_PYARROW,
    write_bytes=write_gold,
)
LABELS_PARQUET = BinaryExport(
    name="labels-parquet",
    suffix=".parquet",
    description="each label that stands as a row, in columns with types",
    extra=_PYARROW,
    write_bytes=write_labels,
)


def _object(pa: Any, names: Iterable[str]) -> Any:
    return pa.struct([(name, pa.int64() if name in NUMBERS else pa.string()) for name in names])


def _write(rows: Rows, schema: Any, file: BinaryIO) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        while part := list(islice(rows, PART)):
            writer.write_table(pa.Table.from_pylist(part, schema=schema))


def _gold_row(record: GoldRecord) -> dict[str, object]:
    first, question = record.responses[0], record.question
    return {
        **gold_cells(record),
        "distribution": [{"value": value, "labels": count} for value, count in record.distribution.items()],
        "labels": [_named(OF_LABEL, question, label) for label in record.labels],
        "reference": record.prompt.reference,
        "severity": record.prompt.severity,
        "tags": list(record.prompt.tags),
        "drawn": first.drawn,
        "pool": first.pool,
        "decisions": [_named(OF_DECISION, question, decision) for decision in record.decisions],
        "masked": record.masked,
    }


def _label_rows(records: Iterable[GoldRecord]) -> Rows:
    for record in records:
        for row, label in zip(label_rows([record]), record.labels, strict=True):
            yield row | {"value": None if label.value is None else spoken(record.question, label.value)}


def _named(names: Iterable[str], question: Question, said: object) -> dict[str, object]:
    found = {name: getattr(said, name) for name in names}
    return found | {"value": None if found["value"] is None else spoken(question, found["value"])}
