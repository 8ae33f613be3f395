"""The database that is shipped: what it holds, and that nothing here changes it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from reviewer.definitions.rubric import read_rubric
from reviewer.definitions.suite import read_suite
from reviewer.store import responses, rubrics
from reviewer.store.engine import Engine
from reviewer.store.sqlite import open_for_reading
from reviewer.store.starter import STARTER, copy_starter
from tests.support.commands import Run
from tests.support.folders import ROOT


def opened(tmp_path: Path) -> Engine:
    return open_for_reading(str(starter(tmp_path)))


def starter(folder: Path) -> Path:
    """Unpack the starter database in `folder` as reviews.db."""
    copy_starter(folder / "reviews.db")
    return folder / "reviews.db"


def has_raters(database: Path) -> bool:
    """Whether somebody has taken up a study in the database."""
    engine = open_for_reading(str(database))
    [(raters,)] = engine.rows("select count(*) from rater")
    engine.close()
    return bool(raters)


def test_it_is_what_stands_in_the_project() -> None:
    shipped = ROOT / "reviews.db"
    if has_raters(shipped):
        pytest.skip("somebody has rated in reviews.db")
    packed = gzip.decompress(STARTER.read_bytes())
    assert packed == shipped.read_bytes(), "run scripts/starter_database.py"


def test_it_is_in_wal_mode(tmp_path: Path) -> None:
    assert starter(tmp_path).read_bytes()[18:20] == b"\x02\x02"


def test_it_is_up_to_date_so_that_reading_leaves_it_as_it_is(tmp_path: Path) -> None:
    engine = opened(tmp_path)
    assert [file for file in tmp_path.iterdir() if "before" in file.name] == []
    engine.close()
    assert (tmp_path / "reviews.db").read_bytes() == gzip.decompress(STARTER.read_bytes())


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
    assert responses.counts(engine)["prompt"] == sum(len(suite.prompts) for suite in suites)
    engine.close()


def test_it_holds_one_answer_of_each_model_to_every_prompt_asked(tmp_path: Path) -> None:
    engine = opened(tmp_path)
    asked = engine.rows(
        "select suite.id, count(distinct response.prompt), count(*) from response"
        " join suite_prompt on suite_prompt.prompt = response.prompt join suite on suite.number = suite_prompt.suite"
        " group by suite.id order by suite.id"
    )
    suites = ("facts", "hierarchy_conflict", "hierarchy_password", "hierarchy_phrase", "jailbreak", "over_refusal")
    prompts = [len(read_suite(ROOT / "prompts" / "suites" / f"{suite}.toml").prompts) for suite in suites]
    assert asked == [(suite, count, 2 * count) for suite, count in zip(suites, prompts, strict=True)]
    assert engine.rows("select count(*) from response where raw is null or source is null") == [(0,)]
    engine.close()


def test_its_studies_wait_for_their_first_rater(run: Run, tmp_path: Path) -> None:
    starter(tmp_path)
    studies = run("study", "list", "--json").json()["studies"]
    assert {study["study"]: study["rubric"] for study in studies} == {
        name: name for name in ("hierarchy", "jailbreak", "hallucination", "refusal", "preference")
    }
    assert all((study["labels"], study["state"]) == (0, "open") for study in studies)


def test_it_is_small_enough_to_ship() -> None:
    assert STARTER.stat().st_size < 2_000_000


def test_home_on_it_says_what_to_type(run: Run, tmp_path: Path) -> None:
    starter(tmp_path)
    assert "reviewer rate hierarchy --plain" in run().out
    run("verify")
