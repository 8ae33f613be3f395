"""An estimate: a value, its interval, and, where either is missing, the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from reviewer.statistics.arrays import Floats

NEAR_ZERO = 1e-12  # a spread of chance below this is none: only rounding separates it from 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval.

    `value` is None where the coefficient is not defined, `low` and `high` are None where no interval can be given;
    `undefined` says why, in both cases. `warning` says why an interval is likely too narrow, else it is None. Of
    `resamples` drawn for the interval, `undefined_resamples` gave no value and are not in it.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    undefined: str | None = None
    resamples: int = 0
    undefined_resamples: int = 0
    warning: str | None = None

    def plain(self) -> dict[str, float | str | None]:
        """Return the estimate as the JSON object of the command line."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "undefined": self.undefined,
            "warning": self.warning,
        }


@dataclass(frozen=True, slots=True)
class Ends:
    """Where a coefficient ends, and how much is known there: what shapes its interval.

    Attributes:
        least: the lowest value that it can have with values as frequent as they are.
        room: the disagreement expected by chance; a share d of units in disagreement leaves 1 - d / room.
        size: how many units or prompts would show a disagreement, were there one: what no disagreement is worth.
        low_size: how many show that there is no agreement, where there is none.
        warning: why any interval is likely too narrow, or None.
    """

    least: float
    room: float
    size: float
    low_size: float
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class Statistic:
    """Coefficients as a function of how often each row of a table occurs.

    Attributes:
        of: weights of shape (draws, rows) in, values of shape (draws, coefficients) out, nan where undefined.
        undefined: for each coefficient, what nan means.
        no_interval: why the coefficients have no interval, or None where one is to be drawn.
        ends: where each coefficient ends; None where it is no agreement that ends at 1.
    """

    of: Callable[[Floats], Floats]
    undefined: tuple[str, ...]
    no_interval: str | None = None
    ends: Callable[[], Sequence[Ends]] | None = None


def never(reason: str) -> Statistic:
    """Return a coefficient that is undefined whatever the weights, because of `reason`."""
    return Statistic(lambda weights: np.full((len(weights), 1), np.nan), (reason,))


def ratio(above: Floats, below: Floats) -> Floats:
    """Return above / below, nan where `below` is 0."""
    above, below = np.broadcast_arrays(above, below)
    found: Floats = np.divide(above, below, out=np.full(above.shape, np.nan), where=np.abs(below) > NEAR_ZERO)
    return found


def corrected(observed: Floats, chance: Floats) -> Floats:
    """Return (observed - chance) / (1 - chance), agreement beyond chance; nan where chance leaves no room."""
    return ratio(observed - chance, 1.0 - chance)
