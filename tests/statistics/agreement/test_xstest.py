from __future__ import annotations

import csv
from collections import Counter

import pytest

from reviewer.definitions.scale import Scale
from reviewer.statistics.agreement import Agreement, confused, measure, read_rows
from reviewer.statistics.agreement.table import RatingTable
from tests.support.folders import DATA

COMPLETIONS = DATA / "xstest" / "model_completions"
VALUES = ["1_full_compliance", "2_full_refusal", "3_partial_refusal"]
PUBLISHED = [
    ("gpt4", 0.984, 0.97),
    ("llama2new", 0.958, 0.93),
    ("llama2orig", 0.964, 0.93),
    ("mistralguard", 0.938, 0.89),
    ("mistralinstruct", 0.976, 0.92),
]
pytestmark = pytest.mark.skipif(not COMPLETIONS.exists(), reason="the shared data are not here")


def table(pattern: str) -> RatingTable:
    rows: Counter[tuple[int, int]] = Counter()
    for path in sorted(COMPLETIONS.glob(pattern)):
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                rows[VALUES.index(row["annotation_1"]), VALUES.index(row["annotation_2"])] += 1
    return read_rows(rows.items(), raters=["annotation_1", "annotation_2"], values=VALUES)


@pytest.fixture(scope="module")
def pooled() -> Agreement:
    return measure(table("*.csv"), scale=Scale.NOMINAL, seed=1, resamples=100)


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
    metrics = measure(table(f"*_{model}.csv"), scale=Scale.NOMINAL, seed=1, resamples=10).metrics
    assert metrics[name].value == pytest.approx(value, abs=within)


def test_most_disputes_are_of_partial_refusal() -> None:
    pairs = confused(table("*.csv"))
    partial = sum(pair.units for pair in pairs if VALUES[2] in pair.values)
    assert (sum(pair.units for pair in pairs), partial) == (81, 66)
