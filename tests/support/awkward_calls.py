"""Every parameter of every command with values that nobody meant, and what may come of it.

The parameters come from the command line itself, so that a new one is tried with the next run.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import click

from reviewer.cli.main import cli
from tests.support.collection_files import write_suite
from tests.support.commands import Done, Run, contexts, write_rubric
from tests.support.hostile_text import harmless
from tests.support.judges import RULE, grader_in

MOST_LINES = 12  # of a message: the usage, what is wrong, and a list of what there is
MOST_SECONDS = 20

NEW = "new"  # a study that is to be made, and for each call another one
_NUMBERS = count()

# What each argument, and each option without which its command does nothing, is in a call that works.
GIVEN: dict[str, dict[str, str]] = {
    "collect": {"--suite": "asked", "--model": "tape", "--models-file": "models.toml"},
    "import": {"file": "t.jsonl"},
    "study create": {"name": NEW, "--rubric": "plain"},
    "study close": {"study": "s"},
    "study show": {"study": "s"},
    "rate": {"study": "s"},
    "adjudicate": {"study": "s"},
    "labels": {"study": "s"},
    "agreement": {"study": "s"},
    "gold": {"study": "s"},
    "validate": {"study": "s", "--grader": "rule"},
    "export": {"study": "s", "--format": "jsonl"},
    "grade": {"study": "s", "--grader": "rule"},
    "report": {"study": "s"},
    "rubric check": {"file": "plain"},
    "suite check": {"file": "asked"},
    "grader check": {"file": "rule"},
    "completion": {"shell": "bash"},
}
FLAGS = {"collect": ("--dry-run",), "rate": ("--plain",), "adjudicate": ("--plain",)}
# Options that say nothing without another one.
NEEDED = {
    ("import", "--study"): ("--rubric", "plain"),
    ("import", "--as"): ("--study", "s"),
    ("import", "--value"): ("--study", "s"),
    ("import", "--rater-kind"): ("--study", "s"),
    ("grade", "--model"): ("--models-file", "models.toml"),
}
TAPE = '[[model]]\nname = "tape"\nprovider = "replay"\nmodel = "m"\nfile = "tape.jsonl"\n'


@dataclass(frozen=True, slots=True)
class AwkwardCall:
    """A parameter of a command, and the words of a call that gives it a value."""

    command: str
    name: str
    is_option: bool

    def __str__(self) -> str:
        return f"{self.command or 'reviewer'} {self.name}"

    def words(self, value: str) -> list[str]:
        """Return a call in which the parameter has `value`."""
        given = {**GIVEN.get(self.command, {}), self.name: value}
        given = {name: f"{NEW} {next(_NUMBERS)}" if text == NEW else text for name, text in given.items()}
        words = [*self.command.split(), *FLAGS.get(self.command, ()), *NEEDED.get((self.command, self.name), ())]
        words += [f"{name}={text}" for name, text in given.items() if name.startswith("--")]
        return [*words, "--", *(text for name, text in given.items() if not name.startswith("--"))]


def calls() -> list[AwkwardCall]:
    """Return every parameter of the command line that takes a value."""
    root = click.Context(cli, info_name="reviewer", help_option_names=["-h", "--help"])
    return [
        AwkwardCall(
            " ".join(context.command_path.split()[1:]).replace(" [OPTIONS] COMMAND [ARGS]...", ""),
            max(parameter.opts, key=len),
            isinstance(parameter, click.Option),
        )
        for context in contexts(root)
        for parameter in context.command.params
        if not (isinstance(parameter, click.Option) and parameter.is_flag)
    ]


def lay_out(run: Run, folder: Path) -> None:
    """Put there what the calls name: a study `s` with labels, a table, a rubric, a suite, a grader, a model."""
    write_rubric(folder)
    write_suite(folder, 3)
    grader_in(folder, f'{RULE}[[check]]\nquestion = "verdict"\nvalue = "no"\n', "rule")
    (folder / "models.toml").write_text(TAPE)
    (folder / "tape.jsonl").write_text("")
    rows = [
        {"prompt": f"p{one}", "response": "r", "model": model, "label:verdict:a": "yes", "label:verdict:b": said}
        for one in range(4)
        for model, said in (("m", "yes"), ("n", "no"))
    ]
    (folder / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run("import", "t.jsonl", "--study", "s", "--rubric", "plain")
    run("grade", "s", "--grader", "rule")


@contextmanager
def in_time() -> Iterator[None]:
    """Fail where what is done takes too long, as reading a device without an end does."""

    def late(*_: object) -> None:
        raise TimeoutError(f"not done after {MOST_SECONDS} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(MOST_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def faults(done: Done, logs: Path) -> list[str]:
    """Return what is wrong with how a call ended: the last handler, a traceback, too long a message, a control."""
    found = []
    kept = list(logs.glob("**/*.log"))
    if kept or "Traceback" in done.err:
        found.append("the last handler of all errors had to speak")
    for log in kept:
        log.unlink()
    if done.status and not done.err.strip() and not done.out.strip():
        found.append("no word of what is wrong")
    if done.status and done.err.count("\n") > MOST_LINES:
        found.append(f"a message of {done.err.count(chr(10))} lines")
    if not harmless(done.out + done.err, tabs=True):
        found.append("a character that could steer the terminal")
    return found
