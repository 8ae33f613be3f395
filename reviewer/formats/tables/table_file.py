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
from typing import Any, BinaryIO

from reviewer.definitions.regular_file import require_regular
from reviewer.errors import BadInput, NotFound, ReviewerError
from reviewer.formats.tables.record import Record
from reviewer.formats.tables.registry import NAMES, TABLE_FORMATS
from reviewer.formats.tables.table_format import TableFormat

_GZIP = b"\x1f\x8b"
_BUFFER = 1 << 18
MOST_UNPACKED = 4_096  # MB
_UTF8 = "UTF-8, with or without a byte order mark"
# Longest first: the mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


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


def read_table(path: Path, format: TableFormat | None = None, *, most_unpacked: int = MOST_UNPACKED) -> TableFile:
    """Open the table in `path`, in `format`, else in the one that the suffix means.

    Of a compressed file at most so many megabytes are unpacked: a few of them can hold more than there is time for.

    Raises:
        NotFound: there is no file there that can be read.
        BadInput: the file has no header, or one that cannot be used.
    """
    format = format or format_of(path)
    require_regular(path)
    try:
        file = path.open("rb")
    except OSError as error:
        raise NotFound(f"{path}: cannot be read: {error.strerror}") from None
    try:
        with _explained(path):
            table = format.read(_in_utf8(_uncompressed(file, most_unpacked)), str(path))
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


def _uncompressed(file: io.BufferedReader, most: int) -> io.BufferedReader:
    """Return `file` as what it holds; the first bytes tell, since the suffix is often lost on the way."""
    magic = file.read(len(_GZIP))
    file.seek(0)
    if magic != _GZIP:
        return file
    return io.BufferedReader(_Unpacked(file, most), _BUFFER)


class _Unpacked(io.RawIOBase):
    """What a gzip file holds, up to `most` megabytes."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file = gzip.GzipFile(fileobj=file)
        self._most = most
        self._left = most * 1_000_000

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = self._file.readinto(buffer)
        self._left -= read
        if self._left < 0:
            raise _TooLarge(f"more than {self._most:,} MB are unpacked from it")
        return read


class _TooLarge(Exception):
    """A compressed file that holds more than is to be unpacked."""


def _in_utf8(file: io.BufferedReader) -> BinaryIO:
    """Return `file` in UTF-8, where its mark says that it is in UTF-16 or UTF-32, as spreadsheets export text."""
    start = file.peek(4)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            file.read(len(mark))
            return io.BufferedReader(_Recoded(file, encoding), _BUFFER)
    return file


class _Recoded(io.RawIOBase):
    """A file of another encoding, read as UTF-8."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = b" "
        while not self._rest and block:
            block = self._file.read(_BUFFER)
            self._rest = self._decoder.decode(block, final=not block).encode()
        given = self._rest[: len(buffer)]
        self._rest = self._rest[len(given) :]
        buffer[: len(given)] = given
        return len(given)


def _guarded(records: Iterator[Record | BadInput], path: Path) -> Iterator[Record | BadInput]:
    with _explained(path):
        yield from records


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what is wrong with the bytes of the file into errors that say where."""
    try:
        yield
    except UnicodeDecodeError as error:
        if error.encoding != "utf-8":
            raise BadInput(
                str(path), None, f"broken {error.encoding}: {error.reason}", "what the file's mark says"
            ) from None
        raise _not_utf8(path) from None
    except _TooLarge as error:
        raise BadInput(str(path), None, str(error), "less, or --most-unpacked with a larger number of MB") from None
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BadInput(str(path), None, f"broken gzip: {error}", "a complete gzip file") from None


def _not_utf8(path: Path) -> BadInput:
    """Return the error that names the first line that is not UTF-8. Blocks were decoded, so it is looked for again."""
    with path.open("rb") as file:
        for number, line in enumerate(_uncompressed(file, MOST_UNPACKED), 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                found = f"byte 0x{line[error.start]:02x} at column {error.start + 1}"
                return BadInput(str(path), number, f"{found} is not UTF-8", _UTF8)
    return BadInput(str(path), None, "the file is not UTF-8", _UTF8)
