"""`reviewer study withdraw` and `leave-out`: what a lead takes out of a study's figures, recorded with a reason."""

from __future__ import annotations

import click

from reviewer.cli.completed_names import rater_names
from reviewer.cli.options import actor, completed, database_option, next_command, now, study_argument, writing
from reviewer.cli.terminal import counted, say
from reviewer.importing.filled_items import fill_items
from reviewer.store import studies, withdrawal
from reviewer.studies.lead_acts import find_response, leave_out, restore, take_back, withdraw


def _with_a_reason(_: click.Context, parameter: click.Parameter, value: str) -> str:
    if not value.strip():
        raise click.BadParameter("expected a reason in words", param=parameter)
    return value.strip()


reason_option = click.option(
    "--reason", required=True, metavar="TEXT", callback=_with_a_reason, help="Why; kept with the act, and shown."
)


@click.command("withdraw")
@study_argument
@click.argument("response")
@reason_option
@click.option("--undo", is_flag=True, help="Put the response back.")
@database_option
@click.pass_context
def withdraw_command(ctx: click.Context, study: str, response: str, reason: str, *, undo: bool) -> None:
    """Withdraw RESPONSE from STUDY: nobody is shown it any more, and no figure counts it. This is recorded.

    RESPONSE is as `reviewer labels` or `reviewer gold` shows it, or the beginning of that. Its labels stay as they are.
    """
    with writing(ctx) as engine:
        loaded = studies.load(engine, study)
        identity = find_response(engine, loaded, response)
        (restore if undo else withdraw)(engine, loaded, identity, reason, actor(ctx), now())
        # Labels that were imported may fill what is left of the item, or no longer fill it.
        fill_items(engine, loaded, [withdrawal.member(engine, loaded.number, identity) or 0])
    say(f"{response} is {'back in' if undo else 'withdrawn from'} study {study}; its labels are as they were")
    say(f"Next: {next_command('study', 'show', study)}")


@click.command("leave-out")
@study_argument
@click.argument("rater", shell_complete=completed(rater_names))
@reason_option
@click.option("--undo", is_flag=True, help="Let the rater's labels count again.")
@database_option
@click.pass_context
def leave_out_command(ctx: click.Context, study: str, rater: str, reason: str, *, undo: bool) -> None:
    """Leave the labels of RATER out of every figure of STUDY. This is recorded; the labels stay in their chain.

    The rater's items are offered to others, and the rater can rate no more of them.
    """
    with writing(ctx) as engine:
        loaded = studies.load(engine, study)
        if undo:
            take_back(engine, loaded, rater, reason, actor(ctx), now())
            say(f"the labels of {rater} count again in study {study}")
        else:
            freed = leave_out(engine, loaded, rater, reason, actor(ctx), now())
            say(f"the labels of {rater} are left out of study {study}; {counted(freed, 'item')} offered to others")
        fill_items(engine, loaded, withdrawal.numbers(engine, loaded.number))
    say(f"Next: {next_command('study', 'show', study)}")
