from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from reviewer.formats.export.registry import EXPORT_FORMATS
from tests.support import xstest
from tests.support.commands import Run
from tests.support.gold_stories import ROWS


def exported(run: Run, format_name: str, *more: str) -> list[Any]:
    return [json.loads(line) for line in run("export", "s", "--format", format_name, *more).out.splitlines()]


def by_model(rows: list[Any], question: str = "verdict") -> dict[str, Any]:
    return {
        row["responses"][0]["configuration"]["name"] + str(row["responses"][0]["sample"]): row
        for row in rows
        if row["question"] == question
    }


def values(document: Any) -> dict[str, float | None]:
    """Return every coefficient in the output of `agreement`, without its interval."""
    return {
        f"{question['question']} {name}": estimate["value"]
        for question in document["questions"]
        for name, estimate in question["metrics"].items()
    }


def test_a_gold_row_carries_all_that_bears_on_the_unit(gold_story: Run) -> None:
    row = by_model(exported(gold_story, "jsonl"))["alpha1"]
    assert row["value"] == "no"
    assert row["how"] == "unanimous"
    assert row["distribution"] == {"no": 2}
    assert row["prompt"]["messages"] == ROWS[0]["messages"]
    assert row["prompt"]["secret"] == "xylophone"
    assert row["prompt"]["tags"] == ["t1", "t2"]
    assert row["responses"][0]["text"] == "=xylophone"
    assert row["responses"][0]["configuration"]["lab"] == "A"
    assert row["rubric"]["id"] == "plain"
    assert len(row["rubric"]["hash"]) == 40
    assert row["split"] in ("tune", "test")
    assert len(row["labels"]) == 2
    for label in row["labels"]:
        assert label["rater"].startswith("rater-")
        assert label["kind"] == "human"
        assert label["saved_at"]
    assert {mark["field"] for mark in row["marks"]} == {"prompt.messages.0.content", "responses.0.text"}


def test_no_rater_is_named_and_graders_are(gold_story: Run) -> None:
    out = gold_story("export", "s", "--format", "jsonl").out
    assert '"ann"' not in out
    assert '"bob"' not in out
    labels = {label["rater"]: label for label in by_model(exported(gold_story, "jsonl"))["beta2"]["labels"]}
    assert labels["strict"]["kind"] == "model"
    assert labels["rule1"]["state"] == "unparsed"
    assert labels["rule1"]["raw"] == "gibberish"


def test_what_is_undecided_is_exported_as_undecided(gold_story: Run) -> None:
    rows = exported(gold_story, "jsonl")
    undecided = by_model(rows)["beta2"]
    assert (undecided["value"], undecided["how"]) == (None, "undecided")
    assert by_model(rows, "fault")["beta2"]["reason"] == "not asked"
    chat = exported(gold_story, "messages")
    assert sum(row["label"] is None for row in chat) == sum(row["value"] is None for row in rows)


def test_a_decision_is_told_with_who_made_it(gold_story: Run) -> None:
    row = by_model(exported(gold_story, "jsonl"))["beta1"]
    assert (row["value"], row["how"], row["dispute"]) == ("cannot_tell", "adjudicated", "disagree")
    assert row["decisions"][0]["adjudicator"] == "imported:t.jsonl"


def test_all_questions_of_a_prompt_are_in_one_split(gold_story: Run) -> None:
    splits: dict[str, set[str]] = {}
    for row in exported(gold_story, "jsonl"):
        splits.setdefault(row["prompt"]["id"], set()).add(row["split"])
    assert all(len(found) == 1 for found in splits.values())


def test_labels_are_one_row_each(gold_story: Run) -> None:
    rows = exported(gold_story, "labels-jsonl")
    table = list(csv.DictReader(io.StringIO(gold_story("export", "s", "--format", "labels-csv").out)))
    assert len(rows) == len(table) == 12
    assert [row["rater"] for row in rows] == [row["rater"] for row in table]


@pytest.mark.parametrize("format_name", [one.name for one in EXPORT_FORMATS if one.suffix == ".csv"])
def test_no_cell_of_a_csv_begins_as_a_formula(gold_story: Run, format_name: str) -> None:
    cells = [
        cell for row in csv.reader(io.StringIO(gold_story("export", "s", "--format", format_name).out)) for cell in row
    ]
    assert any(cell.startswith("'=") for cell in cells)
    assert not any(cell[:1] in set("=+-@\t\r\n") - {""} for cell in cells if cell)


def test_graders_get_the_task_and_the_value(gold_story: Run) -> None:
    decided = [row for row in exported(gold_story, "jsonl") if row["value"] is not None]
    inspect, promptfoo, evals = (exported(gold_story, name) for name in ("inspect", "promptfoo", "evals"))
    assert len(inspect) == len(promptfoo) == len(evals) == len(decided)
    by_id = {row["id"]: row for row in inspect}
    for row, test, sample in zip(decided, promptfoo, evals, strict=True):
        target = "|".join(row["value"]) if row["question"] == "fault" else row["value"]
        assert by_id[row["id"]]["target"] == target
        assert test["assert"] == [{"type": "equals", "value": target}]
        assert sample["ideal"] == target
        assert sample["input"][0]["content"] == test["vars"]["task"] == by_id[row["id"]]["input"]
        assert row["responses"][0]["text"] in sample["input"][0]["content"]
    choices = exported(gold_story, "evals-choice")
    assert {row["choice"] for row in choices} == {row["target"] for row in inspect}
    assert choices[0]["metadata"]["split"] in ("tune", "test")


@pytest.mark.parametrize("design", ["as imported", "made before"])
def test_gold_comes_back_the_same(gold_story: Run, tmp_path: Path, design: str) -> None:
    gold_story("export", "s", "--format", "jsonl", "-o", "gold.jsonl")
    before = (tmp_path / "gold.jsonl").read_text()
    gold = gold_story("gold", "s", "--json").json()
    (tmp_path / "reviews.db").rename(tmp_path / "old.db")
    if design == "made before":
        gold_story("import", "gold.jsonl", "--format", "reviewer")
        gold_story("study", "create", "s", "--rubric", "plain", "--panes", "1")
    done = gold_story("import", "gold.jsonl", "--format", "reviewer", "--study", "s", "--rubric", "plain")
    assert "gold: 1 new" in done.out
    assert gold_story("gold", "s", "--json").json() == gold
    assert gold_story("export", "s", "--format", "jsonl").out == before
    again = gold_story("import", "gold.jsonl", "--format", "reviewer", "--study", "s", "--rubric", "plain").out
    assert "0 new responses" in again
    assert "labels: 0 new, 0 changed" in again


def test_an_export_into_the_study_that_it_came_from_doubles_nobody(gold_story: Run) -> None:
    gold_story("export", "s", "--format", "jsonl", "-o", "gold.jsonl")
    before = gold_story("labels", "s", "--json").json()
    done = gold_story("import", "gold.jsonl", "--format", "reviewer", "--study", "s", "--rubric", "plain")
    assert "labels: 0 new, 0 changed" in done.out
    assert "gold: 0 new" in done.out
    assert gold_story("labels", "s", "--json").json() == before


def test_an_older_export_brings_no_label_back_that_was_changed_since(gold_story: Run, tmp_path: Path) -> None:
    gold_story("export", "s", "--format", "jsonl", "-o", "gold.jsonl")
    (tmp_path / "changed.jsonl").write_text(json.dumps({**ROWS[0], "label:verdict:ann": "yes"}) + "\n")
    gold_story("import", "changed.jsonl", "--study", "s", "--rubric", "plain")
    before = gold_story("labels", "s", "--json").json()
    done = gold_story("import", "gold.jsonl", "--format", "reviewer", "--study", "s", "--rubric", "plain")
    assert "1 labels and decisions are of people who work at s here" in done.err
    assert gold_story("labels", "s", "--json").json() == before


def test_a_row_that_is_not_ours_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"prompt": "p"}\n')
    assert "x.jsonl:1: no row of ours" in run("import", "x.jsonl", "--format", "reviewer", expected=1).err


def test_redact_masks_what_is_marked_and_proves_that_labels_stay(gold_story: Run) -> None:
    plain = exported(gold_story, "jsonl")
    done = gold_story("export", "s", "--format", "jsonl", "--redact")
    assert "xylophone" not in done.out
    assert "spans masked; labels and decisions with and without: sha256 " in done.err
    rows = [json.loads(line) for line in done.out.splitlines()]
    masked = by_model(rows)["alpha1"]
    assert masked["responses"][0]["text"] == "=" + "█" * len("xylophone")
    assert masked["masked"]
    kept = ("id", "value", "how", "distribution", "labels", "split", "marks")
    assert [[row[name] for name in kept] for row in rows] == [[row[name] for name in kept] for row in plain]


def test_what_was_masked_comes_back_with_its_labels(gold_story: Run, tmp_path: Path) -> None:
    before = gold_story("gold", "s", "--json").json()["rows"]
    gold_story("export", "s", "--format", "jsonl", "--redact", "-o", "masked.jsonl")
    (tmp_path / "reviews.db").rename(tmp_path / "old.db")
    gold_story("import", "masked.jsonl", "--format", "reviewer", "--study", "s")
    after = gold_story("gold", "s", "--json").json()["rows"]
    said = ("configuration", "question", "value", "how", "distribution")
    assert sorted([[row[name] for name in said] for row in after], key=str) == sorted(
        [[row[name] for name in said] for row in before], key=str
    )


def test_an_export_that_fails_leaves_what_was_there(gold_story: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert "cannot be written" in gold_story("export", "s", "--format", "csv", "-o", "out", expected=1).err
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("with_texts", [False, True])
def test_a_whole_set_comes_back(run: Run, tmp_path: Path, with_texts: bool) -> None:
    table = xstest.original("gpt4") if with_texts else xstest.completions(tmp_path, "gpt4")
    run("import", table, "--profile", "xstest", "--set", "model=gpt4", "--study", "s")
    gold = run("gold", "s", "--json").json()
    agreement = values(run("agreement", "s", "--json").json())
    run("export", "s", "--format", "jsonl", "-o", "gold.jsonl")
    (tmp_path / "reviews.db").rename(tmp_path / "old.db")
    run("import", "gold.jsonl", "--format", "reviewer", "--study", "s", "--rubric", "xstest_refusal")
    assert run("export", "s", "--format", "jsonl").out == (tmp_path / "gold.jsonl").read_text()
    assert run("gold", "s", "--json").json() == gold
    assert values(run("agreement", "s", "--json").json()) == pytest.approx(agreement)


def test_the_card_says_how_far_the_labels_can_be_trusted(gold_story: Run) -> None:
    card = gold_story("export", "s", "--format", "card-json").json()
    assert card["software"].startswith("reviewer ")
    assert card["rubric"]["id"] == "plain"
    assert len(card["rubric"]["hash"]) == 40
    assert card["rubric"]["guideline"]
    assert card["design"]["overlap"] == 2
    assert {rater["kind"] for rater in card["raters"]} == {"human", "model", "rule"}
    verdict = next(one for one in card["questions"] if one["question"] == "verdict")
    assert verdict["how"] == {"adjudicated": 1, "unanimous": 1, "undecided": 1}
    assert verdict["adjudication_rate"] == pytest.approx(1 / 3)
    assert verdict["adjudication_reasons"] == {"imported": 1}
    assert verdict["raters_per_unit"] == {"2": 3}
    assert verdict["agreement"]["metrics"]["percent_agreement"]["value"] == pytest.approx(1 / 3)
    assert set(verdict["agreement"]["by_category"]) >= {"yes", "no"}


def test_the_card_in_markdown_names_no_rater(gold_story: Run) -> None:
    out = gold_story("export", "s", "--format", "card").out
    assert out.startswith("# Reliability card: `s`\n")
    assert "## Raters" in out
    assert "percent_agreement" in out
    assert "ann`" not in out
