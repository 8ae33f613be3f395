"""Anthropic's Messages API: a configuration and messages to a request, a reply to what it says.

Source: the types of anthropic 2.12 (`anthropic.types`). A refused answer has `stop_reason` refusal and may have no
content at all; `input_tokens` leaves cached tokens out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reviewer.definitions.model_config import Reasoning, Setup
from reviewer.model import Message, Role
from reviewer.providers.calls import CallFailed, Json, ReceivedReply, Reply, Usage
from reviewer.providers.json_reply import (
    ContentParts,
    ReplyField,
    calls_text,
    content_parts,
    error_in,
    malformed,
    parsed,
)
from reviewer.providers.key_redaction import KeyRedaction
from reviewer.providers.sdk_call import CHECK_TIMEOUT, SdkErrors, called, models_in, no_model, problem_of_check
from reviewer.providers.server_guard import guard

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

TIMEOUT = 600.0  # seconds for one reply; given by name, since the SDK refuses long answers under its own default
INSTRUCTING = (Role.SYSTEM, Role.DEVELOPER)
# Reasons to stop with which a reply may have no content at all: before the first word, or at it.
WITHOUT_CONTENT = frozenset({"refusal", "max_tokens", "model_context_window_exceeded", "stop_sequence"})


class AnthropicMessages:
    """Calls one configuration through the Messages API."""

    def __init__(self, setup: Setup, key: str) -> None:
        self._setup = setup
        self._hidden = KeyRedaction(key)
        self._client = open_client(setup.base_url, key)
        self.sdk = sdk_name()
        self.server = str(self._client.base_url)

    async def check(self) -> str | None:
        """Return what is wrong with server, key or model."""
        models = self._client.models.with_raw_response
        try:
            raw = await called(lambda: models.list(limit=1000, timeout=CHECK_TIMEOUT), sdk_errors(), self._hidden)
            listed = parsed(await called(raw.read, sdk_errors(), self._hidden), self._hidden)
        except CallFailed as failed:
            return problem_of_check(failed.failure)
        known = models_in(listed)
        # An alias such as claude-sonnet-4-5 stands for a dated name in the list, which may go on on another page.
        if not known or listed.get("has_more") or any(name.startswith(self._setup.model) for name in known):
            return None
        return no_model(self._setup.model, known)

    async def call(self, messages: Sequence[Message], sample: int, schema: Mapping[str, Any] | None) -> ReceivedReply:
        """Send `messages` and return the reply; see `Caller`."""
        sent = body(self._setup, messages, sample, schema)
        arguments = dict(sent)
        if "temperature" in arguments:  # the SDK has no such argument any more; older servers take it
            arguments["extra_body"] = {"temperature": arguments.pop("temperature")}
        create = self._client.messages.with_raw_response.create
        raw = await called(lambda: create(**arguments, timeout=TIMEOUT), sdk_errors(), self._hidden)
        content = await called(raw.read, sdk_errors(), self._hidden)
        reply = self._hidden.reply(read(parsed(content, self._hidden, status=raw.status_code)))
        return ReceivedReply(sent, reply, self._hidden.text(raw.request_id))

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()


def sdk_name() -> str:
    """Return the name and version of the SDK."""
    import anthropic

    return f"anthropic {anthropic.__version__}"


def open_client(base_url: str | None, key: str) -> AsyncAnthropic:
    """Return a client that never tries again by itself."""
    from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient

    http = DefaultAsyncHttpxClient()
    client = AsyncAnthropic(api_key=key, base_url=base_url, max_retries=0, timeout=TIMEOUT, http_client=http)
    guard(http, client.base_url)
    return client


def sdk_errors() -> SdkErrors:
    """Return the classes of the SDK's errors."""
    import anthropic

    return SdkErrors(anthropic.APIStatusError, anthropic.APITimeoutError, anthropic.APIConnectionError)


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
        CallFailed: the reply holds an error or no answer, or has another form.
    """
    whole = ReplyField(reply)
    stopped = whole.at("stop_reason").text()
    content = whole.at("content")
    if content.value is None or content.value == []:
        if (error := error_in(whole)) is not None:
            raise error
        if stopped not in WITHOUT_CONTENT:
            raise malformed("the reply holds no answer: content is empty or absent")
    parts = content_parts(content)
    calls = [part.value for part in content.known_items() if part.at("type").text() == "tool_use"]
    usage = whole.at("usage")
    cached = usage.at("cache_read_input_tokens").count() or 0
    fresh = usage.at("input_tokens").count()
    return Reply(
        text=parts.text,
        body=reply,
        refusal=_refusal(whole, parts) if stopped == "refusal" else "\n".join(parts.refusals) or None,
        reasoning="\n\n".join(parts.thoughts) or None,
        tool_calls=calls_text(calls),
        stop_reason=stopped,
        usage=Usage(
            read=None if fresh is None else fresh + cached + (usage.at("cache_creation_input_tokens").count() or 0),
            written=usage.at("output_tokens").count(),
            cached=cached,
        ),
        id=whole.at("id").text(),
        model=whole.at("model").text(),
    )


def _refusal(whole: ReplyField, parts: ContentParts) -> str:
    details = whole.at("stop_details")
    told = "\n".join(parts.refusals) or details.at("explanation").told() or details.at("category").told()
    return told or "refusal"
