"""Profiles: how a foreign table is read. A TOML file says it once; flags of `import` override it.

Knows FIELDs, columns and constants; knows neither the table nor the rubric, which `plan` checks a profile against.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, TypeVar

from reviewer.definitions.toml_table import TomlTable, read_toml
from reviewer.errors import ReviewerError
from reviewer.formats.mapping.fields import answer_field, field_expected, is_field
from reviewer.model import RaterKind, canonical

T = TypeVar("T")

LISTED = "tag"  # the one FIELD that takes several columns


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a FIELD is read. An `optional` column may be absent from the table."""

    names: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Lookup:
    """Another file that turns the cells of a FIELD into what they stand for: the row whose `key` equals the cell."""

    file: str
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Profile:
    """How a foreign table is read; empty, it reads the columns that are named as FIELDs.

    `values` turns raw labels into options, by question. `folder` is where the profile lies: its lookup files may lie
    there too. `rubric` is the one that the labels answer where the command line names none. The cells of the graders in
    `replies` are their replies as they came, so that one which is no option is an error of the grader.
    """

    rubric: str | None = None
    columns: Mapping[str, Columns] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    raters: Mapping[str, RaterKind] = field(default_factory=dict)
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    folder: Path | None = None
    replies: frozenset[str] = frozenset()

    def with_flags(
        self,
        maps: Sequence[str] = (),
        sets: Sequence[str] = (),
        values: Sequence[str] = (),
        rater_kinds: Sequence[str] = (),
        replies: Sequence[str] = (),
    ) -> Profile:
        """Return this profile as the flags of `import` change it.

        Raises:
            ReviewerError: names the flag that is wrong, and what was expected.
        """
        columns = _flag_columns(maps)
        constants = _flag_constants(sets)
        if both := columns.keys() & constants.keys():
            raise ReviewerError(f"--map and --set both give {min(both)}; expected one of them")
        given = columns.keys() | constants.keys()
        return replace(
            self,
            columns=_without(self.columns, given) | columns,
            constants=_without(self.constants, given) | constants,
            values=_with_flag_values(self.values, values),
            raters={**self.raters, **dict(_flag_rater(text) for text in rater_kinds)},
            lookups=_without(self.lookups, given),
            replies=self.replies | {name.strip() for name in replies},
        )


def read_profile(path: Path) -> Profile:
    """Return the profile in the TOML file at `path`.

    Raises:
        BadInput: the file is wrong; names the line, and what was expected there.
        NotFound: there is no such file.
    """
    table = read_toml(path)
    constants = _constants(table)
    columns = _columns(table, constants)
    raters = [_rater(entry) for entry in table.tables("rater")]
    profile = Profile(
        rubric=table.text("rubric", None),
        columns=columns,
        constants=constants,
        values=_values(table),
        raters={one.name: one.kind for one in raters},
        lookups=dict(_lookup(entry, columns) for entry in table.tables("lookup")),
        folder=path.parent,
        replies=frozenset(one.name for one in raters if one.replies),
    )
    table.done()
    return profile


def _columns(table: TomlTable, constants: Mapping[str, str]) -> dict[str, Columns]:
    part = table.table("map", None)
    if part is None:
        return {}
    columns = {}
    for name in part.entries:
        _check_field(part, name)
        if name in constants:
            raise part.wrong(name, f"{name} stands in [map] and in [set]", "one of them")
        columns[name] = _column(part, name)
    return columns


def _column(part: TomlTable, name: str) -> Columns:
    match part.value(name):
        case str():
            return Columns((part.text(name),))
        case [_, *_] if name == LISTED:
            return Columns(part.texts(name))
        case dict():
            entry = part.table(name)
            column = Columns((entry.text("column"),), entry.boolean("optional", False))
            entry.done()
            return column
        case _:
            raise part.wrong(name, f"{name} names no column", 'a column, or { column = "…", optional = true }')


def _constants(table: TomlTable) -> dict[str, str]:
    part = table.table("set", None)
    if part is None:
        return {}
    constants = {}
    for name in part.entries:
        _check_field(part, name)
        if answer_field(name):
            raise part.wrong(name, f"{name} is a constant", "a column of labels, in [map]")
        value = part.value(name)
        if not isinstance(value, str | int | float):
            raise part.wrong(name, f"{name} is no constant", "text or a number")
        constants[name] = part.text(name) if isinstance(value, str) else canonical(value)
    return constants


def _values(table: TomlTable) -> dict[str, dict[str, str]]:
    part = table.table("value", None)
    if part is None:
        return {}
    questions = {name: part.table(name) for name in part.entries}
    return {name: {raw: options.text(raw) for raw in options.entries} for name, options in questions.items()}


class _Rater(NamedTuple):
    """What a profile says of one rater."""

    name: str
    kind: RaterKind
    replies: bool


def _rater(entry: TomlTable) -> _Rater:
    rater = _Rater(
        entry.text("name"), entry.choice("kind", RaterKind, RaterKind.HUMAN), entry.boolean("replies", False)
    )
    if rater.replies and rater.kind is RaterKind.HUMAN:
        raise entry.wrong("replies", f"{rater.name} is human", "replies of a grader, whose kind is model or rule")
    entry.done()
    return rater


def _lookup(entry: TomlTable, columns: Mapping[str, Columns]) -> tuple[str, Lookup]:
    name = entry.text("field")
    lookup = Lookup(entry.text("file"), entry.text("key"), entry.text("value"))
    entry.done()
    if name not in columns or name in (LISTED, "messages") or answer_field(name):
        raise entry.wrong("field", f"{name} cannot be looked up", "a FIELD of [map] that holds one text")
    return name, lookup


def _check_field(part: TomlTable, name: str) -> None:
    if not is_field(name):
        raise part.wrong(name, f"{name} is no FIELD", field_expected(name))


def _flag_columns(maps: Sequence[str]) -> dict[str, Columns]:
    columns: dict[str, Columns] = {}
    for text in maps:
        name, column = _flag_field("--map", text, "FIELD=COLUMN")
        if name in columns and name != LISTED:
            raise ReviewerError(f"--map {text}: {name} has a column already; expected one --map {name}=COLUMN")
        before = columns[name].names if name in columns else ()
        columns[name] = Columns((*before, column))
    return columns


def _flag_constants(sets: Sequence[str]) -> dict[str, str]:
    constants: dict[str, str] = {}
    for text in sets:
        name, value = _flag_field("--set", text, "FIELD=VALUE")
        if answer_field(name):
            raise ReviewerError(f"--set {text}: a label is no constant; expected --map {name}=COLUMN")
        if name in constants:
            raise ReviewerError(f"--set {text}: {name} is set already; expected one --set {name}=VALUE")
        constants[name] = value
    return constants


def _flag_field(flag: str, text: str, form: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not value:
        raise ReviewerError(f"{flag} {text}: expected {form}")
    if not is_field(name):
        raise ReviewerError(f"{flag} {text}: {name} is no FIELD; expected {field_expected(name)}")
    return name, value


def _with_flag_values(values: Mapping[str, Mapping[str, str]], flags: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return `values` with those of `--value QUESTION:RAW=VALUE`: RAW may hold both signs, the names around it none."""
    merged = {question: dict(options) for question, options in values.items()}
    for text in flags:
        question, colon, rest = text.partition(":")
        raw, equals, value = rest.rpartition("=")
        if not (question and colon and raw and equals and value):
            raise ReviewerError(f"--value {text}: expected QUESTION:RAW=VALUE")
        merged.setdefault(question, {})[raw] = value
    return merged


def _flag_rater(text: str) -> tuple[str, RaterKind]:
    name, equals, kind = text.rpartition("=")
    if not (name and equals and kind in list(RaterKind)):
        raise ReviewerError(f"--rater-kind {text}: expected NAME=KIND, with KIND one of {', '.join(RaterKind)}")
    return name, RaterKind(kind)


def _without(mapping: Mapping[str, T], names: Collection[str]) -> dict[str, T]:
    return {name: value for name, value in mapping.items() if name not in names}
