"""The options that several commands share, and what they open."""

from __future__ import annotations

import getpass
import os
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from reviewer.cli.completed_names import Names, TypedLine, candidates, files, is_path, person_names, study_names
from reviewer.cli.terminal import complain
from reviewer.definitions.regular_file import is_there
from reviewer.errors import NotFound, ReviewerError
from reviewer.model import Actor, utc

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from reviewer.store.engine import Engine
    from reviewer.store.sqlite import SqliteEngine

DEFAULT_DATABASE = "reviews.db"
# What click's context remembers `--db` and `--rater` under.
_DATABASE, _RATER = "reviewer.db", "reviewer.rater"
Command = TypeVar("Command", bound=Callable[..., object])
Completer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem[str]]"]


def _remember(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
    """Keep an option that may stand before or after the name of the command; the later one counts."""
    if value is not None:
        ctx.find_root().meta[f"reviewer.{parameter.name}"] = value


def completed(names: Names, *, or_file: bool = False) -> Completer:
    """Return what completes a parameter by `names`; with `or_file` a word that is a path by the files there are."""

    def complete(ctx: click.Context, parameter: click.Parameter, word: str) -> list[CompletionItem[str]]:
        if or_file and is_path(word):
            return files(word)
        given = ctx.params.get(parameter.name or "")
        return candidates(names, _typed(ctx, word), given if isinstance(given, tuple) else ())

    return complete


def _typed(ctx: click.Context, word: str) -> TypedLine:
    typed = ctx.params
    # Where an option still lacks its value, click leaves the arguments before it unread.
    study = typed.get("study") or next(iter(ctx.args), None)
    return TypedLine(
        word, database_path(ctx), study, typed.get("rubric") or typed.get("rubric_name"), typed.get("models_file")
    )


def database_option(command: Command) -> Command:
    """Add `--db` to a command; `database_path` tells its value."""
    return click.option(
        "--db",
        type=click.Path(),
        metavar="FILE",
        help="The database, instead of $REVIEWER_DB or ./reviews.db.",
        callback=_remember,
        expose_value=False,
    )(command)


def rater_option(command: Command) -> Command:
    """Add `--rater` to a command; `rater_name` tells its value."""
    return click.option(
        "--rater",
        metavar="NAME",
        help="Who rates or decides, instead of $REVIEWER_RATER or the login name.",
        callback=_remember,
        expose_value=False,
        shell_complete=completed(person_names),
    )(command)


study_argument = click.argument("study", shell_complete=completed(study_names))
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def database_path(ctx: click.Context) -> str:
    """Return the path of the database that the command works on."""
    given: str | None = ctx.find_root().meta.get(_DATABASE)
    return given or os.environ.get("REVIEWER_DB") or DEFAULT_DATABASE


def names_database(ctx: click.Context) -> bool:
    """Tell whether the user says where the database is."""
    return bool(ctx.find_root().meta.get(_DATABASE) or os.environ.get("REVIEWER_DB"))


def use_database(ctx: click.Context, path: str) -> None:
    """Work on the database at `path` from here on, as if it had been named by `--db`."""
    ctx.find_root().meta[_DATABASE] = path


def next_command(*words: str) -> str:
    """Return `reviewer WORDS` as it is to be typed to go on with the database and the rater of the command that runs.

    What the environment says of them need not be typed again.
    """
    given = click.get_current_context().find_root().meta
    options = []
    if given.get(_DATABASE):
        options += ["--db", given[_DATABASE]]
    if given.get(_RATER) and words[:1] in ((), ("rate",), ("adjudicate",)):
        options += ["--rater", given[_RATER]]
    return shlex.join(["reviewer", *options, *words])


def rater_name(ctx: click.Context) -> str:
    """Return who rates.

    Raises:
        ReviewerError: the name is empty or could not be shown on one line.
    """
    given: str | None = ctx.find_root().meta.get(_RATER)
    name = given if given is not None else os.environ.get("REVIEWER_RATER") or login_name()
    if not name.strip() or not name.isprintable():
        raise ReviewerError(f"--rater {name!r}: expected a name of printable characters")
    return name.strip()


def login_name() -> str:
    """Return the name by which the system knows who types."""
    return getpass.getuser()


def actor(ctx: click.Context) -> Actor:
    """Return who acts, for the records of what was done: the rater's name and the login name.

    Raises:
        ReviewerError: see `rater_name`.
    """
    return Actor(rater_name(ctx), login_name())


def own_database() -> Path:
    """Return the path of the database in the user's data folder, whether there is one or not."""
    from platformdirs import user_data_path

    return user_data_path("reviewer", appauthor=False) / DEFAULT_DATABASE


def tell_of_backup(engine: SqliteEngine) -> SqliteEngine:
    """Say on stderr where the copy is, if opening the database brought it up to date; return the engine."""
    if engine.backup is not None:
        complain(f"{engine.path}: brought up to date; as it was before, it is kept in {engine.backup}")
    return engine


def existing_database(ctx: click.Context) -> str:
    """Return the path of the database that the command works on, which must be there.

    Raises:
        NotFound: there is none; says how one is made, and where the user has another.
    """
    path = database_path(ctx)
    if is_there(path):
        return path
    ways = [f"{path}: no such database; one is made by", f"    {next_command('db', 'new')}"]
    ways += [f"    {next_command('import', 'FILE')}"]
    own = own_database()
    if not names_database(ctx) and is_there(own):
        ways += [f"The one in your data folder is opened by\n    reviewer --db {shlex.quote(str(own))}"]
    raise NotFound("\n".join(ways))


def database_to_fill(ctx: click.Context) -> str:
    """Return the path of the database that a command fills, and say so where that is a new file."""
    path = database_path(ctx)
    if not is_there(path):
        complain(f"{path}: a new database")
    return path


@contextmanager
def reading(ctx: click.Context) -> Iterator[Engine]:
    """Open the database without changing it.

    Raises:
        NotFound: there is none.
    """
    from reviewer.store.sqlite import open_for_reading

    engine = tell_of_backup(open_for_reading(existing_database(ctx)))
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def writing(ctx: click.Context, *, makes: bool = False) -> Iterator[Engine]:
    """Open the database for writing; with `makes`, make it where there is none, and say so.

    Raises:
        NotFound: there is none, and it is not to be made: a command typed in another folder leaves nothing there.
    """
    from reviewer.store.sqlite import open_for_writing

    path = database_to_fill(ctx) if makes else existing_database(ctx)
    engine = tell_of_backup(open_for_writing(path))
    try:
        yield engine
    finally:
        engine.close()


def clock() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def now() -> str:
    """Return the time in the form that is stored."""
    return utc(clock())
