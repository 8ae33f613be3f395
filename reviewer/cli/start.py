"""What `reviewer` alone does where there is no database: offers to make one, or says in words how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shlex import quote

import click

from reviewer.cli.application import can_show_screens, run_application, run_to_its_end
from reviewer.cli.databases import make_database
from reviewer.cli.options import database_path, names_database, next_command, own_database, use_database
from reviewer.cli.terminal import complain, say
from reviewer.definitions.regular_file import is_there

TRY = "Try it out on a copy of the starter database"
HOLDS = "real answers of two small models, five studies to rate"


@dataclass(frozen=True, slots=True)
class Start:
    """A way to start: its words, the file that is opened, and the command that does the same without a screen.

    `starter` says whether a copy of the starter database or an empty one is made; None where the file is there.
    """

    title: str
    holds: str
    path: Path
    command: str
    starter: bool | None


def ways_to_start(ctx: click.Context) -> list[Start]:
    """Return the ways to start; in the user's data folder only where the user has not named the file."""
    here = Path(database_path(ctx))
    ways = [
        Start(TRY, HOLDS, here, next_command("db", "new", "--starter"), starter=True),
        Start("Begin with an empty database", "yours to fill", here, next_command("db", "new"), starter=False),
    ]
    if names_database(ctx):
        return ways
    own = own_database()
    if is_there(own):
        title = "Go on with the database in your data folder"
        return [Start(title, "as you left it", own, f"reviewer --db {quote(str(own))}", starter=None), *ways]
    anywhere = next_command("db", "new", "--starter", "--data-folder")
    return [*ways, Start(f"{TRY}, in your data folder", HOLDS, own, anywhere, starter=True)]


def start(ctx: click.Context) -> None:
    """Let the user choose a way to start and open the application; without a terminal, list the ways.

    Raises:
        ReviewerError: the chosen file cannot be made.
    """
    ways, missing = ways_to_start(ctx), database_path(ctx)
    if not can_show_screens():
        _list(ways, missing)
        return
    from reviewer.tui.start_app import StartApp, StartChoice

    choices = [StartChoice(way.title, way.holds, str(way.path.absolute())) for way in ways]
    taken = run_to_its_end(StartApp(missing, choices))
    if taken is None:
        return
    way = ways[taken]
    if way.starter is not None:
        make_database(way.path, starter=way.starter)
    if str(way.path) == missing:
        run_application(ctx, None)
        return
    use_database(ctx, str(way.path))
    run_application(ctx, None)
    complain(f"Your database is {way.path}\nTo open it from any folder: {next_command()}")


def _list(ways: list[Start], missing: str) -> None:
    say(f"There is no database {missing} yet.")
    for way in ways:
        say(f"\n{way.title} ({way.holds}), {way.path.absolute()}:\n    {way.command}")
    say(
        f"\nBring in responses, which makes one as well:\n    {next_command('import', 'FILE', '--set', 'model=NAME')}"
        "\n\nAll commands: reviewer --help"
    )
