"""Coefficients for ordered scales that are not built on agreeing pairs: the intraclass correlation and Kendall W."""

from __future__ import annotations

import numpy as np

from reviewer.statistics.agreement.table import MISSING, RatingTable
from reviewer.statistics.arrays import Floats
from reviewer.statistics.estimate import NEAR_ZERO, Statistic, never, ratio

NO_SPREAD = "the ratings leave no variance to divide among units, raters and error"
NO_ORDER = "fewer than two units, or one value only, from every rater on every unit that all of them rated"


def icc(table: RatingTable) -> Statistic:
    """Return the intraclass correlation of absolute agreement, single rating, two-way random: ICC(2,1).

    The variances of units, raters and error are Henderson's method I estimates (Henderson 1953; Searle, Casella and
    McCulloch 1992, ch. 5), which take missing ratings as they are and without them are those of the analysis of
    variance, so that the coefficient is ICC(2,1) of Shrout and Fleiss 1979. A negative estimate is left negative.
    Units with a single rating count too: they tell of the raters.
    """
    if len(table.raters) < 2:
        return never("there is no pair of raters")
    places = table.places
    given = ~np.isnan(places)
    centre = places[given].mean() if given.any() else 0.0
    scores = np.where(given, places - centre, 0.0)
    labels, total = given.sum(axis=1).astype(float), scores.sum(axis=1)
    some = labels > 0
    own = np.divide(total**2, labels, out=np.zeros_like(total), where=some)
    features = np.column_stack([labels, labels**2, some, total, (scores**2).sum(axis=1), own, given, scores])
    raters = len(table.raters)

    def of(weights: Floats) -> Floats:
        sums = weights @ features
        n, squares, units, whole, raw, of_units = sums[:, :6].T
        by, to = sums[:, 6 : 6 + raters], sums[:, 6 + raters :]
        active = (by > 0).sum(axis=1).astype(float)
        of_raters = np.nan_to_num(ratio(to**2, by)).sum(axis=1)
        mean, spread_u, spread_r = ratio(whole**2, n), ratio(squares, n), ratio((by**2).sum(axis=1), n)
        system = np.stack(
            [
                np.stack([n - spread_u, units - spread_r, units - 1.0], axis=1),
                np.stack([active - spread_u, n - spread_r, active - 1.0], axis=1),
                np.stack([n - spread_u, n - spread_r, n - 1.0], axis=1),
            ],
            axis=1,
        )
        return _share_of_units(system, np.stack([of_units - mean, of_raters - mean, raw - mean], axis=1))

    return Statistic(of, (NO_SPREAD,))


def _share_of_units(system: Floats, sums: Floats) -> Floats:
    """Return the units' share of the variance, shape (draws, 1), nan where the three cannot be told apart."""
    scale = np.abs(system).max(axis=(1, 2))
    sound = np.isfinite(scale) & (scale > 0)
    sound[sound] = np.abs(np.linalg.det(system[sound] / scale[sound, None, None])) > NEAR_ZERO
    shares = np.full(len(sums), np.nan)
    parts = np.linalg.solve(system[sound], sums[sound][:, :, None])[:, :, 0]
    spread = parts.sum(axis=1)
    real = spread > NEAR_ZERO * np.maximum(sums[sound, 2], 1.0)
    shares[sound] = np.where(real, ratio(parts[:, 0], np.where(real, spread, 1.0)), np.nan)
    return shares[:, None]


def kendall_w(table: RatingTable) -> Statistic:
    """Return Kendall W, corrected for ties, over the units that all raters rated (Kendall 1970, ch. 6).

    12 S / (m² (n³ - n) - m Σ (t³ - t)), with S the spread of the units' sums of ranks, m raters, n units, t the sizes
    of the ties. Ranks are made anew in each draw.
    """
    raters = len(table.raters)
    if raters < 2:
        return never("there is no pair of raters")
    complete = (table.codes != MISSING).all(axis=1)
    codes = table.codes[complete]
    if not len(codes):
        return never("no unit was rated by all raters")

    def of(weights: Floats) -> Floats:
        often = weights[:, complete]
        units = often.sum(axis=1)
        ranks, ties = np.zeros_like(often), np.zeros_like(units)
        for rater in range(raters):
            values, place = np.unique(codes[:, rater], return_inverse=True)
            order = np.argsort(place, kind="stable")
            starts = np.searchsorted(place[order], np.arange(len(values)))
            tied = np.add.reduceat(often[:, order], starts, axis=1)
            ranks += (tied.cumsum(axis=1) - (tied - 1.0) / 2.0)[:, place]
            ties += (tied**3 - tied).sum(axis=1)
        middle = raters * (units + 1.0) / 2.0
        spread = (often * (ranks - middle[:, None]) ** 2).sum(axis=1)
        return ratio(12.0 * spread, raters**2 * (units**3 - units) - raters * ties)[:, None]

    return Statistic(of, (NO_ORDER,))
