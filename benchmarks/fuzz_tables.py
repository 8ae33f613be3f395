"""Hostile tables by the thousand through the import: tracebacks, hangs, partial imports and second imports that add.

Every table is made from one number, which is printed where something goes wrong: `--from NUMBER --tries 1` tries it
again. The tests try a few dozen of the same tables.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
import traceback
from collections import Counter
from contextlib import closing
from pathlib import Path

from figures import load, scratch, show, title

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reviewer.store.sqlite import open_for_writing
from tests.support.hostile_tables import hostile_table, import_twice


class Hang(Exception):
    """An import that takes longer than its table is worth."""


def main() -> None:
    """Try as many tables as were asked for and show what became of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=5_000)
    parser.add_argument("--from", dest="first", type=int, default=0, help="number of the first table")
    parser.add_argument("--seconds", type=int, default=10, help="an import that takes longer hangs")
    given = parser.parse_args()
    signal.signal(signal.SIGALRM, _hang)
    title(f"Hostile tables {given.first:,} to {given.first + given.tries - 1:,}; {load()}")
    began = time.perf_counter()
    found: Counter[str] = Counter()
    with scratch() as folder:
        empty = Path(folder, "empty.db")
        with closing(open_for_writing(str(empty))):
            pass
        for number in range(given.first, given.first + given.tries):
            found[_tried(number, Path(folder), empty, given.seconds)] += 1
    for what in ("stored whole", "refused, nothing stored", "traceback", "hang", "partial import or second addition"):
        wrong = what[0] in "thp"
        show(what, f"{found[what]:,} of {given.tries:,}", ok=found[what] == 0 if wrong else None)
    show("time", f"{time.perf_counter() - began:.0f} s")


def _tried(number: int, folder: Path, empty: Path, seconds: int) -> str:
    table = hostile_table(random.Random(number))
    signal.alarm(seconds)
    try:
        return import_twice(folder, table, empty).value
    except Hang:
        print(f"    {number}: hangs, {table.content[:200]!r}")
        return "hang"
    except AssertionError as error:
        print(f"    {number}: {error}, {table.content[:200]!r}")
        return "partial import or second addition"
    except Exception:
        print(f"    {number}: {table.name}, {table.content[:200]!r}")
        traceback.print_exc(limit=-3)
        return "traceback"
    finally:
        signal.alarm(0)


def _hang(*_: object) -> None:
    raise Hang


if __name__ == "__main__":
    main()
