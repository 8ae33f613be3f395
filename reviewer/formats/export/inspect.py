"""A dataset for Inspect: JSON lines of `input`, `target`, `id` and `metadata`. Units without a value are left out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from reviewer.formats.export.export_format import TextExport
from reviewer.formats.export.grader_task import metadata, task
from reviewer.formats.export.record import GoldRecord, spoken


def inspect_lines(records: Iterable[GoldRecord]) -> Iterator[str]:
    """Yield one sample a decided unit: the grader's task, and as target the value that it should say."""
    for record in records:
        if record.value is not None:
            sample = {
                "id": record.unit,
                "input": task(record),
                "target": spoken(record.question, record.value),
                "metadata": metadata(record),
            }
            yield json.dumps(sample) + "\n"


INSPECT = TextExport(
    name="inspect",
    suffix=".jsonl",
    description="tasks for a grader, as a dataset of Inspect",
    decided_only=True,
    printable=True,
    lines=lambda source: inspect_lines(source.records),
)
