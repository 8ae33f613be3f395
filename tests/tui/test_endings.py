"""However the application ends, the terminal is as it was; and no bytes that a terminal sends end it."""

from __future__ import annotations

import re
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.folders import ROOT
from tests.support.screens import make_study
from tests.support.stories import PLAIN
from tests.support.terminal import ENTER, REVIEWER, Terminal

LEFT = b"\x1b[?1049l"  # the other screen is left, and what stood in the terminal before is shown again
NOT_UTF8 = [b"\xff", b"\xc3\x28", b"\xf0\x28\x8c\x28", "é".encode("latin-1")]


# What a Python runs as it starts, from the folder that PYTHONPATH names: here, a fault of the program.
FAULT = """
from reviewer.studies.rating import RatingSession
from tests.support.folders import ROOT

def skip(*_):
    raise ZeroDivisionError("a fault that was put in")

RatingSession.skip = skip
"""


def rating(folder: Path) -> Terminal:
    """Start to rate, and come to the first item; `s` is at fault where the folder `faulty` says so."""
    database = make_study(folder, PLAIN)
    terminal = Terminal(
        [*REVIEWER, "rate", "s", "--db", database, "--rater", "r1"],
        columns=100,
        rows=30,
        environment={"XDG_STATE_HOME": str(folder / "state"), "PYTHONPATH": f"{folder / 'faulty'}:{ROOT}"},
    )
    terminal.until("enter: close")
    terminal.send(ENTER)
    terminal.until(": item 1 of")
    terminal.quiet(0.5)  # keys that come earlier answer nothing
    return terminal


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP], ids=lambda one: one.name)
def test_a_signal_restores_the_terminal_and_ends_the_program(tmp_path: Path, number: signal.Signals) -> None:
    with rating(tmp_path) as terminal:
        terminal.signal(number)
        assert terminal.ended() == -number
        assert LEFT in terminal.received


@pytest.mark.parametrize("typed", NOT_UTF8, ids=repr)
def test_bytes_that_are_no_utf8_are_no_end(tmp_path: Path, typed: bytes) -> None:
    with rating(tmp_path) as terminal:
        terminal.send(typed)
        terminal.send(b"\x1b[200~" + typed + b"\x1b[201~")
        terminal.send("?")
        terminal.until("enter: close")


def test_a_damaged_database_ends_with_a_message_a_status_and_the_place(tmp_path: Path) -> None:
    with rating(tmp_path) as terminal:
        with closing(sqlite3.connect(tmp_path / "reviews.db")) as database:
            database.execute("drop table place")
        terminal.send("s")
        assert terminal.ended() == 1
        said = bytes(terminal.received).rpartition(LEFT)[2].decode()
    assert "the database is damaged: table place, column item: it is missing" in said
    assert "Traceback" not in said


def test_a_fault_ends_with_a_message_a_status_and_the_details_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "faulty").mkdir()
    (tmp_path / "faulty" / "sitecustomize.py").write_text(FAULT, encoding="utf-8")
    with rating(tmp_path) as terminal:
        terminal.send("s")
        assert terminal.ended() == 1
        said = bytes(terminal.received).rpartition(LEFT)[2].decode()
    assert "a fault of the program" in said
    assert "Traceback" not in said
    [log] = (tmp_path / "state").rglob("*.log")
    assert log.name in re.sub(r"\s", "", said)
    assert "a fault that was put in" in log.read_text(encoding="utf-8")
