"""Anthropic's Messages API: a configuration and messages to a request, a reply to what it says.

Source: the types of anthropic 2.12 (`anthropic.types`). A refused answer has `stop_reason` refusal and may have no
content at all; `input_tokens` leaves cached tokens out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reviewer.definitions.model_config import Reasoning, Setup
from reviewer.model import Message, Role
from reviewer.providers.calls import CallFailed, Json, ReceivedReply, Reply, Usage
from reviewer.providers.failures import Failure, FailureReason, of_status, without_keys

if TYPE_CHECKING:
    from anthropic import AnthropicError, AsyncAnthropic

TIMEOUT = 600.0  # seconds for one reply; given by name, since the SDK refuses long answers under its own default
INSTRUCTING = (Role.SYSTEM, Role.DEVELOPER)


class AnthropicMessages:
    """Calls one configuration through the Messages API."""

    def __init__(self, setup: Setup, key: str) -> None:
        self._setup = setup
        self._keys = [key]
        self._client = open_client(setup.base_url, key)
        self.sdk = sdk_name()
        self.server = str(self._client.base_url)

    async def check(self) -> str | None:
        """Return what is wrong with server, key or model."""
        import anthropic

        try:
            listed = [known.id async for known in self._client.models.list()]
        except anthropic.APIStatusError as error:
            failure = failure_of(error, self._keys)
            return failure.message if failure.reason in (FailureReason.UNAUTHORIZED, FailureReason.FORBIDDEN) else None
        except anthropic.APIConnectionError as error:
            return f"no server answers: {failure_of(error, self._keys).message}"
        except (anthropic.AnthropicError, ValueError, AttributeError, TypeError):
            return None  # a compatible server need not list its models
        # An alias such as claude-sonnet-4-5 stands for a dated name in the list.
        if listed and not any(known.startswith(self._setup.model) for known in listed):
            return f"it has no model {self._setup.model}; it has: {', '.join(sorted(listed)[:20])}"
        return None

    async def call(self, messages: Sequence[Message], sample: int, schema: Mapping[str, Any] | None) -> ReceivedReply:
        """Send `messages` and return the reply; see `Caller`."""
        from anthropic import AnthropicError

        sent = body(self._setup, messages, sample, schema)
        arguments = dict(sent)
        if "temperature" in arguments:  # the SDK has no such argument any more; older servers take it
            arguments["extra_body"] = {"temperature": arguments.pop("temperature")}
        try:
            raw = await self._client.messages.with_raw_response.create(**arguments, timeout=TIMEOUT)
            text = await raw.text()
        except AnthropicError as error:
            raise CallFailed(failure_of(error, self._keys)) from None
        try:
            reply = json.loads(text)
        except ValueError as error:
            raise CallFailed(
                Failure(FailureReason.MALFORMED, f"the reply is no JSON: {error}", raw.status_code)
            ) from None
        return ReceivedReply(sent, read(reply), raw.request_id)

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()


def sdk_name() -> str:
    """Return the name and version of the SDK."""
    import anthropic

    return f"anthropic {anthropic.__version__}"


def open_client(base_url: str | None, key: str) -> AsyncAnthropic:
    """Return a client that never tries again by itself."""
    from anthropic import AsyncAnthropic

    return AsyncAnthropic(api_key=key, base_url=base_url, max_retries=0, timeout=TIMEOUT)


def body(setup: Setup, messages: Sequence[Message], sample: int, schema: Mapping[str, Any] | None) -> Json:  # noqa: ARG001
    """Return the body of a request. The interface takes no seed, so `sample` changes nothing."""
    first = next((place for place, message in enumerate(messages) if message.role not in INSTRUCTING), len(messages))
    sent: Json = {
        "model": setup.model,
        "max_tokens": setup.max_tokens,
        "messages": [{"role": _role(message), "content": message.content} for message in messages[first:]],
    }
    if first:
        sent["system"] = "\n\n".join(message.content for message in messages[:first])
    if setup.temperature is not None:
        sent["temperature"] = setup.temperature
    if setup.stop:
        sent["stop_sequences"] = list(setup.stop)
    if setup.reasoning is not None:
        sent["thinking"] = _thinking(setup)
    output: Json = {}
    if setup.reasoning not in (None, Reasoning.OFF, Reasoning.ON):
        output["effort"] = setup.reasoning.value
    if schema is not None:
        output["format"] = {"type": "json_schema", "schema": schema}
    if output:
        sent["output_config"] = output
    return sent


def _role(message: Message) -> str:
    return Role.SYSTEM.value if message.role in INSTRUCTING else message.role.value


def _thinking(setup: Setup) -> Json:
    if setup.reasoning is Reasoning.OFF:
        return {"type": "disabled"}
    if setup.reasoning_budget is not None:
        return {"type": "enabled", "budget_tokens": setup.reasoning_budget}
    return {"type": "adaptive"}


def read(reply: Json) -> Reply:
    """Return what a reply says.

    Raises:
        CallFailed: the reply has another form.
    """
    try:
        return _read(reply)
    except (KeyError, TypeError, AttributeError) as error:
        raise CallFailed(Failure(FailureReason.MALFORMED, f"the reply has no {error}")) from None


def _read(reply: Json) -> Reply:
    parts = reply["content"]
    stopped = reply.get("stop_reason")
    details = reply.get("stop_details") or {}
    usage = reply.get("usage") or {}
    cached = usage.get("cache_read_input_tokens") or 0
    calls = [part for part in parts if part["type"] == "tool_use"]
    thoughts = [part["thinking"] for part in parts if part["type"] == "thinking"]
    refusal = None
    if stopped == "refusal":
        refusal = details.get("explanation") or details.get("category") or "refusal"
    return Reply(
        text="".join(part["text"] for part in parts if part["type"] == "text"),
        body=reply,
        refusal=refusal,
        reasoning="\n\n".join(thoughts) or None,
        tool_calls=json.dumps(calls, ensure_ascii=False) if calls else None,
        stop_reason=stopped,
        usage=Usage(
            read=(usage.get("input_tokens") or 0) + cached + (usage.get("cache_creation_input_tokens") or 0),
            written=usage.get("output_tokens") or 0,
            cached=cached,
        ),
        id=reply.get("id"),
        model=reply.get("model"),
    )


def failure_of(error: AnthropicError, keys: Sequence[str]) -> Failure:
    """Return why a call failed, as the SDK's error tells."""
    import anthropic

    message = without_keys(str(error), keys)
    if isinstance(error, anthropic.APIStatusError):
        return of_status(error.status_code, error.type, message, error.response.headers, datetime.now(UTC))
    if isinstance(error, anthropic.APITimeoutError):  # a kind of connection error, so it is asked first
        return Failure(FailureReason.TIMEOUT, message)
    if isinstance(error, anthropic.APIConnectionError):
        return Failure(FailureReason.CONNECTION, without_keys(f"{message} ({error.__cause__})", keys))
    return Failure(FailureReason.MALFORMED, message)
