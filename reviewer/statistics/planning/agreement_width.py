"""How wide the interval of an agreement coefficient will be, before anybody rated.

α, Scott's π, Fleiss κ and, where all raters use the values equally often, Cohen's κ and the mean of its pairs have the
same spread in large samples: one form serves them all. It is the delta method on what one response adds to α, whose
moments have a closed form for any number of raters and values.
"""

from __future__ import annotations

import math

import numpy as np

from reviewer.statistics.arrays import Floats
from reviewer.statistics.interval import Z
from reviewer.statistics.planning.rater_model import ExpectedLabels


def alpha_half_width(labels: ExpectedLabels, raters: int, items: float) -> float:
    """Return half the width of the 95 % interval of α that two or more `raters` of `items` responses will have.

    It is of other items; where `labels` know the spread of raters, of other items and other raters.
    """
    within, between = _moments(labels, raters)
    extra = (labels.per_prompt - 1.0) * labels.correlation * between
    return Z * math.sqrt((within + between + extra) / items + labels.rater_spread / raters)


def narrowest(labels: ExpectedLabels, raters: int) -> float:
    """Return the half-width that no number of items gets below: that of which raters there are."""
    return Z * math.sqrt(labels.rater_spread / raters)


def _moments(labels: ExpectedLabels, raters: int) -> tuple[float, float]:
    """Return the variance of what one response adds to α: within a true value, and between the true values.

    α is 1 - (1 - A) / (1 - E), with A the share of pairs of labels that agree and E that expected by chance. Of one
    response, its share of agreeing pairs a and its share s of each value move it by
    (a - A) / (1 - E) - 2 (1 - A) / (1 - E)² · Σ share · (s - share). Given the true value the labels are independent,
    so that all moments are those of a multinomial.
    """
    shares, chances = np.array(labels.shares), labels.chances
    room = 1.0 - float((shares**2).sum())
    slope, weight = 1.0 / room, 2.0 * (1.0 - labels.agreement) / room
    pairs, triples, fours = (float(math.perm(raters, number)) for number in (2, 3, 4))
    twice: Floats = (chances**2).sum(axis=1)
    thrice: Floats = (chances**3).sum(axis=1)
    one: Floats = chances @ shares
    own: Floats = chances**2 @ shares
    agreeing = (fours * twice**2 + 4.0 * triples * thrice + 2.0 * pairs * twice) / pairs**2
    both = (triples * twice * one + 2.0 * pairs * own) / (pairs * raters)
    given = (pairs * one**2 + raters * (chances @ shares**2)) / raters**2
    mean = slope * twice - weight * one
    within = slope**2 * agreeing - 2.0 * slope * weight * both + weight**2 * given - mean**2
    return max(float(shares @ within), 0.0), float(shares @ (mean - shares @ mean) ** 2)


def donner_eliasziw(rate: float, null: float, true: float, noncentrality: float) -> float:
    """Return how many responses two raters need to tell the κ `true` from the κ `null`, by goodness of fit.

    Donner and Eliasziw 1992, Statistics in Medicine 11:1511. A `noncentrality` of (z of the test + z of the power)²
    gives a test its power; Z² gives a 95 % interval that is expected to end at `null`.
    """
    room = rate * (1.0 - rate)
    moved = (room * (true - null)) ** 2
    both, neither = rate**2 + room * null, (1.0 - rate) ** 2 + room * null
    differ = 2.0 * room * (1.0 - null)
    return noncentrality / (moved / both + moved / neither + 4.0 * moved / differ)
