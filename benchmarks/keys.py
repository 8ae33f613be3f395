"""The application in a pseudo-terminal: key in to last byte out, the next item, and the first one.

Beside each submit the same panes show such texts in an application that is nothing else. Wall time is what the rater
waits. The line of status, whose clock ticks and which says later that a draft is kept, is timed apart. A submit is
timed to the last byte of the item after it, which is painted once the labels are on disk. All data is simulated.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

from figures import load, milliseconds, note, percentile, scratch, show, title
from simulated import Texts, fill, make_study, unsafe
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from reviewer.store.sqlite import open_for_writing
from reviewer.tui.widgets.marks import PaneText
from reviewer.tui.widgets.side_by_side import Column, SideBySide

sys.path.append(str(Path(__file__).parents[1]))
from tests.support.terminal import REVIEWER, Terminal

COLUMNS, ROWS = 160, 45
# Output is over when none has come for so long: a second frame follows the first within a sixtieth of a second.
QUIET = 0.1
# Nothing at all for so long: there was nothing to scroll.
PATIENCE = 0.3
# Keys are ignored on a new item for a quarter of a second after it is painted.
GUARD = 0.35
SIZES = (1_000, 10_000, 100_000)
STUDY, RATER = "keys", "rater"
# The answers to one item of the simulated rubric: refused or not a pane, preferred or not a pair.
ANSWERS = {2: "123", 4: "1212" + "345345"}
UP, ENTER = b"\x1b[A", b"\r"
# How what paints nothing but the line above the footer begins.
STATUS = b"\x1b[%d;1H" % (ROWS - 1)
ONE_FRAME = 0.016
SCROLL = {2: 0.020, 4: 0.035}
NEXT = {(2, 10_000): 0.080, (4, 100_000): 0.120}
MOST_TIMES_BARE = 1.5
FIRST_ITEM, RESIDENT = 1.0, 120.0


class Brought(NamedTuple):
    """Seconds from a key to the last byte of what it painted, and of the status line behind; 0 where nothing came."""

    painted: float
    status: float


@dataclass(slots=True)
class Times:
    """Seconds from a key to the last byte of what it brought."""

    answer: list[float]
    kept: list[float]
    line: list[float]
    page: list[float]
    next: list[float]


class Bare(App[None]):
    """The same panes and nothing else."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "next", "Next")]

    def __init__(self, panes: int, characters: int) -> None:
        super().__init__()
        self.animation_level = "none"
        self._texts = Texts(characters)
        self._shown = 0
        self._panes = panes
        self._responses = SideBySide()

    def compose(self) -> ComposeResult:
        """Show the panes."""
        yield self._responses

    def on_mount(self) -> None:
        """Show the first texts."""
        self.action_next()

    def action_next(self) -> None:
        """Show other texts."""
        texts = [self._texts(self._shown + pane) for pane in range(self._panes)]
        self._shown += self._panes
        self._responses.show([Column(chr(65 + place), PaneText(text)) for place, text in enumerate(texts)])


def main() -> None:
    """Measure keys at each size, then the start over many responses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=60, help="measured keys of each kind")
    parser.add_argument("--items", type=int, default=30, help="measured submits in each case")
    parser.add_argument("--starts", type=int, default=5, help="measured starts")
    parser.add_argument("--full", action="store_true", help="start over 1,000,000 responses, not 20,000")
    parser.add_argument("--start-alone", action="store_true", help="the start and nothing else")
    parser.add_argument("--bare", type=int, nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bare:
        Bare(*given.bare).run()
        return
    title(f"Key in to last byte out, {COLUMNS}×{ROWS}, pseudo-terminal; simulated data; {load()}")
    for panes in (2, 4):
        for characters in () if given.start_alone else SIZES:
            with scratch() as folder:
                measure(folder, panes, characters, given)
    with scratch() as folder:
        start(folder, 1_000_000 if given.full else 20_000, given.starts)


def prepare(folder: Path, responses: int, characters: int, panes: int) -> str:
    """Make a study of simulated responses and return its database."""
    path = str(folder / "reviews.db")
    with closing(open_for_writing(path)) as engine, unsafe(engine):
        note(f"storing {responses:,} responses of {characters:,} characters")
        fill(engine, responses, characters)
        make_study(engine, STUDY, overlap=2, panes=panes)
        engine.rows("pragma wal_checkpoint(truncate)")
    os.sync()
    return path


def rating(path: str) -> Terminal:
    """Start the application on the study."""
    return Terminal([*REVIEWER, "rate", STUDY, "--db", path, "--rater", RATER], columns=COLUMNS, rows=ROWS)


def press(terminal: Terminal, key: bytes) -> Brought:
    """Press a key; return how long it was to the last byte of what it brought."""
    begun = time.perf_counter()
    terminal.send(key)
    painted = status = 0.0
    wait = PATIENCE
    while arrived := terminal.read(wait):
        wait = QUIET
        if arrived.startswith(STATUS):
            status = time.perf_counter() - begun
        else:
            painted = time.perf_counter() - begun
    return Brought(painted, status)


def measure(folder: Path, panes: int, characters: int, given: argparse.Namespace) -> None:
    """Press every kind of key at one size, and show what that took."""
    responses = 8 * (given.items * panes // 8 + 2 + panes)
    with rating(prepare(folder, responses, characters, panes)) as terminal:
        terminal.until("enter: close")
        terminal.send(ENTER)
        terminal.until(": item 1 of")
        time.sleep(GUARD)
        answered = answers(terminal, given.calls)
        times = Times(
            answer=[brought.painted for brought in answered],
            kept=[brought.status for brought in answered],
            line=scrolls(terminal, given.calls, b"j", b"k"),
            page=scrolls(terminal, given.calls, b"\x1b[6~", b"\x1b[5~"),
            next=[submit(terminal, ANSWERS[panes]) for _ in range(given.items)],
        )
    with Terminal(
        [sys.executable, __file__, "--bare", str(panes), str(characters)], columns=COLUMNS, rows=ROWS
    ) as terminal:
        terminal.quiet(1.0)
        bare = [press(terminal, ENTER).painted for _ in range(given.items)]
    what = f"{panes} × {characters:,}"
    judge(f"answer, {what}", times.answer, ONE_FRAME if characters <= 10_000 else None)
    judge(f"  draft kept, and said so, {what}", times.kept, None)
    judge(f"line, {what}", times.line, SCROLL[panes])
    judge(f"page, {what}", times.page, SCROLL[panes])
    judge(f"submit to next, {what}", times.next, NEXT.get((panes, characters)))
    judge(f"  the same panes alone, {what}", bare, None)
    ratio = percentile(times.next, 0.95) / percentile(bare, 0.95)
    against = f"≤ {MOST_TIMES_BARE} times"
    show(
        "  submit against that, p95",
        f"{ratio:.2f} times",
        against,
        ratio / MOST_TIMES_BARE,
        ok=ratio <= MOST_TIMES_BARE,
    )


def judge(what: str, times: Sequence[float], budget: float | None) -> None:
    """Show what keys took, beside their budget where there is one."""
    if not any(times):
        return  # nothing to scroll
    high = percentile(times, 0.95)
    if budget is None:
        show(what, milliseconds(times))
    else:
        show(what, milliseconds(times), f"p95 ≤ {budget * 1e3:.0f} ms", high / budget, ok=high <= budget)


def answers(terminal: Terminal, count: int) -> list[Brought]:
    """Answer the first question again and again, with either option in turn."""
    times = []
    for place in range(count):
        times.append(press(terminal, b"12"[place % 2 : place % 2 + 1]))
        press(terminal, UP)
    return times


def scrolls(terminal: Terminal, count: int, down: bytes, up: bytes) -> list[float]:
    """Scroll down and up in turns of three, so that no text comes to its end."""
    return [press(terminal, (down, down, down, up, up, up)[place % 6]).painted for place in range(count)]


def submit(terminal: Terminal, keys: str) -> float:
    """Answer the whole item, and return how long it was from enter to the next."""
    terminal.send(UP * (len(keys) + 1))
    for key in keys:
        press(terminal, key.encode())
    took = press(terminal, ENTER).painted
    time.sleep(GUARD)
    return took


def start(folder: Path, responses: int, count: int) -> None:
    """Time the application from its start to its first item, straight and by way of home, and look at its memory."""
    path = prepare(folder, responses, 1_000, 2)
    with rating(path) as terminal:  # the first time shows the guideline
        terminal.until("enter: close")
        terminal.send(ENTER)
        terminal.until(": item 1 of")
    straight = [started(path, STUDY) for _ in range(count)]
    by_home = [started(path, None) for _ in range(count)]
    title(f"From the start to the first item; simulated data; {load()}")
    for what, starts in (("straight", straight), ("by home and enter", by_home)):
        times = [one.item for one in starts]
        middle, cpu = percentile(times, 0.5), percentile([one.cpu for one in starts], 0.5)
        against = f"p50 ≤ 1 s; CPU {cpu * 1e3:.0f} ms"
        show(f"{responses:,} responses, {what}", milliseconds(times), against, middle, ok=middle <= FIRST_ITEM)
    show("  home alone", milliseconds([one.home for one in by_home]))
    resident = max(one.resident for one in (*straight, *by_home))
    what = f"resident, {responses:,} responses"
    show(what, f"{resident:.0f} MB", "≤ 120 MB", resident / RESIDENT, ok=resident <= RESIDENT)


class Started(NamedTuple):
    """Seconds from the start to home (0 where that was passed by) and to the first item, CPU seconds, and MB."""

    home: float
    item: float
    cpu: float
    resident: float


def started(path: str, study: str | None) -> Started:
    """Start the application and come to the first item, of `study` at once or of the one that home offers."""
    given = ["--db", path, "--rater", RATER]
    command = [*REVIEWER, *given] if study is None else [*REVIEWER, "rate", study, *given]
    begun = time.perf_counter()
    home = 0.0
    with Terminal(command, columns=COLUMNS, rows=ROWS) as terminal:
        if study is None:
            terminal.until("enter rates")
            home = time.perf_counter() - begun
            terminal.send(ENTER)
        terminal.until(": item 1 of")
        took, cpu = time.perf_counter() - begun, cpu_now(terminal.process)
        terminal.quiet(1.0, 1.0)
        return Started(home, took, cpu, resident_now(terminal.process))


def cpu_now(process: int) -> float:
    """Return the CPU seconds of a running process so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_now(process: int) -> float:
    """Return the memory that a running process has resident, in MB."""
    [pages] = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1:2]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
