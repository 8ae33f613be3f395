"""Columns that point into another file."""

from __future__ import annotations

from pathlib import Path

from reviewer.definitions.regular_file import is_regular
from reviewer.errors import BadInput, NotFound
from reviewer.formats.mapping.cells import Translate, WrongCell, spelled
from reviewer.formats.mapping.profile import Lookup
from reviewer.formats.tables.table_file import read_table


def translation(field: str, lookup: Lookup, folders: list[Path]) -> Translate:
    """Return what turns a cell into the text that it stands for in the lookup's file, the first found in `folders`."""
    path = next((folder / lookup.file for folder in folders if is_regular(folder / lookup.file)), None)
    if path is None:
        raise NotFound(
            f"{lookup.file}: the lookup of {field} is not in {' or '.join(str(folder) for folder in folders)}"
        )
    texts = _read(path, lookup)

    def translate(value: object) -> str:
        key = spelled(value, field).strip()
        if key not in texts:
            raise WrongCell(f"{field} is {key[:40]}", f"a {lookup.key} of {path.name}")
        return texts[key]

    return translate


def _read(path: Path, lookup: Lookup) -> dict[str, str]:
    texts: dict[str, str] = {}
    for record in read_table(path):
        if isinstance(record, BadInput):
            raise record
        for column in (lookup.key, lookup.value):
            if column not in record.fields:
                raise BadInput(str(path), record.line, f"no column {column}", ", ".join(record.fields))
        try:
            key = spelled(record.fields[lookup.key], lookup.key).strip()
            value = spelled(record.fields[lookup.value], lookup.value)
        except WrongCell as error:
            raise BadInput(str(path), record.line, error.problem, error.expected) from None
        if key in texts:
            raise BadInput(str(path), record.line, f"{lookup.key} {key} occurs twice", "each key once")
        texts[key] = value
    return texts
