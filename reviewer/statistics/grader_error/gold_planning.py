"""How much more gold until a question is settled: estimates from the spread seen so far.

Both ask for a chance of 80 % that the interval, or the test, then says so, if the difference is what it is now.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from reviewer.statistics.agreement.bootstrap import NORMAL
from reviewer.statistics.grader_error.alternative_annotator import (
    FEWEST_ITEMS,
    AlternativeTest,
    PersonComparison,
    threshold,
)
from reviewer.statistics.grader_error.interval import Z, t_quantile
from reviewer.statistics.grader_error.ranking import Flip

CHANCE = 0.8
POWER = NORMAL.inv_cdf(CHANCE)


@dataclass(frozen=True, slots=True)
class GoldPlan:
    """How many `more` units with gold; None where more cannot be expected to help, with the reason."""

    more: int | None
    why: str


def for_flip(flip: Flip, units: int) -> GoldPlan:
    """Return how many more units the interval of a flip's difference by gold needs to leave out 0.

    `units` have gold now; the spread goes with one over their root.
    """
    low, high, value = flip.gold.low, flip.gold.high, flip.gold.value
    if low is not None and high is not None and (low > 0.0 or high < 0.0):
        return GoldPlan(0, "the interval of the difference leaves out 0")
    if not value:
        return GoldPlan(None, "gold sees no difference")
    needed = math.ceil(units * (((Z + POWER) * flip.spread) / value) ** 2)
    return GoldPlan(max(needed - units, 0), f"a difference of {value:.3f} with this spread")


def for_alternative(found: AlternativeTest) -> GoldPlan:
    """Return how many more items each person needs for the alternative annotator test to pass.

    Counts for the half of the people that need least.
    """
    if found.passes:
        return GoldPlan(0, "the test passes")
    people = [one for one in found.people if one.items > 1]
    if not people:
        return GoldPlan(None, "no two people labelled the same items")
    needed = sorted(_needed(one, found.epsilon, threshold(len(people))) for one in people)
    most = needed[-(-len(people) // 2) - 1]
    if math.isinf(most):
        return GoldPlan(None, f"people are ahead of the grader by the allowance {found.epsilon:g} or more")
    now = min(one.items for one in people)
    return GoldPlan(max(math.ceil(most) - now, 0), "with people and grader as near to each other as now")


def _needed(one: PersonComparison, epsilon: float, limit: float) -> float:
    """Return how many items the test against one person needs."""
    room = epsilon - one.behind
    if room <= 0.0:
        return math.inf
    degrees = max(one.items - 1, FEWEST_ITEMS - 1)
    strict = t_quantile(1.0 - limit, degrees)
    return max(FEWEST_ITEMS, ((strict + POWER) * one.spread / room) ** 2)
