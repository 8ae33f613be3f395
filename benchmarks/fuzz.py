"""Hostile inputs by the thousand: what the program makes of them, and what it must not.

    python benchmarks/fuzz.py [--inputs 5000] [--seed 1] [--only KIND] [--first NUMBER]

Four kinds. Replies: whole collections and batches of models whose server sends wrong types and wrong wholes, beside one
whose server is in order. Tables: files to import. Definitions: rubrics, suites, models files, profiles and graders.
Databases: copies of a small one that were damaged, changed by another program, or are something else, through the
commands that read, through rating and through the application's store. Accepted means that an answer or a table was
stored, or that every command ended with status 0.

Every try is made from the seed and its number, which are printed where something goes wrong; the tests try a few dozen
of the same. Tries run in processes of their own, so that one that hangs or dies is seen. Ends with status 1 where there
was a traceback (the last handler's message counts as one), a hang, a partial import, or anything lost.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from random import Random

from figures import load, scratch, title

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reviewer.store.sqlite import open_for_writing
from tests.support.fuzzing import Tried, Wrong, traced
from tests.support.hostile_databases import hostile_databases
from tests.support.hostile_tables import ImportOutcome, hostile_table, import_twice
from tests.support.hostile_toml import hostile_definitions
from tests.support.llm_server import served
from tests.support.reply_fuzzing import batch_hostile, collect_hostile

Attempt = Callable[[Random], Tried]
BATCHES_EVERY = 4  # rounds of replies
PROMPTS = 40
HANG = 90.0  # seconds after which a try counts as hanging; a round of replies takes a few, all others less than one
WORKERS = os.cpu_count() or 1
MOST_SHOWN = 20


@contextmanager
def replies(folder: Path) -> Iterator[Attempt]:
    """Hand out what runs one round of requests, into a database of its own."""
    rounds = iter(range(10**9))
    with served() as server:

        def attempt(chance: Random) -> Tried:
            ask = batch_hostile if chance.randrange(BATCHES_EVERY) == 0 else collect_hostile
            database = folder / f"{next(rounds)}.db"
            with closing(open_for_writing(str(database))) as engine:
                came = ask(engine, server, chance, database.stem, PROMPTS)
            database.unlink()
            # One reply of a batch service brings many answers.
            accepted = min(came.stored, came.replies)
            wrong = [(Wrong.LOST, line) for line in came.lost] + [(Wrong.KEY, line) for line in came.leaked]
            return Tried(came.replies, accepted, came.replies - accepted, wrong)

        yield attempt


@contextmanager
def tables(folder: Path) -> Iterator[Attempt]:
    """Hand out what imports one table twice."""
    empty = folder / "empty.db"
    open_for_writing(str(empty)).close()

    def attempt(chance: Random) -> Tried:
        table = hostile_table(chance)
        try:
            stored = import_twice(folder, table, empty) is ImportOutcome.STORED
        except AssertionError as error:
            return Tried(wrong=[(Wrong.PARTIAL, f"{error}, {table.content[:200]!r}")])
        return Tried(accepted=int(stored), refused=int(not stored))

    yield attempt


@contextmanager
def definitions(folder: Path) -> Iterator[Attempt]:
    """Hand out what checks and uses one definition."""
    with hostile_definitions(folder) as hostile:
        yield hostile.attempt


@contextmanager
def databases(folder: Path) -> Iterator[Attempt]:
    """Hand out what reads and rates in one database."""
    with hostile_databases(folder) as hostile:
        yield hostile.attempt


KINDS = {"replies": replies, "tables": tables, "definitions": definitions, "databases": databases}


@dataclass
class FuzzTotal:
    """What came of all tries of one kind."""

    inputs: int = 0
    accepted: int = 0
    refused: int = 0
    wrong: Counter[Wrong] = field(default_factory=Counter)

    def add(self, number: int, tried: Tried) -> None:
        """Count one try, and print what went wrong in it."""
        self.inputs += tried.inputs
        self.accepted += tried.accepted
        self.refused += tried.refused
        for kind, words in tried.wrong:
            self.wrong[kind] += 1
            if self.wrong.total() <= MOST_SHOWN:
                print(f"    {number}: {kind}: {words}".encode(errors="backslashreplace").decode(), flush=True)


class FuzzWorker:
    """A process that tries one input after the other, and can be ended in the middle of one."""

    def __init__(self, kind: str, seed: int, folder: Path) -> None:
        self.number: int | None = None
        self.since = 0.0
        context = multiprocessing.get_context("fork")
        self.pipe, inside = context.Pipe()
        own = Path(tempfile.mkdtemp(dir=folder))
        self._process = context.Process(target=_work, args=(kind, seed, own, inside))
        self._process.start()
        inside.close()

    def begin(self, number: int) -> None:
        """Try the input of that number."""
        self.number, self.since = number, time.monotonic()
        self.pipe.send(number)

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _work(kind: str, seed: int, folder: Path, pipe: Connection) -> None:
    with KINDS[kind](folder) as attempt:
        while True:
            number = pipe.recv()
            try:
                tried = attempt(Random(f"{kind} {seed} {number}"))
            except TimeoutError:
                tried = Tried(wrong=[(Wrong.HANG, "it took too long")])
            except Exception as error:
                tried = Tried(wrong=[(Wrong.TRACEBACK, traced(error))])
            pipe.send(tried)


def fuzz(kind: str, inputs: int, seed: int, first: int) -> FuzzTotal:
    """Try inputs of one kind, from number `first`, until there were so many."""
    with scratch() as folder:
        return _fuzzed(lambda: FuzzWorker(kind, seed, folder), inputs, iter(range(first, first + inputs)))


def _fuzzed(start: Callable[[], FuzzWorker], inputs: int, numbers: Iterator[int]) -> FuzzTotal:
    total = FuzzTotal()
    workers = [start() for _ in range(WORKERS)]
    for worker in workers:
        _next(worker, numbers)
    while busy := [worker for worker in workers if worker.number is not None]:
        ready = wait([worker.pipe for worker in busy], timeout=1)
        for worker in busy:
            assert worker.number is not None
            lost: tuple[Wrong, str] | None = None
            if worker.pipe in ready:
                try:
                    total.add(worker.number, worker.pipe.recv())
                except EOFError:
                    lost = (Wrong.TRACEBACK, "the process died")
            elif time.monotonic() - worker.since > HANG:
                lost = (Wrong.HANG, f"not done after {HANG:.0f} s")
            else:
                continue
            if lost is not None:
                total.add(worker.number, Tried(wrong=[lost]))
                worker.end()
                workers[workers.index(worker)] = worker = start()
            worker.number = None
            if total.inputs < inputs:
                _next(worker, numbers)
    for worker in workers:
        worker.end()
    return total


def _next(worker: FuzzWorker, numbers: Iterator[int]) -> None:
    number = next(numbers, None)
    if number is not None:
        worker.begin(number)


def main() -> None:
    """Try what was asked for, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=5000, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=KINDS)
    parser.add_argument("--first", type=int, default=0, metavar="NUMBER", help="number of the first try")
    given = parser.parse_args()
    title(f"Hostile inputs of seed {given.seed}; {load()}")
    head = ["kind", "tried", "accepted", "refused", *Wrong, "time"]
    rows = []
    for kind in [given.only] if given.only else KINDS:
        began = time.monotonic()
        total = fuzz(kind, given.inputs, given.seed, given.first)
        counts = [total.inputs, total.accepted, total.refused, *(total.wrong[one] for one in Wrong)]
        rows.append([kind, *(f"{count:,}" for count in counts), f"{time.monotonic() - began:.0f} s"])
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in [head, *rows]:
        print("  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
    if any(cell != "0" for row in rows for cell in row[4:-1]):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
