"""What a file format of tables declares: its name, its suffixes, and how a file of it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from reviewer.errors import BadInput
from reviewer.formats.tables.record import Record


@dataclass(frozen=True, slots=True)
class TableContent:
    """A table of which as much is read as names its columns, and the records to come.

    `columns` is None where each record names its own.
    """

    columns: tuple[str, ...] | None
    records: Iterator[Record | BadInput]


@dataclass(frozen=True, slots=True)
class TableFormat:
    """A file format that can be imported.

    Attributes:
        name: what `--format` calls it.
        suffixes: of file names that mean it, in lower case; none where it has to be asked for.
        read: takes the open file, uncompressed, and its name for what is wrong in it.
        gold: whether its rows are units of gold as `export` writes them, which say themselves what they mean.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[BinaryIO, str], TableContent]
    gold: bool = False
