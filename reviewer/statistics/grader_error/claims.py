"""What may be said of a family of differences: which differ, which differ by at most x, and where gold is too little.

All sentences that claim a difference come from here. A family is declared as a whole before any of it is looked at;
its p-values are corrected together (Holm 1979), those of "differs" and those of "differs by at most x" (two one-sided
tests, Schuirmann 1987) apart: of the two, only one can be false of a difference.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from reviewer.statistics.grader_error.difference import Difference
from reviewer.statistics.interval import t_below, t_quantile

LEVEL = 0.05
FEWEST_CLUSTERS = 10  # prompts with gold on each side; fewer carry no sentence
CHANCE = 0.8  # with which a plan for more gold is to tell
NORMAL_DEGREES = 1e6  # so many that t is the normal distribution


class ClaimKind(StrEnum):
    """What is known of a difference."""

    DIFFERS = "differs"
    WITHIN = "differs by at most"
    UNSETTLED = "too little gold"


@dataclass(frozen=True, slots=True)
class Claim:
    """What may be said of one difference of a family.

    Attributes:
        name: of the difference.
        kind: which of the three may be said.
        difference: what it is about.
        p: of no difference, corrected for the family; None where too little gold was there to ask.
        p_within: of a difference of `matters` or more, corrected for the family.
        matters: the smallest difference that matters.
        more: how many more units with gold would tell a difference of `matters` with a chance of 80 %; None where no
            number of the units that are there would.
        family: how many differences were asked about together.
    """

    name: str
    kind: ClaimKind
    difference: Difference
    p: float | None
    p_within: float | None
    matters: float
    more: int | None
    family: int


def claims(
    family: Sequence[tuple[str, Difference]],
    matters: float | Sequence[float],
    chances: Sequence[float | None] | None = None,
) -> list[Claim]:
    """Return what may be said of each difference of a family, in its order.

    Args:
        family: names and differences, all that are asked about.
        matters: the smallest difference that matters, one for all or one for each.
        chances: p-values of no difference from a better test than Student's t, one for each; None for t's.
    """
    found = [difference for _, difference in family]
    limits = [matters] * len(family) if isinstance(matters, float) else list(matters)
    enough = [one.clusters >= FEWEST_CLUSTERS and one.spread is not None for one in found]
    own = [one.p for one in found] if chances is None else list(chances)
    asked = [p if there else None for p, there in zip(own, enough, strict=True)]
    within = [_within(one, limit) if there else None for one, limit, there in zip(found, limits, enough, strict=True)]
    differs, alike = holm(asked), holm(within)
    number = sum(p is not None for p in asked)
    return [
        Claim(
            name,
            _kind(differs[place], alike[place]),
            one,
            differs[place],
            alike[place],
            limits[place],
            more_gold(one, limits[place], max(number, 1)),
            number,
        )
        for place, (name, one) in enumerate(family)
    ]


def holm(chances: Sequence[float | None]) -> list[float | None]:
    """Return p-values corrected so that the chance of any false rejection is kept (Holm 1979); None stays None."""
    known = sorted((p, place) for place, p in enumerate(chances) if p is not None)
    found: list[float | None] = [None] * len(chances)
    largest = 0.0
    for rank, (p, place) in enumerate(known):
        largest = max(largest, min(1.0, p * (len(known) - rank)))
        found[place] = largest
    return found


def _kind(differs: float | None, within: float | None) -> ClaimKind:
    if differs is not None and differs <= LEVEL:
        return ClaimKind.DIFFERS
    return ClaimKind.WITHIN if within is not None and within <= LEVEL else ClaimKind.UNSETTLED


def _within(one: Difference, matters: float) -> float | None:
    """Return the p of two one-sided tests that the difference is `matters` or more, to either side."""
    if one.spread is None or one.estimate.value is None or one.spread.error <= 0.0:
        return None
    room = matters - abs(one.estimate.value)
    return t_below(-room / one.spread.error, one.spread.degrees)


def more_gold(one: Difference, matters: float, family: int) -> int | None:
    """Return how many more units need gold to tell a difference of `matters` with a chance of 80 %.

    The variance of the draw goes with one over the units less one over all there are, that of the prompts does not
    fall. None where that alone is too much, or where no variance is known; 0 where what is there would tell.
    """
    if one.spread is None or not one.units:
        return None
    strict = t_quantile(1.0 - LEVEL / (2.0 * family), max(one.spread.degrees, 1.0))
    room = (matters / (strict + t_quantile(CHANCE, NORMAL_DEGREES))) ** 2 - one.spread.around
    if room <= 0.0:
        return None
    left = 1.0 / one.units - 1.0 / one.population
    if one.spread.draw <= 0.0 or left <= 0.0:
        return 0
    needed = math.ceil(1.0 / (room * left / one.spread.draw + 1.0 / one.population))
    return max(needed - one.units, 0)
