"""What one row of ratings says when raters are exchangeable: how many labels of each value, and which pairs agree."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from reviewer.statistics.agreement.table import MISSING, RatingTable
from reviewer.statistics.arrays import Flags, Floats


class ValueCounts:
    """Counts per row, with each rater counted `multiplicity` times (all once, but in two-way resampling).

    A pair of two labels by the same rater is no pair: where a rater is drawn twice, the rater and the copy are not
    compared, for they would always agree.
    """

    def __init__(self, table: RatingTable, multiplicity: Floats | None = None) -> None:
        self.table = table
        self.multiplicity = np.ones(len(table.raters)) if multiplicity is None else multiplicity

    @cached_property
    def counts(self) -> Floats:
        """How many labels of each value, shape (rows, values)."""
        return self._sums(self.multiplicity)

    @cached_property
    def labels(self) -> Floats:
        """How many labels, shape (rows,)."""
        rated = self.table.codes != MISSING
        labels: Floats = rated @ self.multiplicity
        return labels

    @cached_property
    def pairs(self) -> Floats:
        """How many ordered pairs of labels by different raters, shape (rows,)."""
        rated = self.table.codes != MISSING
        pairs: Floats = self.labels**2 - rated @ self.multiplicity**2
        return pairs

    @property
    def rated(self) -> Flags:
        """Which rows have a label."""
        return self.labels > 0

    @property
    def paired(self) -> Flags:
        """Which rows have labels by at least two raters."""
        return self.pairs > 0

    @cached_property
    def shares(self) -> Floats:
        """The share of each value among the labels of a row, shape (rows, values), 0 where there is no label."""
        labels = np.where(self.rated, self.labels, 1.0)
        return self.counts / labels[:, None]

    def agreement(self, weights: Floats | None = None) -> Floats:
        """Return the mean of `weights` over the pairs of a row, shape (rows,), 0 where there is no pair.

        `weights` of shape (values, values), 1 on its diagonal, says how far two values agree; without it only equal
        values do. One less the mean of a distance is the same: give 1 - distance.
        """
        own = self._sums(self.multiplicity**2).sum(axis=1)
        met = self.counts if weights is None else self.counts @ weights
        agreeing = (met * self.counts).sum(axis=1) - own
        return np.where(self.paired, agreeing / np.where(self.paired, self.pairs, 1.0), 0.0)

    def _sums(self, times: Floats) -> Floats:
        codes, values = self.table.codes, len(self.table.values)
        given = codes != MISSING
        places = (np.arange(len(codes))[:, None] * values + codes)[given]
        weights = np.broadcast_to(times, codes.shape)[given]
        sums = np.bincount(places, weights=weights, minlength=len(codes) * values).astype(np.float64)
        return sums.reshape(len(codes), values)
