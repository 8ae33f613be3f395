"""The database that is shipped: what it holds, and that nothing here changes it."""

from __future__ import annotations

import shutil
from pathlib import Path

from commands import Run

from reviewer.rubric import read_rubric
from reviewer.store import evidence, rubrics
from reviewer.store.engine import Engine
from reviewer.store.sqlite import open_for_reading
from reviewer.suites import read_suite

ROOT = Path(__file__).parents[1]


def opened(tmp_path: Path) -> Engine:
    return open_for_reading(str(shutil.copy(ROOT / "reviews.db", tmp_path / "reviews.db")))


def test_it_is_in_wal_mode() -> None:
    with (ROOT / "reviews.db").open("rb") as file:
        header = file.read(20)
    assert header[18:20] == b"\x02\x02"


def test_it_holds_every_shipped_rubric(tmp_path: Path) -> None:
    engine = opened(tmp_path)
    for path in sorted((ROOT / "prompts" / "rubrics").glob("*.toml")):
        rubric = read_rubric(path)
        assert rubrics.load(engine, rubric.hash).id == rubric.id, "run scripts/starter_database.py"
    engine.close()


def test_it_holds_every_shipped_suite_and_nothing_else(tmp_path: Path) -> None:
    engine = opened(tmp_path)
    suites = [read_suite(path) for path in sorted((ROOT / "prompts" / "suites").glob("*.toml"))]
    stored = engine.rows("select id, version, hash from suite order by id")
    assert stored == [(suite.id, suite.version, suite.hash) for suite in suites], "run scripts/starter_database.py"
    assert evidence.counts(engine)["prompt"] == sum(len(suite.prompts) for suite in suites)
    engine.close()


def test_home_on_it_says_what_to_type(run: Run, tmp_path: Path) -> None:
    shutil.copy(ROOT / "reviews.db", tmp_path / "reviews.db")
    assert "reviewer import FILE" in run().out
    run("verify")
