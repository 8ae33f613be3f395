"""Running the command line in a test: in this process, on a database of the test's own."""

from __future__ import annotations

import io
import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

from reviewer.cli.main import main


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left behind."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


class TypedLines(io.StringIO):
    """Lines that a person types."""

    def isatty(self) -> bool:
        return True


Run = Callable[..., Done]


def runner(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs `reviewer ARGS` on `folder/reviews.db`, from `folder`, and fails on a status not `expected`.

    None expects any of 0, 1 and 2. What it reads comes from a pipe, `stdin`, or from a person, `typed`.
    """
    monkeypatch.chdir(folder)
    monkeypatch.delenv("REVIEWER_DB", raising=False)
    monkeypatch.setenv("REVIEWER_RATER", "r1")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))  # no key of whoever runs the tests signs there

    def run(*arguments: str | Path, expected: int | None = 0, stdin: str = "", typed: str = "") -> Done:
        monkeypatch.setattr(sys, "argv", ["reviewer", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", TypedLines(typed) if typed else io.StringIO(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        status = ended.value.code
        assert isinstance(status, int)
        assert status == expected or (expected is None and status in (0, 1, 2)), f"status {status}\n{out}\n{err}"
        return Done(status, out, err)

    return run


def contexts(context: click.Context) -> Iterator[click.Context]:
    """Yield a context of a command and of every command below it."""
    yield context
    if isinstance(group := context.command, click.Group):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            yield from contexts(click.Context(command, context, name))


RUBRIC = """
id = "plain"
version = 1
title = "Is it right?"
guideline = "Read the response and say whether it is right."

[[question]]
id = "verdict"
text = "Is it right?"
per = "response"
scale = "nominal"
[[question.option]]
value = "yes"
label = "It is right"
key = "1"
[[question.option]]
value = "no"
label = "It is wrong"
key = "2"
[[question.option]]
value = "cannot_tell"
label = "Cannot tell"
key = "0"
abstain = true

[[question]]
id = "fault"
text = "Which faults?"
per = "response"
scale = "multi"
when = { question = "verdict", is = ["no"] }
[[question.option]]
value = "fact"
label = "A wrong fact"
key = "1"
[[question.option]]
value = "form"
label = "A wrong form"
key = "2"

[[question]]
id = "comment"
text = "Anything else?"
per = "response"
scale = "text"
required = false
"""

PREFERENCE = """
id = "better"
version = 1
title = "Which is better?"
guideline = "Say which is better."

[[question]]
id = "preferred"
text = "Which is better?"
per = "item"
scale = "preference"
[[question.option]]
value = "first"
label = "The first"
key = "1"
[[question.option]]
value = "second"
label = "The second"
key = "2"
[[question.option]]
value = "tie"
label = "Neither"
key = "3"
"""


def write_rubric(folder: Path, text: str = RUBRIC, name: str = "plain") -> None:
    """Put a rubric where commands run in `folder` look first."""
    (folder / "prompts" / "rubrics").mkdir(parents=True, exist_ok=True)
    (folder / "prompts" / "rubrics" / f"{name}.toml").write_text(text, encoding="utf-8")


def write_table(folder: Path, *, prompts: int = 3, models: tuple[str, ...] = ("alpha", "beta")) -> Path:
    """Write a JSONL table of one response a prompt and model, and return its path."""
    path = folder / "answers.jsonl"
    rows = [
        {"prompt": f"What is {number}?", "response": f"{number}, says {place}", "model": model}
        for number in range(prompts)
        for place, model in enumerate(models)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return what the database that commands run on holds, read past the program."""
    connection = sqlite3.connect(folder / "reviews.db")
    found = connection.execute(sql).fetchall()
    connection.close()
    return found
