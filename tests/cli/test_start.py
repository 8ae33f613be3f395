"""Where there is no database: what is offered, what makes one, and what leaves the folder as it is."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from reviewer.cli.application import hangs_up
from tests.support.commands import Run, write_rubric, write_table
from tests.support.terminal import ENTER, REVIEWER, Terminal


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the user's data; the database is in `reviewer/reviews.db` there."""
    folder = tmp_path / "data"
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    return folder


def offered(out: str) -> list[list[str]]:
    """Return the commands that home offers, as words."""
    return [shlex.split(line)[1:] for line in out.splitlines() if line.startswith("    reviewer ")]


def test_home_offers_three_databases_and_an_import(run: Run, tmp_path: Path) -> None:
    assert offered(run().out) == [
        ["db", "new", "--starter"],
        ["db", "new"],
        ["db", "new", "--starter", "--data-folder"],
        ["import", "FILE", "--set", "model=NAME"],
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("place", "file"), [(0, "reviews.db"), (1, "reviews.db"), (2, "data/reviewer/reviews.db")], ids=str
)
def test_each_offer_makes_what_it_says(run: Run, tmp_path: Path, place: int, file: str) -> None:
    run(*offered(run().out)[place])
    assert (tmp_path / file).is_file()


def test_the_database_in_the_data_folder_is_offered_again(run: Run, data_folder: Path) -> None:
    run("db", "new", "--starter", "--data-folder")
    first = offered(run().out)[0]
    assert first == ["--db", str(data_folder / "reviewer" / "reviews.db")]
    assert "reviewer --db" in run(*first, "study", "show", "refusal").out


def test_a_named_database_is_offered_there_and_nowhere_else(run: Run) -> None:
    assert offered(run("--db", "my data.db").out)[:-1] == [
        ["--db", "my data.db", "db", "new", "--starter"],
        ["--db", "my data.db", "db", "new"],
    ]


def test_a_new_database_is_empty_and_a_starter_is_not(run: Run) -> None:
    assert "0 responses, 0 prompts and 0 studies" in run("db", "new").out
    assert "786 responses, 589 prompts and 5 studies" in run("db", "new", "--starter", "--db", "starter.db").out


@pytest.mark.parametrize("flags", [(), ("--starter",)], ids=["empty", "starter"])
def test_no_database_is_made_over_another_file(run: Run, tmp_path: Path, flags: tuple[str, ...]) -> None:
    (tmp_path / "reviews.db").write_bytes(b"mine")
    assert "reviews.db: exists already" in run("db", "new", *flags, expected=1).err
    assert (tmp_path / "reviews.db").read_bytes() == b"mine"


def test_two_places_at_once_are_refused(run: Run, tmp_path: Path) -> None:
    assert "--data-folder" in run("--db", "x.db", "db", "new", "--data-folder", expected=2).err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [
        "rate x --plain",
        "grade x --grader refusal_phrases",
        "study create x --rubric refusal",
        "study list",
        "study close x",
        "labels x",
        "agreement x",
        "adjudicate x",
        "gold x",
        "export x --format jsonl",
        "validate x --grader g",
        "report x",
        "verify",
    ],
)
def test_a_command_typed_in_another_folder_leaves_nothing_there(run: Run, tmp_path: Path, command: str) -> None:
    problem = run(*command.split(), expected=1).err
    assert "reviews.db: no such database" in problem
    assert "reviewer db new" in problem
    assert list(tmp_path.iterdir()) == []


def test_who_has_a_database_in_the_data_folder_is_reminded_of_it(run: Run, data_folder: Path) -> None:
    run("db", "new", "--data-folder")
    assert f"reviewer --db {data_folder}" in run("study", "list", expected=1).err


def test_an_import_says_that_it_makes_a_database(run: Run, tmp_path: Path) -> None:
    table = write_table(tmp_path)
    assert "reviews.db: a new database" in run("import", table).err
    assert "a new database" not in run("import", table).err


def test_what_to_type_next_names_the_same_database(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    said = [run("--db", "o.db", "import", write_table(tmp_path)).out]
    said += [run("study", "create", "s", "--rubric", "plain", "--db", "o.db").out]
    said += [run("--db", "o.db", "study", "show", "s").out]
    commands = [line.partition("Next: ")[2] for out in said for line in out.splitlines() if "Next: " in line]
    assert len(commands) == 3
    assert all(command.startswith("reviewer --db o.db ") for command in commands)


def test_an_empty_folder_is_four_keys_from_a_first_item(tmp_path: Path, data_folder: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    environment = {"XDG_DATA_HOME": str(data_folder), "REVIEWER_RATER": "r1"}
    with Terminal(REVIEWER, folder=folder, columns=80, rows=24, environment=environment) as terminal:
        terminal.until("Try it out on a copy of the starter database")
        terminal.send(ENTER)
        terminal.until("Next, enter rates hierarchy")
        terminal.send(ENTER)
        terminal.until("Whose instruction")
        terminal.until(lambda text: "enter" in text and "Next, enter rates" not in text)
        terminal.send(ENTER)
        terminal.until("item 1 of 164")
    assert (folder / "reviews.db").is_file()


def test_leaving_the_start_makes_nothing(tmp_path: Path, data_folder: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    with Terminal(REVIEWER, folder=folder, environment={"XDG_DATA_HOME": str(data_folder)}) as terminal:
        terminal.until("Try it out on a copy of the starter database")
        terminal.send("q")
        assert terminal.ended() == 0
    assert list(folder.iterdir()) == []


def test_a_system_that_cannot_watch_a_terminal_is_no_lost_terminal() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    os.close(writing)
    assert not hangs_up(reading)
