"""What the store asks of a database engine. The SQL text is the same for every engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

Row = tuple[Any, ...]
Parameters = Mapping[str, object]


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

    def index_words(self, rows: Iterable[tuple[int, str, str]]) -> None:
        """Add (response number, prompt text, response text) rows to the full-text index, inside `writing`."""

    def find_words(self, query: str) -> list[int]:
        """Return the numbers of the responses that hold every word of `query`, best first."""

    def close(self) -> None:
        """Close the database."""
