"""`reviewer import`: foreign tables in, with whatever labels they bring."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from textwrap import fill, wrap

import click

from reviewer.cli.completed_names import format_names, graded_by, person_names, profile_names, rubric_names, study_names
from reviewer.cli.confirmation import confirm_rubric, rubric_doubt, yes_option
from reviewer.cli.import_gold import GoldSource, first_rubric
from reviewer.cli.import_source import (
    ImportSource,
    TableSource,
    first_columns,
    renamed_raters,
    source_name,
    suite_name,
)
from reviewer.cli.options import actor, completed, database_option, database_path, next_command, now, reading, writing
from reviewer.cli.terminal import complain, counted, progress, say
from reviewer.definitions.lookup import find, folders
from reviewer.definitions.regular_file import is_there, require_regular
from reviewer.definitions.rubric import Rubric, find_rubric
from reviewer.errors import NotFound, ReviewerError, StoreError
from reviewer.formats.mapping.fields import ANSWER_FIELDS, FIELDS, listed
from reviewer.formats.mapping.profile import Profile, read_profile
from reviewer.formats.tables.column_names import column_name
from reviewer.formats.tables.registry import NAMES
from reviewer.formats.tables.table_file import MOST_UNPACKED, format_of
from reviewer.formats.tables.table_format import TableFormat
from reviewer.importing.check import TableCheck, prepare_study
from reviewer.importing.import_record import record_import
from reviewer.importing.labels import ImportTally, ImportTarget
from reviewer.importing.repeats import Repeats
from reviewer.store import search, studies
from reviewer.store.engine import Engine

MOST_SHOWN = 20


# A paragraph that begins with \b keeps its lines.
FIELD_LIST = (
    "\b\nFields:\n"
    + fill(", ".join(FIELDS), 74, initial_indent="  ", subsequent_indent="  ")
    + "".join(f"\n  {line}" for line in wrap(", ".join(ANSWER_FIELDS), 74))
)


@click.command("import", epilog=FIELD_LIST)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_name",
    metavar="FORMAT",
    help=f"{NAMES}; else the suffix tells.",
    shell_complete=completed(format_names),
)
@click.option(
    "--profile",
    metavar="PROFILE",
    help="How the table is read: a profile's id, or a path to its file.",
    shell_complete=completed(profile_names, or_file=True),
)
@click.option("--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="The column in which a field is read.")
@click.option("--set", "sets", multiple=True, metavar="FIELD=VALUE", help="The value of a field in every row.")
@click.option("--value", "values", multiple=True, metavar="QUESTION:RAW=VALUE", help="What a raw label stands for.")
@click.option(
    "--rater-kind", "rater_kinds", multiple=True, metavar="NAME=KIND", help="Whether a rater is human, model or rule."
)
@click.option(
    "--replies",
    multiple=True,
    metavar="NAME",
    help="A grader whose cells are what it replied: one that is no option is its error.",
    shell_complete=completed(graded_by),
)
@click.option(
    "--as",
    "names",
    multiple=True,
    metavar="[RATER=]NAME",
    help="Store the labels of the one person (or of RATER) who rates in the study under NAME.",
    shell_complete=completed(person_names),
)
@click.option(
    "--replace-mine", "replaces_own", is_flag=True, help="The labels of people who rate in the study replace their own."
)
@click.option(
    "--repeats",
    type=click.Choice([Repeats.ONCE.value, Repeats.KEEP.value]),
    help="What a rater answers again counts once where it is the same, or is kept as a repeat; else it is refused.",
)
@click.option("--no-gold", is_flag=True, help="Leave decided labels out.")
@click.option(
    "--study",
    metavar="STUDY",
    help="The study that gets the labels: a new one, or an open one.",
    shell_complete=completed(study_names),
)
@click.option(
    "--rubric",
    "rubric_name",
    metavar="RUBRIC",
    help="What the labels answer: a rubric's id, or a path to its file.",
    shell_complete=completed(rubric_names, or_file=True),
)
@click.option(
    "--most-unpacked",
    type=click.IntRange(1),
    default=MOST_UNPACKED,
    metavar="MB",
    help=f"Refuse a gzip file that holds more than this, instead of {MOST_UNPACKED}.",
)
@click.option("--skip-bad", is_flag=True, help="Store the good rows, and report each bad one.")
@click.option("--dry-run", is_flag=True, help="Read and check everything; store nothing.")
@yes_option
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
    replies: tuple[str, ...],
    names: tuple[str, ...],
    study: str | None,
    rubric_name: str | None,
    repeats: str | None,
    most_unpacked: int,
    *,
    replaces_own: bool,
    no_gold: bool,
    skip_bad: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Bring in the responses of FILE, and its labels where it has them. The same again adds nothing.

    --map, --set, --value, --rater-kind and --as may be repeated; the first four override the profile.
    """
    require_regular(file)
    if names and replaces_own:
        raise click.UsageError("--as keeps a person's labels apart and --replace-mine replaces them; give one of them")
    format = format_of(file, format_name)
    flags = TableFlags(profile, maps, sets, values, rater_kinds, replies, names, repeats, replaces_own)
    if format.gold and flags != TableFlags():
        raise click.UsageError(f"--format {format.name} says itself what its rows mean; leave out --profile, --map …")
    read = _gold_source if format.gold else partial(_table_source, flags)
    source = read(ctx, file, format, study, rubric_name, gold=not no_gold)
    with _database(ctx, dry_run=dry_run) as engine, _collector_paused():
        _import(engine, replace(source, most_unpacked=most_unpacked), skip_bad=skip_bad, dry_run=dry_run, yes=yes)


def _import(engine: Engine | None, source: ImportSource, *, skip_bad: bool, dry_run: bool, yes: bool) -> None:
    target = source.target
    checked = source.check(engine, skip_bad=skip_bad)
    for bad in checked.bad:
        complain(f"skipped: {bad}")
    if checked.bad:
        complain(f"{counted(len(checked.bad), 'row')} skipped")
    if checked.unused:
        complain(f"{target.place}: columns not used: {listed(checked.unused)}")
        for column in checked.unused:
            field = column_name(column).casefold()
            if field in FIELDS and field != column_name(column):
                complain(f"{target.place}: column {column} is no field {field}; --map {field}={column} makes it one")
    _complain_of_some(checked.doubtful)
    if target.rubric is not None and not dry_run:
        confirm_rubric(target.rubric.id, checked.other_rubrics, yes=yes)
    elif target.rubric is not None and checked.other_rubrics:
        complain(rubric_doubt(target.rubric.id, checked.other_rubrics))
    if dry_run or engine is None:
        _complain_of_some([] if engine is None else source.foretold(engine))
        say(f"{target.place}: {checked.rows:,} good rows, {len(checked.bad):,} bad; nothing was stored")
        return
    tally = _store(engine, source, checked)
    _report(tally, target)
    if checked.repeated:
        told = "kept as repeats" if target.repeats is Repeats.KEEP else "equal to the first and counted once"
        say(f"given again by the same rater: {counted(checked.repeated, 'label')}, {told}")
    _index(engine)
    left_out = source.left_out(tally)
    if left_out is not None:
        complain(left_out)
    say(_next(tally, target))


@dataclass(frozen=True, slots=True)
class TableFlags:
    """What the command line says of how a table is read; a file of ours says that itself."""

    profile: str | None = None
    maps: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    rater_kinds: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    repeats: str | None = None
    replaces_own: bool = False


def _table_source(
    flags: TableFlags,
    ctx: click.Context,
    file: Path,
    format: TableFormat,
    study: str | None,
    rubric_name: str | None,
    *,
    gold: bool,
) -> TableSource:
    reader = read_profile(find("profiles", flags.profile)) if flags.profile else Profile()
    reader = reader.with_flags(flags.maps, flags.sets, flags.values, flags.rater_kinds, flags.replies)
    rubric = _rubric(ctx, rubric_name or reader.rubric, study)
    target = replace(
        _target(ctx, file, rubric, study, gold=gold),
        suite=suite_name(file),
        long=_is_long(reader, first_columns(file, format)),
        renamed=renamed_raters(flags.names, study, _at_work(ctx, study)),
        replaces_own=flags.replaces_own,
        repeats=Repeats(flags.repeats or Repeats.REFUSE),
    )
    return TableSource(file, format, reader, target)


def _gold_source(
    ctx: click.Context, file: Path, format: TableFormat, study: str | None, rubric_name: str | None, *, gold: bool
) -> GoldSource:
    rubric = None if rubric_name else _of_study(ctx, study)
    rubric = rubric or find_rubric(rubric_name or first_rubric(file, format), folders("rubrics"))
    return GoldSource(file, format, rubric, _target(ctx, file, rubric, study, gold=gold))


def _target(ctx: click.Context, file: Path, rubric: Rubric | None, study: str | None, *, gold: bool) -> ImportTarget:
    """Return where the rows of a file go, in which prompts that name no suite get none."""
    source = source_name(file, database_path(ctx))
    return ImportTarget(source, "", rubric, study, gold=gold, long=False, file=str(file))


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
    if study is None or not is_there(database_path(ctx)):
        return None
    with reading(ctx) as engine:
        found = studies.find(engine, study)
        return None if found is None else found.rubric


def _at_work(ctx: click.Context, study: str | None) -> Collection[str]:
    if study is None or not is_there(database_path(ctx)):
        return ()
    with reading(ctx) as engine:
        return studies.at_work(engine, study)


@contextmanager
def _database(ctx: click.Context, *, dry_run: bool) -> Iterator[Engine | None]:
    if not dry_run:
        with writing(ctx, makes=True) as engine:
            yield engine
    elif is_there(database_path(ctx)):
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


def _is_long(profile: Profile, columns: Collection[str]) -> bool:
    """Tell whether each row is one rater's rating."""
    return "rater" in {*profile.columns, *profile.constants, *columns}


def _store(engine: Engine, source: ImportSource, checked: TableCheck) -> ImportTally:
    who = actor(click.get_current_context())
    study = prepare_study(engine, source.target, checked, who, now())
    record_import(engine, source.target, source.path, who, now())
    tally = ImportTally()
    try:
        for tally in source.store(engine, study):  # noqa: B007
            pass
    except (KeyboardInterrupt, StoreError):
        complain(
            f"interrupted: {tally.rows:,} of {checked.rows:,} rows are stored; the same command goes on from there"
        )
        raise
    return tally


def _report(tally: ImportTally, target: ImportTarget) -> None:
    say(
        f"{target.place}: {tally.rows:,} rows; {tally.responses:,} new responses, {tally.known_responses:,} known;"
        f" {tally.prompts:,} new prompts"
    )
    if tally.changed_responses:
        say(f"another text under a known id: {counted(tally.changed_responses, 'response')}; both texts are kept")
    if target.rubric is not None:
        say(
            f"labels: {tally.labels:,} new, {tally.changed_labels:,} changed, {tally.known_labels:,} known,"
            f" {tally.unparsed:,} unparsed; gold: {tally.golds:,} new, {tally.known_golds:,} known"
        )
    _complain_of_some(tally.differing)


def _complain_of_some(lines: Sequence[str]) -> None:
    for line in lines[:MOST_SHOWN]:
        complain(line)
    if len(lines) > MOST_SHOWN:
        complain(f"and {len(lines) - MOST_SHOWN:,} more such")


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


def _next(tally: ImportTally, target: ImportTarget) -> str:
    """Return the next command to type."""
    if target.study is not None:
        return f"Next: {next_command('study', 'show', target.study)}"
    if tally.responses or tally.known_responses:
        rubric = target.rubric.id if target.rubric is not None else "RUBRIC"
        return f"Next: {next_command('study', 'create', 'NAME', '--rubric', rubric)}"
    return f"These are prompts without responses.\nNext, a table of responses to them: {next_command('import', 'FILE')}"
