"""Intervals at their ends, with few or rare events, and the warnings that go with them."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from reviewer.definitions.scale import Scale
from reviewer.statistics.agreement import (
    Agreement,
    PairComparisons,
    RowDraw,
    bradley_terry,
    measure,
    read_numbers,
    read_rows,
    row_design,
    self_agreement,
)
from reviewer.statistics.estimate import Estimate


def of(*rows: tuple[tuple[int, ...], int], raters: str = "ab", values: str = "xy") -> Agreement:
    return measure(read_rows(rows, raters=raters, values=values), scale=Scale.NOMINAL, seed=1)


def ends(one: Estimate) -> tuple[float, float]:
    assert one.low is not None
    assert one.high is not None
    return one.low, one.high


@pytest.mark.parametrize("units", [12, 60, 2_000])
def test_full_agreement_has_the_bound_of_wilson(units: int) -> None:
    found = of(((0, 0), units // 2), ((1, 1), units // 2)).metrics
    low, _ = proportion_confint(units, units, method="wilson")
    assert ends(found["percent_agreement"]) == pytest.approx((low, 1.0))
    # Half of the labels are each value, so that a share d of units in disagreement leaves 1 - d / 0.5.
    for name in ("krippendorff_alpha", "cohen_kappa", "fleiss_kappa", "brennan_prediger"):
        assert ends(found[name]) == pytest.approx((1 - (1 - low) / 0.5, 1.0))


def test_no_interval_has_no_width() -> None:
    agreed = of(((0, 0, 0), 40), ((1, 1, 1), 30), raters="abc")
    differing = of(((0, 1), 20), ((1, 0), 20))
    for found in (agreed, differing):
        every = [*found.metrics.values(), *found.by_category.values(), *found.leave_one_out.values()]
        every += [pair.cohen_kappa for pair in found.pairwise] + [pair.percent_agreement for pair in found.pairwise]
        known = [ends(one) for one in every if one.low is not None]
        assert known
        assert min(high - low for low, high in known) > 0.01


def test_the_intraclass_correlation_of_equal_numbers_has_none() -> None:
    numbers = np.repeat(np.arange(40.0), 2).reshape(-1, 2)
    found = measure(read_numbers(numbers, raters="ab"), scale=Scale.INTERVAL, seed=1).metrics["icc"]
    assert (found.value, found.low) == (1.0, None)
    assert "every resample gives the same value" in (found.undefined or "")


def test_a_warning_counts_what_shows_agreement_on_the_rarer_value() -> None:
    rare = of(((0, 0), 95), ((1, 1), 2), ((0, 1), 1), ((1, 0), 2))
    assert rare.metrics["krippendorff_alpha"].warning == (
        "7 labels are other than x, and two agree on such a value on 2 units only: the interval is likely too narrow"
    )
    assert rare.metrics["percent_agreement"].warning is None
    assert rare.by_category["y"].warning is not None
    assert rare.by_category["x"].warning is None
    assert any("krippendorff_alpha: 7 labels" in one for one in rare.warnings)
    enough = of(((0, 0), 85), ((1, 1), 12), ((0, 1), 1), ((1, 0), 2))
    assert enough.metrics["krippendorff_alpha"].warning is None


def test_a_warning_counts_prompts_and_not_their_units() -> None:
    rows = [((0, 0), 100), ((1, 1), 100), ((0, 1), 10)] * 12
    design = row_design([RowDraw(number // 3) for number in range(36)])
    found = measure(read_rows(rows, raters="ab", values="xy", design=design), scale=Scale.NOMINAL, seed=1)
    assert "only 12 prompts" in (found.metrics["percent_agreement"].warning or "")


@pytest.mark.parametrize(("name", "least"), [("percent_agreement", 0.93), ("krippendorff_alpha", 0.93)])
def test_skewed_labels_of_two_raters_are_covered(name: str, least: float) -> None:
    generator = np.random.default_rng(2)
    cells = np.array([0.92, 0.045, 0.02, 0.015])
    labels = cells[1] + cells[2:].sum() / 2
    chance = labels**2 + (1 - labels) ** 2
    truth = {"percent_agreement": cells[:2].sum(), "krippendorff_alpha": (cells[:2].sum() - chance) / (1 - chance)}
    held, silent = [], []
    for _ in range(300):
        counts = generator.multinomial(150, cells)
        rows = [(codes, int(count)) for codes, count in zip(((0, 0), (1, 1), (0, 1), (1, 0)), counts, strict=True)]
        table = read_rows(rows, raters="ab", values="xy")
        one = measure(table, scale=Scale.NOMINAL, seed=1, resamples=200).metrics[name]
        low, high = ends(one)
        held.append(low <= truth[name] <= high)
        silent.append(one.warning is None)
    # Two standard errors of 300 studies.
    assert np.mean(held) >= least - 2 * np.sqrt(least * (1 - least) / 300)
    assert np.mean(np.array(held)[silent]) >= 0.92 - 2 * np.sqrt(0.92 * 0.08 / sum(silent))


def test_cannot_tell_is_set_apart() -> None:
    generator = np.random.default_rng(4)
    pairs = generator.integers(0, 2, (60, 2))
    rows = [((2, 2), 60), *((tuple(map(int, pair)), 1) for pair in pairs)]
    table = read_rows(rows, raters="ab", values=["yes", "no", "?"], abstain=[2])
    found = measure(table, scale=Scale.NOMINAL, seed=1)
    alpha, left = found.metrics["krippendorff_alpha"].value, found.abstentions.metrics["krippendorff_alpha"].value
    alone = measure(read_rows(rows[1:], raters="ab", values=["yes", "no"]), scale=Scale.NOMINAL, seed=1)
    assert (found.abstentions.labels, found.abstentions.share) == (120, 0.5)
    assert left == pytest.approx(alone.metrics["krippendorff_alpha"].value)
    assert alpha is not None
    assert left is not None
    assert alpha > left + 0.4
    [told] = [one for one in found.warnings if "cannot tell" in one]
    assert f"{alpha:.2f} with them" in told
    assert f"{left:.2f} without" in told


def test_without_cannot_tell_nothing_is_set_apart() -> None:
    found = of(((0, 0), 20), ((1, 1), 20), ((0, 1), 5))
    assert (found.abstentions.labels, found.abstentions.metrics) == (0, {})


def preferences(copies: int) -> list[PairComparisons]:
    generator = np.random.default_rng(6)
    wins = generator.random(60) < 0.6
    return [
        PairComparisons("a", "b", copies * int(won), copies * int(not won), 0, prompt)
        for prompt, won in enumerate(wins)
    ]


def test_raters_who_see_the_same_make_no_strength_surer() -> None:
    once, thrice = (bradley_terry(preferences(copies)).log_strengths["a"] for copies in (1, 3))
    assert thrice.value == pytest.approx(once.value)
    assert ends(thrice) == pytest.approx(ends(once))


def test_strengths_of_few_prompts_have_no_interval() -> None:
    found = bradley_terry([PairComparisons("a", "b", 2, 1, 0, prompt) for prompt in range(9)]).log_strengths["a"]
    assert (found.low, found.undefined) == (None, "9 prompts with a preference; an interval needs at least 10")


def test_a_weighted_preference_is_so_many_preferences() -> None:
    light = [PairComparisons("a", "b", 1, 0, 0, 0, 3.0), PairComparisons("a", "b", 0, 1, 0, 1, 1.0)]
    plain = [PairComparisons("a", "b", 3, 0, 0, 0), PairComparisons("a", "b", 0, 1, 0, 1)]
    values = [bradley_terry(met).log_strengths["a"].value for met in (light, plain)]
    assert values[0] == pytest.approx(values[1])
    assert values[0] == pytest.approx(np.log(3) / 2)


def test_a_rater_against_own_earlier_labels() -> None:
    rows = [((0, 0), 30), ((1, 1), 15), ((0, 1), 3), ((1, 0), 2), ((1, -1), 50)]
    table = read_rows(rows, raters=["ann", "ann#2"], values="xy")
    found = self_agreement(table, scale=Scale.NOMINAL, seed=1)
    pair = of(((0, 0), 30), ((1, 1), 15), ((0, 1), 3), ((1, 0), 2)).metrics
    assert (found.rater, found.sittings, found.units) == ("ann", 2, 50)
    assert found.percent_agreement.value == pytest.approx(0.9)
    assert found.cohen_kappa.value == pytest.approx(pair["cohen_kappa"].value)
    assert found.krippendorff_alpha.value == pytest.approx(pair["krippendorff_alpha"].value)
    assert ends(found.krippendorff_alpha)[0] < 0.9
