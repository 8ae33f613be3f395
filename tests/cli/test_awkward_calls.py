"""Values that nobody meant, for every parameter of every command: a message of a few lines, and nothing worse."""

from __future__ import annotations

import os
import socket
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from tests.support.awkward_calls import AwkwardCall, calls, faults, in_time, lay_out
from tests.support.commands import RUBRIC, Run

VALUES = {
    "long": "x" * 5000,
    "empty": "",
    "blanks": "   ",
    "two lines": "a\nb",
    "escape": "\x1b]0;title\x07\x1b[2J",
    "undecodable": "a\udcffb",
    "hidden": "\u202eab\u200b",
    "equals": "=",
    "parts": "a:b=c",
    "no number": "nan",
    "infinite": "inf",
    "negative": "-1",
    "huge": "9" * 30,
    "fraction": "0.5",
    "deep": "/".join(["x"] * 3000),
}
SHOWN = 300  # characters of what a call that ends wrongly says


@pytest.fixture
def tried(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """What runs a call, where all that calls name is there, and returns how it ended."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "logs"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    lay_out(run, tmp_path)
    return run


@pytest.mark.parametrize("call", calls(), ids=str)
def test_a_value_that_nobody_meant_is_refused_in_a_few_lines_or_taken(
    tried: Run, tmp_path: Path, call: AwkwardCall
) -> None:
    wrong = {}
    for name, value in VALUES.items():
        with in_time():
            done = tried(*call.words(value), expected=None)
        if found := faults(done, tmp_path / "logs"):
            wrong[name] = (*found, f"status {done.status}", done.err[:SHOWN], done.out[:SHOWN])
    assert not wrong, "\n".join(f"{name}: {how}" for name, how in wrong.items())


def every_file(folder: Path, *suffixes: str) -> dict[str, Path]:
    """Put what is no such file as was meant under names that end as said, and return each by what it is."""
    kept = folder / "awkward"
    kept.mkdir()
    database = (folder / "reviews.db").read_bytes()
    content = {
        "empty": b"",
        "noise": Random(7).randbytes(5000),
        "no UTF-8": RUBRIC.encode().replace(b"Is it right?", b"Is it \xff?"),
        "UTF-16": RUBRIC.encode("utf-16"),
        "nested TOML": b"x = " + b"[" * 5000 + b"]" * 5000,
        "nested table": b"[" + b".".join([b"x"] * 5000) + b"]\n",
        "nested JSON": b"[" * 100_000,
        "half gzip": b"\x1f\x8b\x08\0" + b"x" * 40,
        "half database": database[: len(database) // 2],
        "header alone": database[:100],
        "damaged database": database[:4096] + Random(7).randbytes(4096) + database[8192:],
        "NUL": b"\0" * 5000,
        "long line": b"x" * 1_000_000,
    }
    found = {}
    for name, held in content.items():
        for suffix in suffixes:
            found[name + suffix] = kept / f"{name}{suffix}"
            found[name + suffix].write_bytes(held)
    found["folder"] = kept
    found["pipe"] = kept / "pipe.jsonl"
    os.mkfifo(found["pipe"])
    found["link to itself"] = kept / "loop.toml"
    found["link to itself"].symlink_to("loop.toml")
    found["dangling link"] = kept / "nowhere.toml"
    found["dangling link"].symlink_to("missing")
    with closing(socket.socket(socket.AF_UNIX)) as one:
        found["socket"] = Path("s.sock")
        one.bind("s.sock")
    found |= {f"device {path}": Path(path) for path in ("/dev/zero", "/dev/full", "/dev/null", "/dev/tty")}
    found["no table"] = Path("reviews.db")
    return found


NAMED_FILES = ("file", "--profile", "--rubric", "--grader", "--models-file", "--db")
SUFFIXES = {"import file": (".csv", ".jsonl")}


@pytest.mark.parametrize("call", [call for call in calls() if call.name in NAMED_FILES], ids=str)
def test_a_file_of_another_kind_is_refused_in_a_few_lines(tried: Run, tmp_path: Path, call: AwkwardCall) -> None:
    wrong = {}
    suffixes = SUFFIXES.get(str(call), ("",) if call.name == "--db" else (".toml",))
    for name, path in every_file(tmp_path, *suffixes).items():
        with in_time():
            done = tried(*call.words(str(path)), expected=None)
        if found := faults(done, tmp_path / "logs"):
            wrong[name] = (*found, f"status {done.status}", done.err[:SHOWN], done.out[:SHOWN])
    assert not wrong, "\n".join(f"{name}: {how}" for name, how in wrong.items())


@pytest.mark.parametrize("call", [call for call in calls() if call.name in ("--output", "--html", "--csv")], ids=str)
def test_where_nothing_can_be_written_that_is_said(tried: Run, tmp_path: Path, call: AwkwardCall) -> None:
    (tmp_path / "loop").symlink_to("loop")
    folders = [".", "/proc", "missing/x"] if call.name != "--csv" else []  # in which tables are put
    for place in ("", *folders, "t.jsonl/x", "/dev/full", "/proc/x", "reviews.db", "loop", "x" * 300):
        with in_time():
            done = tried(*call.words(place), expected=None)
        assert done.status, place
        assert faults(done, tmp_path / "logs") == [], place
    assert [one["study"] for one in tried("study", "list", "--json").json()["studies"]] == ["s"]


@pytest.mark.parametrize(
    "address",
    [
        "", " ", "x", "http://", "https:///v1", "http://[", "http://a b/", "ftp://host/v1", "file:///etc/passwd",
        "http://host:99999/v1", "http://user:word@host/v1", "http://\\n/", "http://\\u001b[2J/", "javascript:x",
        "http://" + "x" * 5000,
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_by_line(tried: Run, tmp_path: Path, address: str) -> None:
    entry = f'[[model]]\nname = "far"\nprovider = "openai-chat"\nmodel = "m"\nbase_url = "{address}"\n'
    (tmp_path / "models.toml").write_text(f'{entry}key_variable = "NO_SUCH_KEY"\n')
    with in_time():
        done = tried("collect", "--suite", "asked", "--model", "far", "--models-file", "models.toml", expected=1)
    assert faults(done, tmp_path / "logs") == []
