"""Intervals in closed form: Wilson's, and Student's t where few units speak. All are 95 %."""

from __future__ import annotations

import math

from reviewer.statistics.agreement.bootstrap import NORMAL, TAIL
from reviewer.statistics.estimate import NEAR_ZERO, Estimate

Z = NORMAL.inv_cdf(1.0 - TAIL)
MOST_STEPS = 500  # of a continued fraction that converges in far fewer


def wilson(share: float, units: float) -> tuple[float, float]:
    """Return the score interval of a `share` seen among `units`, which need not be whole (Wilson 1927).

    With none of 20 it is [0, 0.161], where the interval of Wald has no width.
    """
    spread = Z * math.sqrt(share * (1.0 - share) / units + Z**2 / (4.0 * units**2))
    scale = 1.0 + Z**2 / units
    middle = share + Z**2 / (2.0 * units)
    # At 0 and 1 the end is the share itself, and only rounding says otherwise.
    low = 0.0 if share <= 0.0 else max(0.0, (middle - spread) / scale)
    high = 1.0 if share >= 1.0 else min(1.0, (middle + spread) / scale)
    return low, high


def bounded(share: float, variance: float, units: float) -> Estimate:
    """Return a share with Wilson's interval for as many units as its `variance` is worth.

    share · (1 - share) / variance + 1 units: for independent units of one chance these are the units themselves, for
    prompts that repeat or chances that differ fewer, for values between 0 and 1 more (Korn and Graubard 1998, with the
    score interval). `units` are how many were looked at: a share nearer to 0 or 1 than one of them is counted as one of
    them there, and where no variance is left they are what the share is worth.
    """
    share, variance = float(min(max(share, 0.0), 1.0)), float(variance)
    if variance <= NEAR_ZERO**2:
        return Estimate(share, *wilson(share, units))
    one = 1.0 / max(units, 2.0)
    return Estimate(share, *wilson(share, max(share * (1.0 - share), one * (1.0 - one)) / variance + 1.0))


def t_below(value: float, degrees: float) -> float:
    """Return the chance that Student's t with that many `degrees` of freedom is below `value`."""
    tail = 0.5 * _beta_below(degrees / (degrees + value * value), degrees / 2.0, 0.5)
    return tail if value < 0.0 else 1.0 - tail


def t_quantile(chance: float, degrees: float) -> float:
    """Return the value that Student's t is below with that `chance`, by bisection."""
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
