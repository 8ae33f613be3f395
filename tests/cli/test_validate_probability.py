"""Probabilities on the command line: from a table to what `validate` says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import Run

RUBRIC = """
id = "right"
version = 1
title = "Right?"
guideline = "Say whether it is right."
[[question]]
id = "verdict"
text = "Is it right?"
per = "response"
scale = "nominal"
[[question.option]]
value = "no"
label = "No"
key = "1"
[[question.option]]
value = "yes"
label = "Yes"
key = "2"
"""
IMPORT = (
    "import", "t.csv", "--study", "s", "--rubric", "right.toml", "--yes", "--map", "label:verdict:judge=said",
    "--map", "gold:verdict=truth", "--rater-kind", "judge=model",
)  # fmt: skip
WITH = ("--map", "probability=p")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of 40 answers in which the judge says 0.9 each time, and is right on every second."""
    (tmp_path / "right.toml").write_text(RUBRIC)
    lines = [f"q{place},a{place},m{place % 2},yes,{'yes' if place % 4 < 2 else 'no'},0.9" for place in range(40)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["prompt,response,model,said,truth,p", *lines]) + "\n")
    return path


def test_score_error_and_curve_are_shown_and_printed_as_json(run: Run, table: Path) -> None:
    run(*IMPORT, *WITH)
    shown = run("validate", "s", "--grader", "judge").out
    assert "Probabilities that judge gave, on 40 units with gold\n" in shown
    assert "Probability that its value is the gold: Brier score 0.410 [" in shown
    assert "expected calibration error 0.400; a perfectly calibrated grader would show an error of 0.0" in shown
    assert "  0.8 to 0.9     40  0.900  0.500 [" in shown
    assert "Probability of yes: Brier score 0.410 [" in shown
    [question] = run("validate", "s", "--grader", "judge", "--json").json()["questions"]
    found = question["probability"]
    assert found["no_probability"] == 0
    assert found["second_value"]["value"] == "yes"
    assert found["right"]["all"]["n"] == 40
    assert found["right"]["all"]["brier"]["value"] == pytest.approx(0.41)
    assert found["right"]["all"]["calibration_error"] == pytest.approx(0.4)
    assert [(one["low"], one["high"], one["n"]) for one in found["right"]["all"]["curve"]] == [(0.8, 0.9, 40)]
    assert sorted(found["right"]["by_model"]) == ["m0", "m1"]


def test_nothing_is_said_where_no_probability_was_given(run: Run, table: Path) -> None:
    run(*IMPORT)
    assert "robabilit" not in run("validate", "s", "--grader", "judge").out
    [question] = run("validate", "s", "--grader", "judge", "--json").json()["questions"]
    assert question["probability"] is None


def test_probabilities_come_in_later_and_the_chains_hold(run: Run, table: Path) -> None:
    run(*IMPORT)
    assert "labels: 0 new, 40 changed" in run(*IMPORT, *WITH).out
    assert "labels: 0 new, 0 changed, 40 known" in run(*IMPORT, *WITH).out
    run("verify")


def test_one_that_is_no_probability_is_refused_by_its_line(run: Run, table: Path) -> None:
    table.write_text(table.read_text().replace("q3,a3,m1,yes,no,0.9", "q3,a3,m1,yes,no,90"))
    failed = run(*IMPORT, *WITH, expected=1)
    assert "t.csv:5: probability is 90; expected a number from 0 to 1" in failed.err
