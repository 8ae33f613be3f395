from __future__ import annotations

import warnings
from collections import Counter
from typing import Literal

import krippendorff
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped]
from statsmodels.stats.inter_rater import fleiss_kappa  # type: ignore[import-untyped]

from reviewer.definitions.scale import Scale
from reviewer.statistics.agreement import (
    Estimate,
    Metric,
    RatingTable,
    ValueCounts,
    krippendorff_alpha,
    measure,
    read_rows,
)

VALUES = 4
Units = npt.NDArray[np.int64]
Level = Literal["nominal", "ordinal", "interval", "ratio"]
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")
few = settings(max_examples=25, deadline=None)


@st.composite
def ratings(draw: st.DrawFn, *, raters: int, missing: bool) -> Units:
    units = draw(st.integers(3, 9))
    least = -1 if missing else 0
    codes = st.lists(st.integers(least, VALUES - 1), min_size=raters, max_size=raters)
    return np.array(draw(st.lists(codes, min_size=units, max_size=units)))


def table(units: Units) -> RatingTable:
    return read_rows(
        Counter(map(tuple, units.tolist())).items(),
        raters=[f"r{number}" for number in range(units.shape[1])],
        values=[f"v{number}" for number in range(VALUES)],
        numbers=[float(number + 1) for number in range(VALUES)],
    )


def metric(units: Units, name: str) -> Estimate:
    return measure(table(units), scale=Scale.ORDINAL, seed=0, resamples=1).metrics[name]


@pytest.mark.parametrize("level", LEVELS)
@few
@given(units=ratings(raters=3, missing=True))
def test_alpha_is_that_of_krippendorff(level: Level, units: Units) -> None:
    given = np.where(units < 0, np.nan, units + 1.0).T
    try:
        expected = krippendorff.alpha(given, level_of_measurement=level)
    except ValueError:
        assume(False)
    mine = table(units).on_scale()
    found = krippendorff_alpha(ValueCounts(mine), Metric(level)).of(mine.counts[None, :])[0, 0]
    assert found == pytest.approx(expected, abs=1e-9, nan_ok=True)


@few
@given(units=ratings(raters=3, missing=False))
def test_fleiss_kappa_is_that_of_statsmodels(units: Units) -> None:
    assume(len(np.unique(units)) > 1)
    expected = fleiss_kappa(np.stack([(units == value).sum(axis=1) for value in range(VALUES)], axis=1))
    assert metric(units, "fleiss_kappa").value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("weights", ["", "linear", "quadratic"])
@few
@given(units=ratings(raters=2, missing=False))
def test_cohen_kappa_is_that_of_scikit_learn(weights: str, units: Units) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = cohen_kappa_score(*units.T, labels=range(VALUES), weights=weights or None)
    found = metric(units, "cohen_kappa" + (f"_{weights}" if weights else "")).value
    assert (np.nan if found is None else found) == pytest.approx(expected, abs=1e-9, nan_ok=True)


@few
@given(units=ratings(raters=2, missing=False))
def test_conger_kappa_of_two_raters_is_cohen_kappa(units: Units) -> None:
    found, expected = metric(units, "conger_kappa").value, metric(units, "cohen_kappa").value
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-9))
