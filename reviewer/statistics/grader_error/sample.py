"""What is averaged: the parts that units add to a rate, and how the units with gold were drawn from all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reviewer.statistics.arrays import Codes, Flags, Floats
from reviewer.statistics.sample_design import ALIKE


@dataclass(frozen=True, slots=True, eq=False)
class RateParts:
    """What each unit adds above and below the line of a rate, shapes (units,).

    A unit that does not count adds 0 to both. A verdict that is no label adds 0 above and 1 below.
    """

    above: Floats
    below: Floats

    def take(self, places: Codes | Flags) -> RateParts:
        """Return the parts of some of the units."""
        return RateParts(self.above[places], self.below[places])

    @property
    def binary(self) -> bool:
        """Whether every unit counts, as 0 or as 1."""
        return bool((self.below == 1.0).all() and np.isin(self.above, (0.0, 1.0)).all())


def parts_of(values: Floats) -> RateParts:
    """Return the parts of units that add `values` from 0 to 1 to a rate, nan where they do not count."""
    counts = ~np.isnan(values)
    return RateParts(np.where(counts, values, 0.0), counts.astype(np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class GoldSample:
    """The units with gold, drawn with equal chances inside strata; shapes (units with gold,).

    Attributes:
        units: which units of the population they are.
        strata: a number for the stratum of each.
        drawn: how many units were drawn from the stratum, inside what is averaged or not.
        pool: from how many.
    """

    units: Codes
    strata: Codes
    drawn: Floats
    pool: Floats

    @property
    def weights(self) -> Floats:
        """For how many units of the population each stands."""
        weights: Floats = self.pool / self.drawn
        return weights

    @property
    def equal(self) -> bool:
        """Whether all had the same chance."""
        weights = self.weights
        return bool(not len(weights) or np.ptp(weights) <= ALIKE * weights.max())

    @property
    def complete(self) -> bool:
        """Whether nothing was left out."""
        return bool((self.drawn >= self.pool).all())

    def drop(self, left: Flags) -> GoldSample:
        """Return the sample without the units where `left`, in its own order: what is averaged has fewer units."""
        return GoldSample(self.units[~left], self.strata[~left], self.drawn[~left], self.pool[~left])

    def within(self, kept: Flags) -> GoldSample:
        """Return the sample of that part of the population where `kept`, shape (population,), is true.

        Units are numbered within the part; `drawn` and `pool` stay those of the whole strata.
        """
        mine = kept[self.units]
        places = np.cumsum(kept) - 1
        return GoldSample(places[self.units[mine]], self.strata[mine], self.drawn[mine], self.pool[mine])


def every_unit(units: int) -> GoldSample:
    """Return the sample that is the whole population."""
    return GoldSample(
        np.arange(units), np.zeros(units, np.int64), np.full(units, float(units)), np.full(units, float(units))
    )


def simple(places: Codes, units: int) -> GoldSample:
    """Return the sample of the units at `places`, drawn with equal chances from all `units`."""
    drawn = len(places)
    return GoldSample(
        np.asarray(places, np.int64),
        np.zeros(drawn, np.int64),
        np.full(drawn, float(drawn)),
        np.full(drawn, float(units)),
    )
