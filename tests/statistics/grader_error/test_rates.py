"""Corrected rates, against the formulas of the papers and, exactly, over every sample that could have been drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import numpy.typing as npt
import pytest

from reviewer.statistics.grader_error import RateParts, corrected, parts_of, plug_in, share
from reviewer.statistics.interval import Z
from reviewer.statistics.sample_design import RateTarget, SampleDesign, census, simple_sample

Floats = npt.NDArray[np.float64]


def simulated(units: int, drawn: int, seed: int) -> tuple[Floats, Floats, SampleDesign]:
    """Return gold of all, verdicts of all, and a simple sample; what is not drawn has gold that must not be used."""
    generator = np.random.default_rng(seed)
    gold = (generator.random(units) < 0.4).astype(float)
    grader = np.where(generator.random(units) < 0.85, gold, 1.0 - gold)
    sample = simple_sample(census(np.arange(units)), np.sort(generator.permutation(units)[:drawn]))
    return gold, grader, sample


def published(gold: Floats, on_gold: Floats, rest: Floats, power: float) -> tuple[float, float]:
    """PPI++ for a mean as in arXiv 2311.01453, from labelled units and others: the estimate and its standard error."""
    value = gold.mean() + power * (rest.mean() - on_gold.mean())
    variance = np.var(gold - power * on_gold) / len(gold) + power**2 * np.var(rest) / len(rest)
    return float(value), float(np.sqrt(variance))


@pytest.mark.parametrize("power", [0.0, 0.4, 1.0])
def test_with_equal_chances_it_is_prediction_powered_inference(power: float) -> None:
    gold, grader, sample = simulated(4000, 400, 1)
    rest = grader[~sample.seen]
    found = corrected(parts_of(gold), parts_of(grader), sample, power=power)
    # Theirs is of the units without gold, ours of all, of which a tenth has gold.
    value, error = published(gold[sample.seen], grader[sample.seen], rest, power * 0.9)
    assert found.published.value == pytest.approx(value, abs=1e-12)
    assert found.published.low == pytest.approx(value - Z * error, abs=2e-3)
    assert found.published.high == pytest.approx(value + Z * error, abs=2e-3)


def test_the_tuned_power_is_that_of_the_paper() -> None:
    gold, grader, sample = simulated(4000, 400, 2)
    labelled, on_gold = gold[sample.seen], grader[sample.seen]
    rest = grader[~sample.seen]
    theirs = np.cov(labelled, on_gold)[0, 1] / ((1 + 400 / 3600) * np.var(on_gold, ddof=1))
    found = corrected(parts_of(gold), parts_of(grader), sample)
    assert found.power == pytest.approx(theirs / 0.9)
    assert found.published.value == pytest.approx(published(labelled, on_gold, rest, theirs)[0], abs=1e-12)


def test_tuning_never_widens() -> None:
    gold, grader, sample = simulated(1000, 200, 3)
    arguments = (parts_of(gold), parts_of(grader), sample)
    widths = []
    for power in (None, 0.0, 1.0):
        found = corrected(*arguments, power=power).published
        assert found.low is not None
        assert found.high is not None
        widths.append(found.high - found.low)
    assert widths[0] == min(widths)


def stratified(strata: Sequence[Sequence[int]], chosen: Sequence[Sequence[int]], units: int) -> SampleDesign:
    """Return the design of `units` of which those `chosen` were drawn from each of `strata`."""
    design = census(np.arange(units))
    number, drawn, pool = np.full(units, -1), np.zeros(units), np.zeros(units)
    for place, (whole, part) in enumerate(zip(strata, chosen, strict=True)):
        number[list(part)], drawn[list(part)], pool[list(part)] = place, len(part), len(whole)
    return replace(design, strata=number, drawn=drawn, pool=pool)


def every_sample(strata: list[list[int]], sizes: list[int]) -> list[SampleDesign]:
    """Return every sample of so many units from each stratum."""
    units = sum(map(len, strata))
    choices = product(*(combinations(whole, size) for whole, size in zip(strata, sizes, strict=True)))
    return [stratified(strata, choice, units) for choice in choices]


GOLD = np.array([1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0], float)
GRADER = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0], float)


def half_width(low: float | None, high: float | None) -> float:
    assert low is not None
    assert high is not None
    return (high - low) / 2.0


def test_over_every_stratified_sample_the_weighted_correction_is_unbiased() -> None:
    values = []
    for sample in every_sample([list(range(6)), list(range(6, 14))], [4, 6]):
        found = corrected(parts_of(GOLD), parts_of(GRADER), sample, power=1.0)
        values.append(found.published.value)
    assert len(values) == 15 * 28
    assert np.mean(np.array(values, float)) == pytest.approx(GOLD.mean(), abs=1e-12)


def stratified_variance(rest: Floats, sample: SampleDesign) -> float:
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
    tail, rest = np.flatnonzero(grader == 1.0).tolist(), np.flatnonzero(grader == 0.0).tolist()
    sample = replace(
        stratified([tail, rest], [tail[:40], rest[:50]], 600),
        target=RateTarget.THESE,
    )
    found = corrected(parts_of(gold), parts_of(grader), sample, power=power).published
    expected = Z * np.sqrt(stratified_variance((gold - power * grader)[sample.seen], sample.take(sample.seen)))
    assert half_width(found.low, found.high) == pytest.approx(expected, rel=1e-9)


def test_a_part_of_what_was_drawn_is_corrected_within_the_strata_of_the_whole() -> None:
    generator = np.random.default_rng(7)
    gold, grader, sample = simulated(2000, 400, 4)
    part = generator.random(2000) < 0.3
    own = sample.take(part)
    assert set(own.drawn[own.seen]) == {400.0}
    found = corrected(parts_of(gold[part]), parts_of(grader[part]), own)
    alone = simple_sample(census(np.arange(len(own))), np.flatnonzero(own.seen))
    expected = corrected(parts_of(gold[part]), parts_of(grader[part]), alone)
    assert found.estimate.value == pytest.approx(expected.estimate.value, abs=1e-9)
    assert found.estimate.low == pytest.approx(expected.estimate.low, abs=0.003)


def test_a_rate_with_a_varying_denominator_is_a_ratio() -> None:
    generator = np.random.default_rng(5)
    gold, grader, sample = simulated(3000, 300, 5)
    counts, counted = generator.random(3000) < 0.6, generator.random(3000) < 0.5
    found = corrected(
        parts_of(np.where(counts, gold, np.nan)),
        parts_of(np.where(counted, grader, np.nan)),
        sample,
        power=1.0,
    )
    units = sample.seen
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
    everything = census(np.arange(300))
    assert corrected(parts_of(gold), parts_of(grader), everything).estimate == share(parts_of(gold), everything)


def test_of_these_responses_alone_all_gold_leaves_nothing_open() -> None:
    gold, _, _ = simulated(300, 300, 6)
    found = share(parts_of(gold), replace(census(np.arange(300)), target=RateTarget.THESE))
    assert (found.low, found.high) == (found.value, found.value)


def test_gold_of_what_was_not_drawn_is_not_looked_at() -> None:
    gold, grader, sample = simulated(500, 100, 12)
    hidden = np.where(sample.seen, gold, np.nan)
    assert corrected(parts_of(hidden), parts_of(grader), sample) == corrected(parts_of(gold), parts_of(grader), sample)
    assert share(parts_of(hidden), sample) == share(parts_of(gold), sample)


def test_the_power_stays_between_none_and_the_whole_of_the_grader() -> None:
    gold, _, sample = simulated(400, 60, 13)
    assert corrected(parts_of(gold), parts_of(1.0 - gold), sample).power == 0.0
    assert corrected(parts_of(gold), parts_of(gold * 0.5), sample).power == 1.0


def test_a_grader_that_never_errs_on_the_gold_is_not_taken_to_be_perfect() -> None:
    gold = np.zeros(1000)
    gold[::20] = 1.0
    sample = simple_sample(census(np.arange(1000)), np.arange(0, 1000, 20)[:40])
    found = corrected(parts_of(gold), parts_of(gold), sample, power=1.0)
    wide, narrow = (half_width(one.low, one.high) for one in (found.estimate, found.published))
    assert wide > 2.0 * narrow


def test_few_units_with_gold_are_not_enough() -> None:
    gold, grader, sample = simulated(100, 9, 1)
    found = corrected(parts_of(gold), parts_of(grader), sample).estimate
    assert (found.value, found.undefined) == (None, "9 units with gold; a correction needs at least 10")


def test_a_stratum_of_one_leaves_the_interval_open() -> None:
    gold, grader, sample = simulated(100, 20, 1)
    places = np.flatnonzero(sample.seen).tolist()
    others = [place for place in range(100) if place not in places]
    lone = stratified([[places[0], *others[:49]], [*places[1:], *others[49:]]], [places[:1], places[1:]], 100)
    found = corrected(parts_of(gold), parts_of(grader), lone).estimate
    assert found.value is not None
    assert (found.low, found.undefined) == (
        None,
        "a stratum has one unit with gold: how far its units differ cannot be estimated",
    )


def test_the_plug_in_takes_its_rate_from_the_units_without_gold() -> None:
    gold, grader, sample = simulated(1000, 200, 8)
    found = plug_in(parts_of(gold), parts_of(grader), sample)
    own, truth, rest = grader[sample.seen], gold[sample.seen], grader[~sample.seen]
    sensitive, specific = own[truth == 1].mean(), 1.0 - own[truth == 0].mean()
    assert found.value == pytest.approx((rest.mean() + specific - 1) / (sensitive + specific - 1))


@pytest.mark.parametrize(
    "reason", ["every unit has gold", "different chances", "prompts repeat", "not every unit counts"]
)
def test_the_plug_in_says_why_it_is_undefined(reason: str) -> None:
    gold, grader, sample = simulated(100, 50, 9)
    verdicts = parts_of(grader)
    if reason == "every unit has gold":
        sample = census(np.arange(100))
    elif reason == "different chances":
        places = np.flatnonzero(sample.seen).tolist()
        rest = np.flatnonzero(~sample.seen).tolist()
        sample = stratified([places[:25] + rest[:5], places[25:] + rest[5:]], [places[:25], places[25:]], 100)
    elif reason == "prompts repeat":
        sample = replace(sample, clusters=sample.clusters // 2)
    else:
        verdicts = RateParts(verdicts.above * 0.5, verdicts.below)
    found = plug_in(parts_of(gold), verdicts, sample)
    assert reason in (found.undefined or "")
