"""A database as it is opened, written and counted."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from reviewer.store.engine import Engine
from reviewer.store.sqlite import SqliteEngine, open_for_reading, open_for_writing

NOBODY = 65534
Opening = Callable[[str], SqliteEngine]
BOTH = pytest.mark.parametrize("opening", [open_for_reading, open_for_writing])


def count(engine: Engine, table: str = "response") -> int:
    [(found,)] = engine.rows(f"select count(*) from {table}")
    return int(found)


def in_one_step(engine: Engine, do: Callable[[], object]) -> None:
    with engine.writing():
        do()


def refuse_writes(path: str) -> None:
    """Have every write refused from now on, as on a file that has become read-only, also to those who have it open."""
    tables = "select name from pragma_table_list where schema = 'main' and type = 'table' and name not like '%sqlite_%'"
    with closing(sqlite3.connect(path)) as connection:
        for (table,) in connection.execute(tables).fetchall():
            for act in ("insert", "update", "delete"):
                connection.execute(
                    f"create trigger no_{act}_{table} before {act} on {table}"
                    " begin select raise(abort, 'attempt to write a readonly database'); end"
                )
