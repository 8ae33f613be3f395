"""Test cases for promptfoo: JSON lines of `vars`, `assert` and `metadata`. Units without a value are left out.

For a prompt that is `{{task}}` alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from reviewer.formats.export.export_format import TextExport
from reviewer.formats.export.grader_task import metadata, task
from reviewer.formats.export.record import GoldRecord, spoken


def promptfoo_lines(records: Iterable[GoldRecord]) -> Iterator[str]:
    """Yield one test a decided unit, which a grader passes by saying the value.

    The one variable is text of ours at its start, where promptfoo would take `file://` for a file to load.
    """
    for record in records:
        if record.value is not None:
            test = {
                "description": record.unit,
                "vars": {"task": task(record)},
                "assert": [{"type": "equals", "value": spoken(record.question, record.value)}],
                "metadata": metadata(record),
            }
            yield json.dumps(test) + "\n"


PROMPTFOO = TextExport(
    name="promptfoo",
    suffix=".jsonl",
    description="tasks for a grader, as tests of promptfoo",
    decided_only=True,
    printable=True,
    lines=lambda source: promptfoo_lines(source.records),
)
