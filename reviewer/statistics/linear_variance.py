"""The variance of a weighted mean under the design of its sample: that of the draw, and that of its population.

Any figure that is a smooth function of totals is a weighted mean of its influence values to first order (delta method,
Särndal et al. 1992, ch. 5), so that rates, their differences, F1 and κ share this one computation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reviewer.statistics.arrays import Codes, Floats
from reviewer.statistics.estimate import NEAR_ZERO
from reviewer.statistics.interval import Z, t_quantile
from reviewer.statistics.sample_design import RateTarget, SampleDesign

LONE = "a stratum has one unit with gold: how far its units differ cannot be estimated"


@dataclass(frozen=True, slots=True)
class LinearVariance:
    """The variance of an estimate, in its parts.

    Attributes:
        draw: what other units drawn from the same population would move it.
        around: what other prompts of the same kind would; 0 where the population itself is the target.
        doubt: what one more unit of each sampled stratum, as far off as units can be, would.
        alone: `draw` and `around` if no two units shared a prompt.
        clusters: how many prompts the units are worth, by how evenly they bear the estimate.
        degrees: of freedom, for Student's t.
    """

    draw: float
    around: float
    doubt: float
    alone: float
    clusters: float
    degrees: float

    @property
    def total(self) -> float:
        """The variance without doubt."""
        return self.draw + self.around

    @property
    def design_effect(self) -> float:
        """By how much shared prompts multiply the variance, 1 or more; nan where nothing varies."""
        return max(self.total / self.alone, 1.0) if self.alone > NEAR_ZERO**2 else float("nan")

    @property
    def error(self) -> float:
        """The standard error, doubt included."""
        return float(np.sqrt(self.total + self.doubt))

    @property
    def reach(self) -> float:
        """How far a 95 % interval reaches to either side."""
        return student(self.degrees) * self.error


def student(degrees: float, chance: float = 0.975) -> float:
    """Return the quantile of Student's t, that of the normal distribution from 200 degrees on."""
    if degrees >= 200.0 and chance == 0.975:
        return Z
    return t_quantile(chance, max(degrees, 1.0))


def linear_variance(
    influence: Floats, design: SampleDesign, *, rest: Floats | None = None, sides: Floats | None = None
) -> LinearVariance | None:
    """Return the variance of Σ w · influence, w the weights of the drawn units.

    Args:
        influence: shape (units,), of every unit of the design; those of units that were not drawn are not used. For a
            mean of values y around m it is (y - m) / N.
        design: how they were drawn.
        rest: what the draw moves, where a prediction known for all units takes part of it (the residuals' influence);
            None for the same.
        sides: shape (units,), how much one unit can move the estimate at most for each unit of weight; 1 / N for a mean
            of values from 0 to 1. None for 1 / Σ w.

    Returns:
        None where a stratum leaves the variance open.
    """
    seen = design.seen
    weights = design.weights[seen]
    strata = np.unique(design.strata[seen], return_inverse=True)[1]
    drawn, pool = design.drawn[seen], design.pool[seen]
    scaled = weights * (influence if rest is None else rest)[seen]
    spread = _of_strata(scaled, strata, drawn, pool)
    if spread is None:
        return None
    steps = weights / weights.sum() if sides is None else weights * sides[seen]
    beyond = design.target is RateTarget.BEYOND
    around = alone = 0.0
    clusters = float(len(weights))
    if beyond:
        together, alone = _around(influence[seen], weights, design.clusters[seen])
        around = together
        clusters = _effective(design.clusters[seen], weights)
    draw = float(spread.sum())
    doubt = _doubt(steps, strata, drawn, pool, beyond=beyond)
    return LinearVariance(draw, around, doubt, draw + alone, clusters, _degrees(spread, strata, around, clusters))


def _of_strata(scaled: Floats, strata: Codes, drawn: Floats, pool: Floats) -> Floats | None:
    """Return the variance of the draw of each stratum, None where one was left open.

    Strata reach beyond what is averaged where they hold more drawn units than are here: those add 0 (Särndal et al.
    1992, ch. 5.8).
    """
    number = int(strata.max(initial=-1)) + 1
    size, whole = np.ones(number), np.ones(number)
    size[strata], whole[strata] = drawn, pool
    open_strata = size < whole
    if (open_strata & (size < 2.0)).any():
        return None
    sums = np.bincount(strata, scaled, number)
    squares = np.bincount(strata, scaled**2, number)
    left = size * (1.0 - size / whole) / np.maximum(size - 1.0, 1.0)
    spread: Floats = np.where(open_strata, left * np.maximum(squares - sums**2 / size, 0.0), 0.0)
    return spread


def _around(influence: Floats, weights: Floats, clusters: Codes) -> tuple[float, float]:
    """Return the variance of the population's mean over other prompts, and as if no two units shared a prompt.

    Each pair of drawn units of a prompt stands for w · w pairs of the population, each unit for w units.
    """
    units = len(influence)
    off = influence - weights @ influence / weights.sum()
    alone = float(weights @ off**2) * units / max(units - 1, 1)
    groups = np.unique(clusters, return_inverse=True)[1]
    number = int(groups.max(initial=-1)) + 1
    if number == units:
        return alone, alone
    sums = np.bincount(groups, weights * off, number)
    together = float((sums**2).sum() - ((weights**2 - weights) * off**2).sum())
    return max(together * number / max(number - 1, 1), 0.0), alone


def _effective(clusters: Codes, weights: Floats) -> float:
    """Return how many prompts of equal weight the prompts are worth (Kish 1965)."""
    sums = np.bincount(np.unique(clusters, return_inverse=True)[1], weights)
    return float(sums.sum() ** 2 / (sums**2).sum())


def _doubt(steps: Floats, strata: Codes, drawn: Floats, pool: Floats, *, beyond: bool) -> float:
    """Return the variance that one more unit in each stratum adds, the square of its step: one success and one failure.

    (Agresti and Caffo 2000; Bonett and Price 2012 for pairs.) A stratum that was drawn whole leaves none where the
    population itself is the target.
    """
    number = int(strata.max(initial=-1)) + 1
    largest, left = np.zeros(number), np.ones(number)
    np.maximum.at(largest, strata, np.abs(steps))
    if not beyond:
        left[strata] = 1.0 - drawn / pool
    return float((left * largest**2).sum())


def _degrees(spread: Floats, strata: Codes, around: float, clusters: float) -> float:
    """Return the degrees of freedom of the variance (Satterthwaite 1946)."""
    units = np.bincount(strata, minlength=len(spread)).astype(np.float64)
    parts = np.append(spread, around)
    free = np.append(np.maximum(units - 1.0, 1.0), max(clusters - 1.0, 1.0))
    squares = float((parts**2 / free).sum())
    return float(parts.sum() ** 2 / squares) if squares > NEAR_ZERO**4 else max(clusters - 1.0, 1.0)
