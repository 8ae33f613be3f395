"""OpenAI's Responses API: a configuration and messages to a request, a reply to what it says.

Source: the types of openai 3.54 (`openai.types.responses`). `output_text` of the SDK leaves refusals out, so the parts
are read one by one.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reviewer.definitions.model_config import Reasoning, Setup
from reviewer.model import Message, Role
from reviewer.providers.calls import CallFailed, Json, Reply, Usage
from reviewer.providers.failures import Failure, FailureReason
from reviewer.providers.openai_client import Endpoint

if TYPE_CHECKING:
    from openai import AsyncOpenAI

ENDPOINT: Endpoint = "/v1/responses"
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
        CallFailed: the provider failed to answer, or the reply has another form.
    """
    try:
        if reply.get("status") in ("failed", "cancelled"):
            error = reply.get("error") or {}
            raise CallFailed(Failure(FailureReason.SERVER, f"the response {reply['status']}: {error.get('message')}"))
        return _read(reply)
    except (KeyError, TypeError, AttributeError) as error:
        raise CallFailed(Failure(FailureReason.MALFORMED, f"the reply has no {error}")) from None


def _read(reply: Json) -> Reply:
    parts = [part for item in reply["output"] if item["type"] == "message" for part in item["content"]]
    reasoning = [item for item in reply["output"] if item["type"] == "reasoning"]
    thoughts = [
        part["text"] for item in reasoning for part in [*(item.get("content") or []), *(item.get("summary") or [])]
    ]
    calls = [item for item in reply["output"] if item["type"].endswith("_call")]
    refusals = [part["refusal"] for part in parts if part["type"] == "refusal"]
    usage = reply.get("usage") or {}
    return Reply(
        text="".join(part["text"] for part in parts if part["type"] == "output_text"),
        body=reply,
        refusal="\n".join(refusals) or None,
        reasoning="\n\n".join(thoughts) or None,
        tool_calls=json.dumps(calls, ensure_ascii=False) if calls else None,
        stop_reason=(reply.get("incomplete_details") or {}).get("reason") or reply.get("status"),
        usage=Usage(
            read=usage.get("input_tokens") or 0,
            written=usage.get("output_tokens") or 0,
            reasoning=(usage.get("output_tokens_details") or {}).get("reasoning_tokens") or 0,
            cached=(usage.get("input_tokens_details") or {}).get("cached_tokens") or 0,
        ),
        id=reply.get("id"),
        model=reply.get("model"),
    )
