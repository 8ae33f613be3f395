"""What `-o` and its like write to: files, links, pipes, devices and descriptors, each as what it is."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from reviewer.cli.output_file import is_replaced, output_file
from reviewer.errors import ReviewerError
from tests.support.commands import Run, write_rubric, write_table


def write(path: Path, text: str = "new") -> None:
    with output_file(path) as file:
        file.write(text)


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_a_link_stays_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    target = tmp_path / "far" / "real.csv"
    target.write_text("old")
    (tmp_path / "near.csv").symlink_to("far/real.csv")
    (tmp_path / "link.csv").symlink_to(tmp_path / "near.csv")
    write(tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert target.read_text() == "new"
    assert names(tmp_path) == ["far", "link.csv", "near.csv"]
    assert names(tmp_path / "far") == ["real.csv"]


def test_a_link_that_leads_nowhere_makes_its_target(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to("real.csv")
    write(tmp_path / "link.csv")
    assert (tmp_path / "real.csv").read_text() == "new"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666])
def test_a_file_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "t.csv"
    path.write_text("old")
    path.chmod(mode)
    with output_file(path) as file:
        assert {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()} == {mode}
        file.write("new")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new", mode)


def test_a_new_file_has_the_mode_that_any_new_file_has(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("")
    write(tmp_path / "t.csv")
    assert (tmp_path / "t.csv").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_file_stays_as_it_was_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("old")
    with suppress(KeyboardInterrupt), output_file(path) as file:
        file.write("new")
        raise KeyboardInterrupt
    assert (path.read_text(), names(tmp_path)) == ("old", ["t.csv"])


def test_a_file_of_the_users_beside_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "t.csv.part").write_text("mine")
    write(tmp_path / "t.csv")
    assert (tmp_path / "t.csv.part").read_text() == "mine"


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with ThreadPoolExecutor() as pool:
        read = pool.submit(path.read_text)
        write(path)
        assert read.result(timeout=10) == "new"
    assert path.is_fifo()


def test_a_device_is_written_into() -> None:
    write(Path("/dev/null"))
    assert Path("/dev/null").is_char_device()
    assert not is_replaced(Path("/dev/null"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_device_that_takes_nothing_is_named() -> None:
    with pytest.raises(ReviewerError, match="/dev/full: cannot be written: No space left"):
        write(Path("/dev/full"))


@pytest.mark.parametrize("folder", ["/dev/fd", "/proc/self/fd"])
def test_a_descriptor_is_written_from_where_it_stands(tmp_path: Path, folder: str) -> None:
    if not Path(folder).exists():
        pytest.skip(f"no {folder} here")
    path = tmp_path / "t.csv"
    with path.open("w") as file:
        file.write("before ")
        file.flush()
        write(Path(folder, str(file.fileno())))
        file.write(" after")
    assert path.read_text() == "before new after"


def test_a_descriptor_that_is_not_open_is_named() -> None:
    with pytest.raises(ReviewerError, match="/dev/fd/987: cannot be written: Bad file descriptor"):
        write(Path("/dev/fd/987"))


def test_links_in_a_ring_are_named(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(ReviewerError, match="a: cannot be written"):
        write(tmp_path / "a")


def test_a_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReviewerError, match="Is a directory"):
        write(tmp_path)


def test_what_a_command_replaces_it_names(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    run("import", write_table(tmp_path), "--study", "s", "--rubric", "plain")
    for command, file in (
        (("export", "s", "--format", "csv", "-o", "t.csv"), "t.csv"),
        (("report", "s", "--html", "p.html"), "p.html"),
        (("report", "s", "--csv", "tables"), "tables/configurations.csv"),
    ):
        assert "replaced" not in run(*command).err
        assert f"{file}: the file that was there is replaced" in run(*command).err


def test_a_database_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "reviews.db"
    path.write_bytes(b"SQLite format 3\0 and the rest of it")
    with pytest.raises(ReviewerError, match="a database stands there"), output_file(path) as file:
        file.write("gold")
    assert path.read_bytes() == b"SQLite format 3\0 and the rest of it"
    assert [one.name for one in tmp_path.iterdir()] == ["reviews.db"]
