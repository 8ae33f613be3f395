"""Every figure under every sampling rule, averaged over many draws, is that of the whole population."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats  # type: ignore[import-untyped]

from reviewer.definitions.scale import Scale
from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.grader_error import (
    against_gold,
    alternative_test,
    by_label,
    compare,
    confusion,
    corrected,
    difference,
    error,
    judged_units,
    parts_of,
    share,
)
from reviewer.statistics.sample_design import SampleDesign, census, simple_sample

UNITS = 600
DRAWS = 100
VALUES = ("no", "yes")
MEMBERS = {"no": ("no",), "yes": ("yes",)}
FEW = Resampling(2, 1)
Codes = npt.NDArray[np.int64]

GENERATOR = np.random.default_rng(1)
WHOLE = census(np.arange(UNITS) // 2, np.arange(UNITS) % 2, ("m0", "m1"))
GOLD = (GENERATOR.random(UNITS) < np.where(WHOLE.configurations == 0, 0.35, 0.2)).astype(np.int64)
GRADER = np.where(GENERATOR.random(UNITS) < 0.85, GOLD, 1 - GOLD)
OTHER = np.where(GENERATOR.random(UNITS) < 0.9, GOLD, 1 - GOLD)
PEOPLE = np.where(GENERATOR.random((UNITS, 2)) < 0.1, 1 - GOLD[:, None], GOLD[:, None])
Rule = Callable[[np.random.Generator], SampleDesign]
Values = dict[str, npt.NDArray[np.float64]]


def drawn(generator: np.random.Generator, parts: list[tuple[Codes, int]]) -> SampleDesign:
    number, sizes, pools = np.full(UNITS, -1), np.zeros(UNITS), np.zeros(UNITS)
    for place, (units, size) in enumerate(parts):
        chosen = generator.permutation(units)[:size]
        number[chosen], sizes[chosen], pools[chosen] = place, len(chosen), len(units)
    return replace(WHOLE, strata=number, drawn=sizes, pool=pools)


def tail(generator: np.random.Generator) -> SampleDesign:
    parts: list[tuple[Codes, int]] = []
    for place in (0, 1):
        mine = np.flatnonzero(WHOLE.configurations == place)
        order = mine[np.lexsort((generator.random(len(mine)), -GRADER[mine]))]
        parts += [(order[:30], 30), (order[30:], 40)]
    return drawn(generator, parts)


def disagreement(generator: np.random.Generator) -> SampleDesign:
    differing = GRADER != OTHER
    return drawn(generator, [(np.flatnonzero(differing), 50), (np.flatnonzero(~differing), 50)])


def stratified(generator: np.random.Generator) -> SampleDesign:
    return drawn(
        generator, [(np.flatnonzero(WHOLE.configurations == place), size) for place, size in ((0, 30), (1, 90))]
    )


def random(generator: np.random.Generator) -> SampleDesign:
    return simple_sample(WHOLE, generator.permutation(UNITS)[:120])


def figures(design: SampleDesign) -> tuple[dict[str, float | None], dict[str, float | None]]:
    """Return the linear figures of a sample, and those that are ratios."""
    gold, grader = parts_of(GOLD.astype(float)), parts_of(GRADER.astype(float))
    first, second = (design.configurations == place for place in (0, 1))
    judged = judged_units(design, VALUES, MEMBERS, VALUES, GOLD.tolist(), GRADER.tolist())
    seen = design.seen
    cells = confusion(judged).estimate
    total = sum(sum(row.values()) for row in cells.values())
    people = PEOPLE[seen].tolist()
    test = alternative_test(GRADER[seen].tolist(), people, ("a", "b"), design.take(seen), epsilon=0.2)
    metrics = against_gold(judged, Scale.NOMINAL, None, FEW).metrics
    yes = by_label(judged)[1]
    return {
        "rate by gold": share(gold, design).value,
        "corrected": corrected(gold, grader, design, power=1.0).estimate.value,
        "difference": difference(gold, design, first, second).estimate.value,
        "error": error(judged).value,
        "missed": cells["yes"]["no"] / total,
        "percent agreement": metrics["percent_agreement"].value,
        "two graders": compare(judged, OTHER[seen]).error.value,
        "a person ahead of the grader": test.people[0].behind,
    }, {
        "precision": yes.precision.value,
        "recall": yes.recall.value,
        "F1": yes.f1.value,
        "κ": metrics["cohen_kappa"].value,
        "α": metrics["krippendorff_alpha"].value,
    }


@cache
def truth() -> tuple[dict[str, float | None], dict[str, float | None]]:
    """Return the figures of the whole population."""
    return figures(WHOLE)


@cache
def over_draws(rule: Rule) -> tuple[Values, Values]:
    """Return the linear figures and the ratios of many draws, shape (draws,) each."""
    generator = np.random.default_rng(2)
    found = [figures(rule(generator)) for _ in range(DRAWS)]
    linear = {name: np.array([one[name] for one, _ in found], float) for name in truth()[0]}
    return linear, {name: np.array([one[name] for _, one in found], float) for name in truth()[1]}


RULES = [random, stratified, tail, disagreement]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_linear_figures_are_unbiased(rule: Rule) -> None:
    linear, _ = over_draws(rule)
    chances = {name: float(stats.ttest_1samp(values, truth()[0][name]).pvalue) for name, values in linear.items()}
    # Of 32 figures over all rules, Bonferroni at .01.
    assert {name: p for name, p in chances.items() if p < 0.01 / 32} == {}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_ratio_figures_are_nearly_so(rule: Rule) -> None:
    _, ratios = over_draws(rule)
    off = {name: (values.mean() - (truth()[1][name] or 0.0)) / values.std() for name, values in ratios.items()}
    # A tenth of the sampling deviation, and three simulation errors.
    assert {name: one for name, one in off.items() if abs(one) > 0.1 + 3.0 / DRAWS**0.5} == {}
