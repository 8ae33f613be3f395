"""How far a rate differs between two sides: by gold, by the grader, and by the grader corrected by gold.

Sides are configurations, or one against all others. What is compared is the rate of each over the whole population, so
that a difference is that of the rates beside it; units of one prompt go together, which is what pairs the sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from reviewer.statistics.arrays import Codes, Flags, Floats
from reviewer.statistics.estimate import Estimate
from reviewer.statistics.grader_error.rate_parts import RateParts
from reviewer.statistics.grader_error.rates import (
    ENOUGH_PROMPTS,
    FEW_PROMPTS,
    clustered,
    corrected_totals,
    no_correction,
)
from reviewer.statistics.interval import t_below
from reviewer.statistics.linear_variance import LONE, LinearVariance, linear_variance
from reviewer.statistics.sample_design import RateTarget, SampleDesign, census

NO_SIDE = "no unit with gold counts on one side"
NO_PROMPT = "no prompt has a response that counts of both"


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two rates, with what a test of it needs.

    Attributes:
        estimate: the first less the second, with its 95 % interval.
        spread: its variance; None where that is undefined.
        units: that were looked at for it, on both sides.
        clusters: prompts behind these, on the side that has fewer.
        population: units that both sides stand for, looked at or not.
    """

    estimate: Estimate
    spread: LinearVariance | None
    units: int
    clusters: int
    population: int

    @property
    def p(self) -> float | None:
        """The two-sided p of no difference, by Student's t; None where that cannot be asked."""
        if self.spread is None or self.estimate.value is None or self.spread.error <= 0.0:
            return None
        return min(1.0, 2.0 * t_below(-abs(self.estimate.value) / self.spread.error, self.spread.degrees))


def both_answered(clusters: Codes, first: Flags, second: Flags) -> Flags:
    """Return the units, of either side, of prompts that have units on both."""
    common = np.intersect1d(clusters[first], clusters[second])
    return (first | second) & np.isin(clusters, common)


def difference(parts: RateParts, design: SampleDesign, first: Flags, second: Flags) -> Difference:
    """Return the rate of the units `first` less that of the units `second`, by the drawn units alone.

    Args:
        parts: what each unit adds, shape (units,) of the design; that of units that were not drawn is not used.
        design: how they were drawn.
        first: which units are of the one side.
        second: which are of the other.
    """
    return combination([(1.0, parts)], design, first, second)


def combination(
    measures: Sequence[tuple[float, RateParts]], design: SampleDesign, first: Flags, second: Flags
) -> Difference:
    """Return Σ factor · (rate of `first` - rate of `second`) over `measures`, each a factor and the parts of its rate.

    With the grader's rate at 1 and gold's at -1 it is by how much more the grader's rate lies above gold's on the first
    side than on the second.
    """
    seen = design.seen
    weights = design.weights
    value = 0.0
    influence, sides = np.zeros(len(design)), np.zeros(len(design))
    for sign, side in ((1.0, first), (-1.0, second)):
        for factor, parts in measures:
            below = float(weights @ (parts.below * side))
            if below <= 0.0:
                return _nothing(Estimate(None, undefined=NO_SIDE), design, first | second)
            rate = float(weights @ (parts.above * side)) / below
            value += sign * factor * rate
            influence += sign * factor * side * (parts.above - rate * parts.below) / below
            sides = np.maximum(sides, np.where(side & seen & parts.counted, 1.0 / below, 0.0))
    return _found(value, influence, influence, sides, design, first, second)


def corrected_difference(
    gold: RateParts, grader: RateParts, design: SampleDesign, first: Flags, second: Flags
) -> Difference:
    """Return the difference of two corrected rates, each tuned on its own side (PPI++, Angelopoulos et al. 2023).

    Arguments are as in `rates.corrected`; sides as in `difference`.
    """
    value = 0.0
    influence, rest, sides = np.zeros(len(design)), np.zeros(len(design)), np.zeros(len(design))
    for sign, side in ((1.0, first), (-1.0, second)):
        own = design.take(side)
        parts, judged = gold.take(side), grader.take(side)
        reason = no_correction(parts, own)
        totals = None if reason else corrected_totals(parts, judged, own, 0.0 if own.complete else None)
        if totals is None:
            return _nothing(Estimate(None, undefined=reason or NO_SIDE), design, first | second)
        value += sign * totals.value
        influence[side], rest[side] = sign * totals.influence, sign * totals.rest
        sides[side] = totals.side
    return _found(value, influence, rest, sides, design, first, second)


def raw_difference(parts: RateParts, design: SampleDesign, first: Flags, second: Flags) -> Difference:
    """Return the difference of the rates of all units, drawn or not: what the grader says."""
    whole = replace(census(design.clusters, design.configurations, design.names), target=RateTarget.BEYOND)
    return difference(parts, whole, first, second)


def difference_of(value: float, influence: Floats, design: SampleDesign, undefined: str) -> Difference:
    """Return a difference of two figures of the same units from its value, nan where undefined, and its influence.

    `influence` is of each unit for one unit of weight, shape (units,).
    """
    every = np.ones(len(design), bool)
    if np.isnan(value):
        return _nothing(Estimate(None, undefined=undefined), design, every)
    sides = np.full(len(design), 1.0 / float(design.weights.sum()))
    return _found(value, influence, influence, sides, design, every, every)


def _found(
    value: float,
    influence: Floats,
    rest: Floats,
    sides: Floats,
    design: SampleDesign,
    first: Flags,
    second: Flags,
) -> Difference:
    seen = design.seen
    kept = (first | second) & (sides > 0.0) & seen
    own = design.take(kept)
    spread = linear_variance(influence[kept], own, rest=rest[kept], sides=sides[kept])
    if spread is None:
        return _nothing(Estimate(value, undefined=LONE), design, first | second)
    if design.target is RateTarget.THESE and own.complete and design.take(first | second).complete:
        estimate = Estimate(value, value, value)
    else:
        low, high = max(value - spread.reach, -1.0), min(value + spread.reach, 1.0)
        estimate = Estimate(value, low, high, warning=_narrowness(own, spread))
    clusters = min(len(np.unique(design.clusters[side & kept])) for side in (first, second))
    return Difference(estimate, spread, int(kept.sum()), clusters, _stood_for(design, first | second))


def _narrowness(own: SampleDesign, spread: LinearVariance) -> str | None:
    few = clustered(own) and spread.clusters < ENOUGH_PROMPTS
    return FEW_PROMPTS.format(prompts=spread.clusters) if few else None


def _stood_for(design: SampleDesign, either: Flags) -> int:
    return max(int(either.sum()), round(float(design.weights[either].sum())))


def _nothing(estimate: Estimate, design: SampleDesign, either: Flags) -> Difference:
    return Difference(estimate, None, int((either & design.seen).sum()), 0, _stood_for(design, either))
