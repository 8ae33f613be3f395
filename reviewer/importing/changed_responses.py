"""Which rows of a file bring another text for a response that is known by its id: a correction, most likely.

The response that was there stays, since labels may hang on it, and both are rated until somebody says otherwise. A
file that holds both has two samples, and no change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from reviewer.formats.mapping.row import Row
from reviewer.importing.sample_numbers import NumberedSample
from reviewer.model import Prompt
from reviewer.store import responses
from reviewer.store.engine import Engine


class KnownRow(NamedTuple):
    """A row with a response: its line, the numbers of its prompt, configuration and response, its id and its text."""

    line: int
    prompt: int
    configuration: int
    number: int
    source_id: str
    text: str


def known_rows(
    answered: Iterable[tuple[Row, Prompt]],
    found: Iterable[NumberedSample],
    prompts: Mapping[str, int],
    configuration: Callable[[Row], int],
) -> list[KnownRow]:
    """Return of rows with responses those that may bring another text for a known one.

    They are new, have an id and no number of a sample, and answer one of `prompts`, which were there before the file.
    """
    return [
        KnownRow(row.line, prompts[prompt.id], configuration(row), one.number, row.source_id, row.text or "")
        for (row, prompt), one in zip(answered, found, strict=True)
        if one.new and row.source_id is not None and row.sample is None and prompt.id in prompts
    ]


class ChangedResponses:
    """What one reading of a file, called `file` in messages, found of it."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._replaced: dict[int, tuple[int, str, str]] = {}  # by the number of the response that was there

    def see(self, engine: Engine, new: Sequence[KnownRow]) -> None:
        """Take in the `new` responses of rows to prompts that were known."""
        known = responses.known_as(engine, sorted({row.prompt for row in new})) if new else {}
        for row in new:
            for number, text in known.get((row.prompt, row.configuration, row.source_id), []):
                if number < row.number and text != row.text:
                    self._replaced[number] = row.line, row.source_id, _difference(text, row.text)

    def messages(self, has_met: Callable[[int], bool]) -> Iterator[str]:
        """Yield what is to be said of each response that the file no longer has; `has_met` tells whether it has it."""
        for number, (line, source_id, difference) in self._replaced.items():
            if has_met(number):
                continue
            yield (
                f"{self._file}:{line}: another text for the response with id {source_id}{difference}; the one before,"
                f" response {number}, stays, and both are rated"
            )


def _difference(before: str, after: str) -> str:
    return ", by its line ends alone" if before.splitlines() == after.splitlines() else ""
