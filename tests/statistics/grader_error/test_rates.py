"""Corrected rates, against the formulas of the papers and, exactly, over every sample that could have been drawn."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import numpy.typing as npt
import pytest

from reviewer.statistics.grader_error import (
    GoldSample,
    RateParts,
    corrected,
    every_unit,
    parts_of,
    plug_in,
    share,
    simple,
)
from reviewer.statistics.grader_error.interval import Z
from reviewer.statistics.sample_design import RateTarget

Floats = npt.NDArray[np.float64]


def simulated(units: int, drawn: int, seed: int) -> tuple[Floats, Floats, GoldSample]:
    """Return gold of all, verdicts of all, and a simple sample."""
    generator = np.random.default_rng(seed)
    gold = (generator.random(units) < 0.4).astype(float)
    grader = np.where(generator.random(units) < 0.85, gold, 1.0 - gold)
    return gold, grader, simple(np.sort(generator.permutation(units)[:drawn]), units)


def published(gold: Floats, on_gold: Floats, rest: Floats, power: float) -> tuple[float, float]:
    """PPI++ for a mean as in arXiv 2311.01453, from labelled units and others: the estimate and its standard error."""
    value = gold.mean() + power * (rest.mean() - on_gold.mean())
    variance = np.var(gold - power * on_gold) / len(gold) + power**2 * np.var(rest) / len(rest)
    return float(value), float(np.sqrt(variance))


@pytest.mark.parametrize("power", [0.0, 0.4, 1.0])
def test_with_equal_chances_it_is_prediction_powered_inference(power: float) -> None:
    gold, grader, sample = simulated(4000, 400, 1)
    rest = np.delete(grader, sample.units)
    found = corrected(parts_of(gold[sample.units]), parts_of(grader), sample, np.arange(4000), power=power)
    # Theirs is of the units without gold, ours of all, of which a tenth has gold.
    value, error = published(gold[sample.units], grader[sample.units], rest, power * 0.9)
    assert found.published.value == pytest.approx(value, abs=1e-12)
    assert found.published.low == pytest.approx(value - Z * error, abs=2e-3)
    assert found.published.high == pytest.approx(value + Z * error, abs=2e-3)


def test_the_tuned_power_is_that_of_the_paper() -> None:
    gold, grader, sample = simulated(4000, 400, 2)
    labelled, on_gold = gold[sample.units], grader[sample.units]
    rest = np.delete(grader, sample.units)
    theirs = np.cov(labelled, on_gold)[0, 1] / ((1 + 400 / 3600) * np.var(on_gold, ddof=1))
    found = corrected(parts_of(labelled), parts_of(grader), sample, np.arange(4000))
    assert found.power == pytest.approx(theirs / 0.9)
    assert found.published.value == pytest.approx(published(labelled, on_gold, rest, theirs)[0], abs=1e-12)


def test_tuning_never_widens() -> None:
    gold, grader, sample = simulated(1000, 200, 3)
    arguments = (parts_of(gold[sample.units]), parts_of(grader), sample, np.arange(1000))
    widths = []
    for power in (None, 0.0, 1.0):
        found = corrected(*arguments, power=power).published
        assert found.low is not None
        assert found.high is not None
        widths.append(found.high - found.low)
    assert widths[0] == min(widths)


def every_sample(strata: list[list[int]], sizes: list[int]) -> list[GoldSample]:
    """Return every sample of so many units from each stratum."""
    drawn = []
    for choice in product(*(combinations(units, size) for units, size in zip(strata, sizes, strict=True))):
        units = [unit for part in choice for unit in part]
        numbers = [number for number, part in enumerate(choice) for _ in part]
        drawn.append(
            GoldSample(
                np.array(units),
                np.array(numbers),
                np.array([float(sizes[number]) for number in numbers]),
                np.array([float(len(strata[number])) for number in numbers]),
            )
        )
    return drawn


GOLD = np.array([1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0], float)
GRADER = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0], float)


def half_width(low: float | None, high: float | None) -> float:
    assert low is not None
    assert high is not None
    return (high - low) / 2.0


def test_over_every_stratified_sample_the_weighted_correction_is_unbiased() -> None:
    values = []
    for sample in every_sample([list(range(6)), list(range(6, 14))], [4, 6]):
        found = corrected(parts_of(GOLD[sample.units]), parts_of(GRADER), sample, np.arange(14), power=1.0)
        values.append(found.published.value)
    assert len(values) == 15 * 28
    assert np.mean(np.array(values, float)) == pytest.approx(GOLD.mean(), abs=1e-12)


def stratified_variance(rest: Floats, sample: GoldSample) -> float:
    """The textbook variance of a stratified mean (Cochran 1977, 5.6), apart from the program's."""
    total, units = 0.0, 0.0
    for number in np.unique(sample.strata):
        mine = sample.strata == number
        drawn, pool = sample.drawn[mine][0], sample.pool[mine][0]
        total += pool**2 * (1 - drawn / pool) * np.var(rest[mine], ddof=1) / drawn
        units += pool
    return float(total / units**2)


@pytest.mark.parametrize("power", [0.0, 0.6])
def test_of_these_responses_the_variance_of_a_weighted_correction_is_that_of_a_stratified_mean(power: float) -> None:
    gold, grader, _ = simulated(600, 60, 11)
    tail, rest = np.flatnonzero(grader == 1.0), np.flatnonzero(grader == 0.0)
    units = np.concatenate([tail[:40], rest[:50]])
    strata = np.repeat([0, 1], [40, 50])
    sample = GoldSample(units, strata, np.array([40.0, 50.0])[strata], np.array([len(tail), len(rest)], float)[strata])
    arguments = (parts_of(gold[units]), parts_of(grader), sample, np.arange(600))
    found = corrected(*arguments, power=power, target=RateTarget.THESE).published
    expected = Z * np.sqrt(stratified_variance((gold - power * grader)[units], sample))
    assert half_width(found.low, found.high) == pytest.approx(expected, rel=1e-9)


def test_a_part_of_what_was_drawn_is_corrected_within_the_strata_of_the_whole() -> None:
    generator = np.random.default_rng(7)
    gold, grader, sample = simulated(2000, 400, 4)
    part = generator.random(2000) < 0.3
    own = sample.within(part)
    assert (own.drawn == 400).all()
    found = corrected(parts_of(gold[part][own.units]), parts_of(grader[part]), own, np.arange(int(part.sum())))
    alone = simple(own.units, int(part.sum()))
    expected = corrected(parts_of(gold[part][own.units]), parts_of(grader[part]), alone, np.arange(int(part.sum())))
    assert found.estimate.value == pytest.approx(expected.estimate.value, abs=1e-9)
    assert found.estimate.low == pytest.approx(expected.estimate.low, abs=0.003)


def test_a_rate_with_a_varying_denominator_is_a_ratio() -> None:
    generator = np.random.default_rng(5)
    gold, grader, sample = simulated(3000, 300, 5)
    counts, counted = generator.random(3000) < 0.6, generator.random(3000) < 0.5
    found = corrected(
        parts_of(np.where(counts, gold, np.nan)[sample.units]),
        parts_of(np.where(counted, grader, np.nan)),
        sample,
        np.arange(3000),
        power=1.0,
    )
    units = sample.units
    above = (grader * counted).mean() + (gold * counts - grader * counted)[units].mean()
    below = counted.mean() + (counts.astype(float) - counted)[units].mean()
    assert found.published.value == pytest.approx(above / below)
    # The delta method, with the population's own variance beside that of the draw.
    value = above / below
    rest = (gold * counts - value * counts - grader * counted + value * counted)[units] / below
    linear = (gold * counts - value * counts)[units] / below
    variance = 0.9 * np.var(rest, ddof=1) / 300 + np.var(linear, ddof=1) / 3000
    assert half_width(found.published.low, found.published.high) == pytest.approx(Z * np.sqrt(variance), rel=1e-6)


def test_where_all_have_gold_the_corrected_rate_is_that_of_gold() -> None:
    gold, grader, _ = simulated(300, 300, 6)
    found = corrected(parts_of(gold), parts_of(grader), every_unit(300), np.arange(300))
    assert found.estimate == share(parts_of(gold), every_unit(300), np.arange(300))


def test_of_these_responses_alone_all_gold_leaves_nothing_open() -> None:
    gold, _, _ = simulated(300, 300, 6)
    found = share(parts_of(gold), every_unit(300), np.arange(300), RateTarget.THESE)
    assert (found.low, found.high) == (found.value, found.value)


def test_a_grader_that_never_errs_on_the_gold_is_not_taken_to_be_perfect() -> None:
    gold = np.zeros(1000)
    gold[::20] = 1.0
    sample = simple(np.arange(0, 1000, 20)[:40], 1000)
    found = corrected(parts_of(gold[sample.units]), parts_of(gold), sample, np.arange(1000), power=1.0)
    wide, narrow = (half_width(one.low, one.high) for one in (found.estimate, found.published))
    assert wide > 2.0 * narrow


def test_few_units_with_gold_are_not_enough() -> None:
    gold, grader, sample = simulated(100, 9, 1)
    found = corrected(parts_of(gold[sample.units]), parts_of(grader), sample, np.arange(100)).estimate
    assert (found.value, found.undefined) == (None, "9 units with gold; a correction needs at least 10")


def test_a_stratum_of_one_leaves_the_interval_open() -> None:
    gold, grader, sample = simulated(100, 20, 1)
    lone = GoldSample(
        sample.units,
        np.array([1, *[0] * 19]),
        np.array([1.0, *[19.0] * 19]),
        np.array([50.0, *[50.0] * 19]),
    )
    found = corrected(parts_of(gold[lone.units]), parts_of(grader), lone, np.arange(100)).estimate
    assert found.value is not None
    assert (found.low, found.undefined) == (
        None,
        "a stratum has one unit with gold: how far its units differ cannot be estimated",
    )


def test_the_plug_in_takes_its_rate_from_the_units_without_gold() -> None:
    gold, grader, sample = simulated(1000, 200, 8)
    found = plug_in(parts_of(gold[sample.units]), parts_of(grader), sample, np.arange(1000))
    own, truth, rest = grader[sample.units], gold[sample.units], np.delete(grader, sample.units)
    sensitive, specific = own[truth == 1].mean(), 1.0 - own[truth == 0].mean()
    assert found.value == pytest.approx((rest.mean() + specific - 1) / (sensitive + specific - 1))


@pytest.mark.parametrize(
    "reason", ["every unit has gold", "different chances", "prompts repeat", "not every unit counts"]
)
def test_the_plug_in_says_why_it_is_undefined(reason: str) -> None:
    gold, grader, sample = simulated(100, 50, 9)
    prompts, verdicts = np.arange(100), parts_of(grader)
    if reason == "every unit has gold":
        sample = every_unit(100)
    elif reason == "different chances":
        pools = np.where(np.arange(50) < 25, 30.0, 70.0)
        sample = GoldSample(sample.units, (np.arange(50) < 25).astype(np.int64), np.full(50, 25.0), pools)
    elif reason == "prompts repeat":
        prompts = prompts // 2
    else:
        verdicts = RateParts(verdicts.above * 0.5, verdicts.below)
    found = plug_in(parts_of(gold[sample.units]), verdicts, sample, prompts)
    assert reason in (found.undefined or "")
