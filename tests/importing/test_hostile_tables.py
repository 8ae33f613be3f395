"""Whatever a table looks like: it is stored whole, or nothing of it is, and a second time it adds nothing."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewer.store.sqlite import open_for_writing
from tests.support.hostile_tables import HostileTable, ImportOutcome, hostile_table, import_twice


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "reviews.db"
    with closing(open_for_writing(str(path))):
        pass
    return path


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_a_table_is_stored_whole_or_not_at_all(tmp_path: Path, empty: Path, seed: int) -> None:
    assert import_twice(tmp_path, hostile_table(random.Random(seed)), empty) in ImportOutcome


def test_some_tables_are_stored_and_some_are_refused(tmp_path: Path, empty: Path) -> None:
    chance = random.Random(1)
    assert {import_twice(tmp_path, hostile_table(chance), empty) for _ in range(30)} == {*ImportOutcome}


def test_a_table_that_is_good_is_stored(tmp_path: Path, empty: Path) -> None:
    table = HostileTable("t.csv", b"prompt,response,model\np,r,m\n")
    assert import_twice(tmp_path, table, empty) is ImportOutcome.STORED
