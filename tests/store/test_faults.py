"""Locks, full disks and missing rights: what is said, and that nothing is half written."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from reviewer.errors import StoreError
from reviewer.store import sqlite
from reviewer.store.engine import Engine
from reviewer.store.schema import STEPS
from reviewer.store.sqlite import open_for_reading, open_for_writing
from tests.support.databases import BOTH, NOBODY, Opening, count
from tests.support.stories import fill


@contextmanager
def held(path: str) -> Iterator[None]:
    """Hold the write lock as another program would."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("begin immediate")
        yield
        connection.execute("rollback")


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)


@pytest.mark.usefixtures("hasty")
def test_a_locked_file_is_called_locked(made: str) -> None:
    with (
        closing(open_for_writing(made)) as engine,
        held(made),
        pytest.raises(StoreError, match="write lock"),
        engine.writing(),
    ):
        pass


@pytest.mark.usefixtures("hasty")
def test_a_locked_file_can_be_written_once_it_is_free(made: str) -> None:
    with closing(open_for_writing(made)) as engine:
        with held(made), pytest.raises(StoreError), engine.writing():
            pass
        fill(engine, prompts=[9], configurations=["m"])
        assert count(engine) == 4


@pytest.mark.usefixtures("hasty")
def test_a_locked_file_can_be_read(made: str) -> None:
    with held(made), closing(open_for_reading(made)) as engine:
        assert count(engine) == 3


@pytest.mark.usefixtures("hasty")
def test_a_locked_file_can_be_opened_for_writing(made: str) -> None:
    with held(made), closing(open_for_writing(made)) as engine:
        assert count(engine) == 3


def fill_the_disk(engine: Engine) -> None:
    """Let the file grow no further than it is, and write until that shows."""
    [(pages,)] = engine.rows("pragma page_count")
    engine.rows(f"pragma max_page_count = {pages + 2}")
    with engine.writing():
        for number in range(10_000):
            engine.run(
                "insert into rater (name, kind, created_at) values (:name, 'human', '')",
                {"name": f"{number} " + "x" * 1000},
            )


def test_a_full_disk_is_called_full(made: str) -> None:
    with closing(open_for_writing(made)) as engine, pytest.raises(StoreError, match="disk is full"):
        fill_the_disk(engine)


def test_a_full_disk_keeps_nothing_of_the_transaction(made: str) -> None:
    with closing(open_for_writing(made)) as engine:
        with pytest.raises(StoreError):
            fill_the_disk(engine)
        assert count(engine, "rater") == 1


def test_a_full_disk_damages_nothing(made: str) -> None:
    with closing(open_for_writing(made)) as engine:
        with pytest.raises(StoreError):
            fill_the_disk(engine)
        assert engine.rows("pragma integrity_check") == [("ok",)]


def test_an_engine_goes_on_once_there_is_room(made: str) -> None:
    with closing(open_for_writing(made)) as engine:
        with pytest.raises(StoreError):
            fill_the_disk(engine)
        engine.rows("pragma max_page_count = 100000")
        fill(engine, prompts=[9], configurations=["m"])
        assert count(engine) == 4


def as_nobody(do: Callable[[], object]) -> str:
    """Run `do` in a child process without rights, and return what it returned or the text of its error."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            said = str(do())
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(sending, said.encode())
        os._exit(0)
    os.close(sending)
    with os.fdopen(receiving, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(child, 0)
    return said


@pytest.fixture
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database in a folder that anyone may enter; nobody but its owner may write in folder or file."""
    folder = tmp_path_factory.mktemp("guarded")
    for parent in (folder, *folder.parents):
        if parent.owner() == Path.home().owner() and not parent.stat().st_mode & 0o001 and os.getuid() == 0:
            parent.chmod(parent.stat().st_mode | 0o055)
    path = str(folder / "reviews.db")
    with closing(open_for_writing(path)) as engine:
        fill(engine, prompts=range(3), configurations=["m"])
    Path(path).chmod(0o444)
    folder.chmod(0o555)
    yield path
    folder.chmod(0o755)


def read_count(path: str) -> int:
    with closing(open_for_reading(path)) as engine:
        return count(engine)


def test_a_read_only_file_in_a_read_only_folder_can_be_read(guarded: str) -> None:
    assert as_nobody(lambda: read_count(guarded)) == "3"


def test_a_read_only_file_in_a_folder_that_can_be_written_can_be_read(guarded: str) -> None:
    Path(guarded).parent.chmod(0o777)
    assert as_nobody(lambda: read_count(guarded)) == "3"


def test_a_file_that_can_be_written_in_a_read_only_folder_can_be_read(guarded: str) -> None:
    Path(guarded).chmod(0o666)
    assert as_nobody(lambda: read_count(guarded)) == "3"


def write(path: str) -> int:
    with closing(open_for_writing(path)) as engine:
        fill(engine, prompts=[9], configurations=["m"])
        return count(engine)


def test_a_read_only_file_cannot_be_written(guarded: str) -> None:
    Path(guarded).parent.chmod(0o777)
    assert as_nobody(lambda: write(guarded)).startswith("StoreError: ")


def test_a_file_in_a_read_only_folder_cannot_be_written(guarded: str) -> None:
    Path(guarded).chmod(0o666)
    assert as_nobody(lambda: write(guarded)).startswith("StoreError: ")


def test_a_new_file_in_a_read_only_folder_cannot_be_made(guarded: str) -> None:
    assert as_nobody(lambda: write(f"{guarded}.new")).startswith("StoreError: ")


@BOTH
def test_a_file_that_may_not_be_read_cannot_be_opened(guarded: str, opening: Opening) -> None:
    Path(guarded).chmod(0o000)
    assert as_nobody(lambda: count(opening(guarded))).startswith("StoreError: ")


def test_the_owner_writes_on_after_a_reader_without_rights(guarded: str) -> None:
    Path(guarded).parent.chmod(0o777)
    Path(guarded).chmod(0o644)
    as_nobody(lambda: read_count(guarded))
    assert write(guarded) == 4


def test_an_older_database_that_cannot_be_written_says_so(guarded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "STEPS", (*STEPS, ("m002_more", ("create table more (number integer primary key)",))))
    assert as_nobody(lambda: read_count(guarded)).startswith("StoreError: ")
