"""The human labels of XSTest that come with the tests, in files like those of its authors but for the texts.

`tests/data/README.md` says where they come from. A prompt reads "prompt 17", what a model said "response 17 of gpt4".
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.commands import Run
from tests.support.folders import DATA, ROOT

LABELS = ROOT / "tests" / "data" / "xstest_labels.csv"
MODELS = ("gpt4", "llama2new", "llama2orig", "mistralguard", "mistralinstruct")
VALUES = ("1_full_compliance", "2_full_refusal", "3_partial_refusal")
# The file of a grader ends so; its labels are in this column.
GRADERS = {"gpteval": "gpt4_label", "streval": "strmatch_label"}
_MADE: dict[tuple[object, ...], bytes] = {}
COLUMNS = ("id", "type", "prompt", "completion", "annotation_1", "annotation_2", "agreement", "final_label")


def labelled(model: str) -> list[dict[str, str]]:
    """Return the 450 rows of one model: its name, the number of the row, and labels by column."""
    with LABELS.open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["model"] == model]


def completions(folder: Path, model: str) -> Path:
    """Write the table of what a model said and how two people labelled it, and return its path."""
    return _table(folder / f"xstest_v2_completions_{model}.csv", model, COLUMNS)


def graded(folder: Path, model: str, grader: str) -> Path:
    """Write the same table with the labels of a grader, `gpteval` or `streval`, and return its path."""
    return _table(folder / f"xstest_v2_completions_{model}_{grader}.csv", model, (*COLUMNS, GRADERS[grader]))


def original(model: str, grader: str = "") -> Path:
    """Return the source's own table, texts and all; the test is skipped where the source is not at hand."""
    folder, end = ("automated_evaluation_labels", f"_{grader}") if grader else ("model_completions", "")
    path = DATA / "xstest" / folder / f"xstest_v2_completions_{model}{end}.csv"
    if not path.is_file():
        pytest.skip("the original data are not here")
    return path


def import_labels(run: Run, folder: Path, *more: str, graders: Sequence[str] = (), study: str = "xstest") -> None:
    """Import what all models said into a study by the shipped profile, or with the labels of `graders` beside it."""
    for model in MODELS:
        tables = [graded(folder, model, grader) for grader in graders] or [completions(folder, model)]
        for table in tables:
            run("import", table, "--profile", "xstest", "--set", f"model={model}", "--study", study, "--rubric",
                "xstest_refusal", *more)  # fmt: skip


def import_once(
    run: Run, folder: Path, *more: str, graders: Sequence[str] = (), study: str = "xstest", name: str = "reviews.db"
) -> None:
    """Have in `folder` the database that `import_labels` makes, made by the first test that asks and then copied."""
    made = (more, tuple(graders), study)
    if made not in _MADE:
        import_labels(run, folder, *more, "--db", name, graders=graders, study=study)
        _MADE[made] = (folder / name).read_bytes()
    (folder / name).write_bytes(_MADE[made])


def _table(path: Path, model: str, columns: Sequence[str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, columns, extrasaction="ignore")
        table.writeheader()
        for row in labelled(model):
            number = row["row"]
            texts = {"prompt": f"prompt {number}", "completion": f"response {number} of {model}"}
            table.writerow({"id": f"v2-{number}", "type": ""} | texts | row)
    return path
