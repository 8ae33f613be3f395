"""The loop that asks: lanes of workers behind gates, tries with full jitter, turns played one after another.

Answers are handed out as they come, those that are ready together in one list, so that they can be stored together.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reviewer.collection.concurrency_gate import ConcurrencyGate
from reviewer.model import Message, Role, utc
from reviewer.providers.calls import (
    AnsweredRequest,
    Caller,
    CallFailed,
    FailedRequest,
    Outcome,
    ReceivedReply,
    Request,
    Turn,
)
from reviewer.providers.failures import Failure, FailureReason
from reviewer.text.visible import storable


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited, in seconds, and how often is tried.

    `first` and `longest` bound the wait after a failed try, `deadline` the tries of one turn, `silence` the time in
    which one model gives failures and no answer. `tries` bounds failures that are not the rate limit's, `malformed` the
    replies that cannot be read: a server that forms them wrongly, or gives no answer, mostly does so again.
    """

    first: float = 0.5
    longest: float = 30.0
    tries: int = 12
    malformed: int = 3
    deadline: float = 900.0
    silence: float = 120.0


class Budget:
    """What may be spent, in US dollars; None is no limit. What is under way is held back at its highest price."""

    def __init__(self, limit: float | None = None) -> None:
        self.limit = limit
        self.spent = 0.0
        self._held: list[float] = []
        self._settled = asyncio.Event()

    async def hold(self, amount: float) -> bool:
        """Set `amount` aside, once there is room for it; False if there will be none."""
        while self.limit is not None and self.spent + sum(self._held) + amount > self.limit:
            if not self._held:
                return False
            # What is under way mostly costs less than it might.
            self._settled.clear()
            await self._settled.wait()
        self._held.append(amount)
        return True

    def settle(self, amount: float, actual: float) -> None:
        """Replace what was set aside by its result."""
        self._held.remove(amount)
        self.spent += actual
        self._settled.set()

    def pay_for_try(self, amount: float) -> bool:
        """Count a try that failed as spent, while `amount` stays aside for the next; False if there is no room."""
        if self.limit is not None and self.spent + sum(self._held) + amount > self.limit:
            return False
        self.spent += amount
        return True


@dataclass(slots=True)
class Lane:
    """The requests to one configuration, in order, and how they are sent.

    `most` returns what is set aside for a request, `price` what its answer cost, given what was set aside. `spent` is
    what answers and failed tries cost. `stopped` says why requests were left unsent, once that is so.
    """

    name: str
    caller: Caller
    gate: ConcurrencyGate
    requests: Iterator[Request]
    workers: int
    most: Callable[[Request], float] = lambda _: 0.0
    price: Callable[[AnsweredRequest, float], float] = lambda _answered, _held: 0.0
    spent: float = 0.0
    stopped: str | None = None
    heard: float = field(default=0.0, repr=False)


async def outcomes(
    lanes: Sequence[Lane],
    patience: Patience,
    budget: Budget,
    now: Callable[[], datetime],
    stop: asyncio.Event,
) -> AsyncIterator[list[tuple[Lane, Outcome]]]:
    """Ask everything in `lanes` and yield what came of it, until all is answered, failed or stopped.

    Once `stop` is set the requests under way are given up; what was answered by then is still yielded. A request that
    was never sent, because of that, because its gate closed or because the money ran out, has no outcome.

    What is yielded counts as stored when the next is asked for, and only then its workers send their next requests: a
    run that is killed has at most one request a worker that must be asked and paid for again.
    """
    run = _Run(patience, budget, now)
    start = asyncio.get_running_loop().time()
    for lane in lanes:
        lane.heard = start
    work = [asyncio.create_task(run.work(lane)) for lane in lanes for _ in range(lane.workers)]
    ended = asyncio.gather(*work, return_exceptions=True)
    stopping = asyncio.create_task(_cancel_after(stop, work))
    try:
        while not (ended.done() and run.done.empty()):
            ready = asyncio.create_task(run.done.get())
            watched: list[asyncio.Future[Any]] = [ready, ended]
            await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            if not ready.done():
                ready.cancel()
                continue
            together = [ready.result(), *run.ready()]
            yield [(one.lane, one.outcome) for one in together]
            for one in together:
                one.stored.set()
        for result in await ended:
            if isinstance(result, BaseException) and not isinstance(result, asyncio.CancelledError):
                raise result
    finally:
        stopping.cancel()
        for task in work:
            task.cancel()
        await asyncio.gather(*work, stopping, return_exceptions=True)


async def _cancel_after(stop: asyncio.Event, work: Sequence[asyncio.Task[None]]) -> None:
    await stop.wait()
    for task in work:
        task.cancel()


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of a request, and what tells its worker that this is stored."""

    lane: Lane
    outcome: Outcome
    stored: asyncio.Event = field(default_factory=asyncio.Event)


class _Run:
    """What the workers of one run share."""

    def __init__(self, patience: Patience, budget: Budget, now: Callable[[], datetime]) -> None:
        # Without a bound, since a worker that is stopped must still be able to hand in what it holds.
        self.done: asyncio.Queue[_Done] = asyncio.Queue()
        self._patience = patience
        self._budget = budget
        self._now = now
        self._jitter = random.Random()

    def ready(self) -> list[_Done]:
        """Take what is ready."""
        together = []
        while not self.done.empty():
            together.append(self.done.get_nowait())
        return together

    async def work(self, lane: Lane) -> None:
        """Send requests of `lane`, one after another, until none is left."""
        while lane.stopped is None and lane.gate.closed is None:
            request = next(lane.requests, None)
            if request is None:
                return
            held = lane.most(request)
            if not await self._budget.hold(held):
                lane.stopped = self._over(held)
                return
            outcome, cost = await self._ask(lane, request, held)
            self._budget.settle(held, cost)
            lane.spent += cost
            if outcome is not None:
                done = _Done(lane, outcome)
                self.done.put_nowait(done)
                await done.stored.wait()
        if lane.stopped is None and lane.gate.closed is not None:
            lane.stopped = lane.gate.closed.message

    def _over(self, held: float) -> str:
        limit = self._budget.limit
        return f"the next request could go over the limit of ${limit:g}: ${held:.6g} is set aside for it"

    async def _ask(self, lane: Lane, request: Request, held: float) -> tuple[Outcome | None, float]:
        """Return what came of a request and what it cost, less tries that are paid for.

        There is no outcome if the gate closed before it was sent for the first time.
        """
        messages: list[Message] = []
        turns: list[Turn] = []
        share = held / len(request.turns)
        for turn in request.turns:
            messages += turn
            try:
                received = await self._turn(lane, request, messages, share)
            except (_Unsent, _GivenUp) as error:
                before = lane.price(AnsweredRequest(request, tuple(turns)), share * len(turns)) if turns else 0.0
                if isinstance(error, _Unsent):
                    return None, before
                return FailedRequest(request, error.failure, error.tries), before + error.cost
            turns.append(received)
            # A lone surrogate cannot be sent; what is stored of the answer can.
            said = storable(received.reply.text or received.reply.refusal or "").text
            messages.append(Message(Role.ASSISTANT, said))
        answered = AnsweredRequest(request, tuple(turns))
        return answered, lane.price(answered, held)

    async def _turn(self, lane: Lane, request: Request, messages: Sequence[Message], share: float) -> Turn:
        loop = asyncio.get_running_loop()
        start = loop.time()
        tries = unreadable = 0
        last: Failure | None = None
        while True:
            if not await lane.gate.enter():
                raise _Unsent if last is None else _GivenUp(last, tries, 0.0)
            tries += 1
            began, sent_at = self._now(), loop.time()
            try:
                received = await lane.caller.call(messages, request.sample, request.schema)
            except CallFailed as error:
                last = error.failure
                self._learn(lane, last)
            else:
                lane.heard = loop.time()
                lane.gate.answered()
                return _turn_of(received, lane.caller, utc(began), loop.time() - sent_at, tries)
            finally:
                lane.gate.leave()
            unreadable += last.reason is FailureReason.MALFORMED
            wait = self._wait(last, tries)
            late = loop.time() + wait > start + self._patience.deadline
            cost = share if last.billable else 0.0
            if not last.again or late or self._often(last, tries, unreadable):
                raise _GivenUp(last, tries, cost)
            if not self._budget.pay_for_try(cost):
                lane.stopped = self._over(share)
                raise _GivenUp(last, tries, cost)
            lane.spent += cost
            await asyncio.sleep(wait)

    def _often(self, last: Failure, tries: int, unreadable: int) -> bool:
        match last.reason:
            case FailureReason.RATE_LIMITED:
                return False
            case FailureReason.MALFORMED:
                return unreadable >= self._patience.malformed
            case _:
                return tries >= self._patience.tries

    def _learn(self, lane: Lane, failure: Failure) -> None:
        if failure.reason is FailureReason.RATE_LIMITED:
            lane.gate.refused(failure)
        elif failure.hopeless or (failure.again and self._silent(lane)):
            lane.gate.close(failure)

    def _silent(self, lane: Lane) -> bool:
        return asyncio.get_running_loop().time() > lane.heard + self._patience.silence

    def _wait(self, failure: Failure, tries: int) -> float:
        """Return how long to wait: what the server asked for, and full jitter over an exponentially growing time."""
        grown = min(self._patience.longest, self._patience.first * 2 ** min(tries - 1, 30))
        return (failure.wait or 0.0) + self._jitter.uniform(0.0, grown)


class _Unsent(Exception):
    """The gate closed before a request was ever sent."""


class _GivenUp(Exception):
    """A request failed for good. `cost` is what its last try may have cost."""

    def __init__(self, failure: Failure, tries: int, cost: float) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.tries = tries
        self.cost = cost


def _turn_of(received: ReceivedReply, caller: Caller, began: str, seconds: float, tries: int) -> Turn:
    return Turn(
        sent=received.sent,
        reply=received.reply,
        request_id=received.request_id,
        sdk=caller.sdk,
        server=caller.server,
        began=began,
        seconds=round(seconds, 6),
        tries=tries,
    )
