"""The errors that a user can mend; each says what is wrong and what was expected.

A `ReviewerError` becomes one line on stderr and exit status 1. Anything else that escapes is a fault of the program.
"""

from __future__ import annotations


class ReviewerError(Exception):
    """Something that the user can mend; its text is shown as it stands."""


class BadInput(ReviewerError):
    """A mistake in a file that a user wrote or gave."""

    def __init__(self, file: str, line: int | None, problem: str, expected: str = "") -> None:
        """Say what is wrong at `file:line` and, where that helps, what was `expected` there."""
        self.file = file
        self.line = line
        self.problem = problem
        self.expected = expected
        place = file if line is None else f"{file}:{line}"
        super().__init__(f"{place}: {problem}" + (f"; expected {expected}" if expected else ""))


class NotFound(ReviewerError):
    """A name that nothing answers to."""


class StoreError(ReviewerError):
    """The database file cannot be used as asked."""


class Refused(ReviewerError):
    """A request that the rules of the study, or of evidence already stored, forbid."""
