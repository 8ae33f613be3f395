"""Records of a foreign table to rows, as a profile says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reviewer.definitions.rubric import Rubric
from reviewer.errors import BadInput
from reviewer.formats.mapping.cells import WrongCell
from reviewer.formats.mapping.lookups import translation
from reviewer.formats.mapping.plan import RowPlan, RowPlanInput, check_values, make_plan
from reviewer.formats.mapping.profile import Profile
from reviewer.formats.mapping.row import Row, RowLabel
from reviewer.formats.tables.record import Record

__all__ = ["Row", "RowLabel", "TableRows", "rows"]


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows of a table. Iterating reads them once; a record that is wrong is yielded as the error it would be."""

    _records: Iterable[Record | BadInput]
    _setting: RowPlanInput
    _header: RowPlan | None  # the plan of all records, where a header names the columns of all
    _ignored: dict[str, None] = field(default_factory=dict)

    @property
    def unused(self) -> tuple[str, ...]:
        """The columns met so far that no FIELD reads."""
        return tuple(self._ignored)

    def __iter__(self) -> Iterator[Row | BadInput]:
        plans: dict[tuple[str, ...], RowPlan | WrongCell] = {}
        for record in self._records:
            if isinstance(record, BadInput):
                yield record
                continue
            plan = self._header or plans.get(tuple(record.fields)) or self._another(plans, record)
            row = self._understood(plan, record)
            if isinstance(row, Row) or any(map(_says_something, record.fields.values())):
                yield row

    def _another(self, plans: dict[tuple[str, ...], RowPlan | WrongCell], record: Record) -> RowPlan | WrongCell:
        """Add the plan for records with the columns of `record`. The first one says whether the table has responses."""
        plan: RowPlan | WrongCell
        try:
            plan = make_plan(self._setting, tuple(record.fields))
            self._ignored.update(dict.fromkeys(column for column in record.fields if column not in plan.used))
            first = next((earlier for earlier in plans.values() if isinstance(earlier, RowPlan)), plan)
            if first.has_response and not plan.has_response:
                plan = WrongCell("no response", "one, as in the records before")
            elif plan.has_response and not first.has_response:
                plan = WrongCell("a response", "none, as in the records before")
        except WrongCell as error:
            plan = error
        plans[tuple(record.fields)] = plan
        return plan

    def _understood(self, plan: RowPlan | WrongCell, record: Record) -> Row | BadInput:
        if isinstance(plan, RowPlan):
            try:
                return plan.row(record)
            except WrongCell as error:
                wrong = error
        else:
            wrong = plan
        return BadInput(self._setting.file, record.line, wrong.problem, wrong.expected)


def _says_something(cell: object) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def rows(
    records: Iterable[Record | BadInput],
    profile: Profile,
    rubric: Rubric | None,
    file: str,
    *,
    columns: Sequence[str] | None = None,
) -> TableRows:
    """Return the rows of `records`, read from `file` as `profile` says; without a `rubric` labels are left aside.

    `columns` is the header of the file, None where each record names its own columns.

    Raises:
        BadInput: profile, rubric and header do not fit together.
        NotFound: a file that the profile looks into is not there.
    """
    folders = [Path(file).parent, *([] if profile.folder is None else [profile.folder])]
    translations = {name: translation(name, lookup, folders) for name, lookup in profile.lookups.items()}
    setting = RowPlanInput(profile, rubric, translations, file, sparse=columns is None)
    if rubric is not None:
        check_values(profile, rubric, file)
    if columns is None:
        return TableRows(records, setting, None)
    try:
        plan = make_plan(setting, columns)
    except WrongCell as error:
        raise BadInput(file, 1, error.problem, error.expected) from None
    return TableRows(records, setting, plan, dict.fromkeys(column for column in columns if column not in plan.used))
