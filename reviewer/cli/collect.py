"""`reviewer collect`: asks models the prompts of suites and stores every answer."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import click

from reviewer.cli.options import clock, database_option, database_path, json_option, now, reading
from reviewer.cli.terminal import complain, counted, say, say_json, table, watched
from reviewer.collect import estimate
from reviewer.collect.calls import Caller, Outcome
from reviewer.collect.clients import open_caller
from reviewer.collecting import Work, prepare, store, survey, wanted, work_of
from reviewer.collector import Collector, Progress, unusable
from reviewer.configurations import Setup, find_setup
from reviewer.errors import ReviewerError
from reviewer.model import Suite
from reviewer.shipped import folders
from reviewer.store.engine import Engine
from reviewer.store.sqlite import open_for_writing
from reviewer.store.thread import OwnerThread
from reviewer.suites import find_suite


@click.command("collect")
@click.option("--suite", "suite_names", multiple=True, required=True, metavar="S", help="A suite's id, or its file.")
@click.option("--model", "model_names", multiple=True, required=True, metavar="CONFIG", help="Whom to ask.")
@click.option("--models-file", type=click.Path(path_type=Path), metavar="F", help="Instead of prompts/models.toml.")
@click.option("--samples", default=1, show_default=True, metavar="N", type=click.IntRange(1), help="For each prompt.")
@click.option(
    "--concurrency", default=16, show_default=True, metavar="N", type=click.IntRange(1), help="Requests at a time."
)
@click.option("--batch", "in_batches", is_flag=True, help="Hand over to the batch service; the same command fetches.")
@click.option("--dry-run", is_flag=True, help="Count prompts, tokens and cost; send nothing.")
@click.option("--max-cost", type=click.FloatRange(0, min_open=True), metavar="X", help="Stop before X US dollars.")
@json_option
@database_option
@click.pass_context
def collect_command(
    ctx: click.Context,
    suite_names: tuple[str, ...],
    model_names: tuple[str, ...],
    models_file: Path | None,
    samples: int,
    concurrency: int,
    max_cost: float | None,
    *,
    in_batches: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Ask models the prompts of suites, and store every answer.

    Only what is missing is asked, so the same command goes on where it was stopped. CONFIG is a name in
    prompts/models.toml, openai/NAME or anthropic/NAME. Keys come from the environment.
    """
    suites = [find_suite(name, folders("suites")) for name in dict.fromkeys(suite_names)]
    setups = [find_setup(name, model_files(models_file)) for name in dict.fromkeys(model_names)]
    if max_cost is not None:
        _check_prices(setups)
    if dry_run:
        _show_plan(_surveyed(ctx, suites, setups, samples), as_json=as_json)
        return 0
    if in_batches:
        from reviewer.cli.batches import collect_in_batches

        if max_cost is not None:
            raise click.UsageError("--max-cost cannot stop what a batch service has; --dry-run tells the most it costs")
        return collect_in_batches(database_path(ctx), suites, setups, samples, as_json=as_json)
    callers = {setup.name: open_caller(setup, os.environ) for setup in setups}
    started = time.monotonic()
    collector = asyncio.run(_collect(database_path(ctx), suites, setups, samples, callers, concurrency, max_cost))
    seconds = time.monotonic() - started
    if as_json:
        say_json({"configurations": [_summed(progress) for progress in collector.progress], "seconds": seconds})
    else:
        _tell(collector.progress, suites)
    return 1 if any(progress.missing for progress in collector.progress) else 0


def model_files(given: Path | None) -> list[Path]:
    """Return the models files that are there, the one that counts first."""
    if given is not None:
        return [given]
    places = [folder.parent / "models.toml" for folder in folders("suites")]
    return [place for place in places if place.is_file()]


async def _collect(
    path: str,
    suites: Sequence[Suite],
    setups: Sequence[Setup],
    samples: int,
    callers: dict[str, Caller],
    concurrency: int,
    max_cost: float | None,
) -> Collector:
    owner: OwnerThread[Engine] = OwnerThread(lambda: open_for_writing(path))
    try:
        # Whatever can be wrong is looked for before the first row is written and the first prompt is sent.
        works = await asyncio.wrap_future(owner.call(lambda engine: survey(engine, suites, setups, samples)))
        asked = {work.setup.name: callers[work.setup.name] for work in works if work.missing}
        if problems := await unusable(asked):
            raise ReviewerError("\n".join(problems))
        works = await asyncio.wrap_future(owner.call(lambda engine: prepare(engine, suites, setups, samples, now())))
        collector = Collector(works, callers, concurrency=concurrency, max_cost=max_cost, now=clock)

        async def keep(outcomes: list[tuple[Work, Outcome]]) -> int:
            return await asyncio.wrap_future(owner.call(lambda engine: store(engine, outcomes, now())))

        stop = asyncio.Event()
        for interrupt in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(interrupt, stop.set)
        began = time.monotonic()
        with watched(lambda: _rows(collector.progress, time.monotonic() - began)):
            await collector.run(keep, stop)
        return collector
    finally:
        await asyncio.gather(*(caller.close() for caller in callers.values()))
        owner.close(lambda engine: engine.close())


def _surveyed(ctx: click.Context, suites: Sequence[Suite], setups: Sequence[Setup], samples: int) -> list[Work]:
    if not Path(database_path(ctx)).exists():
        prompts = wanted(suites)
        return [work_of(setup, 0, prompts, samples, set()) for setup in setups]
    with reading(ctx) as engine:
        return survey(engine, suites, setups, samples)


def _check_prices(setups: Sequence[Setup]) -> None:
    for setup in setups:
        if setup.price_in is None:
            raise ReviewerError(f"--max-cost: {setup.name} has no price_in and price_out in the models file")


def _show_plan(works: Sequence[Work], *, as_json: bool) -> None:
    plans = []
    for work in works:
        requests = list(work.requests())
        read = sum(estimate.tokens_in(work.setup, request) for request in requests)
        written = sum(estimate.tokens_out(work.setup, request) for request in requests)
        plans.append(
            {
                "configuration": work.setup.name,
                "wanted": work.total,
                "stored": work.total - len(requests),
                "to_ask": len(requests),
                "tokens_in": read,
                "most_tokens_out": written,
                "most_cost": work.setup.cost(read, written),
            }
        )
    if as_json:
        say_json({"configurations": plans})
        return
    head = ["configuration", "wanted", "stored", "to ask", "tokens in, about", "out, at most", "cost, at most"]
    rows = [
        [
            plan["configuration"],
            *(f"{plan[key]:,}" for key in ("wanted", "stored", "to_ask", "tokens_in", "most_tokens_out")),
            _dollars(plan["most_cost"]),
        ]
        for plan in plans
    ]
    table([head, *rows], right=frozenset(range(1, 7)))
    say("Nothing was sent. Next: the same command without --dry-run")


def _dollars(amount: object) -> str:
    return f"${amount:,.2f}" if isinstance(amount, float) else "no price"


def _rows(progress: Sequence[Progress], seconds: float) -> list[list[str]]:
    """Return the table that is watched while the run goes on."""
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
                _dollars(one.cost) if one.cost is not None else "",
                _duration(left / rate) if rate else "",
            ]
        )
    return rows


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _summed(progress: Progress) -> dict[str, object]:
    return {
        "configuration": progress.name,
        "wanted": progress.work.total,
        "stored_before": progress.work.total - len(progress.work.missing),
        "answered": progress.answered,
        "failed": progress.failed,
        "missing": progress.missing,
        "reasons": dict(progress.reasons),
        "stopped": progress.stopped,
        "tokens_in": progress.tokens_in,
        "tokens_out": progress.tokens_out,
        "cost": progress.cost,
    }


def _tell(progress: Sequence[Progress], suites: Sequence[Suite]) -> None:
    for one in progress:
        before = one.work.total - len(one.work.missing)
        cost = "" if one.cost is None else f", {_dollars(one.cost)}"
        say(
            f"{one.name}: {counted(one.answered, 'answer')} stored, {before:,} there before, {one.missing:,} missing;"
            f" {one.tokens_in:,} tokens in, {one.tokens_out:,} out{cost}"
        )
        if one.failed:
            reasons = ", ".join(f"{reason} {number:,}" for reason, number in one.reasons.most_common())
            complain(f"{one.name}: {counted(one.failed, 'failure')} ({reasons}), the last one: {one.example}")
        if one.stopped is not None and one.missing:
            complain(f"{one.name}: stopped: {one.stopped}")
    if any(one.missing for one in progress):
        say("Next: the same command asks for what is missing")
        return
    rubric, suite = suites[0].rubric, suites[0].id
    panes = min(max(len(progress), 1), 4)
    say(f"Next: reviewer study create {suite} --rubric {rubric} --suite {suite} --panes {panes}")
