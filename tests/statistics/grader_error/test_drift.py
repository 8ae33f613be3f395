"""A grader against itself, by hand-worked anchors and by properties of the test."""

from __future__ import annotations

import numpy as np
import pytest

from reviewer.statistics.grader_error.drift import AnchorScores, DriftStatus, GraderDrift, drift, exchange_test


def judged(before: list[bool], after: list[bool], prompts: list[int] | None = None) -> GraderDrift:
    """Compare two times of a question with the options yes and no, all of whose gold is yes."""
    first, second = np.array(before, bool), np.array(after, bool)
    scores = [np.stack([yes, ~yes, yes], axis=1).astype(float) for yes in (first, second)]
    clusters = np.arange(len(before)) if prompts is None else np.array(prompts)
    names = ("yes", "no", "right")
    return drift(AnchorScores(names, scores[0], scores[1], (first != second).astype(np.int64), clusters), seed=1)


def test_without_anchors_nothing_can_be_told() -> None:
    found = judged([], [])
    assert (found.status, found.p, found.more) == (DriftStatus.CANNOT_TELL, None, 30)


def test_forty_anchors_that_say_the_same_are_the_same() -> None:
    found = judged([True] * 20 + [False] * 20, [True] * 20 + [False] * 20)
    assert (found.status, found.flips, found.p, found.more) == (DriftStatus.SAME, 0, 1.0, 0)


def test_twenty_anchors_that_say_the_same_are_too_few_for_that() -> None:
    found = judged([True] * 20, [True] * 20)
    assert found.status is DriftStatus.CANNOT_TELL
    assert found.more is not None
    assert 10 <= found.more < 60


def test_ten_of_forty_that_move_one_way_are_a_drift() -> None:
    found = judged([True] * 40, [False] * 10 + [True] * 30)
    assert found.status is DriftStatus.DRIFTED
    assert found.p == pytest.approx(2 / 2**10)
    assert [(one.score, one.shift.value) for one in found.shifts] == [("yes", -0.25), ("no", 0.25), ("right", -0.25)]


def test_four_of_forty_that_move_one_way_cannot_be_told() -> None:
    found = judged([True] * 40, [False] * 4 + [True] * 36)
    assert found.p == pytest.approx(2 / 2**4)
    assert found.status is DriftStatus.CANNOT_TELL
    assert found.more is not None
    assert 20 < found.more < 120


def test_flips_that_go_both_ways_are_no_drift() -> None:
    before = [True] * 5 + [False] * 5 + [True] * 190
    after = [False] * 5 + [True] * 5 + [True] * 190
    found = judged(before, after)
    assert (found.status, found.flips) == (DriftStatus.SAME, 10)


def test_anchors_of_one_prompt_count_as_they_move_together() -> None:
    alone = judged([True] * 40, [False] * 10 + [True] * 30)
    together = judged([True] * 40, [False] * 10 + [True] * 30, [place // 10 for place in range(40)])
    assert alone.status is DriftStatus.DRIFTED
    assert (together.status, together.prompts) == (DriftStatus.CANNOT_TELL, 4)


def test_the_test_of_few_clusters_is_exact_and_that_of_many_agrees_with_it() -> None:
    sums = np.array([[1.0, -1.0]] * 9 + [[-1.0, 1.0]] * 3)
    exact = 2 * sum([1, 12, 66, 220]) / 2**12
    assert exchange_test(sums, 1) == pytest.approx(exact)
    drawn = exchange_test(np.concatenate([sums, [[0.0, 0.0]] * 20, [[1.0, -1.0], [-1.0, 1.0]]]), 1)
    assert drawn == pytest.approx(2 * sum([1, 14, 91, 364, 1001]) / 2**14, abs=0.02)
