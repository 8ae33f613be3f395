"""Rates and differences by gold: the errors of majorities by enumeration, sample sizes beside statsmodels."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import normal_power, normal_sample_size_one_tail  # type: ignore[import-untyped]

from reviewer.statistics.interval import wilson
from reviewer.statistics.planning import (
    ExpectedLabels,
    NotPossible,
    PlannedFigure,
    PlanningWish,
    designs_for,
    planned,
    widest_correlation,
)

RATE = PlanningWish(PlannedFigure.RATE, half_width=0.05)


def expected(rate: float, agreement: float = 1.0, correlation: float = 0.0) -> ExpectedLabels:
    return ExpectedLabels((rate, 1.0 - rate), agreement, correlation)


def difference(size: float, power: float = 0.8) -> PlanningWish:
    return PlanningWish(PlannedFigure.DIFFERENCE, difference=size, power=power)


def by_votes(right: float, raters: int) -> tuple[float, float]:
    """Return how often a majority is wrong, a tie decided by one more person, and how often there is a tie."""
    wrong = ties = 0.0
    for votes in product((True, False), repeat=raters):
        chance = math.prod(right if vote else 1.0 - right for vote in votes)
        if 2 * sum(votes) == raters:
            ties += chance
            wrong += chance * (1.0 - right)
        elif 2 * sum(votes) < raters:
            wrong += chance
    return wrong, ties


@pytest.mark.parametrize("raters", [1, 2, 3, 4, 5])
def test_majorities_err_as_all_their_votes_say(raters: int) -> None:
    labels = expected(0.2, 0.6)
    seen = math.sqrt(0.6)
    missed, tied = by_votes(seen + (1.0 - seen) * 0.2, raters)
    false, tied_without = by_votes(seen + (1.0 - seen) * 0.8, raters)
    found = labels.majority(raters)
    assert found.missed == pytest.approx(missed)
    assert found.false == pytest.approx(false)
    assert found.ties == pytest.approx(0.2 * tied + 0.8 * tied_without)


@given(st.floats(0.01, 0.99), st.floats(0.05, 1.0))
def test_one_rater_errs_but_leaves_the_rate_as_it_is(rate: float, agreement: float) -> None:
    found = planned(RATE, expected(rate, agreement), 1, 100)
    assert found.lean == pytest.approx(0.0, abs=1e-9)


@given(st.floats(0.01, 0.99), st.floats(0.05, 0.99), st.sampled_from([1, 2, 3, 5, 7]))
def test_more_raters_never_make_gold_worse(rate: float, agreement: float, raters: int) -> None:
    few, more = (planned(RATE, expected(rate, agreement), number, 100).gold_error for number in (raters, raters + 2))
    assert few is not None
    assert more is not None
    # Where a rater is wrong more often than not about the rarer value, a majority of them is so more surely.
    outvoted = max(rate, 1.0 - rate) * (1.0 - math.sqrt(agreement)) > 0.5
    assert more <= few + 1e-12 or outvoted


@given(st.floats(0.01, 0.99), st.integers(10, 5000))
def test_a_rate_by_raters_who_are_right_has_the_interval_of_wilson(rate: float, items: int) -> None:
    low, high = wilson(rate, items)
    assert planned(RATE, expected(rate), 3, items).width == pytest.approx((high - low) / 2.0)


@given(st.floats(0.02, 0.6), st.floats(0.02, 0.3), st.floats(0.5, 0.95))
def test_an_unpaired_difference_needs_as_many_as_statsmodels_says(rate: float, size: float, power: float) -> None:
    other = rate + size
    deviation = math.sqrt(rate * (1.0 - rate) + other * (1.0 - other))
    needed = normal_sample_size_one_tail(size, power, 0.025, std_null=deviation, std_alternative=deviation)
    found = designs_for(difference(size, power), expected(rate), [1], [(10, 1_000_000)]).cheapest
    assert found is not None
    assert found.items == max(10, math.ceil(needed - 1e-9))


@given(st.floats(0.05, 0.6), st.floats(0.02, 0.3), st.floats(0.0, 1.0), st.integers(50, 2000))
def test_a_paired_difference_has_the_power_that_statsmodels_says(
    rate: float, size: float, part: float, items: int
) -> None:
    """Beside the test of the mean of a difference, whose spread is that of the four kinds of pairs."""
    other = rate + size
    together = part * widest_correlation(rate, other)
    both = rate * other + together * math.sqrt(rate * (1.0 - rate) * other * (1.0 - other))
    deviation = math.sqrt((rate - both) + (other - both) - size**2)
    found = planned(difference(size), expected(rate, correlation=together), 1, items).power
    assert found == pytest.approx(normal_power(size / deviation, items, 0.025, alternative="larger"), abs=1e-9)


@given(st.floats(0.05, 0.6), st.floats(0.02, 0.3), st.floats(0.3, 1.0), st.floats(0.5, 0.94))
def test_more_power_and_smaller_differences_need_more_labels(
    rate: float, size: float, agreement: float, power: float
) -> None:
    labels = expected(rate, agreement)
    wishes = difference(size, power), difference(size, power + 0.05), difference(size * 0.8, power)
    found = [designs_for(wish, labels, [1, 3], [(10, 1_000_000)]).cheapest for wish in wishes]
    costs = [one.cost for one in found if one is not None]
    assert len(costs) == 3
    assert costs[0] <= costs[1]
    assert costs[0] <= costs[2]


@given(st.floats(0.1, 0.5), st.floats(0.02, 0.3), st.floats(0.3, 0.9))
def test_raters_who_err_need_more_prompts_than_raters_who_are_right(rate: float, size: float, agreement: float) -> None:
    right, erring = (planned(difference(size), expected(rate, one), 1, 200).power for one in (1.0, agreement))
    assert right is not None
    assert erring is not None
    assert erring <= right + 1e-12


def test_a_rate_above_1_and_a_correlation_beyond_what_the_rates_allow_are_refused() -> None:
    with pytest.raises(NotPossible, match=r"would be a rate of 1\.02; expected one below 1"):
        planned(difference(0.05), expected(0.97), 1, 100)
    with pytest.raises(NotPossible, match=r"expected 0\.509 at most"):
        planned(difference(0.2), expected(0.1, correlation=0.9), 1, 100)
