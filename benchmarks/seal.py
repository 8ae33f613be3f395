"""`reviewer seal` and `verify --seal` beside a bare loop of `SELECT *`, `json.dumps` and SHA-256 over the same tables.

Responses of 1,000 characters, a study of all of them, a label to every fourth. Each is a process of its own; CPU time
is told beside the time that passed, since other work shares the machine. Data is simulated.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from figures import apart, file_size, load, note, scratch, show, title
from simulated import fill, label_in_bulk, make_study, unsafe

from reviewer.store.sqlite import open_for_writing

TABLES = ("prompt", "response", "study_response", "label")
CHARACTERS = 1_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds that passed, seconds of CPU, and MB resident at most."""

    seconds: float
    cpu: float
    memory: float

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s, CPU {self.cpu:.1f} s, {self.memory:.0f} MB"


def main() -> None:
    """Measure at every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[20_000, 100_000], help="numbers of responses")
    parser.add_argument("--full", action="store_true", help="1,000,000 responses")
    parser.add_argument("--bare", metavar="DATABASE", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bare:
        bare(given.bare)
        return
    title(f"Sealing; simulated data; {load()}")
    for size in [1_000_000] if given.full else given.sizes:
        with scratch() as folder:
            measure(folder, size)


def measure(folder: Path, size: int) -> None:
    """Seal a database of `size` responses, and hold it against its seal as it was and with one row changed."""
    database, file = folder / "reviews.db", folder / "s.seal"
    note(f"storing {size:,} responses")
    apart(lambda: prepare(database, size))
    peer = run([str(Path(__file__)), "--bare", str(database)])
    reviewer = ["-m", "reviewer", "--db", str(database)]

    def tell(what: str, cost: Cost) -> None:
        show(f"{what}, {size:,}", str(cost), f"bare {peer}", cost.cpu / peer.cpu)

    tell("verify", run([*reviewer, "verify"]))
    tell("seal", run([*reviewer, "seal"]))
    tell("seal -o", run([*reviewer, "seal", "-o", str(file)]))
    show(f"the seal's file, {size:,}", f"{file_size(file):,.0f} MB", f"the database {file_size(database):,.0f} MB")
    tell("verify --seal FILE", run([*reviewer, "verify", "--seal", str(file)]))
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("update response set usage = '{}' where number = 2")
    tell("verify --seal FILE, a response changed", run([*reviewer, "verify", "--seal", str(file)], status=1))


def prepare(database: Path, size: int) -> int:
    """Store the responses, the study and the labels."""
    engine = open_for_writing(str(database))
    with unsafe(engine):
        fill(engine, -(-size // 8) * 8, CHARACTERS)
        study = make_study(engine, "simulated", overlap=1)
        label_in_bulk(engine, study, size // 4, ["rater-1", "rater-2"])
    engine.close()
    return size


def run(arguments: list[str], status: int = 0) -> Cost:
    """Run Python with `arguments`, which must end with `status`."""
    begun = time.perf_counter()
    with subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL) as process:
        _, ended, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(ended)
    if process.returncode != status:
        raise SystemExit(f"{' '.join(arguments)} ended with status {process.returncode}, not {status}")
    return Cost(time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def bare(database: str) -> None:
    """Hash every row of the large tables as it stands."""
    with closing(sqlite3.connect(database)) as connection:
        for table in TABLES:
            running = hashlib.sha256()
            for row in connection.execute(f"select * from {table}"):
                running.update(hashlib.sha256(json.dumps(row).encode()).digest())
            print(table, running.hexdigest())


if __name__ == "__main__":
    main()
