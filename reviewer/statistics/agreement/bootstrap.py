"""Intervals: how far a coefficient differs from resample to resample, and what that leaves open.

Units are drawn with replacement, or prompts with all their units where prompts repeat, inside the strata of a sample
with unequal chances. Coefficients that end at 1 have Wilson's interval for the variance of the draws, below 100 units
or prompts of the delete-one jackknife; see `score_interval`. The others, ICC and Kendall W, have the percentiles of the
draws, below 100 BCa (Efron 1987).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from reviewer.statistics.agreement.drawing import MOST_WEIGHTS as MOST_WEIGHTS
from reviewer.statistics.agreement.drawing import DrawnUnits, drawn_units
from reviewer.statistics.agreement.drawing import Resampling as Resampling
from reviewer.statistics.agreement.score_interval import score_interval
from reviewer.statistics.agreement.table import RatingTable
from reviewer.statistics.agreement.tally import ValueCounts
from reviewer.statistics.arrays import Floats
from reviewer.statistics.estimate import NEAR_ZERO, Ends, Estimate, Statistic
from reviewer.statistics.interval import NORMAL, TAIL

FEWEST_UNITS = 10  # fewer say nothing about how far another sample would differ: no interval
FEWEST_RATERS = 3  # for the two-way interval: of two raters, half the draws are one rater twice
ENOUGH_RATERS = 10  # for the two-way interval; that of fewer is likely too narrow
ENOUGH_UNITS = 20  # units or prompts with two labels; of fewer an interval is likely too narrow
CORRECTED_BELOW = 100
NO_WIDTH = "every resample gives the same value, which does not say how far another sample would differ"

Exchangeable = Callable[[ValueCounts], Statistic]


@dataclass(frozen=True, slots=True)
class _Spread:
    """Values of one coefficient over the draws, and without each unit, where there are few; what else is known."""

    draws: Floats
    without: Floats | None
    variance: float | None
    ends: Ends | None
    degrees: float


def estimate(
    table: RatingTable, statistics: Mapping[str, Statistic], resampling: Resampling
) -> dict[str, tuple[Estimate, ...]]:
    """Return the estimates of all coefficients of all `statistics`, from the same draws of units or prompts."""
    lacking = {name: statistic.no_interval or too_few(table) for name, statistic in statistics.items()}
    drawable = [name for name in statistics if lacking[name] is None]
    drawn: dict[str, list[Floats]] = {name: [] for name in drawable}
    units = drawn_units(table) if drawable else None
    for weights in units.draws(resampling) if units else ():
        for name in drawable:
            drawn[name].append(statistics[name].of(weights))
    without: dict[str, Floats] = {}
    if units and units.total < CORRECTED_BELOW:
        weights = units.without_each()
        without = {name: statistics[name].of(weights) for name in drawable}
    few = _few(table)
    results = {}
    for name, statistic in statistics.items():
        points = statistic.of(table.mass[None, :])[0]
        spreads = _spreads(statistic, np.concatenate(drawn[name]), without.get(name), units) if name in drawn else None
        results[name] = tuple(
            _one(float(point), statistic.undefined[column], spreads[column] if spreads else lacking[name], few)
            for column, point in enumerate(points)
        )
    return results


def _spreads(statistic: Statistic, draws: Floats, without: Floats | None, units: DrawnUnits | None) -> list[_Spread]:
    """Return the spread of each coefficient of a statistic."""
    if units is None:
        return []
    ends = None if statistic.ends is None else statistic.ends()
    variances = None if without is None else units.variance(without)
    times = units.counts.astype(int)
    return [
        _Spread(
            draws[:, column],
            None if without is None else np.repeat(without[:, column], times),
            None if variances is None else float(variances[column]),
            None if ends is None else ends[column],
            units.degrees,
        )
        for column in range(draws.shape[1])
    ]


def estimate_two_way(
    groups: Mapping[str, tuple[RatingTable, Exchangeable]], resampling: Resampling
) -> dict[str, Estimate]:
    """Return estimates whose interval draws raters as well as units (or prompts).

    It answers how far other units *and other raters* would move the coefficient. A rater drawn twice is not compared
    with the copy. All tables must have the same rows.
    """
    points = {name: build(ValueCounts(table)) for name, (table, build) in groups.items()}
    drawn: dict[str, list[float]] = {name: [] for name in groups}
    tables = {id(table): table for table, _ in groups.values()}
    some = next(iter(tables.values()))
    raters = len(some.raters)
    lacking = too_few(some)
    if lacking is None and raters < FEWEST_RATERS:
        lacking = f"{raters} raters; a two-way interval needs at least {FEWEST_RATERS}"
    units = drawn_units(some)
    if lacking is None:
        chooser = np.random.default_rng([resampling.seed, 1])
        for weights in units.draws(resampling):
            for row in weights:
                times = chooser.multinomial(raters, np.full(raters, 1.0 / raters)).astype(float)
                tallies = {key: ValueCounts(table, times) for key, table in tables.items()}
                for name, (table, build) in groups.items():
                    drawn[name].append(float(build(tallies[id(table)]).of(row[None, :])[0, 0]))
    few = f"{raters} raters: an interval of other raters too is likely too narrow" if raters < ENOUGH_RATERS else None
    results = {}
    for name, statistic in points.items():
        ends = None if lacking or statistic.ends is None else statistic.ends()[0]
        spread = lacking or _Spread(np.array(drawn[name]), None, None, ends, units.degrees)
        point = float(statistic.of(some.mass[None, :])[0, 0])
        results[name] = _one(point, statistic.undefined[0], spread, few or _few(some))
    return results


def too_few(table: RatingTable) -> str | None:
    """Return why no interval can be given for want of units or prompts, or None."""
    number = int(table.occurrences(table.labels >= 2))
    what = "prompts with a unit with two labels" if table.repeated else "units with two labels"
    return f"{number} {what}; an interval needs at least {FEWEST_UNITS}" if number < FEWEST_UNITS else None


def _few(table: RatingTable) -> str | None:
    """Return a warning where units or prompts are few, else None."""
    number = int(table.occurrences(table.labels >= 2))
    what = "prompts have a unit with two labels" if table.repeated else "units have two labels"
    return f"only {number} {what}: the interval is likely too narrow" if number < ENOUGH_UNITS else None


def _one(point: float, undefined: str, spread: _Spread | str | None, few: str | None) -> Estimate:
    """Return the estimate of a value from its draws, or with the reason why there are none."""
    if np.isnan(point):
        return Estimate(None, undefined=undefined)
    if spread is None or isinstance(spread, str):
        return Estimate(point, undefined=spread)
    defined = spread.draws[~np.isnan(spread.draws)]
    resamples, lost = len(spread.draws), len(spread.draws) - len(defined)
    found = Estimate(point, resamples=resamples, undefined_resamples=lost)
    if len(defined) * 2 <= resamples:
        return replace(found, undefined=f"{lost} of {resamples} resamples leave it undefined")
    if spread.ends is not None:
        variance = float(defined.var()) if spread.variance is None else spread.variance
        low, high = score_interval(point, variance, spread.ends, spread.degrees)
        warning = "; ".join(one for one in (few, spread.ends.warning) if one) or None
        return replace(found, low=low, high=high, warning=warning)
    tails = (TAIL, 1.0 - TAIL)
    if spread.without is not None:
        tails = _corrected_tails(point, defined, spread.without)
    low, high = map(float, np.quantile(defined, tails))
    if high - low <= NEAR_ZERO:
        return replace(found, undefined=NO_WIDTH)
    return replace(found, low=low, high=high, warning=few)


def _corrected_tails(point: float, drawn: Floats, without: Floats) -> tuple[float, float]:
    """Return between which quantiles of the draws the BCa interval lies; draws equal to the point count half."""
    near = np.isclose(drawn, point, rtol=0.0, atol=1e-12)
    below = float(((drawn < point) & ~near).mean() + near.mean() / 2.0)
    left = without[~np.isnan(without)]
    if not 0.0 < below < 1.0 or not len(left):
        return TAIL, 1.0 - TAIL
    bias = NORMAL.inv_cdf(below)
    apart = left.mean() - left
    squares = float((apart**2).sum())
    speed = float((apart**3).sum()) / (6.0 * squares**1.5) if squares > 0 else 0.0

    def tail(quantile: float) -> float:
        shifted = bias + NORMAL.inv_cdf(quantile)
        return NORMAL.cdf(bias + shifted / (1.0 - speed * shifted))

    return tail(TAIL), tail(1.0 - TAIL)
