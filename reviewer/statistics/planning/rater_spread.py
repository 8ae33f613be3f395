"""How much α would move with other raters, from the labels of a pilot study.

Raters stay themselves from item to item: one who sees less pulls α down on all of them. What that adds to the variance
of α falls with the number of raters and not with that of items.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reviewer.statistics.agreement.alpha import Metric, leave_one_out
from reviewer.statistics.agreement.table import ALONE, MISSING, RatingTable
from reviewer.statistics.agreement.tally import ValueCounts
from reviewer.statistics.arrays import Codes
from reviewer.statistics.sample_design import census

SHUFFLES = 20


def rater_spread(table: RatingTable, seed: int) -> float | None:
    """Return the variance of α that is due to which raters there are, times their number; None where undefined.

    The jackknife of raters, less what it gives of raters who are all alike: that of the same labels, those of each unit
    exchanged among its raters, which leaves nothing of theirs but the noise of few units.
    """
    found = _jackknife(table)
    if found is None:
        return None
    generator = np.random.default_rng(seed)
    units = np.repeat(table.codes, table.counts.astype(np.int64), axis=0)
    alike = [_jackknife(_of_units(table, _exchanged(units, generator))) for _ in range(SHUFFLES)]
    known = [one for one in alike if one is not None]
    return max(found - float(np.mean(known)), 0.0) if known else None


def _jackknife(table: RatingTable) -> float | None:
    """Return the jackknife variance of α over raters, times their number."""
    raters = len(table.raters)
    without = leave_one_out(lambda times: ValueCounts(table, times), Metric.NOMINAL, raters).of(table.counts[None, :])[
        0
    ]
    if np.isnan(without).any():
        return None
    return float((raters - 1) * ((without - without.mean()) ** 2).sum())


def _exchanged(units: Codes, generator: np.random.Generator) -> Codes:
    """Return the labels of each unit in another order, those that are missing where they were."""
    missing = units == MISSING
    places = np.argsort(missing, axis=1, kind="stable")
    drawn = np.argsort(np.where(missing, 2.0, generator.random(units.shape)), axis=1)
    shuffled = units.copy()
    np.put_along_axis(shuffled, places, np.take_along_axis(units, drawn, axis=1), axis=1)
    return shuffled


def _of_units(table: RatingTable, units: Codes) -> RatingTable:
    return replace(table, codes=units, counts=np.ones(len(units)), design=census(np.full(len(units), ALONE)))
