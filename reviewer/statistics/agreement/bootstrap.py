"""Intervals: which weights a resample gives to the rows of a table, and what 95 % of the resamples span.

Units are drawn with replacement: as rows with equal labels are one, a resample of a million units is one multinomial
draw over the rows. Where prompts repeat, prompts are drawn instead, each with all its units. Below 100 units (or
prompts) the interval is BCa (Efron 1987), with the acceleration of the delete-one jackknife; above, percentile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from reviewer.statistics.agreement.table import RatingTable
from reviewer.statistics.agreement.tally import ValueCounts
from reviewer.statistics.arrays import Floats
from reviewer.statistics.estimate import Estimate, Statistic

FEWEST_UNITS = 10  # fewer say nothing about how far another sample would differ: no interval
FEWEST_RATERS = 3  # for the two-way interval: of two raters, half the draws are one rater twice
CORRECTED_BELOW = 100
MOST_WEIGHTS = 4_000_000  # as many weights are held at once (32 MiB)
NORMAL = NormalDist()
TAIL = 0.025

Exchangeable = Callable[[ValueCounts], Statistic]


@dataclass(frozen=True, slots=True)
class Resampling:
    """How intervals are made: that many draws, from this seed."""

    resamples: int
    seed: int


def estimate(
    table: RatingTable, statistics: Mapping[str, Statistic], resampling: Resampling
) -> dict[str, tuple[Estimate, ...]]:
    """Return the estimates of all coefficients of all `statistics`, from the same draws of units or prompts."""
    lacking = {name: statistic.no_interval or too_few(table) for name, statistic in statistics.items()}
    drawable = [name for name in statistics if lacking[name] is None]
    drawn: dict[str, list[Floats]] = {name: [] for name in drawable}
    for weights in _draws(table, resampling) if drawable else ():
        for name in drawable:
            drawn[name].append(statistics[name].of(weights))
    without = {}
    if drawable and drawn_units(table) < CORRECTED_BELOW:
        weights = _jackknife(table)
        without = {name: statistics[name].of(weights) for name in drawable}
    results = {}
    for name, statistic in statistics.items():
        points = statistic.of(table.counts[None, :])[0]
        spread = np.concatenate(drawn[name]) if name in drawn else None
        results[name] = tuple(
            _one(
                float(point),
                statistic.undefined[column],
                lacking[name] if spread is None else spread[:, column],
                without[name][:, column] if name in without else None,
            )
            for column, point in enumerate(points)
        )
    return results


def estimate_two_way(
    groups: Mapping[str, tuple[RatingTable, Exchangeable]], resampling: Resampling
) -> dict[str, Estimate]:
    """Return estimates whose interval draws raters as well as units (or prompts).

    It answers how far other units *and other raters* would move the coefficient, and is percentile at any size. A rater
    drawn twice is not compared with the copy. All tables must have the same rows.
    """
    points = {name: build(ValueCounts(table)) for name, (table, build) in groups.items()}
    drawn: dict[str, list[float]] = {name: [] for name in groups}
    tables = {id(table): table for table, _ in groups.values()}
    some = next(iter(tables.values()))
    raters = len(some.raters)
    lacking = too_few(some)
    if lacking is None and raters < FEWEST_RATERS:
        lacking = f"{raters} raters; a two-way interval needs at least {FEWEST_RATERS}"
    if lacking is None:
        chooser = np.random.default_rng([resampling.seed, 1])
        for weights in _draws(some, resampling):
            for row in weights:
                times = chooser.multinomial(raters, np.full(raters, 1.0 / raters)).astype(float)
                tallies = {key: ValueCounts(table, times) for key, table in tables.items()}
                for name, (table, build) in groups.items():
                    drawn[name].append(float(build(tallies[id(table)]).of(row[None, :])[0, 0]))
    return {
        name: _one(
            float(points[name].of(table.counts[None, :])[0, 0]),
            points[name].undefined[0],
            lacking or np.array(drawn[name]),
            None,
        )
        for name, (table, _) in groups.items()
    }


def too_few(table: RatingTable) -> str | None:
    """Return why no interval can be given for want of units or prompts, or None."""
    compared = table.labels >= 2
    if table.clusters is None:
        number, what = int(table.counts[compared].sum()), "units with two labels"
    else:
        number, what = len(np.unique(table.clusters[compared])), "prompts with a unit with two labels"
    return f"{number} {what}; an interval needs at least {FEWEST_UNITS}" if number < FEWEST_UNITS else None


def drawn_units(table: RatingTable) -> int:
    """Return how many units, or where prompts repeat how many prompts, a resample draws."""
    if table.clusters is not None:
        return int(table.clusters.max(initial=-1)) + 1
    return int(table.counts.sum())


def _draws(table: RatingTable, resampling: Resampling) -> Iterator[Floats]:
    """Yield weights of shape (some draws, rows)."""
    generator = np.random.default_rng(resampling.seed)
    units = drawn_units(table)
    rows = table.clusters is None
    chances = table.counts / table.counts.sum() if rows else np.full(units, 1.0 / units)
    size = max(1, MOST_WEIGHTS // max(len(table.codes), len(chances)))
    for start in range(0, resampling.resamples, size):
        drawn = generator.multinomial(units, chances, size=min(size, resampling.resamples - start)).astype(np.float64)
        yield drawn if table.clusters is None else drawn[:, table.clusters] * table.counts


def _jackknife(table: RatingTable) -> Floats:
    """Return weights of shape (units or prompts, rows), each without one."""
    if table.clusters is None:
        without = table.counts - np.eye(len(table.counts))
        return np.repeat(without, table.counts.astype(int), axis=0)
    kept: Floats = table.counts * (table.clusters != np.arange(drawn_units(table))[:, None])
    return kept


def _one(point: float, undefined: str, spread: Floats | str | None, without: Floats | None) -> Estimate:
    """Return the estimate of a value from its draws, or with the reason why there are none."""
    if np.isnan(point):
        return Estimate(None, undefined=undefined)
    if spread is None or isinstance(spread, str):
        return Estimate(point, undefined=spread)
    defined = spread[~np.isnan(spread)]
    resamples, lost = len(spread), len(spread) - len(defined)
    if len(defined) * 2 <= resamples:
        why = f"{lost} of {resamples} resamples leave it undefined"
        return Estimate(point, undefined=why, resamples=resamples, undefined_resamples=lost)
    tails = (TAIL, 1.0 - TAIL)
    if without is not None:
        tails = _corrected_tails(point, defined, without)
    low, high = np.quantile(defined, tails)
    return Estimate(point, float(low), float(high), None, resamples, lost)


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
