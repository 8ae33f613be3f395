"""The words in which two texts differ, as marks. Pure; a matter of words, so white space is not compared.

Words that occur once in both texts hold the two together, as in a patience diff: that stays fast where difflib alone is
quadratic. difflib compares the short stretches in between; a long one without such a word differs as a whole.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from reviewer.tui.widgets.marks import Mark, MarkKind

_WORD = re.compile(r"\w+|[^\w\s]")
# A stretch of this many words times this many is left to difflib.
_SMALL = 50 * 50
_DEPTH = 16


@dataclass(frozen=True, slots=True)
class Differences:
    """What the left text has and the right has not, and the other way round."""

    left: tuple[Mark, ...]
    right: tuple[Mark, ...]


class _Stretch(NamedTuple):
    """Words of the left text against words of the right one."""

    left: range
    right: range
    depth: int = 0


class _Words:
    """The words of a text and where they stand."""

    def __init__(self, text: str) -> None:
        matches = list(_WORD.finditer(text))
        self.text = text
        self.words = [match[0] for match in matches]
        self.spans = [match.span() for match in matches]

    def marks(self, differing: Iterable[int]) -> tuple[Mark, ...]:
        """Return marks over the words that differ, one over neighbours with nothing but white space between them."""
        spans: list[tuple[int, int]] = []
        last = -2
        for word in sorted(differing):
            start, end = self.spans[word]
            joined = word == last + 1 and "\n" not in self.text[spans[-1][1] : start]
            if joined:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
            last = word
        return tuple(Mark(start, end, MarkKind.DIFFERENCE) for start, end in spans)


def differences(left: str, right: str) -> Differences:
    """Return the words in which two visible texts differ."""
    before, after = _Words(left), _Words(right)
    lost: list[int] = []
    gained: list[int] = []
    for stretch in _differing(before.words, after.words):
        lost += stretch.left
        gained += stretch.right
    return Differences(before.marks(lost), after.marks(gained))


def _differing(left: list[str], right: list[str]) -> Iterator[_Stretch]:
    """Yield the stretches that have nothing in common, in no order."""
    open_stretches = [_Stretch(range(len(left)), range(len(right)))]
    while open_stretches:
        stretch = _trimmed(open_stretches.pop(), left, right)
        if not stretch.left or not stretch.right:
            yield stretch
            continue
        if len(stretch.left) * len(stretch.right) <= _SMALL:
            yield from _compared(stretch, left, right)
            continue
        anchors = _anchors(stretch, left, right) if stretch.depth < _DEPTH else []
        if not anchors:
            yield stretch
            continue
        open_stretches += _between(stretch, anchors)


def _trimmed(stretch: _Stretch, left: list[str], right: list[str]) -> _Stretch:
    """Return a stretch without the words that both sides begin and end with."""
    (first, last), (start, end) = _ends(stretch.left), _ends(stretch.right)
    while first < last and start < end and left[first] == right[start]:
        first, start = first + 1, start + 1
    while first < last and start < end and left[last - 1] == right[end - 1]:
        last, end = last - 1, end - 1
    return _Stretch(range(first, last), range(start, end), stretch.depth)


def _ends(words: range) -> tuple[int, int]:
    return words.start, words.stop


def _compared(stretch: _Stretch, left: list[str], right: list[str]) -> Iterator[_Stretch]:
    """Yield what difflib finds to differ in a short stretch."""
    (first, last), (start, end) = _ends(stretch.left), _ends(stretch.right)
    matcher = SequenceMatcher(None, left[first:last], right[start:end], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            yield _Stretch(range(first + i1, first + i2), range(start + j1, start + j2))


def _anchors(stretch: _Stretch, left: list[str], right: list[str]) -> list[tuple[int, int]]:
    """Return words that occur once on each side, as many of them as stand in the same order on both."""
    once_left = _once(stretch.left, left)
    once_right = _once(stretch.right, right)
    return _longest_rise([(place, once_right[word]) for word, place in once_left.items() if word in once_right])


def _once(places: range, words: list[str]) -> dict[str, int]:
    """Return the words that occur once within `places`, and where, in order."""
    counts = Counter(words[places.start : places.stop])
    return {words[place]: place for place in places if counts[words[place]] == 1}


def _longest_rise(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return a longest subsequence of pairs, sorted by their first, whose second rises."""
    smallest: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for place, (_, second) in enumerate(pairs):
        length = bisect_left(smallest, second)
        before.append(ends[length - 1] if length else -1)
        smallest[length : length + 1] = [second]
        ends[length : length + 1] = [place]
    chosen: list[tuple[int, int]] = []
    place = ends[-1] if ends else -1
    while place >= 0:
        chosen.append(pairs[place])
        place = before[place]
    return chosen[::-1]


def _between(stretch: _Stretch, anchors: list[tuple[int, int]]) -> Iterator[_Stretch]:
    """Yield the stretches before, between and after the anchors."""
    first, start = stretch.left.start, stretch.right.start
    for left, right in [*anchors, (stretch.left.stop, stretch.right.stop)]:
        yield _Stretch(range(first, left), range(start, right), stretch.depth + 1)
        first, start = left + 1, right + 1
