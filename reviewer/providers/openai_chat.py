"""Chat completions, which OpenAI and most compatible servers speak: request and reply.

Source: the types of openai 3.54 (`openai.types.chat`). A refused answer has `content` null and `refusal` set; servers
that show their reasoning do so in `reasoning_content` (llama.cpp, vLLM, DeepSeek), in `reasoning` (OpenRouter), or in
parts of `content` that are of type `thinking` (Mistral).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reviewer.definitions.model_config import Setup
from reviewer.model import Message
from reviewer.providers.calls import Json, Reply, Usage
from reviewer.providers.json_reply import ContentParts, ReplyField, calls_text, content_parts, error_in, malformed
from reviewer.providers.openai_client import Endpoint
from reviewer.providers.openai_responses import EFFORTS, role_of

if TYPE_CHECKING:
    from openai import AsyncOpenAI

ENDPOINT: Endpoint = "/v1/chat/completions"
FILTERED = "content_filter"


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
        CallFailed: the reply holds an error or no answer, or has another form.
    """
    whole = ReplyField(reply)
    choices = list(whole.at("choices").items())
    if not choices:
        if (error := error_in(whole)) is not None:
            raise error
        if not _filtered(whole):
            raise malformed("the reply holds no answer: choices is empty or absent")
        return _reply(whole, ContentParts(), None, FILTERED)
    choice = choices[0]
    message = choice.at("message")
    if not isinstance(message.value, dict):
        raise message.wrong("an object")
    content = content_parts(message.at("content"))
    return _reply(whole, content, message, choice.at("finish_reason").text())


def _reply(whole: ReplyField, content: ContentParts, message: ReplyField | None, stopped: str | None) -> Reply:
    said = message or ReplyField(None)
    refusals = [*content.refusals, *filter(None, [said.at("refusal").told()])]
    shown = said.at("reasoning_content").told() or said.at("reasoning").told()
    usage = whole.at("usage")
    return Reply(
        text=content.text,
        body=whole.value if isinstance(whole.value, dict) else {},
        refusal="\n".join(refusals) or None,
        reasoning="\n\n".join([*content.thoughts, *filter(None, [shown])]) or None,
        tool_calls=calls_text(said.at("tool_calls").value),
        stop_reason=stopped,
        usage=Usage(
            read=usage.at("prompt_tokens").count(),
            written=usage.at("completion_tokens").count(),
            reasoning=usage.at("completion_tokens_details").at("reasoning_tokens").count() or 0,
            cached=usage.at("prompt_tokens_details").at("cached_tokens").count() or 0,
        ),
        id=whole.at("id").text(),
        model=whole.at("model").text(),
    )


def _filtered(whole: ReplyField) -> bool:
    """Tell whether a reply without an answer says that a filter stopped it.

    Azure says so for each kind of content in `prompt_filter_results`, Gemini in `prompt_feedback.block_reason`.
    """
    kinds = [
        kind
        for result in whole.at("prompt_filter_results").known_items()
        for kind in _values(result.at("content_filter_results").value)
    ]
    return (
        any(ReplyField(kind).at("filtered").value is True for kind in kinds)
        or whole.at("prompt_feedback").at("block_reason").text() is not None
        or whole.at("finish_reason").text() == FILTERED
    )


def _values(value: object) -> list[object]:
    return list(value.values()) if isinstance(value, dict) else []
