"""What the store asks of a database engine. The SQL text is the same for every engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Row = tuple[Any, ...]
Parameters = Mapping[str, object]

# How many values one statement looks for. Databases find a named parameter by going through all names, so a list of
# thousands costs its square; a list of always the same length is prepared once.
AMONG = 200


class Engine(Protocol):
    """One open database, used on the thread that opened it. SQL has `:named` parameters."""

    path: str
    read_only: bool

    def rows(self, sql: str, parameters: Parameters = ...) -> list[Row]:
        """Return every row that `sql` gives."""

    def stream(self, sql: str, parameters: Parameters = ...) -> Iterator[Row]:
        """Yield the rows that `sql` gives, without holding them all."""

    def run(self, sql: str, parameters: Parameters = ...) -> int:
        """Run one writing statement inside `writing` and return how many rows it changed."""

    def run_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one writing statement for each of `rows` inside `writing`."""

    def writing(self) -> AbstractContextManager[None]:
        """Hold the one write lock; commit durably at the end, or roll everything back on any exception."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Read one state of the database throughout, whatever others write meanwhile."""

    def loading(self) -> AbstractContextManager[None]:
        """Make ready for much writing in a row, in transactions of the caller's."""

    def index_words(self, rows: Iterable[tuple[int, str, str]]) -> None:
        """Add (response number, prompt text, response text) rows to the full-text index, inside `writing`."""

    def forget_words(self, row: tuple[int, str, str]) -> None:
        """Take a (response number, prompt text, response text) row out of the full-text index, inside `writing`."""

    def overwriting(self) -> AbstractContextManager[None]:
        """Leave nothing of what is replaced meanwhile in the database's files."""

    def find_words(self, query: str) -> list[int]:
        """Return the numbers of the responses that hold every word of `query`, best first."""

    def forgive(self) -> None:
        """Read text that is no UTF-8 any more, as a flipped bit leaves it; each bad byte becomes a lone surrogate."""

    def faults(self) -> list[str]:
        """Return what the engine itself finds wrong in its file, in its own words."""

    def close(self) -> None:
        """Close the database."""


def among(engine: Engine, sql: str, values: Sequence[object], parameters: Parameters | None = None) -> Iterator[Row]:
    """Yield the rows of `sql`, in which `{values}` stands for a list of any length, asked in parts."""
    names = [f"among{place}" for place in range(AMONG)]
    text = sql.replace("{values}", ", ".join(f":{name}" for name in names))
    for first in range(0, len(values), AMONG):
        part = values[first : first + AMONG]
        # The last part is filled up with a value that is asked for anyway.
        filled = [*part, *[part[-1]] * (AMONG - len(part))]
        yield from engine.rows(text, {**(parameters or {}), **dict(zip(names, filled, strict=True))})
