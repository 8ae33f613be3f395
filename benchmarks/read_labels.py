"""`reviewer labels STUDY --json` against a bare loop of `SELECT` and `json.dumps` over the same rows, in the same run.

Both are processes of their own that write to a file; both are run in turn and the fastest of each counts, since other
work only ever makes a run slower. Data is simulated.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from figures import apart, file_size, load, note, scratch, show, title
from simulated import fill, label_in_bulk, make_study, unsafe

from reviewer.cli.labels import COLUMNS
from reviewer.store.sqlite import open_for_writing

MOST = 2.0
FULL = (100_000, 1_000_000)


def main() -> None:
    """Measure at every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[20_000, 100_000], help="numbers of labels")
    parser.add_argument("--full", action="store_true", help=f"the budget's sizes, {FULL}")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--bare", nargs=2, metavar=("DATABASE", "OUTPUT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bare:
        bare(*given.bare)
        return
    title(f"Labels as one JSON document; simulated data; fastest of {given.runs}; {load()}")
    memory = {}
    for size in FULL if given.full else given.sizes:
        with scratch() as folder:
            memory[size] = measure(folder, size, given.runs)
    if len(memory) > 1:
        small, large = memory[min(memory)], memory[max(memory)]
        show(
            f"memory, {min(memory):,} -> {max(memory):,}",
            f"{small:.0f} -> {large:.0f} MB resident at most",
            "flat: <= 1.3 x",
            large / small,
            ok=large <= 1.3 * small,
        )


def measure(folder: Path, size: int, runs: int) -> float:
    """Make a study with `size` labels, write them out both ways, and return the memory of ours in MB."""
    database, ours, theirs = folder / "reviews.db", folder / "labels.json", folder / "bare.json"
    note(f"storing {size:,} labels")
    apart(lambda: prepare(database, size))
    labels_command = ["-m", "reviewer", "labels", "simulated", "--json", "--db", str(database)]
    best, memory = (float("inf"), float("inf")), 0.0
    for _ in range(runs):
        took, memory = run(labels_command, ours)
        other, _ = run([str(Path(__file__)), "--bare", str(database), str(theirs)], folder / "nothing")
        best = min(best[0], took), min(best[1], other)
    with ours.open(encoding="utf-8") as written:
        count = sum(line.startswith("{") for line in written) - 1
    if count != size:
        raise SystemExit(f"{count:,} labels were written, not {size:,}")
    ratio = best[0] / best[1]
    show(
        f"{size:,} labels, {file_size(ours):,.0f} MB",
        f"{best[0]:.2f} s, {size / best[0]:,.0f} labels/s, {memory:.0f} MB resident at most",
        f"bare {best[1]:.2f} s, {size / best[1]:,.0f} labels/s",
        ratio,
        ok=ratio <= MOST,
    )
    return memory


def prepare(database: Path, size: int) -> int:
    """Make a study with `size` labels by ten raters."""
    engine = open_for_writing(str(database))
    with unsafe(engine):
        fill(engine, max(size // 10, 8) // 8 * 8, 200)
        study = make_study(engine, "simulated", overlap=10)
        label_in_bulk(engine, study, size, [f"rater-{number:02d}" for number in range(10)])
    engine.close()
    return size


def run(arguments: list[str], output: Path) -> tuple[float, float]:
    """Run Python with `arguments`; return the seconds and the MB that it took."""
    begun = time.perf_counter()
    with output.open("wb") as file, subprocess.Popen([sys.executable, *arguments], stdout=file) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with status {process.returncode}")
    return time.perf_counter() - begun, usage.ru_maxrss / 1024


def bare(database: str, output: str) -> None:
    """Write every row of the label table as one line of JSON."""
    connection = sqlite3.connect(database)
    found = connection.execute(f"select {', '.join(COLUMNS)} from label order by number")
    with Path(output).open("w", encoding="utf-8") as file:
        for row in found:
            file.write(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n")


if __name__ == "__main__":
    main()
