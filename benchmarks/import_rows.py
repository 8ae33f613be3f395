"""`reviewer import` of N responses against a bare `executemany` of the same rows, in the same run.

The import runs as a process of its own, from the first byte of the file to the line that says what was stored; then it
builds the search index, which is timed apart. The peer gets the very rows that the import stored, as tuples in memory,
and puts them into one plain table of the same columns without indexes: WAL, synchronous=full, one transaction.
"""

from __future__ import annotations

import argparse
import csv
import gc
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from figures import apart, file_size, load, note, peak_memory, scratch, show, title
from simulated import MODELS, Texts, prompt_text

LEAST = 0.30
FULL = (100_000, 1_000_000)
COLUMNS = ("id", "prompt", "model", "response")


@dataclass(frozen=True, slots=True)
class Import:
    """What one import took: seconds and MB when the rows were stored, and again when the index was built."""

    stored: float
    stored_memory: float
    indexed: float
    indexed_memory: float


def main() -> None:
    """Measure JSONL and CSV at every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[20_000, 100_000], help="numbers of responses")
    parser.add_argument("--full", action="store_true", help=f"the budget's sizes, {FULL}")
    parser.add_argument("--characters", type=int, default=1000, help="length of a response")
    parser.add_argument("--format", choices=("jsonl", "csv"), action="append", help="default: both")
    given = parser.parse_args()
    sizes = FULL if given.full else tuple(given.sizes)
    title(f"Import of responses of {given.characters:,} characters; simulated data; {load()}")
    for kind in given.format or ("jsonl", "csv"):
        memory = {}
        for size in sizes:
            with scratch() as folder:
                memory[size] = measure(folder, kind, size, given.characters).stored_memory
        if len(memory) > 1:
            small, large = memory[min(memory)], memory[max(memory)]
            show(
                f"{kind}: memory, {min(memory):,} -> {max(memory):,}",
                f"{small:.0f} -> {large:.0f} MB resident at most",
                "flat: <= 1.3 x",
                large / small,
                ok=large <= 1.3 * small,
            )


def measure(folder: Path, kind: str, size: int, characters: int) -> Import:
    """Import one file, and insert the same rows bare."""
    source = folder / f"simulated.{kind}"
    note(f"writing {size:,} rows of {kind}")
    write(source, kind, size, characters)
    database = folder / "reviews.db"
    took = run_import(source, database, size)
    bare = apart(lambda: run_bare(database, folder / "bare.db", size))
    ratio = bare / took.stored
    name = f"{kind}, {size:,} rows"
    show(
        f"{name}: import",
        f"{took.stored:.1f} s, {size / took.stored:,.0f} rows/s, {took.stored_memory:.0f} MB",
        f"bare executemany {bare:.1f} s, {size / bare:,.0f} rows/s",
        ratio,
        ok=ratio >= LEAST,
    )
    index = took.indexed - took.stored
    show(
        f"{name}: search index, apart",
        f"{index:.1f} s, {size / index:,.0f} rows/s, {took.indexed_memory:.0f} MB",
        f"source {file_size(source):,.0f} MB, database {file_size(database):,.0f} MB",
    )
    return took


def rows(size: int, characters: int) -> Iterator[dict[str, str]]:
    """Yield the rows of a table: eight models on each prompt."""
    texts = Texts(characters)
    for number in range(size):
        prompt = number // 8
        yield {
            "id": f"p{prompt}",
            "prompt": prompt_text(prompt),
            "model": MODELS[number % 8],
            "response": texts(number),
        }


def write(path: Path, kind: str, size: int, characters: int) -> None:
    """Write the table to `path`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        if kind == "jsonl":
            file.writelines(json.dumps(row) + "\n" for row in rows(size, characters))
        else:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows(size, characters))


def run_import(source: Path, database: Path, size: int) -> Import:
    """Run `reviewer import`; its report of what was stored comes before it builds the index."""
    command = [sys.executable, "-u", "-m", "reviewer", "import", str(source), "--db", str(database)]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"NO_COLOR": "1"}) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        stored, stored_memory = time.perf_counter() - begun, peak_memory(process.pid)
        if f"{size:,} new responses" not in first:
            raise SystemExit(f"the import did not store {size:,} responses: {first}")
        # Its last words are written when the index is built; then the process may be gone before it can be looked at.
        process.stdout.readline()
        indexed = time.perf_counter() - begun
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    return Import(stored, stored_memory, indexed, usage.ru_maxrss / 1024)


def run_bare(database: Path, path: Path, size: int) -> float:
    """Insert the rows as they are stored in `database` into a plain table; return the seconds that it took."""
    with sqlite3.connect(database) as connection:
        found = connection.execute("select * from response")
        columns = [description[0] for description in found.description]
        stored = found.fetchall()
    connection.close()
    assert len(stored) == size
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = wal", "synchronous = full"):
        connection.execute(f"pragma {pragma}")
    connection.execute(f"create table response ({', '.join(columns)})")
    gc.collect()
    begun = time.perf_counter()
    connection.execute("begin immediate")
    connection.executemany(f"insert into response values ({', '.join('?' * len(columns))})", stored)
    connection.execute("commit")
    took = time.perf_counter() - begun
    connection.close()
    return took


if __name__ == "__main__":
    main()
