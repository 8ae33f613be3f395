"""What is found in a database without a seal, and what is not held against it though it looks so."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.definitions.suite import suite_hash
from reviewer.model import Suite, SuitePrompt, item_id
from reviewer.store import acts, responses, studies
from reviewer.store.acts import ActKind
from reviewer.store.engine import Engine
from reviewer.store.findings import ErasedResponse, Finding, erased_responses, findings
from reviewer.store.sqlite import open_for_reading, open_for_writing
from reviewer.study_design.blinding import blind_name
from tests.support.folders import SCHEMA
from tests.support.sealed_database import erase, fill_every_table
from tests.support.stories import (
    LEAD,
    NOW,
    PLAIN,
    Clock,
    Table,
    bring_in,
    design,
    fill,
    loaded,
    make_study,
    prompt,
    rate,
    row,
    sit,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "reviews.db"
    with closing(open_for_writing(str(path))) as engine:
        fill_every_table(engine)
    return path


@pytest.fixture
def path(made: Path, tmp_path: Path) -> str:
    """A copy of a database with rows in every table."""
    return str(shutil.copy(made, tmp_path / "reviews.db"))


def found(path: str, *statements: str) -> list[tuple[str, str]]:
    """Run statements past the program, and return what is found then: the table, and the problem."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount
    with closing(open_for_reading(path)) as engine:
        return [(one.table, one.problem) for one in findings(engine)]


def test_nothing_is_found_where_nobody_tampered(path: str) -> None:
    assert found(path) == []


def test_nothing_is_found_in_an_empty_database(engine: Engine) -> None:
    assert list(findings(engine)) == []


@pytest.mark.parametrize("file", sorted(SCHEMA.iterdir()), ids=lambda file: file.stem)
def test_nothing_but_what_was_made_up_is_found_in_databases_of_earlier_versions(file: Path, tmp_path: Path) -> None:
    # Their suite was stored without a hash, their grader under a hash of another kind.
    made_up = {("suite", "its head and prompts do not fit its hash"), ("grader", "its content does not fit its id")}
    assert set(found(str(shutil.copy(file, tmp_path)))) <= made_up


PROBLEMS = [
    ("update study set state = 'open' where number = 2", "study", f"it is open, and lead#6 closed it at {NOW}"),
    ("update study set closed_at = '2020' where number = 2", "study",
     f"it is closed as of 2020, and lead#6 closed it at {NOW}"),
    ("update study set state = 'closed' where number = 1", "study", "it is closed, and no act closed it"),
    ("update study set policy = 'unanimous' where number = 1", "study",
     "its policy is unanimous, and lead#1 created it with majority:1"),
    ("update study set overlap = 9 where number = 2", "study", "its overlap is 9, and lead#4 created it with 2"),
    ("update study set aids = 'before' where number = 2", "study",
     "its aids is before, and lead#4 created it with off"),
    ("update study_rater set quota = 9 where study = 1 and rater = 'r1'", "study",
     "the quota of r1 is 9, and lead#2 gave 3"),
    ("update study_rater set quota = 9 where study = 2 and rater = 'r1'", "study",
     "the quota of r1 is 9, and no act gave one"),
    ("insert into study_rater (study, rater, turn, done) values (1, 'x', 0, 0)", "study",
     "x may rate in it, and no act assigned x"),
    ("delete from study_rater where study = 1 and rater = 'r2'", "study",
     "lead#3 assigned r2, who is not among its raters"),
    ("update study_response set withdrawn = 1 where study = 1 and response = 1", "study_response",
     "it is withdrawn, and no act says so"),
    ("update study_response set withdrawn = 0 where withdrawn = 1", "study_response",
     "it is not withdrawn, and lead#7 withdrew it"),
    ("update suite_prompt set secret = 'x' where suite = 1 and prompt = 4", "suite",
     "its head and prompts do not fit its hash"),
    ("update suite_prompt set tags = 'x' where suite = 1 and prompt = 4", "suite",
     "its head and prompts do not fit its hash"),
    ("update suite set turns = 'played' where number = 1", "suite", "its head and prompts do not fit its hash"),
    ("update grader set body = '{}' where number = 1", "grader", "its content does not fit its id"),
    ("update grader set version = 7 where number = 1", "grader",
     "it is stored as strict version 7, and its text says another"),
    ("update rubric set id = 'other'", "rubric", "it is stored as other version 1, and its text says another"),
    ("update rubric set body = 'x'", "rubric", "its content does not fit its id"),
    ("update response set text = 'answer 2' where number = 3", "response", "it was erased, and is not as that left it"),
    ("update response set usage = null, raw = null where number = 3", "response",
     "it was erased, and is not as that left it"),
    ("update grading set reply = 'x' where number = 2", "grading", "it was erased, and is not as that left it"),
    ("update response set prompt = 99 where number = 1", "response", "its content does not fit its id"),
    ("update response set configuration = 99 where number = 1", "response", "its content does not fit its id"),
    ("update prompt set messages = '[]' where number = 3", "prompt", "its content does not fit its id"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "table", "problem"), PROBLEMS)
def test_what_does_not_fit_is_found_and_said(path: str, statement: str, table: str, problem: str) -> None:
    assert (table, problem) in found(path, statement)


def test_a_study_that_is_gone_is_found_by_its_act(path: str) -> None:
    assert ("study", "lead#1 created it, and it is not there") in found(path, "delete from study where number = 1")


def test_acts_that_hold_no_sense_stop_nothing(path: str) -> None:
    senseless = [problem for _, problem in found(path, "update act set details = 'x'", "update act set subject = null")]
    assert "r1 may rate in it, and no act assigned r1" in senseless
    assert not any("created it with None" in problem for problem in senseless)
    assert "its content does not fit its id" in senseless  # of the response whose erasing is no longer told


def test_erased_responses_are_listed_and_not_called_altered(path: str) -> None:
    erase(path, 1)
    with closing(open_for_reading(path)) as engine:
        ids = [
            identity for (identity,) in engine.rows("select id from response where number in (1, 3) order by number")
        ]
        names = [blind_name(loaded(engine, "open").secret, identity) for identity in ids]
        assert erased_responses(engine) == [
            ErasedResponse(name, "lead", NOW, "a name") for name in (names[1], names[0])
        ]
    assert found(path) == []


# Suites: the hash is over prompts in the file's order, which rows tell only where the prompts came with the suite.


def store_suite(engine: Engine, name: str, numbers: list[int]) -> None:
    suite = Suite(name, 1, prompts=tuple(SuitePrompt(f"p{n}", prompt(n)) for n in numbers))
    with engine.writing():
        responses.ensure_suite(engine, replace(suite, hash=suite_hash(suite)), NOW)


def test_a_suite_whose_prompts_were_there_before_in_another_order_is_not_called_altered(engine: Engine) -> None:
    store_suite(engine, "first", [1, 2, 3])
    store_suite(engine, "second", [3, 1, 2])
    assert list(findings(engine)) == []


def test_a_suite_whose_prompts_were_answered_before_it_is_not_called_altered(engine: Engine) -> None:
    fill(engine, prompts=[1, 2], configurations=["m"])
    suite = Suite("later", 1, prompts=tuple(SuitePrompt(f"p{n}", prompt(n)) for n in (2, 1)))
    with engine.writing():
        responses.ensure_suite(engine, replace(suite, hash=suite_hash(suite)), "2027-01-01")
    assert list(findings(engine)) == []


def test_a_suite_that_imports_add_to_is_not_held_against_a_hash(engine: Engine) -> None:
    bring_in(engine, Table([row(1, suite="words", secret="s")], by=None, study=None))
    bring_in(engine, Table([row(1, suite="words", tags=("t",)), row(2, suite="words")], by=None, study=None))
    assert engine.rows("select count(*) from suite_prompt") == [(2,)]
    assert list(findings(engine)) == []


def test_a_suite_without_its_prompts_is_found(engine: Engine) -> None:
    store_suite(engine, "words", [1, 2])
    with engine.writing():
        engine.run("delete from suite_prompt")
    assert [one.table for one in findings(engine)] == ["suite"]


# Items: their ids are over the responses that they show, but for those that an import took over.


def rated(engine: Engine) -> str:
    """Make a study in which one item was rated, and return the item's id."""
    fill(engine, prompts=[1, 2], configurations=["a", "b"])
    make_study(engine, PLAIN, design(panes=2, overlap=1))
    item, _ = rate(sit(engine, "r1", Clock()))
    return item.handed.id


def take_over(engine: Engine, item: str) -> None:
    """Give the item an id of another file, as an import of our own gold does, and its labels too."""
    with engine.writing():
        engine.run("update item set id = :new where id = :old", {"new": item_id("elsewhere", ["x"]), "old": item})
        engine.run("update label set item = :new where item = :old", {"new": item_id("elsewhere", ["x"]), "old": item})


def test_an_item_that_shows_other_responses_is_found(engine: Engine) -> None:
    item = rated(engine)
    with engine.writing():
        engine.run("update study_response set item = (select number from item where id = :item)", {"item": item})
    assert list(findings(engine)) == [
        Finding("item", item, "it shows other responses of study s than when it was handed out")
    ]


def test_an_item_with_an_id_of_its_own_is_found_where_nothing_was_imported(engine: Engine) -> None:
    take_over(engine, rated(engine))
    assert [one.table for one in findings(engine)] == ["item"]


def test_an_item_that_an_import_took_over_is_held_against_what_was_rated_on_it(engine: Engine) -> None:
    take_over(engine, rated(engine))
    with engine.writing():
        acts.record(engine, LEAD, ActKind.IMPORTED, NOW, study="s", subject="gold.jsonl")
    assert list(findings(engine)) == []
    with engine.writing():
        engine.run("update study_response set item = null where item is not null and response in (1, 3)")
    assert [one.table for one in findings(engine)] == ["item"]


def test_a_study_that_an_import_made_and_closed_is_as_its_acts_say(engine: Engine) -> None:
    bring_in(engine, Table([row(1, labels={"ann": "yes"}), row(2, labels={"ann": "no"})]))
    assert list(findings(engine)) == []
    with engine.writing():
        studies.close(engine, 1, NOW)
    assert [one.problem for one in findings(engine)] == ["it is closed, and no act closed it"]


def test_a_study_of_before_there_were_acts_may_be_closed_by_none(engine: Engine) -> None:
    fill(engine, prompts=[1], configurations=["a"])
    make_study(engine, PLAIN, design())
    with engine.writing():
        engine.run("delete from act")
        engine.run("update study set state = 'closed', closed_at = '2025', policy = 'unanimous'")
    assert list(findings(engine)) == []
