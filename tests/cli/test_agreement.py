"""`reviewer agreement` on labels that were imported: those of XSTest, and some written here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reviewer.model import LabelState, Origin
from reviewer.store import labels, ratings
from reviewer.store.engine import Engine
from reviewer.store.labels import NewLabel
from reviewer.store.ratings import Scope
from tests.support.commands import PREFERENCE, Run, write_rubric, write_table
from tests.support.stories import NOW, PLAIN, Table, bring_in, loaded, row
from tests.support.xstest import MODELS, import_once


def import_labels(run: Run, folder: Path, rows: list[dict[str, str]], *, study: str = "s") -> None:
    """Import long rows of rater and verdict under the rubric of these tests."""
    write_rubric(folder)
    table = folder / "labels.jsonl"
    table.write_text("".join(json.dumps(row) + "\n" for row in rows))
    run(
        "import", table, "--study", study, "--rubric", "plain", "--map", "rater=rater", "--map", "label:verdict=verdict"
    )


def rated(*verdicts: str, model: str = "m", prompt: str = "p{}") -> list[dict[str, str]]:
    """Return rows: each of `verdicts` is one unit, a letter a rater; y yes, n no, c cannot tell, - no label."""
    words = {"y": "yes", "n": "no", "c": "cannot_tell"}
    return [
        {"prompt": prompt.format(unit), "response": f"r{unit} {model}", "model": model, "rater": f"r{place}",
         "verdict": words[letter]}
        for unit, letters in enumerate(verdicts)
        for place, letter in enumerate(letters)
        if letter != "-"
    ]  # fmt: skip


def verdict(document: Any) -> Any:
    [found] = [question for question in document["questions"] if question["question"] == "verdict"]
    return found


def test_labels_become_the_table_that_is_measured(run: Run, tmp_path: Path) -> None:
    import_labels(run, tmp_path, rated("yyy", "yn-", "nny", "--y", "ccy"))
    found = verdict(run("agreement", "s", "--json").json())
    assert (found["units"], found["raters"], found["labels"], found["missing"], found["compared"]) == (5, 3, 12, 3, 4)
    # Of the four units with two labels: all alike, none, one of three pairs, one of three.
    assert found["metrics"]["percent_agreement"]["value"] == pytest.approx((1 + 0 + 1 / 3 + 1 / 3) / 4)
    pairs = {tuple(pair["raters"]): pair["units"] for pair in found["pairwise"]}
    assert pairs == {("r0", "r1"): 4, ("r0", "r2"): 3, ("r1", "r2"): 3}


def test_many_raters_are_packed_into_several_numbers(run: Run, tmp_path: Path) -> None:
    letters = "yn" * 20
    import_labels(run, tmp_path, rated(letters, letters, "y" * 40))
    found = verdict(run("agreement", "s", "--json").json())
    assert (found["raters"], found["labels"]) == (40, 120)
    halves = (2 * 20 * 19 / 2) / (40 * 39 / 2)
    assert found["metrics"]["percent_agreement"]["value"] == pytest.approx((2 * halves + 1) / 3)


def test_a_question_without_labels_is_listed_with_nulls(run: Run, tmp_path: Path) -> None:
    import_labels(run, tmp_path, rated("yy"))
    questions = {question["question"]: question for question in run("agreement", "s", "--json").json()["questions"]}
    assert questions["fault"]["units"] is None
    assert questions["fault"]["metrics"] == {}
    assert "comment" not in questions


def test_too_few_units_have_a_value_and_the_reason_why_no_interval(run: Run, tmp_path: Path) -> None:
    import_labels(run, tmp_path, rated("yy", "yn"))
    estimate = verdict(run("agreement", "s", "--json").json())["metrics"]["percent_agreement"]
    assert (estimate["value"], estimate["low"]) == (0.5, None)
    assert estimate["undefined"]


def test_by_model_each_configuration_stands_alone(run: Run, tmp_path: Path) -> None:
    rows = rated("yy", "yy", model="good") + rated("yn", "ny", model="bad")
    import_labels(run, tmp_path, rows)
    by = run("agreement", "s", "--by", "model", "--question", "verdict", "--json").json()["by"]
    agreed = {name: found[0]["metrics"]["percent_agreement"]["value"] for name, found in by.items()}
    assert agreed == {"good": 1.0, "bad": 0.0}


def test_the_plain_form_names_what_was_confused_and_the_next_command(run: Run, tmp_path: Path) -> None:
    import_labels(run, tmp_path, rated(*["yy"] * 11, "yn", "yn"))
    out = run("agreement", "s").out
    assert any(line.split()[:4] == ["yes", "/", "no", "2"] for line in out.splitlines())
    assert "Next: reviewer adjudicate s" in out


def test_of_two_labels_by_one_rater_the_later_counts(engine: Engine) -> None:
    bring_in(engine, Table([row(number, labels={"ann": "yes", "bob": "yes"}) for number in range(2)]))
    [(response,)] = engine.rows("select response from label order by number limit 1")
    said = NewLabel("s", response, None, None, "verdict", PLAIN.hash, LabelState.LABEL, "no", Origin.RATED, NOW)
    with engine.writing():
        labels.add(engine, "ann", [said])
    found = list(ratings.rows(engine, Scope(loaded(engine), "verdict"), ["ann", "bob"], ["yes", "no"], by_prompt=False))
    assert sorted((one.codes, one.units) for one in found) == [((0, 0), 1), ((1, 0), 1)]


def test_to_name_configurations_of_an_open_study_is_recorded(run: Run, tmp_path: Path) -> None:
    import_labels(run, tmp_path, rated("yy", "yn"))
    run("agreement", "s", "--by", "suite", "--json")
    assert "unblinded" not in run("study", "show", "s", "--json").json()
    run("agreement", "s", "--by", "model", "--json")
    # To look at the record is recorded too.
    assert len(run("study", "show", "s", "--unblind", "--json").json()["unblinded"]) == 2
    run("study", "close", "s")
    run("agreement", "s", "--by", "model", "--json")
    assert len(run("study", "show", "s", "--unblind", "--json").json()["unblinded"]) == 3


def test_each_rater_is_told_apart(run: Run, tmp_path: Path) -> None:
    import_labels(run, tmp_path, rated("yyn", "yyn", "nny", "yyy", "ycy"))
    found = verdict(run("agreement", "s", "--json").json())
    odd = found["by_rater"]["r2"]
    assert (odd["labels"], odd["compared"], odd["agreed"]) == (5, 4, 1)
    assert odd["confused"] == [{"others": "yes", "own": "no", "units": 2}, {"others": "no", "own": "yes", "units": 1}]
    assert odd["seconds_per_item"] is None
    assert odd["drift"]["undefined"]
    assert found["consensus"]["majority"] == {"yes": 4, "no": 1}
    assert found["consensus"]["accuracy"]["r0"] > found["consensus"]["accuracy"]["r2"]


def test_preferences_have_strengths_once_configurations_may_be_named(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path, PREFERENCE, "better")
    run("import", write_table(tmp_path, prompts=6))
    run("study", "create", "s", "--rubric", "better", "--panes", "2", "--overlap", "1")
    run("rate", "s", "--plain", stdin="1\n\n2\n\n" * 3)
    [closed] = run("agreement", "s", "--json").json()["questions"]
    assert closed["strengths"] is None
    [named] = run("agreement", "s", "--by", "model", "--json").json()["questions"]
    strengths = named["strengths"]
    assert strengths["undefined"] or sorted(strengths["bradley_terry"]) == ["alpha", "beta"]
    assert sum(named["by_rater"]["r1"]["pane_position"]["chosen"]) == 6
    assert "left, right pane" in run("agreement", "s").out


def test_xstest_gives_the_published_agreement(run: Run, tmp_path: Path) -> None:
    import_once(run, tmp_path)
    document = run("agreement", "xstest", "--by", "model", "--json").json()
    [found] = document["questions"]
    metrics = {name: estimate["value"] for name, estimate in found["metrics"].items()}
    assert found["units"] == 2250
    assert metrics["percent_agreement"] == pytest.approx(0.964, abs=0.0005)
    assert metrics["cohen_kappa"] == pytest.approx(0.937, abs=0.0005)
    assert metrics["krippendorff_alpha"] == pytest.approx(0.937, abs=0.0005)
    assert metrics["gwet_ac1"] == pytest.approx(0.950, abs=0.0005)
    by = {name: one[0]["metrics"] for name, one in document["by"].items()}
    percent = [round(by[name]["percent_agreement"]["value"], 3) for name in MODELS]
    fleiss = [round(by[name]["fleiss_kappa"]["value"], 2) for name in MODELS]
    assert percent == [0.984, 0.958, 0.964, 0.938, 0.976]
    assert fleiss == [0.97, 0.93, 0.93, 0.89, 0.92]
    assert sum(pair["units"] for pair in found["confused"]) == 81
    assert sum(pair["units"] for pair in found["confused"] if any("partial" in value for value in pair["values"])) == 66
