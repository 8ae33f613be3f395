"""One run of a judge from the first request to the last verdict stored."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from reviewer.cli.grade_again import anchors
from reviewer.cli.options import clock, now, tell_of_backup
from reviewer.collection.batches import BatchProgress, visit
from reviewer.collection.collector import CollectionProgress, Collector, unusable
from reviewer.definitions.model_config import Setup
from reviewer.errors import ReviewerError
from reviewer.grading.definition import Grader
from reviewer.grading.tasks import (
    TRIES,
    GradingTask,
    MissingVerdicts,
    materials,
    prepare,
    rater_name,
    store,
    survey,
    task,
)
from reviewer.providers.calls import Outcome
from reviewer.providers.clients import open_caller, open_service
from reviewer.session.owner_thread import OwnerThread
from reviewer.store import studies
from reviewer.store.engine import Engine
from reviewer.store.sqlite import open_for_reading, open_for_writing


@dataclass(frozen=True, slots=True)
class GraderAssignment:
    """Which judge is to grade which study, in the database at `path`.

    `repeats` are the numbers of those that are asked for; where it judges `again`, only of units with gold.
    """

    path: str
    study: str
    grader: Grader
    setup: Setup
    repeats: Sequence[int]
    seed: int
    concurrency: int
    max_cost: float | None
    again: bool = False


@dataclass(slots=True)
class GraderRun:
    """What a run did: the progress of each round of asking. Rounds after the first ask what was not understood."""

    rounds: list[CollectionProgress] = field(default_factory=list)
    missing: int = 0


def surveyed(assignment: GraderAssignment, engine: Engine) -> MissingVerdicts:
    """Return which verdicts are missing; what is shown is read through `engine` as it is needed."""
    work = task(engine, studies.load(engine, assignment.study), assignment.grader)
    if assignment.again:
        work = anchors(engine, work)
    return survey(
        engine,
        work,
        assignment.setup,
        repeats=assignment.repeats,
        seed=assignment.seed,
        fetch=lambda units: materials(engine, units),
    )


async def grade(
    assignment: GraderAssignment, watch: Callable[[Collector], AbstractContextManager[None]], stop: asyncio.Event
) -> GraderRun:
    """Ask for every verdict that is missing and store it; inside `watch` the collector is at work.

    Raises:
        ReviewerError: the grader does not fit the study, or a key, a server or a model is at fault; then nothing was
            sent or stored.
    """
    setup = assignment.setup
    reader = tell_of_backup(open_for_reading(assignment.path))
    caller = open_caller(setup, os.environ)
    owner: OwnerThread[Engine] = OwnerThread(lambda: open_for_writing(assignment.path))
    run = GraderRun()
    try:
        wanted = surveyed(assignment, reader)
        if wanted.missing and (problems := await unusable({setup.name: caller})):
            raise ReviewerError("\n".join(problems))
        await _prepared(owner, wanted.task, assignment)
        left = assignment.max_cost
        for number in range(TRIES):
            if number:
                wanted = surveyed(assignment, reader)
                # What brought no reply is for the next run; here only what was not understood is asked again.
                wanted.missing = tuple(one for one in wanted.missing if one[2])
            if not wanted.missing or stop.is_set():
                break
            works, callers = [wanted], {setup.name: caller}
            collector = Collector(works, callers, concurrency=assignment.concurrency, max_cost=left, now=clock)
            with watch(collector):
                await collector.run(_keeper(owner, wanted), stop)
            [progress] = collector.progress
            run.rounds.append(progress)
            if progress.stopped is not None:
                break
            left = None if left is None else max(left - (progress.cost or 0.0), 0.0)
        run.missing = len(surveyed(assignment, reader).missing)
        return run
    finally:
        await caller.close()
        owner.close(lambda engine: engine.close())
        reader.close()


async def hand_over(assignment: GraderAssignment) -> tuple[BatchProgress, int]:
    """Visit the batch service once; return how things stand there, and how many verdicts are still missing."""
    service = open_service(assignment.setup, os.environ)
    reader = tell_of_backup(open_for_reading(assignment.path))
    owner: OwnerThread[Engine] = OwnerThread(lambda: open_for_writing(assignment.path))
    try:
        wanted = surveyed(assignment, reader)
        await _prepared(owner, wanted.task, assignment)
        requests = list(wanted.requests())
        name = f"grade {rater_name(assignment.grader, assignment.setup.name)} {assignment.grader.hash}"

        def keep(engine: Engine, outcomes: Sequence[Outcome]) -> int:
            return store(engine, wanted, outcomes, now())

        progress = await visit(owner, service, name, requests, keep, now)
        return progress, len(surveyed(assignment, reader).missing)
    finally:
        await service.close()
        owner.close(lambda engine: engine.close())
        reader.close()


async def _prepared(owner: OwnerThread[Engine], work: GradingTask, assignment: GraderAssignment) -> None:
    await asyncio.wrap_future(
        owner.call(lambda engine: prepare(engine, work, assignment.setup, assignment.repeats, now()))
    )


def _keeper(
    owner: OwnerThread[Engine], wanted: MissingVerdicts
) -> Callable[[list[tuple[str, Outcome]]], asyncio.Future[int]]:
    def keep(outcomes: list[tuple[str, Outcome]]) -> asyncio.Future[int]:
        came = [outcome for _, outcome in outcomes]
        return asyncio.wrap_future(owner.call(lambda engine: store(engine, wanted, came, now())))

    return keep
