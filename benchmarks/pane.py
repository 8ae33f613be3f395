"""Panes of model text in a pseudo-terminal: key in to last byte out, for a line, a page and the next item.

The application that is measured is the widget and nothing else. Wall time is what the rater waits; CPU time is that of
the process from one key to the next, whatever else the machine does, so it holds what is wrapped in slices afterwards.
"""

from __future__ import annotations

import argparse
import fcntl
import gc
import os
import pty
import random
import select
import signal
import struct
import sys
import termios
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from figures import load, milliseconds, peak_memory, percentile, show, title
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from reviewer.tui.widgets.differences import differences
from reviewer.tui.widgets.marks import PaneText
from reviewer.tui.widgets.side_by_side import Column, SideBySide

ROWS, COLUMNS = 45, 160
# Output is over when none has come for so long. A long text is wrapped on in slices, whose bytes come a frame later.
QUIET, FRAME = 0.12, 0.012
KEYS = {"line": b"j", "page": b" ", "next": b"n"}
WORDS = ("the", "quick", "brown", "fox", "jumps", "over", "lazy", "dogs,", "considered", "an", "internationalisation;")
WIDE = ("中文", "字符", "混合", "文本")


@dataclass(frozen=True, slots=True)
class Case:
    """What is measured: a key in so many panes of so many characters, and the most that may take at p95."""

    panes: int
    characters: int
    key: str
    budget: float
    wide: bool = False


CASES = (
    Case(2, 100_000, "line", 0.020),
    Case(2, 100_000, "page", 0.020),
    Case(4, 100_000, "line", 0.035),
    Case(4, 100_000, "page", 0.035),
    Case(2, 10_000, "next", 0.040),
    Case(4, 100_000, "next", 0.120),
    Case(1, 1_000_000, "next", 0.100),
    Case(1, 1_000_000, "next", 0.100, wide=True),
    Case(1, 1_000_000, "line", 0.020),
)


class Panes(App[None]):
    """Nothing but panes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "line", "Line"),
        Binding("space", "page", "Page"),
        Binding("n", "next", "Next"),
    ]

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.animation_level = "none"
        self._case = case
        self._items = [[response(case, item * 8 + pane) for pane in range(case.panes)] for item in range(4)]
        self._item = 0
        self._panes = SideBySide()

    def compose(self) -> ComposeResult:
        """Show the panes."""
        yield self._panes

    def on_mount(self) -> None:
        """Show the first item.

        What is loaded by now stays: to look through all of it for garbage takes 40 ms, in the midst of some key.
        """
        self.action_next()
        gc.collect()
        gc.freeze()

    def action_line(self) -> None:
        """Scroll a line."""
        self._panes.scroll_lines(1)

    def action_page(self) -> None:
        """Scroll a page."""
        self._panes.scroll_page(1)

    def action_next(self) -> None:
        """Show another item."""
        self._item += 1
        texts = self._items[self._item % len(self._items)]
        self._panes.show([Column(chr(65 + place), PaneText(text)) for place, text in enumerate(texts)])


def response(case: Case, seed: int) -> str:
    """Return a made-up response: paragraphs of words, or of characters of two cells."""
    choose = random.Random(seed)
    parts: list[str] = []
    length = 0
    while length < case.characters:
        words = choose.choices(WIDE if case.wide else WORDS, k=choose.randint(4, 90))
        part = ("" if case.wide else " ").join(words)
        parts.append(part)
        length += len(part) + 2
    return "\n\n".join(parts)[: case.characters]


class Terminal:
    """A pseudo-terminal with the application in it."""

    def __init__(self, case: int) -> None:
        self.process, self._terminal = pty.fork()
        if self.process == 0:
            os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.execv(sys.executable, [sys.executable, __file__, "--inside", str(case)])
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.read(2.0)

    def press(self, key: bytes, quiet: float) -> float:
        """Press a key; return how long it was to the last byte of what it brought."""
        begun = time.perf_counter()
        os.write(self._terminal, key)
        return self.read(quiet) - begun

    def read(self, quiet: float) -> float:
        """Read until none has come for a while after the first; return when the last came."""
        last = time.perf_counter()
        wait = 2.0
        while select.select([self._terminal], [], [], wait)[0]:
            if not os.read(self._terminal, 1 << 16):
                break
            last = time.perf_counter()
            wait = quiet
        return last

    def cpu(self) -> float:
        """Return the CPU time of the application so far."""
        fields = Path(f"/proc/{self.process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End the application."""
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self._terminal)


def main() -> None:
    """Measure every case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=60, help="measured keys in each case")
    parser.add_argument("--inside", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside is not None:
        Panes(CASES[given.inside]).run()
        return
    title(f"Key in to last byte out, {COLUMNS}×{ROWS}, {given.calls} keys each; {load()}")
    for place, case in enumerate(CASES):
        measure(place, case, given.calls)
    compare()


def measure(place: int, case: Case, calls: int) -> None:
    """Press the key of one case again and again."""
    terminal = Terminal(place)
    try:
        # Of a million characters the first paint counts, and the scrollbar follows as they are wrapped.
        quiet = FRAME if case.key == "next" and case.characters >= 1_000_000 else QUIET
        terminal.press(KEYS[case.key], QUIET)
        before = terminal.cpu()
        took = []
        for _ in range(calls):
            took.append(terminal.press(KEYS[case.key], quiet))
            if quiet == FRAME:
                terminal.read(QUIET)
        cpu = (terminal.cpu() - before) / calls
        what = f"{case.key}, {case.panes} × {case.characters:,}{' wide' if case.wide else ''}"
        against = f"p95 ≤ {case.budget * 1e3:.0f} ms; CPU {cpu * 1e3:.1f} ms, {peak_memory(terminal.process):.0f} MB"
        high = percentile(took, 0.95)
        show(what, milliseconds(took), against, high / case.budget, ok=high <= case.budget)
    finally:
        terminal.close()


def compare() -> None:
    """Time the word differences of two long texts."""
    title("Word differences, 2 × 100,000 characters, CPU")
    text = response(CASES[0], 1)
    words = text.split(" ")
    choose = random.Random(2)
    for _ in range(300):
        words[choose.randrange(len(words))] = f"changed{choose.randrange(9)}"
    for what, other in (("300 words changed", " ".join(words)), ("another text", response(CASES[0], 2))):
        begun = time.process_time()
        differences(text, other)
        took = time.process_time() - begun
        show(what, f"{took * 1e3:.0f} ms", "≤ 200 ms", took / 0.2, ok=took <= 0.2)


if __name__ == "__main__":
    main()
