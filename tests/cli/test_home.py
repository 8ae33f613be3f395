from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from reviewer.store.schema import STEPS
from tests.support.commands import Run, write_rubric, write_table
from tests.support.folders import ROOT


def test_without_a_database_home_says_what_to_type(run: Run, tmp_path: Path) -> None:
    assert "reviewer import FILE" in run().out
    assert not (tmp_path / "reviews.db").exists()


def test_home_leads_from_responses_to_a_study_to_rating(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    run("import", write_table(tmp_path))
    assert "reviewer study create NAME" in run().out
    run("study", "create", "s", "--rubric", "plain")
    assert "reviewer rate s --plain" in run().out
    run("rate", "s", "--plain", stdin="1\n\n1\n\n\n" * 3)
    assert "reviewer study show s" in run().out


def test_home_leaves_the_database_as_it_is(run: Run, tmp_path: Path) -> None:
    run("import", write_table(tmp_path))
    before = (tmp_path / "reviews.db").read_bytes()
    run()
    run("study", "list")
    run("verify")
    assert (tmp_path / "reviews.db").read_bytes() == before


def test_a_database_may_be_named_before_or_after_the_command(run: Run, tmp_path: Path) -> None:
    run("import", write_table(tmp_path), "--db", "other.db")
    assert run("--db", "other.db", "study", "list", "--json").json() == {"studies": []}
    assert run("study", "list", "--db", "other.db", "--json").json() == {"studies": []}
    assert "reviews.db: no such database" in run("study", "list", expected=1).err


def test_the_environment_names_the_database(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVIEWER_DB", "other.db")
    run("import", write_table(tmp_path))
    assert (tmp_path / "other.db").exists()


@pytest.mark.parametrize("arguments", [("frob",), ("study",), ("import",), ("labels",), ("rate", "--nothing")])
def test_wrong_usage_has_a_status_of_its_own(run: Run, arguments: tuple[str, ...]) -> None:
    assert "Usage: " in run(*arguments, expected=2).err


def test_a_rater_without_a_name_is_refused(run: Run, tmp_path: Path) -> None:
    run("import", write_table(tmp_path))
    assert "expected a name" in run("rate", "s", "--plain", "--rater", " ", expected=1).err


def test_help_lists_every_command(run: Run) -> None:
    out = run("--help").out
    for command in ("import", "study", "rate", "labels", "verify"):
        assert f"\n  {command} " in out
        assert run(command, "--help").out.startswith("Usage: reviewer")


def test_verify_finds_one_flipped_bit(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    run("import", write_table(tmp_path))
    run("study", "create", "s", "--rubric", "plain")
    run("rate", "s", "--plain", stdin="1\n\n2\n1\n\n\n")
    assert "1 of 1 chains hold, 5 rows" in run("verify").out
    connection = sqlite3.connect(tmp_path / "reviews.db")
    connection.execute("update label set value = 'n' || substr(value, 2) where value = 'yes'")
    connection.commit()
    connection.close()
    assert "BROKEN r1#3: the content of this row was changed" in run("verify", expected=1).out
    assert run("verify", "--json", expected=1).json()["chains"][0]["broken"] == "r1#3"


def test_verify_says_what_it_cannot_check(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    run("import", write_table(tmp_path))
    run("study", "create", "s", "--rubric", "plain")
    run("rate", "s", "--plain", stdin="1\n\n2\n1\n\n\n")
    assert {row["hash_version"] for row in run("labels", "s", "--json").json()["labels"]} == {1}
    connection = sqlite3.connect(tmp_path / "reviews.db")
    connection.execute("update label set hash_version = 2 where id = 'r1#4'")
    connection.commit()
    connection.close()
    said = run("verify", expected=1).out
    assert "UNCHECKED r1#4: its hash is of version 2, which this reviewer does not know" in said
    assert "0 of 1 chains hold" in said
    assert run("verify", "--json", expected=1).json()["chains"][0]["unknown"]


@pytest.mark.parametrize("arguments", [("study", "list"), ("rate", "s", "--plain"), ("import", "answers.jsonl")])
def test_a_database_that_is_brought_up_to_date_is_said_to_be_kept_as_it_was(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    write_rubric(tmp_path)
    run("import", write_table(tmp_path))
    run("study", "create", "s", "--rubric", "plain")
    more = ("m999_more", ("create table more (number integer primary key)",))
    monkeypatch.setattr("reviewer.store.sqlite.STEPS", (*STEPS, more))
    told = "reviews.db: brought up to date; as it was before, it is kept in reviews.db.before-m999\n"
    assert run(*arguments).err.count(told) == 1
    assert "before-m999" not in run("study", "list").err


def test_verify_finds_an_altered_response(run: Run, tmp_path: Path) -> None:
    run("import", write_table(tmp_path))
    connection = sqlite3.connect(tmp_path / "reviews.db")
    connection.execute("update response set text = text || '.' where number = 2")
    connection.commit()
    connection.close()
    assert "ALTERED response" in run("verify", expected=1).out


def test_a_reader_that_goes_away_ends_the_output_quietly(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    rows = [{"prompt": f"p{n}", "response": "r", "model": "m", "label:verdict:r1": "yes"} for n in range(800)]
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run("import", "labels.jsonl", "--study", "s", "--rubric", "plain")
    reviewer = subprocess.Popen(
        [sys.executable, "-m", "reviewer", "labels", "s", "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert reviewer.stdout is not None
    assert reviewer.stderr is not None
    reviewer.stdout.readline()
    reviewer.stdout.close()
    assert reviewer.stderr.read() == b""
    reviewer.stderr.close()
    reviewer.wait()
