"""What a resample draws: units, or prompts where they repeat, inside the strata of the sample.

As rows with equal labels are one, a resample of a million units is one multinomial draw over the rows of each stratum.
Where chances are equal the sample is one stratum, which makes intervals no narrower than they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from reviewer.statistics.agreement.table import RatingTable
from reviewer.statistics.arrays import Codes, Flags, Floats

MOST_WEIGHTS = 4_000_000  # as many weights are held at once (32 MiB)


@dataclass(frozen=True, slots=True)
class Resampling:
    """How intervals are made: that many draws, from this seed."""

    resamples: int
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class DrawnUnits:
    """Units of equal labels, or prompts: what is drawn, and what that does to the rows of the table.

    Attributes:
        counts: shape (kinds,); how many units of each kind there are, or 1 for each prompt.
        strata: shape (kinds,); from 0 on, each with two units or prompts at least, but where there is one only.
        rows: shape (rows,); the kind of each row, None where they are the same.
        once: shape (rows,); what a row counts each time that its kind is drawn; None where that is 1.
        compared: shape (kinds,); which have a unit with two labels.
    """

    counts: Floats
    strata: Codes
    rows: Codes | None
    once: Floats | None
    compared: Flags

    @property
    def total(self) -> int:
        """How many units or prompts there are."""
        return int(self.counts.sum())

    @property
    def degrees(self) -> float:
        """The degrees of freedom of a variance: those with two labels, less the strata."""
        return float(self.counts[self.compared].sum()) - len(np.unique(self.strata))

    def draws(self, resampling: Resampling) -> Iterator[Floats]:
        """Yield weights of the table's rows, shape (some draws, rows)."""
        generator = np.random.default_rng(resampling.seed)
        rows = len(self.counts) if self.rows is None else len(self.rows)
        size = max(1, MOST_WEIGHTS // max(rows, len(self.counts)))
        for start in range(0, resampling.resamples, size):
            yield self.of_rows(self._drawn(generator, min(size, resampling.resamples - start)))

    def _drawn(self, generator: np.random.Generator, size: int) -> Floats:
        strata = int(self.strata.max(initial=0)) + 1
        if strata == 1:
            chances = self.counts / self.counts.sum()
            return generator.multinomial(self.total, chances, size=size).astype(np.float64)
        drawn = np.zeros((size, len(self.counts)))
        for stratum in range(strata):
            mine = self.strata == stratum
            units = int(self.counts[mine].sum())
            # One less, each counting more: so many draws have the variance of the stratum (Rao and Wu 1988).
            found = generator.multinomial(units - 1, self.counts[mine] / units, size=size)
            drawn[:, mine] = found * (units / (units - 1))
        return drawn

    def without_each(self) -> Floats:
        """Return weights of shape (kinds, rows): each kind less one unit, for which others of its stratum stand in."""
        without = self.counts - np.eye(len(self.counts))
        if self.strata.any():
            sizes = np.bincount(self.strata, weights=self.counts)
            same = self.strata[:, None] == self.strata
            without = np.where(same, without * (sizes / (sizes - 1.0))[self.strata], without)
        return self.of_rows(without)

    def of_rows(self, drawn: Floats) -> Floats:
        """Return what rows count where each kind was drawn so often, shape (draws, rows)."""
        weights = drawn if self.rows is None else drawn[:, self.rows]
        return weights if self.once is None else weights * self.once

    def variance(self, without: Floats) -> Floats:
        """Return the jackknife variance from values without each kind, shape (kinds, coefficients)."""
        found = np.zeros(without.shape[1])
        known = ~np.isnan(without)
        for stratum in range(int(self.strata.max(initial=0)) + 1):
            times = np.where(known, (self.counts * (self.strata == stratum))[:, None], 0.0)
            units = np.maximum(times.sum(axis=0), 1.0)
            values = np.where(known, without, 0.0)
            apart = values - (times * values).sum(axis=0) / units
            found += (units - 1.0) / units * (times * apart**2).sum(axis=0)
        return found


def drawn_units(table: RatingTable) -> DrawnUnits:
    """Return what a resample of the table draws."""
    strata = np.unique(table.design.strata, return_inverse=True)[1] if table.weighted else np.zeros(len(table.counts))
    strata, compared = strata.astype(np.int64), table.labels >= 2
    if not table.repeated:
        once = table.weights if table.weighted else None
        return DrawnUnits(table.counts, _joined(strata, table.counts), None, once, compared)
    _, first, rows = np.unique(table.design.clusters, return_index=True, return_inverse=True)
    rows = rows.reshape(-1)
    prompts = np.ones(len(first))
    # Prompts with units of several strata are in no one of them: all prompts are then drawn alike.
    pure = bool((strata == strata[first][rows]).all())
    own = strata[first] if pure else np.zeros(len(first), np.int64)
    both = np.bincount(rows, weights=compared, minlength=len(first)) > 0
    return DrawnUnits(prompts, _joined(own, prompts), rows, table.mass, both)


def _joined(strata: Codes, counts: Floats) -> Codes:
    """Return strata numbered from 0, those of a single unit joined with each other, or a lone one with the largest."""
    if not len(strata):
        return strata
    sizes = np.bincount(strata, weights=counts)
    single = (sizes == 1.0)[strata]
    if single.any():
        strata = np.where(single, len(sizes) if single.sum() > 1 else int(sizes.argmax()), strata)
    return np.unique(strata, return_inverse=True)[1].reshape(-1)
