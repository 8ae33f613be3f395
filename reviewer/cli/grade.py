"""`reviewer grade`: runs an automated grader over a study, as one more rater."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import click

from reviewer.cli.asking_options import batch_option, concurrency_option, models_file_option
from reviewer.cli.collect_run import complaints, interruptible, on_stderr, progress_words
from reviewer.cli.completed_names import grader_names, model_names
from reviewer.cli.options import (
    clock,
    completed,
    database_option,
    existing_database,
    json_option,
    next_command,
    now,
    reading,
    study_argument,
    writing,
)
from reviewer.cli.terminal import complain, counted, progress, say, say_json, table
from reviewer.definitions.lookup import folders, model_files
from reviewer.definitions.model_config import Setup, find_setup
from reviewer.errors import ReviewerError
from reviewer.grading.census import BaitedResponse, VerdictCensus, baits, census
from reviewer.grading.definition import Grader, GraderKind, find_grader
from reviewer.grading.tasks import grade_by_rule, prepare, rater_name, task
from reviewer.model import LabelState, without_repeat
from reviewer.store import studies
from reviewer.store.labels import has_gold
from reviewer.study_design.blind_names import BlindNames

if TYPE_CHECKING:
    from reviewer.cli.grade_run import GraderAssignment, GraderRun

MOST_BAITS = 5
SAMPLE = 50  # responses that people are asked to rate first


@click.command("grade")
@study_argument
@click.option(
    "--grader",
    "grader_name",
    required=True,
    metavar="GRADER",
    help="A grader's id, or a path to its file.",
    shell_complete=completed(grader_names, or_file=True),
)
@click.option(
    "--model",
    "model_name",
    metavar="CONFIG",
    help="Who judges: a name in the models file; else whom the grader names.",
    shell_complete=completed(model_names),
)
@models_file_option
@click.option(
    "--repeats", default=1, show_default=True, metavar="N", type=click.IntRange(1), help="Verdicts on each unit."
)
@click.option("--again", is_flag=True, help="Judge the units with gold once more, as the next repeat, to find drift.")
@click.option("--seed", default=0, show_default=True, metavar="N", help="Fixes the order in which options are shown.")
@concurrency_option
@batch_option
@click.option("--dry-run", is_flag=True, help="Count requests, tokens and cost; send nothing.")
@click.option("--max-cost", type=click.FloatRange(0, min_open=True), metavar="X", help="Stop before X US dollars.")
@json_option
@database_option
@click.pass_context
def grade_command(
    ctx: click.Context,
    study: str,
    grader_name: str,
    model_name: str | None,
    models_file: Path | None,
    repeats: int,
    seed: int,
    concurrency: int,
    max_cost: float | None,
    *,
    again: bool,
    in_batches: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Let an automated grader answer the rubric of STUDY on every response, as one more rater.

    It is shown prompts and responses, never who answered. Only verdicts that are missing are asked for, so the same
    command goes on where it was stopped. Repeats are raters of their own, with `#2`, `#3` … behind their name.
    """
    grader = find_grader(grader_name, folders("graders"), folders("rubrics"))
    model_name = model_name or grader.model
    kind = f"grader {grader.id} is a {grader.kind.value}"
    match grader.kind:
        case GraderKind.RULE:
            if model_name is not None:
                raise click.UsageError(f"{kind}; expected no --model")
            if repeats > 1 or again or in_batches or dry_run or max_cost is not None:
                raise click.UsageError(f"{kind}, which costs nothing and says the same every time")
            return _by_rule(ctx, study, grader, as_json=as_json)
        case GraderKind.JUDGE:
            if model_name is None:
                raise click.UsageError(f"{kind}; expected --model CONFIG")
        case _:
            assert_never(grader.kind)
    from reviewer.cli.grade_run import GraderAssignment

    setup = find_setup(model_name, model_files(models_file))
    _check_cost(setup, max_cost, stops=dry_run or not in_batches)
    numbers = _again(ctx, study, grader, setup.name, repeats) if again else range(1, repeats + 1)
    path = existing_database(ctx)
    assignment = GraderAssignment(path, study, grader, setup, numbers, seed, concurrency, max_cost, again)
    ask = _plan if dry_run else _in_batches if in_batches else _by_judge
    return ask(ctx, assignment, as_json=as_json)


def _check_cost(setup: Setup, max_cost: float | None, *, stops: bool) -> None:
    """Refuse --max-cost where no price is known, and where the run could not be stopped by it."""
    if max_cost is None:
        return
    if setup.price_in is None:
        raise ReviewerError(f"--max-cost: {setup.name} has no price_in and price_out in the models file")
    if not stops:
        raise click.UsageError("--max-cost cannot stop what a batch service has; --dry-run tells the most it costs")


def _by_rule(ctx: click.Context, study: str, grader: Grader, *, as_json: bool) -> int:
    with writing(ctx) as engine:
        work = task(engine, studies.load(engine, study), grader)
        prepare(engine, work, None, [1], now())
        with progress(f"{grader.id} in study {study}", len(work.units)) as advance:
            new = grade_by_rule(engine, work, now(), advance)
    if not as_json:
        say(f"{grader.id}: {counted(new, 'response')} judged, {len(work.units) - new:,} there before")
    _report(ctx, study, grader, [grader.id], {"missing": 0}, as_json=as_json)
    return 0


def _plan(ctx: click.Context, assignment: GraderAssignment, *, as_json: bool) -> int:
    from reviewer.cli.collect_dry_run import show_plan
    from reviewer.cli.grade_run import surveyed

    with reading(ctx) as engine:
        show_plan([surveyed(assignment, engine)], as_json=as_json)
    return 0


def _by_judge(ctx: click.Context, assignment: GraderAssignment, *, as_json: bool) -> int:
    run = asyncio.run(_asked(assignment))
    if not as_json:
        for number, one in enumerate(run.rounds):
            say(("asked again what was not understood: " if number else "") + progress_words(one))
    for one in run.rounds:
        for complaint in complaints(one):
            complain(complaint)
    totals = {
        "missing": run.missing,
        "replies": [one.answered for one in run.rounds],
        "failed": sum(one.failed for one in run.rounds),
        "tokens_in": sum(one.tokens_in for one in run.rounds),
        "tokens_out": sum(one.tokens_out for one in run.rounds),
        "stopped": run.rounds[-1].stopped if run.rounds else None,
    }
    _report(ctx, assignment.study, assignment.grader, _raters(assignment), totals, as_json=as_json)
    return 1 if run.missing else 0


async def _asked(assignment: GraderAssignment) -> GraderRun:
    from reviewer.cli.grade_run import grade

    return await grade(assignment, on_stderr, interruptible())


def _in_batches(ctx: click.Context, assignment: GraderAssignment, *, as_json: bool) -> int:
    from reviewer.cli.grade_run import hand_over

    batches, missing = asyncio.run(hand_over(assignment))
    if not as_json:
        say(
            f"{_raters(assignment)[0]}: {counted(batches.answered, 'verdict')} stored now, {missing:,} missing;"
            f" {batches.out:,} of them under way, {batches.handed_over:,} handed over now"
        )
    if batches.failed:
        complain(f"{counted(batches.failed, 'failure')}, the last one: {batches.example}")
    elif batches.example is not None:
        complain(batches.example)
    if batches.stopped is not None:
        complain(f"stopped: {batches.stopped}")
    if batches.out and not as_json:
        say("Next, within a day: the same command fetches what is done")
        return 1
    _report(
        ctx,
        assignment.study,
        assignment.grader,
        _raters(assignment),
        {"missing": missing} | asdict(batches),
        as_json=as_json,
    )
    return 1 if missing else 0


def _raters(assignment: GraderAssignment) -> list[str]:
    return [rater_name(assignment.grader, assignment.setup.name, repeat) for repeat in assignment.repeats]


def _again(ctx: click.Context, study: str, grader: Grader, configuration: str, repeats: int) -> list[int]:
    if repeats > 1:
        raise click.UsageError("--again asks for one more repeat and --repeats for several; give one of them")
    from reviewer.cli.grade_again import anchors, repeat_to_ask

    with reading(ctx) as engine:
        work = anchors(engine, task(engine, studies.load(engine, study), grader))
        return [repeat_to_ask(engine, work, configuration, clock())]


def _report(
    ctx: click.Context, study: str, grader: Grader, raters: list[str], totals: dict[str, object], *, as_json: bool
) -> None:
    with reading(ctx) as engine:
        loaded = studies.load(engine, study)
        work = task(engine, loaded, grader)
        found = census(engine, work, raters)
        names = BlindNames(loaded.secret)
        planted = [replace(one, response=str(names.name(one.response))) for one in baits(engine, work, raters[0])]
        rated = has_gold(engine, study)
    if as_json:
        say_json(
            {"study": study, "grader": raters[0], "hash": grader.hash, "units": len(work.units)}
            | totals
            | {
                "questions": [asdict(one) for one in found],
                "bait": [asdict(one) for one in planted],
            }
        )
        return
    _tell(found, planted)
    if totals["missing"]:
        say("Next: the same command asks for what is missing")
    elif rated:
        name, again = without_repeat(raters[0])
        since = ("--since", again.removeprefix("#")) if again else ()
        say(f"Next: {next_command('validate', study, '--grader', name, *since)}")
    else:
        rule = f"random:{min(SAMPLE, len(work.units))}"
        drawn = ("--rubric", work.rubric.id, "--from", study, "--sample", rule, "--overlap", "1")
        say(f"Next, people rate a sample: {next_command('study', 'create', f'{study}-sample', *drawn)}")


def _tell(found: list[VerdictCensus], planted: list[BaitedResponse]) -> None:
    head = ["question", "labels", "refused", "unparsed", "shown first and chosen", "stable in repeats"]
    rows = [
        [
            one.question,
            *(f"{one.states.get(state.value, 0):,}" for state in _STATES),
            f"{one.first / one.ordered:.1%} (no effect: {one.expected / one.ordered:.1%})" if one.ordered else "",
            f"{one.stable:,} of {one.repeated:,}" if one.repeated else "",
        ]
        for one in found
    ]
    lines = [head, *rows]
    shown = [place for place in range(len(head)) if any(row[place] for row in rows)]
    table([[line[place] for place in shown] for line in lines], right=frozenset({1, 2, 3}))
    for one in found:
        say(
            f"  {one.question}: "
            + (", ".join(f"{value} {count:,}" for value, count in one.values.items()) or "nothing")
        )
    if planted:
        complain(f"{counted(len(planted), 'response')} with text that imitates a verdict; look at them:")
        for bait in planted[:MOST_BAITS]:
            complain(f"  {bait.response[:12]}  {bait.text}")


_STATES = (LabelState.LABEL, LabelState.REFUSED, LabelState.UNPARSED)
