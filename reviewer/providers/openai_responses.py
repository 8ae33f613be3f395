"""OpenAI's Responses API: a configuration and messages to a request, a reply to what it says.

Source: the types of openai 3.54 (`openai.types.responses`). `output_text` of the SDK leaves refusals out, so the parts
are read one by one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reviewer.definitions.model_config import Reasoning, Setup
from reviewer.model import Message, Role
from reviewer.providers.calls import CallFailed, Json, Reply, Usage
from reviewer.providers.failures import Failure, FailureReason
from reviewer.providers.json_reply import ContentParts, ReplyField, calls_text, content_parts, error_in, malformed
from reviewer.providers.openai_client import Endpoint

if TYPE_CHECKING:
    from openai import AsyncOpenAI

ENDPOINT: Endpoint = "/v1/responses"
FAILED = frozenset({"failed", "cancelled"})
EFFORTS = {Reasoning.OFF: "none", Reasoning.ON: "medium"}


def body(setup: Setup, messages: Sequence[Message], sample: int, schema: Mapping[str, Any] | None) -> Json:  # noqa: ARG001
    """Return the body of a request. The interface takes no seed, so `sample` changes nothing."""
    sent: Json = {
        "model": setup.model,
        # Items without a type are refused by compatible servers.
        "input": [
            {"type": "message", "role": role_of(setup, message), "content": message.content} for message in messages
        ],
        "max_output_tokens": setup.max_tokens,
        "store": False,
    }
    if setup.temperature is not None:
        sent["temperature"] = setup.temperature
    if setup.reasoning is not None:
        effort = EFFORTS.get(setup.reasoning, setup.reasoning.value)
        sent["reasoning"] = {"effort": effort}
        if setup.reasoning is not Reasoning.OFF:
            sent["reasoning"]["summary"] = "auto"
    if schema is not None:
        sent["text"] = {"format": {"type": "json_schema", "name": "verdict", "schema": schema, "strict": True}}
    return sent


def role_of(setup: Setup, message: Message) -> str:
    """Return the role in which a message is sent: instructions go in the one that the configuration names."""
    if setup.system_role is not None and message.role in (Role.SYSTEM, Role.DEVELOPER):
        return setup.system_role.value
    return message.role.value


def create(client: AsyncOpenAI) -> Callable[..., Awaitable[Any]]:
    """Return the SDK's method that sends a body and returns the raw reply."""
    return client.responses.with_raw_response.create


def read(reply: Json) -> Reply:
    """Return what a reply says.

    Raises:
        CallFailed: the provider failed to answer, or the reply holds no answer or has another form.
    """
    whole = ReplyField(reply)
    status = whole.at("status").text()
    output = list(whole.at("output").items())
    if status in FAILED or not output:
        if (error := error_in(whole)) is not None:
            raise error
        if status in FAILED:
            raise CallFailed(Failure(FailureReason.SERVER, f"the response {status}"))
    stopped = whole.at("incomplete_details").at("reason").text()
    if not output and not (status == "incomplete" and stopped):
        raise malformed("the reply holds no answer: output is empty or absent")
    return _reply(whole, output, stopped or status)


def _reply(whole: ReplyField, output: Sequence[ReplyField], stopped: str | None) -> Reply:
    said = ContentParts()
    thoughts: list[str] = []
    calls: list[object] = []
    for item in output:
        kind = item.at("type").text()
        if kind is None and item.at("content").value is None:
            raise item.at("type").wrong("a text")
        if kind in (None, "message"):
            parts = content_parts(item.at("content"))
            said.texts += parts.texts
            said.refusals += parts.refusals
            thoughts += parts.thoughts
        elif kind == "reasoning":
            thoughts += filter(None, [item.at("content").told(), item.at("summary").told()])
        elif kind is not None and kind.endswith("_call"):
            calls.append(item.value)
    usage = whole.at("usage")
    return Reply(
        text=said.text,
        body=whole.value if isinstance(whole.value, dict) else {},
        refusal="\n".join(said.refusals) or None,
        reasoning="\n\n".join(thoughts) or None,
        tool_calls=calls_text(calls),
        stop_reason=stopped,
        usage=Usage(
            read=usage.at("input_tokens").count(),
            written=usage.at("output_tokens").count(),
            reasoning=usage.at("output_tokens_details").at("reasoning_tokens").count() or 0,
            cached=usage.at("input_tokens_details").at("cached_tokens").count() or 0,
        ),
        id=whole.at("id").text(),
        model=whole.at("model").text(),
    )
