"""What is read out of a pilot study: known figures of drawn labels are found again."""

from __future__ import annotations

import math

import numpy as np
import pytest

from reviewer.statistics.agreement import RatingTable, RowDraw, read_rows, row_design
from reviewer.statistics.planning import pilot_figures, rater_spread, value_or_not

NAMES = ("yes", "no", "cannot_tell")


def table_of(given: np.ndarray, prompts: np.ndarray | None = None) -> RatingTable:
    """Return labels, shape (units, raters), one row a unit."""
    return read_rows(
        [(row.tolist(), 1) for row in given],
        raters=[f"r{rater}" for rater in range(given.shape[1])],
        values=NAMES[: max(2, int(given.max()) + 1)],
        design=None if prompts is None else row_design([RowDraw(prompt) for prompt in prompts.tolist()]),
    )


def drawn(units: int, knowing: list[float], *, alike: float = 0.0, repeated: int = 1, seed: int = 1) -> RatingTable:
    """Return the labels of raters who see the truth with these chances, and guess otherwise; 30 % are "yes"."""
    generator = np.random.default_rng(seed)
    prompts = np.arange(units) // repeated
    shared, own = (generator.random(units) >= 0.3 for _ in range(2))
    truths = np.where(generator.random(units) < math.sqrt(alike), shared[prompts * repeated], own)
    guesses = generator.random((units, len(knowing))) >= 0.3
    given = np.where(generator.random(guesses.shape) < np.array(knowing), truths[:, None], guesses)
    return table_of(given.astype(np.int64), prompts if repeated > 1 else None)


def test_shares_agreement_and_correlation_are_found_again() -> None:
    found = pilot_figures(drawn(8000, [math.sqrt(0.7)] * 3, alike=0.4, repeated=4))
    assert found.units == 8000
    assert found.raters == 3
    assert found.shares[0] == pytest.approx(0.3, abs=0.02)
    assert sum(found.shares) == pytest.approx(1.0)
    assert found.agreement == pytest.approx(0.7, abs=0.03)
    assert found.correlation == pytest.approx(0.4, abs=0.05)
    assert found.per_prompt == pytest.approx(4.0)


def test_without_prompts_that_repeat_there_is_no_correlation() -> None:
    found = pilot_figures(drawn(100, [0.9, 0.9]))
    assert (found.correlation, found.per_prompt) == (None, 1.0)


def test_labels_that_never_differ_in_value_leave_agreement_open() -> None:
    found = pilot_figures(table_of(np.zeros((20, 2), np.int64)))
    assert (found.agreement, found.shares) == (None, (1.0, 0.0))


def test_a_rate_leaves_out_what_does_not_count_in_it() -> None:
    given = np.array([[0, 0], [0, 1], [1, 1], [2, 2], [2, 1]])
    found = pilot_figures(value_or_not(table_of(given), ["yes"], ["yes", "no"]))
    assert found.shares == (3 / 7, 4 / 7)
    assert found.units == 4


def test_raters_who_are_alike_spread_less_than_raters_who_differ() -> None:
    alike = [rater_spread(drawn(400, [0.8] * 8, seed=seed), 1) for seed in range(5)]
    apart = [rater_spread(drawn(400, [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0, 1.0], seed=seed), 1) for seed in range(5)]
    assert all(one is not None and one < 0.005 for one in alike)
    assert all(one is not None and one > 0.05 for one in apart)


def test_the_spread_foretells_how_far_studies_with_other_raters_lie_apart() -> None:
    generator = np.random.default_rng(2)
    pilot = rater_spread(drawn(400, list(generator.uniform(0.5, 1.0, 30))), 1)
    assert pilot is not None
    found = [
        pilot_figures(drawn(2000, list(generator.uniform(0.5, 1.0, 4)), seed=seed)).agreement for seed in range(150)
    ]
    assert math.sqrt(pilot / 4) == pytest.approx(float(np.std([one for one in found if one is not None])), rel=0.3)


def test_raters_without_common_units_have_no_spread() -> None:
    given = np.array([[0, 1, -1], [1, 1, -1], [0, 0, -1], [-1, -1, 0]])
    assert rater_spread(table_of(given), 1) is None
