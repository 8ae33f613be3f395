"""What both interfaces of the openai SDK share: the client, its errors, and reading a reply as plain JSON."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reviewer.collect.calls import CallFailed, Json
from reviewer.collect.failures import Failure, Reason, of_status, without_keys

if TYPE_CHECKING:
    from openai import AsyncOpenAI, OpenAIError

TIMEOUT = 600.0  # seconds for one reply; reasoning models take minutes


def open_client(base_url: str | None, key: str) -> AsyncOpenAI:
    """Return a client that never tries again by itself."""
    from openai import AsyncOpenAI

    return AsyncOpenAI(api_key=key, base_url=base_url, max_retries=0, timeout=TIMEOUT)


def sdk_name() -> str:
    """Return the name and version of the SDK."""
    import openai

    return f"openai {openai.__version__}"


async def called(call: Callable[[], Awaitable[Any]], keys: Sequence[str]) -> tuple[Json, str | None]:
    """Await a raw-response call and return its JSON and request id.

    Raises:
        CallFailed: the SDK raised, or the reply is no JSON object.
    """
    from openai import OpenAIError

    try:
        raw = await call()
    except OpenAIError as error:
        raise CallFailed(failure_of(error, keys)) from None
    try:
        body = json.loads(raw.text)
    except ValueError as error:
        raise CallFailed(Failure(Reason.MALFORMED, f"the reply is no JSON: {error}", raw.status_code)) from None
    if not isinstance(body, dict):
        raise CallFailed(Failure(Reason.MALFORMED, "the reply is no JSON object", raw.status_code))
    return body, raw.request_id


def failure_of(error: OpenAIError, keys: Sequence[str]) -> Failure:
    """Return why a call failed, as the SDK's error tells."""
    import openai

    message = without_keys(str(error), keys)
    if isinstance(error, openai.APIStatusError):
        return of_status(error.status_code, error.code, message, error.response.headers, datetime.now(UTC))
    if isinstance(error, openai.APITimeoutError):  # a kind of connection error, so it is asked first
        return Failure(Reason.TIMEOUT, message)
    if isinstance(error, openai.APIConnectionError):
        return Failure(Reason.CONNECTION, without_keys(f"{message} ({error.__cause__})", keys))
    return Failure(Reason.MALFORMED, message)


async def check(client: AsyncOpenAI, model: str, keys: Sequence[str]) -> str | None:
    """Return what is wrong with server, key or model, as far as the list of models tells."""
    import openai

    try:
        listed = [known.id async for known in client.models.list()]
    except openai.APIStatusError as error:
        failure = failure_of(error, keys)
        return failure.message if failure.reason in (Reason.UNAUTHORIZED, Reason.FORBIDDEN) else None
    except openai.APIConnectionError as error:
        return f"no server answers: {failure_of(error, keys).message}"
    except (openai.OpenAIError, ValueError, AttributeError):
        return None  # a compatible server need not list its models
    if listed and model not in listed:
        return f"it has no model {model}; it has: {', '.join(sorted(listed)[:20])}"
    return None
