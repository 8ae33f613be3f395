"""What an export format declares: its name, what it is for, and how a study is written in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, TextIO

from reviewer.formats.export.record import GoldRecord
from reviewer.formats.export.reliability_card import CardSubject
from reviewer.formats.tables.table_format import TableFormat


@dataclass(frozen=True, slots=True)
class ExportInput:
    """A study as it is exported: its units, and what few formats ask for, found out when they do.

    `agreement` returns, by question, how far the raters agree, as plain values. With `raw` control characters stay in
    formats that cannot escape them.
    """

    records: Iterable[GoldRecord]
    subject: Callable[[], CardSubject]
    agreement: Callable[[], Mapping[str, Mapping[str, object]]]
    raw: bool = False


@dataclass(frozen=True, slots=True)
class Extra:
    """An optional part of the installation; `require` raises `ReviewerError`, naming it, where it is missing."""

    name: str
    require: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFormat(ABC):
    """A format that a study can be exported in.

    Attributes:
        name: what `--format` calls it.
        suffix: of the files that hold it.
        description: what is in it, in one line of the help.
        decided_only: whether units without a value are left out, for want of a way to say so.
        printable: whether a terminal may show it: text in which nothing foreign can steer one.
        extra: what has to be installed for it.
        read_back: the import format that takes it in again.
    """

    name: str
    suffix: str
    description: str
    decided_only: bool = False
    printable: bool = False
    extra: Extra | None = None
    read_back: TableFormat | None = None

    @abstractmethod
    def write(self, source: ExportInput, file: TextIO) -> None:
        """Write `source`, part by part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextExport(ExportFormat):
    """A format of text; `lines` yields it in parts."""

    lines: Callable[[ExportInput], Iterable[str]]

    def write(self, source: ExportInput, file: TextIO) -> None:
        """Write the lines."""
        file.writelines(self.lines(source))


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryExport(ExportFormat):
    """A format of bytes."""

    write_bytes: Callable[[Iterable[GoldRecord], BinaryIO], None]

    def write(self, source: ExportInput, file: TextIO) -> None:
        """Write the bytes to the buffer below `file`."""
        self.write_bytes(source.records, file.buffer)
