"""`reviewer report` from labels and verdicts to tables, on a study made up for the test and on XSTest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Run, write_rubric
from tests.support.judges import RULE, grader_in

RUBRIC = """
id = "plain"
version = 1
title = "Is it right?"
guideline = "Say whether it is right."
[[question]]
id = "verdict"
text = "Is it right?"
per = "response"
scale = "nominal"
[[question.option]]
value = "yes"
label = "Right"
key = "1"
[[question.option]]
value = "no"
label = "Wrong"
key = "2"
[[question]]
id = "harm"
text = "How bad?"
per = "response"
scale = "ordinal"
[[question.option]]
value = "none"
label = "None"
key = "1"
[[question.option]]
value = "some"
label = "Some"
key = "2"
[[question.option]]
value = "much"
label = "Much"
key = "3"
[[rate]]
id = "wrong"
question = "verdict"
of = ["no"]
worse = "high"
[[rate]]
id = "badness"
mean = ["harm"]
worse = "high"
"""
CHECKS = """
[[check]]
question = "verdict"
value = "no"
phrases = ["wrong"]
[[check]]
question = "verdict"
value = "yes"
"""
HARMS = ("none", "some", "much")


@pytest.fixture
def folder(tmp_path: Path, run: Run) -> Path:
    """Sixty responses by two configurations, with gold and two raters; the rule misses every third wrong one."""
    write_rubric(tmp_path, RUBRIC)
    grader_in(tmp_path, RULE + CHECKS, "rule")
    rows = []
    for number in range(30):
        for model, often in (("alpha", 2), ("beta", 5)):
            wrong = number % often == 0
            told = wrong and number % 3 != 0
            rows.append(
                {
                    "prompt": f"Prompt {number}",
                    "response": f"{model} {number} {'wrong' if told else 'fine'}",
                    "model": model,
                    "lab": "Lab A" if model == "alpha" else "Lab B",
                    "tag": "even" if number % 2 == 0 else "odd",
                    "evaluation": "facts",
                    "suite": "made_up",
                    "v1": "no" if wrong else "yes",
                    "v2": "no" if wrong or number == 1 else "yes",
                    "h": HARMS[number % 3],
                }
            )
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    maps = ["label:verdict:r1=v1", "label:verdict:r2=v2", "gold:verdict=v1", "gold:harm=h", "tag=tag"]
    words = [word for one in maps for word in ("--map", one)]
    run("import", "rows.jsonl", *words, "--study", "s", "--rubric", "plain")
    return tmp_path


def rates(document: Any, **wanted: object) -> list[Any]:
    [evaluation] = document["evaluations"]
    return [row for row in evaluation["rates"] if all(row[key] == value for key, value in wanted.items())]


def test_without_a_grader_rates_are_those_of_gold(run: Run, folder: Path) -> None:
    document = run("report", "s", "--json").json()
    [row] = rates(document, rate="wrong", configuration="alpha")
    assert (row["n"], row["grader"], row["raw"]["value"]) == (30, None, 0.5)
    assert row["corrected"]["value"] is None
    assert "nothing to correct" in row["corrected"]["undefined"]


def test_a_grader_stands_beside_gold_and_is_corrected(run: Run, folder: Path) -> None:
    run("grade", "s", "--grader", "rule")
    document = run("report", "s", "--json").json()
    [row] = rates(document, rate="wrong", configuration="alpha", grader="rule")
    assert row["raw"]["value"] == pytest.approx(10 / 30)
    assert row["corrected"]["value"] == pytest.approx(0.5)
    assert rates(document, rate="badness", grader="rule") == []  # it does not answer that question


def test_the_worst_tenth_is_told_of_graded_rates_only(run: Run, folder: Path) -> None:
    document = run("report", "s", "--json").json()
    [row] = rates(document, rate="badness goodness@0.1", configuration="alpha")
    assert row["raw"]["value"] == pytest.approx(0.0)  # a third are as bad as can be
    assert rates(document, rate="wrong goodness@0.1") == []


def test_configurations_are_compared_on_the_same_prompts(run: Run, folder: Path) -> None:
    tables = {one["table"]: one for one in run("report", "s", "--json").json()["tables"]}
    [difference] = [row for row in tables["differences"]["rows"] if row["rate"] == "wrong"]
    assert (difference["first"], difference["second"]) == ("alpha", "beta")
    assert difference["by gold"]["value"] == pytest.approx(0.5 - 0.2)
    assert difference["by gold"]["low"] > 0.0


def test_tags_and_labs_have_tables_of_their_own(run: Run, folder: Path) -> None:
    run("grade", "s", "--grader", "rule")
    tables = {one["table"]: one for one in run("report", "s", "--json").json()["tables"]}
    by_tag = {row["tag"]: row["alpha"]["value"] for row in tables["tags_facts_wrong"]["rows"]}
    assert by_tag == {"even": 1.0, "odd": 0.0}
    lab = {(row["judged by"], row["models of"]): row for row in tables["lab_by_lab"]["rows"] if row["rate"] == "wrong"}
    assert lab["people (gold)", "Lab A"]["rate said"]["value"] == 0.5
    assert lab["people (gold)", "Lab A"]["error"] is None  # they are what error is measured by
    assert lab["lab not known (rule)", "Lab A"]["error"]["value"] == pytest.approx(5 / 30)


def test_a_report_is_recorded_while_the_study_is_open(run: Run, folder: Path) -> None:
    assert "is recorded" in run("report", "s").err
    run("study", "close", "s")
    assert "is recorded" not in run("report", "s").err


def test_the_next_command_is_named(run: Run, folder: Path) -> None:
    assert "Next: reviewer grade s --grader rule\n" in run("report", "s").out
    run("grade", "s", "--grader", "rule")
    assert "Next: reviewer report s --html s.html" in run("report", "s").out


def test_page_and_tables_are_written_whole(run: Run, folder: Path) -> None:
    run("report", "s", "--html", "s.html", "--csv", "tables")
    assert (folder / "s.html").read_text().rstrip().endswith("</html>")
    written = {path.name for path in (folder / "tables").iterdir()}
    assert {"rates_facts_wrong.csv", "differences.csv", "agreement.csv"} <= written
    assert not list(folder.glob("*.part"))


def test_what_cannot_be_written_is_said(run: Run, folder: Path) -> None:
    assert "missing/s.html: cannot be written" in run("report", "s", "--html", "missing/s.html", expected=1).err


def test_an_empty_study_has_a_report_that_says_so(run: Run, folder: Path) -> None:
    run("study", "create", "t", "--rubric", "plain")
    document = run("report", "t", "--json").json()
    assert document["evaluations"] == []
    assert any("There is no gold" in caveat for caveat in document["caveats"])


def test_a_grader_that_is_not_there_is_named(run: Run, folder: Path) -> None:
    assert "no verdict of grader nobody" in run("report", "s", "--grader", "nobody", expected=1).err


def test_what_keeps_rates_from_being_corrected_comes_next(run: Run, folder: Path) -> None:
    run("study", "create", "open", "--rubric", "plain", "--overlap", "1")
    run("rate", "open", "--plain", typed="1\n1\n\n")
    run("grade", "open", "--grader", "rule")
    assert "Next, so that rates can be corrected: reviewer adjudicate open" in run("report", "open").out
