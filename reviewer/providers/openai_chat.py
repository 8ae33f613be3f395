"""Chat completions, which OpenAI and most compatible servers speak: request and reply.

Source: the types of openai 3.54 (`openai.types.chat`). A refused answer has `content` null and `refusal` set; servers
that show their reasoning do so in `reasoning_content` (llama.cpp, vLLM, DeepSeek) or `reasoning` (OpenRouter).
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reviewer.definitions.model_config import Setup
from reviewer.model import Message
from reviewer.providers.calls import CallFailed, Json, Reply, Usage
from reviewer.providers.failures import Failure, FailureReason
from reviewer.providers.openai_client import Endpoint
from reviewer.providers.openai_responses import EFFORTS, role_of

if TYPE_CHECKING:
    from openai import AsyncOpenAI

ENDPOINT: Endpoint = "/v1/chat/completions"


def body(setup: Setup, messages: Sequence[Message], sample: int, schema: Mapping[str, Any] | None) -> Json:
    """Return the body of a request. Sample n is sent with the n-th seed from the configuration's own on."""
    sent: Json = {
        "model": setup.model,
        "messages": [{"role": role_of(setup, message), "content": message.content} for message in messages],
        "max_completion_tokens": setup.max_tokens,
    }
    if setup.temperature is not None:
        sent["temperature"] = setup.temperature
    if setup.seed is not None:
        sent["seed"] = setup.seed + sample - 1
    if setup.stop:
        sent["stop"] = list(setup.stop)
    if setup.reasoning is not None:
        sent["reasoning_effort"] = EFFORTS.get(setup.reasoning, setup.reasoning.value)
    if schema is not None:
        form = {"name": "verdict", "schema": schema, "strict": True}
        sent["response_format"] = {"type": "json_schema", "json_schema": form}
    return sent


def create(client: AsyncOpenAI) -> Callable[..., Awaitable[Any]]:
    """Return the SDK's method that sends a body and returns the raw reply."""
    return client.chat.completions.with_raw_response.create


def read(reply: Json) -> Reply:
    """Return what a reply says.

    Raises:
        CallFailed: the reply has another form.
    """
    try:
        return _read(reply)
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise CallFailed(Failure(FailureReason.MALFORMED, f"the reply has no {error}")) from None


def _read(reply: Json) -> Reply:
    choice = reply["choices"][0]
    message = choice["message"]
    usage = reply.get("usage") or {}
    calls = message.get("tool_calls")
    return Reply(
        text=message["content"] or "",
        body=reply,
        refusal=message.get("refusal") or None,
        reasoning=message.get("reasoning_content") or message.get("reasoning") or None,
        tool_calls=json.dumps(calls, ensure_ascii=False) if calls else None,
        stop_reason=choice.get("finish_reason"),
        usage=Usage(
            read=usage.get("prompt_tokens") or 0,
            written=usage.get("completion_tokens") or 0,
            reasoning=(usage.get("completion_tokens_details") or {}).get("reasoning_tokens") or 0,
            cached=(usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0,
        ),
        id=reply.get("id"),
        model=reply.get("model"),
    )
