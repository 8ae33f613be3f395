"""Chat `messages` as JSON lines, in the manner of Hugging Face: the conversation, and the decided label beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from reviewer.formats.export.export_format import TextExport
from reviewer.formats.export.grader_task import metadata
from reviewer.formats.export.record import GoldRecord, plain
from reviewer.model import Role, message_values


def messages_lines(records: Iterable[GoldRecord]) -> Iterator[str]:
    """Yield one row a unit, undecided ones with the label null.

    `messages` ends with the response where the unit has one; where several are compared it is the prompt alone, and
    `responses` has them in the order that `first` and `second` mean.
    """
    for record in records:
        messages = message_values(record.prompt.messages)
        if len(record.responses) == 1:
            [response] = record.responses
            calls = {} if response.tool_calls is None else {"tool_calls": response.tool_calls}
            messages.append({"role": Role.ASSISTANT.value, "content": response.text} | calls)
        row = {
            "messages": messages,
            "responses": [response.text for response in record.responses],
            "label": plain(record.question, record.value),
            "metadata": metadata(record) | {"reason": record.reason},
        }
        yield json.dumps(row) + "\n"


MESSAGES = TextExport(
    name="messages",
    suffix=".jsonl",
    description="chats with the decided label, as Hugging Face has them",
    printable=True,
    lines=lambda source: messages_lines(source.records),
)
