"""`reviewer import` of our own gold lines, as often as they are to be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from reviewer.cli.import_source import open_records
from reviewer.cli.options import now
from reviewer.definitions.rubric import Rubric
from reviewer.errors import BadInput
from reviewer.formats.export.jsonl import FORMAT
from reviewer.formats.mapping.gold_jsonl import gold_rows
from reviewer.formats.mapping.gold_row import GoldRow
from reviewer.formats.tables.record import Record
from reviewer.formats.tables.table_file import MOST_UNPACKED, read_table
from reviewer.formats.tables.table_format import TableFormat
from reviewer.importing.check import TableCheck, check, check_people
from reviewer.importing.dry_run import foretold
from reviewer.importing.gold import as_rows, once_a_unit, store_gold
from reviewer.importing.labels import ImportTally, ImportTarget
from reviewer.store.engine import Engine
from reviewer.store.studies import Study, StudyDesign

OWN_WORK = "a pseudonym, or the name of somebody who does not rate here"


@dataclass(frozen=True, slots=True)
class GoldSource:
    """A file of ours, and the rubric that it answers."""

    path: Path
    format: TableFormat
    rubric: Rubric
    target: ImportTarget
    most_unpacked: int = MOST_UNPACKED

    def read(self, what: str) -> Iterator[GoldRow | BadInput]:
        """Yield the rows; meanwhile a bar shows how much of the file's bytes is behind."""
        with open_records(self.path, self.format, what, most_unpacked=self.most_unpacked) as (_, records):
            yield from once_a_unit(gold_rows(records, str(self.path), self.rubric), str(self.path))

    def check(self, engine: Engine | None, *, skip_bad: bool) -> TableCheck:
        """Read every row without storing anything; what is found has the design of the study that the rows came from.

        Raises:
            BadInput: the first bad row, unless `skip_bad`.
            Refused: the rows contradict what is stored.
        """
        designs: list[StudyDesign] = []
        people: dict[str, int] = {}

        def noted(rows: Iterable[GoldRow | BadInput]) -> Iterator[GoldRow | BadInput]:
            for row in rows:
                if isinstance(row, GoldRow):
                    for name in (*(one.adjudicator for one in row.decisions), *(one.rater for one in row.flags)):
                        people.setdefault(name, row.line)
                if isinstance(row, GoldRow) and not designs:
                    designs.append(StudyDesign(row.design.panes, row.design.overlap, 0, row.design.policy))
                yield row

        checked = check(
            engine, as_rows(noted(self.read("checking"))), self.target, skip_bad=skip_bad, own_labels=OWN_WORK
        )
        check_people(engine, people, self.target, OWN_WORK)
        return replace(checked, design=designs[0] if designs else None)

    def store(self, engine: Engine, study: Study | None) -> Iterator[ImportTally]:
        """Store the rows and yield what was done so far after each part."""
        return store_gold(engine, self.read("storing"), self.target, study, now)

    def foretold(self, engine: Engine) -> list[str]:
        """Return what `store` would tell of texts that differ from those stored, without storing anything."""
        rows = (one.row for row in self.read("comparing") if isinstance(row, GoldRow) for one in row.responses)
        return foretold(engine, rows, self.target)

    def left_out(self, tally: ImportTally) -> str | None:
        """Return whose labels were left out and why; None where there are none."""
        if not tally.left_out:
            return None
        if self.target.study is None:
            return f"{tally.left_out:,} labels belong to a study and were left out; name one with --study NAME"
        return (
            f"{tally.left_out:,} labels and decisions are of people who work at {self.target.study} here, and no longer"
            " stand; they were left out"
        )


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
