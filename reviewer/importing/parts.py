"""The one loop by which rows are stored, whatever they are rows of: part by part, each on disk before the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol, TypeVar

from reviewer.errors import BadInput
from reviewer.importing.labels import ImportTally
from reviewer.store.engine import Engine

R = TypeVar("R")
R_contra = TypeVar("R_contra", contravariant=True)


class PartStore(Protocol[R_contra]):
    """What stores rows of one kind and keeps count of what it did."""

    @property
    def tally(self) -> ImportTally:
        """What was done so far."""

    def add(self, rows: Sequence[R_contra]) -> None:
        """Store one part in one transaction."""

    def finish(self) -> None:
        """Do what needs all rows."""


def store_parts(engine: Engine, rows: Iterable[R | BadInput], parts: PartStore[R], size: int) -> Iterator[ImportTally]:
    """Store the rows, `size` at a time, and yield the tally after each part is on disk. Bad rows are passed over.

    Storing is idempotent, so an import that was stopped goes on when the same command is given again. Each part is one
    short transaction, so raters at work on the same file are not held up.
    """
    good = (row for row in rows if not isinstance(row, BadInput))
    with engine.loading():
        while part := list(islice(good, size)):
            parts.add(part)
            yield parts.tally
        parts.finish()
        yield parts.tally
