"""The starter database becomes a file of the user's own: whole, and over no other file."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewer.errors import StoreError
from reviewer.store import responses
from reviewer.store.sqlite import open_for_writing
from reviewer.store.starter import copy_starter


def test_the_copy_can_be_written_in(tmp_path: Path) -> None:
    copy_starter(tmp_path / "mine.db")
    engine = open_for_writing(str(tmp_path / "mine.db"))
    assert responses.counts(engine)["response"] > 500
    with engine.writing():
        assert engine.run("update study set state = 'closed'") == 5
    engine.close()


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.db").write_bytes(b"mine")
    with pytest.raises(StoreError, match=r"mine\.db: exists already"):
        copy_starter(tmp_path / "mine.db")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"mine.db": b"mine"}


def test_where_it_cannot_be_written_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be written there"):
        copy_starter(tmp_path / "file" / "mine.db")
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_where_the_disk_is_full_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(StoreError, match="No space left on device"):
        copy_starter(tmp_path / "mine.db")
    assert list(tmp_path.iterdir()) == []
