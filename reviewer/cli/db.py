"""`reviewer db`: makes databases."""

from __future__ import annotations

from pathlib import Path

import click

from reviewer.cli.databases import make_database
from reviewer.cli.options import (
    database_option,
    database_path,
    names_database,
    next_command,
    own_database,
    reading,
    use_database,
)
from reviewer.cli.terminal import counted, say


@click.group("db")
def db_group() -> None:
    """Make databases."""


@db_group.command("new")
@click.option("--starter", is_flag=True, help="A copy of the starter database: real answers, studies to rate.")
@click.option("--data-folder", is_flag=True, help="In your data folder, instead of ./reviews.db.")
@database_option
@click.pass_context
def new_command(ctx: click.Context, starter: bool, data_folder: bool) -> None:
    """Make a database: an empty one, or a copy of the starter database to try everything on."""
    if data_folder:
        if names_database(ctx):
            raise click.UsageError("--data-folder: the place of the database is named already, by --db or REVIEWER_DB")
        use_database(ctx, str(own_database()))
    make_database(Path(database_path(ctx)), starter=starter)
    from reviewer.store import responses, studies

    with reading(ctx) as engine:
        stored, made = responses.counts(engine), studies.every(engine)
    say(
        f"{database_path(ctx)}: made, with {counted(stored['response'], 'response')},"
        f" {counted(stored['prompt'], 'prompt')} and {counted(len(made), 'study', 'studies')}"
    )
    say(f"Next: {next_command(*() if starter else ('import', 'FILE', '--set', 'model=NAME'))}")
