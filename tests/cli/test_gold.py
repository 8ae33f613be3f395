from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from reviewer.adjudication.queue import AdjudicationSession, AdjudicatorChoice
from reviewer.store.sqlite import open_for_writing
from reviewer.study_design.decision_policy import Ruling
from tests.support.commands import Run, write_rubric
from tests.support.stories import LEAD, loaded

ROWS = [
    {"prompt": "p1", "response": "a", "model": "alpha", "label:verdict:r1": "yes", "label:verdict:r2": "yes"},
    {"prompt": "p1", "response": "b", "model": "beta", "label:verdict:r1": "no", "label:verdict:r2": "yes"},
    {"prompt": "p2", "response": "c", "model": "alpha", "label:verdict:r1": "no", "gold:verdict": "yes"},
]


def labelled(run: Run, folder: Path) -> None:
    write_rubric(folder)
    (folder / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    run("import", "t.jsonl", "--study", "s", "--rubric", "plain")


def test_gold_names_value_way_and_distribution(run: Run, tmp_path: Path) -> None:
    labelled(run, tmp_path)
    document = run("gold", "s", "--json").json()
    assert document["study"] == "s"
    by_how = {row["how"]: row for row in document["rows"]}
    assert by_how["unanimous"]["value"] == "yes"
    assert by_how["unanimous"]["distribution"] == {"yes": 2}
    assert by_how["adjudicated"]["value"] == "yes"
    assert by_how["adjudicated"]["distribution"] == {"no": 1}
    assert by_how["undecided"]["value"] is None
    assert by_how["undecided"]["reason"] in ("tie", "disagree")
    assert by_how["undecided"]["configuration"] == "beta"


def test_gold_as_a_listing_ends_with_counts_and_the_next_command(run: Run, tmp_path: Path) -> None:
    labelled(run, tmp_path)
    out = run("gold", "s").out
    assert out.startswith("response\tconfiguration\tquestion\tvalue\thow\tdistribution\n")
    assert "1 unanimous" in out
    assert "Next: reviewer export s --format jsonl" in out


def test_a_unit_that_is_decided_to_have_no_label_is_told_from_an_undecided_one(run: Run, tmp_path: Path) -> None:
    labelled(run, tmp_path)
    with closing(open_for_writing(str(tmp_path / "reviews.db"))) as engine:
        adjudication = AdjudicationSession(engine, loaded(engine), LEAD, lambda: datetime(2026, 1, 2, tzinfo=UTC))
        dispute = adjudication.next_case()
        assert dispute is not None
        adjudication.decide(dispute, AdjudicatorChoice(None, Ruling.BAD_ITEM))
    assert "\tadjudicated (bad item)\t" in run("gold", "s").out
    assert [row["ruling"] for row in run("gold", "s", "--json").json()["rows"] if row["value"] is None] == ["bad_item"]
    said = run("export", "s", "--format", "inspect", "-o", "out.jsonl").err
    assert "3 units of study s, 0 undecided, 1 decided to have no label, left out" in said


def test_that_an_open_study_was_unblinded_is_recorded_and_of_a_closed_one_not(run: Run, tmp_path: Path) -> None:
    labelled(run, tmp_path)
    assert "recorded" in run("gold", "s").err
    assert "recorded" in run("export", "s", "--format", "jsonl").err
    run("study", "close", "s")
    assert "recorded" not in run("gold", "s").err
    assert len(run("study", "show", "s", "--unblind", "--json").json()["unblinded"]) == 3


def test_a_study_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    labelled(run, tmp_path)
    assert "no study x" in run("gold", "x", expected=1).err
    assert "no study x" in run("export", "x", "--format", "csv", expected=1).err
