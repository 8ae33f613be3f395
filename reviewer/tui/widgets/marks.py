"""A text with ranges that are shown differently. Pure; what a kind looks like is the pane's business."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate


class MarkKind(Enum):
    """Why a range is marked. Where marks overlap, the later kind is on top."""

    ROLE = "role"
    DIFFERENCE = "difference"
    SECRET = "secret"
    FIND = "find"
    FIND_CURRENT = "find-current"


ORDER = {kind: place for place, kind in enumerate(MarkKind)}


@dataclass(frozen=True, slots=True)
class Mark:
    """A range of visible text and why it is marked."""

    start: int
    end: int
    kind: MarkKind


@dataclass(frozen=True, slots=True)
class PaneText:
    """A foreign text as it came, and marks whose offsets refer to `visible(text)`."""

    text: str
    marks: tuple[Mark, ...] = ()


class Marks:
    """The marks of one text, found by range without looking at all of them."""

    def __init__(self, marks: Iterable[Mark] = ()) -> None:
        self._marks = sorted(marks, key=lambda mark: mark.start)
        self._starts = [mark.start for mark in self._marks]
        # The furthest end among the marks up to each: it only grows, so it can be searched like the starts.
        self._reach = list(accumulate((mark.end for mark in self._marks), max))

    def within(self, start: int, end: int) -> list[Mark]:
        """Return the marks that overlap the range, the ones on top last."""
        first, last = bisect_right(self._reach, start), bisect_left(self._starts, end)
        found = [mark for mark in self._marks[first:last] if mark.end > start and mark.end > mark.start]
        return sorted(found, key=lambda mark: ORDER[mark.kind]) if len(found) > 1 else found
