"""The providers' batch services: thousands of requests handed over at once, answered within a day, at half price."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from reviewer.providers.calls import Json, ReceivedReply, Request
from reviewer.providers.failures import Failure


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """How much one batch may hold: requests, and bytes of them all."""

    requests: int
    size: int


@dataclass(frozen=True, slots=True)
class BatchState:
    """The state of a batch. `ended` batches can be fetched; `failure` is why the whole of it failed.

    `unknown` is the provider's word for a state that is not known here; such a batch has not ended.
    """

    ended: bool
    failure: Failure | None = None
    unknown: str | None = None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """One request of a batch in the form that is handed over: its key, what is sent, and its bytes there."""

    key: str
    sent: Json
    size: int


Result = tuple[str, ReceivedReply | Failure]


class BatchService(Protocol):
    """One provider's batches for one configuration. Every method raises `CallFailed` where the call fails."""

    limits: BatchLimits
    sdk: str
    server: str

    def line(self, request: Request) -> BatchResult:
        """Return a request in the form that is handed over."""

    async def submit(self, lines: Sequence[BatchResult], mark: str) -> str:
        """Hand over a batch, marked as `mark` where the provider has a place for it; return its id."""

    async def find(self, mark: str) -> str | None:
        """Return the id of the batch so marked; None if there is none, or the provider keeps no marks."""

    async def progress(self, batch: str) -> BatchState:
        """Return the state of a batch."""

    def results(self, batch: str, sent: Mapping[str, Json]) -> AsyncIterator[Result]:
        """Yield what became of each request, in any order; `sent` is what was sent, by key.

        What is no result of one of those requests is passed over: a line that cannot be read, a key that is not known.
        """

    async def close(self) -> None:
        """Give connections back."""


def parts(lines: Iterator[BatchResult], limits: BatchLimits) -> Iterator[list[BatchResult]]:
    """Yield `lines` in batches that the provider takes."""
    part: list[BatchResult] = []
    size = 0
    for line in lines:
        if part and (len(part) == limits.requests or size + line.size > limits.size):
            yield part
            part, size = [], 0
        part.append(line)
        size += line.size
    if part:
        yield part
