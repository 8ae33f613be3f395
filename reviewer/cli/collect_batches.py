"""`reviewer collect --batch`: hands requests to the providers' batch services, and fetches what is done."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import asdict

from reviewer.cli.collect_run import Tell
from reviewer.cli.options import now, tell_of_backup
from reviewer.cli.terminal import complain, counted, say, say_json
from reviewer.collection.batches import BatchProgress, visit
from reviewer.collection.missing_samples import MissingSamples, prepare, store, survey
from reviewer.definitions.model_config import Setup
from reviewer.model import Suite
from reviewer.providers.batch_service import BatchService
from reviewer.providers.calls import Outcome
from reviewer.providers.clients import open_service
from reviewer.session.owner_thread import OwnerThread
from reviewer.store.engine import Engine
from reviewer.store.sqlite import open_for_writing


def collect_in_batches(
    path: str, suites: Sequence[Suite], setups: Sequence[Setup], samples: int, tell: Tell | None, *, as_json: bool
) -> int:
    """Visit the batch services once and say how things stand. Returns the exit status: 1 while anything is missing.

    `tell` is called with the result of each request, once that is stored.
    """
    services = {setup.name: open_service(setup, os.environ) for setup in setups}
    visited = asyncio.run(_visit(path, suites, setups, samples, services, tell))
    if as_json:
        say_json({"configurations": [_summed(work, progress, played) for work, progress, played in visited]})
    else:
        for work, progress, played in visited:
            _tell(work, progress, played)
        if any(progress.out for _, progress, _ in visited):
            say("Next, within a day: the same command fetches what is done")
    return 1 if any(len(work.missing) > progress.answered for work, progress, _ in visited) else 0


async def _visit(
    path: str,
    suites: Sequence[Suite],
    setups: Sequence[Setup],
    samples: int,
    services: dict[str, BatchService],
    tell: Tell | None,
) -> list[tuple[MissingSamples, BatchProgress, int]]:
    owner: OwnerThread[Engine] = OwnerThread(lambda: tell_of_backup(open_for_writing(path)))
    try:
        await asyncio.wrap_future(owner.call(lambda engine: survey(engine, suites, setups, samples)))
        works = await asyncio.wrap_future(owner.call(lambda engine: prepare(engine, suites, setups, samples, now())))
        visited = []
        for work in works:
            requests = list(work.requests())
            single = [request for request in requests if len(request.turns) == 1]

            def keep(engine: Engine, outcomes: Sequence[Outcome], work: MissingSamples = work) -> int:
                new = store(engine, [(work, outcome) for outcome in outcomes], now())
                if tell is not None:
                    for outcome in outcomes:
                        tell(work, outcome)
                return new

            errand = f"collect {work.setup.name}"
            progress = await visit(owner, services[work.setup.name], errand, single, keep, now)
            visited.append((work, progress, len(requests) - len(single)))
        return visited
    finally:
        await asyncio.gather(*(service.close() for service in services.values()))
        owner.close(lambda engine: engine.close())


def _summed(work: MissingSamples, progress: BatchProgress, played: int) -> dict[str, object]:
    missing = len(work.missing) - progress.answered
    return {"configuration": work.setup.name, "wanted": work.total, "missing": missing, "played": played} | asdict(
        progress
    )


def _tell(work: MissingSamples, progress: BatchProgress, played: int) -> None:
    missing = len(work.missing) - progress.answered
    batches = f"{progress.batches:,} batch" if progress.batches == 1 else f"{progress.batches:,} batches"
    say(
        f"{work.setup.name}: {counted(progress.answered, 'answer')} stored now, {missing:,} of {work.total:,} missing;"
        f" {progress.out:,} of them under way in {batches},"
        f" {progress.handed_over:,} of those handed over now"
    )
    if progress.failed:
        complain(f"{work.setup.name}: {counted(progress.failed, 'failure')}, the last one: {progress.example}")
    elif progress.example is not None:
        complain(f"{work.setup.name}: {progress.example}")
    if progress.stopped is not None:
        complain(f"{work.setup.name}: stopped: {progress.stopped}")
    if played:
        complain(
            f"{work.setup.name}: {counted(played, 'prompt')} of several turns need the answer before; ask them without"
            " --batch"
        )
