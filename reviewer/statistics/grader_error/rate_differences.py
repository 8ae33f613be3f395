"""Differences of a rate between every two configurations: by gold, by the grader, and what may be said of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from reviewer.statistics.arrays import Flags
from reviewer.statistics.estimate import Estimate
from reviewer.statistics.grader_error.claims import Claim, claims
from reviewer.statistics.grader_error.difference import Difference, corrected_difference, difference, raw_difference
from reviewer.statistics.grader_error.rate_estimates import RateUnits
from reviewer.statistics.grader_error.rate_parts import parts_of


@dataclass(frozen=True, slots=True)
class RateDifference:
    """The rate of `first` less that of `second`.

    Attributes:
        gold: by the gold alone.
        raw: by the grader as it is.
        claim: what may be said, all pairs being one family: by the grader corrected by gold where that can be done, as
            `corrected` says, else by the gold alone.
    """

    first: str
    second: str
    gold: Estimate
    raw: Estimate
    corrected: bool
    claim: Claim


def rate_differences(rate: RateUnits, matters: float) -> list[RateDifference]:
    """Return the differences of every two configurations that have units, as one family."""
    found = list(_pairs(rate))
    said = claims([(f"{first} less {second}", best) for first, second, *_, best in found], matters)
    return [
        RateDifference(first, second, gold.estimate, raw.estimate, best is not gold, claim)
        for (first, second, gold, raw, best), claim in zip(found, said, strict=True)
    ]


def _pairs(rate: RateUnits) -> Iterator[tuple[str, str, Difference, Difference, Difference]]:
    """Yield two names with their differences by gold and by the grader, and the better one to speak of."""
    design = rate.by_gold()
    gold = parts_of(rate.gold)
    judged = rate if rate.judged.all() else rate.of(rate.judged)
    grader = parts_of(judged.grader)
    correctable = rate.why_not() is None and not design.complete
    names = list(enumerate(rate.design.names))
    for (one, first), (other, second) in combinations(names, 2):
        sides = _sides(rate, one, other)
        if not (sides[0].any() and sides[1].any()):
            continue
        by_gold = difference(gold, design, *sides)
        raw = raw_difference(grader, judged.design, *_sides(judged, one, other))
        best = corrected_difference(gold, grader, design, *sides) if correctable else by_gold
        yield first, second, by_gold, raw, by_gold if best.estimate.value is None else best


def _sides(rate: RateUnits, one: int, other: int) -> tuple[Flags, Flags]:
    return rate.design.configurations == one, rate.design.configurations == other
