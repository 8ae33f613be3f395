"""Errors of people and grader without gold, on simulated raters who err apart from each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from reviewer.statistics.grader_error import latent_errors
from reviewer.statistics.sample_design import census

VALUES = ("no", "yes", "cannot_tell")
ERRORS = (0.05, 0.12, 0.25)


def said(generator: np.random.Generator, truth: npt.NDArray[np.int64], error: float) -> npt.NDArray[np.int64]:
    return np.where(generator.random(len(truth)) < error, 1 - truth, truth)


@pytest.fixture(scope="module")
def three() -> list[npt.NDArray[np.int64]]:
    generator = np.random.default_rng(1)
    truth = (generator.random(20_000) < 0.4).astype(np.int64)
    return [said(generator, truth, error) for error in ERRORS]


def test_raters_who_err_apart_are_told_how_often(three: list[npt.NDArray[np.int64]]) -> None:
    one, other, grader = three
    people = np.column_stack([one, other])
    found = latent_errors(grader.tolist(), people.tolist(), ("a", "b"), VALUES, {2}, census(np.arange(20_000)))
    assert found.grader == pytest.approx(ERRORS[2], abs=0.02)
    assert (found.people["a"], found.people["b"]) == pytest.approx(ERRORS[:2], abs=0.02)


def test_verdicts_that_are_no_label_count_as_errors(three: list[npt.NDArray[np.int64]]) -> None:
    one, other, grader = three
    people = np.column_stack([one, other])
    verdict = np.where(np.arange(20_000) % 10 == 0, 3, grader)
    found = latent_errors(verdict.tolist(), people.tolist(), ("a", "b"), VALUES, {2}, census(np.arange(20_000)))
    assert found.grader == pytest.approx(1.0 - 0.9 * (1.0 - ERRORS[2]), abs=0.02)


@pytest.mark.parametrize(
    ("people", "units", "reason"),
    [([[1], [0]] * 50, 100, "three raters are needed"), ([[1, 1]] * 29, 29, "at least 30")],
    ids=["one person", "few units"],
)
def test_it_is_undefined_where_three_raters_are_not_enough(people: list[list[int]], units: int, reason: str) -> None:
    names = ("a", "b")[: len(people[0])]
    found = latent_errors([1] * units, people, names, VALUES, {2}, census(np.arange(units)))
    assert found.grader is None
    assert reason in (found.undefined or "")


def test_two_who_cannot_tell_have_not_answered() -> None:
    found = latent_errors([1] * 60, [[1, 2]] * 60, ("a", "b"), VALUES, {2}, census(np.arange(60)))
    assert (found.units, found.grader) == (0, None)
