"""`reviewer export STUDY --format jsonl` against a bare loop of `SELECT` and `json.dumps` over the same rows, in turn.

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

from reviewer.store.sqlite import open_for_writing

MOST = 2.0
COLUMNS = (
    "label.study", "label.question", "label.value", "label.rater", "rater.kind", "label.state", "label.confidence",
    "label.note", "label.raw", "label.aids", "label.panes", "label.shown_at", "label.decided_at", "label.saved_at",
    "label.rubric", "prompt.id", "prompt.messages",
    "suite.id", "suite.evaluation", "suite_prompt.name", "suite_prompt.reference", "suite_prompt.secret",
    "suite_prompt.severity", "suite_prompt.tags", "response.id", "response.text", "response.reasoning",
    "response.tool_calls", "response.stop_reason", "response.refusal", "response.sample", "study_response.drawn",
    "study_response.pool", "item.id", "configuration.name", "configuration.provider", "configuration.model",
    "configuration.lab", "configuration.settings",
)  # fmt: skip
FULL = (100_000, 1_000_000)


def main() -> None:
    """Measure at every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[20_000, 100_000], help="numbers of gold labels")
    parser.add_argument("--full", action="store_true", help=f"the budget's sizes, {FULL}")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--bare", nargs=2, metavar=("DATABASE", "OUTPUT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bare:
        bare(*given.bare)
        return
    title(f"Gold as JSON lines, one label a unit; simulated data; fastest of {given.runs}; {load()}")
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
    database, ours, theirs = folder / "reviews.db", folder / "gold.jsonl", folder / "bare.json"
    note(f"storing {size:,} labels")
    apart(lambda: prepare(database, size))
    export = ["-m", "reviewer", "export", "simulated", "--format", "jsonl", "--db", str(database)]
    best, memory = (float("inf"), float("inf")), 0.0
    for _ in range(runs):
        took, memory = run(export, ours)
        other, _ = run([str(Path(__file__)), "--bare", str(database), str(theirs)], folder / "nothing")
        best = min(best[0], took), min(best[1], other)
    with ours.open(encoding="utf-8") as written:
        count = sum(line.startswith("{") for line in written)
    if count != size:
        raise SystemExit(f"{count:,} rows were written, not {size:,}")
    ratio = best[0] / best[1]
    show(
        f"{size:,} rows, {file_size(ours):,.0f} MB",
        f"{best[0]:.2f} s, {size / best[0]:,.0f} rows/s, {memory:.0f} MB resident at most",
        f"bare {best[1]:.2f} s, {size / best[1]:,.0f} rows/s",
        ratio,
        ok=ratio <= MOST,
    )
    return memory


def prepare(database: Path, size: int) -> int:
    """Make a study with `size` gold labels, of one rater each."""
    engine = open_for_writing(str(database))
    with unsafe(engine):
        fill(engine, -(-size // 8) * 8, 200)
        study = make_study(engine, "simulated", overlap=1)
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
    """Write one line of JSON a label, with its response and its prompt, in the order of responses."""
    connection = sqlite3.connect(database)
    found = connection.execute(
        f"select {', '.join(COLUMNS)} from label join rater on rater.name = label.rater"
        " join response on response.id = label.response join prompt on prompt.number = response.prompt"
        " join configuration on configuration.number = response.configuration"
        " left join study on study.name = label.study"
        " left join study_response on study_response.study = study.number and study_response.response = response.number"
        " left join item on item.number = study_response.item"
        " left join suite_prompt on suite_prompt.prompt = prompt.number"
        " left join suite on suite.number = suite_prompt.suite"
        " where label.study = 'simulated' order by label.response"
    )
    with Path(output).open("w", encoding="utf-8") as file:
        for row in found:
            file.write(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n")


if __name__ == "__main__":
    main()
