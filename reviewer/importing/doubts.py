"""What a table says that was understood, and may be meant otherwise: told to whoever imports it, and not refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from reviewer.formats.mapping.row import Row
from reviewer.text.missing_values import is_missing_value


class Doubts:
    """What is met of it in one reading of a file, which messages call `file`."""

    def __init__(self, file: str) -> None:
        self.found: list[str] = []
        self._file = file

    def see_response(self, row: Row) -> None:
        """Note a response that is a word for a missing value: a model may have said it."""
        if is_missing_value(row.text or ""):
            self.found.append(
                f"{self._file}:{row.line}: the response is {(row.text or '').strip()}, as other programs write a"
                " missing value; it is taken for what the model said"
            )

    def compare(self, word: str, names: Iterable[tuple[str, int]], stored: Iterable[str]) -> None:
        """Note names, each with the line on which it comes first, that differ from others in case or accents alone."""
        known: dict[str, set[str]] = {}
        for name in stored:
            known.setdefault(_folded(name), set()).add(name)
        for name, line in names:
            alike = known.setdefault(_folded(name), set())
            if alike and name not in alike:
                self.found.append(
                    f"{self._file}:{line}: {word} {name} is another than {min(alike)}; they differ in small and"
                    " capital letters, or in how accents are written"
                )
            alike.add(name)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
