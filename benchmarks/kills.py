"""`kill -9`, and disks that become full, in the midst of rating, adjudicating, importing, collecting and grading.

    python benchmarks/kills.py [--kills 200] [--disks 20] [--only ACT]

Each act is the real command in a process of its own: rating and adjudicating in a pseudo-terminal with the application,
importing a file of some thousand rows, collecting and grading against a server on loopback. It is killed at a random
moment, looked at, and started again. What was acknowledged (the word *saved* read on the screen, rows and answers
reported as stored) must be there once, no item may be half, every chain must hold, and the database must open at once.

Then the disk becomes full in the midst of it: a small one of its own where this may be mounted, which takes root, else
one on which the process can make no file longer. That must be said, with status 1 or on the screen, and the same key or
the same command must go on once there is room. A killed process tests the program and SQLite, not the disk: the machine
stays up. Data is simulated. Ends with status 1 where anything was lost, double, half, broken, or not as it should be.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from figures import load, scratch, title

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reviewer.store import chain
from reviewer.store.sqlite import open_for_writing
from tests.support.full_disks import Disk, FilledFolder, LimitedFiles
from tests.support.interrupted_acts import (
    AdjudicatingAct,
    Audit,
    CollectingAct,
    GradingAct,
    ImportingAct,
    InterruptedAct,
    RatingAct,
)
from tests.support.llm_server import KEY, LLMServer, served

Make = Callable[[Path, LLMServer, int], InterruptedAct]
# Each is made for so many kills; a life of two seconds takes less than this of each.
ACTS: dict[str, Make] = {
    "rating": lambda folder, _, times: RatingAct(folder, 20 * times),
    "adjudicating": lambda folder, _, times: AdjudicatingAct(folder, 20 * times),
    "importing": lambda folder, _, times: ImportingAct(folder, 3000),  # noqa: ARG005
    "collecting": lambda folder, server, times: CollectingAct(folder, server, 150 * times),
    "grading": lambda folder, server, times: GradingAct(folder, server, 150 * times),
}
DISK_SIZE = "64m"
HEAD = (
    "act", "what", "times", "acknowledged", "lost", "double", "half items", "broken", "not as it should be",
    "slowest reopening",
)  # fmt: skip


@dataclass
class Figures:
    """What came of one act, killed or on full disks, so many times."""

    times: int = 0
    acknowledged: int = 0
    lost: int = 0
    double: int = 0
    half: int = 0
    broken: int = 0
    wrong: int = 0
    slowest: float = 0.0

    def add(self, audit: Audit) -> None:
        """Count one audit."""
        self.times += 1
        self.acknowledged += audit.acknowledged
        self.lost += audit.lost
        self.double += audit.double
        self.half += audit.half

    def open_again(self, database: str) -> None:
        """Open the database for writing, take the time, and verify every chain and the file."""
        began = time.perf_counter()
        with closing(open_for_writing(database)) as engine:
            engine.rows("select count(*) from study")
            self.slowest = max(self.slowest, time.perf_counter() - began)
            self.broken += sum(report.broken is not None for report in chain.verify(engine)) + len(engine.faults())

    def cells(self) -> list[str]:
        """Return the figures as cells of the table."""
        counts = [
            self.times, self.acknowledged, self.lost, self.double, self.half, self.broken, self.wrong,
        ]  # fmt: skip
        return [*(f"{count:,}" for count in counts), f"{self.slowest * 1e3:.0f} ms"]

    @property
    def hold(self) -> bool:
        """Whether nothing went wrong."""
        return not (self.lost or self.double or self.half or self.broken or self.wrong)


def killed(make: Make, server: LLMServer, times: int) -> Figures:
    """Kill an act again and again."""
    figures, chance = Figures(), Random(5)
    with working() as folder:
        act = make(folder, server, times)
        for _ in range(times):
            act.live(chance)
            if Path(act.database).exists():
                figures.open_again(act.database)
            figures.add(act.audit())
    return figures


def on_full_disks(make: Make, server: LLMServer, times: int) -> Figures:
    """Let the disk become full in the midst of an act, each time a new one."""
    figures = Figures()
    for _ in range(times):
        with small_disk() as (folder, disk):
            act = make(folder, server, 1)
            try:
                act.fill_up(disk)
            except (AssertionError, TimeoutError) as error:
                figures.wrong += 1
                print(f"    {error}")
            figures.open_again(act.database)
            figures.add(act.audit())
    return figures


@contextmanager
def working() -> Iterator[Path]:
    """Work in a folder that is removed at the end."""
    before = Path.cwd()
    with scratch() as folder:
        os.chdir(folder)
        try:
            yield folder
        finally:
            os.chdir(before)


@contextmanager
def small_disk() -> Iterator[tuple[Path, Disk]]:
    """Work on a small disk, mounted for this, or in a folder where none may be mounted."""
    with working() as folder:
        place = folder / "disk"
        place.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_SIZE}", "tmpfs", str(place)]
        if sys.platform != "linux" or os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
            yield folder, LimitedFiles()
            return
        os.chdir(place)
        try:
            yield place, FilledFolder(place)
        finally:
            os.chdir(folder)
            subprocess.run(["umount", str(place)], check=True)


def main() -> None:
    """Do what was asked for, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--disks", type=int, default=20)
    parser.add_argument("--only", choices=ACTS)
    given = parser.parse_args()
    title(f"Acts that write, interrupted; simulated data; {load()}")
    os.environ["TEST_KEY"] = KEY
    rows: list[list[str]] = []
    hold = True
    with served() as server:
        for name in [given.only] if given.only else ACTS:
            for what, times, do in (("killed", given.kills, killed), ("disk full", given.disks, on_full_disks)):
                if times:
                    figures = do(ACTS[name], server, times)
                    rows.append([name, what, *figures.cells()])
                    hold = hold and figures.hold
    widths = [max(map(len, column)) for column in zip(HEAD, *rows, strict=True)]
    for row in [HEAD, *rows]:
        print("  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
    if not hold:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
