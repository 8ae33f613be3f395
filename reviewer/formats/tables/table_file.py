"""The door to files that hold a table, in any of the formats of the registry, each perhaps compressed by gzip.

Knows names, compression and encodings. What the columns mean is the business of `mapping`.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from reviewer.errors import BadInput, NotFound, ReviewerError
from reviewer.formats.tables.record import Record
from reviewer.formats.tables.registry import NAMES, TABLE_FORMATS
from reviewer.formats.tables.table_format import TableFormat

_GZIP = b"\x1f\x8b"
_BUFFER = 1 << 18
_UTF8 = "UTF-8, with or without a byte order mark"


@dataclass(frozen=True, slots=True)
class TableFile:
    """An open table. Iterating reads it once, record by record, and closes it.

    A mistake that leaves the following records readable is yielded as the error it would be; any other is raised.
    `columns` is None where each record names its own.
    """

    name: str
    columns: tuple[str, ...] | None
    size: int
    _records: Iterator[Record | BadInput]
    _file: BinaryIO

    @property
    def position(self) -> int:
        """How many bytes of `size` are read so far: of the file as it is on disk, compressed or not."""
        return self.size if self._file.closed else self._file.tell()

    def __iter__(self) -> Iterator[Record | BadInput]:
        with self._file:
            yield from self._records

    def close(self) -> None:
        """Close the file of a table that is not read to its end."""
        self._file.close()


def read_table(path: Path, format: TableFormat | None = None) -> TableFile:
    """Open the table in `path`, in `format`, else in the one that the suffix means.

    Raises:
        NotFound: there is no file there that can be read.
        BadInput: the file has no header, or one that cannot be used.
    """
    format = format or format_of(path)
    try:
        file = path.open("rb", buffering=_BUFFER)
    except OSError as error:
        raise NotFound(f"{path}: cannot be read: {error.strerror}") from None
    try:
        with _explained(path):
            table = format.read(_uncompressed(file), str(path))
        return TableFile(str(path), table.columns, path.stat().st_size, _guarded(table.records, path), file)
    except BaseException:
        file.close()
        raise


def format_of(path: Path, name: str | None = None) -> TableFormat:
    """Return the format called `name`, else the one that the suffix of `path` means.

    Raises:
        ReviewerError: there is no such format; the text lists those that exist.
    """
    if name is not None:
        for one in TABLE_FORMATS:
            if one.name == name:
                return one
        raise ReviewerError(f"--format {name}: unknown format; expected one of {NAMES}")
    suffix = Path(path.stem).suffix if path.suffix.lower() == ".gz" else path.suffix
    for one in TABLE_FORMATS:
        if suffix.lower() in one.suffixes:
            return one
    raise ReviewerError(f"{path}: the suffix does not name a format; expected --format with one of {NAMES}")


def _uncompressed(file: BinaryIO) -> BinaryIO:
    """Return `file` as what it holds; the first bytes tell, since the suffix is often lost on the way."""
    magic = file.read(len(_GZIP))
    file.seek(0)
    if magic != _GZIP:
        return file
    return io.BufferedReader(gzip.GzipFile(fileobj=file), _BUFFER)


def _guarded(records: Iterator[Record | BadInput], path: Path) -> Iterator[Record | BadInput]:
    with _explained(path):
        yield from records


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what is wrong with the bytes of the file into errors that say where."""
    try:
        yield
    except UnicodeDecodeError:
        raise _not_utf8(path) from None
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BadInput(str(path), None, f"broken gzip: {error}", "a complete gzip file") from None


def _not_utf8(path: Path) -> BadInput:
    """Return the error that names the first line that is not UTF-8. Blocks were decoded, so it is looked for again."""
    with path.open("rb") as file:
        for number, line in enumerate(_uncompressed(file), 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                utf16 = line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
                found = "UTF-16" if utf16 else f"byte 0x{line[error.start]:02x} at column {error.start + 1}"
                return BadInput(str(path), number, f"{found} is not UTF-8", _UTF8)
    return BadInput(str(path), None, "the file is not UTF-8", _UTF8)
