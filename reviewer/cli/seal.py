"""`reviewer seal`: one hash over all that a database holds, noted in its log."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import TextIO

import click

from reviewer.cli import signing_key
from reviewer.cli.options import actor, database_option, json_option, next_command, now, writing
from reviewer.cli.output_file import output_file
from reviewer.cli.terminal import complain, counted, progress, say, say_json
from reviewer.model import Actor
from reviewer.store import acts, seal, seal_file
from reviewer.store.acts import ActKind
from reviewer.store.engine import Engine
from reviewer.store.seal import Seal
from reviewer.store.sealed_tables import Leaf, TablePart

STEP = 1_000  # rows between two steps of the progress bar


@click.command("seal")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write the hash of each row, by which `verify` names what changed.",
)
@json_option
@database_option
@click.pass_context
def seal_command(ctx: click.Context, output: Path | None, *, as_json: bool) -> None:
    """Take one hash over everything stored, note it in the log, and print it.

    Keep the hash, or FILE, outside of the database; `reviewer verify --seal` holds the database against it later.
    Raters may go on meanwhile. Where you have a key (`reviewer key new`), the seal is signed.
    """
    who = actor(ctx)
    if signing_key.key_path().exists():
        signing_key.require()
    with writing(ctx) as engine:
        if output is None:
            made = _taken(engine, who, None)
            _note(engine, who, made)
        else:
            with output_file(output) as file, TemporaryFile("w+", encoding="ascii") as leaves:
                made = _taken(engine, who, leaves)
                seal_file.write_seal(file, made, leaves)
                file.flush()  # a disk that is full is one before the seal is noted
                _note(engine, who, made)
    if as_json:
        say_json(_json(made))
    else:
        _tell(made, output)


def _taken(engine: Engine, who: Actor, leaves: TextIO | None) -> Seal:
    with engine.snapshot(), progress("sealing", seal.rows_to_seal(engine)) as reach:
        rows = 0

        def take(part: TablePart, leaf: Leaf) -> None:
            nonlocal rows
            rows += 1
            if leaves is not None:
                seal_file.write_leaf(leaves, part.table.name, leaf)
            if rows % STEP == 0:
                reach(rows)

        made = seal.take_seal(engine, who, now(), take)
    return replace(made, signature=signing_key.signed(made.hash))


def _note(engine: Engine, who: Actor, made: Seal) -> None:
    """Keep the seal as an act: of the snapshot that it was taken of, whatever was saved since."""
    with engine.writing():
        acts.record(engine, who, ActKind.SEALED, now(), subject=made.hash, details=made.document())


def _json(made: Seal) -> dict[str, object]:
    """Return the seal as it may be shown to anybody.

    Without the hashes of its tables: who rates could compute one over the names of the models that come into question.
    That of the whole is over the secrets of the studies too.
    """
    signed = made.signature
    return {
        "hash": made.hash,
        "at": made.at,
        "actor": made.actor.name,
        "login": made.actor.login,
        "signature": None if signed is None else {"key": signed.key, "signature": signed.signature},
        "tables": [{"table": part.table, "group": part.group, "rows": part.rows} for part in made.parts],
    }


def _tell(made: Seal, output: Path | None) -> None:
    tables = len({part.table for part in made.parts})
    say(f"sealed {counted(made.rows, 'row')} of {tables} tables\n{made.hash}")
    if made.signature is not None:
        say(f"signed with your key, fingerprint {signing_key.fingerprint(made.signature.key)}")
    if output is not None:
        complain(f"{output}: keep it from raters: with the text of a response its line tells which model gave it")
    say(f"To verify later: {next_command('verify', '--seal', str(output) if output else made.hash)}")
