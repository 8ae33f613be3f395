"""`reviewer adjudicate`: the adjudication screen, or without a terminal what is in dispute, and why."""

from __future__ import annotations

from collections import Counter

import click

from reviewer.cli.application import can_show_screens, run_application
from reviewer.cli.options import clock, database_option, json_option, rater_name, rater_option, reading
from reviewer.cli.terminal import counted, say, say_json, table


@click.command("adjudicate")
@click.argument("study")
@click.option("--second", is_flag=True, help="Also offer what other people decided, for a second opinion.")
@json_option
@rater_option
@database_option
@click.pass_context
def adjudicate_command(ctx: click.Context, study: str, *, second: bool, as_json: bool) -> None:
    """Decide the disputes of STUDY, blind to raters and models. Each decision is on disk before the next."""
    from reviewer.adjudicating import Adjudication

    if not as_json and can_show_screens():
        run_application(ctx, study, adjudicates=True, second=second)
        return
    with reading(ctx) as engine:
        adjudication = Adjudication(engine, study, rater_name(ctx), clock, second=second)
    queue, standing = adjudication.queue, adjudication.standing
    if as_json:
        say_json(
            {
                "study": study,
                "decided": standing.decided,
                "merged": standing.merged,
                "disputes": [
                    {
                        "response": one.response or None,
                        "other_response": one.other_response or None,
                        "item": one.item or None,
                        "question": one.question,
                        "reason": one.reason,
                        "distribution": one.distribution,
                    }
                    for one in queue
                ],
            }
        )
        return
    merged = ", ".join(f"{how} {count:,}" for how, count in standing.merged.items()) or "none"
    say(
        f"study {study}: {counted(len(queue), 'dispute')}, {standing.decided:,} decided; merged by themselves: {merged}"
    )
    if not queue:
        say(f"Next: reviewer gold {study}")
        return
    say()
    reasons = Counter((one.question, one.reason) for one in queue)
    rows = [[question, reason, f"{count:,}"] for (question, reason), count in reasons.items()]
    table([["question", "reason", "disputes"], *rows], right=frozenset({2}))
    say(f"\nNext, in a terminal: reviewer adjudicate {study}")
