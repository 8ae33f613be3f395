"""What is asked of a model and what comes back, whoever the provider is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from reviewer.model import Message
from reviewer.providers.failures import Failure

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One sample to be asked for. `key` is the asker's own name for it; `sample` counts from 1.

    `turns` are the messages that lead to each answer: one list where the prompt is sent as it stands, and one a user
    message where it is played, the model's own answers being put between them. `schema` is the JSON schema that the
    answer must follow, where the server can enforce one.
    """

    key: str
    turns: tuple[tuple[Message, ...], ...]
    sample: int = 1
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer. `read` counts all of the input, cached or not; `reasoning` is part of `written`.

    `read` and `written` are None where the server tells no number of tokens.
    """

    read: int | None = None
    written: int | None = None
    reasoning: int = 0
    cached: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider answered to one request. `text` is what its user reads, less a refusal in a field of its own.

    `model` is the model as the provider names it, `tool_calls` JSON text or None, `body` the reply as it came.
    """

    text: str
    body: Json
    refusal: str | None = None
    reasoning: str | None = None
    tool_calls: str | None = None
    stop_reason: str | None = None
    usage: Usage = Usage()
    id: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange: what was sent, what came back, and the circumstances.

    `sdk` names the library and its version, `began` is UTC time, `seconds` the last try alone (None in a batch, where
    nobody knows), `tries` counts all of them.
    """

    sent: Json
    reply: Reply
    request_id: str | None
    sdk: str
    server: str
    began: str
    seconds: float | None
    tries: int


@dataclass(frozen=True, slots=True)
class AnsweredRequest:
    """A request that was answered, in as many turns as it has."""

    request: Request
    turns: tuple[Turn, ...]

    @property
    def usage(self) -> Usage:
        """Return the tokens of all turns."""
        each = [turn.reply.usage for turn in self.turns]
        return Usage(
            read=_sum([usage.read for usage in each]),
            written=_sum([usage.written for usage in each]),
            reasoning=sum(usage.reasoning for usage in each),
            cached=sum(usage.cached for usage in each),
        )


@dataclass(frozen=True, slots=True)
class FailedRequest:
    """A request that was given up, after so many tries."""

    request: Request
    failure: Failure
    tries: int


Outcome = AnsweredRequest | FailedRequest


@dataclass(frozen=True, slots=True)
class ReceivedReply:
    """The reply to one call with what the transport says of it."""

    sent: Json
    reply: Reply
    request_id: str | None = None


class Caller(Protocol):
    """Calls one configuration, once: no retry of its own."""

    sdk: str
    server: str

    async def check(self) -> str | None:
        """Return what is wrong with server, key or model as far as can be told without asking; None if nothing is."""

    async def call(self, messages: Sequence[Message], sample: int, schema: Mapping[str, Any] | None) -> ReceivedReply:
        """Send `messages` and return the reply.

        Raises:
            CallFailed: no reply came.
        """

    async def close(self) -> None:
        """Give connections back."""


class CallFailed(Exception):
    """One call brought no reply."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def _sum(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def turns_of(messages: Sequence[Message], *, played: bool) -> tuple[tuple[Message, ...], ...]:
    """Return the messages of a prompt in the turns that a `Request` takes."""
    if not played:
        return (tuple(messages),)
    turns: list[list[Message]] = [[]]
    for place, message in enumerate(messages):
        turns[-1].append(message)
        if message.role == "user" and place + 1 < len(messages):
            turns.append([])
    return tuple(map(tuple, turns))
