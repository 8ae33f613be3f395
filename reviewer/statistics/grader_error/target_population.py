"""From plain numbers, unit by unit, to arrays: what rates and questions are counted over, what may be corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.arrays import Codes, Flags, Floats
from reviewer.statistics.estimate import Estimate
from reviewer.statistics.grader_error.confusion import JudgedUnits
from reviewer.statistics.grader_error.ranking import Ranking, rank
from reviewer.statistics.grader_error.rates import corrected, raw, share
from reviewer.statistics.grader_error.rogan_gladen import plug_in
from reviewer.statistics.grader_error.sample import GoldSample, every_unit, parts_of
from reviewer.statistics.grader_error.worst_tail import goodness, goodness_corrected
from reviewer.statistics.sample_design import RateTarget

NO_VERDICT = "the grader gave no verdict on {lacking:,} of {units:,} responses"
OPEN = (
    "{lacking:,} of {units:,} responses drawn for review have no gold yet, and what is undecided is not like the rest"
)
NO_WORSE = "neither end of this rate is the worse one"


@dataclass(frozen=True, slots=True)
class DrawChance:
    """How a unit came to be reviewed: `drawn` of the `pool` in its stratum, a number."""

    stratum: int
    drawn: int
    pool: int


@dataclass(frozen=True, slots=True)
class TargetPopulation:
    """The units that verdicts are averaged over; sequences have one place a unit.

    Attributes:
        prompts: numbers of their prompts.
        configurations: places in `names`.
        names: of the configurations.
        chances: with what chance each was drawn for review; None for those that were not drawn.
        lost: why the population is not whole, so that nothing may be corrected; None where it is.
        target: what rates with gold are to be true of.
    """

    prompts: Sequence[int]
    configurations: Sequence[int]
    names: tuple[str, ...]
    chances: Sequence[DrawChance | None]
    lost: str | None = None
    target: RateTarget = RateTarget.BEYOND


@dataclass(frozen=True, slots=True, eq=False)
class RateUnits:
    """One rate over a population, as arrays of one place a unit.

    Attributes:
        gold: what a unit adds by gold; nan where it has none.
        grader: what it adds by the grader; nan where that gave no verdict.
        settled: whether gold is known, as a number or as not counting.
        judged: whether there is a verdict.
        drawn: whether it was drawn for review.
        chances: shape (units, 3); stratum, drawn and pool of those drawn.
    """

    prompts: Codes
    configurations: Codes
    names: tuple[str, ...]
    gold: Floats
    grader: Floats
    settled: Flags
    judged: Flags
    drawn: Flags
    chances: Floats
    lost: str | None
    target: RateTarget

    def of(self, kept: Flags) -> RateUnits:
        """Return the rate over some of the units."""
        return RateUnits(
            self.prompts[kept],
            self.configurations[kept],
            self.names,
            self.gold[kept],
            self.grader[kept],
            self.settled[kept],
            self.judged[kept],
            self.drawn[kept],
            self.chances[kept],
            self.lost,
            self.target,
        )

    def why_not(self) -> str | None:
        """Return why gold cannot correct the grader here, or None where it can."""
        if self.lost is not None:
            return self.lost
        lacking = int((self.drawn & ~self.settled).sum())
        if lacking:
            return OPEN.format(lacking=lacking, units=int(self.drawn.sum()))
        lacking = int((~self.judged).sum())
        return NO_VERDICT.format(lacking=lacking, units=len(self.judged)) if lacking else None

    def sample(self) -> GoldSample:
        """Return how the units with gold were drawn."""
        units = np.flatnonzero(self.drawn & self.settled)
        stratum, drawn, pool = self.chances[units].T
        return GoldSample(units, stratum.astype(np.int64), drawn, pool)


def counted(population: TargetPopulation, gold: Sequence[float | None], grader: Sequence[float | None]) -> RateUnits:
    """Return one rate as arrays.

    Args:
        population: its units.
        gold: what each unit adds to the rate by gold, nan where gold says that it does not count, None where there is
            no gold.
        grader: the same by the grader, None where that gave no verdict. A verdict that is no label adds 0.
    """
    drawn = np.array([chance is not None for chance in population.chances], bool)
    chances = np.array(
        [(0, 1, 1) if one is None else (one.stratum, one.drawn, one.pool) for one in population.chances], float
    ).reshape(-1, 3)
    return RateUnits(
        np.asarray(population.prompts, np.int64),
        np.asarray(population.configurations, np.int64),
        population.names,
        np.array([np.nan if value is None else value for value in gold], float),
        np.array([np.nan if value is None else value for value in grader], float),
        np.array([value is not None for value in gold], bool),
        np.array([value is not None for value in grader], bool),
        drawn,
        chances,
        population.lost,
        population.target,
    )


def judged_units(
    population: TargetPopulation,
    values: Sequence[str],
    members: Mapping[str, Sequence[str]],
    labels: Sequence[str],
    gold: Sequence[int | None],
    verdict: Sequence[int | None],
) -> JudgedUnits:
    """Return the units drawn for review that have gold and a verdict.

    Args:
        population: where they are from.
        values: what gold and verdicts can be.
        members: which of the `labels` each value says.
        labels: what precision and recall are of.
        gold: places in `values`, None where there is no label.
        verdict: places in `values`, behind them those of `NO_LABELS`, None where there is no verdict.
    """
    kept = [
        place
        for place, chance in enumerate(population.chances)
        if chance is not None and gold[place] is not None and verdict[place] is not None
    ]
    chances = [population.chances[place] for place in kept]
    drawn = np.array([(one.stratum, one.drawn, one.pool) for one in chances if one is not None], float).reshape(-1, 3)
    return JudgedUnits(
        tuple(values),
        np.array([gold[place] for place in kept], np.int64),
        np.array([verdict[place] for place in kept], np.int64),
        np.array([population.prompts[place] for place in kept], np.int64),
        np.array([population.configurations[place] for place in kept], np.int64),
        population.names,
        GoldSample(np.arange(len(kept)), drawn[:, 0].astype(np.int64), drawn[:, 1], drawn[:, 2]),
        tuple(labels),
        np.array([[label in members[value] for label in labels] for value in values], bool).reshape(
            len(values), len(labels)
        ),
    )


@dataclass(frozen=True, slots=True)
class RateEstimates:
    """One rate of one configuration, or of all.

    Attributes:
        units: with a verdict; `gold_units`, with gold.
        raw: by the grader as it is; `gold`, by gold alone.
        corrected: by the grader, corrected by gold with the power that serves best, which `power` is.
        ppi: corrected with the whole of the grader; `ppi_tuned`, as `corrected` with the interval of the papers.
        plug_in: corrected by sensitivity and specificity.
        goodness_raw, goodness_corrected: of the worst tenth.
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
    goodness_corrected: Estimate


def rate_found(rate: RateUnits, resampling: Resampling, *, worse: bool | None) -> RateEstimates:
    """Return a rate by every estimator that fits.

    `worse` says whether a high value is the bad one; None, that neither is.
    """
    judged = rate.of(rate.judged)
    verdicts = parts_of(judged.grader)
    sample = rate.sample()
    gold = parts_of(rate.gold[sample.units])
    prompts = rate.prompts[sample.units]
    why = rate.why_not()
    never = Estimate(None, undefined=why)
    tuned = whole = plugged = None
    if why is None:
        tuned = corrected(gold, verdicts, sample, rate.prompts, target=rate.target)
        whole = corrected(gold, verdicts, sample, rate.prompts, power=1.0, target=rate.target)
        plugged = plug_in(gold, verdicts, sample, rate.prompts)
    return RateEstimates(
        units=int(rate.judged.sum()),
        gold_units=len(sample.units),
        raw=raw(verdicts, judged.prompts),
        gold=share(gold, sample, prompts, rate.target),
        corrected=never if tuned is None else tuned.estimate,
        power=None if tuned is None or np.isnan(tuned.power) else tuned.power,
        ppi=never if whole is None else whole.published,
        ppi_tuned=never if tuned is None else tuned.published,
        plug_in=plugged or never,
        goodness_raw=_goodness(judged, resampling, worse),
        goodness_corrected=never if why is not None else _goodness_corrected(rate, sample, resampling, worse),
    )


def mean(values: Sequence[float | None]) -> Estimate:
    """Return the plain mean of what units add to a rate, which is known of all of them; nan does not count."""
    known = parts_of(np.array([np.nan if value is None else value for value in values], float))
    return share(known, every_unit(len(values)), np.arange(len(values)), RateTarget.THESE)


def ranking(rate: RateUnits, resampling: Resampling) -> Ranking:
    """Return the configurations ranked by gold and by the grader.

    Where gold may correct the grader, each over all that it speaks for; else over the units that have both.
    """
    if rate.why_not() is None:
        sample, of = rate.sample(), rate
    else:
        of = rate.of(rate.judged & rate.settled)
        sample = every_unit(len(of.prompts))
    gold, grader = parts_of(of.gold[sample.units]), parts_of(of.grader)
    return rank(gold, grader, sample, of.prompts, of.configurations, of.names, resampling)


def _badness(values: Floats, *, worse: bool) -> Floats:
    return values if worse else 1.0 - values


def _goodness(rate: RateUnits, resampling: Resampling, worse: bool | None) -> Estimate:
    if worse is None:
        return Estimate(None, undefined=NO_WORSE)
    return goodness(_badness(rate.grader, worse=worse), rate.prompts, resampling)


def _goodness_corrected(rate: RateUnits, sample: GoldSample, resampling: Resampling, worse: bool | None) -> Estimate:
    if worse is None:
        return Estimate(None, undefined=NO_WORSE)
    gold, grader = (_badness(values, worse=worse) for values in (rate.gold[sample.units], rate.grader))
    return goodness_corrected(gold, grader, sample, rate.prompts, resampling)
