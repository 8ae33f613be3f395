"""Intervals in closed form: Wilson's, and Student's t where few units speak. All are 95 %."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

from reviewer.statistics.estimate import NEAR_ZERO, Estimate

NORMAL = NormalDist()
TAIL = 0.025
Z = NORMAL.inv_cdf(1.0 - TAIL)
MOST_STEPS = 500  # of what converges in far fewer
HEAVY_TAILS = 4.0  # degrees of freedom
SETTLED = 1e-10
# Lower limits, times the units, of a share of 1, 2 and 3 of them (Brown, Cai and DasGupta 2001, for 95 %).
RARE_LIMITS = (0.0, 0.051293294, 0.355361511, 0.817691447)
FEW_UNITS = 50  # up to here two events are rare, above three


def wilson(share: float, units: float, reach: float = Z) -> tuple[float, float]:
    """Return the score interval of a `share` seen among `units`, which need not be whole (Wilson 1927).

    It goes `reach` standard errors to each side. With none of 20 it is [0, 0.161], where that of Wald has no width.
    """
    spread = reach * math.sqrt(share * (1.0 - share) / units + reach**2 / (4.0 * units**2))
    scale = 1.0 + reach**2 / units
    middle = share + reach**2 / (2.0 * units)
    # At 0 and 1 the end is the share itself, and only rounding says otherwise.
    low = 0.0 if share <= 0.0 else max(0.0, (middle - spread) / scale)
    high = 1.0 if share >= 1.0 else min(1.0, (middle + spread) / scale)
    return low, high


def rare_wilson(share: float, units: float) -> tuple[float, float]:
    """Return Wilson's interval with the lower limit of Poisson's law where only one to three units have or lack it.

    There Wilson's own covers as little as 84 % (Brown, Cai and DasGupta 2001, section 4.1.1). Between whole numbers of
    units the limit is interpolated.
    """
    low, high = wilson(share, units)
    return min(low, _rare_limit(share, units)), max(high, 1.0 - _rare_limit(1.0 - share, units))


def _rare_limit(share: float, units: float) -> float:
    events = share * units
    most = 2 if units <= FEW_UNITS else 3
    if events > most + 0.5:
        return 1.0
    place = min(int(events), most - 1)
    first, second = RARE_LIMITS[place : place + 2]
    return max(first + (events - place) * (second - first), 0.0) / units


def bounded(share: float, variance: float, units: float) -> Estimate:
    """Return a share with Wilson's interval for as many units as its `variance` is worth.

    share · (1 - share) / variance + 1 units: for independent units of one chance these are the units themselves, for
    prompts that repeat or chances that differ fewer, for values between 0 and 1 more (Korn and Graubard 1998, with the
    score interval). `units` are how many were looked at: a share nearer to 0 or 1 than one of them is counted as one of
    them there, and where no variance is left they are what the share is worth.
    """
    share, variance = float(min(max(share, 0.0), 1.0)), float(variance)
    if variance <= NEAR_ZERO**2:
        return Estimate(share, *rare_wilson(share, units))
    one = 1.0 / max(units, 2.0)
    return Estimate(share, *rare_wilson(share, max(share * (1.0 - share), one * (1.0 - one)) / variance + 1.0))


def t_below(value: float, degrees: float) -> float:
    """Return the chance that Student's t with that many `degrees` of freedom is below `value`."""
    tail = 0.5 * _beta_below(degrees / (degrees + value * value), degrees / 2.0, 0.5)
    return tail if value < 0.0 else 1.0 - tail


@lru_cache(4096)
def t_quantile(chance: float, degrees: float) -> float:
    """Return the value that Student's t is below with that `chance`, by Newton steps; by bisection of heavy tails."""
    if degrees < HEAVY_TAILS:
        return _t_bisected(chance, degrees)
    value = NORMAL.inv_cdf(chance)
    value += (value**3 + value) / (4.0 * degrees)  # Cornish and Fisher 1938, its first term
    scale = math.lgamma((degrees + 1.0) / 2.0) - math.lgamma(degrees / 2.0) - 0.5 * math.log(degrees * math.pi)
    for _ in range(MOST_STEPS):
        height = math.exp(scale - (degrees + 1.0) / 2.0 * math.log1p(value * value / degrees))
        step = (t_below(value, degrees) - chance) / height
        value -= step
        if abs(step) < SETTLED:
            break
    return value


def _t_bisected(chance: float, degrees: float) -> float:
    low, high = -1.0, 1.0
    while t_below(low, degrees) > chance:
        low *= 2.0
    while t_below(high, degrees) < chance:
        high *= 2.0
    for _ in range(200):
        middle = (low + high) / 2.0
        if t_below(middle, degrees) < chance:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def _beta_below(at: float, first: float, second: float) -> float:
    """Return the regularised incomplete beta function, by the continued fraction of DLMF 8.17.22."""
    if at <= 0.0 or at >= 1.0:
        return 0.0 if at <= 0.0 else 1.0
    if at > (first + 1.0) / (first + second + 2.0):
        return 1.0 - _beta_below(1.0 - at, second, first)
    front = math.exp(
        math.lgamma(first + second)
        - math.lgamma(first)
        - math.lgamma(second)
        + first * math.log(at)
        + second * math.log1p(-at)
    )
    return front / first * _fraction(at, first, second)


def _fraction(at: float, first: float, second: float) -> float:
    """Return the continued fraction by the method of Lentz (Numerical Recipes, 6.4)."""
    above = 1.0
    below = 1.0 / (1.0 - (first + second) * at / (first + 1.0))
    value = below
    for step in range(1, MOST_STEPS):
        twice = first + 2.0 * step
        even = step * (second - step) * at / ((twice - 1.0) * twice)
        odd = -(first + step) * (first + second + step) * at / (twice * (twice + 1.0))
        before = value
        for part in (even, odd):
            below = 1.0 / (1.0 + part * below)
            above = 1.0 + part / above
            value *= above * below
        if value == before:
            break
    return value
