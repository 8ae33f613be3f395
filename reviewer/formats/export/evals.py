"""JSON lines for OpenAI Evals: samples with `input` and `ideal`, and the form with `choice` that grades a grader.

Units without a value are left out: neither form has a way to say so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from reviewer.formats.export.export_format import TextExport
from reviewer.formats.export.grader_task import metadata, task
from reviewer.formats.export.record import GoldRecord, spoken
from reviewer.model import message_values


def evals_lines(records: Iterable[GoldRecord]) -> Iterator[str]:
    """Yield one sample a decided unit: the grader's task as a chat, and as `ideal` the value that it should say."""
    for record in records:
        if record.value is not None:
            sample = {
                "input": [{"role": "user", "content": task(record)}],
                "ideal": spoken(record.question, record.value),
                "metadata": metadata(record),
            }
            yield json.dumps(sample) + "\n"


def evals_choice_lines(records: Iterable[GoldRecord]) -> Iterator[str]:
    """Yield one sample a decided unit of one response: prompt, completion, and as `choice` the verdict wanted.

    A comparison has two completions, and the form has room for one.
    """
    for record in records:
        if record.value is not None and len(record.responses) == 1:
            sample = {
                "input": message_values(record.prompt.messages),
                "completion": record.responses[0].text,
                "ideal": record.prompt.reference or "",
                "choice": spoken(record.question, record.value),
                "metadata": metadata(record),
            }
            yield json.dumps(sample) + "\n"


EVALS = TextExport(
    name="evals",
    suffix=".jsonl",
    description="tasks for a grader, as samples of OpenAI Evals",
    decided_only=True,
    printable=True,
    lines=lambda source: evals_lines(source.records),
)
EVALS_CHOICE = TextExport(
    name="evals-choice",
    suffix=".jsonl",
    description="responses and the verdict wanted, for OpenAI Evals",
    decided_only=True,
    printable=True,
    lines=lambda source: evals_choice_lines(source.records),
)
