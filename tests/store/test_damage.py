"""What is found in a database that was changed behind the program's back, and where."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.errors import StoreError
from reviewer.store.sqlite import damage_of, open_for_reading, open_for_writing


def alter(path: str, *statements: str) -> None:
    """Change the file as another program could that cares for no constraint."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma ignore_check_constraints = on")
        connection.execute("pragma writable_schema = on")
        for statement in statements:
            connection.execute(statement)


def test_a_database_as_the_program_left_it_is_whole(made: str) -> None:
    assert damage_of(made) is None


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("drop index label_by_item", "index label_by_item: it is missing"),
        ("drop table flag", "table flag, column number: it is missing"),
        ("alter table label drop column note", "table label, column note: it is missing"),
        ("delete from response", "row 1 of label belongs to a response that is missing"),
        ("delete from study_response", "table item, row 2: it lacks responses"),
        ("delete from words_indexed", "table words_indexed: it does not hold one row"),
        ("update rater set kind = 'robot'", "table rater, row 1, column kind: it is not as this program writes it"),
        ("update prompt set messages = '[1]'", "table prompt, row 1, column messages: it is not as this"),
        (
            "update prompt set messages = cast(x'5bff5d' as text)",
            "table prompt, row 1, column messages: it is no",
        ),
        ("update study set created_at = 'noon'", "table study, row 1, column created_at: it is not as this"),
        ("update study set policy = 'dice'", "table study, row 1, column policy: it is not as this"),
        ("update label set value = 'perhaps'", "table label, row 1: it is no answer to its question"),
        ("update label set question = 'why'", "table label, row 1: it is no answer to its question"),
        ("update label set probability = 9e999", "table label, row 1: its probability is not between 0 and 1"),
        ("update response set text = 'another'", "response "),
        ("update label set note = 'kind'", "r1#1: the content of this row was changed"),
        ("delete from chain", "lead#2: rows are missing at the end of the chain"),
    ],
)
def test_what_was_changed_is_named_with_its_place(made: str, statement: str, found: str) -> None:
    alter(made, statement)
    assert str(damage_of(made)).startswith(found)


def test_what_stands_beside_the_tables_of_the_program_does_no_harm(made: str) -> None:
    alter(made, "create table mine (x text)", "create view by_rater as select rater from label")
    assert damage_of(made) is None
    open_for_writing(made).close()


def test_a_label_that_was_changed_behind_its_index_is_found(made: str) -> None:
    with closing(open_for_reading(made)) as engine:
        [(rubric,)] = engine.rows("select distinct rubric from label")
        assert engine.faults() == []
    raw = Path(made).read_bytes()
    # The row holds the hash of the rubric before the rater; the indexes by rater do not.
    altered = raw.replace(f"{rubric}r1".encode(), f"{rubric}r9".encode())
    assert altered != raw
    Path(made).write_bytes(altered)
    with closing(open_for_reading(made)) as engine:
        assert "missing from index" in engine.faults()[0]


def test_a_trigger_is_not_written_under_and_can_be_read_past(made: str) -> None:
    alter(made, "create trigger drops before insert on label begin select raise(ignore); end")
    with pytest.raises(StoreError, match="holds the trigger drops of another program"):
        open_for_writing(made)
    open_for_reading(made).close()


def test_a_database_that_does_not_name_its_steps_is_damaged(made: str) -> None:
    alter(made, "delete from _sqlite_migrations")
    with pytest.raises(StoreError, match="does not say which version"):
        open_for_writing(made)
