"""A page's commands, run in order in a folder of the page's own."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from reviewer.store.starter import copy_starter
from tests.support import xstest
from tests.support.commands import Run
from tests.support.documentation import Block, Page
from tests.support.documentation_keys import answers, work
from tests.support.folders import DATA, DOCS, ROOT
from tests.support.llm_server import CHAT, RESPONSES, Asked, Given, LLMServer, chat, message, responses

SHELL = re.compile(r"[|<>;&$`*]")
LISTED = re.compile(r"\t([0-9a-f]{12})\t")  # in the rows of `reviewer labels`
XSTEST = re.compile(r"xstest_v2_completions_([a-z0-9]+?)(?:_(gpteval|streval))?\.csv")
ITEMS, RESPONSES_AN_ITEM = 20, 2  # at most, where lines are piped in
KEY = "no-key-leaves-this-machine"


@dataclass
class Scratch:
    """The folder in which a page's commands run, and what the last block of them printed."""

    folder: Path
    run: Run
    server: LLMServer
    printed: str = ""
    listed: str = ""  # the name of the response that `reviewer labels` showed last

    def prepare(self, page: Page) -> None:
        """Put in the folder what the head of the page names, and run what it builds on."""
        if ("folder", "empty") not in page.notes:
            copy_starter(self.folder / "reviews.db")  # reviews.db itself may have been rated in
        for name in (word for note, text in page.notes if note == "files" for word in text.split()):
            self._provide(name)
        for command in (text for note, text in page.notes if note == "before"):
            self._do(command, {})

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
                    self._do(command, block.notes)
                    self.listed = (LISTED.findall(self.printed) or [self.listed])[-1]

    def _do(self, command: str, notes: Mapping[str, str]) -> None:
        """Run one command as the comments before its block say: on a screen, in this process, or in a shell."""
        if notes.get("response", "\0") in command:
            command = command.replace(notes["response"], self.listed)
        status = int(notes.get("status", "0"))
        lines = _lines(answers(notes["rates"])) if "rates" in notes else shlex.split(notes.get("lines", ""))
        stdin = "".join(line + "\n" for line in lines)
        words = shlex.split(command, comments=True)
        if {"keys", "rates", "decides", "stop"} & notes.keys() and "--plain" not in words:
            self.printed += work(command, notes, self.folder, environment())
        elif words[0] == "reviewer" and not SHELL.search(command):
            # A person answers by what is shown, and `rates` has an answer for panes that an item may not have.
            given = {"typed" if "rates" in notes else "stdin": stdin}
            done = self.run(*words[1:], expected=status, **given)
            self.printed += done.out + done.err
        else:
            shell = ["bash", "-eo", "pipefail", "-c", command]
            ended = subprocess.run(
                shell, cwd=self.folder, input=stdin, capture_output=True, text=True, timeout=60, env=environment()
            )
            self.printed += ended.stdout + ended.stderr
            assert ended.returncode == status, f"{command}: status {ended.returncode}\n{ended.stdout}\n{ended.stderr}"

    def _compare(self, block: Block) -> None:
        """Find the lines of a block in what was printed, in order; others may stand between, blanks do not count."""
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
        elif match := XSTEST.fullmatch(name):  # the labels are here, the texts are not
            model, grader = match[1], match[2]
            _ = xstest.graded(self.folder, model, grader) if grader else xstest.completions(self.folder, model)
        else:
            pytest.skip(f"{name} is not here")


def environment() -> dict[str, str]:
    """Return what a shell of a page's folder has: `reviewer` is that of this Python."""
    return dict(os.environ) | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def _lines(given: list[list[str]]) -> list[str]:
    """Return lines that answer item after item; one that comes after an item's last answer is refused, as it may be."""
    return [line for number in range(ITEMS) for line in (*given[min(number, len(given) - 1)] * RESPONSES_AN_ITEM, "")]


def _judging(reply: str | None) -> Callable[[Asked], Given | None]:
    """Return how the server answers: it has every model, and each says `reply` where there is one."""

    def behave(asked: Asked) -> Given | None:
        if asked.path == "/v1/models":
            return Given({"object": "list", "data": [], "has_more": False, "first_id": None, "last_id": None})
        if reply is None or asked.method == "GET":
            return None
        if asked.path == CHAT:
            return Given(chat(reply))
        if asked.path == RESPONSES:
            return Given(responses([{"type": "output_text", "text": reply, "annotations": []}]))
        return Given(message([{"type": "text", "text": reply}]))

    return behave
