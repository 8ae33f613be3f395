"""Answers out of a recorded file, for tests and demonstrations: chat JSONL, the last message being the answer.

Each line is `{"messages": [{"role", "content"}, …, {"role": "assistant", "content"}]}`, as many tools write and as
`reviewer export --format messages` does. The n-th line with the same question is sample n.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reviewer.definitions.model_config import Setup
from reviewer.definitions.toml_table import TomlSource, json_table, read_text
from reviewer.errors import ReviewerError
from reviewer.model import Message, Role, message_values, prompt_of
from reviewer.providers.calls import CallFailed, ReceivedReply, Reply
from reviewer.providers.failures import Failure, FailureReason
from reviewer.providers.provider_access import ProviderAccess


class Replay:
    """Answers from a file, by the messages that are sent."""

    sdk = "replay"

    def __init__(self, setup: Setup, key: str) -> None:  # noqa: ARG002
        """Read the recording of the configuration; no key is needed.

        Raises:
            ReviewerError: the configuration names none.
            BadInput: a line is no recorded answer.
        """
        if setup.answers is None:
            raise ReviewerError(f"{setup.name}: a replay needs answers = FILE in the models file")
        self.server = setup.answers.name
        self._model = setup.model
        self._answers = _read(setup.answers)

    async def check(self) -> str | None:
        """Nothing can be wrong with a file that was read."""
        return None

    async def call(self, messages: Sequence[Message], sample: int, schema: Mapping[str, Any] | None) -> ReceivedReply:  # noqa: ARG002
        """Return the recorded answer; see `Caller`."""
        answers = self._answers.get(prompt_of(messages).id, [])
        if sample > len(answers):
            problem = f"{self.server} holds {len(answers)} answers to this, and sample {sample} was asked for"
            raise CallFailed(Failure(FailureReason.NOT_RECORDED, problem))
        answer = answers[sample - 1]
        reply = {"role": Role.ASSISTANT.value, "content": answer}
        return ReceivedReply({"messages": message_values(messages)}, Reply(answer, reply, model=self._model))

    async def close(self) -> None:
        """Nothing is open."""


REPLAY = ProviderAccess(open_caller=Replay)


def _read(path: Path) -> dict[str, list[str]]:
    answers: dict[str, list[str]] = defaultdict(list)
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        table = json_table(line, TomlSource(str(path), line=number))
        messages = [
            Message(entry.choice("role", Role), entry.text("content"), entry.text("tool_calls", None))
            for entry in table.tables("messages")
        ]
        if len(messages) < 2 or messages[-1].role is not Role.ASSISTANT:
            raise table.wrong("messages", "no answer at the end", "messages, the last one from assistant")
        answers[prompt_of(messages[:-1]).id].append(messages[-1].content)
    return answers
