"""OpenAI's Batch API: a JSONL file up, a batch over it, two JSONL files down.

Source: openai 3.54 (`openai.resources.batches`), whose documentation gives the limits of 50,000 requests and 200 MB.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from reviewer.definitions.model_config import Setup
from reviewer.providers import openai_client
from reviewer.providers.batch_service import BatchLimits, BatchResult, BatchState, Result
from reviewer.providers.calls import CallFailed, Json, ReceivedReply, Request
from reviewer.providers.failures import Failure, FailureReason, of_status, without_keys
from reviewer.providers.openai_client import RequestForm

MARK = "reviewer"  # the field of a batch's metadata that holds our mark
ENDED = frozenset({"completed", "expired", "cancelled", "failed"})
Value = TypeVar("Value")


class OpenAIBatches:
    """Batches of one configuration: `form` makes requests and reads replies."""

    limits = BatchLimits(50_000, 200_000_000)

    def __init__(self, setup: Setup, key: str, form: RequestForm) -> None:
        self._setup = setup
        self._keys = [key]
        self._client = openai_client.open_client(setup.base_url, key)
        self._form = form
        self.sdk = openai_client.sdk_name()
        self.server = str(self._client.base_url)

    def line(self, request: Request) -> BatchResult:
        """Return a request as a line of the file; see `BatchService`."""
        [messages] = request.turns
        sent = self._form.body(self._setup, messages, request.sample, request.schema)
        return BatchResult(request.key, sent, len(_encoded(self._form.ENDPOINT, request.key, sent)))

    async def submit(self, lines: Sequence[BatchResult], mark: str) -> str:
        """Upload the lines and start a batch over them; see `BatchService`."""
        body = b"".join(_encoded(self._form.ENDPOINT, line.key, line.sent) for line in lines)
        file = await self._call(lambda: self._client.files.create(file=("requests.jsonl", body), purpose="batch"))
        batch = await self._call(
            lambda: self._client.batches.create(
                input_file_id=file.id,
                endpoint=self._form.ENDPOINT,
                completion_window="24h",
                metadata={MARK: mark},
            )
        )
        return batch.id

    async def find(self, mark: str) -> str | None:
        """Return the batch whose metadata holds `mark`; see `BatchService`."""

        async def found() -> str | None:
            async for batch in self._client.batches.list():
                if (batch.metadata or {}).get(MARK) == mark:
                    return batch.id
            return None

        return await self._call(found)

    async def progress(self, batch: str) -> BatchState:
        """Return the progress of a batch; see `BatchService`."""
        known = await self._call(lambda: self._client.batches.retrieve(batch))
        counts = known.request_counts
        failure = None
        if known.status == "failed":
            said = "; ".join(error.message or "" for error in (known.errors and known.errors.data) or [])
            failure = Failure(FailureReason.BAD_REQUEST, f"the batch failed: {without_keys(said, self._keys)}")
        done = counts.completed + counts.failed if counts else 0
        return BatchState(known.status in ENDED, done, counts.total if counts else 0, failure)

    async def results(self, batch: str, sent: Mapping[str, Json]) -> AsyncIterator[Result]:
        """Yield the lines of the output and of the error file; see `BatchService`."""
        known = await self._call(lambda: self._client.batches.retrieve(batch))
        for file in (known.output_file_id, known.error_file_id):
            if file is None:
                continue
            async for line in self._lines(file):
                key = line["custom_id"]
                if key in sent:
                    yield key, self._result(line, sent[key])

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()

    async def _lines(self, file: str) -> AsyncIterator[Json]:
        from openai import OpenAIError

        try:
            async with self._client.files.with_streaming_response.content(file) as content:
                async for line in content.iter_lines():
                    if line.strip():
                        yield json.loads(line)
        except OpenAIError as error:
            raise CallFailed(openai_client.failure_of(error, self._keys)) from None
        except ValueError as error:
            raise CallFailed(Failure(FailureReason.MALFORMED, f"a line of file {file} is no JSON: {error}")) from None

    def _result(self, line: Json, sent: Json) -> ReceivedReply | Failure:
        response, error = line.get("response"), line.get("error")
        if response is None:
            code = (error or {}).get("code")
            reason = FailureReason.EXPIRED if code == "batch_expired" else FailureReason.BAD_REQUEST
            return Failure(reason, without_keys(str((error or {}).get("message")), self._keys))
        body, status = response.get("body") or {}, response.get("status_code", 200)
        if status >= 400:
            said = body.get("error") or {}
            message = without_keys(str(said.get("message")), self._keys)
            return of_status(status, said.get("code"), message, {}, datetime.now(UTC))
        try:
            return ReceivedReply(sent, self._form.read(body), response.get("request_id"))
        except CallFailed as failed:
            return failed.failure

    async def _call(self, call: Callable[[], Awaitable[Value]]) -> Value:
        from openai import OpenAIError

        try:
            return await call()
        except OpenAIError as error:
            raise CallFailed(openai_client.failure_of(error, self._keys)) from None


def _encoded(endpoint: str, key: str, sent: Json) -> bytes:
    line = {"custom_id": key, "method": "POST", "url": endpoint, "body": sent}
    return json.dumps(line).encode() + b"\n"
