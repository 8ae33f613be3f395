"""A database of every step of the schema, as people have them, opened by the program of today."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.store import chain, labels, responses
from reviewer.store.schema import STEPS
from reviewer.store.sqlite import open_for_reading
from tests.support.databases import BOTH, Opening
from tests.support.folders import ROOT, SCHEMA

NAMES = [name for name, _ in STEPS]
NUMBERS = [name.partition("_")[0] for name in NAMES]
CHAINS = {"adjudicator": 3, "rater-1": 12, "rater-2": 7, "simulated_judge@simulated-model-a": 2}
ACTS = {"lead": 4}  # since the sixth step
Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture(params=NUMBERS)
def number(request: pytest.FixtureRequest) -> str:
    """The number of a step, as m003."""
    return str(request.param)


def chains(number: str) -> dict[str, int]:
    """Return how many rows the chain of each has in the database of a step."""
    return CHAINS | (ACTS if number >= "m006" else {})


@pytest.fixture
def path(number: str, tmp_path: Path) -> str:
    """A copy of the database that a program made that knew the steps up to this one."""
    return str(shutil.copy(SCHEMA / f"{number}.db", tmp_path / "reviews.db"))


def columns(path: str) -> dict[str, str]:
    """Return the columns of every table in which the program stores something, as SQL lists them."""
    tables = "select name from pragma_table_list where schema = 'main' and type = 'table'"
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute(tables) if not name.startswith(("sqlite_", "_sqlite_"))]
        return {name: ", ".join(row[1] for row in connection.execute(f"pragma table_info({name})")) for name in names}


def rows(path: str, wanted: dict[str, str]) -> Rows:
    """Return what the `wanted` columns of each table hold."""
    with closing(sqlite3.connect(path)) as connection:
        return {name: connection.execute(f"select {of} from {name}").fetchall() for name, of in wanted.items()}


def test_every_step_has_a_database_and_no_other_is_there() -> None:
    there = sorted(path.name for path in SCHEMA.iterdir())
    assert there == [f"{number}.db" for number in NUMBERS], "run scripts/schema_fixture.py"


def test_it_was_made_by_the_steps_up_to_its_own(number: str, path: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        applied = [name for (name,) in connection.execute("select name from _sqlite_migrations order by id")]
    assert applied == NAMES[: NUMBERS.index(number) + 1]


def test_it_holds_an_edit_an_undo_a_flag_and_a_decision_and_says_that_they_are_simulated(path: str) -> None:
    with closing(sqlite3.connect(path)) as connection:

        def count(what: str) -> int:
            [(found,)] = connection.execute(f"select count(*) from {what}")
            return int(found)

        later = "label later join label earlier on earlier.id = later.supersedes"
        assert count(f"{later} where later.state = 'retracted'") == 4
        assert count(f"{later} where earlier.state = 'retracted' and later.state = 'label'") == 2
        assert count("label where origin = 'graded' and state = 'refused'") == 1
        assert count("flag where reason like 'simulated %'") == 1
        assert count("adjudication where value = 'no' and note like 'simulated %'") == 1
        assert count("prompt where messages not like '%Simulated prompt %'") == 0
        assert count("response where text not like 'Simulated answer %'") == 0


@BOTH
def test_it_is_copied_as_it_was_before_it_is_brought_up_to_date(
    number: str, path: str, tmp_path: Path, opening: Opening
) -> None:
    before = rows(path, columns(path))
    opening(path).close()
    copies = sorted(file for file in tmp_path.iterdir() if ".before-" in file.name)
    later = NUMBERS[NUMBERS.index(number) + 1 :]
    assert [copy.name for copy in copies] == [f"reviews.db.before-{one}" for one in later[:1]]
    for copy in copies:
        assert rows(str(copy), columns(str(copy))) == before


@BOTH
def test_what_it_holds_is_the_same_once_it_is_up_to_date(path: str, opening: Opening) -> None:
    wanted = columns(path)
    before = rows(path, wanted)
    opening(path).close()
    assert rows(path, wanted) == before


def test_its_labels_are_read_as_they_were_stored(path: str) -> None:
    [stored] = rows(path, {"label": "id, state, value, supersedes, hash"}).values()
    with closing(open_for_reading(path)) as engine:
        read = list(labels.of_study(engine, "simulated"))
    assert sorted((one.id, one.state.value, one.value, one.supersedes, one.hash) for one in read) == sorted(stored)
    assert {one.hash_version for one in read} == {1}


@BOTH
def test_every_chain_holds(path: str, number: str, opening: Opening) -> None:
    with closing(opening(path)) as engine:
        found = list(chain.verify(engine))
        assert list(responses.mismatches(engine)) == []
    assert {report.rater: report.rows for report in found} == chains(number)
    assert [report.problem for report in found] == [None] * len(found)


@pytest.mark.parametrize("made", [NUMBERS[0], NUMBERS[-1]])
def test_the_script_makes_one_that_holds(made: str, tmp_path: Path) -> None:
    path = str(tmp_path / "made.db")
    subprocess.run([sys.executable, str(ROOT / "scripts" / "schema_fixture.py"), made, path], check=True)
    assert columns(path) == columns(str(shutil.copy(SCHEMA / f"{made}.db", tmp_path / "kept.db")))
    with closing(open_for_reading(path)) as engine:
        assert {report.rater: report.rows for report in chain.verify(engine)} == chains(made)
