"""What both interfaces of the openai SDK share: the client, its errors, and reading a reply as plain JSON."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from reviewer.definitions.model_config import Setup
from reviewer.model import Message
from reviewer.providers.calls import CallFailed, Json, ReceivedReply, Reply
from reviewer.providers.failures import Failure, FailureReason, of_status, without_keys

if TYPE_CHECKING:
    from openai import AsyncOpenAI, OpenAIError

TIMEOUT = 600.0  # seconds for one reply; reasoning models take minutes
Endpoint = Literal["/v1/responses", "/v1/chat/completions"]


class OpenAICaller:
    """Calls one configuration through one of the SDK's interfaces: `form` makes requests and reads replies."""

    def __init__(self, setup: Setup, key: str, form: RequestForm) -> None:
        self._setup = setup
        self._keys = [key]
        self._client = open_client(setup.base_url, key)
        self._form = form
        self.sdk = sdk_name()
        self.server = str(self._client.base_url)

    async def check(self) -> str | None:
        """Return what is wrong with server, key or model."""
        return await check(self._client, self._setup.model, self._keys)

    async def call(self, messages: Sequence[Message], sample: int, schema: Mapping[str, Any] | None) -> ReceivedReply:
        """Send `messages` and return the reply; see `Caller`."""
        sent = self._form.body(self._setup, messages, sample, schema)
        create = self._form.create(self._client)
        reply, request_id = await called(lambda: create(**sent), self._keys)
        return ReceivedReply(sent, self._form.read(reply), request_id)

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()


class RequestForm(Protocol):
    """One interface of the SDK, as `openai_responses` and `openai_chat` are: requests and replies as plain JSON."""

    ENDPOINT: Endpoint

    def body(self, setup: Setup, messages: Sequence[Message], sample: int, schema: Mapping[str, Any] | None, /) -> Json:
        """Return the body of a request."""

    def read(self, reply: Json, /) -> Reply:
        """Return what a reply says."""

    def create(self, client: AsyncOpenAI, /) -> Callable[..., Awaitable[Any]]:
        """Return the SDK's method that sends a body and returns the raw reply."""


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
        raise CallFailed(Failure(FailureReason.MALFORMED, f"the reply is no JSON: {error}", raw.status_code)) from None
    if not isinstance(body, dict):
        raise CallFailed(Failure(FailureReason.MALFORMED, "the reply is no JSON object", raw.status_code))
    return body, raw.request_id


def failure_of(error: OpenAIError, keys: Sequence[str]) -> Failure:
    """Return why a call failed, as the SDK's error tells."""
    import openai

    message = without_keys(str(error), keys)
    if isinstance(error, openai.APIStatusError):
        return of_status(error.status_code, error.code, message, error.response.headers, datetime.now(UTC))
    if isinstance(error, openai.APITimeoutError):  # a kind of connection error, so it is asked first
        return Failure(FailureReason.TIMEOUT, message)
    if isinstance(error, openai.APIConnectionError):
        return Failure(FailureReason.CONNECTION, without_keys(f"{message} ({error.__cause__})", keys))
    return Failure(FailureReason.MALFORMED, message)


async def check(client: AsyncOpenAI, model: str, keys: Sequence[str]) -> str | None:
    """Return what is wrong with server, key or model, as far as the list of models tells."""
    import openai

    try:
        listed = [known.id async for known in client.models.list()]
    except openai.APIStatusError as error:
        failure = failure_of(error, keys)
        return failure.message if failure.reason in (FailureReason.UNAUTHORIZED, FailureReason.FORBIDDEN) else None
    except openai.APIConnectionError as error:
        return f"no server answers: {failure_of(error, keys).message}"
    except (openai.OpenAIError, ValueError, AttributeError):
        return None  # a compatible server need not list its models
    if listed and model not in listed:
        return f"it has no model {model}; it has: {', '.join(sorted(listed)[:20])}"
    return None
