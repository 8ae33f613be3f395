"""Brier score, calibration curve and calibration error, against scikit-learn, arithmetic and simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.calibration import calibration_curve  # type: ignore[import-untyped]
from sklearn.metrics import brier_score_loss  # type: ignore[import-untyped]

from reviewer.statistics.grader_error import StatedUnits, calibration
from reviewer.statistics.sample_design import RateTarget, SampleDesign, census, simple_sample

Floats = npt.NDArray[np.float64]
STATED = [0.0, 0.1, 0.3, 0.5, 0.55, 0.6, 0.7, 0.85, 0.9, 0.97, 1.0]  # edges of bins among them


def drawn(weights: Floats) -> SampleDesign:
    """Return a design of which each unit stands for so many as `weights` says."""
    units = len(weights)
    return replace(
        census(np.arange(units)),
        strata=np.unique(weights, return_inverse=True)[1],
        drawn=np.array([(weights == one).sum() for one in weights], np.float64),
        pool=np.array([(weights == one).sum() * one for one in weights], np.float64),
    )


def some(units: int, seed: int, power: float = 1.0) -> tuple[Floats, Floats]:
    """Return stated probabilities, and events that happen with that to the power."""
    generator = np.random.default_rng(seed)
    stated = generator.choice(STATED, units)
    return stated, (generator.random(units) < stated**power).astype(np.float64)


@pytest.mark.parametrize("seed", range(3))
def test_with_equal_weights_it_is_scikit_learn(seed: int) -> None:
    stated, happened = some(300, seed, 1.7)
    found = calibration(StatedUnits(stated, happened, census(np.arange(300))))
    assert found.brier.value == pytest.approx(brier_score_loss(happened, stated))
    shares, means = calibration_curve(happened, stated, n_bins=10, strategy="uniform")
    assert [one.share.value for one in found.curve] == pytest.approx(list(shares))
    assert [one.stated for one in found.curve] == pytest.approx(list(means))
    counts = np.array([one.units for one in found.curve])
    assert counts.sum() == found.units == 300
    assert found.error == pytest.approx(float(counts @ np.abs(shares - means)) / 300)


@pytest.mark.parametrize("seed", range(3))
def test_a_unit_counts_for_as_many_as_it_stands_for(seed: int) -> None:
    stated, happened = some(200, seed, 1.7)
    weights = np.random.default_rng(seed).choice([1.0, 2.0, 5.0], 200)
    times = weights.astype(int)
    found = calibration(StatedUnits(stated, happened, drawn(weights)))
    again, then = np.repeat(stated, times), np.repeat(happened, times)
    assert found.brier.value == pytest.approx(brier_score_loss(then, again))
    assert found.brier.value == pytest.approx(brier_score_loss(happened, stated, sample_weight=weights))
    shares, means = calibration_curve(then, again, n_bins=10, strategy="uniform")
    assert [one.share.value for one in found.curve] == pytest.approx(list(shares))
    assert [one.stated for one in found.curve] == pytest.approx(list(means))
    whole = calibration(StatedUnits(again, then, census(np.arange(len(again)))))
    assert found.error == pytest.approx(whole.error)
    assert found.parts is not None
    assert whole.parts is not None
    assert found.parts.reliability == pytest.approx(whole.parts.reliability)
    assert found.parts.resolution == pytest.approx(whole.parts.resolution)


def test_the_parts_make_up_the_score_and_nothing_is_left_where_bins_hold_one_probability_each() -> None:
    generator = np.random.default_rng(5)
    stated = generator.choice([0.05, 0.45, 0.95], 400)
    happened = (generator.random(400) < 0.5).astype(np.float64)
    found = calibration(StatedUnits(stated, happened, census(np.arange(400))))
    assert found.parts is not None
    parts = found.parts
    assert parts.within == pytest.approx(0.0, abs=1e-12)
    assert found.brier.value == pytest.approx(parts.reliability - parts.resolution + parts.uncertainty)
    assert parts.uncertainty == pytest.approx(float(np.var(happened)))


def test_by_hand() -> None:
    stated = np.array([0.8] * 5 + [0.2] * 5)
    happened = np.array([1.0, 1.0, 1.0, 0.0, 0.0] + [0.0] * 5)
    found = calibration(StatedUnits(stated, happened, census(np.arange(10))))
    assert found.brier.value == pytest.approx((3 * 0.04 + 2 * 0.64 + 5 * 0.04) / 10)
    assert found.error == pytest.approx((0.2 + 0.2) / 2)
    assert found.parts is not None
    assert (found.parts.reliability, found.parts.resolution) == pytest.approx((0.04, 0.09))
    assert [(one.low, one.high, one.units) for one in found.curve] == [(0.1, 0.2, 5), (0.7, 0.8, 5)]


def test_of_a_calibrated_grader_the_error_is_about_what_is_named_beside_it() -> None:
    errors, beside = [], []
    for seed in range(100):
        stated, happened = some(60, seed)
        found = calibration(StatedUnits(stated, happened, census(np.arange(60))))
        assert found.error is not None
        assert found.error_if_calibrated is not None
        errors.append(found.error)
        beside.append(found.error_if_calibrated)
    assert np.mean(beside) > 0.05
    assert abs(np.mean(errors) - np.mean(beside)) < 3 * np.std(errors) / 10


def test_the_same_units_show_the_same_error_again() -> None:
    stated, happened = some(60, 1)
    once, again = (calibration(StatedUnits(stated, happened, census(np.arange(60)))) for _ in range(2))
    assert once.error_if_calibrated == again.error_if_calibrated


def test_the_interval_of_the_score_covers_that_of_the_population() -> None:
    stated, happened = some(3000, 1, 1.7)
    truth = float(np.mean((stated - happened) ** 2))
    hits = 0
    for seed in range(300):
        places = np.sort(np.random.default_rng(seed).permutation(3000)[:60])
        population = replace(census(np.arange(3000)), target=RateTarget.THESE)
        design = simple_sample(population, places).take(places)
        found = calibration(StatedUnits(stated[places], happened[places], design)).brier
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= truth <= found.high
    assert 0.92 <= hits / 300 <= 0.99


def test_a_population_that_is_known_whole_has_no_interval() -> None:
    stated, happened = some(50, 1)
    whole = replace(census(np.arange(50)), target=RateTarget.THESE)
    found = calibration(StatedUnits(stated, happened, whole)).brier
    assert found.low == found.value == found.high


def test_answers_to_one_prompt_say_less() -> None:
    generator = np.random.default_rng(2)
    clusters = np.repeat(np.arange(40), 10)
    stated = np.repeat(generator.choice(STATED, 40), 10)
    happened = np.repeat((generator.random(40) < 0.5).astype(np.float64), 10)
    apart = calibration(StatedUnits(stated, happened, census(np.arange(400)))).brier
    together = calibration(StatedUnits(stated, happened, census(clusters))).brier
    assert apart.low is not None
    assert together.low is not None
    assert together.low < apart.low


@pytest.mark.parametrize("units", [0, 9])
def test_of_fewer_than_ten_units_nothing_is_said(units: int) -> None:
    stated, happened = some(units, 1)
    found = calibration(StatedUnits(stated, happened, census(np.arange(units))))
    assert (found.brier.value, found.parts, found.error, found.error_if_calibrated, found.curve) == (None,) * 4 + ((),)
    assert found.brier.undefined == f"{units} units with gold and a probability; calibration needs at least 10"
