"""One rater over time and over the screen: drift away from the others, preference for a pane position.

Tests are exact where counts are small, and their p is None, with the reason, where there is nothing to test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import comb, erfc, exp, gamma, sqrt

LEAST_EXPECTED = 5.0  # the chi-square distribution is no good where fewer are expected in a place


@dataclass(frozen=True, slots=True)
class RaterWindow:
    """One stretch of a rater's labels: how many could be compared, and what share agreed."""

    compared: int
    agreement: float | None


@dataclass(frozen=True, slots=True)
class Drift:
    """How a rater's agreement with the others went over time.

    `p` is that of Fisher's exact test, two-sided, of the first half against the second; `undefined` why there is none.
    """

    windows: tuple[RaterWindow, ...]
    first_half: RaterWindow
    second_half: RaterWindow
    p: float | None
    undefined: str | None


def drift(own: Sequence[int], others: Sequence[int], *, windows: int = 4) -> Drift:
    """Compare a rater's labels, in the order in which they were given, with the majority of the others.

    Args:
        own: the rater's codes.
        others: what the majority of the others gave to the same units, -1 where they have none; such are left out.
        windows: into how many consecutive stretches, as even as can be, the labels are cut for show.
    """
    agreed = [one == other for one, other in zip(own, others, strict=True) if one >= 0 and other >= 0]
    halves = _cut(agreed, 2)
    first, second = (_window(half) for half in halves)
    p = fisher_exact(sum(halves[0]), len(halves[0]), sum(halves[1]), len(halves[1]))
    undefined = None
    if p is None:
        undefined = "no label in one of the halves" if len(agreed) < 2 else "all labels agree, or none does"
    return Drift(tuple(_window(part) for part in _cut(agreed, windows)), first, second, p, undefined)


def _cut(agreed: list[bool], parts: int) -> list[list[bool]]:
    bounds = [len(agreed) * part // parts for part in range(parts + 1)]
    return [agreed[start:end] for start, end in pairwise(bounds)]


def _window(agreed: list[bool]) -> RaterWindow:
    return RaterWindow(len(agreed), sum(agreed) / len(agreed) if agreed else None)


def fisher_exact(hits: int, of: int, other_hits: int, other_of: int) -> float | None:
    """Return the two-sided p of Fisher's exact test that two shares are one: all tables no likelier than this one.

    None where a share has no denominator, or all or nothing are hits: only one table is possible.
    """
    every = hits + other_hits
    if not of or not other_of or every in (0, of + other_of):
        return None
    ways = [
        comb(of, mine) * comb(other_of, every - mine) for mine in range(max(0, every - other_of), min(of, every) + 1)
    ]
    seen = comb(of, hits) * comb(other_of, other_hits)
    return sum(way for way in ways if way <= seen) / sum(ways)


@dataclass(frozen=True, slots=True)
class PositionPreference:
    """How often the response in each pane, from the first, was chosen.

    `p` is of all panes being equally likely: exact binomial for two, chi-square for more; `undefined` says why there
    is none.
    """

    chosen: tuple[int, ...]
    shares: tuple[float, ...]
    p: float | None
    undefined: str | None


def position_preference(chosen: Sequence[int]) -> PositionPreference:
    """Return whether choices fall evenly on the panes, from how often each was chosen.

    Only comparisons that showed all those panes, in shuffled order, say anything here; ties are left out.

    Raises:
        ValueError: fewer than two panes.
    """
    if len(chosen) < 2:
        raise ValueError("a preference for a position needs at least two panes")
    total = sum(chosen)
    shares = tuple(count / total for count in chosen) if total else ()
    expected = total / len(chosen)
    if not total:
        return PositionPreference(tuple(chosen), shares, None, "nothing was chosen")
    if len(chosen) == 2:
        return PositionPreference(tuple(chosen), shares, _sign_test(chosen[0], total), None)
    if expected < LEAST_EXPECTED:
        why = f"{total} choices among {len(chosen)} panes; at least {LEAST_EXPECTED:g} a pane are needed"
        return PositionPreference(tuple(chosen), shares, None, why)
    distance = sum((count - expected) ** 2 / expected for count in chosen)
    return PositionPreference(tuple(chosen), shares, chi_square_tail(distance, len(chosen) - 1), None)


def _sign_test(hits: int, total: int) -> float:
    """Return the exact two-sided p of `hits` among `total` at even chances."""
    fewer = min(hits, total - hits)
    ways: int = sum(comb(total, count) for count in range(fewer + 1))
    return min(1.0, 2.0 * (ways / (1 << total)))


def chi_square_tail(distance: float, freedom: int) -> float:
    """Return the chance that chi-square with `freedom` ≥ 1 exceeds `distance` (Abramowitz and Stegun 26.4.4)."""
    half = distance / 2.0
    tail, start = (erfc(sqrt(half)), 1) if freedom % 2 else (exp(-half), 2)
    for degrees in range(start, freedom, 2):
        tail += half ** (degrees / 2.0) * exp(-half) / gamma(degrees / 2.0 + 1.0)
    return tail
