"""Families of differences: Holm's correction, two one-sided tests, and how much more gold would tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]
from statsmodels.stats.multitest import multipletests  # type: ignore[import-untyped]
from statsmodels.stats.weightstats import ttost_ind  # type: ignore[import-untyped]

from reviewer.statistics.grader_error import ClaimKind, Difference, claims, difference, holm, more_gold, parts_of
from reviewer.statistics.sample_design import SampleDesign, census, simple_sample

Floats = npt.NDArray[np.float64]


def two_sides(first: Floats, second: Floats) -> Difference:
    """Return the difference of two sides that share no prompt."""
    values = np.concatenate([first, second])
    mine = np.arange(len(values)) < len(first)
    return difference(parts_of(values), census(np.arange(len(values))), mine, ~mine)


def shares(generator: np.random.Generator, units: int, chance: float) -> Floats:
    return (generator.random(units) < chance).astype(float)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12))
def test_the_correction_is_that_of_statsmodels(chances: list[float]) -> None:
    expected = multipletests(chances, method="holm")[1]
    assert holm(chances) == pytest.approx(list(expected))


def test_what_cannot_be_asked_is_not_of_the_family() -> None:
    assert holm([0.03, None, 0.04]) == [0.06, None, 0.06]


def test_the_three_things_that_may_be_said() -> None:
    generator = np.random.default_rng(1)
    family = [
        ("apart", two_sides(shares(generator, 400, 0.6), shares(generator, 400, 0.3))),
        ("alike", two_sides(shares(generator, 20_000, 0.5), shares(generator, 20_000, 0.5))),
        ("open", two_sides(shares(generator, 40, 0.5), shares(generator, 40, 0.5))),
        ("few", two_sides(np.ones(9), np.zeros(50))),
    ]
    found = claims(family, 0.05)
    assert [claim.kind for claim in found] == [
        ClaimKind.DIFFERS,
        ClaimKind.WITHIN,
        ClaimKind.UNSETTLED,
        ClaimKind.UNSETTLED,
    ]
    # Nine prompts on one side are too few to say anything, however far apart.
    assert (found[3].p, found[3].family) == (None, 3)


def test_within_is_two_one_sided_tests() -> None:
    generator = np.random.default_rng(2)
    first, second = shares(generator, 900, 0.5), shares(generator, 900, 0.52)
    [found] = claims([("one", two_sides(first, second))], 0.1)
    assert found.p_within == pytest.approx(ttost_ind(first, second, -0.1, 0.1, usevar="unequal")[0], abs=2e-3)


def test_the_p_of_a_difference_is_that_of_welch() -> None:
    generator = np.random.default_rng(3)
    first, second = shares(generator, 500, 0.5), shares(generator, 300, 0.42)
    expected = stats.ttest_ind(first, second, equal_var=False).pvalue
    assert two_sides(first, second).p == pytest.approx(expected, rel=0.03)


def sampled(generator: np.random.Generator, gold: int) -> tuple[Floats, SampleDesign]:
    values = shares(generator, 4000, 0.4)
    design = census(np.arange(4000), np.arange(4000) % 2, ("m0", "m1"))
    return values, simple_sample(design, generator.permutation(4000)[:gold])


def test_the_gold_that_is_named_would_tell() -> None:
    generator = np.random.default_rng(4)
    values, design = sampled(generator, 200)
    found = difference(parts_of(values), design, design.configurations == 0, design.configurations == 1)
    more = more_gold(found, 0.08, 1)
    assert more is not None
    told = 0
    for _ in range(400):
        own, enough = sampled(generator, 200 + more)
        sides = enough.configurations == 0, enough.configurations == 1
        moved = np.where(sides[0], np.maximum(own, generator.random(4000) < 0.08 / 0.6), own)
        p = difference(parts_of(moved), enough, *sides).p
        told += p is not None and p < 0.05
    assert told / 400 == pytest.approx(0.8, abs=0.08)


def test_where_all_have_gold_more_of_it_helps_nothing() -> None:
    generator = np.random.default_rng(5)
    values = shares(generator, 60, 0.5)
    sides = np.arange(60) % 2 == 0
    assert more_gold(difference(parts_of(values), census(np.arange(60)), sides, ~sides), 0.05, 1) is None


def test_of_the_responses_themselves_gold_on_all_would_always_tell() -> None:
    generator = np.random.default_rng(6)
    values, design = sampled(generator, 100)
    from reviewer.statistics.sample_design import RateTarget

    these = replace(design, target=RateTarget.THESE)
    found = difference(parts_of(values), these, these.configurations == 0, these.configurations == 1)
    more = more_gold(found, 0.01, 1)
    assert more is not None
    assert 100 < more <= 3900
