"""Rates with intervals: the grader's own, that of the gold alone, and the grader's corrected by gold.

Gold is a sample of a population whose units all have verdicts. The correction is the difference between both on the
gold, weighted up by the chances with which it was drawn: with equal chances, prediction-powered inference. A rate whose
denominator varies is a ratio, and its variance that of its linear part (delta method). Where prompts repeat, units of
one prompt are taken to go together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from reviewer.statistics.agreement.bootstrap import FEWEST_UNITS
from reviewer.statistics.arrays import Floats
from reviewer.statistics.estimate import NEAR_ZERO, Estimate
from reviewer.statistics.grader_error.rate_parts import RateParts
from reviewer.statistics.interval import Z, bounded, rare_wilson
from reviewer.statistics.linear_variance import LONE, LinearVariance, linear_variance, student
from reviewer.statistics.sample_design import RateTarget, SampleDesign, census

NOTHING = "no unit counts in this rate"
NO_GOLD = "no unit with gold counts in this rate"
FEW_GOLD = "{units} units with gold; a correction needs at least {least}"
FEW_UNITS = "{units} units bear this figure: its interval is likely too narrow"
FEW_PROMPTS = "{prompts:.0f} prompts bear this figure: its interval is likely too narrow"
RARE_PROMPTS = "what is counted comes from {events} prompts: the interval is likely too narrow"
# Of fewer, simulated intervals cover less than they say (`benchmarks/coverage.py`).
ENOUGH_UNITS = 40
ENOUGH_PROMPTS = 30  # where prompts repeat
CLUSTERED = 1.5  # units a prompt
ENOUGH_EVENTS = 10  # prompts with an event, where prompts repeat


def raw(parts: RateParts, design: SampleDesign) -> Estimate:
    """Return the rate of all units as they are, as many as `design` has, drawn or not."""
    whole = replace(census(design.clusters, design.configurations, design.names), target=RateTarget.BEYOND)
    return share(parts, whole)


def share(parts: RateParts, design: SampleDesign) -> Estimate:
    """Return the rate that the drawn units alone give, with an interval of Wilson's kind.

    Each stratum has Wilson's limits for what its units are worth, and the distances of the strata add up as variances
    do (Zou, Huang and Zhang 2009, MOVER), so that a stratum without events leaves doubt above it and none below. Where
    prompts repeat, units are worth as much less as their prompts multiply the variance (Korn and Graubard 1998).

    Args:
        parts: what each unit adds, shape (units,) of the design; those of units that were not drawn are not used.
        design: how they were drawn.
    """
    kept = design.seen & parts.counted
    parts, design = parts.take(kept), design.take(kept)
    weights = design.weights
    if not len(weights):
        return Estimate(None, undefined=NOTHING)
    whole = float(weights @ parts.below)
    value = float(weights @ parts.above / whole)
    if design.target is RateTarget.THESE and design.complete:
        return Estimate(value, value, value)
    influence = (parts.above - value * parts.below) / whole
    spread = linear_variance(influence, design)
    if spread is None:
        return Estimate(value, undefined=LONE)
    below, above = _distances(parts, design, spread)
    low, high = max(value - below, 0.0), min(value + above, 1.0)
    return Estimate(value, low, high, warning=narrowness(parts, design, spread))


def narrowness(parts: RateParts, design: SampleDesign, spread: LinearVariance) -> str | None:
    """Return why the interval of a rate of these units, all drawn, is likely too narrow, or None."""
    if not clustered(design):
        units = len(design)
        known = design.target is RateTarget.THESE and design.complete
        return FEW_UNITS.format(units=units) if units < ENOUGH_UNITS and not known else None
    if spread.clusters < ENOUGH_PROMPTS:
        return FEW_PROMPTS.format(prompts=spread.clusters)
    events = min(
        len(np.unique(design.clusters[parts.above > 0.0])), len(np.unique(design.clusters[parts.above < parts.below]))
    )
    return RARE_PROMPTS.format(events=events) if events < ENOUGH_EVENTS else None


def clustered(design: SampleDesign) -> bool:
    """Return whether prompts repeat so much among units that they, and not the units, say how sure a figure is."""
    prompts = len(np.unique(design.clusters))
    return design.target is RateTarget.BEYOND and len(design) >= CLUSTERED * prompts


def _distances(parts: RateParts, design: SampleDesign, spread: LinearVariance) -> tuple[float, float]:
    """Return how far the interval of a rate reaches below and above it."""
    weights = design.weights
    strata = np.unique(design.strata, return_inverse=True)[1]
    number = int(strata.max()) + 1
    units = np.bincount(strata, minlength=number).astype(np.float64)
    counted = np.bincount(strata, weights * parts.below, number)
    shares = counted / counted.sum()
    inside = np.bincount(strata, weights * parts.above, number) / counted
    off = parts.above - inside[strata] * parts.below
    mean_below = np.bincount(strata, parts.below, number) / units
    each = np.bincount(strata, off**2, number) / units / mean_below**2
    left = np.ones(number)
    if design.target is RateTarget.THESE:
        left[strata] = 1.0 - design.drawn / design.pool
    effect = spread.design_effect
    if np.isnan(effect):
        effect = max(len(design) / spread.clusters, 1.0)
    scale = student(spread.clusters - 1.0) / Z if design.repeated and design.target is RateTarget.BEYOND else 1.0
    below = above = 0.0
    for place in range(number):
        binomial = inside[place] * (1.0 - inside[place])
        worth = units[place] * (binomial / each[place] if min(each[place], binomial) > NEAR_ZERO else 1.0)
        low, high = rare_wilson(float(inside[place]), float(worth / effect))
        below += left[place] * (shares[place] * (inside[place] - low)) ** 2
        above += left[place] * (shares[place] * (high - inside[place])) ** 2
    # What the sizes of the strata leave open is not in their limits.
    within = float((left * shares**2 * each / np.maximum(units - 1.0, 1.0)).sum())
    sizes = Z**2 * effect * max(spread.alone - within, 0.0)
    return scale * float(np.sqrt(below + sizes)), scale * float(np.sqrt(above + sizes))


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


@dataclass(frozen=True, slots=True, eq=False)
class CorrectedTotals:
    """A corrected rate before its interval: its value and the influence of each unit on it, shapes (units,).

    `influence` is that of the unit itself, `rest` what is left of it when the grader's part is taken off, and `side`
    how much one unit moves the rate for each unit of weight.
    """

    value: float
    influence: Floats
    rest: Floats
    side: float
    power: float


def corrected(gold: RateParts, grader: RateParts, design: SampleDesign, *, power: float | None = None) -> CorrectedRate:
    """Return the grader's rate over the population, corrected by the gold of a sample of it.

    power · mean of the grader over all + mean of (gold - power · grader) over the sample, above and below the line. At
    power 1 this is prediction-powered inference (Angelopoulos et al. 2023) with the gold's own units among the
    predicted: the difference estimator of survey sampling (Särndal et al. 1992, ch. 6). With `power` None it has the
    least variance (PPI++, arXiv 2311.01453, whose λ is this times the share of units without gold).

    Args:
        gold: what each unit adds by gold, shape (units,); that of units that were not drawn is not used.
        grader: what the grader adds for every unit of the population.
        design: how the units with gold were drawn.
        power: how much of the grader to use; None chooses it.
    """
    reason = no_correction(gold, design)
    if reason is not None:
        return _none(reason)
    if design.complete:
        known = share(gold, design)
        return CorrectedRate(known, known, 0.0)
    totals = corrected_totals(gold, grader, design, power)
    if totals is None:
        return _none(NO_GOLD)
    sides = np.full(len(design), totals.side)
    spread = linear_variance(totals.influence, design, rest=totals.rest, sides=sides)
    if spread is None:
        return CorrectedRate(
            Estimate(totals.value, undefined=LONE), Estimate(totals.value, undefined=LONE), totals.power
        )
    half = Z * float(np.sqrt(spread.total))
    middle, low, high = (min(max(end, 0.0), 1.0) for end in (totals.value, totals.value - half, totals.value + half))
    factor = (student(spread.degrees) / Z) ** 2
    wide = bounded(totals.value, factor * (spread.total + spread.doubt), float(design.seen.sum()))
    warning = narrowness(gold.take(design.seen), design.take(design.seen), spread)
    return CorrectedRate(replace(wide, warning=warning), Estimate(middle, low, high), totals.power)


def no_correction(gold: RateParts, design: SampleDesign) -> str | None:
    """Return why the gold of a sample is too little to correct with, or None."""
    units = int(design.seen.sum())
    if units < FEWEST_UNITS:
        return FEW_GOLD.format(units=units, least=FEWEST_UNITS)
    return NO_GOLD if design.weights @ gold.below <= 0.0 else None


def corrected_totals(
    gold: RateParts, grader: RateParts, design: SampleDesign, power: float | None = None
) -> CorrectedTotals | None:
    """Return the corrected rate and what each unit moves it by; None where nothing counts. See `corrected`."""
    weights = design.weights
    total = float(weights.sum())
    power = tuned_power(gold, grader, design) if power is None else power
    above, below = (
        power * every.mean() + weights @ (settled - power * every) / total
        for every, settled in ((grader.above, gold.above), (grader.below, gold.below))
    )
    if below <= NEAR_ZERO:
        return None
    value = float(above / below)
    side = 1.0 / (below * total)
    influence = (gold.above - value * gold.below) * side
    rest = influence - power * (grader.above - value * grader.below) * side
    return CorrectedTotals(value, influence, rest, side, power)


def _none(reason: str) -> CorrectedRate:
    return CorrectedRate(Estimate(None, undefined=reason), Estimate(None, undefined=reason), np.nan)


def tuned_power(gold: RateParts, grader: RateParts, design: SampleDesign) -> float:
    """Return the power of least variance: how gold follows the grader inside strata, by their weight in the draw.

    It is kept between 0 and 1: outside, it follows chance.
    """
    weights = design.weights
    first = float(weights @ gold.above / (weights @ gold.below))
    return _power(gold.above - first * gold.below, grader.above - first * grader.below, design)


def _power(gold: Floats, grader: Floats, design: SampleDesign) -> float:
    seen = design.seen
    strata = np.unique(design.strata[seen], return_inverse=True)[1]
    number = int(strata.max(initial=-1)) + 1
    size, drawn, pool = np.bincount(strata, minlength=number), np.ones(number), np.ones(number)
    drawn[strata], pool[strata] = design.drawn[seen], design.pool[seen]
    useful = (size > 1) & (drawn < pool)
    scale = np.where(useful, pool**2 * (1.0 - drawn / pool) / drawn / np.maximum(size - 1, 1), 0.0)
    mean = np.bincount(strata, grader[seen], number) / size
    off = grader[seen] - mean[strata]
    together = float(scale @ np.bincount(strata, off * gold[seen], number))
    alone = float(scale @ np.bincount(strata, off**2, number))
    return min(max(together / alone, 0.0), 1.0) if alone > NEAR_ZERO else 0.0
