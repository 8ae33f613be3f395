"""Who acts: every command that makes, changes, shows or hands out something keeps the name and the login."""

from __future__ import annotations

import getpass
import hashlib
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reviewer.adjudication.queue import AdjudicationSession, AdjudicatorChoice
from reviewer.errors import StoreError
from reviewer.model import Actor
from reviewer.store import studies
from reviewer.store.sqlite import open_for_writing
from tests.support.commands import Run, write_rubric, write_table

AS_LEAD = ("--rater", "lead")


@pytest.fixture
def study(run: Run, tmp_path: Path) -> str:
    write_rubric(tmp_path)
    run(*AS_LEAD, "import", write_table(tmp_path))
    run(*AS_LEAD, "study", "create", "s", "--rubric", "plain", "--panes", "2", "--assign", "r1:2", "--assign", "r2")
    for rater, key in (("r1", "1"), ("r2", "2\n1")):
        run("rate", "s", "--plain", "--rater", rater, typed=6 * f"{key}\n\n{key}\n\n\n")
    return "s"


def acts(folder: Path, kind: str) -> list[dict[str, Any]]:
    """Return the acts of a kind as stored, `details` read."""
    with closing(sqlite3.connect(folder / "reviews.db")) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute("select * from act where kind = ? order by number", (kind,)).fetchall()
    return [dict(row) | {"details": json.loads(row["details"] or "{}")} for row in rows]


def test_an_import_is_kept_with_the_hash_of_its_file(study: str, tmp_path: Path) -> None:
    [act] = acts(tmp_path, "imported")
    [file] = [path for path in tmp_path.iterdir() if path.name == act["subject"]]
    assert act["details"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (act["actor"], act["login"], act["study"]) == ("lead", getpass.getuser(), None)


def test_a_creation_is_kept_with_rubric_and_design(study: str, tmp_path: Path) -> None:
    [act] = acts(tmp_path, "created")
    assert (act["actor"], act["study"]) == ("lead", "s")
    assert act["details"]["design"]["panes"] == 2
    assert len(act["details"]["rubric"]) == 40


def test_an_assignment_is_kept_with_its_quota(study: str, tmp_path: Path) -> None:
    assert [(act["subject"], act["details"]) for act in acts(tmp_path, "assigned")] == [
        ("r1", {"quota": 2}),
        ("r2", {"quota": None}),
    ]


def test_a_closing_is_kept(run: Run, study: str, tmp_path: Path) -> None:
    run(*AS_LEAD, "study", "close", study)
    [act] = acts(tmp_path, "closed")
    assert (act["actor"], act["login"], act["study"]) == ("lead", getpass.getuser(), "s")


def test_an_export_is_kept_with_format_and_file(run: Run, study: str, tmp_path: Path) -> None:
    run(*AS_LEAD, "export", study, "--format", "csv", "-o", "gold.csv")
    [act] = acts(tmp_path, "exported")
    assert act["details"] == {"format": "csv", "file": "gold.csv", "redacted": False}
    assert (act["actor"], act["login"]) == ("lead", getpass.getuser())


def test_an_export_of_a_closed_study_on_a_file_that_may_only_be_read_is_not_refused(
    run: Run, study: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("study", "close", study)

    def refuse(path: str) -> None:
        raise StoreError(f"{path}: the file or its folder is read-only")

    monkeypatch.setattr("reviewer.store.sqlite.open_for_writing", refuse)
    done = run("export", study, "--format", "csv")
    assert done.out
    assert "this export is not recorded: reviews.db: the file or its folder is read-only" in done.err


@pytest.mark.parametrize(
    ("command", "shown_by"),
    [
        (("gold", "s"), "gold"),
        (("report", "s"), "report"),
        (("export", "s", "--format", "csv"), "export"),
        (("agreement", "s", "--by", "model"), "agreement --by model"),
        (("study", "show", "s", "--unblind"), "study show"),
        (("labels", "s", "--unblind"), "labels"),
    ],
)
def test_who_was_shown_configurations_is_kept_with_what_showed_them(
    run: Run, study: str, tmp_path: Path, command: tuple[str, ...], shown_by: str
) -> None:
    run(*AS_LEAD, *command)
    [act] = acts(tmp_path, "unblinded")
    assert (act["actor"], act["login"], act["details"]) == ("lead", getpass.getuser(), {"shown by": shown_by})


def test_a_decision_is_kept_with_the_login(run: Run, study: str, tmp_path: Path) -> None:
    with closing(open_for_writing(str(tmp_path / "reviews.db"))) as engine:
        lead = Actor("lead", "somebody")
        session = AdjudicationSession(engine, studies.load(engine, study), lead, lambda: datetime.now(UTC))
        case = session.next_case()
        assert case is not None
        session.decide(case, AdjudicatorChoice("yes"))
    with closing(sqlite3.connect(tmp_path / "reviews.db")) as connection:
        assert connection.execute("select adjudicator, login from adjudication").fetchall() == [("lead", "somebody")]
    assert "chains hold" in run("verify").out


def test_what_was_recorded_before_there_were_acts_is_still_told(run: Run, study: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "reviews.db")) as connection:
        connection.execute("insert into unblinding (study, who, at) values (1, 'ana', '2026-01-01')")
        connection.commit()
    records = run("study", "show", study, "--json", "--unblind").json()["unblinded"]
    assert records[0] == {"who": "ana", "login": "", "at": "2026-01-01", "shown_by": ""}
    assert [one["who"] for one in records] == ["ana", "r1"]
