"""Corrected rates beside those of packages made for them, where these are installed (extra `peers`)."""

from __future__ import annotations

import numpy as np
import pytest

from reviewer.statistics.grader_error import corrected, parts_of
from reviewer.statistics.sample_design import census, simple_sample


@pytest.mark.parametrize("power", [1.0, None], ids=["whole", "tuned"])
def test_a_corrected_rate_is_that_of_ppi_python(power: float | None) -> None:
    ppi = pytest.importorskip("ppi_py")
    generator = np.random.default_rng(1)
    gold = (generator.random(4000) < 0.4).astype(float)
    grader = np.where(generator.random(4000) < 0.85, gold, 1.0 - gold)
    design = simple_sample(census(np.arange(4000)), generator.permutation(4000)[:400])
    seen = design.seen
    # Theirs takes the grader's mean from the units without gold, ours from all, of which a tenth has gold.
    lam = None if power is None else power * 0.9
    arguments = (gold[seen], grader[seen], grader[~seen])
    value = float(np.ravel(ppi.ppi_mean_pointestimate(*arguments, lam=lam))[0])
    low, high = (float(np.ravel(end)[0]) for end in ppi.ppi_mean_ci(*arguments, alpha=0.05, lam=lam))
    found = corrected(parts_of(gold), parts_of(grader), design, power=power).published
    assert found.value == pytest.approx(value, abs=5e-4)
    assert (found.low, found.high) == pytest.approx((low, high), abs=3e-3)
