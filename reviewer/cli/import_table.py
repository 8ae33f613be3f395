"""`reviewer import`: foreign tables in, with whatever labels they bring."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from reviewer.cli.import_gold import GoldSource, check_gold, first_rubric, stored
from reviewer.cli.options import database_option, database_path, now, reading, writing
from reviewer.cli.terminal import complain, progress, say
from reviewer.definitions.lookup import find, folders
from reviewer.definitions.rubric import Rubric, find_rubric
from reviewer.errors import BadInput, NotFound, ReviewerError
from reviewer.formats.mapping.fields import answer_field
from reviewer.formats.mapping.profile import Profile, read_profile
from reviewer.formats.mapping.row_reader import TableRows, rows
from reviewer.formats.tables.record import Record
from reviewer.formats.tables.registry import NAMES
from reviewer.formats.tables.table_file import TableFile, format_of, read_table
from reviewer.formats.tables.table_format import TableFormat
from reviewer.importing.check import TableCheck, check, prepare_study
from reviewer.importing.labels import ImportTally, ImportTarget
from reviewer.importing.responses import store
from reviewer.store import search, studies
from reviewer.store.engine import Engine

MOST_SHOWN = 20
TOLD_EVERY = 1000  # records between two looks at the progress bar


@dataclass(frozen=True, slots=True)
class TableSource:
    """A table to read, as often as is needed, and what its rows mean."""

    path: Path
    format: TableFormat
    profile: Profile
    rubric: Rubric | None

    @contextmanager
    def read(self, what: str) -> Iterator[TableRows]:
        """Open the table from its start; while it is read a bar shows how much of its bytes is behind."""
        table = read_table(self.path, self.format)
        with closing(table), progress(what, table.size) as reach:
            yield rows(_told(table, reach), self.profile, self.rubric, str(self.path), columns=table.columns)

    def first_columns(self) -> Collection[str]:
        """Return the columns of the table, of its first record where each names its own."""
        with closing(read_table(self.path, self.format)) as table:
            first = next(iter(table), None) if table.columns is None else None
            return table.columns or (first.fields if isinstance(first, Record) else ())


def _told(table: TableFile, reach: Callable[[float], None]) -> Iterator[Record | BadInput]:
    for count, record in enumerate(table):
        if count % TOLD_EVERY == 0:
            reach(table.position)
        yield record


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "format_name", metavar="F", help=f"{NAMES}; else the suffix tells.")
@click.option("--profile", metavar="P", help="How the table is read: a profile's id, or a path to its file.")
@click.option("--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="Where a field is read.")
@click.option("--set", "sets", multiple=True, metavar="FIELD=VALUE", help="What a field is in every row.")
@click.option("--value", "values", multiple=True, metavar="QUESTION:RAW=VALUE", help="What a raw label stands for.")
@click.option("--rater-kind", "rater_kinds", multiple=True, metavar="NAME=KIND", help="human, model or rule.")
@click.option("--no-gold", is_flag=True, help="Leave decided labels out.")
@click.option("--study", metavar="NAME", help="The study that gets the labels: a new one, or an open one.")
@click.option("--rubric", "rubric_name", metavar="R", help="The rubric that the labels answer.")
@click.option("--skip-bad", is_flag=True, help="Store the good rows, and report each bad one.")
@click.option("--dry-run", is_flag=True, help="Read and check everything; store nothing.")
@database_option
@click.pass_context
def import_command(
    ctx: click.Context,
    file: Path,
    format_name: str | None,
    profile: str | None,
    maps: tuple[str, ...],
    sets: tuple[str, ...],
    values: tuple[str, ...],
    rater_kinds: tuple[str, ...],
    study: str | None,
    rubric_name: str | None,
    *,
    no_gold: bool,
    skip_bad: bool,
    dry_run: bool,
) -> None:
    """Bring in the responses of FILE, and its labels where it has them. The same again adds nothing."""
    if not file.is_file():
        raise NotFound(f"{file}: expected a file that can be read twice")
    format = format_of(file, format_name)
    if format.gold:
        if profile or maps or sets or values or rater_kinds:
            raise click.UsageError(
                f"--format {format.name} says itself what its rows mean; leave out --profile, --map …"
            )
        answered = None if rubric_name else _of_study(ctx, study)
        answered = answered or find_rubric(rubric_name or first_rubric(file, format), folders("rubrics"))
        gold = GoldSource(file, format, answered, study, not no_gold)
        with _database(ctx, dry_run=dry_run) as engine, _collector_paused():
            _import_gold(engine, gold, skip_bad=skip_bad, dry_run=dry_run)
        return
    reader = read_profile(find("profiles", profile)) if profile else Profile()
    reader = reader.with_flags(maps, sets, values, rater_kinds)
    rubric = _rubric(ctx, rubric_name or reader.rubric, study)
    source = TableSource(file, format, reader, rubric)
    target = ImportTarget(file.name, _suite_name(file), rubric, study, gold=not no_gold, long=_is_long(source))
    with _database(ctx, dry_run=dry_run) as engine, _collector_paused():
        checked = _check(engine, source, target, skip_bad=skip_bad)
        if dry_run:
            say(f"{file.name}: {checked.rows:,} good rows, {len(checked.bad):,} bad; nothing was stored")
            return
        if engine is not None:
            tally = _store(engine, source, target, checked)
            _report(tally, target)
            _index(engine)
            _suggest(tally, source, target)


def _import_gold(engine: Engine | None, source: GoldSource, *, skip_bad: bool, dry_run: bool) -> None:
    checked, design = check_gold(engine, source, skip_bad=skip_bad)
    for bad in checked.bad:
        complain(f"skipped: {bad}")
    if dry_run or engine is None:
        say(f"{source.path.name}: {checked.rows:,} good rows, {len(checked.bad):,} bad; nothing was stored")
        return
    study = prepare_study(engine, source.target, checked.people, now(), design)
    tally = ImportTally()
    try:
        for tally in stored(engine, source, study):  # noqa: B007
            pass
    except KeyboardInterrupt:
        complain(
            f"interrupted: {tally.rows:,} of {checked.rows:,} rows are stored; the same command goes on from there"
        )
        raise
    _report(tally, source.target)
    _index(engine)
    name = source.target.study
    if tally.left_out:
        complain(
            f"{tally.left_out:,} labels and decisions are of people who work at {name} here, and no longer stand;"
            " they were left out"
            if name
            else f"{tally.left_out:,} labels belong to a study and were left out; name one with --study NAME"
        )
    say(
        f"Next: reviewer study show {name}" if name else f"Next: reviewer study create NAME --rubric {source.rubric.id}"
    )


def _rubric(ctx: click.Context, name: str | None, study: str | None) -> Rubric | None:
    """Return the rubric that labels answer: the one named, else that of the study where there is one already."""
    if name is not None:
        return find_rubric(name, folders("rubrics"))
    if study is None:
        return None
    try:
        with reading(ctx) as engine:
            return studies.load(engine, study).rubric
    except NotFound:
        raise ReviewerError(f"study {study} is new: say by which rubric, with --rubric R") from None


def _of_study(ctx: click.Context, study: str | None) -> Rubric | None:
    if study is None or not Path(database_path(ctx)).exists():
        return None
    with reading(ctx) as engine:
        found = [one for one in studies.every(engine) if one.name == study]
        return found[0].rubric if found else None


@contextmanager
def _database(ctx: click.Context, *, dry_run: bool) -> Iterator[Engine | None]:
    if not dry_run:
        with writing(ctx) as engine:
            yield engine
    elif Path(database_path(ctx)).exists():
        with reading(ctx) as engine:
            yield engine
    else:
        yield None


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Stop Python's search for cycles: rows make none, and the search took an eighth of the time of an import."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _suite_name(file: Path) -> str:
    """Return the file's name without its suffixes, as the suite of prompts that come without one."""
    return file.name.removesuffix(".gz").rsplit(".", 1)[0]


def _is_long(source: TableSource) -> bool:
    """Tell whether each row is one rater's rating."""
    named = {*source.profile.columns, *source.profile.constants}
    return "rater" in named or "rater" in source.first_columns()


def _check(engine: Engine | None, source: TableSource, target: ImportTarget, *, skip_bad: bool) -> TableCheck:
    with source.read("checking") as understood:
        checked = check(engine, understood, target, skip_bad=skip_bad)
    for bad in checked.bad:
        complain(f"skipped: {bad}")
    if understood.unused:
        complain(f"{source.path.name}: columns not used: {', '.join(understood.unused)}")
    return checked


def _store(engine: Engine, source: TableSource, target: ImportTarget, checked: TableCheck) -> ImportTally:
    study = prepare_study(engine, target, checked.people, now())
    tally = ImportTally()
    try:
        with source.read("storing") as understood:
            for tally in store(engine, understood, target, study, now):  # noqa: B007
                pass
    except KeyboardInterrupt:
        complain(
            f"interrupted: {tally.rows:,} of {checked.rows:,} rows are stored; the same command goes on from there"
        )
        raise
    return tally


def _report(tally: ImportTally, target: ImportTarget) -> None:
    say(
        f"{target.source}: {tally.rows:,} rows; {tally.responses:,} new responses, {tally.known_responses:,} known;"
        f" {tally.prompts:,} new prompts"
    )
    if target.rubric is not None:
        say(
            f"labels: {tally.labels:,} new, {tally.changed_labels:,} changed, {tally.known_labels:,} known,"
            f" {tally.unparsed:,} unparsed; gold: {tally.golds:,} new, {tally.known_golds:,} known"
        )
    for line in tally.differing[:MOST_SHOWN]:
        complain(line)
    if len(tally.differing) > MOST_SHOWN:
        complain(f"and {len(tally.differing) - MOST_SHOWN:,} more such")


def _index(engine: Engine) -> None:
    """Build the search index of what is new; what is done stays done, and the next import goes on."""
    left = search.left_to_index(engine)
    if not left:
        return
    done = 0
    with progress("indexing for search (may be interrupted)", left) as reach:
        try:
            for part in search.index_responses(engine):
                done += part
                reach(done)
        except KeyboardInterrupt:
            complain(f"interrupted: {left - done:,} responses are stored but not yet indexed; any import goes on")


def _suggest(tally: ImportTally, source: TableSource, target: ImportTarget) -> None:
    if tally.left_out:
        complain(f"{tally.left_out:,} labels belong to a study and were left out; name one with --study NAME")
    elif target.rubric is None and _has_labels(source):
        complain("the labels of this file were left out; name --study NAME and --rubric R to bring them in")
    rubric = target.rubric.id if target.rubric is not None else "RUBRIC"
    if target.study is not None:
        say(f"Next: reviewer study show {target.study}")
    elif tally.responses or tally.known_responses:
        say(f"Next: reviewer study create NAME --rubric {rubric}")
    else:
        say("These are prompts without responses.\nNext: reviewer import FILE, a table of responses to them")


def _has_labels(source: TableSource) -> bool:
    named = {*source.profile.columns, *source.profile.constants, *source.first_columns()}
    return any(answer_field(name) is not None for name in named)
