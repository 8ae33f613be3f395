"""A page's commands, run in order in a folder of the page's own."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support import xstest
from tests.support.commands import Run
from tests.support.documentation import DOCS, Block, Page
from tests.support.folders import DATA, ROOT
from tests.support.llm_server import CHAT, RESPONSES, Asked, Given, LLMServer, chat, message, responses
from tests.support.terminal import DOWN, ENTER, UP, Terminal

KEYS = {
    "enter": ENTER, "esc": "\x1b", "up": UP, "down": DOWN, "left": "\x1b[D", "right": "\x1b[C", "tab": "\t",
    "space": " ", "backspace": "\x7f", "interrupt": "\x03",
}  # fmt: skip
ITEM, PANES = re.compile(r": item [0-9]+ of ([0-9]+)"), re.compile(r"─ +(?:▶ )?[A-H] · ")
ANSWERED, COVERED, ALL_RATED = "All is answered", "press v to uncover", "Nothing is left for you in this study"
ENDED = "ended with"
# Keys that answer are ignored for a quarter of a second after an item came up, so that none answers the wrong one.
SETTLED, STILL, PATIENT = 0.3, 0.08, 2.0
MANY = 20  # items
SHELL = re.compile(r"[|<>;&$`*]")
XSTEST = re.compile(r"xstest_v2_completions_([a-z0-9]+?)(?:_(gpteval|streval))?\.csv")
KEY = "no-key-leaves-this-machine"


@dataclass
class Scratch:
    """The folder in which a page's commands run, and what the last block of them printed."""

    folder: Path
    run: Run
    server: LLMServer
    printed: str = ""
    written: set[str] = field(default_factory=set)

    def prepare(self, page: Page) -> None:
        """Put in the folder what the head of the page names, and run what it builds on."""
        notes = page.notes
        if ("folder", "empty") not in notes:
            shutil.copy(ROOT / "reviews.db", self.folder)
        for name in (word for note, text in notes if note == "files" for word in text.split()):
            self._provide(name)
        for command in (text for note, text in notes if note == "before"):
            self.do(command)

    def block(self, block: Block, left_out: Callable[[str], bool]) -> None:
        """Write the file that the block is, or run its commands, or look for its lines in what was printed."""
        if "file" in block.notes:
            path = self.folder / block.notes["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif "output" in block.notes:
            self._compare(block)
        elif block.kind == "sh":
            self.printed = ""
            self.server.behave = _judging(block.notes.get("judge"))
            for command in block.commands:
                if not left_out(command):
                    self.do(command, block)

    def do(self, command: str, block: Block | None = None) -> None:
        t = time.time()
        try:
            self.do2(command, block)
        finally:
            print(f"TIMED {time.time() - t:.2f} {command[:80]}", file=open("/tmp/timed.txt", "a"))

    def do2(self, command: str, block: Block | None = None) -> None:
        """Run one command as the comments before its block say."""
        notes = {} if block is None else block.notes
        status = int(notes.get("status", "0"))
        if "keys" in notes:
            self._press(command, shlex.split(notes["keys"]), status)
        elif "stop" in notes:
            self._press(command, [f"see:{notes['stop']}", "interrupt"], 1)
        elif "rates" in notes and "--plain" not in command:
            keys = ["see:enter: close", "enter", f"rate:{notes['rates']}", "enter", "see:You rated", "q"]
            self._press(command, keys, status)
        else:
            lines = _line_by_line(_answers(notes["rates"])) if "rates" in notes else shlex.split(notes.get("lines", ""))
            stdin = "".join(line + "\n" for line in lines)
            words = shlex.split(command, comments=True)
            if words[0] == "reviewer" and not SHELL.search(command):
                done = self.run(*words[1:], expected=status, stdin=stdin)
                self.printed += done.out + done.err
            else:
                self._shell(command, status, stdin)

    def _shell(self, command: str, status: int, stdin: str) -> None:
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", command],
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            env=environment(),
        )
        self.printed += done.stdout + done.stderr
        assert done.returncode == status, f"{command}: status {done.returncode}\n{done.stdout}\n{done.stderr}"

    def _press(self, command: str, keys: list[str], status: int) -> None:
        """Open the screen of a command, press keys, and see how it ends."""
        shell = ["bash", "-c", f"trap : INT; {command}; status=$?; echo; echo {ENDED} $status; read"]  # and stays until it was read
        with Terminal(shell, columns=120, rows=40, folder=self.folder, environment=environment()) as terminal:
            for key in keys:
                if key.startswith("see:"):
                    terminal.until(key.removeprefix("see:"))
                    terminal.quiet(SETTLED, SETTLED)
                elif key.startswith("rate:"):
                    _rate(terminal, _answers(key.removeprefix("rate:")))
                else:
                    _send(terminal, key)
            self.printed += terminal.until(f"{ENDED} {status}")

    def _compare(self, block: Block) -> None:
        """Find the lines of a block in what was printed, in order; others may stand between, and blanks do not count."""
        printed = " ".join(self.printed.split())
        parts = re.split(r"\n|…", block.text.strip())
        wanted = ".*?".join(re.escape(" ".join(part.split())) for part in parts)
        assert re.search(wanted, printed), f"line {block.line}: this was not printed:\n{block.text}\n{self.printed}"

    def _provide(self, name: str) -> None:
        """Put a file in the folder; where it comes from data that are not here, the page's test is skipped."""
        example = ROOT / name if "/" in name else DOCS / "examples" / name
        original = next(DATA.rglob(name), None) if DATA.is_dir() else None
        if example.is_file():
            copy = self.folder / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(example, copy)
        elif original is not None:
            (self.folder / name).symlink_to(original)
        elif match := XSTEST.fullmatch(name):
            model, grader = match[1], match[2]
            _ = xstest.graded(self.folder, model, grader) if grader else xstest.completions(self.folder, model)
        else:
            pytest.skip(f"{name} is not here")


def _send(terminal: Terminal, key: str) -> None:
    terminal.send(KEYS.get(key, key))
    terminal.quiet(STILL, SETTLED)


def _rate(terminal: Terminal, answers: list[list[str]]) -> None:
    """Answer item after item, uncovering what is covered, until nothing is left; the last of `answers` is repeated."""
    items, number = 1, 0
    while number < items:
        number += 1
        found = ITEM.search(terminal.until(f": item {number} of "))
        assert found is not None
        items = int(found[1])
        terminal.quiet(SETTLED, SETTLED)
        if COVERED in terminal.text:
            _send(terminal, "v")
        keys = answers[min(number, len(answers)) - 1] * len(PANES.findall(terminal.text))
        for key in keys:
            _send(terminal, key)
        while not terminal.shows(ANSWERED, PATIENT):  # a busy machine took a key for one that came too early
            for key in (*["up"] * len(keys), *keys):
                _send(terminal, key)
        _send(terminal, "enter")
    terminal.until(ALL_RATED)


def _answers(note: str) -> list[list[str]]:
    return [part.split() for part in note.split(",")]


def _line_by_line(answers: list[list[str]]) -> list[str]:
    """Return lines that answer many items of up to two responses; one that comes after the last answer is refused."""
    return [line for number in range(MANY) for line in (*answers[min(number, len(answers) - 1)] * 2, "")]


def environment() -> dict[str, str]:
    """Return what a shell of a page's folder has: `reviewer` is that of this Python."""
    return dict(os.environ) | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "TERM": "xterm-256color"}


def _judging(reply: str | None) -> Callable[[Asked], Given | None]:
    """Return how the server answers: models that are asked for are there, and say `reply` where there is one."""

    def behave(asked: Asked) -> Given | None:
        if asked.path.startswith("/v1/models"):
            return Given({"object": "list", "data": [], "has_more": False, "first_id": None, "last_id": None})
        if reply is None or asked.method == "GET":
            return None
        if asked.path == CHAT:
            return Given(chat(reply))
        if asked.path == RESPONSES:
            return Given(responses([{"type": "output_text", "text": reply, "annotations": []}]))
        return Given(message([{"type": "text", "text": reply}]))

    return behave
