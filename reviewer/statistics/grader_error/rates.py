"""Rates with intervals: the grader's own, that of the gold alone, and the grader's corrected by gold.

Gold is a sample of a population whose units all have verdicts. The correction is the difference between both on the
gold, weighted up by the chances with which it was drawn: with equal chances, prediction-powered inference. A rate whose
denominator varies is a ratio, and its variance that of its linear part (delta method). Where prompts repeat, units of
one prompt are taken to go together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reviewer.statistics.agreement.bootstrap import FEWEST_UNITS
from reviewer.statistics.arrays import Codes, Floats
from reviewer.statistics.estimate import NEAR_ZERO, Estimate
from reviewer.statistics.grader_error.interval import Z, bounded
from reviewer.statistics.grader_error.sample import GoldSample, RateParts, every_unit
from reviewer.statistics.sample_design import RateTarget

NOTHING = "no unit counts in this rate"
NO_GOLD = "no unit with gold counts in this rate"
FEW_GOLD = "{units} units with gold; a correction needs at least {least}"
LONE = "a stratum has one unit with gold: how far its units differ cannot be estimated"


def raw(parts: RateParts, prompts: Codes) -> Estimate:
    """Return the rate of all units as they are, with Wilson's interval; `prompts`, shape (units,), may repeat."""
    return share(parts, every_unit(len(parts.above)), prompts)


def share(gold: RateParts, sample: GoldSample, prompts: Codes, target: RateTarget = RateTarget.BEYOND) -> Estimate:
    """Return the rate that the units of a sample alone give, with Wilson's interval for what they are worth.

    Args:
        gold: what the units of the sample add to the rate, in its order.
        sample: how they were drawn.
        prompts: their prompts, shape (units of the sample,).
        target: what the interval is of.
    """
    counted = gold.below > 0.0
    gold, sample, prompts = gold.take(counted), sample.drop(~counted), prompts[counted]
    weights = sample.weights
    if not len(weights):
        return Estimate(None, undefined=NOTHING)
    value = float(weights @ gold.above / (weights @ gold.below))
    if target is RateTarget.THESE and sample.complete:
        return Estimate(value, value, value)
    linear = gold.above - value * gold.below
    spread = _variance(linear, linear, sample, prompts, target)
    if spread is None:
        return Estimate(value, undefined=LONE)
    worth = float(weights.sum() ** 2 / (weights**2).sum())
    return bounded(value, spread, min(worth, len(np.unique(prompts))))


@dataclass(frozen=True, slots=True)
class CorrectedRate:
    """A corrected rate.

    Attributes:
        estimate: with an interval that also covers where gold is scarce or the grader rarely errs: of Wilson's kind,
            for the variance with one unit of doubt more in each stratum. A sample of 30 in which the grader never errs
            does not show that it never does.
        published: with the normal interval of the papers, which there covers too rarely (`benchmarks/coverage.py`).
        power: how much of the grader went into it, from 0 (gold alone) to 1; nan where undefined.
    """

    estimate: Estimate
    published: Estimate
    power: float


def corrected(
    gold: RateParts,
    grader: RateParts,
    sample: GoldSample,
    prompts: Codes,
    *,
    power: float | None = None,
    target: RateTarget = RateTarget.BEYOND,
) -> CorrectedRate:
    """Return the grader's rate over the population, corrected by the gold of a sample of it.

    power · mean of the grader over all + mean of (gold - power · grader) over the sample, above and below the line. At
    power 1 this is prediction-powered inference (Angelopoulos et al. 2023) with the gold's own units among the
    predicted: the difference estimator of survey sampling (Särndal et al. 1992, ch. 6). With `power` None it has the
    least variance (PPI++, arXiv 2311.01453, whose λ is this times the share of units without gold).

    Args:
        gold: what the units of the sample add, in its order.
        grader: what the grader adds for every unit of the population, in its order.
        sample: how the units with gold were drawn.
        prompts: of every unit of the population.
        power: how much of the grader to use; None chooses it.
        target: what the interval is of.
    """
    units, weights = len(sample.units), sample.weights
    if units < FEWEST_UNITS:
        return _none(FEW_GOLD.format(units=units, least=FEWEST_UNITS))
    if weights @ gold.below <= 0.0:
        return _none(NO_GOLD)
    if sample.complete:
        known = share(gold, sample, prompts[sample.units], target)
        return CorrectedRate(known, known, 0.0)
    own = grader.take(sample.units)
    power = _tuned(gold, own, sample) if power is None else power
    above, below = (
        power * every.mean() + weights @ (settled - power * judged) / weights.sum()
        for every, settled, judged in ((grader.above, gold.above, own.above), (grader.below, gold.below, own.below))
    )
    if below <= NEAR_ZERO:
        return _none(NO_GOLD)
    value = float(above / below)
    linear = (gold.above - value * gold.below) / below
    rest = linear - power * (own.above - value * own.below) / below
    spread = _variance(rest, linear, sample, prompts[sample.units], target)
    return _with_intervals(value, power, spread, _doubt(sample, target) / below**2, units)


def _with_intervals(value: float, power: float, spread: float | None, doubt: float, units: int) -> CorrectedRate:
    """Return the rate `value` with the interval of the variance `spread` and of the `doubt` of rare errors."""
    if spread is None:
        return CorrectedRate(Estimate(value, undefined=LONE), Estimate(value, undefined=LONE), power)
    half = Z * float(np.sqrt(spread))
    middle, low, high = (min(max(end, 0.0), 1.0) for end in (value, value - half, value + half))
    return CorrectedRate(bounded(value, spread + doubt, units), Estimate(middle, low, high), power)


def _none(reason: str) -> CorrectedRate:
    return CorrectedRate(Estimate(None, undefined=reason), Estimate(None, undefined=reason), np.nan)


def _tuned(parts: RateParts, own: RateParts, sample: GoldSample) -> float:
    """Return the power of least variance: how gold follows the grader inside strata, by their weight in the draw."""
    first = float(sample.weights @ parts.above / (sample.weights @ parts.below))
    gold, grader = parts.above - first * parts.below, own.above - first * own.below
    together = alone = 0.0
    for stratum in np.unique(sample.strata):
        mine = sample.strata == stratum
        drawn, pool = float(sample.drawn[mine][0]), float(sample.pool[mine][0])
        if mine.sum() < 2 or drawn >= pool:
            continue
        scale = pool**2 * (1.0 - drawn / pool) / drawn
        off = grader[mine] - grader[mine].mean()
        together += scale * float(off @ gold[mine]) / (mine.sum() - 1)
        alone += scale * float(off @ off) / (mine.sum() - 1)
    return together / alone if alone > NEAR_ZERO else 0.0


def _variance(rest: Floats, linear: Floats, sample: GoldSample, prompts: Codes, target: RateTarget) -> float | None:
    """Return the variance of a weighted mean of `rest` under the draw, and for `beyond` that of the population too.

    Strata reach beyond what is averaged where they hold more drawn units than are here: those add 0 (Särndal et al.
    1992, ch. 5.8). `linear` is what a unit adds to the rate itself. None where a stratum leaves it open.
    """
    weights = sample.weights
    total = weights.sum()
    scaled = weights * (rest - weights @ rest / total) / total
    spread = 0.0
    for stratum in np.unique(sample.strata):
        mine = sample.strata == stratum
        drawn, pool = float(sample.drawn[mine][0]), float(sample.pool[mine][0])
        if drawn >= pool:
            continue
        if drawn < 2:
            return None
        sums, squares = float(scaled[mine].sum()), float((scaled[mine] ** 2).sum())
        spread += drawn * (1.0 - drawn / pool) * max(squares - sums**2 / drawn, 0.0) / (drawn - 1.0)
    return spread + (_around(linear, weights, prompts) if target is RateTarget.BEYOND else 0.0)


def _doubt(sample: GoldSample, target: RateTarget) -> float:
    """Return the variance that one more unit in each stratum, on which gold and grader differ, adds to a mean.

    For the target `beyond`, how much of the population was drawn takes nothing off it.
    """
    weights = sample.weights
    found = 0.0
    for stratum in np.unique(sample.strata):
        place = int(np.argmax(sample.strata == stratum))
        drawn, pool = float(sample.drawn[place]), float(sample.pool[place])
        left = 1.0 if target is RateTarget.BEYOND else 1.0 - drawn / pool
        if 1.0 < drawn < pool:
            found += drawn * left / (drawn - 1.0) * float(weights[place] / weights.sum()) ** 2
    return found


def _around(linear: Floats, weights: Floats, prompts: Codes) -> float:
    """Return the variance of the population's mean, from the drawn units: by units, or by prompts where they repeat."""
    total = float(weights.sum())
    off = linear - weights @ linear / total
    units = len(off)
    alone = float(weights @ off**2) / total**2 * units / max(units - 1, 1)
    groups = np.unique(prompts, return_inverse=True)[1]
    number = int(groups.max(initial=-1)) + 1
    if number == units:
        return alone
    sums = np.bincount(groups, weights=weights * off, minlength=number)
    together = float((sums**2).sum() - ((weights**2 - weights) * off**2).sum()) / total**2
    return max(together * number / max(number - 1, 1), alone)
