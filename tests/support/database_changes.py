"""One way in which a disk, another program or an enemy changes a database: each changes the file at a path.

`CHANGES` lists the ways, the likelier ones several times; each returns in words what it did.
"""

from __future__ import annotations

import gzip
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from random import Random

from reviewer.store.sqlite import APPLICATION_ID, MIGRATIONS

PAGE = 4096
VALUES: tuple[object, ...] = (
    None, 0, 1, -1, 2, 10**6, 2**63 - 1, -(2**63), 0.5, 1e308, float("inf"), "", " ", "x", "0", "1", "null", "[]", "{}",
    "{", "[1", '["x"]', '[["a"]]', '{"answers": [], "remarks": []}', '{"answers": [[1]], "remarks": 3}', "[1,2,3,4,5]",
    '[{"role": "user"}]', '[{"role": "nobody", "content": "x"}]', "NaN", "1e999", "9" * 5000, "[" * 5000 + "]" * 5000,
    '{"a":' * 1500 + "1" + "}" * 1500, "a\x00b", "\x1b]0;t\x07", "\u202e", "[red]x[/nope]", "y" * 300_000, b"",
    b"\xff\xfe\x00", b"\x00" * 50, "open", "label", "retracted", "done", "leased", "human", "s", "r1", "yes", "no",
    "verdict", "majority:0", "unanimous:7", "within:x", "random:3", "9999-99-99T00:00:00+00:00", "2026-01-02",
    "2026-01-02T03:04:05.000000", "0001-01-01T00:00:00+23:59",
)  # fmt: skip
BAD_UTF8 = (b"\xff\x80", b"\xed\xa0\x80", b"\xc3", b"abc\xf0\x9f", b'["\xff"]', b"\x00\xff")

Change = Callable[[Path, Random], str]


def flip_bits(path: Path, chance: Random) -> str:
    """Flip some bits, in the first page more often than their share."""
    raw = bytearray(path.read_bytes())
    end = chance.choice((100, PAGE, len(raw), len(raw), len(raw)))
    for _ in range(chance.choice((1, 1, 2, 8, 100))):
        raw[chance.randrange(end)] ^= 1 << chance.randrange(8)
    path.write_bytes(raw)
    return "bits flipped"


def cut_off(path: Path, chance: Random) -> str:
    """Cut the end off, at a page or anywhere."""
    size = path.stat().st_size
    end = chance.choice((chance.randrange(size), chance.randrange(size // PAGE) * PAGE, size - 1, 0, 100))
    os.truncate(path, end)
    return f"cut off at {end}"


def spoil_pages(path: Path, chance: Random) -> str:
    """Have zeros, noise, or another page of the file where a page was; or more behind the end."""
    raw = bytearray(path.read_bytes())
    pages = len(raw) // PAGE
    how = chance.randrange(5)
    for _ in range(chance.choice((1, 1, 3))):
        at = chance.randrange(pages) * PAGE
        other = chance.randrange(pages) * PAGE
        page = (bytes(PAGE), chance.randbytes(PAGE), bytes(raw[other : other + PAGE]), b"\xff" * PAGE)[how % 4]
        if how == 4:
            raw += page
        else:
            raw[at : at + PAGE] = page
    path.write_bytes(raw)
    return "pages spoiled"


def change_header(path: Path, chance: Random) -> str:
    """Change one of the numbers in the first hundred bytes."""
    raw = bytearray(path.read_bytes())
    place, size = chance.choice(
        ((16, 2), (18, 1), (19, 1), (20, 1), (24, 4), (28, 4), (32, 4), (36, 4), (40, 4), (44, 4), (48, 4), (52, 4),
         (56, 4), (60, 4), (64, 4), (68, 4), (92, 4), (96, 4))
    )  # fmt: skip
    raw[place : place + size] = chance.choice((bytes(size), b"\xff" * size, chance.randbytes(size), b"\x02" * size))
    path.write_bytes(raw)
    return f"header changed at {place}"


def names(connection: sqlite3.Connection, kind: str = "table") -> list[str]:
    """Return the names of the tables or indexes that the program made."""
    sql = "select name from sqlite_master where type = ? and sql is not null and name not like 'sqlite_%' order by name"
    return [name for (name,) in connection.execute(sql, (kind,))]


def columns(connection: sqlite3.Connection, table: str) -> list[str]:
    """Return the columns of a table."""
    return [row[1] for row in connection.execute(f'pragma table_info("{table}")')]


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file as another program does, which cares for no constraint."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("foreign_keys = off", "ignore_check_constraints = on", "writable_schema = on"):
            connection.execute(f"pragma {pragma}")
        yield connection


def change_tables(path: Path, chance: Random) -> str:
    """Drop, rename or empty a table or an index; drop, rename or add a column."""
    with opened(path) as connection:
        table = chance.choice(names(connection))
        index = chance.choice(names(connection, "index"))
        column = chance.choice(columns(connection, table) or ["x"])
        statement = chance.choice(
            (
                f'drop table "{table}"', f'alter table "{table}" rename to other', f'delete from "{table}"',
                f'drop index "{index}"', f'alter table "{table}" rename column "{column}" to other',
                f'alter table "{table}" drop column "{column}"', f'alter table "{table}" add column other text',
                f'alter table "{table}" add column other integer not null default 3',
                f'create table other as select * from "{table}"',
                f"delete from sqlite_master where name = '{table}'",
                f"update sqlite_master set sql = 'nonsense' where name = '{table}'",
                f"update sqlite_master set rootpage = {chance.choice((0, 1, 9000))} where name = '{table}'",
                f"update sqlite_master set sql = replace(sql, '{column}', 'other') where name = '{table}'",
                f"update sqlite_master set sql = replace(sql, ' strict', '') where name = '{table}'",
            )
        )  # fmt: skip
        try:
            connection.execute(statement)
        except sqlite3.Error as error:
            return f"{statement} ({error})"
    return statement


def change_value(path: Path, chance: Random) -> str:
    """Have something wrong in one row of one column, or in all its rows, whatever its type."""
    with opened(path) as connection:
        table = chance.choice([name for name in names(connection) if not name.startswith("response_words")])
        column = chance.choice(columns(connection, table))
        place = chance.randrange(connection.execute(f'select count(*) from "{table}"').fetchone()[0])
        before = connection.execute("select sql from sqlite_master where name = ?", (table,)).fetchone()[0]
        version = connection.execute("pragma schema_version").fetchone()[0]
        loose = before.replace(" strict", "").replace(" not null", "")
        set_sql = "update sqlite_master set sql = ? where type = 'table' and name = ?"
        connection.execute(set_sql, (loose, table))
        connection.execute(f"pragma schema_version = {version + 1}")
        value: object = chance.choice(VALUES)
        bad = chance.choice(BAD_UTF8) if chance.random() < 0.15 else None
        given = "cast(:value as text)" if bad is not None else ":value"
        row = f' where rowid = (select rowid from "{table}" order by rowid limit 1 offset {place})'
        only = row if chance.random() < 0.8 else ""
        if chance.random() < 0.05:
            sql = f'delete from "{table}"{only}'
        else:
            sql = f'update or ignore "{table}" set "{column}" = {given}{only}'
        with suppress(sqlite3.Error):  # a key that is there already, or text in the place of a row's number
            connection.execute(sql, {"value": value if bad is None else bad} if "set" in sql else {})
        connection.execute(set_sql, (before, table))
        connection.execute(f"pragma schema_version = {version + 2}")
    if sql.startswith("delete"):
        return sql
    return f"{table}.{column} = {str(bad if bad is not None else value)[:40]!r}{'' if only else ' in all rows'}"


# What is found there is no database with labels, or an empty file, which is a new database.
NO_LABELS = ("another file", "cut off at 0")


def other_file(path: Path, chance: Random) -> str:
    """Have something else altogether where the database was."""
    raw = path.read_bytes()
    path.unlink()
    kind = chance.randrange(9)
    if kind < 5:
        with opened(path) as connection:
            if kind in (1, 2, 3):
                connection.execute(f"pragma application_id = {APPLICATION_ID}")
            if kind != 2:
                connection.execute("create table moz_places (id integer primary key, url text)")
            if kind == 3:
                connection.execute("create table label (id text)")
                connection.execute("create table study (number integer, name text)")
            if kind == 4:
                connection.execute("create table _sqlite_migrations (migration_set text, name text, applied_at text)")
    elif kind == 5:
        path.write_bytes(chance.choice((b"", b"\x00", b"SQLite format 3\x00", b"{}", b"id,text\n1,x\n")))
    elif kind == 6:
        path.write_bytes(gzip.compress(raw))
    elif kind == 7:
        path.write_bytes(chance.randbytes(chance.randrange(20_000)))
    else:
        path.mkdir()
    return "another file"


def other_version(path: Path, chance: Random) -> str:
    """Have steps that are not known, or lack some that were made."""
    step = "insert into _sqlite_migrations (migration_set, name, applied_at) values"
    statement = chance.choice(
        (
            f"{step} ('{MIGRATIONS}', 'm999_later', '')", f"{step} ('other', 'm001', '')",
            "delete from _sqlite_migrations", "delete from _sqlite_migrations where id > 2",
            "delete from _sqlite_migrations where id = 2", f"{step} ('{MIGRATIONS}', 'm005_hash_version', '')",
            "drop table _sqlite_migrations", "alter table _sqlite_migrations rename column name to other",
            "update _sqlite_migrations set name = null", "update _sqlite_migrations set name = x'ff'",
            "update label set hash_version = 2", "pragma application_id = 7", "pragma user_version = 99",
        )
    )  # fmt: skip
    with opened(path) as connection:
        try:
            connection.execute(statement)
        except sqlite3.Error as error:
            return f"{statement} ({error})"
    return statement


def add_objects(path: Path, chance: Random) -> str:
    """Have triggers, views and indexes that the program did not make."""
    table = chance.choice(("label", "draft", "place", "chain", "study", "session", "adjudication", "unblinding"))
    act = chance.choice(("insert", "update", "delete"))
    does = chance.choice(
        ("raise(ignore)", "raise(abort, 'no')", "raise(fail, 'x')", "raise(rollback, 'x')", "raise(abort, 'locked')")
    )
    statement = chance.choice(
        (
            f"create trigger other before {act} on {table} begin select {does}; end",
            "create trigger other after insert on label begin delete from label where rowid = new.rowid; end",
            "create trigger other after insert on label begin update label set value = 'no'; end",
            f"drop table {table}; create view {table} as select 1 as number, 's' as study",
            "create view other as select * from label",
            f"alter table {table} rename to kept; create view {table} as select * from kept",
            "create unique index other on label (study)",
            "create table sqlite_stat1x (a); create virtual table words2 using fts5 (x)",
            "drop table response_words_data", "delete from response_words_data", "delete from response_words_idx",
            "update response_words_data set block = x'00'", "update words_indexed set up_to = 9000000000000000000",
            "insert into words_indexed (up_to) values (7)", "delete from words_indexed",
        )
    )  # fmt: skip
    with opened(path) as connection:
        try:
            for one in [statement] if "trigger" in statement else statement.split("; "):
                connection.execute(one)
        except sqlite3.Error as error:
            return f"{statement} ({error})"
    return statement


def spoil_log(path: Path, chance: Random) -> str:
    """Have a log, its index or a journal beside the file that is noise, cut off or of another file."""
    log, index = Path(f"{path}-wal"), Path(f"{path}-shm")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma wal_autocheckpoint = 0")
        for number in range(chance.randrange(1, 20)):
            connection.execute(
                "insert into rater (name, kind, created_at) values (?, 'human', '')", (f"logged {number}",)
            )
        kept = log.read_bytes(), index.read_bytes()
        copy = path.read_bytes()
    path.write_bytes(copy)
    raw = bytearray(kept[0])
    how = chance.randrange(8)
    if how == 0:
        raw = raw[: chance.randrange(len(raw))]
    elif how == 1:
        for _ in range(chance.choice((1, 10))):
            raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    elif how == 2:
        raw = bytearray(chance.randbytes(chance.randrange(40_000)))
    elif how == 3:
        raw += chance.randbytes(5000)
    elif how == 4:
        raw = bytearray()
    if how == 5:
        log.mkdir()
    elif how == 6:
        magic = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
        Path(f"{path}-journal").write_bytes(chance.choice((b"", magic)) + chance.randbytes(3000))
    else:
        log.write_bytes(raw)
    if chance.random() < 0.5:
        index.write_bytes(chance.choice((kept[1], chance.randbytes(32_768), b"", kept[1][:100])))
    return f"log spoiled, {how}"


CHANGES: tuple[Change, ...] = (
    *(change_value,) * 6, *(flip_bits,) * 3, *(change_tables,) * 3, cut_off, spoil_pages, spoil_pages, change_header,
    other_file, other_version, add_objects, add_objects, spoil_log, spoil_log,
)  # fmt: skip
