"""Percentiles, a line of result, and the bare disk as a peer: what every benchmark here shares."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

HEAD = ("what", "figure", "limit or peer", "ratio", "")


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile: the smallest value that `share` of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def milliseconds(values: Sequence[float]) -> str:
    """Return median, p95 and largest of `values` in seconds as milliseconds."""
    middle, high = percentile(values, 0.5), percentile(values, 0.95)
    return f"p50 {middle * 1e3:.2f}, p95 {high * 1e3:.2f}, max {max(values) * 1e3:.1f} ms (n {len(values):,})"


def title(text: str) -> None:
    """Print what is measured and how."""
    print(f"\n{text}", flush=True)


def show(what: str, figure: str, against: str = "", ratio: float | None = None, *, ok: bool | None = None) -> None:
    """Print one result; `ok` None is a figure without a budget."""
    verdict = "" if ok is None else "ok" if ok else "MISSED"
    print(f"  {what:<44} {figure:<58} {against:<44} {'' if ratio is None else f'{ratio:.2f}':>6} {verdict}", flush=True)


def note(text: str) -> None:
    """Print to stderr what is being prepared."""
    print(f"    … {text}", file=sys.stderr, flush=True)


@contextmanager
def scratch() -> Iterator[Path]:
    """Hand out a folder that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="reviewer-benchmark-") as folder:
        yield Path(folder)


class BareDisk:
    """The limit under every durable save: one row of a label's size into a plain table, WAL, synchronous=full."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        if not self._connection.execute("select 1 from sqlite_master").fetchone():
            self._connection.execute("pragma journal_mode = wal")
            self._connection.execute("create table bare (text text not null)")
        self._connection.execute("pragma synchronous = full")

    def commit(self, rows: int = 1) -> float:
        """Insert `rows` rows in one transaction; return how long that took."""
        begun = time.perf_counter()
        self._connection.execute("begin immediate")
        self._connection.executemany("insert into bare values (?)", [("x" * 700,)] * rows)
        self._connection.execute("commit")
        return time.perf_counter() - begun

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def apart(do: Callable[[], float]) -> float:
    """Return what `do` returns in a process of its own.

    What needs much memory runs there, because the peak of a process counts for every command that it starts later.
    """
    context = multiprocessing.get_context("fork")
    answer = context.SimpleQueue()
    process = context.Process(target=lambda: answer.put(do()))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit("a part of the benchmark failed")
    return float(answer.get())


def peak_memory(process: int) -> float:
    """Return the most memory that a running process has had resident, in MB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def file_size(path: Path) -> float:
    """Return the size of a file in MB."""
    return path.stat().st_size / 1e6 if path.exists() else 0.0


def load() -> str:
    """Return how busy the machine is, for the record."""
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
