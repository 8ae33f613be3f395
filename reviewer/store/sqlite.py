"""The SQLite engine: how a file is opened, brought up to date, written durably, and what can be wrong with it."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.definitions.regular_file import is_regular, is_there
from reviewer.errors import NotFound, StoreError
from reviewer.store.engine import Parameters, Row
from reviewer.store.schema import STEPS

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

APPLICATION_ID = 0x52565752  # "RVWR" in the file's header: tells our files from any other SQLite database
MIGRATIONS, APPLIED = "reviewer", "_sqlite_migrations"  # the set of steps, and where it is kept what was applied
# SQLite's busy handler is unfair: one of eight writers was seen to wait 8 s, so the limit stands well above.
BUSY_SECONDS = 30.0
LARGEST_NUMBER = 2**63 - 1  # what a column of integers holds
STREAMED = 500  # rows fetched at a time
# What a step does beside the statements that every engine runs.
OWN_STATEMENTS = {
    "m001_evidence_studies_labels": (
        "create virtual table response_words using fts5 (prompt, response, content='', tokenize='unicode61')",
    ),
    # Studies of before get their secret here: SQL has no source of chance that every engine knows.
    "m006_acts": ("update study set secret = lower(hex(randomblob(32)))",),
}


class SqliteEngine:
    """One SQLite file, opened on the thread that uses it.

    `backup` is the path of the copy that was made of it, as it was, when this opening brought it up to date, or None.
    """

    def __init__(self, path: str, connection: sqlite3.Connection, *, read_only: bool) -> None:
        self.path = path
        self.read_only = read_only
        self.backup: str | None = None
        self._connection = connection

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """Return every row that `sql` gives."""
        with explained(self.path):
            return self._connection.execute(sql, parameters or {}).fetchall()

    def stream(self, sql: str, parameters: Parameters | None = None) -> Iterator[Row]:
        """Yield the rows that `sql` gives, without holding them all."""
        with explained(self.path):
            cursor = self._connection.execute(sql, parameters or {})
            # Not `yield from`: that would close the cursor of a reader who stopped early, perhaps after the connection.
            while rows := cursor.fetchmany(STREAMED):
                yield from rows

    def run(self, sql: str, parameters: Parameters | None = None) -> int:
        """Run one writing statement inside `writing` and return how many rows it changed."""
        with explained(self.path):
            return self._connection.execute(sql, parameters or {}).rowcount

    def run_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one writing statement for each of `rows` inside `writing`."""
        with explained(self.path):
            self._connection.executemany(sql, rows)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the one write lock; commit durably at the end, or roll everything back on any exception."""
        if self.read_only:
            raise StoreError(f"{self.path}: opened for reading only")
        with explained(self.path):
            self._connection.execute("begin immediate")
        try:
            yield
            with explained(self.path):
                self._connection.execute("commit")
        except BaseException:
            # A full disk may have rolled the transaction back already.
            if self._connection.in_transaction:
                self._connection.execute("rollback")
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read one state of the database throughout, whatever others write meanwhile; writes nothing, locks nobody."""
        with explained(self.path):
            self._connection.execute("begin")
        try:
            yield
        finally:
            self._connection.execute("rollback")

    @contextmanager
    def loading(self) -> Iterator[None]:
        """Give much writing in a row more memory: 256 MB of pages, and a log that is folded in less often.

        Ids are hashes, so every part of an import dirties pages all over their index; the more of them stay in memory
        until the log is folded in, the fewer are written again and again.
        """
        self.rows("pragma cache_size = -262144")
        self.rows("pragma wal_autocheckpoint = 100000")
        try:
            yield
        finally:
            self.rows("pragma wal_autocheckpoint = 1000")
            self.rows("pragma cache_size = -2000")

    def index_words(self, rows: Iterable[tuple[int, str, str]]) -> None:
        """Add (response number, prompt text, response text) rows to the full-text index, inside `writing`."""
        with explained(self.path):
            self._connection.executemany("insert into response_words (rowid, prompt, response) values (?, ?, ?)", rows)

    def forget_words(self, row: tuple[int, str, str]) -> None:
        """Take a (response number, prompt text, response text) row out of the full-text index, inside `writing`."""
        with explained(self.path):
            self._connection.execute(
                "insert into response_words (response_words, rowid, prompt, response) values ('delete', ?, ?, ?)", row
            )
            # The words themselves go when the parts of the index that hold them are written anew.
            self._connection.execute("insert into response_words (response_words) values ('optimize')")

    @contextmanager
    def overwriting(self) -> Iterator[None]:
        """Overwrite what is replaced with zeros, and at the end fold in and empty the log, which has old pages too."""
        self.rows("pragma secure_delete = on")
        try:
            yield
            self.rows("pragma wal_checkpoint(truncate)")
        finally:
            self.rows("pragma secure_delete = off")

    def find_words(self, query: str) -> list[int]:
        """Return the numbers of the responses that hold every word of `query`, best first."""
        # Each word in quotes, so that none is taken for the query language; a NUL would end the query.
        words = " ".join('"' + word.replace('"', '""') + '"' for word in query.replace("\0", " ").split())
        if not words:
            return []
        found = self.rows(
            "select rowid from response_words where response_words match :words order by rank", {"words": words}
        )
        return [number for (number,) in found]

    def forgive(self) -> None:
        """Read text that is no UTF-8 any more, instead of stopping there; every bad byte stays what it is."""
        self._connection.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")

    def faults(self) -> list[str]:
        """Return what SQLite itself finds wrong in the file: in its pages, indexes, types, checks and references."""
        said = [line for (text,) in self.rows("pragma integrity_check") for line in str(text).split("\n")]
        found = [line for line in said if line != "ok" and not line.startswith("***")]  # which names the database
        lost = self.rows("pragma foreign_key_check")
        return found + [f"row {row} of {table} belongs to a {parent} that is missing" for table, row, parent, _ in lost]

    def close(self) -> None:
        """Close the database."""
        self._connection.close()


@contextmanager
def explained(path: str) -> Iterator[None]:
    """Turn what SQLite says of a file into a `StoreError` that names the file and what can be done.

    Raises:
        StoreError: where the file, its folder, its lock, its disk or a number given is at fault. A fault of ours passes
            unchanged.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        said = str(error)
        for part, explanation in EXPLANATIONS:
            if part in said:
                raise StoreError(f"{path}: {explanation}") from error
        raise
    except OverflowError as error:
        raise StoreError(f"{path}: a number is too large to be stored; expected at most {LARGEST_NUMBER:,}") from error


EXPLANATIONS = (
    ("file is not a database", "this is not a SQLite database; nothing was changed. Name another file with --db"),
    ("malformed", "the database is damaged; nothing was changed. Restore a backup, or try `sqlite3 FILE .recover`"),
    ("unable to open database file", "cannot be opened; is the folder there, and may you write in it?"),
    ("readonly database", "the file or its folder is read-only; this command has to write"),
    ("locked", f"another program has held the write lock for {BUSY_SECONDS:.0f} s; nothing was written. Try again"),
    ("database or disk is full", "the disk is full; nothing of this step was written. Make room and try again"),
    ("disk I/O error", "the disk reported an error; nothing of this step was written"),
)


def open_for_reading(path: str) -> SqliteEngine:
    """Open an existing file without changing it; one of an older version is first copied and brought up to date.

    Raises:
        NotFound: no such file.
        StoreError: not one of our files, made by a newer version, or by an older one and not to be written.
    """
    if not is_regular(path):
        raise NotFound(f"{path}: no such database")
    engine = _connect(path, "mode=ro", read_only=True)
    try:
        missing = _checked(engine)
        if missing:
            engine.close()
            # Only a writer can bring the tables up to date; what is read afterwards is the same evidence.
            writer = open_for_writing(path)
            writer.close()
            engine = _connect(path, "mode=ro", read_only=True)
            engine.backup = writer.backup
    except BaseException:
        engine.close()
        raise
    return engine


def open_as_it_is(path: str) -> SqliteEngine:
    """Open a file that is up to date for one short look: nothing is made, changed or waited for.

    To read a file through its log SQLite makes an index beside it, so the log is only read where it is in use already.

    Raises:
        NotFound: no such file.
        StoreError: not one of our files, or made by another version.
    """
    if not is_regular(path):
        raise NotFound(f"{path}: no such database")
    log, index = Path(f"{path}-wal"), Path(f"{path}-shm")
    in_use = index.exists() and log.exists() and log.stat().st_size > 0
    with explained(path):
        uri = f"{Path(path).absolute().as_uri()}?mode=ro{'' if in_use else '&immutable=1'}"
        engine = SqliteEngine(path, sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None), read_only=True)
    try:
        if missing := _checked(engine):
            raise StoreError(f"{path}: made by an older version of reviewer (step {missing[0]} is missing)")
    except BaseException:
        engine.close()
        raise
    return engine


def open_for_writing(path: str) -> SqliteEngine:
    """Open a file for writing; make it, or copy it and bring its tables up to date, where needed.

    Raises:
        StoreError: not one of our files, made by a newer version, read-only, locked, or on a full disk.
    """
    made = not is_there(path)
    if not made and not is_regular(path):
        raise StoreError(f"{path}: cannot be opened: expected a file, not a folder, a pipe or a device")
    engine = _connect(path, "mode=rwc", read_only=False)
    try:
        if made or not _tables(engine):
            _keep_a_log(engine)
        missing = _checked(engine)
        _refuse_triggers(engine)
        if missing:
            _migrate(engine)
    except BaseException:
        engine.close()
        raise
    return engine


def damage_of(path: str) -> str | None:
    """Return what is wrong in an existing file, as once something has failed on it; None where nothing is found.

    Raises:
        StoreError: it cannot even be opened.
    """
    from reviewer.store.damage import find_damage

    pattern = SqliteEngine(":memory:", sqlite3.connect(":memory:", isolation_level=None), read_only=False)
    with closing(pattern):
        _migrate(pattern)
        try:
            with closing(open_for_reading(path)) as engine:
                return find_damage(engine, pattern)
        except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter where SQLite's message names what is damaged
            return str(error)


def _keep_a_log(engine: SqliteEngine) -> None:
    """Switch the file to WAL, which is a property of the file and cannot change inside a transaction.

    SQLite does not wait for a lock here; of several programs that open a new file at once, all but one wait themselves.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            engine.rows("pragma journal_mode = wal")
        except StoreError as error:
            if "write lock" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.005)
        else:
            return


def _connect(path: str, mode: str, *, read_only: bool) -> SqliteEngine:
    with explained(path):
        uri = f"{Path(path).absolute().as_uri()}?{mode}"
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        if read_only and _needs_immutable(path, connection):
            connection.close()
            connection = sqlite3.connect(f"{uri}&immutable=1", uri=True, isolation_level=None)
        engine = SqliteEngine(path, connection, read_only=read_only)
        for pragma in ("foreign_keys = on", "synchronous = full"):
            engine.rows(f"pragma {pragma}")
    return engine


def _needs_immutable(path: str, connection: sqlite3.Connection) -> bool:
    """Tell whether a read-only folder keeps SQLite from making the index of the log, while no writer is at work."""
    try:
        connection.execute("select count(*) from sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        log = Path(f"{path}-wal")
        in_the_way = "unable to open" in str(error) or "readonly" in str(error)
        return in_the_way and not (log.exists() and log.stat().st_size)
    return False


def _tables(engine: SqliteEngine) -> set[str]:
    return {name for (name,) in engine.rows("select name from sqlite_master where type = 'table'")}


def _migrations() -> Migrations:
    """Return the schema's steps in the form that sqlite-utils applies: each once, recorded with its change."""
    from sqlite_utils import Migrations

    migrations = Migrations(MIGRATIONS)
    for name, statements in STEPS:
        migrations(name=name)(_step(statements + OWN_STATEMENTS.get(name, ())))
    return migrations


def _step(statements: tuple[str, ...]) -> Callable[[Database], None]:
    def apply(database: Database) -> None:
        # One execute a statement: executescript() would commit a half-made step.
        for statement in statements:
            strict = " strict" if statement.lstrip().startswith("create table") else ""
            database.conn.execute(statement + strict)

    return apply


def _checked(engine: SqliteEngine) -> list[str]:
    """Return the names of the steps that are missing.

    Raises:
        StoreError: another program's database, or a newer version's.
    """
    tables = _tables(engine)
    [(application,)] = engine.rows("pragma application_id")
    if tables and application != APPLICATION_ID:
        names = ", ".join(sorted(tables)[:3])
        raise StoreError(
            f"{engine.path}: a SQLite database of another program (it holds {names}); nothing was changed."
            " Name another file with --db"
        )
    applied = _applied(engine) if APPLIED in tables else []
    known = [name for name, _ in STEPS]
    if tables and not applied:
        raise StoreError(f"{engine.path}: the database is damaged: it does not say which version of reviewer made it")
    unknown = [name for name in applied if name not in known]
    if unknown:
        raise StoreError(
            f"{engine.path}: made by a newer version of reviewer (step {unknown[0]}); nothing was changed."
            " Upgrade reviewer to open it"
        )
    return known[len(applied) :]


def _refuse_triggers(engine: SqliteEngine) -> None:
    """Refuse to write where something of another program could change, or drop, what is written.

    Raises:
        StoreError: names it.
    """
    for (name,) in engine.rows("select name from sqlite_master where type = 'trigger' order by name"):
        raise StoreError(
            f"{engine.path}: holds the trigger {name} of another program, which could change what is stored here;"
            " nothing was changed. Drop it first"
        )


def _applied(engine: SqliteEngine) -> list[str]:
    """Return the steps that were applied, from the table in which sqlite-utils keeps them.

    Its own reading of that table is not used: to import it takes a fifth of a second and the memory of numpy, which a
    file that is up to date, as nearly every file is, need not pay for.
    """
    names = f"select name from {APPLIED} where migration_set = :set order by rowid"
    return [name for (name,) in engine.rows(names, {"set": MIGRATIONS})]


def _migrate(engine: SqliteEngine) -> None:
    """Apply the steps that are missing, to a file that holds something only once a copy of it is on disk."""
    from sqlite_utils import Database

    database = Database(engine._connection, execute_plugins=False)
    # One transaction around all steps: of two programs that open a file at once, the second finds it up to date.
    with engine.writing():
        missing = _checked(engine)
        if missing and _tables(engine):
            engine.backup = _copied(engine.path, missing[0])
        engine.rows(f"pragma application_id = {APPLICATION_ID}")
        _migrations().apply(database)


def _copied(path: str, step: str) -> str:
    """Copy the file as it was before `step`, beside it and over no other file, and return the path of the copy.

    Raises:
        StoreError: there can be no copy; then none is left.
    """
    try:
        target = _new_file(f"{path}.before-{step.partition('_')[0]}")
        try:
            shutil.copymode(path, target)
            # By a connection of its own: there is no copying from the one that holds the write lock.
            with (
                closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)) as source,
                closing(sqlite3.connect(target)) as copy,
            ):
                source.backup(copy)
        except BaseException:
            target.unlink()
            raise
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"{path}: made by an older version, and no copy can be put beside it ({error}), without which it is not"
            " brought up to date; nothing was changed"
        ) from error
    return str(target)


def _new_file(name: str) -> Path:
    """Make an empty file called `name`, or `name-2` and so on where that is taken, for its owner alone."""
    path, number = Path(name), 1
    while True:
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            number += 1
            path = Path(f"{name}-{number}")
        else:
            return path
