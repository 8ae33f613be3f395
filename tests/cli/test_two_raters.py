"""Raters at work at the same time, each in a process of their own."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

from tests.support.commands import Run, write_rubric, write_table
from tests.support.folders import ROOT

ITEMS = 50
VALUES = {"1": "yes", "2": "no", "0": "cannot_tell"}


def keys_of(rater: str) -> list[str]:
    """Return the verdicts that this rater gives, two an item."""
    return random.Random(rater).choices("102", k=2 * ITEMS)


def lines_of(keys: list[str]) -> str:
    """Return what is typed: each verdict, faults where it is "no", no comment, an empty line that saves the item."""
    typed = [f"{key}\n" + ("1 2\n" if key == "2" else "") + "\n" for key in keys]
    return "".join(left + right + "\n" for left, right in zip(typed[::2], typed[1::2], strict=True))


def test_two_raters_label_at_once_and_every_label_is_there_as_pressed(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    run("import", write_table(tmp_path, prompts=60))
    run("study", "create", "s", "--rubric", "plain", "--seed", "1")
    raters = ("left", "right")
    processes = {
        rater: subprocess.Popen(
            [sys.executable, "-m", "reviewer", "rate", "s", "--plain", "--rater", rater],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        for rater in raters
    }
    for rater, process in processes.items():
        assert process.stdin is not None
        process.stdin.write(lines_of(keys_of(rater)))
        process.stdin.close()
    for process in processes.values():
        assert process.stdout is not None
        assert process.stderr is not None
        out, errors = process.stdout.read(), process.stderr.read()
        process.stdout.close()
        process.stderr.close()
        assert process.wait() == 0, errors
        assert out.count("Saved: item") == ITEMS
    rows = run("labels", "s", "--json").json()["labels"]
    for rater in raters:
        mine = [row for row in rows if row["rater"] == rater]
        verdicts = [row for row in mine if row["question"] == "verdict"]
        assert [row["value"] for row in verdicts] == [VALUES[key] for key in keys_of(rater)]
        assert [row["panes"][place % 2] for place, row in enumerate(verdicts)] == [row["response"] for row in verdicts]
        assert len({row["item"] for row in verdicts}) == ITEMS
        faults = [row for row in mine if row["question"] == "fault"]
        assert [row["value"] for row in faults] == [["fact", "form"]] * keys_of(rater).count("2")
        assert [row["saved_at"] for row in mine] == sorted(row["saved_at"] for row in mine)
        assert all(row["shown_at"] <= row["decided_at"] <= row["saved_at"] for row in mine)
        assert not any(row["surplus"] for row in mine)
    run("verify")
