from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import pytest

from reviewer.definitions.scale import Scale
from reviewer.statistics.agreement import Agreement, confused, measure, read_rows
from reviewer.statistics.agreement.table import RatingTable
from tests.support.xstest import MODELS, VALUES, labelled

PUBLISHED = [
    ("gpt4", 0.984, 0.97),
    ("llama2new", 0.958, 0.93),
    ("llama2orig", 0.964, 0.93),
    ("mistralguard", 0.938, 0.89),
    ("mistralinstruct", 0.976, 0.92),
]


# A grader's reply that is no label is a value of its own, which no final label has.
GIVEN = [*VALUES, "free_text"]


def table(
    models: Iterable[str], raters: Sequence[str] = ("annotation_1", "annotation_2"), values: Sequence[str] = VALUES
) -> RatingTable:
    rows: Counter[tuple[int, ...]] = Counter()
    for model in models:
        rows.update(tuple(values.index(row[rater]) for rater in raters) for row in labelled(model))
    return read_rows(rows.items(), raters=raters, values=values)


@pytest.fixture(scope="module")
def pooled() -> Agreement:
    return measure(table(MODELS), scale=Scale.NOMINAL, seed=1, resamples=100)


@pytest.mark.parametrize(
    ("name", "value"),
    [("percent_agreement", 0.964), ("cohen_kappa", 0.937), ("krippendorff_alpha", 0.937), ("gwet_ac1", 0.950)],
)
def test_all_models_together(pooled: Agreement, name: str, value: float) -> None:
    assert pooled.metrics[name].value == pytest.approx(value, abs=0.0005)


@pytest.mark.parametrize(
    ("model", "name", "value", "within"),
    [
        (model, name, value, within)
        for model, percent, kappa in PUBLISHED
        for name, value, within in (("percent_agreement", percent, 0.0005), ("fleiss_kappa", kappa, 0.005))
    ],
)
def test_each_model(model: str, name: str, value: float, within: float) -> None:
    metrics = measure(table([model]), scale=Scale.NOMINAL, seed=1, resamples=10).metrics
    assert metrics[name].value == pytest.approx(value, abs=within)


def test_most_disputes_are_of_partial_refusal() -> None:
    pairs = confused(table(MODELS))
    partial = sum(pair.units for pair in pairs if VALUES[2] in pair.values)
    assert (sum(pair.units for pair in pairs), partial) == (81, 66)


@pytest.mark.parametrize(
    ("grader", "percent", "kappa"), [("gpt4_label", 0.799, 0.628), ("strmatch_label", 0.839, 0.699)]
)
def test_each_grader_against_the_final_label(grader: str, percent: float, kappa: float) -> None:
    metrics = measure(table(MODELS, ("final_label", grader), GIVEN), scale=Scale.NOMINAL, seed=1, resamples=10).metrics
    assert metrics["percent_agreement"].value == pytest.approx(percent, abs=0.0005)
    assert metrics["cohen_kappa"].value == pytest.approx(kappa, abs=0.0005)
