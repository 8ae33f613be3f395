"""CPU time of `reviewer --help` against `sqlite-utils --help` in the same environment, run in turn."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

from figures import load, show, title

MOST = 1.5


def main() -> None:
    """Compare the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    given = parser.parse_args()
    commands = [str(Path(sys.executable).with_name(name)) for name in ("reviewer", "sqlite-utils")]
    for command in commands:
        cpu_time(command)  # the first run reads the files from the disk
    taken = [[cpu_time(command) for command in commands] for _ in range(given.runs)]
    ours, theirs = (statistics.median(column) for column in zip(*taken, strict=True))
    title(f"--help, CPU time, user + system, median of {given.runs}; {load()}")
    show(
        "reviewer --help",
        f"{ours * 1e3:.0f} ms",
        f"sqlite-utils --help {theirs * 1e3:.0f} ms; ratio <= {MOST}",
        ours / theirs,
        ok=ours <= MOST * theirs,
    )


def cpu_time(command: str) -> float:
    """Return the CPU seconds that `command --help` takes."""
    with subprocess.Popen([command, "--help"], stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} --help ended with status {process.returncode}")
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
