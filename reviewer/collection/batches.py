"""Collecting through batch services: fetch what is ready, hand over what is missing, leave, and come back later.

Which batches are out is kept in the database, so that the same command goes on from wherever it was left. Requests are
grouped under an errand: what is asked, and of whom.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

from reviewer.model import digest
from reviewer.providers.batch_service import BatchService, parts
from reviewer.providers.calls import AnsweredRequest, CallFailed, FailedRequest, Outcome, ReceivedReply, Request, Turn
from reviewer.providers.failures import Failure, FailureReason
from reviewer.store import collection_attempts
from reviewer.store.collection_attempts import Batch
from reviewer.store.engine import Engine

PART = 500  # results that are stored in one transaction
Value = TypeVar("Value")
Keep = Callable[[Engine, Sequence[Outcome]], int]


class DatabaseThread(Protocol):
    """The thread that owns the database."""

    def call(self, do: Callable[[Engine], Value]) -> Future[Value]:
        """Queue `do` and return what it will return."""


@dataclass(slots=True)
class BatchProgress:
    """What is done of an errand after a visit: answers stored now, failures, and requests that are still out.

    `example` is the last failure of a request, `stopped` why the visit could not be ended.
    """

    answered: int = 0
    failed: int = 0
    out: int = 0
    batches: int = 0
    handed_over: int = 0
    example: str | None = None
    stopped: str | None = None


async def visit(
    owner: DatabaseThread,
    service: BatchService,
    errand: str,
    requests: Sequence[Request],
    keep: Keep,
    now: Callable[[], str],
) -> BatchProgress:
    """Fetch the batches of `errand` that are done, store them with `keep`, and hand over what is in no batch.

    `requests` are all that is missing, each of one turn. Where the service cannot be reached, or answers what cannot be
    read, what it has stays with it for the next visit.
    """
    progress = BatchProgress()
    by_key = {request.key: request for request in requests}
    out = await _fetch(owner, service, errand, by_key, keep, now, progress)
    # A request that failed is tried again now; what the first fetch stored is not.
    left = [request for key, request in by_key.items() if key not in out]
    try:
        await _hand_over(owner, service, errand, left, now, progress)
    except CallFailed as error:
        progress.stopped = _stopped(service, error)
    return progress


async def _fetch(
    owner: DatabaseThread,
    service: BatchService,
    errand: str,
    by_key: dict[str, Request],
    keep: Keep,
    now: Callable[[], str],
    progress: BatchProgress,
) -> set[str]:
    """Store what is done, take the answered out of `by_key`, and return the keys that are still out."""
    out: set[str] = set()
    looked_for: set[str] = set()  # a key is in one open batch; were it in two, it would have one outcome all the same
    for batch in await _owned(owner, lambda engine: collection_attempts.open_batches(engine, errand)):
        keys = await _owned(owner, partial(collection_attempts.batched, batch=batch.number))
        wanted = {key: by_key[key] for key in (keys & by_key.keys()) - looked_for}
        looked_for |= wanted.keys()
        answered: set[str] = set()
        ended = False
        try:
            ended = await _fetch_one(owner, service, batch, wanted, answered, keep, progress)
        except CallFailed as error:
            progress.stopped = _stopped(service, error)
        for key in answered:
            del by_key[key]
        if ended:
            await _written(owner, partial(collection_attempts.fetched, batch=batch.number, now=now()))
        else:
            still = keys - answered
            out |= still
            progress.out += len(still)
            progress.batches += 1
    return out


async def _fetch_one(
    owner: DatabaseThread,
    service: BatchService,
    batch: Batch,
    wanted: Mapping[str, Request],
    answered: set[str],
    keep: Keep,
    progress: BatchProgress,
) -> bool:
    """Store what is done of a batch, add the answered keys to `answered`, and tell whether nothing more will come."""
    identity = batch.id or await _found(owner, service, batch)
    if identity is None:
        return True
    try:
        state = await service.progress(identity)
    except CallFailed as error:
        if error.failure.reason is not FailureReason.NOT_FOUND:
            raise
        progress.example = f"{service.server} knows no batch {identity}; what was in it is handed over again"
        await _written(owner, partial(collection_attempts.forget_batch, batch=batch.number))
        return True
    if state.unknown is not None:
        progress.example = f"batch {identity} is {state.unknown}, a state that is not known here; it is left as it is"
    if not state.ended:
        return False
    if state.failure is not None:
        progress.example = state.failure.message
    await _store(service, identity, batch, wanted, _Storing(owner, keep, answered, progress))
    return True


async def _found(owner: DatabaseThread, service: BatchService, batch: Batch) -> str | None:
    """Return the id of a batch whose handing over was cut off, or forget it if it never arrived."""
    identity = await service.find(_mark(batch.number, batch.submitted_at))
    if identity is None:
        await _written(owner, partial(collection_attempts.forget_batch, batch=batch.number))
    else:
        await _written(owner, partial(collection_attempts.submitted, batch=batch.number, identity=identity))
    return identity


class _Storing:
    """Stores what came of requests, part by part, and adds the keys of what was answered to `answered`."""

    def __init__(self, owner: DatabaseThread, keep: Keep, answered: set[str], progress: BatchProgress) -> None:
        self.answered = answered
        self._owner = owner
        self._keep = keep
        self._progress = progress
        self._part: dict[str, Outcome] = {}

    async def add(self, outcome: Outcome) -> None:
        """Store the outcome with those that follow; the first of a request counts."""
        key = outcome.request.key
        if key not in self.answered:
            self._part.setdefault(key, outcome)
        if len(self._part) == PART:
            await self.put()

    async def put(self) -> None:
        """Store what waits."""
        outcomes = list(self._part.values())
        if not outcomes:
            return
        self._part.clear()
        await _owned(self._owner, lambda engine: self._keep(engine, outcomes))
        # Only what is stored is counted.
        for outcome in outcomes:
            if isinstance(outcome, FailedRequest):
                self._progress.failed += 1
                self._progress.example = outcome.failure.message
            else:
                self._progress.answered += 1
                self.answered.add(outcome.request.key)


async def _store(
    service: BatchService, identity: str, batch: Batch, wanted: Mapping[str, Request], storing: _Storing
) -> None:
    """Store the results of a batch.

    A request without an answer failed, as the service says or without a word. Failures come last, since a file of
    results may hold both for one request.
    """
    failures: dict[str, Failure] = {}
    sent = {key: service.line(one).sent for key, one in wanted.items()}
    try:
        async for key, result in service.results(identity, sent):
            if isinstance(result, Failure):
                failures.setdefault(key, result)
            else:
                await storing.add(_outcome(wanted[key], result, service, batch))
    finally:
        await storing.put()
    unheard = Failure(FailureReason.MALFORMED, f"batch {identity} holds no result of it")
    for key in wanted.keys() - storing.answered:
        await storing.add(_outcome(wanted[key], failures.get(key, unheard), service, batch))
    await storing.put()


async def _hand_over(
    owner: DatabaseThread,
    service: BatchService,
    errand: str,
    requests: Sequence[Request],
    now: Callable[[], str],
    progress: BatchProgress,
) -> None:
    for lines in parts((service.line(request) for request in requests), service.limits):
        at = now()
        keys = [line.key for line in lines]
        number = await _written(owner, partial(collection_attempts.begin_batch, errand=errand, keys=keys, now=at))
        try:
            identity = await service.submit(lines, _mark(number, at))
        except CallFailed as error:
            if not error.failure.billable:  # else the batch may have arrived: the next visit looks for its mark
                await _written(owner, partial(collection_attempts.forget_batch, batch=number))
            raise
        await _written(owner, partial(collection_attempts.submitted, batch=number, identity=identity))
        progress.handed_over += len(lines)
        progress.out += len(lines)
        progress.batches += 1


def _stopped(service: BatchService, error: CallFailed) -> str:
    return f"{service.server}: {error.failure.message}"


def _mark(number: int, submitted_at: str) -> str:
    """Return what marks a batch at the provider: the same for the same row, and for no other database's."""
    return digest("batch", number, submitted_at)


def _outcome(request: Request, result: ReceivedReply | Failure, service: BatchService, batch: Batch) -> Outcome:
    if isinstance(result, Failure):
        return FailedRequest(request, result, tries=1)
    turn = Turn(
        sent=result.sent,
        reply=result.reply,
        request_id=result.request_id,
        sdk=service.sdk,
        server=service.server,
        began=batch.submitted_at,
        seconds=None,
        tries=1,
    )
    return AnsweredRequest(request, (turn,))


async def _owned(owner: DatabaseThread, do: Callable[[Engine], Value]) -> Value:
    return await asyncio.wrap_future(owner.call(do))


async def _written(owner: DatabaseThread, do: Callable[[Engine], Value]) -> Value:
    def write(engine: Engine) -> Value:
        with engine.writing():
            return do(engine)

    return await _owned(owner, write)
