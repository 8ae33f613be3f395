from __future__ import annotations

import pytest

from reviewer.definitions.scale import Scale
from reviewer.statistics.agreement import (
    UNDECIDED,
    PairComparisons,
    RowDraw,
    bradley_terry,
    confused,
    confusion,
    dawid_skene,
    drift,
    majority,
    measure,
    measure_pairs,
    position_preference,
    read_numbers,
    read_rows,
    read_sets,
    row_design,
)

COEFFICIENTS = [
    "krippendorff_alpha", "fleiss_kappa", "conger_kappa", "light_kappa", "cohen_kappa", "scott_pi", "gwet_ac1",
    "brennan_prediger", "percent_agreement",
]  # fmt: skip


@pytest.mark.parametrize("scale", [Scale.NOMINAL, Scale.ORDINAL])
@pytest.mark.parametrize("raters", [0, 1, 2])
def test_without_labels_everything_is_undefined(scale: Scale, raters: int) -> None:
    empty = read_rows([], raters=["a", "b"][:raters], values=["x", "y"], numbers=[0, 1])
    metrics = measure(empty, scale=scale, seed=1).metrics
    assert {name for name, found in metrics.items() if found.value is not None or not found.undefined} == set()


def test_no_numbers_are_no_agreement() -> None:
    metrics = measure(read_numbers([], raters=["a", "b"]), scale=Scale.INTERVAL, seed=1).metrics
    assert {name for name, found in metrics.items() if found.value is not None} == set()


@pytest.mark.parametrize("name", ["krippendorff_alpha", "fleiss_kappa", "cohen_kappa", "scott_pi", "conger_kappa"])
def test_without_variation_chance_leaves_nothing_to_measure(name: str) -> None:
    same = read_rows([((0, 0), 30)], raters=["a", "b"], values=["x", "y"])
    found = measure(same, scale=Scale.NOMINAL, seed=1).metrics[name]
    assert (found.value, "same value" in (found.undefined or "")) == (None, True)


@pytest.mark.parametrize(("name", "value"), [("cohen_kappa", 0.0), ("scott_pi", -1.0), ("krippendorff_alpha", 0.0)])
def test_one_unit_on_which_two_raters_differ(name: str, value: float) -> None:
    one = read_rows([((0, 1), 1)], raters=["a", "b"], values=["x", "y"])
    assert measure(one, scale=Scale.NOMINAL, seed=1).metrics[name].value == pytest.approx(value)


def test_declared_values_that_nobody_used_count_in_ac1() -> None:
    rows = [((0, 0), 45), ((1, 1), 8), ((0, 1), 7)]
    of = {
        count: measure(
            read_rows(rows, raters=["a", "b"], values="vwxyz"[:count]), scale=Scale.NOMINAL, seed=1, resamples=20
        ).metrics["gwet_ac1"].value
        for count in (2, 5)
    }  # fmt: skip
    assert (of[2] or 0) < (of[5] or 0)


def test_too_few_units_have_a_value_and_no_interval() -> None:
    few = read_rows([((0, 0), 5), ((1, 0), 4)], raters=["a", "b"], values=["x", "y"])
    found = measure(few, scale=Scale.NOMINAL, seed=1).metrics["percent_agreement"]
    assert (found.value, found.low, found.undefined) == (
        5 / 9, None, "9 units with two labels; an interval needs at least 10",
    )  # fmt: skip


def test_one_option_leaves_ac1_undefined() -> None:
    single = read_rows([((0, 0), 20)], raters=["a", "b"], values=["x"])
    assert (
        measure(single, scale=Scale.NOMINAL, seed=1).metrics["gwet_ac1"].undefined == "the question has one value only"
    )


def test_undefined_resamples_are_counted() -> None:
    rare = read_rows([((0, 0), 30), ((1, 0), 1)], raters=["a", "b"], values=["x", "y"])
    assert measure(rare, scale=Scale.NOMINAL, seed=1).metrics["krippendorff_alpha"].undefined_resamples > 0


def test_clusters_widen_the_interval() -> None:
    rows = [((0, 0), 10), ((1, 0), 10)] * 20
    widths = []
    for design in (None, row_design([RowDraw(prompt) for prompt in range(40)])):
        table = read_rows(rows, raters=["a", "b"], values=["x", "y"], design=design)
        found = measure(table, scale=Scale.NOMINAL, seed=1).metrics["percent_agreement"]
        assert found.low is not None
        assert found.high is not None
        widths.append(found.high - found.low)
    assert widths[1] > 2 * widths[0]


def test_the_two_way_interval_is_wider() -> None:
    rows = [((0, 0, 0), 30), ((1, 1, 1), 20), ((0, 0, 1), 25), ((1, 0, 0), 2)]
    table = read_rows(rows, raters="abc", values=["x", "y"])
    widths = []
    for two_way in (False, True):
        found = measure(table, scale=Scale.NOMINAL, seed=1, resamples=200, two_way=two_way).metrics[
            "krippendorff_alpha"
        ]
        assert found.low is not None
        assert found.high is not None
        widths.append(found.high - found.low)
    assert widths[1] > widths[0]


def test_a_tie_is_left_to_adjudication() -> None:
    assert majority(read_rows([((0, 1), 1)], raters="ab", values=["x", "y"])).tolist() == [UNDECIDED]


def test_cannot_tell_never_wins() -> None:
    table = read_rows([((1, 1, 0), 1)], raters="abc", values=["x", "?"], abstain=[1])
    assert majority(table).tolist() == [UNDECIDED]


def test_dawid_skene_leaves_a_tie_undecided() -> None:
    tied = read_rows([((0, 1), 1), ((1, 0), 1), ((0, 0), 5), ((1, 1), 5)], raters="ab", values=["x", "y"])
    assert UNDECIDED in dawid_skene(tied).consensus.tolist()


def test_confusion_against_the_others() -> None:
    table = read_rows([((0, 1, 1), 3), ((1, 1, 1), 2), ((0, 0, 1), 4)], raters="abc", values=["x", "y"])
    found = confusion(table, 0)
    assert (found.counts.tolist(), found.undecided) == ([[0, 0], [3, 2]], 4)


def test_confused_values_are_the_most_frequent_first() -> None:
    table = read_rows([((0, 1), 2), ((2, 1), 5)], raters="ab", values=["x", "y", "z"])
    assert [(pair.values, pair.pairs) for pair in confused(table)] == [(("y", "z"), 5), (("x", "y"), 2)]


def test_only_the_pairs_asked_for_count() -> None:
    table = read_rows([((0, 0, 1), 10), ((1, 1, 0), 10)], raters="abg", values=["x", "y"])
    people, grader = (measure_pairs(table, pairs, seed=1) for pairs in ([(0, 1)], [(0, 2), (1, 2)]))
    assert (people.percent_agreement.value, grader.percent_agreement.value) == (1.0, 0.0)


def test_a_drift_is_found() -> None:
    found = drift([0] * 40, [0] * 20 + [1] * 20)
    assert (found.p or 1.0) < 0.001


def test_without_labels_there_is_no_drift_to_test() -> None:
    assert drift([], []).p is None


def test_even_choices_show_no_preference_for_a_pane() -> None:
    assert position_preference([10, 10]).p == 1.0


def test_chi_square_of_three_panes() -> None:
    assert position_preference([30, 20, 10]).p == pytest.approx(0.0067379, abs=1e-6)


def test_a_disconnected_graph_is_refused() -> None:
    found = bradley_terry([PairComparisons("a", "b", 1, 1), PairComparisons("c", "d", 1, 1)])
    assert "do not connect a, b with c, d" in (found.undefined or "")


def test_the_undefeated_are_refused() -> None:
    assert bradley_terry([PairComparisons("a", "b", 3, 0)]).undefined is not None


def test_ties_draw_strengths_together() -> None:
    without, with_ties = (
        bradley_terry([PairComparisons("a", "b", 6, 2, ties)]).log_strengths["a"].value for ties in (0, 8)
    )
    assert with_ties == pytest.approx(without, abs=1e-6)


SETS = [(0,), (0, 1), (1,), (2,)]


def test_masi_gives_a_subset_its_due() -> None:
    table = read_sets([((0, 1), 10), ((2, 2), 10), ((3, 3), 10)], raters="ab", options="xyz", sets=SETS)
    metrics = measure(table, scale=Scale.MULTI, seed=1, resamples=50).metrics
    assert (metrics["krippendorff_alpha"].value or 0) < (metrics["alpha_jaccard"].value or 0)


def test_each_option_has_an_alpha_of_its_own() -> None:
    table = read_sets([((0, 1), 10), ((2, 2), 10), ((3, 3), 10)], raters="ab", options="xyz", sets=SETS)
    found = measure(table, scale=Scale.MULTI, seed=1, resamples=50).by_option
    assert [found[option].value for option in "xz"] == [1.0, 1.0]


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_perfect_agreement_is_one(name: str) -> None:
    table = read_rows([((0, 0), 20), ((1, 1), 20)], raters="ab", values=["x", "y"])
    assert measure(table, scale=Scale.NOMINAL, seed=1, resamples=20).metrics[name].value == pytest.approx(1.0)
