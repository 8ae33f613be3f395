"""What `reviewer import` reads: a file, as often as is needed, and what its rows mean; tables here, gold beside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from os.path import realpath
from pathlib import Path
from typing import Protocol

from reviewer.cli.options import now
from reviewer.cli.terminal import progress
from reviewer.errors import BadInput, ReviewerError
from reviewer.formats.mapping.fields import answer_field
from reviewer.formats.mapping.profile import Profile
from reviewer.formats.mapping.row_reader import TableRows
from reviewer.formats.mapping.row_reader import rows as read_rows
from reviewer.formats.tables.record import Record
from reviewer.formats.tables.table_file import MOST_UNPACKED, TableFile, read_table
from reviewer.formats.tables.table_format import TableFormat
from reviewer.importing.check import TableCheck, check
from reviewer.importing.dry_run import foretold
from reviewer.importing.labels import ImportTally, ImportTarget
from reviewer.importing.repeats import ToldApart
from reviewer.importing.responses import store
from reviewer.model import digest
from reviewer.store.engine import Engine
from reviewer.store.studies import Study

PROGRESS_EVERY = 1000  # records between two steps of the progress bar


class ImportSource(Protocol):
    """A file whose rows can be checked, and then stored."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def target(self) -> ImportTarget:
        """Where the rows go."""

    def check(self, engine: Engine | None, *, skip_bad: bool) -> TableCheck:
        """Read every row without storing anything; `engine` is None where there is no database yet.

        Raises:
            BadInput: the first bad row, unless `skip_bad`.
            Refused: the rows contradict what is stored.
        """

    def store(self, engine: Engine, study: Study | None) -> Iterator[ImportTally]:
        """Store the rows and yield what was done so far after each part."""

    def foretold(self, engine: Engine) -> list[str]:
        """Return what `store` would tell of texts that differ from those stored, without storing anything."""

    def left_out(self, tally: ImportTally) -> str | None:
        """Return what was left out and why, in a sentence; None where nothing was."""


@contextmanager
def open_records(
    path: Path, format: TableFormat, what: str, *, most_unpacked: int = MOST_UNPACKED
) -> Iterator[tuple[TableFile, Iterator[Record | BadInput]]]:
    """Open a file from its start, with its records; while they are read a bar shows how much of it is behind."""
    table = read_table(path, format, most_unpacked=most_unpacked)
    with closing(table), progress(what, table.size) as reach:
        yield table, _with_progress(table, reach)


def _with_progress(table: TableFile, reach: Callable[[float], None]) -> Iterator[Record | BadInput]:
    for count, record in enumerate(table):
        if count % PROGRESS_EVERY == 0:
            reach(table.position)
        yield record


@dataclass(frozen=True, slots=True)
class TableSource:
    """A table of another program, and the profile by which its rows are understood."""

    path: Path
    format: TableFormat
    profile: Profile
    target: ImportTarget
    most_unpacked: int = MOST_UNPACKED

    @contextmanager
    def read(self, what: str) -> Iterator[TableRows]:
        """Open the table from its start as rows."""
        with open_records(self.path, self.format, what, most_unpacked=self.most_unpacked) as (table, records):
            yield read_rows(records, self.profile, self.target.rubric, str(self.path), columns=table.columns)

    def check(self, engine: Engine | None, *, skip_bad: bool, what: str = "checking") -> TableCheck:
        """Read every row without storing anything; see `ImportSource`."""
        with self.read(what) as understood:
            rows = ToldApart(understood, self.target.repeats, str(self.path), long=self.target.long)
            checked = check(engine, rows, self.target, skip_bad=skip_bad)
        return replace(checked, unused=tuple(understood.unused), repeated=rows.count)

    def store(self, engine: Engine, study: Study | None, what: str = "storing") -> Iterator[ImportTally]:
        """Store the rows and yield what was done so far after each part."""
        with self.read(what) as understood:
            yield from store(engine, understood, self.target, study, now)

    def foretold(self, engine: Engine) -> list[str]:
        """Return what `store` would tell of texts that differ from those stored, without storing anything."""
        with self.read("comparing") as understood:
            return foretold(engine, understood, self.target)

    def left_out(self, tally: ImportTally) -> str | None:
        """Return which labels were left out and how they come in; None where there are none."""
        if tally.left_out:
            return f"{tally.left_out:,} labels belong to a study and were left out; name one with --study NAME"
        if self.target.rubric is None and self._has_labels():
            return "the labels of this file were left out; name --study NAME and --rubric R to bring them in"
        return None

    def _has_labels(self) -> bool:
        named = {*self.profile.columns, *self.profile.constants, *first_columns(self.path, self.format)}
        return any(answer_field(name) is not None for name in named)


def first_columns(path: Path, format: TableFormat) -> Collection[str]:
    """Return the columns of a table, of its first record where each names its own."""
    with closing(read_table(path, format)) as table:
        first = next(iter(table), None) if table.columns is None else None
        return table.columns or (first.fields if isinstance(first, Record) else ())


def suite_name(file: Path) -> str:
    """Return the file's name without its suffixes, as the suite of prompts that come without one."""
    return file.name.removesuffix(".gz").rsplit(".", 1)[0]


def source_name(file: Path, database: str) -> str:
    """Return the name by which the database at `database` remembers a file, whatever folder it was named from.

    Below the database's folder it is the way to the file from there. The way to another folder says much of a computer
    and goes out with every export, so that a hash stands for it.
    """
    folder, path = Path(realpath(database)).parent, Path(realpath(file))
    if path.is_relative_to(folder):
        return path.relative_to(folder).as_posix()
    return f"{file.name}@{digest('folder', str(path.parent))[:8]}"


def renamed_raters(names: Sequence[str], study: str | None, at_work: Collection[str]) -> dict[str, str]:
    """Return under which name labels are stored, by the person whom the table gives them, as `--as` says.

    A name alone is for whoever is `at_work` in the study.

    Raises:
        ReviewerError: names the flag that is wrong, and what was expected.
    """
    renamed: dict[str, str] = {}
    for text in names:
        rater, equals, name = text.partition("=")
        rater, name = (rater.strip(), name.strip()) if equals else ("", text.strip())
        if not name or (equals and not rater):
            raise ReviewerError(f"--as {text}: expected a name, or RATER=NAME")
        if not equals and not at_work:
            raise ReviewerError(f"--as {text}: nobody rates in {study or 'a study'} here; expected RATER=NAME")
        for one in [rater] if equals else at_work:
            if one in renamed:
                raise ReviewerError(f"--as {text}: {one} has another name already; expected one --as {one}=NAME")
            renamed[one] = name
    return renamed
