"""A grader's error where people err too: the curve against simulated slips of gold."""

from __future__ import annotations

import numpy as np
import pytest

from reviewer.statistics.estimate import Estimate
from reviewer.statistics.grader_error import gold_error_curve


@pytest.mark.parametrize("values", [2, 3, 5])
def test_slips_that_know_nothing_of_the_grader_are_taken_off(values: int) -> None:
    generator = np.random.default_rng(values)
    truth = generator.integers(values, size=400_000)

    def wrong_on(share: float) -> np.ndarray:
        slip = generator.random(len(truth)) < share
        return np.where(slip, (truth + generator.integers(1, values, size=len(truth))) % values, truth)

    seen = float((wrong_on(0.15) != wrong_on(0.06)).mean())
    point = next(one for one in gold_error_curve(Estimate(seen), values) if one.gold_error == 0.06)
    assert point.error == pytest.approx(0.15, abs=0.004)
    assert point.least <= 0.15 <= point.most


def test_without_slips_the_error_is_what_was_seen() -> None:
    first = gold_error_curve(Estimate(0.2), 3)[0]
    assert (first.gold_error, first.error, first.least, first.most) == (0.0, 0.2, 0.2, 0.2)


def test_more_slips_than_differences_cannot_be() -> None:
    last = gold_error_curve(Estimate(0.05), 2)[-1]
    assert last.error is None
    assert (last.least, last.most) == pytest.approx((0.0, 0.15))


def test_an_undefined_error_has_no_curve() -> None:
    assert gold_error_curve(Estimate(None), 3) == ()
