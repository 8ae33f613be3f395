"""Tables of text with a separator: CSV and TSV.

Knows quoting, headers and lines; knows nothing of what the columns mean.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from reviewer.errors import BadInput
from reviewer.formats.tables.record import Record
from reviewer.formats.tables.table_format import TableContent, TableFormat

DELIMITERS = ",;\t"

_LARGEST_CELL = 2**31 - 1
_LONGEST_HEADER = 1000  # lines; past that a quote was left open, and the rest of the file need not be read to say so


def read_csv(stream: BinaryIO, file: str, delimiters: str = DELIMITERS) -> TableContent:
    """Read the header of `stream`, UTF-8 with or without a byte order mark, and return the table.

    Of `delimiters` the one is taken that cuts the header into most columns, the first of equals. Text is decoded in
    blocks, so a `UnicodeDecodeError` does not know its line; the caller, who can open the file again, finds it.
    """
    # The csv module has one limit for the whole process, and it is below the length of a long response.
    csv.field_size_limit(_LARGEST_CELL)
    # Lines end at "\n" alone: a carriage return inside a cell survives, and lines are counted as editors count them.
    lines = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="\n")
    blank, header = _header_lines(lines, file)
    delimiter, columns = _header_columns(header, delimiters, file, blank + 1)
    _check_columns(columns, file, blank + 1)
    return TableContent(columns, _records(lines, delimiter, columns, file, blank + len(header)))


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
    for place, column in enumerate(columns):
        if not column.strip():
            raise BadInput(file, line, f"column {place + 1} has no name", "a name for each column")
        if column in columns[:place]:
            raise BadInput(file, line, f'two columns are named "{column}"', "each name once")


def _records(
    lines: Iterable[str], delimiter: str, columns: tuple[str, ...], file: str, before: int
) -> Iterator[Record | BadInput]:
    """Yield what follows the first `before` lines."""
    # Strict, because else a quote left open would swallow the rest of the file as one cell, without a word.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    width = len(columns)
    line = before + 1
    while True:
        try:
            for cells in reader:
                if len(cells) == width:
                    yield Record(line, dict(zip(columns, cells, strict=True)))
                elif cells:
                    yield BadInput(file, line, f"the row has {len(cells)} cells", f"{width}, as in the header")
                line = before + reader.line_num + 1
        except csv.Error as error:  # the reader itself can go on, at the next line
            yield BadInput(file, line, f"broken row: {error}", "cells quoted as CSV quotes")
            line = before + reader.line_num + 1
        else:
            return
