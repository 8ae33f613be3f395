"""Parquet beside the JSON lines that hold the same. Labels are simulated."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from tests.support.commands import Run, write_rubric

ROWS: list[dict[str, object]] = [
    {
        "prompt": "First", "response": "=1+1", "model": "m", "suite": "words", "severity": 2, "tag": ["t"],
        "label:verdict:ann": "no", "label:verdict:bob": "yes", "label:fault:ann": ["fact", "form"],
        "gold:verdict": "no",
    },
    {"prompt": "Second", "response": "b", "model": "m", "label:verdict:ann": "yes", "label:verdict:strict": "what?"},
]  # fmt: skip


@pytest.fixture
def filled(run: Run, tmp_path: Path) -> Run:
    write_rubric(tmp_path)
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    run("import", "t.jsonl", "--study", "s", "--rubric", "plain", "--rater-kind", "strict=model", "--replies", "strict")
    return run


def written(run: Run, format_name: str, *more: str) -> list[Any]:
    run("export", "s", "--format", format_name, "-o", "out.parquet", *more)
    return list(pq.read_table("out.parquet").to_pylist())


def lines(run: Run, format_name: str) -> list[Any]:
    return [json.loads(line) for line in run("export", "s", "--format", format_name).out.splitlines()]


def test_gold_holds_what_the_lines_hold(filled: Run) -> None:
    found, expected = written(filled, "parquet"), lines(filled, "jsonl")
    assert len(found) == len(expected) == 3
    for row, line in zip(found, expected, strict=True):
        for name in ("id", "how", "reason", "split", "question"):
            assert row[name] == line[name], name
        assert {one["value"]: one["labels"] for one in row["distribution"]} == line["distribution"]
        assert [one["rater"] for one in row["labels"]] == [one["rater"] for one in line["labels"]]
        assert [one["content"] for one in row["messages"]] == [one["content"] for one in line["prompt"]["messages"]]
        assert (row["text"], row["sample"]) == (line["responses"][0]["text"], 1)
    several = next(row for row in found if row["question"] == "fault")
    assert several["labels"][0]["value"] == "fact|form"
    assert next(row for row in found if row["decisions"])["decisions"][0]["adjudicator"] == "imported:t.jsonl"


def test_labels_are_one_row_each(filled: Run) -> None:
    found, expected = written(filled, "labels-parquet"), lines(filled, "labels-jsonl")
    assert [(row["rater"], row["state"], row["response"]) for row in found] == [
        (row["rater"], row["state"], row["response"]) for row in expected
    ]
    assert [row["value"] for row in found if row["question"] == "fault"] == ["fact|form"]


def test_without_pyarrow_the_extra_is_named_and_nothing_is_recorded(
    filled: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    told = filled("export", "s", "--format", "parquet", "-o", "x.parquet", expected=1).err
    assert "reviewer[parquet]" in told
    assert not (tmp_path / "x.parquet").exists()
    assert len(filled("study", "show", "s", "--unblind", "--json").json()["unblinded"]) == 1
