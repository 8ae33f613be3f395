"""How near a rate by gold will lie to the truth, and how likely a difference between two rates is to be found."""

from __future__ import annotations

import math
from dataclasses import replace

from reviewer.statistics.interval import NORMAL, Z, wilson
from reviewer.statistics.planning.rater_model import ExpectedLabels


class NotPossible(ValueError):
    """What was stated contradicts itself."""


def rate_half_width(labels: ExpectedLabels, raters: int, items: float) -> float:
    """Return half the width of the 95 % interval (Wilson's) of a rate by the majority of `raters` on `items`."""
    rate = labels.shares[0]
    errors = labels.majority(raters)
    gold = errors.gold_rate(rate)
    alike = labels.correlation * errors.slope**2 * rate * (1.0 - rate) / (gold * (1.0 - gold))
    low, high = wilson(gold, items / (1.0 + (labels.per_prompt - 1.0) * alike))
    return (high - low) / 2.0


def rate_lean(labels: ExpectedLabels, raters: int) -> float:
    """Return by how much the rate by gold is expected to lie above the true one, however many items there are."""
    return labels.majority(raters).gold_rate(labels.shares[0]) - labels.shares[0]


def gold_error(labels: ExpectedLabels, raters: int) -> float:
    """Return on what share of responses the majority of `raters` is expected to be wrong."""
    errors = labels.majority(raters)
    return labels.shares[0] * errors.missed + (1.0 - labels.shares[0]) * errors.false


def widest_correlation(first: float, second: float) -> float:
    """Return how much two values of these rates can go together at most: 1 only where the rates are equal."""
    less, more = sorted((first, second))
    return math.sqrt(less * (1.0 - more) / (more * (1.0 - less)))


def second_rate(labels: ExpectedLabels, difference: float) -> float:
    """Return the rate that lies `difference` above the stated one.

    Raises:
        NotPossible: there is no such rate, or the two cannot go together as much as stated.
    """
    first, second = labels.shares[0], labels.shares[0] + difference
    if second >= 1.0:
        raise NotPossible(
            f"a difference of {difference:g} above a rate of {first:g} would be a rate of {second:g}; expected one"
            " below 1"
        )
    most = widest_correlation(first, second)
    if labels.correlation > most:
        raise NotPossible(
            f"a correlation of {labels.correlation:g} is not possible between rates of {first:g} and {second:g};"
            f" expected {math.floor(most * 1000) / 1000:g} at most"
        )
    return second


def of_both(labels: ExpectedLabels, difference: float) -> ExpectedLabels:
    """Return what raters say of the responses of two configurations together, who do not know which is which."""
    middle = labels.shares[0] + difference / 2.0
    return replace(labels, shares=(middle, 1.0 - middle))


def difference_moments(labels: ExpectedLabels, raters: int, difference: float) -> tuple[float, float]:
    """Return the expected difference by gold of one prompt, and its standard deviation.

    Raises:
        NotPossible: see `second_rate`.
    """
    first, second = labels.shares[0], second_rate(labels, difference)
    errors = of_both(labels, difference).majority(raters)
    one, other = errors.gold_rate(first), errors.gold_rate(second)
    together = labels.correlation * math.sqrt(first * (1.0 - first) * second * (1.0 - second)) * errors.slope**2
    spread = one * (1.0 - one) + other * (1.0 - other) - 2.0 * together
    return errors.slope * difference, math.sqrt(spread)


def difference_half_width(labels: ExpectedLabels, raters: int, difference: float, items: float) -> float:
    """Return half the width of the 95 % interval of the difference, paired by prompt, on so many prompts."""
    return Z * difference_moments(labels, raters, difference)[1] / math.sqrt(items)


def difference_power(labels: ExpectedLabels, raters: int, difference: float, items: float) -> float:
    """Return the chance that the 95 % interval of the difference lies above 0."""
    mean, spread = difference_moments(labels, raters, difference)
    return NORMAL.cdf(mean * math.sqrt(items) / spread - Z)
