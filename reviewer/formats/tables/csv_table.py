"""Tables of text with a separator: CSV and TSV.

Knows quoting, headers and lines; knows nothing of what the columns mean.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from reviewer.errors import BadInput
from reviewer.formats.tables.column_names import check_names
from reviewer.formats.tables.record import Record
from reviewer.formats.tables.table_format import TableContent, TableFormat

DELIMITERS = ",;\t"

_LARGEST_CELL = 2**31 - 1
_SEPARATOR = re.compile(r"\"?sep=([^\r\n\"])\"?[,;\t]*\r?\n?")  # a line that Excel writes for itself, and no row
_LONGEST_HEADER = 1000  # lines; past that a quote was left open, and the rest of the file need not be read to say so


def read_csv(stream: BinaryIO, file: str, delimiters: str = DELIMITERS) -> TableContent:
    """Read the header of `stream`, UTF-8 with or without a byte order mark, and return the table.

    Of `delimiters` the one is taken that cuts the header into most columns, the first of equals, unless a line before
    it says `sep=;`, as Excel writes it. Text is decoded in blocks, so a `UnicodeDecodeError` does not know its line;
    the caller, who can open the file again, finds it.
    """
    # The csv module has one limit for the whole process, and it is below the length of a long response.
    csv.field_size_limit(_LARGEST_CELL)
    # Lines end at "\n" alone: a carriage return inside a cell survives, and lines are counted as editors count them.
    lines = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="\n")
    before, header = _header_lines(lines, file)
    if said := _SEPARATOR.fullmatch(header[0]):
        delimiters = said[1]
        more, header = _header_lines(lines, file)
        before += 1 + more
    delimiter, columns = _header_columns(header, delimiters, file, before + 1)
    _check_columns(columns, file, before + 1)
    # A file that was saved with other line ends than it had got them inside of its cells as well.
    saved = header[-1].endswith("\r\n")
    layout = _Layout(file, delimiter, columns, mends_lines=saved)
    return TableContent(tuple(filter(str.strip, columns)), _records(lines, layout, before + len(header)))


CSV = TableFormat("csv", (".csv",), read_csv)
TSV = TableFormat("tsv", (".tsv", ".tab"), lambda stream, file: read_csv(stream, file, "\t"))


def _header_lines(lines: Iterable[str], file: str) -> tuple[int, list[str]]:
    """Return how many blank lines come first, and the lines of the header: until the quotes are even."""
    blank = 0
    header: list[str] = []
    quotes = 0
    for line in lines:
        if not header and not line.strip():
            blank += 1
            continue
        header.append(line)
        quotes += line.count('"')
        if quotes % 2 == 0:
            return blank, header
        if len(header) == _LONGEST_HEADER:
            break
    problem = "a quote in the header is never closed" if header else "the file is empty"
    raise BadInput(file, blank + 1 if header else 1, problem, "a line with the names of the columns")


def _header_columns(header: list[str], delimiters: str, file: str, line: int) -> tuple[str, tuple[str, ...]]:
    """Return the delimiter that cuts the header into most columns, the first of equals, and these columns."""
    found: dict[str, tuple[str, ...]] = {}
    problem = ""
    for delimiter in delimiters:
        try:
            found[delimiter] = tuple(next(csv.reader(header, delimiter=delimiter, strict=True)))
        except csv.Error as error:  # with the wrong delimiter, quotes end where they must not
            problem = problem or str(error)
    if not found:
        raise BadInput(file, line, f"broken header: {problem}", "the names of the columns, quoted as CSV quotes")
    return max(found.items(), key=lambda item: len(item[1]))


def _check_columns(columns: tuple[str, ...], file: str, line: int) -> None:
    if not any(map(str.strip, columns)):
        raise BadInput(file, line, "no column has a name", "a line with the names of the columns")
    for place, column in enumerate(columns):
        if column.lstrip().startswith('"') and not column.startswith('"'):
            raise BadInput(file, line, f"a blank stands before the quotes of column {place + 1}", 'the name, or "name"')
    check_names([column for column in columns if column.strip()], file, line)


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the rows of a table are to be cut. With `mends_lines` a line inside of a cell ends as in other files."""

    file: str
    delimiter: str
    columns: tuple[str, ...]
    mends_lines: bool


def _records(lines: Iterable[str], layout: _Layout, before: int) -> Iterator[Record | BadInput]:
    """Yield what follows the first `before` lines; rows in which no cell holds anything are passed over."""
    # Strict, because else a quote left open would swallow the rest of the file as one cell, without a word.
    reader = csv.reader(lines, delimiter=layout.delimiter, strict=True)
    columns, file, mends_lines = layout.columns, layout.file, layout.mends_lines
    nameless = [place for place, column in enumerate(columns) if not column.strip()]
    width = len(columns)
    line = before + 1
    while True:
        try:
            for cells in reader:
                if mends_lines and any("\r\n" in cell for cell in cells):
                    cells = [cell.replace("\r\n", "\n") for cell in cells]
                if cells and not cells[0][:1].strip() and not any(map(str.strip, cells)):
                    pass
                elif len(cells) == width:
                    fields: dict[str, object] = dict(zip(columns, cells, strict=True))
                    yield (
                        Record(line, fields) if not nameless else _without(nameless, Record(line, fields), cells, file)
                    )
                elif cells:
                    yield BadInput(file, line, f"the row has {len(cells)} cells", f"{width}, as in the header")
                line = before + reader.line_num + 1
        except csv.Error as error:  # the reader itself can go on, at the next line
            yield BadInput(file, line, f"broken row: {error}", "cells quoted as CSV quotes")
            line = before + reader.line_num + 1
        else:
            return


def _without(nameless: list[int], record: Record, cells: list[str], file: str) -> Record | BadInput:
    """Return a record without the cells of columns that have no name, or, where one holds something, what is wrong."""
    for place in nameless:
        if cells[place].strip():
            problem = f"column {place + 1} has no name and holds {cells[place].strip()[:40]}"
            return BadInput(file, record.line, problem, "a name for each column that holds something")
    return Record(record.line, {column: cell for column, cell in record.fields.items() if column.strip()})
