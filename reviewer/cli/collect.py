"""`reviewer collect`: asks models the prompts of suites and stores every answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click

from reviewer.cli.asking_options import batch_option, concurrency_option, models_file_option
from reviewer.cli.collect_dry_run import show_plan
from reviewer.cli.collect_run import (
    Order,
    Tell,
    collect,
    complaints,
    interruptible,
    on_stderr,
    progress_words,
    teller,
)
from reviewer.cli.completed_names import model_names, suite_names
from reviewer.cli.options import (
    completed,
    database_option,
    database_path,
    database_to_fill,
    json_option,
    next_command,
    reading,
)
from reviewer.cli.terminal import complain, say, say_json
from reviewer.collection.collector import CollectionProgress, Collector
from reviewer.collection.missing_samples import MissingSamples, survey, wanted, work_of
from reviewer.definitions.lookup import folders, model_files
from reviewer.definitions.model_config import Setup, find_setup
from reviewer.definitions.provider import without_entry
from reviewer.definitions.regular_file import is_there
from reviewer.definitions.suite import find_suite
from reviewer.errors import ReviewerError
from reviewer.model import Suite

MOST_SAMPLES = 10_000  # answers of a configuration to one prompt; more is a slip of the hand


@click.command("collect")
@click.option(
    "--suite",
    "suite_ids",
    multiple=True,
    required=True,
    metavar="SUITE",
    help="A suite's id, or a path to its file.",
    shell_complete=completed(suite_names, or_file=True),
)
@click.option(
    "--model",
    "models",
    multiple=True,
    required=True,
    metavar="CONFIG",
    help=f"Whom to ask: a name in the models file, or {without_entry()}.",
    shell_complete=completed(model_names),
)
@models_file_option
@click.option(
    "--samples",
    default=1,
    show_default=True,
    metavar="N",
    type=click.IntRange(1, MOST_SAMPLES),
    help="Answers to each prompt.",
)
@concurrency_option
@batch_option
@click.option("--dry-run", is_flag=True, help="Count prompts, tokens and cost; send nothing.")
@click.option("--max-cost", type=click.FloatRange(0, min_open=True), metavar="X", help="Stop before X US dollars.")
@click.option("--verbose", is_flag=True, help="Say on stderr how each request went.")
@json_option
@database_option
@click.pass_context
def collect_command(
    ctx: click.Context,
    suite_ids: tuple[str, ...],
    models: tuple[str, ...],
    models_file: Path | None,
    samples: int,
    concurrency: int,
    max_cost: float | None,
    *,
    in_batches: bool,
    dry_run: bool,
    verbose: bool,
    as_json: bool,
) -> int:
    """Ask models the prompts of suites, and store every answer.

    Only what is missing is asked, so the same command goes on where it was stopped. Keys come from the environment.
    --suite and --model may be repeated.
    """
    suites = [find_suite(name, folders("suites")) for name in dict.fromkeys(suite_ids)]
    setups = [find_setup(name, model_files(models_file)) for name in dict.fromkeys(models)]
    if max_cost is not None:
        _check_prices(setups)
    if dry_run:
        show_plan(_surveyed(ctx, suites, setups, samples), as_json=as_json)
        return 0
    tell = teller(complain) if verbose else None
    if in_batches:
        from reviewer.cli.collect_batches import collect_in_batches

        if max_cost is not None:
            raise click.UsageError("--max-cost cannot stop what a batch service has; --dry-run tells the most it costs")
        return collect_in_batches(database_to_fill(ctx), suites, setups, samples, tell, as_json=as_json)
    order = Order(database_to_fill(ctx), suites, setups, samples, concurrency, max_cost)
    collector = asyncio.run(_collect(order, tell))
    if as_json:
        summed = [_summed(progress) for progress in collector.progress]
        say_json({"configurations": summed, "seconds": collector.seconds})
    else:
        _tell(collector.progress, suites)
    return 1 if any(progress.missing for progress in collector.progress) else 0


async def _collect(order: Order, tell: Tell | None) -> Collector:
    return await collect(order, on_stderr, interruptible(), tell)


def _surveyed(
    ctx: click.Context, suites: Sequence[Suite], setups: Sequence[Setup], samples: int
) -> list[MissingSamples]:
    if not is_there(database_path(ctx)):
        prompts = wanted(suites)
        return [work_of(setup, 0, prompts, samples, set()) for setup in setups]
    with reading(ctx) as engine:
        return survey(engine, suites, setups, samples)


def _check_prices(setups: Sequence[Setup]) -> None:
    for setup in setups:
        if setup.price_in is None:
            raise ReviewerError(f"--max-cost: {setup.name} has no price_in and price_out in the models file")


def _summed(progress: CollectionProgress) -> dict[str, object]:
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


def _tell(progress: Sequence[CollectionProgress], suites: Sequence[Suite]) -> None:
    for one in progress:
        say(progress_words(one))
        for complaint in complaints(one):
            complain(complaint)
    if any(one.missing for one in progress):
        say("Next: the same command asks for what is missing")
        return
    rubric, suite = suites[0].rubric, suites[0].id
    chosen = ("--rubric", rubric, "--suite", suite, "--panes", str(min(max(len(progress), 1), 4)))
    say(f"Next: {next_command('study', 'create', suite, *chosen)}")
