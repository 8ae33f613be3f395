"""One run of collecting: asks what is missing, hands what comes back to whoever stores it, and counts.

The command line and the application watch the same counts. Knows neither the database nor a terminal.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from reviewer.collection.ask_loop import Budget, Lane, Patience, outcomes
from reviewer.collection.concurrency_gate import ConcurrencyGate
from reviewer.definitions.model_config import Setup
from reviewer.errors import StoreError
from reviewer.providers import token_estimate
from reviewer.providers.calls import AnsweredRequest, Caller, Outcome, Request
from reviewer.providers.token_estimate import AnswerLengths


class Workload(Protocol):
    """What one configuration is to be asked: of `total` answers those that are missing, a request for each."""

    @property
    def setup(self) -> Setup:
        """Return the configuration; its name is the work's own."""

    @property
    def total(self) -> int:
        """Return how many answers are wanted, with those that are there."""

    @property
    def missing(self) -> Sequence[object]:
        """Return one entry for each answer that is not there."""

    @property
    def earlier(self) -> AnswerLengths:
        """Return how long answers were that are there."""

    def requests(self) -> Iterator[Request]:
        """Yield a request for each of them."""


# Stores what came, each outcome with the name of its configuration; returns how many answers were new.
Keep = Callable[[list[tuple[str, Outcome]]], Awaitable[int]]
STORING = 5  # for so many requests under way there is one worker whose answer is being stored


@dataclass(slots=True)
class CollectionProgress:
    """How far one configuration is. Tokens and cost are those of this run.

    `spent` is in US dollars; `uncounted` is how many answers came without numbers of tokens that can be true.
    """

    work: Workload
    gate: ConcurrencyGate
    answered: int = 0
    failed: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    example: str | None = None
    stopped: str | None = None
    spent: float = 0.0
    uncounted: int = 0

    @property
    def name(self) -> str:
        """Return the configuration's name."""
        return self.work.setup.name

    @property
    def missing(self) -> int:
        """Return how many samples are still not there."""
        return len(self.work.missing) - self.answered

    @property
    def cost(self) -> float | None:
        """Return what this run cost in US dollars; None without prices.

        What the server tells no tokens of, and failed tries that reached it, count as what was set aside for them.
        """
        return None if self.work.setup.price_in is None else self.spent


class Collector:
    """Asks for the missing samples of several configurations at once."""

    def __init__(
        self,
        works: Sequence[Workload],
        callers: Mapping[str, Caller],
        *,
        concurrency: int,
        max_cost: float | None,
        now: Callable[[], datetime],
        patience: Patience | None = None,
    ) -> None:
        """Make ready; `callers` are by the configuration's name, `concurrency` counts requests to one model at once."""
        gates: dict[tuple[str, str, str], ConcurrencyGate] = {}
        self.progress: list[CollectionProgress] = []
        self._lanes: list[Lane] = []
        self._now = now
        self._patience = patience or Patience()
        self._budget = Budget(max_cost)
        self.seconds = 0.0
        for work in works:
            caller = callers[work.setup.name]
            # Two configurations of one model share what its server allows.
            place = (work.setup.provider, caller.server, work.setup.model)
            gate = gates.setdefault(place, ConcurrencyGate(concurrency))
            self.progress.append(CollectionProgress(work, gate))
            # A few workers more than requests may be under way: they ask while answers of others are being stored.
            workers = concurrency + concurrency // STORING
            self._lanes.append(_lane(work, caller, gate, min(workers, len(work.missing))))

    async def run(self, keep: Keep, stop: asyncio.Event) -> None:
        """Ask, and await `keep` with what came, until nothing is left or `stop` is set; `seconds` tells how long.

        Raises:
            StoreError: `keep` could not store, as on a full disk; says how much it stored before.
        """
        began = time.monotonic()
        by_name = {progress.name: progress for progress in self.progress}
        async for together in outcomes(self._lanes, self._patience, self._budget, self._now, stop):
            # What is being stored is stored to the end, even while the run is being cancelled.
            try:
                await asyncio.shield(asyncio.ensure_future(keep([(lane.name, outcome) for lane, outcome in together])))
            except StoreError as error:
                stored = sum(one.answered for one in self.progress)
                raise StoreError(
                    f"{error}\nstored before that: {stored:,}; the same command goes on from there"
                ) from error
            for lane, outcome in together:
                _count(by_name[lane.name], outcome)
                by_name[lane.name].spent = lane.spent
        self.seconds = time.monotonic() - began
        for lane in self._lanes:
            by_name[lane.name].spent = lane.spent
            by_name[lane.name].stopped = lane.stopped or ("stopped" if stop.is_set() else None)


def _lane(work: Workload, caller: Caller, gate: ConcurrencyGate, workers: int) -> Lane:
    pricing = _Pricing(work.setup, work.earlier)
    return Lane(work.setup.name, caller, gate, work.requests(), workers, pricing.most, pricing.price)


class _Pricing:
    """What requests to one configuration may cost and did cost; learns from each answer how long the next may be."""

    def __init__(self, setup: Setup, earlier: AnswerLengths) -> None:
        self._setup = setup
        self._earlier = earlier

    def most(self, request: Request) -> float:
        return token_estimate.held_back(self._setup, request, self._earlier)

    def price(self, answered: AnsweredRequest, held: float) -> float:
        told = token_estimate.cost_told(self._setup, answered)
        if told is None:
            return held
        if len(answered.turns) == len(answered.request.turns):
            self._earlier = self._earlier.with_one(answered.usage.written or 0)
        return told


def _count(progress: CollectionProgress, outcome: Outcome) -> None:
    if isinstance(outcome, AnsweredRequest):
        progress.answered += 1
        progress.tokens_in += outcome.usage.read or 0
        progress.tokens_out += outcome.usage.written or 0
        progress.uncounted += token_estimate.cost_told(progress.work.setup, outcome) is None
    else:
        progress.failed += 1
        progress.reasons[outcome.failure.reason.value] += 1
        progress.example = outcome.failure.message


async def unusable(callers: Mapping[str, Caller]) -> list[str]:
    """Return what is wrong with servers, keys and models, one line a configuration; the checks run together."""
    names = list(callers)
    found = await asyncio.gather(*(callers[name].check() for name in names))
    return [
        f"{name} at {callers[name].server}: {problem}"
        for name, problem in zip(names, found, strict=True)
        if problem is not None
    ]
