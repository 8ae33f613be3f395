"""Anthropic's Message Batches: requests in one call, results as JSONL.

Source: anthropic 2.12 (`anthropic.resources.messages.batches`) and the provider's documentation, which gives the limits
of 100,000 requests and 256 MB.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from reviewer.definitions.model_config import Setup
from reviewer.providers import anthropic_messages
from reviewer.providers.batch_service import BatchLimits, BatchResult, BatchState, Result
from reviewer.providers.calls import CallFailed, Json, ReceivedReply, Request
from reviewer.providers.failures import Failure, FailureReason, without_keys

BY_TYPE = {
    "rate_limit_error": FailureReason.RATE_LIMITED,
    "api_error": FailureReason.SERVER,
    "overloaded_error": FailureReason.SERVER,
    "timeout_error": FailureReason.TIMEOUT,
}
Value = TypeVar("Value")


class AnthropicBatches:
    """Batches of one configuration."""

    limits = BatchLimits(100_000, 256_000_000)

    def __init__(self, setup: Setup, key: str) -> None:
        self._setup = setup
        self._keys = [key]
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
        batch = await self._call(lambda: self._client.messages.batches.create(requests=requests))  # type: ignore[arg-type]
        return batch.id

    async def find(self, mark: str) -> str | None:  # noqa: ARG002
        """Return None; see `BatchService`. The provider keeps no marks."""
        return None

    async def progress(self, batch: str) -> BatchState:
        """Return the progress of a batch; see `BatchService`."""
        known = await self._call(lambda: self._client.messages.batches.retrieve(batch))
        counts = known.request_counts
        done = counts.succeeded + counts.errored + counts.canceled + counts.expired
        return BatchState(known.processing_status == "ended", done, done + counts.processing)

    async def results(self, batch: str, sent: Mapping[str, Json]) -> AsyncIterator[Result]:
        """Yield what became of each request; see `BatchService`."""
        from anthropic import AnthropicError

        decoder = await self._call(lambda: self._client.messages.batches.results(batch))
        try:
            async for entry in decoder:
                if entry.custom_id in sent:
                    result = entry.result.model_dump(mode="json", exclude_unset=True)
                    yield entry.custom_id, self._result(result, sent[entry.custom_id])
        except AnthropicError as error:
            raise CallFailed(anthropic_messages.failure_of(error, self._keys)) from None
        except ValueError as error:
            raise CallFailed(Failure(FailureReason.MALFORMED, f"a result of {batch} is no JSON: {error}")) from None

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()

    def _result(self, result: Json, sent: Json) -> ReceivedReply | Failure:
        if result["type"] == "succeeded":
            try:
                return ReceivedReply(sent, anthropic_messages.read(result["message"]))
            except CallFailed as failed:
                return failed.failure
        if result["type"] == "errored":
            # The error of a result is a whole error reply, with the error inside.
            error = (result.get("error") or {}).get("error") or {}
            reason = BY_TYPE.get(str(error.get("type")), FailureReason.BAD_REQUEST)
            return Failure(reason, without_keys(str(error.get("message")), self._keys))
        return Failure(FailureReason.EXPIRED, f"the request was {result['type']}")

    async def _call(self, call: Callable[[], Awaitable[Value]]) -> Value:
        from anthropic import AnthropicError

        try:
            return await call()
        except AnthropicError as error:
            raise CallFailed(anthropic_messages.failure_of(error, self._keys)) from None
