"""`reviewer response`: erasing what a stored response says."""

from __future__ import annotations

import click

from reviewer.cli.options import actor, database_option, now, writing
from reviewer.cli.study_acts import reason_option
from reviewer.cli.terminal import complain, say
from reviewer.studies.lead_acts import erase, find_stored_response


@click.group("response")
@database_option
def response_group() -> None:
    """Erase what a stored response says."""


@response_group.command("erase")
@click.argument("response")
@reason_option
@database_option
@click.pass_context
def erase_command(ctx: click.Context, response: str, reason: str) -> None:
    """Replace all that RESPONSE says, and keep its hash. This cannot be undone, and is recorded.

    For private data, say. Also what graders were sent and replied goes. RESPONSE is as `reviewer labels` or `reviewer
    gold` shows it, or the beginning of that. Open studies that have it withdraw it; its labels stay, and count in
    others.
    """
    with writing(ctx) as engine:
        identity = find_stored_response(engine, response)
        withdrawn_from = erase(engine, identity, reason, actor(ctx), now())
    say(f"{response} is erased; its hash is kept, so that `reviewer verify` and seals go on to hold")
    for name in withdrawn_from:
        say(f"withdrawn from study {name}, which is open")
    complain(
        "What else may hold the text: notes of raters, what graders replied as it stands on their labels, copies and"
        " exports of this database, the file that it came from"
    )
