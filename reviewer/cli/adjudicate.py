"""`reviewer adjudicate`: the adjudication screen, or without a terminal what is in dispute, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from reviewer.cli.application import can_show_screens, run_application
from reviewer.cli.options import (
    actor,
    clock,
    database_option,
    json_option,
    next_command,
    rater_option,
    reading,
    study_argument,
)
from reviewer.cli.terminal import counted, say, say_indented, say_json, table
from reviewer.studies.blind_values import seen_distribution
from reviewer.study_design.blind_names import BlindNames

if TYPE_CHECKING:
    from reviewer.adjudication.guideline_feedback import SettledConfusion, Suggestion
    from reviewer.adjudication.queue import AdjudicationSession


@click.command("adjudicate")
@study_argument
@click.option("--report", is_flag=True, help="Print what was confused and how it was settled; open no screen.")
@click.option("--second", is_flag=True, help="Also offer what other people decided, for a second opinion.")
@json_option
@rater_option
@database_option
@click.pass_context
def adjudicate_command(ctx: click.Context, study: str, *, report: bool, second: bool, as_json: bool) -> None:
    """Decide the disputes of STUDY, blind to raters and models. Each decision is on disk before the next."""
    from reviewer.adjudication.guideline_feedback import settled_confusions, suggestions
    from reviewer.adjudication.queue import AdjudicationSession
    from reviewer.store import studies

    if not as_json and not report and can_show_screens():
        run_application(ctx, study, adjudicates=True, second=second)
        return
    with reading(ctx) as engine:
        loaded = studies.load(engine, study)
        adjudication = AdjudicationSession(engine, loaded, actor(ctx), clock, second=second)
        settled_before, suggested = settled_confusions(engine, loaded), suggestions(engine, loaded)
    if as_json:
        say_json(
            _document(adjudication, BlindNames(loaded.secret))
            | {
                "settled": [asdict(one) for one in settled_before],
                "suggestions": [asdict(one) for one in suggested],
            }
        )
        return
    _tell_disputes(adjudication, settled_before, suggested)


def _document(adjudication: AdjudicationSession, names: BlindNames) -> dict[str, object]:
    disputes = [(one, names.unit(one.response, one.other_response, one.item)) for one in adjudication.queue]
    return {
        "study": adjudication.name,
        "decided": adjudication.progress.decided,
        "merged": adjudication.progress.merged,
        "disputes": [
            {
                "response": unit.response,
                "other_response": unit.other_response,
                "item": unit.item,
                "question": one.question,
                "reason": one.reason,
                "distribution": seen_distribution(one.distribution, unit),
            }
            for one, unit in disputes
        ],
    }


def _tell_disputes(
    adjudication: AdjudicationSession, settled_before: Sequence[SettledConfusion], suggested: Sequence[Suggestion]
) -> None:
    study, queue, progress = adjudication.name, adjudication.queue, adjudication.progress
    merged = ", ".join(f"{how} {count:,}" for how, count in progress.merged.items()) or "none"
    say(
        f"study {study}: {counted(len(queue), 'dispute')}, {progress.decided:,} decided; merged by themselves: {merged}"
    )
    _tell_settled(settled_before, suggested)
    if not queue:
        say(f"\nNext: {next_command('gold', study)}")
        return
    say()
    reasons = Counter((one.question, one.reason) for one in queue)
    rows = [[question, reason, f"{count:,}"] for (question, reason), count in reasons.most_common()]
    table([["question", "reason", "disputes"], *rows], right=frozenset({2}))
    say(f"\nNext, in a terminal: {next_command('adjudicate', study)}")


def _tell_settled(came_to: Sequence[SettledConfusion], suggested: Sequence[Suggestion]) -> None:
    if came_to:
        say("\nWhat was confused, and how it was settled:")
        rows = [["question", "raters gave", "units", "settled as", "a third value"]]
        for one in came_to:
            words = ", ".join(f"{value} {count:,}" for value, count in one.came_to.items())
            rows.append([one.question, " / ".join(one.given) or "nothing", f"{one.units:,}", words, f"{one.third:,}"])
        table(rows, right=frozenset({2, 4}))
    if suggested:
        say("\nFor the guideline, from the reasons of adjudicators:")
        for suggestion in suggested:
            clause = f", clause {suggestion.clause}" if suggestion.clause else ""
            say(f"  {suggestion.question}: {suggestion.reason}{clause}: {counted(suggestion.decisions, 'decision')}")
            for note in suggestion.notes:
                say_indented(note)
