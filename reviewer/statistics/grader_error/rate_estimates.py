"""One rate of a population by every estimator that fits: the grader's, that of gold, and the grader's corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.arrays import Flags, Floats
from reviewer.statistics.estimate import Estimate
from reviewer.statistics.grader_error.rate_parts import RateParts, parts_of
from reviewer.statistics.grader_error.rates import corrected, raw, share
from reviewer.statistics.grader_error.rogan_gladen import plug_in
from reviewer.statistics.grader_error.worst_tail import goodness, goodness_corrected
from reviewer.statistics.sample_design import RateTarget, SampleDesign, census

NO_VERDICT = "the grader gave no verdict on {lacking:,} of {units:,} responses"
OPEN = (
    "{lacking:,} of {units:,} responses drawn for review have no gold yet, and what is undecided is not like the rest"
)
NO_WORSE = "the worst tenth is shown of graded rates with a worse end"


@dataclass(frozen=True, slots=True, eq=False)
class RateUnits:
    """One rate over a population, as arrays of one place a unit.

    Attributes:
        design: how the units were drawn for review.
        gold: what a unit adds by gold; nan where it has none.
        grader: what it adds by the grader; nan where that gave no verdict.
        settled: whether gold is known, as a number or as not counting.
        judged: whether there is a verdict.
    """

    design: SampleDesign
    gold: Floats
    grader: Floats
    settled: Flags
    judged: Flags

    @property
    def known(self) -> Flags:
        """Which units were drawn for review and have gold."""
        known: Flags = self.design.seen & self.settled
        return known

    @property
    def open(self) -> Flags:
        """Which units were drawn for review and have no gold yet."""
        lacking: Flags = self.design.seen & ~self.settled
        return lacking

    def of(self, kept: Flags) -> RateUnits:
        """Return the rate over some of the units."""
        return RateUnits(
            self.design.take(kept), self.gold[kept], self.grader[kept], self.settled[kept], self.judged[kept]
        )

    def by_gold(self) -> SampleDesign:
        """Return the design with the units as drawn that have gold."""
        return self.design.without(self.open) if self.open.any() else self.design

    def why_not(self) -> str | None:
        """Return why gold cannot correct the grader here, or None where it can."""
        if self.design.lost is not None:
            return self.design.lost
        lacking = int(self.open.sum())
        if lacking:
            return OPEN.format(lacking=lacking, units=int(self.design.seen.sum()))
        lacking = int((~self.judged).sum())
        return NO_VERDICT.format(lacking=lacking, units=len(self.judged)) if lacking else None


def counted(design: SampleDesign, gold: Sequence[float | None], grader: Sequence[float | None]) -> RateUnits:
    """Return one rate as arrays.

    Args:
        design: of the population.
        gold: what each unit adds to the rate by gold, nan where gold says that it does not count, None where there is
            no gold.
        grader: the same by the grader, None where that gave no verdict. A verdict that is no label adds 0.
    """
    return RateUnits(
        design,
        np.array([np.nan if value is None else value for value in gold], float),
        np.array([np.nan if value is None else value for value in grader], float),
        np.array([value is not None for value in gold], bool),
        np.array([value is not None for value in grader], bool),
    )


@dataclass(frozen=True, slots=True)
class RateBounds:
    """Between what the rate lies whatever the undecided units are: all counted out, all counted in (Manski 1989).

    `low` and `high` are the rates of the two cases, `lowest` and `highest` the outer ends of their intervals.
    """

    low: float
    high: float
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class RateEstimates:
    """One rate of one configuration, or of all.

    Attributes:
        units: with a verdict; `gold_units`, with gold.
        raw: by the grader as it is; `gold`, by gold alone.
        corrected: by the grader, corrected by gold with the power that serves best, which `power` is.
        ppi: corrected with the whole of the grader; `ppi_tuned`, as `corrected` with the interval of the papers.
        plug_in: corrected by sensitivity and specificity.
        goodness_raw, goodness_gold, goodness_corrected: of the worst tenth.
        bounds: where units are undecided; else None.
    """

    units: int
    gold_units: int
    raw: Estimate
    gold: Estimate
    corrected: Estimate
    power: float | None
    ppi: Estimate
    ppi_tuned: Estimate
    plug_in: Estimate
    goodness_raw: Estimate
    goodness_gold: Estimate
    goodness_corrected: Estimate
    bounds: RateBounds | None


def rate_found(rate: RateUnits, resampling: Resampling, *, worse: bool | None) -> RateEstimates:
    """Return a rate by every estimator that fits.

    `worse` says whether a high value is the bad one; None, that the worst tenth is not asked for.
    """
    judged = rate.of(rate.judged)
    gold, verdicts, design = parts_of(rate.gold), parts_of(rate.grader), rate.by_gold()
    why = rate.why_not()
    never = Estimate(None, undefined=why)
    tuned = whole = plugged = None
    if why is None:
        tuned = corrected(gold, verdicts, design)
        whole = corrected(gold, verdicts, design, power=1.0)
        plugged = plug_in(gold, verdicts, design)
    return RateEstimates(
        units=int(rate.judged.sum()),
        gold_units=int(rate.known.sum()),
        raw=raw(parts_of(judged.grader), judged.design),
        gold=share(gold, design),
        corrected=never if tuned is None else tuned.estimate,
        power=None if tuned is None or np.isnan(tuned.power) else tuned.power,
        ppi=never if whole is None else whole.published,
        ppi_tuned=never if tuned is None else tuned.published,
        plug_in=plugged or never,
        goodness_raw=_goodness(judged.grader, _whole(judged.design), resampling, worse),
        goodness_gold=_goodness(rate.gold, design, resampling, worse),
        goodness_corrected=never if why is not None else _goodness_corrected(rate, resampling, worse),
        bounds=rate_bounds(rate),
    )


def rate_bounds(rate: RateUnits) -> RateBounds | None:
    """Return the bounds of a rate with undecided units, by the corrected rate where all have a verdict; else None."""
    if not rate.open.any() or rate.design.lost is not None:
        return None
    ends = []
    for value in (0.0, 1.0):
        gold = parts_of(np.where(rate.open, value, rate.gold))
        if rate.judged.all():
            ends.append(corrected(gold, parts_of(rate.grader), rate.design).estimate)
        else:
            ends.append(share(gold, rate.design))
    low, high = ends
    if low.value is None or high.value is None or low.low is None or high.high is None:
        return None
    return RateBounds(low.value, high.value, low.low, high.high)


def mean(values: Sequence[float | None]) -> Estimate:
    """Return the plain mean of what units add to a rate, which is known of all of them; nan does not count."""
    known = parts_of(np.array([np.nan if value is None else value for value in values], float))
    return share(known, replace(census(np.arange(len(values))), target=RateTarget.THESE))


def compared_parts(rate: RateUnits) -> tuple[RateParts, RateParts, SampleDesign]:
    """Return gold, verdicts and design for comparing configurations by both: of the units that have a verdict."""
    of = rate if rate.judged.all() else rate.of(rate.judged)
    return parts_of(of.gold), parts_of(of.grader), of.by_gold()


def _whole(design: SampleDesign) -> SampleDesign:
    return census(design.clusters, design.configurations, design.names)


def _badness(values: Floats, *, worse: bool) -> Floats:
    return values if worse else 1.0 - values


def _goodness(values: Floats, design: SampleDesign, resampling: Resampling, worse: bool | None) -> Estimate:
    if worse is None:
        return Estimate(None, undefined=NO_WORSE)
    return goodness(_badness(values, worse=worse), design, resampling)


def _goodness_corrected(rate: RateUnits, resampling: Resampling, worse: bool | None) -> Estimate:
    if worse is None:
        return Estimate(None, undefined=NO_WORSE)
    gold, grader = (_badness(values, worse=worse) for values in (rate.gold, rate.grader))
    return goodness_corrected(gold, grader, rate.design, resampling)
