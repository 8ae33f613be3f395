"""Whether error differs between configurations: by exchange where chances are equal, else by the design."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.grader_error import ClaimKind, DifferentialTest, differential, parts_of
from reviewer.statistics.sample_design import SampleDesign, census

NAMES = ("m0", "m1", "m2")


def design(prompts: npt.NDArray[np.int64], configurations: npt.NDArray[np.int64]) -> SampleDesign:
    return census(prompts, configurations, NAMES)


def unequal(whole: SampleDesign) -> SampleDesign:
    """Return a design in which the first half of the units was drawn whole, of the others one in four."""
    units = len(whole)
    second = np.arange(units) >= units // 2
    drawn = np.where(second, second.sum(), (~second).sum()).astype(float)
    return replace(whole, strata=second.astype(np.int64), drawn=drawn, pool=np.where(second, 4.0, 1.0) * drawn)


def test_errors_that_know_their_configuration_are_found() -> None:
    units = np.arange(20)
    found = differential(parts_of((units % 2 == 0).astype(float)), design(units // 2, units % 2), Resampling(20_000, 1))
    # Only the two arrangements in which one configuration errs on all ten prompts spread as much.
    assert found.p == pytest.approx(2 / 2**10, abs=0.001)
    assert found.test is DifferentialTest.PERMUTATION
    first = found.rest[0]
    assert (first.name, first.difference.estimate.value, first.kind) == ("m0", 1.0, ClaimKind.DIFFERS)


def test_one_prompt_that_repeats_does_not_silence_the_others() -> None:
    units = np.arange(400)
    prompts = np.concatenate([units[:-2], [7, 7]])
    wrong = np.where(units % 2 == 0, 0.0, (units % 4 == 1).astype(float))
    found = differential(parts_of(wrong), design(prompts, units % 2), Resampling(1000, 1))
    assert found.p is not None
    assert found.p < 0.01


@pytest.mark.parametrize("chances", ["equal", "unequal"])
def test_errors_that_know_nothing_are_found_as_often_as_the_level_says(chances: str) -> None:
    generator = np.random.default_rng(4)
    units = np.arange(300)
    whole = design(units // 2, units % 3)
    own = whole if chances == "equal" else unequal(whole)
    rejected = 0
    for seed in range(200):
        wrong = (generator.random(300) < 0.3).astype(float)
        found = differential(parts_of(wrong), own, Resampling(200, seed))
        assert found.p is not None
        rejected += found.p < 0.05
    # 200 simulations: 10 are expected, 3.1 is their standard deviation.
    assert rejected <= 19


def test_with_unequal_chances_a_difference_is_found_by_the_design() -> None:
    generator = np.random.default_rng(5)
    units = np.arange(300)
    wrong = (generator.random(300) < np.where(units % 3 == 0, 0.6, 0.2)).astype(float)
    found = differential(parts_of(wrong), unequal(design(units, units % 3)), Resampling(200, 1))
    assert (found.test, found.undefined) == (DifferentialTest.STUDENT, None)
    assert found.p is not None
    assert found.p < 0.001


def test_fewer_than_ten_prompts_a_side_are_not_tested() -> None:
    units = np.arange(18)
    found = differential(parts_of((units % 2 == 0).astype(float)), design(units // 2, units % 2), Resampling(200, 1))
    assert found.p is None
    assert "10 prompts" in (found.undefined or "")
    assert [claim.kind for claim in found.rest] == [ClaimKind.UNSETTLED] * 2
