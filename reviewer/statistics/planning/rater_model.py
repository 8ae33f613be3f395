"""What raters will say: the truth with one chance, else a guess.

A rater sees the true value of a response with the chance √α, and otherwise gives a value as often as it occurs. Two
such raters agree with exactly the stated α, and each value gets exactly the stated share of the labels. For two raters
and two values this is the common correlation model of Donner and Eliasziw (1992) and leaves nothing open. For more
raters it says that all responses are equally hard, which real ones are not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from reviewer.statistics.arrays import Floats


@dataclass(frozen=True, slots=True)
class MajorityErrors:
    """What becomes of a value under the majority of several raters.

    Attributes:
        missed: the chance that gold lacks the value where it is true.
        false: the chance that gold has it where it is not.
        ties: the chance that the raters tie, so that somebody has to decide.
    """

    missed: float
    false: float
    ties: float

    @property
    def slope(self) -> float:
        """How much of a difference between two true rates is left between two rates of gold."""
        return 1.0 - self.missed - self.false

    def gold_rate(self, rate: float) -> float:
        """Return the rate of gold where the true rate is `rate`."""
        return rate * (1.0 - self.missed) + (1.0 - rate) * self.false


@dataclass(frozen=True, slots=True)
class ExpectedLabels:
    """What the labels of a study will be like.

    Attributes:
        shares: of each value among all labels, which is also how often it is true. Of a rate: the rate, and the rest.
        agreement: α of two raters, from 0 to 1.
        correlation: how alike the true values of two responses to one prompt are, from 0 to 1.
        per_prompt: how many responses answer one prompt.
        rater_spread: the variance of α that is due to which raters there are, times their number; 0 leaves them out.
    """

    shares: tuple[float, ...]
    agreement: float
    correlation: float = 0.0
    per_prompt: float = 1.0
    rater_spread: float = 0.0

    @property
    def knowing(self) -> float:
        """With what chance a rater sees the true value."""
        return math.sqrt(self.agreement)

    @property
    def chances(self) -> Floats:
        """With what chance each value is given, by true value, shape (values, values)."""
        known: Floats = np.eye(len(self.shares)) * self.knowing
        return known + (1.0 - self.knowing) * np.array(self.shares)

    def majority(self, raters: int) -> MajorityErrors:
        """Return how gold errs on the first of two values by the majority of `raters`.

        A tie is decided by one more person, who errs as the raters do: with an even number gold is as that of the next
        odd number.
        """
        given = self.chances[:, 0]
        voting = raters + 1 - raters % 2
        ties = 0.0
        if raters % 2 == 0:
            tied = [_exactly(raters, raters // 2, float(chance)) for chance in given]
            ties = self.shares[0] * tied[0] + (1.0 - self.shares[0]) * tied[1]
        return MajorityErrors(_outvoted(voting, 1.0 - float(given[0])), _outvoted(voting, float(given[1])), ties)


def _exactly(raters: int, some: int, chance: float) -> float:
    return math.comb(raters, some) * chance**some * (1.0 - chance) ** (raters - some)


def _outvoted(raters: int, wrong: float) -> float:
    """Return the chance that more than half of an odd number of raters are wrong."""
    return sum(_exactly(raters, some, wrong) for some in range(raters // 2 + 1, raters + 1))
