"""CSV: one row a unit, or one row a label; no cell can be taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from reviewer.definitions.scale import NUMBER
from reviewer.formats.export.export_format import TextExport
from reviewer.formats.export.jsonl import label_rows
from reviewer.formats.export.record import GoldRecord, spoken
from reviewer.model import canonical, message_values
from reviewer.text.visible import without_controls

GOLD_COLUMNS = (
    "id", "study", "rubric", "rubric_hash", "question", "value", "how", "reason", "dispute", "labels", "distribution",
    "split", "item", "response", "other_response", "model", "other_model", "sample", "suite", "evaluation", "messages",
    "text", "other_text",
)  # fmt: skip
LABEL_COLUMNS = (
    "study", "response", "other_response", "item", "configuration", "other_configuration", "rubric", "rubric_hash",
    "question", "rater", "kind", "state", "value", "confidence", "note", "raw", "grader", "decided_at", "saved_at",
)  # fmt: skip

# What a spreadsheet takes for the start of a formula, also in full width, and behind apostrophes of our own.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def gold_csv(records: Iterable[GoldRecord], *, raw: bool = False) -> Iterator[str]:
    """Yield a header and one row a unit, undecided ones too. Control characters are signs, but where `raw`."""
    return _table(GOLD_COLUMNS, map(gold_cells, records), raw=raw)


def labels_csv(records: Iterable[GoldRecord], *, raw: bool = False) -> Iterator[str]:
    """Yield a header and one row for each label that stands. Control characters are signs, but where `raw`."""
    return _table(LABEL_COLUMNS, label_rows(records), raw=raw)


CSV = TextExport(
    name="csv",
    suffix=".csv",
    description="each unit as a row",
    lines=lambda source: gold_csv(source.records, raw=source.raw),
)
LABELS_CSV = TextExport(
    name="labels-csv",
    suffix=".csv",
    description="each label that stands as a row",
    lines=lambda source: labels_csv(source.records, raw=source.raw),
)


def guarded(value: object, *, raw: bool = False) -> str:
    """Return a cell that no spreadsheet runs: with an apostrophe before what begins as a formula and is no number.

    Nor does it steer a terminal that the file is printed on: control characters are signs, but where `raw`.
    """
    match value:
        case None:
            return ""
        case list() | dict():
            return guarded(canonical(value), raw=raw)
        case _:
            text = str(value)
            cell = f"'{text}" if _FORMULA.match(text) and not NUMBER.fullmatch(text) else text
            return cell if raw else without_controls(cell)


def _table(columns: Sequence[str], rows: Iterable[Mapping[str, object]], *, raw: bool) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([guarded(row[column], raw=raw) for column in columns])
    yield buffer.getvalue()


def gold_cells(record: GoldRecord) -> dict[str, object]:
    """Return one unit as the columns of the table, before they are made cells."""
    first = record.responses[0]
    # A question about the whole item may show any number of responses; the columns have room for a pair.
    other = record.responses[1] if len(record.responses) > 1 else None
    return {
        "id": record.unit,
        "study": record.study,
        "rubric": record.rubric.id,
        "rubric_hash": record.rubric.hash,
        "question": record.question.id,
        "value": None if record.value is None else spoken(record.question, record.value),
        "how": record.how,
        "reason": record.reason,
        "dispute": record.dispute,
        "labels": len(record.labels),
        "distribution": dict(record.distribution),
        "split": record.split.value,
        "item": record.item,
        "response": first.id,
        "other_response": other and other.id,
        "model": first.configuration,
        "other_model": other and other.configuration,
        "sample": first.sample,
        "suite": record.prompt.suite,
        "evaluation": record.prompt.evaluation,
        "messages": message_values(record.prompt.messages),
        "text": first.text,
        "other_text": other and other.text,
    }
