"""Anthropic's Message Batches: requests in one call, results as JSONL.

Source: anthropic 2.12 (`anthropic.resources.messages.batches`) and the provider's documentation, which gives the limits
of 100,000 requests and 256 MB.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

from reviewer.definitions.model_config import Setup
from reviewer.providers import anthropic_messages
from reviewer.providers.batch_reply import id_of, lines_of, result_in, state_of
from reviewer.providers.batch_service import BatchLimits, BatchResult, BatchState, Result
from reviewer.providers.calls import CallFailed, Json, ReceivedReply, Request
from reviewer.providers.failures import Failure, FailureReason
from reviewer.providers.json_reply import ReplyField, parsed
from reviewer.providers.key_redaction import KeyRedaction
from reviewer.providers.sdk_call import called, iterated

BY_TYPE = {
    "rate_limit_error": FailureReason.RATE_LIMITED,
    "api_error": FailureReason.SERVER,
    "overloaded_error": FailureReason.SERVER,
    "timeout_error": FailureReason.TIMEOUT,
}
ENDED = frozenset({"ended"})
UNDER_WAY = frozenset({"in_progress", "canceling"})


class AnthropicBatches:
    """Batches of one configuration."""

    limits = BatchLimits(100_000, 256_000_000)

    def __init__(self, setup: Setup, key: str) -> None:
        self._setup = setup
        self._hidden = KeyRedaction(key)
        self._client = anthropic_messages.open_client(setup.base_url, key)
        self.sdk = anthropic_messages.sdk_name()
        self.server = str(self._client.base_url)

    def line(self, request: Request) -> BatchResult:
        """Return a request as a part of the call; see `BatchService`."""
        [messages] = request.turns
        sent = anthropic_messages.body(self._setup, messages, request.sample, request.schema)
        return BatchResult(request.key, sent, len(json.dumps({"custom_id": request.key, "params": sent})) + 1)

    async def submit(self, lines: Sequence[BatchResult], mark: str) -> str:  # noqa: ARG002
        """Hand over a batch; see `BatchService`. The provider keeps no marks."""
        # Our bodies are plain JSON of the same form as the SDK's typed dictionaries.
        requests = [{"custom_id": line.key, "params": line.sent} for line in lines]
        create = self._client.messages.batches.with_raw_response.create
        batch = await self._received(lambda: create(requests=requests))  # type: ignore[arg-type]
        return id_of(batch)

    async def find(self, mark: str) -> str | None:  # noqa: ARG002
        """Return None; see `BatchService`. The provider keeps no marks."""
        return None

    async def progress(self, batch: str) -> BatchState:
        """Return the progress of a batch; see `BatchService`."""
        retrieve = self._client.messages.batches.with_raw_response.retrieve
        state = ReplyField(await self._received(lambda: retrieve(batch))).at("processing_status")
        return state_of(state, ended=ENDED, under_way=UNDER_WAY)

    async def results(self, batch: str, sent: Mapping[str, Json]) -> AsyncIterator[Result]:
        """Yield what became of each request; see `BatchService`."""
        errors = anthropic_messages.sdk_errors()
        results = self._client.messages.batches.with_streaming_response.results
        async with AsyncExitStack() as opened:
            stream = results(batch)
            reply = await called(lambda: opened.enter_async_context(stream), errors, self._hidden)
            async for line in lines_of(iterated(reply.iter_bytes(), errors, self._hidden)):
                result = result_in(line, self._hidden)
                key = None if result is None else result.at("custom_id").text()
                if result is not None and key is not None and key in sent:
                    yield key, self._result(result.at("result"), sent[key])

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()

    def _result(self, result: ReplyField, sent: Json) -> ReceivedReply | Failure:
        kind = result.at("type").text()
        if kind == "succeeded":
            message = result.at("message")
            try:
                if not isinstance(message.value, dict):
                    raise message.wrong("an object")
                return ReceivedReply(sent, self._hidden.reply(anthropic_messages.read(message.value)))
            except CallFailed as failed:
                return failed.failure
        if kind == "errored":
            # The error of a result is a whole error reply, with the error inside.
            error = result.at("error").at("error")
            reason = BY_TYPE.get(error.at("type").text() or "", FailureReason.BAD_REQUEST)
            return Failure(reason, self._hidden.words(error.at("message").told() or "errored, without a reason"))
        if kind is None:
            return result.at("type").wrong("a text").failure
        return Failure(FailureReason.EXPIRED, self._hidden.words(f"the request was {kind}"))

    async def _received(self, call: Callable[[], Awaitable[Any]]) -> Json:
        errors = anthropic_messages.sdk_errors()
        raw = await called(call, errors, self._hidden)
        return parsed(await called(raw.read, errors, self._hidden), self._hidden, status=raw.status_code)
