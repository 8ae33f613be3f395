"""Probabilities that a grader states against what gold says: Brier score, its parts, calibration curve and its error.

Each unit has the stated probability of an event and whether the event happened. All figures are of the population that
the units were drawn from. An expected calibration error is above 0 for a perfectly calibrated grader too, since shares
in bins differ from probabilities by chance; it is of use only beside what such a grader would show on the same units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reviewer.statistics.agreement.bootstrap import FEWEST_UNITS
from reviewer.statistics.arrays import Codes, Flags, Floats
from reviewer.statistics.estimate import Estimate
from reviewer.statistics.grader_error.rate_parts import RateParts
from reviewer.statistics.grader_error.rates import narrowness, share
from reviewer.statistics.linear_variance import LONE, linear_variance
from reviewer.statistics.sample_design import RateTarget, SampleDesign

FEW_STATED = "{units} units with gold and a probability; calibration needs at least {least}"
EDGES = np.arange(1, 10) / 10.0  # between ten bins of equal width; one that is stated as 0.9 is in the bin up to 0.9
DRAWS = 200
SEED = 1


@dataclass(frozen=True, slots=True, eq=False)
class StatedUnits:
    """Units with a stated probability of an event and whether it happened, 1 or 0; shapes (units,), all drawn."""

    stated: Floats
    happened: Floats
    design: SampleDesign

    def take(self, kept: Flags) -> StatedUnits:
        """Return some of the units."""
        return StatedUnits(self.stated[kept], self.happened[kept], self.design.take(kept))

    def of(self, configuration: int) -> StatedUnits:
        """Return the units of one configuration."""
        return self.take(self.design.configurations == configuration)


def stated_units(design: SampleDesign, stated: Sequence[float | None], happened: Sequence[bool]) -> StatedUnits:
    """Return the units that were drawn and have a probability, from one place a unit of the population."""
    found = np.array([np.nan if one is None else one for one in stated], np.float64)
    every = StatedUnits(found, np.asarray(happened, np.float64), design)
    return every.take(design.seen & ~np.isnan(found))


@dataclass(frozen=True, slots=True)
class BrierParts:
    """What a Brier score is made of (Murphy 1973): reliability - resolution + uncertainty + within.

    `within` is what the bins leave out, since probabilities differ inside them (Stephenson et al. 2008).
    """

    reliability: float
    resolution: float
    uncertainty: float
    within: float


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """The units whose stated probabilities lie above `low` and up to `high`; those of 0 are in the first bin.

    `units` is a count, `stated` the mean probability, `share` how often the event happened.
    """

    low: float
    high: float
    units: int
    stated: float
    share: Estimate


@dataclass(frozen=True, slots=True)
class Calibration:
    """How good the stated probabilities are.

    Attributes:
        units: with gold and a probability.
        brier: the mean squared distance of the probability from what happened; without a value where units are few.
        parts: of it; None where it has no value, as the errors below.
        error: expected calibration error: the mean distance of the two columns of the curve.
        error_if_calibrated: the mean error that a perfectly calibrated grader would show on these units.
        curve: the bins that hold units.
    """

    units: int
    brier: Estimate
    parts: BrierParts | None
    error: float | None
    error_if_calibrated: float | None
    curve: tuple[CalibrationBin, ...]


def calibration(given: StatedUnits) -> Calibration:
    """Return how good the stated probabilities are."""
    units = len(given.stated)
    if units < FEWEST_UNITS:
        reason = FEW_STATED.format(units=units, least=FEWEST_UNITS)
        return Calibration(units, Estimate(None, undefined=reason), None, None, None, ())
    bins = np.searchsorted(EDGES, given.stated)
    weights = given.design.weights
    brier = _brier(given)
    assert brier.value is not None
    return Calibration(
        units,
        brier,
        _parts(given, bins, brier.value),
        _error(given.stated, given.happened, bins, weights),
        _error_if_calibrated(given.stated, bins, weights),
        tuple(_bin(given, bins, int(place)) for place in np.unique(bins)),
    )


def _brier(given: StatedUnits) -> Estimate:
    design = given.design
    squares = (given.stated - given.happened) ** 2
    whole = float(design.weights.sum())
    value = float(design.weights @ squares / whole)
    if design.target is RateTarget.THESE and design.complete:
        return Estimate(value, value, value)
    spread = linear_variance((squares - value) / whole, design)
    if spread is None:
        return Estimate(value, undefined=LONE)
    low, high = max(value - spread.reach, 0.0), min(value + spread.reach, 1.0)
    return Estimate(value, low, high, warning=narrowness(RateParts(squares, np.ones(len(squares))), design, spread))


def _parts(given: StatedUnits, bins: Codes, brier: float) -> BrierParts:
    weights = given.design.weights
    whole = np.bincount(bins, weights)
    kept = whole > 0.0
    shares = whole[kept] / whole.sum()
    stated = np.bincount(bins, weights * given.stated)[kept] / whole[kept]
    happened = np.bincount(bins, weights * given.happened)[kept] / whole[kept]
    overall = float(shares @ happened)
    reliability = float(shares @ (stated - happened) ** 2)
    resolution = float(shares @ (happened - overall) ** 2)
    uncertainty = overall * (1.0 - overall)
    return BrierParts(reliability, resolution, uncertainty, brier - (reliability - resolution + uncertainty))


def _error(stated: Floats, happened: Floats, bins: Codes, weights: Floats) -> float:
    return float(np.abs(np.bincount(bins, weights * (stated - happened))).sum() / weights.sum())


def _error_if_calibrated(stated: Floats, bins: Codes, weights: Floats) -> float:
    """Return the mean error over draws in which each event happens with its stated probability."""
    generator = np.random.default_rng(SEED)
    drawn = [
        _error(stated, (generator.random(len(stated)) < stated).astype(np.float64), bins, weights) for _ in range(DRAWS)
    ]
    return float(np.mean(drawn))


def _bin(given: StatedUnits, bins: Codes, place: int) -> CalibrationBin:
    mine = given.take(bins == place)
    weights = mine.design.weights
    return CalibrationBin(
        place / 10,
        (place + 1) / 10,
        len(mine.stated),
        float(weights @ mine.stated / weights.sum()),
        share(RateParts(mine.happened, np.ones(len(mine.happened))), mine.design),
    )
