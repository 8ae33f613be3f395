"""Intervals in closed form, against statsmodels, scipy and published values."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from reviewer.statistics.grader_error import parts_of, raw, rogan_gladen, share
from reviewer.statistics.interval import rare_wilson, t_below, t_quantile, wilson
from reviewer.statistics.sample_design import census, simple_sample


@pytest.mark.parametrize(("hits", "units"), [(0, 20), (1, 7), (29, 450), (103, 450), (450, 450)])
def test_wilson_is_that_of_statsmodels(hits: int, units: int) -> None:
    assert wilson(hits / units, units) == pytest.approx(proportion_confint(hits, units, method="wilson"), abs=1e-12)


def test_none_of_twenty_leaves_room() -> None:
    assert wilson(0.0, 20) == pytest.approx((0.0, 0.161), abs=0.0005)


@pytest.mark.parametrize("degrees", [1, 2.5, 29, 2249])
@pytest.mark.parametrize("value", [-40.0, -2.0, -0.1, 0.0, 0.7, 5.0])
def test_the_t_distribution_is_that_of_scipy(value: float, degrees: float) -> None:
    assert t_below(value, degrees) == pytest.approx(stats.t.cdf(value, degrees), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize(("chance", "degrees"), [(0.975, 9), (0.01, 29), (0.5, 3)])
def test_the_t_quantile_is_that_of_scipy(chance: float, degrees: float) -> None:
    assert t_quantile(chance, degrees) == pytest.approx(stats.t.ppf(chance, degrees), abs=1e-7)


@pytest.mark.parametrize("hits", [0, 4, 40])
def test_a_share_of_independent_units_has_the_interval_of_wilson(hits: int) -> None:
    values = np.zeros(40)
    values[:hits] = 1.0
    found = raw(parts_of(values), census(np.arange(40)))
    assert (found.low, found.high) == pytest.approx(wilson(hits / 40, 40), abs=1e-12)


def test_what_does_not_count_is_not_among_the_units() -> None:
    values = np.array([1.0] * 6 + [0.0] * 14 + [np.nan] * 30)
    found = raw(parts_of(values), census(np.arange(50)))
    assert found.value == pytest.approx(0.3)
    assert (found.low, found.high) == pytest.approx(wilson(0.3, 20), abs=1e-12)


def test_a_simple_sample_has_the_interval_of_wilson_for_its_own_size() -> None:
    values = np.array([1.0] * 9 + [0.0] * 21 + [np.nan] * 170)
    found = share(parts_of(values), simple_sample(census(np.arange(200)), np.arange(30)))
    assert (found.low, found.high) == pytest.approx(wilson(0.3, 30), abs=1e-12)


def test_prompts_that_repeat_widen_as_the_cluster_robust_variance_of_statsmodels() -> None:
    import statsmodels.api as sm  # type: ignore[import-untyped]

    generator = np.random.default_rng(3)
    prompts = np.repeat(np.arange(60), 4)
    values = (generator.random(240) < generator.beta(1, 2, 60)[prompts]).astype(float)
    fitted = sm.OLS(values, np.ones(240)).fit(cov_type="cluster", cov_kwds={"groups": prompts})
    variance = float(fitted.bse[0]) ** 2
    found = raw(parts_of(values), census(prompts))
    worth = values.mean() * (1.0 - values.mean()) / variance
    assert worth < 200
    low, high = wilson(values.mean(), worth)
    assert found.value is not None
    assert found.value == pytest.approx(values.mean())
    assert found.low is not None
    assert found.high is not None
    # Of 60 prompts Student's t makes it wider.
    wider = stats.t.ppf(0.975, 59) / stats.norm.ppf(0.975)
    assert (found.value - found.low) / (found.value - low) == pytest.approx(wider, rel=0.01)
    assert (found.high - found.value) / (high - found.value) == pytest.approx(wider, rel=0.01)


@pytest.mark.parametrize("units", [20, 40, 60, 300])
@pytest.mark.parametrize("chance", [0.005, 0.01, 0.02, 0.03])
def test_rare_events_are_covered(units: int, chance: float) -> None:
    hits = np.arange(units + 1)
    ends = np.array([rare_wilson(one / units, units) for one in hits])
    held = (ends[:, 0] <= chance) & (chance <= ends[:, 1])
    assert stats.binom.pmf(hits, units, chance)[held].sum() >= 0.93


def test_a_rate_of_nothing_is_undefined() -> None:
    found = share(parts_of(np.full(5, np.nan)), census(np.arange(5)))
    assert (found.value, found.undefined) == (None, "no unit counts in this rate")


def adjusted(rate: float, specific: float, sensitive: float, units: int, outs: int, ins: int) -> tuple[float, float]:
    """The interval of Lee et al. 2025 (arXiv 2511.21140), written down apart from the program's."""
    z = stats.norm.ppf(0.975)
    p = (units * rate + z * z / 2) / (units + z * z)
    q0, q1 = (outs * specific + 1) / (outs + 2), (ins * sensitive + 1) / (ins + 2)
    theta = (p + q0 - 1) / (q0 + q1 - 1)
    v0, v1 = q0 * (1 - q0) / (outs + 2), q1 * (1 - q1) / (ins + 2)
    moved = theta + 2 * z * z * (theta * v1 - (1 - theta) * v0)
    error = np.sqrt(p * (1 - p) / (units + z * z) + (1 - theta) ** 2 * v0 + theta**2 * v1) / (q0 + q1 - 1)
    return max(0.0, moved - z * error), min(1.0, moved + z * error)


@pytest.mark.parametrize(
    ("judged", "negative", "positive"),
    [((300, 1000), (90, 100), (70, 80)), ((20, 1000), (49, 50), (9, 10)), ((0, 50), (20, 20), (5, 9))],
)
def test_the_plug_in_has_the_published_interval(
    judged: tuple[int, int], negative: tuple[int, int], positive: tuple[int, int]
) -> None:
    found = rogan_gladen(judged, negative, positive)
    p, q0, q1 = (hits / units for hits, units in (judged, negative, positive))
    assert found.value == pytest.approx(min(max((p + q0 - 1) / (q0 + q1 - 1), 0.0), 1.0))
    assert (found.low, found.high) == pytest.approx(adjusted(p, q0, q1, judged[1], negative[1], positive[1]), abs=1e-12)


def test_the_plug_in_is_undefined_where_the_grader_is_no_better_than_chance() -> None:
    assert "sum to 0.90" in (rogan_gladen((5, 10), (5, 10), (4, 10)).undefined or "")
