"""How a SQLite file is opened: what is refused, what is left as it was, and what a full or locked disk does."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.errors import NotFound, StoreError
from reviewer.store import sqlite, studies
from reviewer.store.engine import Engine
from reviewer.store.schema import STEPS
from reviewer.store.sqlite import open_for_reading, open_for_writing
from tests.support.databases import BOTH, Opening, count
from tests.support.stories import fill


def digest(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def alter(path: str, *statements: str) -> None:
    """Run statements on the file as any other program could."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def newer(path: str) -> None:
    alter(path, "insert into _sqlite_migrations (migration_set, name, applied_at) values ('reviewer', 'm999_x', '')")


def test_a_new_file_holds_nothing(path: str) -> None:
    with closing(open_for_writing(path)) as engine:
        names = engine.rows(
            "select name from pragma_table_list where schema = 'main' and strict and name <> 'words_indexed'"
        )
        assert {count(engine, name) for (name,) in names} == {0}


def test_loading_leaves_the_settings_as_they_were(made: str) -> None:
    with closing(open_for_writing(made)) as engine:
        settings = ("cache_size", "wal_autocheckpoint")
        before = [engine.rows(f"pragma {setting}") for setting in settings]
        with engine.loading():
            within = [engine.rows(f"pragma {setting}") for setting in settings]
        after = [engine.rows(f"pragma {setting}") for setting in settings]
    assert before == after != within


@BOTH
def test_a_database_of_a_newer_version_is_refused_by_the_name_of_its_step(made: str, opening: Opening) -> None:
    newer(made)
    with pytest.raises(StoreError, match=r"newer version of reviewer \(step m999_x\)"):
        opening(made)


@BOTH
def test_a_database_of_a_newer_version_is_left_as_it_was_and_not_copied(made: str, opening: Opening) -> None:
    newer(made)
    before = digest(made)
    with pytest.raises(StoreError):
        opening(made)
    assert digest(made) == before
    assert beside(made) == []


def test_steps_of_other_programs_in_the_same_file_are_none_of_ours(made: str) -> None:
    alter(made, "insert into _sqlite_migrations (migration_set, name, applied_at) values ('other', 'm999_x', '')")
    with closing(open_for_writing(made)) as engine:
        assert count(engine) == 3


@BOTH
@pytest.mark.parametrize("content", [b"id,prompt\n1,hello\n" * 100, b"hello", b"SQLite format 3\0" + b"\xff" * 500])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(path: str, opening: Opening, content: bytes) -> None:
    Path(path).write_bytes(content)
    with pytest.raises(StoreError, match=r"reviews\.db: "):
        opening(path)
    assert Path(path).read_bytes() == content


@BOTH
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_database_of_another_program_is_refused_and_left_as_it_was(path: str, opening: Opening, mode: str) -> None:
    alter(path, f"pragma journal_mode = {mode}", "create table bookmarks (url text)")
    before = digest(path)
    with pytest.raises(StoreError, match=r"another program \(it holds bookmarks\)"):
        opening(path)
    assert digest(path) == before


@BOTH
def test_a_damaged_database_is_called_damaged(made: str, opening: Opening) -> None:
    content = Path(made).read_bytes()
    Path(made).write_bytes(content[:100] + b"\x07" * 3996 + content[4096:])
    with pytest.raises(StoreError, match="damaged"):
        opening(made)


def test_an_empty_file_becomes_a_database(path: str) -> None:
    Path(path).touch()
    with closing(open_for_writing(path)) as engine:
        assert count(engine) == 0


def test_a_folder_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        open_for_writing(str(tmp_path))


def test_a_folder_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        open_for_reading(str(tmp_path))


def test_a_file_in_a_folder_that_is_not_there_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened; is the folder there"):
        open_for_writing(str(tmp_path / "no" / "reviews.db"))


def test_reading_makes_no_file(path: str) -> None:
    with pytest.raises(NotFound, match="no such database"):
        open_for_reading(path)
    assert not Path(path).exists()


@pytest.mark.parametrize("name", ["a b.db", "what?.db", "100%.db", "a#b.db", "été.db", "%41.db"])
def test_any_name_of_a_file_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    open_for_writing(str(tmp_path / name)).close()
    assert [file.name for file in tmp_path.iterdir()] == [name]


@pytest.fixture
def with_second_step(monkeypatch: pytest.MonkeyPatch, made: str) -> str:
    """A database made before the program learnt a second step."""
    second = ("m002_more", ("create table more (number integer primary key)", "insert into more (number) values (5)"))
    monkeypatch.setattr(sqlite, "STEPS", (*STEPS, second))
    return made


@BOTH
def test_an_older_database_is_brought_up_to_date(with_second_step: str, opening: Opening) -> None:
    with closing(opening(with_second_step)) as engine:
        assert engine.rows("select number from more") == [(5,)]


@BOTH
def test_what_an_older_database_holds_stays(with_second_step: str, opening: Opening) -> None:
    with closing(opening(with_second_step)) as engine:
        assert (count(engine, "response"), count(engine, "label")) == (3, 1)


def test_a_step_is_applied_once(with_second_step: str) -> None:
    for _ in range(2):
        open_for_writing(with_second_step).close()
    with closing(open_for_reading(with_second_step)) as engine:
        assert count(engine, "more") == 1


def contents(path: str) -> list[str]:
    """Return all that a database holds, as SQL."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def beside(path: str) -> list[str]:
    """Return the names of the copies that stand beside the database."""
    return sorted(file.name for file in Path(path).parent.glob(f"{Path(path).name}.before-*"))


@BOTH
def test_an_older_database_is_copied_as_it_was_before_it_is_brought_up_to_date(
    with_second_step: str, opening: Opening
) -> None:
    before = contents(with_second_step)
    with closing(opening(with_second_step)) as engine:
        assert engine.backup == f"{with_second_step}.before-m002"
    assert contents(f"{with_second_step}.before-m002") == before != contents(with_second_step)
    assert beside(with_second_step) == ["reviews.db.before-m002"]


@BOTH
def test_a_database_that_is_up_to_date_is_not_copied(made: str, opening: Opening) -> None:
    with closing(opening(made)) as engine:
        assert engine.backup is None
    assert beside(made) == []


def test_a_copy_takes_the_place_of_no_older_one(with_second_step: str) -> None:
    for name in ("before-m002", "before-m002-2"):
        Path(f"{with_second_step}.{name}").write_text("older")
    with closing(open_for_writing(with_second_step)) as engine:
        assert engine.backup == f"{with_second_step}.before-m002-3"
    assert {Path(f"{with_second_step}.{name}").read_text() for name in ("before-m002", "before-m002-2")} == {"older"}


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_a_copy_is_for_the_eyes_of_those_who_may_read_the_database(with_second_step: str, mode: int) -> None:
    Path(with_second_step).chmod(mode)
    open_for_writing(with_second_step).close()
    assert Path(f"{with_second_step}.before-m002").stat().st_mode & 0o777 == mode


def test_threads_that_open_an_older_database_at_once_copy_it_once(with_second_step: str) -> None:
    together = threading.Barrier(4)

    def opened(_: int) -> str | None:
        together.wait()
        with closing(open_for_writing(with_second_step)) as engine:
            assert count(engine, "more") == 1
            return engine.backup

    with ThreadPoolExecutor(4) as pool:
        copies = [copy for copy in pool.map(opened, range(4)) if copy]
    assert copies == [f"{with_second_step}.before-m002"]
    assert beside(with_second_step) == ["reviews.db.before-m002"]


@BOTH
def test_a_database_that_cannot_be_copied_is_left_as_it_was(with_second_step: str, opening: Opening) -> None:
    # Long enough that its log has a name and a copy has none.
    long = str(Path(with_second_step).rename(Path(with_second_step).with_name("x" * 247 + ".db")))
    before = digest(long)
    with pytest.raises(StoreError, match="no copy can be put beside it"):
        opening(long)
    assert digest(long) == before
    assert beside(long) == []


def test_a_step_that_fails_leaves_the_database_as_it_was(monkeypatch: pytest.MonkeyPatch, made: str) -> None:
    monkeypatch.setattr(sqlite, "STEPS", (*STEPS, ("m002_bad", ("create table half (x text)", "insert into nowhere"))))
    with pytest.raises(sqlite3.OperationalError):
        open_for_writing(made)
    monkeypatch.undo()
    with closing(open_for_writing(made)) as engine:
        assert engine.rows("select name from sqlite_master where name = 'half'") == []


def test_a_new_table_of_a_later_step_is_strict_as_well(with_second_step: str) -> None:
    with closing(open_for_writing(with_second_step)) as engine:
        assert engine.rows("select name from pragma_table_list where name = 'more' and strict") == [("more",)]


def test_reading_leaves_the_bytes_of_the_file_as_they_were(made: str) -> None:
    before = digest(made)
    with closing(open_for_reading(made)) as engine:
        count(engine)
    assert digest(made) == before


def test_reading_sees_what_is_still_in_the_log_and_leaves_the_file_as_it_was(made: str) -> None:
    with closing(open_for_writing(made)) as writer:
        fill(writer, prompts=[9], configurations=["m"])
        before = digest(made)
        with closing(open_for_reading(made)) as reader:
            found = count(reader)
        assert (found, digest(made)) == (4, before)


def test_reading_refuses_to_write(made: str) -> None:
    with (
        closing(open_for_reading(made)) as engine,
        pytest.raises(StoreError, match="for reading only"),
        engine.writing(),
    ):
        pass


def test_reading_refuses_to_write_outside_a_transaction_too(made: str) -> None:
    with closing(open_for_reading(made)) as engine, pytest.raises(StoreError, match="read-only"):
        engine.run("delete from label")


def test_two_engines_on_one_file_see_what_each_other_commits(path: str) -> None:
    with closing(open_for_writing(path)) as one, closing(open_for_writing(path)) as other:
        fill(one, prompts=[1], configurations=["m"])
        fill(other, prompts=[2], configurations=["m"])
        assert (count(one), count(other)) == (2, 2)


@pytest.mark.parametrize("attempt", range(10))
def test_threads_that_open_a_new_file_at_once_all_get_a_whole_one(path: str, attempt: int) -> None:
    together = threading.Barrier(4)

    def make(name: int) -> int:
        together.wait()
        with closing(open_for_writing(path)) as engine:
            fill(engine, prompts=[name], configurations=[f"m{name}"])
            return count(engine)

    with ThreadPoolExecutor(4) as pool:
        assert max(pool.map(make, range(4))) == 4


def test_reading_while_a_new_file_is_made_finds_it_whole_or_not_at_all(path: str) -> None:
    making = threading.Event()

    def look() -> str:
        try:
            with closing(open_for_reading(path)) as engine:
                return f"{count(engine)} responses"
        except NotFound:
            return "not there yet"

    def read() -> set[str]:
        found = {look()}
        making.set()
        while "0 responses" not in found:
            found.add(look())
        return found

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        making.wait()
        open_for_writing(path).close()
        assert reading.result(timeout=60) == {"not there yet", "0 responses"}


@pytest.mark.parametrize(
    ("pragma", "value"), [("foreign_keys", 1), ("synchronous", 2), ("journal_mode", "wal"), ("busy_timeout", 30_000)]
)
def test_a_database_is_written_under_the_settings_that_keep_labels(made: str, pragma: str, value: object) -> None:
    with closing(open_for_writing(made)) as engine:
        assert engine.rows(f"pragma {pragma}") == [(value,)]


def test_every_table_is_strict(made: str) -> None:
    with closing(open_for_reading(made)) as engine:
        loose = engine.rows(
            "select name from pragma_table_list where schema = 'main' and not strict and type = 'table'"
            " and name not like 'sqlite_%' and name <> '_sqlite_migrations'"
        )
    assert loose == []


def close_and_fail(engine: Engine) -> None:
    studies.close(engine, 1, "")
    engine.run("insert into rater (name, kind, created_at) values ('r2', 'no kind', '')")


def test_a_write_that_fails_rolls_everything_back(made: str) -> None:
    with closing(open_for_writing(made)) as engine:
        with pytest.raises(sqlite3.IntegrityError), engine.writing():
            close_and_fail(engine)
        assert studies.load(engine, "s").open


@pytest.mark.parametrize(
    "statement",
    [
        "insert into place values (77, 'r1', 1, 'leased', 1, '', null)",
        "insert into study_response (study, response) values (1, 77)",
        "update label set rater = 'unknown'",
        "update label set response = 'unknown'",
    ],
)
def test_what_points_nowhere_is_refused(made: str, statement: str) -> None:
    with closing(open_for_writing(made)) as engine, pytest.raises(sqlite3.IntegrityError), engine.writing():
        engine.run(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "update label set sequence = 'one'",
        "update label set value = x'00'",
        "update response set sample = 1.5",
        "update study set seed = 'seven'",
    ],
)
def test_a_value_of_the_wrong_type_is_refused(made: str, statement: str) -> None:
    with closing(open_for_writing(made)) as engine, pytest.raises(sqlite3.IntegrityError), engine.writing():
        engine.run(statement)


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1])
def test_a_number_that_no_column_holds_is_refused(made: str, number: int) -> None:
    with (
        closing(open_for_writing(made)) as engine,
        pytest.raises(StoreError, match="too large to be stored"),
        engine.writing(),
    ):
        engine.run("update study set seed = :number", {"number": number})


@pytest.mark.parametrize("taken", [-1, 3])
def test_the_table_itself_refuses_an_item_over_or_under_its_places(made: str, taken: int) -> None:
    with closing(open_for_writing(made)) as engine, pytest.raises(sqlite3.IntegrityError), engine.writing():
        engine.run("update item set taken = :taken", {"taken": taken})
