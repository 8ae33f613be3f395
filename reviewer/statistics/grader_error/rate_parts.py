"""What units add to a rate, above and below its line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reviewer.statistics.arrays import Codes, Flags, Floats


@dataclass(frozen=True, slots=True, eq=False)
class RateParts:
    """What each unit adds above and below the line of a rate, shapes (units,).

    A unit that does not count adds 0 to both. A verdict that is no label adds 0 above and 1 below.
    """

    above: Floats
    below: Floats

    def __len__(self) -> int:
        """Return how many units there are."""
        return len(self.above)

    def take(self, places: Codes | Flags) -> RateParts:
        """Return the parts of some of the units."""
        return RateParts(self.above[places], self.below[places])

    @property
    def counted(self) -> Flags:
        """Which units count in the rate."""
        counted: Flags = self.below > 0.0
        return counted

    @property
    def binary(self) -> bool:
        """Whether every unit counts, as 0 or as 1."""
        return bool((self.below == 1.0).all() and np.isin(self.above, (0.0, 1.0)).all())


def parts_of(values: Floats) -> RateParts:
    """Return the parts of units that add `values` from 0 to 1 to a rate, nan where they do not count."""
    counts = ~np.isnan(values)
    return RateParts(np.where(counts, values, 0.0), counts.astype(np.float64))
