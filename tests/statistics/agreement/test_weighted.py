"""Samples with unequal chances: figures are of the population, not of the draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache

import krippendorff
import numpy as np
import numpy.typing as npt
import pytest
from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped]

from reviewer.definitions.scale import Scale
from reviewer.statistics.agreement import Agreement, RatingTable, RowDraw, measure, read_rows, row_design

Codes = npt.NDArray[np.int64]
Generator = np.random.Generator
FIGURES = ("percent_agreement", "krippendorff_alpha", "gwet_ac1", "cohen_kappa", "fleiss_kappa")
POPULATION = 2_000
DRAWS = 200


def table(codes: Codes, draws: Sequence[RowDraw] | None = None) -> RatingTable:
    """Return the table of units of codes by two raters, each drawn as `draws` says."""
    rows = Counter(zip(map(tuple, codes.tolist()), draws or [RowDraw(None)] * len(codes), strict=True))
    return read_rows(
        [(row, units) for (row, _), units in rows.items()],
        raters=["a", "b"],
        values=["x", "y", "z"],
        design=None if draws is None else row_design([draw for _, draw in rows]),
    )


@cache
def population() -> tuple[Codes, npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Return labels of two raters, whether two graders differ, and how bad one of them finds each unit."""
    generator = np.random.default_rng(5)
    truth = generator.choice(3, (POPULATION, 1), p=(0.85, 0.1, 0.05))
    hard = generator.random(POPULATION) < 0.15
    wrong = generator.random((POPULATION, 2)) < np.where(hard, 0.4, 0.05)[:, None]
    codes = np.where(wrong, generator.integers(0, 3, (POPULATION, 2)), truth)
    differing = generator.random(POPULATION) < np.where(hard, 0.7, 0.1)
    return codes, differing, truth[:, 0] + hard + generator.random(POPULATION)


def chosen(generator: Generator, units: npt.NDArray[np.int64], stratum: int, size: int) -> dict[int, RowDraw]:
    drawn = generator.choice(units, size, replace=False)
    return {int(unit): RowDraw(None, stratum, size, len(units)) for unit in drawn}


def by_disagreement(generator: Generator) -> dict[int, RowDraw]:
    _, differing, _ = population()
    return chosen(generator, np.flatnonzero(differing), 0, 60) | chosen(generator, np.flatnonzero(~differing), 1, 60)


def by_tail(generator: Generator) -> dict[int, RowDraw]:
    order = np.argsort(-population()[2])
    worst, rest = order[: POPULATION // 10], order[POPULATION // 10 :]
    return chosen(generator, worst, 0, len(worst)) | chosen(generator, rest, 1, 100)


def value(found: Agreement, name: str) -> float:
    one = found.metrics[name].value
    assert one is not None
    return one


@pytest.mark.parametrize("rule", [by_disagreement, by_tail])
def test_weighted_figures_are_of_the_whole_population(rule: Callable[[Generator], dict[int, RowDraw]]) -> None:
    codes, *_ = population()
    whole = measure(table(codes), scale=Scale.NOMINAL, seed=1, resamples=1)
    generator = np.random.default_rng(11)
    found: dict[str, list[float]] = {name: [] for name in FIGURES}
    plain: list[float] = []
    for _ in range(DRAWS):
        draws = rule(generator)
        sample = codes[list(draws)]
        weighted = measure(table(sample, list(draws.values())), scale=Scale.NOMINAL, seed=1, resamples=1)
        plain.append(float((sample[:, 0] == sample[:, 1]).mean()))
        for name in FIGURES:
            found[name].append(value(weighted, name))
    for name, values in found.items():
        off, spread = np.mean(values) - value(whole, name), np.std(values)
        # A linear figure is unbiased; of a ratio, the bias of a small sample is a fraction of its deviation.
        allowed = 3.0 * spread / np.sqrt(DRAWS) + (0.0 if name == "percent_agreement" else 0.1 * spread)
        assert abs(off) <= allowed, (name, off, spread)
    assert np.mean(plain) < value(whole, "percent_agreement") - 0.03


@pytest.fixture
def weighted() -> tuple[Codes, list[RowDraw]]:
    codes = population()[0][:120]
    draws = [RowDraw(None, 0, 80, 80) if unit < 80 else RowDraw(None, 1, 40, 200) for unit in range(120)]
    return codes, draws


def test_a_weight_is_so_many_equal_units(weighted: tuple[Codes, list[RowDraw]]) -> None:
    codes, draws = weighted
    every = np.repeat(codes, [draw.pool // draw.drawn for draw in draws], axis=0)
    found = measure(table(codes, draws), scale=Scale.NOMINAL, seed=1)
    replicated = measure(table(every), scale=Scale.NOMINAL, seed=1)
    for name in FIGURES:
        if name != "krippendorff_alpha":
            assert value(found, name) == pytest.approx(value(replicated, name), abs=1e-12)
    for name, share in replicated.shares.items():
        assert found.shares[name] == pytest.approx(share)
    for name, one in replicated.by_category.items():
        assert found.by_category[name].value == pytest.approx(one.value)
    assert (found.units, found.compared, found.labels) == (120, 120, 240)


def test_witnesses_of_weighted_coefficients(weighted: tuple[Codes, list[RowDraw]]) -> None:
    codes, draws = weighted
    weights = [draw.pool / draw.drawn for draw in draws]
    found = measure(table(codes, draws), scale=Scale.NOMINAL, seed=1)
    kappa = cohen_kappa_score(codes[:, 0], codes[:, 1], sample_weight=weights)
    assert value(found, "cohen_kappa") == pytest.approx(kappa)
    every = np.repeat(codes, np.array(weights, int), axis=0)
    alpha = krippendorff.alpha(every.T, level_of_measurement="nominal", value_domain=[0, 1, 2])
    # α's correction for a small sample is by the labels that there are, not by those that they stand for.
    ours, theirs = 2 * len(codes), 2 * len(every)
    assert (1 - value(found, "krippendorff_alpha")) * ours / (ours - 1) == pytest.approx(
        (1 - alpha) * theirs / (theirs - 1)
    )


def test_equal_chances_change_nothing(weighted: tuple[Codes, list[RowDraw]]) -> None:
    codes, _ = weighted
    drawn = [RowDraw(None, unit % 2, 60, 300) for unit in range(120)]
    of_sample = measure(table(codes, drawn), scale=Scale.NOMINAL, seed=1)
    plain = measure(table(codes), scale=Scale.NOMINAL, seed=1)
    assert not of_sample.weighted
    assert {name: one.value for name, one in of_sample.metrics.items()} == {
        name: one.value for name, one in plain.metrics.items()
    }


def test_the_interval_of_a_sample_holds_the_population() -> None:
    codes, *_ = population()
    whole = measure(table(codes), scale=Scale.NOMINAL, seed=1, resamples=1)
    generator = np.random.default_rng(3)
    held: Counter[str] = Counter()
    for _ in range(200):
        draws = by_disagreement(generator)
        found = measure(table(codes[list(draws)], list(draws.values())), scale=Scale.NOMINAL, seed=1, resamples=200)
        for name in ("percent_agreement", "krippendorff_alpha", "gwet_ac1"):
            one = found.metrics[name]
            assert one.low is not None
            assert one.high is not None
            held[name] += one.low <= value(whole, name) <= one.high
    assert min(held.values()) >= 180, held


def test_a_prompt_counts_with_the_weights_of_its_units() -> None:
    rows = [((0, 0), 4), ((0, 1), 4)] * 15
    draws = [RowDraw(number // 2, number % 2, 60, 60 + 240 * (number % 2)) for number in range(30)]
    found = measure(
        read_rows(rows, raters="ab", values="xy", design=row_design(draws)), scale=Scale.NOMINAL, seed=1
    ).metrics["percent_agreement"]
    # Every prompt has four units that agree and four that do not, each of which stands for five.
    assert found.value == pytest.approx(4 / 24)
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.high - found.low < 0.5
    assert found.warning == "only 15 prompts have a unit with two labels: the interval is likely too narrow"
