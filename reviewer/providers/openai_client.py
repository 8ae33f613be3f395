"""What both interfaces of the openai SDK share: the client, its errors, and reading a reply as plain JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

from reviewer.definitions.model_config import Setup
from reviewer.model import Message
from reviewer.providers.calls import CallFailed, Json, ReceivedReply, Reply
from reviewer.providers.json_reply import parsed
from reviewer.providers.key_redaction import KeyRedaction
from reviewer.providers.sdk_call import CHECK_TIMEOUT, SdkErrors, called, models_in, no_model, problem_of_check
from reviewer.providers.server_guard import guard

if TYPE_CHECKING:
    from openai import AsyncOpenAI

TIMEOUT = 600.0  # seconds for one reply; reasoning models take minutes
Endpoint = Literal["/v1/responses", "/v1/chat/completions"]


class OpenAICaller:
    """Calls one configuration through one of the SDK's interfaces: `form` makes requests and reads replies."""

    def __init__(self, setup: Setup, key: str, form: RequestForm) -> None:
        self._setup = setup
        self._hidden = KeyRedaction(key)
        self._client = open_client(setup.base_url, key)
        self._form = form
        self.sdk = sdk_name()
        self.server = str(self._client.base_url)

    async def check(self) -> str | None:
        """Return what is wrong with server, key or model."""
        models = self._client.models.with_raw_response
        try:
            listed, _ = await received(lambda: models.list(timeout=CHECK_TIMEOUT), self._hidden)
        except CallFailed as failed:
            return problem_of_check(failed.failure)
        known = models_in(listed)
        return no_model(self._setup.model, known) if known and self._setup.model not in known else None

    async def call(self, messages: Sequence[Message], sample: int, schema: Mapping[str, Any] | None) -> ReceivedReply:
        """Send `messages` and return the reply; see `Caller`."""
        sent = self._form.body(self._setup, messages, sample, schema)
        create = self._form.create(self._client)
        reply, request_id = await received(lambda: create(**sent), self._hidden)
        return ReceivedReply(sent, self._hidden.reply(self._form.read(reply)), request_id)

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
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient

    http = DefaultAsyncHttpxClient()
    client = AsyncOpenAI(api_key=key, base_url=base_url, max_retries=0, timeout=TIMEOUT, http_client=http)
    guard(http, client.base_url)
    return client


def sdk_name() -> str:
    """Return the name and version of the SDK."""
    import openai

    return f"openai {openai.__version__}"


def sdk_errors() -> SdkErrors:
    """Return the classes of the SDK's errors."""
    import openai

    return SdkErrors(openai.APIStatusError, openai.APITimeoutError, openai.APIConnectionError)


async def received(call: Callable[[], Awaitable[Any]], hidden: KeyRedaction) -> tuple[Json, str | None]:
    """Await a raw-response call and return its JSON and request id, without the key.

    Raises:
        CallFailed: the call failed, or the reply is no JSON object.
    """
    raw = await called(call, sdk_errors(), hidden)
    return parsed(raw.http_response.content, hidden, status=raw.status_code), hidden.text(raw.request_id)
