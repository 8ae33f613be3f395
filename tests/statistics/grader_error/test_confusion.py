"""Confusion, error, precision, recall, F1 and agreement with gold, against scikit-learn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.metrics import (  # type: ignore[import-untyped]
    cohen_kappa_score,
    confusion_matrix,
    precision_recall_fscore_support,
)

from reviewer.definitions.scale import Scale
from reviewer.statistics.agreement import measure, read_sets
from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.grader_error import (
    JudgedUnits,
    against_gold,
    by_label,
    compare,
    confusion,
    error,
    judged_units,
    mcnemar,
)
from reviewer.statistics.interval import rare_wilson, wilson
from reviewer.statistics.sample_design import DrawChance, sample_design

VALUES = ("a", "b", "c")
RESAMPLING = Resampling(400, 1)
Codes = npt.NDArray[np.int64]


def judged(gold: Codes, verdict: Codes, prompts: Codes | None = None) -> JudgedUnits:
    units = len(gold)
    population = sample_design(
        list(range(units)) if prompts is None else [int(prompt) for prompt in prompts],
        [unit % 2 for unit in range(units)],
        ("m0", "m1"),
        [DrawChance(0, 1, 1)] * units,
    )
    members = {value: (value,) for value in VALUES}
    return judged_units(population, VALUES, members, VALUES, [int(one) for one in gold], [int(one) for one in verdict])


@pytest.fixture(scope="module")
def some() -> JudgedUnits:
    generator = np.random.default_rng(1)
    gold = generator.choice(3, 200, p=[0.6, 0.3, 0.1])
    verdict = np.where(generator.random(200) < 0.7, gold, generator.choice(5, 200))  # 3 unparsed, 4 refused
    return judged(gold, verdict)


def test_the_confusion_is_that_of_scikit_learn(some: JudgedUnits) -> None:
    expected = confusion_matrix(some.gold, some.verdict, labels=range(5))
    found = confusion(some).counts
    names = (*VALUES, "unparsed", "refused")
    assert [[found[gold][name] for name in names] for gold in VALUES] == expected[:3].tolist()


def test_what_is_no_label_counts_as_an_error_and_is_told_apart(some: JudgedUnits) -> None:
    found = error(some)
    wrong = int((some.gold != some.verdict).sum())
    assert some.wrong.above.sum() == wrong
    assert found.value == pytest.approx(wrong / 200)
    assert (found.low, found.high) == pytest.approx(wilson(wrong / 200, 200), abs=1e-12)
    assert (some.count("unparsed"), some.count("refused")) == ((some.verdict == 3).sum(), (some.verdict == 4).sum())
    assert some.count("unparsed") > 0


def test_precision_recall_and_f1_are_those_of_scikit_learn(some: JudgedUnits) -> None:
    expected = precision_recall_fscore_support(some.gold, some.verdict, labels=range(3))[:3]
    found = by_label(some)
    values = [
        [one.precision.value for one in found],
        [one.recall.value for one in found],
        [one.f1.value for one in found],
    ]
    assert np.array(values, float) == pytest.approx(np.array(expected))


def test_precision_and_recall_have_the_interval_of_wilson(some: JudgedUnits) -> None:
    [first, *_] = by_label(some)
    assert (first.precision.low, first.precision.high) == pytest.approx(
        rare_wilson(first.both / first.verdicts, first.verdicts), abs=1e-12
    )
    assert (first.recall.low, first.recall.high) == pytest.approx(
        rare_wilson(first.both / first.gold, first.gold), abs=1e-12
    )


def test_a_label_that_the_grader_never_gives_has_no_precision() -> None:
    found = by_label(judged(np.array([0, 1] * 10), np.zeros(20, np.int64)))[1]
    assert (found.precision.value, found.precision.undefined) == (None, "the grader never says b")
    assert (found.recall.value, found.f1.value) == (0.0, 0.0)


def test_several_choices_are_found_one_by_one() -> None:
    population = sample_design(list(range(20)), [0] * 20, ("m",), [DrawChance(0, 1, 1)] * 20)
    members = {"x": ("x",), "y": ("y",), "x|y": ("x", "y")}
    found = judged_units(population, tuple(members), members, ("x", "y"), [2] * 20, [0] * 10 + [2] * 10)
    assert error(found).value == 0.5
    assert [(one.recall.value, one.precision.value) for one in by_label(found)] == [(1.0, 1.0), (0.5, 1.0)]


def test_agreement_with_gold_is_that_of_two_raters(some: JudgedUnits) -> None:
    found = against_gold(some, Scale.NOMINAL, None, RESAMPLING)
    assert found.metrics["cohen_kappa"].value == pytest.approx(cohen_kappa_score(some.gold, some.verdict))


def test_units_without_gold_or_verdict_are_left_out() -> None:
    population = sample_design([1, 2, 3, 4], [0] * 4, ("m",), [DrawChance(0, 1, 1)] * 3 + [None])
    members = {value: (value,) for value in VALUES}
    found = judged_units(population, VALUES, members, VALUES, [0, None, 1, 1], [0, 1, None, 1])
    assert found.units == 1


@pytest.mark.parametrize(("first", "second"), [(0, 0), (3, 3), (0, 5), (2, 9), (104, 193), (900, 1100)])
def test_mcnemar_is_that_of_statsmodels(first: int, second: int) -> None:
    from statsmodels.stats.contingency_tables import mcnemar as witness  # type: ignore[import-untyped]

    expected = 1.0 if first == second else witness([[5, first], [second, 5]], exact=True).pvalue
    assert mcnemar(first, second) == pytest.approx(expected, rel=1e-9)


def test_two_graders_differ_by_what_each_has_less_the_other(some: JudgedUnits) -> None:
    other = np.where(np.arange(200) % 3 == 0, some.gold, some.verdict)
    found = compare(some, other)
    assert (found.first_only, found.second_only) == (0, int((other != some.verdict).sum()))
    assert found.error.value == pytest.approx(np.mean(some.verdict != some.gold) - np.mean(other != some.gold))
    assert found.kappa.value == pytest.approx(
        cohen_kappa_score(some.gold, some.verdict) - cohen_kappa_score(some.gold, other)
    )
    scores = [precision_recall_fscore_support(some.gold, said, labels=range(3))[2] for said in (some.verdict, other)]
    assert [found.f1[value].value for value in VALUES] == pytest.approx(list(scores[0] - scores[1]))
    assert found.kappa.high is not None
    assert found.kappa.high < 0.0


def test_a_grader_does_not_differ_from_itself(some: JudgedUnits) -> None:
    found = compare(some, some.verdict)
    assert (found.exact, found.error.value, found.kappa.value) == (1.0, 0.0, 0.0)
    assert found.error.low is not None
    assert found.error.high is not None
    # One unit more could be judged otherwise.
    assert found.error.low < 0.0 < found.error.high


def test_several_choices_are_compared_with_gold_by_the_distance_of_sets() -> None:
    generator = np.random.default_rng(6)
    members = {"x": ("x",), "y": ("y",), "x|y": ("x", "y")}
    units = 80
    gold = generator.integers(3, size=units)
    verdict = np.where(generator.random(units) < 0.6, gold, generator.integers(4, size=units))
    design = sample_design(list(range(units)), [0] * units, ("m",), [DrawChance(0, 1, 1)] * units)
    found = against_gold(
        judged_units(design, tuple(members), members, ("x", "y"), gold.tolist(), verdict.tolist()),
        Scale.MULTI,
        None,
        RESAMPLING,
    )
    sets = [frozenset({0}), frozenset({1}), frozenset({0, 1}), frozenset()]
    rows = [((int(one), int(other)), 1) for one, other in zip(gold, verdict, strict=True)]
    table = read_sets(rows, raters=["gold", "grader"], options=["x", "y"], sets=sets)
    expected = measure(table, scale=Scale.MULTI, seed=1).metrics["krippendorff_alpha"].value
    assert found.metrics["krippendorff_alpha"].value == pytest.approx(expected)
