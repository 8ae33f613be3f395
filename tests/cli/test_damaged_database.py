"""A command that fails on a damaged database says so, with the place, instead of what the damage led to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.commands import Run


def alter(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "reviews.db", isolation_level=None)) as connection:
        connection.execute("pragma ignore_check_constraints = on")
        connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "words", "found"),
    [
        ("update prompt set messages = '{'", ["rate", "anew", "--plain"], "table prompt, row 1, column messages"),
        ("update rater set kind = 'robot'", ["study", "show", "s"], "table rater, row 1, column kind"),
        ("update label set panes = 'A'", ["labels", "s"], "table label, row 1, column panes"),
        ("drop table flag", ["gold", "s"], "table flag, column number: it is missing"),
    ],
)
def test_a_damaged_database_is_named_with_the_place(
    gold_story: Run, tmp_path: Path, statement: str, words: list[str], found: str
) -> None:
    gold_story("study", "create", "anew", "--rubric", "plain", "--from", "s")
    alter(tmp_path, statement)
    done = gold_story(*words, expected=1)
    assert f"reviews.db: the database is damaged: {found}" in done.err
    assert "Restore a backup" in done.err
    assert "details:" not in done.err


def test_verify_names_what_sqlite_finds(gold_story: Run, tmp_path: Path) -> None:
    assert gold_story("verify", "--json").json()["faults"] == []
    alter(tmp_path, "delete from rater where name = 'ann'")
    done = gold_story("verify", expected=1)
    assert "DAMAGED row 1 of label belongs to a rater that is missing" in done.out
