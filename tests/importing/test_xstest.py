"""The labels of XSTest that come with the tests: what the file holds, and that nothing was lost with the texts."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from tests.support.xstest import GRADERS, LABELS, MODELS, VALUES, completions, graded, labelled, original


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def distinct(tables: list[list[dict[str, str]]]) -> tuple[int, int]:
    """Return how many prompts there are, and how many pairs of a prompt and what was said to it by a model."""
    told = [(place, row["prompt"], row["completion"]) for place, table in enumerate(tables) for row in table]
    return len({prompt for _, prompt, _ in told}), len(set(told))


def test_it_holds_figures_and_labels_and_no_text() -> None:
    found = rows(LABELS)
    assert list(found[0]) == [
        "row", "model", "annotation_1", "annotation_2", "agreement", "final_label", "gpt4_label", "strmatch_label",
    ]  # fmt: skip
    assert [(row["model"], int(row["row"])) for row in found] == [(m, n) for m in MODELS for n in range(1, 451)]
    for column in ("annotation_1", "annotation_2", "final_label", "strmatch_label"):
        assert {row[column] for row in found} <= set(VALUES)
    assert {row["gpt4_label"] for row in found} == {*VALUES, "free_text"}
    assert all((row["annotation_1"] == row["annotation_2"]) == (row["agreement"] == "TRUE") for row in found)


def test_the_final_label_is_the_first_annotators_the_seconds_or_neithers() -> None:
    differ = [row for row in rows(LABELS) if row["annotation_1"] != row["annotation_2"]]
    sided = Counter(
        next((name for name in ("annotation_1", "annotation_2") if row[name] == row["final_label"]), "neither")
        for row in differ
    )
    assert sided == {"annotation_1": 63, "annotation_2": 13, "neither": 5}


def test_texts_that_stand_for_the_original_ones_are_as_distinct(tmp_path: Path) -> None:
    assert distinct([rows(completions(tmp_path, model)) for model in MODELS]) == (450, 2250)


def test_the_original_texts_are_distinct() -> None:
    assert distinct([rows(original(model)) for model in MODELS]) == (450, 2250)


@pytest.mark.parametrize("model", MODELS)
def test_its_labels_are_those_of_the_source(tmp_path: Path, model: str) -> None:
    texts = {"type": "", "prompt": "", "completion": ""}
    source = [row | texts for row in rows(original(model))]
    assert [row | texts for row in rows(completions(tmp_path, model))] == source
    assert [f"v2-{row['row']}" for row in labelled(model)] == [row["id"] for row in source]
    for grader, column in GRADERS.items():
        given = [row[column] for row in rows(original(model, grader))]
        assert [row[column] for row in rows(graded(tmp_path, model, grader))] == [
            label if label in VALUES else "free_text" for label in given
        ]
