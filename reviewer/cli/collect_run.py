"""One collection from what was ordered to the last answer stored: what the command and the screen share."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from reviewer.cli.options import clock, now, tell_of_backup
from reviewer.cli.terminal import watched
from reviewer.collection.collector import CollectionProgress, Collector, unusable
from reviewer.collection.missing_samples import MissingSamples, prepare, store, survey
from reviewer.definitions.model_config import Setup
from reviewer.errors import ReviewerError
from reviewer.model import Suite
from reviewer.providers.calls import AnsweredRequest, Outcome
from reviewer.providers.clients import open_caller
from reviewer.session.owner_thread import OwnerThread
from reviewer.store.engine import Engine
from reviewer.store.sqlite import open_for_writing

CONCURRENCY = 16
Tell = Callable[[MissingSamples, Outcome], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be collected into the database at `path`; `concurrency` counts requests to one model at a time."""

    path: str
    suites: Sequence[Suite]
    setups: Sequence[Setup]
    samples: int = 1
    concurrency: int = CONCURRENCY
    max_cost: float | None = None


async def collect(
    order: Order,
    watch: Callable[[Collector], AbstractContextManager[None]],
    stop: asyncio.Event,
    tell: Tell | None = None,
) -> Collector:
    """Ask everything that is missing and store it; inside `watch` the collector is at work. Returns it, done.

    `tell` is called with the result of each request, once that is stored.

    Raises:
        ReviewerError: a key, a server, a model or the database is at fault; then nothing was sent or stored.
    """
    callers = {setup.name: open_caller(setup, os.environ) for setup in order.setups}
    owner: OwnerThread[Engine] = OwnerThread(lambda: tell_of_backup(open_for_writing(order.path)))
    try:
        works = await asyncio.wrap_future(
            owner.call(lambda engine: survey(engine, order.suites, order.setups, order.samples))
        )
        asked = {work.setup.name: callers[work.setup.name] for work in works if work.missing}
        if problems := await unusable(asked):
            raise ReviewerError("\n".join(problems))
        works = await asyncio.wrap_future(
            owner.call(lambda engine: prepare(engine, order.suites, order.setups, order.samples, now()))
        )
        collector = Collector(works, callers, concurrency=order.concurrency, max_cost=order.max_cost, now=clock)

        by_name = {work.setup.name: work for work in works}

        async def keep(outcomes: list[tuple[str, Outcome]]) -> int:
            of_works = [(by_name[name], outcome) for name, outcome in outcomes]
            new = await asyncio.wrap_future(owner.call(lambda engine: store(engine, of_works, now())))
            if tell is not None:
                for work, outcome in of_works:
                    tell(work, outcome)
            return new

        with watch(collector):
            await collector.run(keep, stop)
        return collector
    finally:
        await asyncio.gather(*(caller.close() for caller in callers.values()))
        owner.close(lambda engine: engine.close())


def interruptible() -> asyncio.Event:
    """Return what is set when the user, or the system, asks the program to end."""
    stop = asyncio.Event()
    for interrupt in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(interrupt, stop.set)
    return stop


@contextmanager
def on_stderr(collector: Collector) -> Iterator[None]:
    """Show on stderr, where that is a terminal, the progress of a collector at work."""
    began = time.monotonic()
    with watched(lambda: watched_rows(collector.progress, time.monotonic() - began)):
        yield


def watched_rows(progress: Sequence[CollectionProgress], seconds: float) -> list[list[str]]:
    """Return the table that is watched while a collection goes on, its head first."""
    rows = [["configuration", "done", "of", "failed", "per s", "at once", "tokens in", "out", "cost", "left"]]
    for one in progress:
        rate = (one.answered + one.failed) / seconds if seconds > 0 else 0.0
        left = len(one.work.missing) - one.answered - one.failed
        rows.append(
            [
                one.name,
                f"{one.answered:,}",
                f"{len(one.work.missing):,}",
                f"{one.failed:,}",
                f"{rate:.1f}",
                f"{one.gate.in_flight}/{int(one.gate.limit)}" + (" paused" if one.gate.paused_until else ""),
                f"{one.tokens_in:,}",
                f"{one.tokens_out:,}",
                "" if one.cost is None else dollars(one.cost),
                duration(left / rate) if rate else "",
            ]
        )
    return rows


def teller(write: Callable[[str], None]) -> Tell:
    """Return what writes a line for each request: of whom which prompt was asked, what came, tries and seconds."""
    names: dict[str, str] = {}

    def tell(work: MissingSamples, outcome: Outcome) -> None:
        prompt = outcome.request.key.rpartition("-")[0]
        if prompt not in names:
            names.update((wanted.member.prompt.id, wanted.member.name) for wanted, _ in work.missing)
        write(f"{work.setup.name} {names[prompt]} sample {outcome.request.sample}: {_came(outcome)}")

    return tell


def _came(outcome: Outcome) -> str:
    if isinstance(outcome, AnsweredRequest):
        seconds = [turn.seconds for turn in outcome.turns if turn.seconds is not None]
        took = f", {sum(seconds):.2f} s" if seconds else ""
        return f"answered, {_tries(sum(turn.tries for turn in outcome.turns))}{took}"
    failure = outcome.failure
    status = "" if failure.status is None else f" {failure.status}"
    return f"{failure.reason.value}{status}, {_tries(outcome.tries)}: {failure.message}"


def _tries(number: int) -> str:
    return "1 try" if number == 1 else f"{number:,} tries"


def dollars(amount: float | None) -> str:
    """Return an amount of US dollars in words."""
    return "no price" if amount is None else f"${amount:,.2f}"


def duration(seconds: float) -> str:
    """Return a time as `M:SS` or `H:MM:SS`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def progress_words(one: CollectionProgress) -> str:
    """Return in one line what a run did for a configuration."""
    before = one.work.total - len(one.work.missing)
    cost = "" if one.cost is None else f", {dollars(one.cost)}"
    answers = f"{one.answered:,} answer{'s' * (one.answered != 1)}"
    return (
        f"{one.name}: {answers} stored, {before:,} there before, {one.missing:,} missing;"
        f" {one.tokens_in:,} tokens in, {one.tokens_out:,} out{cost}"
    )


def complaints(one: CollectionProgress) -> list[str]:
    """Return what went wrong for a configuration, if anything did."""
    lines = []
    if one.failed:
        reasons = ", ".join(f"{reason} {number:,}" for reason, number in one.reasons.most_common())
        failures = f"{one.failed:,} failure{'s' * (one.failed != 1)}"
        lines.append(f"{one.name}: {failures} ({reasons}), the last one: {one.example}")
    if one.uncounted and one.cost is not None:
        answers = f"{one.uncounted:,} answer{'s' * (one.uncounted != 1)}"
        problem = "without believable numbers of tokens, counted at what was set aside"
        lines.append(f"{one.name}: {answers} {problem}")
    if one.stopped is not None and one.missing:
        lines.append(f"{one.name}: stopped: {one.stopped}")
    return lines
