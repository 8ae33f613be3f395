"""How many more items until the alternative annotator test can pass, from the spread seen so far.

With a chance of 80 %, if people and grader are as near to each other as now.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from reviewer.statistics.grader_error.alternative_annotator import (
    FEWEST_ITEMS,
    AlternativeTest,
    PersonComparison,
    threshold,
)
from reviewer.statistics.interval import NORMAL, t_quantile

CHANCE = 0.8
POWER = NORMAL.inv_cdf(CHANCE)


@dataclass(frozen=True, slots=True)
class GoldPlan:
    """How many `more` items of each person; None where more cannot be expected to help, with the reason."""

    more: int | None
    why: str


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
