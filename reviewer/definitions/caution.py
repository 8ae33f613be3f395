"""What is no mistake in a definition, and what whoever wrote it wants to hear all the same. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.definitions.toml_lines import Step


@dataclass(frozen=True, slots=True)
class Caution:
    """A part of a definition that may not be meant as it stands.

    `about` names the part, `path` leads to it in the file, where it has a place of its own there.
    """

    about: str
    problem: str
    expected: str = ""
    path: tuple[Step, ...] = ()

    def __str__(self) -> str:
        """Return it as a sentence, in the form that errors have."""
        return f"{self.about}: {self.problem}" + (f"; expected {self.expected}" if self.expected else "")


def listed(words: Sequence[str], joined_by: str = "or") -> str:
    """Return words as a sentence lists them: `a, b or c`."""
    *first, last = words
    return f"{', '.join(first)} {joined_by} {last}" if first else last
