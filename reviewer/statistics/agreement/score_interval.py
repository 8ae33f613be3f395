"""The interval of a coefficient from its variance: Wilson's for as many units as the variance is worth.

A coefficient between its least value and 1 is taken as a share of the way from one to the other, and has the interval
that Wilson (1927) gives to such a share of n units, with the n that has the same variance (Korn and Graubard 1998) and
Student's t. Near an end, where a few units decide, it reaches as far as these few leave open; a bootstrap does not.

Where no two labels differ there is no variance. The share of units in disagreement may then be as high as Wilson's
limit for none of n, z² / (n + z²), and a coefficient as low as that leaves it, with chance as it was found.
"""

from __future__ import annotations

from reviewer.statistics.estimate import NEAR_ZERO, Ends
from reviewer.statistics.interval import Z, wilson

CONTINUITY = 0.25  # of a unit
NEAR = 1e-9  # a coefficient nearer than this to an end is there


def score_interval(value: float, variance: float, ends: Ends, degrees: float) -> tuple[float, float]:
    """Return the 95 % interval of a coefficient; `degrees` of freedom are those of its variance."""
    most = Z**2 / (ends.size + Z**2)
    if value >= 1.0 - NEAR:
        return max(ends.least, 1.0 - most / ends.room), 1.0
    width = 1.0 - ends.least
    share = (value - ends.least) / width
    if share <= NEAR:
        return min(value, ends.least), ends.least + width * Z**2 / (ends.low_size + Z**2)
    spread = variance / width**2
    units = ends.size if spread <= NEAR_ZERO else share * (1.0 - share) / spread
    low, high = wilson(share, units, student(degrees))
    # Towards the near end the units of a few events decide, and Wilson's limit is short there for some shares: half of
    # Newcombe's (1998) correction for that shares are whole numbers of units brings it to 0.93 and more for every one.
    nearer = share + CONTINUITY / units if share > 0.5 else share - CONTINUITY / units
    if share > 0.5:
        high = wilson(nearer, units, student(degrees))[1] if nearer < 1.0 else 1.0
    else:
        low = wilson(nearer, units, student(degrees))[0] if nearer > 0.0 else 0.0
    return ends.least + width * low, ends.least + width * high


def student(degrees: float) -> float:
    """Return the 97.5 % quantile of Student's t (Abramowitz and Stegun 26.7.5), to 0.001 from 5 degrees on."""
    n = max(degrees, 1.0)
    return (
        Z
        + (Z**3 + Z) / (4.0 * n)
        + (5.0 * Z**5 + 16.0 * Z**3 + 3.0 * Z) / (96.0 * n**2)
        + (3.0 * Z**7 + 19.0 * Z**5 + 17.0 * Z**3 - 15.0 * Z) / (384.0 * n**3)
    )
