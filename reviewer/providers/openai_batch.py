"""OpenAI's Batch API: a JSONL file up, a batch over it, two JSONL files down.

Source: openai 3.54 (`openai.resources.batches`), whose documentation gives the limits of 50,000 requests and 200 MB.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from typing import Any

from reviewer.definitions.model_config import Setup
from reviewer.providers import openai_client
from reviewer.providers.batch_reply import id_of, lines_of, result_in, state_of
from reviewer.providers.batch_service import BatchLimits, BatchResult, BatchState, Result
from reviewer.providers.calls import CallFailed, Json, ReceivedReply, Request
from reviewer.providers.failures import Failure, FailureReason, of_status
from reviewer.providers.json_reply import ReplyField
from reviewer.providers.key_redaction import KeyRedaction
from reviewer.providers.openai_client import RequestForm
from reviewer.providers.sdk_call import called, iterated

MARK = "reviewer"  # the field of a batch's metadata that holds our mark
ENDED = frozenset({"completed", "expired", "cancelled", "failed"})
UNDER_WAY = frozenset({"validating", "in_progress", "finalizing", "cancelling"})
EXPIRED = "batch_expired"  # the code of a request that came to its end with the batch
MOST_PAGES = 1000  # of a list of batches


class OpenAIBatches:
    """Batches of one configuration: `form` makes requests and reads replies."""

    limits = BatchLimits(50_000, 200_000_000)

    def __init__(self, setup: Setup, key: str, form: RequestForm) -> None:
        self._setup = setup
        self._hidden = KeyRedaction(key)
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
        upload = self._client.files.with_raw_response.create
        create = self._client.batches.with_raw_response.create
        file = id_of(await self._received(lambda: upload(file=("requests.jsonl", body), purpose="batch")))
        batch = await self._received(
            lambda: create(
                input_file_id=file, endpoint=self._form.ENDPOINT, completion_window="24h", metadata={MARK: mark}
            )
        )
        return id_of(batch)

    async def find(self, mark: str) -> str | None:
        """Return the batch whose metadata holds `mark`; see `BatchService`."""
        list_batches = self._client.batches.with_raw_response.list
        after: list[str] = []
        while len(after) < MOST_PAGES:
            ask = partial(list_batches, limit=100, after=after[-1]) if after else partial(list_batches, limit=100)
            page = ReplyField(await self._received(ask))
            batches = page.at("data").known_items()
            for batch in batches:
                if batch.at("metadata").at(MARK).text() == mark:
                    return batch.at("id").text()
            last = batches[-1].at("id").text() if batches else None
            if not page.at("has_more").value or last is None or last in after:
                break
            after.append(last)
        return None

    async def progress(self, batch: str) -> BatchState:
        """Return the state of a batch; see `BatchService`."""
        known = ReplyField(await self._retrieved(batch))
        failure = None
        if known.at("status").text() == "failed":
            errors = known.at("errors").at("data").known_items()
            said = "; ".join(told for error in errors if (told := error.at("message").told()))
            failure = Failure(FailureReason.BAD_REQUEST, self._hidden.words(f"the batch failed: {said}"))
        return state_of(known.at("status"), ended=ENDED, under_way=UNDER_WAY, failure=failure)

    async def results(self, batch: str, sent: Mapping[str, Json]) -> AsyncIterator[Result]:
        """Yield the lines of the output and of the error file; see `BatchService`."""
        known = ReplyField(await self._retrieved(batch))
        for name in ("output_file_id", "error_file_id"):
            file = known.at(name)
            if file.value is None:
                continue
            identity = file.text()
            if identity is None:
                raise file.wrong("a text")
            async for line in self._lines(identity):
                result = result_in(line, self._hidden)
                key = None if result is None else result.at("custom_id").text()
                if result is not None and key is not None and key in sent:
                    yield key, self._result(result, sent[key])

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()

    async def _lines(self, file: str) -> AsyncIterator[bytes]:
        errors = openai_client.sdk_errors()
        stream = self._client.files.with_streaming_response.content(file)
        async with AsyncExitStack() as opened:
            content = await called(lambda: opened.enter_async_context(stream), errors, self._hidden)
            async for line in lines_of(iterated(content.iter_bytes(), errors, self._hidden)):
                yield line

    def _result(self, line: ReplyField, sent: Json) -> ReceivedReply | Failure:
        response = line.at("response")
        if not isinstance(response.value, dict):
            error = line.at("error")
            reason = FailureReason.EXPIRED if error.at("code").text() == EXPIRED else FailureReason.BAD_REQUEST
            said = error.at("message").told() or error.told() or "neither a response nor an error"
            return Failure(reason, self._hidden.words(said))
        body = response.at("body")
        status = response.at("status_code").count() or 200
        if status >= 400:
            error = body.at("error")
            codes = [code for name in ("code", "type") if (code := error.at(name).text()) is not None]
            said = self._hidden.words(error.at("message").told() or error.told() or "an error without words")
            return of_status(status, codes, said, {}, datetime.now(UTC))
        try:
            if not isinstance(body.value, dict):
                raise body.wrong("an object")
            reply = self._hidden.reply(self._form.read(body.value))
        except CallFailed as failed:
            return failed.failure
        return ReceivedReply(sent, reply, response.at("request_id").text())

    async def _retrieved(self, batch: str) -> Json:
        return await self._received(lambda: self._client.batches.with_raw_response.retrieve(batch))

    async def _received(self, call: Callable[[], Awaitable[Any]]) -> Json:
        reply, _ = await openai_client.received(call, self._hidden)
        return reply


def _encoded(endpoint: str, key: str, sent: Json) -> bytes:
    line = {"custom_id": key, "method": "POST", "url": endpoint, "body": sent}
    return json.dumps(line).encode() + b"\n"
