"""Rows in which a rater labels a response again: neither another sample of its configuration, nor lost.

Where each row is one rating, rows of one rater that differ in nothing but the answer are about one response: were they
two, whatever the rater contradicts herself in would be gone, and each response counted twice. Where each row is one
response, an equal row is another sample of it, as long as nobody answers it otherwise; then a column has to say which
sample it is.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum

from reviewer.errors import BadInput
from reviewer.formats.mapping.row import Row, RowLabel
from reviewer.model import repeat_name

_OTHERWISE = (
    "one label of a rater on a response; --repeats keep stores them as repeats of that rater, --repeats once counts"
    " equal ones once, and a column mapped to sample tells samples apart"
)
_CHECKED = 32  # bits of the check sum of an answer, kept beside the line on which it stands


class Repeats(StrEnum):
    """What becomes of a label that a rater gave before, to the same question about the same response.

    `refuse` stops at it; `once` passes over one that says the same and stops at any other; `keep` stores it as a label
    of the rater's repeat.
    """

    REFUSE = "refuse"
    ONCE = "once"
    KEEP = "keep"


class ToldApart:
    """The rows of a file, with repeated labels as `repeats` wants them; `count` of them were met so far.

    In a `long` file each row is one rater's rating. A row that is refused is given as the error it would be.
    """

    def __init__(self, rows: Iterable[Row | BadInput], repeats: Repeats, file: str, *, long: bool) -> None:
        self.count = 0
        self._rows = rows
        self._repeats = repeats
        self._file = file
        self._long = long
        # Whether equal rows are about one response, whatever they answer.
        self._one = long or repeats is not Repeats.REFUSE
        # By hash, since a file may have a million labels: of each the line, and the check sum of what it says.
        self._said: dict[int, int] = {}
        self._labelled: dict[int, int] = {}

    def __iter__(self) -> Iterator[Row | BadInput]:
        for row in self._rows:
            if isinstance(row, BadInput) or row.text is None or not (self._long or row.labels or row.golds):
                yield row
            else:
                yield self._told(row)

    def _told(self, row: Row) -> Row | BadInput:
        response = _response(row)
        problem = self._problem(row, response)
        if problem is not None:
            return BadInput(self._file, row.line, problem, _OTHERWISE)
        for question, value in row.golds:
            self._said.setdefault(hash((response, question)), _packed(row.line, value))
        if not self._one:
            for label in row.labels:
                self._said.setdefault(_key(response, label.rater, label.question), _packed(row.line, _answer(label)))
            return row
        labels = tuple(one for label in row.labels if (one := self._kept(label, response, row.line)) is not None)
        by = row.labels[0].rater if self._long and row.labels else ""
        return row._replace(
            labels=labels, labelled=self._labelled.setdefault(hash((response, by)), len(self._labelled))
        )

    def _problem(self, row: Row, response: int) -> str | None:
        """Return what an earlier row has against this one, None where it has nothing."""
        for question, value in row.golds:
            before = self._said.get(hash((response, question)))
            if before is not None and before != _packed(before >> _CHECKED, value):
                return f"gold:{question} is not what line {before >> _CHECKED} says of the same response"
        if self._repeats is Repeats.KEEP:
            return None
        for label in row.labels:
            before = self._said.get(_key(response, label.rater, label.question))
            if before is None:
                continue
            line = before >> _CHECKED
            differs = before != _packed(line, _answer(label))
            if differs or (self._long and self._repeats is Repeats.REFUSE):
                how = "another answer than" if differs else "the same answer as"
                return f"{label.rater} answers {label.question} of a response again, {how} on line {line}"
        return None

    def _kept(self, label: RowLabel, response: int, line: int) -> RowLabel | None:
        number = 1
        while (key := _key(response, repeat_name(label.rater, number), label.question)) in self._said:
            number += 1
        if number > 1:
            self.count += 1
            if self._repeats is not Repeats.KEEP:
                return None
        self._said[key] = _packed(line, _answer(label))
        return label if number == 1 else replace(label, rater=repeat_name(label.rater, number))


def _response(row: Row) -> int:
    """Return what is the same in all rows about one response: where a sample is named what its id is made of."""
    if row.sample is not None:
        return hash((row.messages, row.model, row.text, row.sample))
    return hash(row._replace(line=0, labels=(), golds=(), replaced=None))


def _key(response: int, rater: str, question: str) -> int:
    return hash((response, rater, question))


def _answer(label: RowLabel) -> str:
    if label.value is None:
        return f"? {label.raw}"
    return f"= {label.value}" if label.probability is None else f"= {label.value} {label.probability}"


def _packed(line: int, answer: str) -> int:
    return line << _CHECKED | zlib.crc32(answer.encode())
