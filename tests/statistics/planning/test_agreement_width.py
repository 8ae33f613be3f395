"""The width that an interval of α will have: against enumeration, closed forms of others and published sample sizes."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.definitions.scale import Scale
from reviewer.statistics.agreement import measure, read_rows
from reviewer.statistics.interval import NORMAL, Z
from reviewer.statistics.planning import ExpectedLabels, alpha_half_width, donner_eliasziw

SHARES = st.lists(st.floats(0.05, 1.0), min_size=2, max_size=4).map(lambda own: tuple(one / sum(own) for one in own))


def spread(labels: ExpectedLabels, raters: int) -> float:
    """Return the standard deviation of what one response adds to α."""
    return alpha_half_width(labels, raters, 1.0) / Z


def enumerated(labels: ExpectedLabels, raters: int) -> tuple[float, float]:
    """Return α, and the standard deviation of what one response adds to it, by going through all rows of labels."""
    values = range(len(labels.shares))
    chance: dict[tuple[int, ...], float] = {}
    for truth, share in enumerate(labels.shares):
        for row in product(values, repeat=raters):
            given = math.prod(
                labels.knowing * (value == truth) + (1.0 - labels.knowing) * labels.shares[value] for value in row
            )
            chance[row] = chance.get(row, 0.0) + share * given

    def alpha(chances: dict[tuple[int, ...], float]) -> float:
        pairs = raters * (raters - 1)
        agree = sum(
            part * sum(row.count(value) * (row.count(value) - 1) for value in values) / pairs
            for row, part in chances.items()
        )
        given = [sum(part * row.count(value) / raters for row, part in chances.items()) for value in values]
        by_chance = sum(one * one for one in given)
        return 1.0 - (1.0 - agree) / (1.0 - by_chance)

    whole, step = alpha(chance), 1e-6
    added = {
        row: (alpha({one: (1.0 - step) * part + step * (one == row) for one, part in chance.items()}) - whole) / step
        for row in chance
    }
    return whole, math.sqrt(sum(chance[row] * added[row] ** 2 for row in chance))


@pytest.mark.parametrize(
    ("shares", "agreement", "raters"),
    [
        ((0.1, 0.9), 0.7, 2),
        ((0.1, 0.9), 0.7, 3),
        ((0.5, 0.5), 0.2, 5),
        ((0.6, 0.3, 0.1), 0.6, 4),
        ((0.98, 0.02), 0.5, 2),
    ],
)
def test_the_spread_is_that_of_all_rows_of_labels(shares: tuple[float, ...], agreement: float, raters: int) -> None:
    labels = ExpectedLabels(shares, agreement)
    whole, deviation = enumerated(labels, raters)
    assert whole == pytest.approx(agreement, abs=1e-9)
    assert spread(labels, raters) == pytest.approx(deviation, rel=1e-4)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_two_raters_and_two_values_spread_as_bloch_and_kraemer_say(rate: float, kappa: float) -> None:
    """Bloch and Kraemer 1989, Biometrics 45:269: the large-sample variance of the intraclass κ."""
    variance = (1 - kappa) * ((1 - kappa) * (1 - 2 * kappa) + kappa * (2 - kappa) / (2 * rate * (1 - rate)))
    assert spread(ExpectedLabels((rate, 1.0 - rate), kappa), 2) == pytest.approx(math.sqrt(variance), rel=1e-9)


def test_a_published_sample_size_of_kappa_follows() -> None:
    """Cantor 1996; `N.cohen.kappa(0.5, 0.5, 0.7, 0.85)` of R's irr prints 96: one-sided 5 %, power 80 %."""
    true, null = (spread(ExpectedLabels((0.5, 0.5), kappa), 2) for kappa in (0.7, 0.85))
    needed = ((NORMAL.inv_cdf(0.95) * null + NORMAL.inv_cdf(0.8) * true) / 0.15) ** 2
    assert math.ceil(needed) == 96


def test_donner_and_eliasziw_need_66() -> None:
    """κ .9 told from .6 at a prevalence of 30 %, two-sided 5 %, power 80 %: 66 (Shoukri, Asyali and Donner 2004)."""
    needed = donner_eliasziw(0.3, 0.6, 0.9, (NORMAL.inv_cdf(0.975) + NORMAL.inv_cdf(0.8)) ** 2)
    assert math.ceil(needed) == 66


@given(st.floats(0.05, 0.95), st.floats(0.2, 0.8))
def test_donner_and_eliasziw_agree_with_the_plan_where_intervals_are_narrow(rate: float, kappa: float) -> None:
    narrow = 0.002
    needed = donner_eliasziw(rate, kappa - narrow, kappa, Z**2)
    assert alpha_half_width(ExpectedLabels((rate, 1.0 - rate), kappa), 2, needed) == pytest.approx(narrow, rel=0.05)


@given(SHARES, st.floats(0.05, 0.95), st.integers(2, 9), st.integers(10, 10_000), st.floats(0.0, 1.0), st.floats(1, 20))
def test_more_items_never_widen_and_prompts_that_repeat_never_narrow(
    shares: tuple[float, ...], agreement: float, raters: int, items: int, together: float, repeated: float
) -> None:
    labels = ExpectedLabels(shares, agreement, together, repeated)
    width = alpha_half_width(labels, raters, items)
    assert alpha_half_width(labels, raters, items + 1) < width
    assert alpha_half_width(labels, raters + 1, items) <= width * (1.0 + 1e-9)
    assert width >= alpha_half_width(ExpectedLabels(shares, agreement), raters, items) * (1.0 - 1e-9)


def test_raters_who_differ_put_a_floor_under_the_width() -> None:
    labels = ExpectedLabels((0.3, 0.7), 0.7, rater_spread=0.01)
    assert alpha_half_width(labels, 4, 1e12) == pytest.approx(Z * 0.1 / 2.0, rel=1e-3)


@pytest.mark.parametrize(("shares", "raters", "items"), [((0.2, 0.8), 2, 400), ((0.5, 0.3, 0.2), 3, 300)])
def test_the_interval_of_a_study_is_as_wide_as_planned(shares: tuple[float, ...], raters: int, items: int) -> None:
    """The bootstrap of `reviewer agreement`, on studies drawn here with their own code."""
    labels = ExpectedLabels(shares, 0.7)
    generator = np.random.default_rng(11)
    halves = []
    for _ in range(30):
        truths = generator.choice(len(shares), items, p=shares)
        guesses = generator.choice(len(shares), (items, raters), p=shares)
        given = np.where(generator.random((items, raters)) < math.sqrt(0.7), truths[:, None], guesses)
        rows, counts = np.unique(given, axis=0, return_counts=True)
        table = read_rows(
            [(row.tolist(), int(count)) for row, count in zip(rows, counts, strict=True)],
            raters=[f"r{rater}" for rater in range(raters)],
            values=[f"v{value}" for value in range(len(shares))],
        )
        found = measure(table, scale=Scale.NOMINAL, seed=1, resamples=400).metrics["krippendorff_alpha"]
        assert found.low is not None
        assert found.high is not None
        halves.append((found.high - found.low) / 2.0)
    assert float(np.mean(halves)) == pytest.approx(alpha_half_width(labels, raters, items), rel=0.05)
