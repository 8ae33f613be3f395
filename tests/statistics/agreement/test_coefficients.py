"""Every coefficient: it is computed where it says, means something, and is shown where it says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from reviewer import statistics
from reviewer.agreement.tables import coefficients
from reviewer.definitions.scale import Scale
from reviewer.report.build import report
from reviewer.statistics.agreement import LEGEND, MOST_VALUES, RatingTable, measure, read_numbers, read_rows, read_sets
from reviewer.statistics.agreement.alpha import Metric
from reviewer.statistics.agreement.coefficients import (
    COEFFICIENTS,
    HEADLINES,
    ORDERED_SCALES,
    TABLED,
    Coefficient,
    RaterNumber,
)
from reviewer.store.sqlite import open_for_reading
from tests.support.commands import RUBRIC, Run, write_rubric
from tests.support.declarations import declared
from tests.support.stories import loaded

RATERS = ("a", "b", "c")
AGREED = [(0, 0, 0), (1, 1, 1), (2, 2, 2)]
METRICS = {
    Scale.NOMINAL: Metric.NOMINAL,
    Scale.PREFERENCE: Metric.NOMINAL,
    Scale.ORDINAL: Metric.ORDINAL,
    Scale.INTERVAL: Metric.INTERVAL,
    Scale.MULTI: Metric.MASI,
}
DEGREE = """
[[question]]
id = "degree"
text = "How right?"
per = "response"
scale = "ordinal"
required = false
option = [{ value = "little", key = "1" }, { value = "much", key = "2" }, { value = "all", key = "3" }]
"""

of_each = pytest.mark.parametrize("coefficient", COEFFICIENTS, ids=lambda one: one.name)


def table_on(scale: Scale, raters: int) -> RatingTable:
    """Return a table of `scale` on whose units so many raters agree."""
    who, rows = RATERS[:raters], [(codes[:raters], 5) for codes in AGREED]
    match METRICS[scale]:
        case Metric.MASI:
            return read_sets(rows, raters=who, options=["x", "y"], sets=[{0}, {1}, {0, 1}])
        case Metric.INTERVAL:
            return read_numbers([codes[:raters] for codes in AGREED], raters=who)
        case Metric.ORDINAL:
            return read_rows(rows, raters=who, values="xyz", numbers=[1, 2, 4])
        case _:
            return read_rows(rows, raters=who, values="xyz")


def raters_for(coefficient: Coefficient) -> int:
    return 2 if coefficient.raters is RaterNumber.TWO else 3


@pytest.mark.parametrize("name", sorted(declared(statistics, Coefficient)))
def test_what_is_declared_is_registered(name: str) -> None:
    assert declared(statistics, Coefficient)[name] in COEFFICIENTS, f"{name} is not in coefficients.COEFFICIENTS"


@pytest.mark.parametrize("texts", [[one.name for one in COEFFICIENTS], [one.sign for one in COEFFICIENTS]])
def test_no_name_and_no_sign_means_two(texts: Sequence[str]) -> None:
    assert len(texts) == len(set(texts))


@of_each
def test_the_legend_has_a_line_for_it(coefficient: Coefficient) -> None:
    assert coefficient.legend
    assert LEGEND[coefficient.name] == coefficient.legend


@of_each
@pytest.mark.parametrize("scale", METRICS)
def test_it_is_measured_on_the_scales_that_it_is_of(coefficient: Coefficient, scale: Scale) -> None:
    found = measure(table_on(scale, raters_for(coefficient)), scale=scale, seed=1, resamples=1)
    assert (found.estimate(coefficient) is not None) == (METRICS[scale] in coefficient.scales)


@of_each
@pytest.mark.parametrize("scale", METRICS)
def test_raters_who_agree_on_everything_agree(coefficient: Coefficient, scale: Scale) -> None:
    found = measure(table_on(scale, raters_for(coefficient)), scale=scale, seed=1, resamples=1).estimate(coefficient)
    if found is not None and "declares no values" not in (found.undefined or ""):
        assert found.value == pytest.approx(1.0)


@of_each
def test_free_numbers_are_not_counted_one_by_one(coefficient: Coefficient) -> None:
    numbers = np.arange(float(MOST_VALUES + 1))
    table = read_numbers(np.column_stack([numbers] * raters_for(coefficient)), raters=RATERS[: raters_for(coefficient)])
    found = measure(table, scale=Scale.INTERVAL, seed=1, resamples=1).estimate(coefficient)
    if found is not None:
        assert ("different numbers were given" in (found.undefined or "")) == coefficient.counts_values


@pytest.mark.parametrize("coefficient", [one for one in COEFFICIENTS if one.weights], ids=lambda one: one.name)
def test_what_is_weighted_needs_an_order(coefficient: Coefficient) -> None:
    assert coefficient.scales == ORDERED_SCALES


@of_each
@pytest.mark.parametrize("raters", [2, 3])
def test_a_table_shows_it_where_it_says_something_of_so_many_raters(coefficient: Coefficient, raters: int) -> None:
    found = measure(table_on(Scale.ORDINAL, raters), scale=Scale.ORDINAL, seed=1, resamples=1)
    shown = {row[0] for row in coefficients(found)}
    expected = coefficient in TABLED and coefficient.raters.fits(raters) and Metric.ORDINAL in coefficient.scales
    assert (coefficient.name in shown) == expected


@pytest.fixture
def labelled(run: Run, tmp_path: Path) -> Run:
    """Have a study with labels of two people on a nominal, an ordinal and a question with several choices."""
    write_rubric(tmp_path, RUBRIC + DEGREE)
    rows = [
        {
            "prompt": f"p{unit}", "response": "r", "model": "m",
            **{f"label:verdict:{who}": "no" for who in RATERS[:2]},
            **{f"label:fault:{who}": ["fact"] if unit % 2 else ["fact", "form"] for who in RATERS[:2]},
            **{f"label:degree:{who}": ("little", "much", "all")[unit % 3] for who in RATERS[:2]},
        }
        for unit in range(6)
    ]  # fmt: skip
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run("import", "t.jsonl", "--study", "s", "--rubric", "plain")
    return run


def test_agreement_prints_each_on_the_scales_that_it_is_of(labelled: Run) -> None:
    document = labelled("agreement", "s", "--json").json()
    scales = {question["question"]: METRICS[Scale(question["scale"])] for question in document["questions"]}
    assert scales == {"verdict": Metric.NOMINAL, "fault": Metric.MASI, "degree": Metric.ORDINAL}
    for question in document["questions"]:
        fitting = [one.name for one in COEFFICIENTS if scales[question["question"]] in one.scales]
        assert list(question["metrics"]) == fitting
    assert {one.name for one in COEFFICIENTS} <= document["legend"].keys()


def test_a_report_has_the_headlines(labelled: Run, tmp_path: Path) -> None:
    engine = open_for_reading(str(tmp_path / "reviews.db"))
    rows = report(engine, loaded(engine), (), "2026-01-01T00:00:00Z").agreement
    engine.close()
    assert [row.coefficient for row in rows if row.question == "degree"] == list(HEADLINES)
