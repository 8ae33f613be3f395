"""How good the worst tenth of a configuration's attempts is: goodness@0.1.

The mean of 1 - badness over the worst tenth, where badness is what an attempt adds to a rate, turned so that 1 is
worst. As one minus the mean of an upper tail it is 1 - (b0 + Σ (bk - bk-1) · min(P(badness ≥ bk), 0.1) / 0.1) over the
levels b0 < b1 < … of badness (Rockafellar and Uryasev 2000, for a distribution of finitely many values). A tenth that
is no whole number of attempts takes part of one. Where about a tenth reaches a level, chance can only take from the
minimum, so that what a sample gives lies above the truth, and draws above the sample: the interval is centred, and the
value of a sample is moved back by half of what repeated draws lie above it. (The whole, Efron and Tibshirani 1993,
ch. 10.6, is too much at such a corner; `benchmarks/unbiased.py` has the figures.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.arrays import Floats
from reviewer.statistics.estimate import NEAR_ZERO, Estimate, ratio
from reviewer.statistics.grader_error.paired_bootstrap import spanned, sums, sums_of_draw
from reviewer.statistics.grader_error.rate_parts import RateParts
from reviewer.statistics.grader_error.rates import NO_GOLD, NOTHING, tuned_power
from reviewer.statistics.sample_design import SampleDesign

TENTH = 0.1
FEW_UNITS = "the worst tenth of {units} units bears this figure: its interval is likely too narrow"
ENOUGH_UNITS = 300  # of fewer, simulated intervals cover less than they say (`benchmarks/coverage.py`)
MOVED = 0.5  # of the bias that repeated draws show
MOST_LEVELS = 64  # more levels of badness than this are grouped


def goodness(badness: Floats, design: SampleDesign, resampling: Resampling, tail: float = TENTH) -> Estimate:
    """Return goodness@tail of attempts by those that were drawn, each for as many as it stands for.

    `badness` goes from 0 to 1, nan where an attempt does not count.
    """
    seen = design.seen
    badness, design = badness[seen], design.take(seen)
    counts = ~np.isnan(badness)
    if not counts.any():
        return Estimate(None, undefined=NOTHING)
    levels = _levels(badness[counts])
    columns = design.weights[:, None] * np.column_stack([counts, *_reaching(badness, levels)])

    def of(found: Floats) -> Floats:
        return _good(ratio(found[:, 1:], found[:, :1]), levels, tail)

    value = float(of(columns.sum(axis=0)[None, :])[0])
    return _estimated(value, of, columns, design, resampling, NOTHING)


def goodness_corrected(
    gold: Floats, grader: Floats, design: SampleDesign, resampling: Resampling, tail: float = TENTH
) -> Estimate:
    """Return goodness@tail of the distribution of badness that gold says, helped by the grader where that helps.

    The share of attempts at least as bad as each level is the grader's over the population, corrected as rates are,
    with the power of least variance (`rates.corrected`). `gold` is the badness of the units that were drawn, `grader`
    of the whole population; nan does not count.
    """
    known = np.where(design.seen, gold, np.nan)
    counts = ~np.isnan(known)
    if not counts.any():
        return Estimate(None, undefined=NO_GOLD)
    weights = design.weights
    levels = _levels(known[counts])
    gold_parts = np.column_stack([counts, *_reaching(known, levels)])
    own_parts = np.column_stack([~np.isnan(grader), *_reaching(grader, levels)])
    columns = np.column_stack(
        [weights, np.ones(len(grader)), weights[:, None] * gold_parts, weights[:, None] * own_parts, own_parts]
    )
    whole = columns.sum(axis=0)[None, :]
    power = _powers(gold_parts, own_parts, design)
    width = gold_parts.shape[1]

    def of(found: Floats) -> Floats:
        drawn, units = found[:, :1], found[:, 1:2]
        of_gold, of_own, everywhere = (found[:, 2 + place * width : 2 + (place + 1) * width] for place in range(3))
        gap = ratio(of_gold[:, None, :] - power[:, None] * of_own[:, None, :], drawn[:, :, None])
        parts = gap + power[:, None] * ratio(everywhere, units)[:, None, :]
        reach = np.diagonal(parts[:, :, 1:], axis1=1, axis2=2)
        return _good(np.clip(ratio(reach, parts[:, :, 0]), 0.0, 1.0), levels, tail)

    return _estimated(float(of(whole)[0]), of, columns, design, resampling, NO_GOLD)


def _estimated(
    value: float,
    of: Callable[[Floats], Floats],
    columns: Floats,
    design: SampleDesign,
    resampling: Resampling,
    undefined: str,
) -> Estimate:
    """Return the value with its interval; that of a sample is moved by the bias that repeating the draw shows."""
    drawn = of(sums(design, columns, resampling))
    found = spanned(value, drawn, design.clusters[design.seen], undefined, centred=True)
    units = int(design.seen.sum())
    if units < ENOUGH_UNITS and found.low is not None:
        found = replace(found, warning=FEW_UNITS.format(units=units))
    if design.complete or found.value is None or found.low is None or found.high is None:
        return found
    above = float(np.nanmean(of(sums_of_draw(design, columns, resampling)))) - found.value
    return replace(found, value=min(max(found.value - MOVED * above, found.low), found.high))


def _levels(badness: Floats) -> Floats:
    levels = np.unique(badness)
    if len(levels) > MOST_LEVELS:
        levels = np.unique(np.quantile(badness, np.linspace(0.0, 1.0, MOST_LEVELS)))
    return levels


def _reaching(badness: Floats, levels: Floats) -> list[Floats]:
    """Return for each level but the lowest whether a unit is at least as bad; what does not count is not."""
    return [(np.nan_to_num(badness, nan=-1.0) >= level - NEAR_ZERO).astype(np.float64) for level in levels[1:]]


def _good(reach: Floats, levels: Floats, tail: float) -> Floats:
    """Return goodness, shape (draws,), from the shares that reach each level but the lowest, (draws, levels - 1)."""
    good: Floats = 1.0 - levels[0] - (np.minimum(reach, tail) / tail) @ np.diff(levels)
    return good


def _powers(gold: Floats, own: Floats, design: SampleDesign) -> Floats:
    """Return how much of the grader to use for each level, shape (levels - 1,)."""
    levels = range(1, gold.shape[1])
    if design.complete:
        return np.zeros(len(levels))
    return np.array(
        [
            tuned_power(RateParts(gold[:, level], gold[:, 0]), RateParts(own[:, level], own[:, 0]), design)
            for level in levels
        ]
    )
