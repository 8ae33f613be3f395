"""What hostile inputs of every kind have in common: one try and what came of it, and `reviewer` in this process."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TextIO
from unittest.mock import patch

from reviewer.cli import faults
from reviewer.cli.main import main
from tests.support.hostile_text import harmless


class Wrong(StrEnum):
    """What no input may do."""

    TRACEBACK = "tracebacks"
    HANG = "hangs"
    PARTIAL = "partial imports"
    LOST = "lost labels, answers"
    KEY = "stored keys"


@dataclass(slots=True)
class Tried:
    """What came of one try: inputs accepted and refused, and what went wrong, with words that help to mend it.

    `inputs` counts what was tried, which for replies is more than one a try.
    """

    inputs: int = 1
    accepted: int = 0
    refused: int = 0
    wrong: list[tuple[Wrong, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CalledCommand:
    """What a command printed and how it ended; `fault` is what reached the last handler, or None."""

    words: str
    status: int
    out: str
    err: str
    fault: BaseException | None

    def check(self, tried: Tried) -> CalledCommand:
        """Note in `tried` where the command did not end with a result or a clear message; return the command."""
        if self.fault is not None:
            tried.wrong.append((Wrong.TRACEBACK, f"{self.words}: {traced(self.fault)}"))
        elif self.status not in (0, 1, 2):
            tried.wrong.append((Wrong.TRACEBACK, f"{self.words}: status {self.status}"))
        elif self.status and not (self.err + self.out).strip():
            tried.wrong.append((Wrong.TRACEBACK, f"{self.words}: status {self.status}, and nothing is said"))
        # An export is written for programs, and is as foreign as what it holds.
        if not self.words.startswith("export") and not harmless((self.out + self.err).replace("\r\n", "\n"), tabs=True):
            tried.wrong.append((Wrong.TRACEBACK, f"{self.words}: prints what steers a terminal"))
        return self


def traced(error: BaseException) -> str:
    """Return an error with the places of the program that it came through, innermost last."""
    places = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if "/reviewer/" in code.co_filename:
            places.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return f"{type(error).__name__}: {str(error)[:200]!r} at {' < '.join(reversed(places[-4:]))}"


@contextmanager
def _read_from(text: str) -> Iterator[None]:
    before: TextIO = sys.stdin
    sys.stdin = io.StringIO(text)
    try:
        yield
    finally:
        sys.stdin = before


def call(*arguments: str | Path, stdin: str = "") -> CalledCommand:
    """Run `reviewer ARGUMENTS` in this process and in the folder that it is in; what fails is kept, not logged."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    faulty: list[BaseException] = []
    words = ["reviewer", *map(str, arguments)]
    status: object = None
    with (
        patch.object(sys, "argv", words),
        patch.dict(os.environ, {"REVIEWER_DB": "", "REVIEWER_RATER": "r1"}),
        patch.object(faults, "keep_details", faulty.append),
        _read_from(stdin),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            status = ended.code
        except Exception as error:
            faulty.append(error)
    ended_with = status if isinstance(status, int) else -1
    fault = faulty[0] if faulty else None
    return CalledCommand(" ".join(words[1:]), ended_with, _written(out), _written(err), fault)


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode("utf-8", "backslashreplace")
