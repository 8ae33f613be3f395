"""`reviewer import` of our own gold lines, as often as they are to be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from reviewer.cli.options import now
from reviewer.cli.terminal import progress
from reviewer.definitions.rubric import Rubric
from reviewer.errors import BadInput
from reviewer.formats.export.jsonl import FORMAT
from reviewer.formats.mapping.gold_jsonl import gold_rows
from reviewer.formats.mapping.gold_row import GoldRow
from reviewer.formats.tables.record import Record
from reviewer.formats.tables.table_file import read_table
from reviewer.formats.tables.table_format import TableFormat
from reviewer.importing.check import TableCheck, check
from reviewer.importing.gold import as_rows, store_gold
from reviewer.importing.labels import ImportTally, ImportTarget
from reviewer.store.engine import Engine
from reviewer.store.studies import Study, StudyDesign

TOLD_EVERY = 1000  # records between two looks at the progress bar


@dataclass(frozen=True, slots=True)
class GoldSource:
    """A file of ours, the rubric that it answers, and where it goes; `gold` is whether decisions come in too."""

    path: Path
    format: TableFormat
    rubric: Rubric
    study: str | None
    gold: bool

    @property
    def target(self) -> ImportTarget:
        """Where the rows go. Prompts that no suite had get none."""
        return ImportTarget(self.path.name, "", self.rubric, self.study, gold=self.gold, long=False)

    def read(self, what: str) -> Iterator[GoldRow | BadInput]:
        """Yield the rows; meanwhile a bar shows how much of the file's bytes is behind."""
        table = read_table(self.path, self.format)
        with closing(table), progress(what, table.size) as reach:

            def told() -> Iterator[Record | BadInput]:
                for count, record in enumerate(table):
                    if count % TOLD_EVERY == 0:
                        reach(table.position)
                    yield record

            yield from gold_rows(told(), str(self.path), self.rubric)


def first_rubric(path: Path, format: TableFormat) -> str:
    """Return the id of the rubric that the first row names.

    Raises:
        BadInput: the first row is none of ours.
    """
    with closing(read_table(path, format)) as table:
        first = next(iter(table), None)
    rubric = first.fields.get("rubric") if isinstance(first, Record) else None
    name = rubric.get("id") if isinstance(rubric, dict) else None
    if not isinstance(name, str):
        raise BadInput(str(path), first.line if first else None, "no row of ours", f'"format": "{FORMAT}"')
    return name


def check_gold(engine: Engine | None, source: GoldSource, *, skip_bad: bool) -> tuple[TableCheck, StudyDesign | None]:
    """Read every row without storing anything; return what was found, and the design of the study that it came from.

    Raises:
        BadInput: the first bad row, unless `skip_bad`.
        Refused: the rows contradict what is stored.
    """
    designs: list[StudyDesign] = []

    def noted(rows: Iterable[GoldRow | BadInput]) -> Iterator[GoldRow | BadInput]:
        for row in rows:
            if isinstance(row, GoldRow) and not designs:
                designs.append(StudyDesign(row.design.panes, row.design.overlap, 0, row.design.policy))
            yield row

    checked = check(engine, as_rows(noted(source.read("checking"))), source.target, skip_bad=skip_bad)
    return checked, designs[0] if designs else None


def stored(engine: Engine, source: GoldSource, study: Study | None) -> Iterator[ImportTally]:
    """Store the rows and yield what was done so far after each part."""
    return store_gold(engine, source.read("storing"), source.target, study, now)
