"""Makes `reviews.db`, the database that is shipped: the starter suites and rubrics of `prompts/`, in WAL mode.

    python scripts/starter_database.py [FILE]

Run it again after a change in `prompts/`; a test tells when it was forgotten.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from reviewer.model import utc
from reviewer.rubric import read_rubric
from reviewer.store import evidence, rubrics
from reviewer.store.sqlite import open_for_writing
from reviewer.suites import read_suite

ROOT = Path(__file__).parents[1]


def make(path: Path, prompts: Path, now: str) -> None:
    """Make the database at `path` anew from the definitions in `prompts`."""
    for old in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        old.unlink(missing_ok=True)
    engine = open_for_writing(str(path))
    with engine.writing():
        for file in sorted((prompts / "rubrics").glob("*.toml")):
            rubrics.ensure(engine, read_rubric(file), now)
        for file in sorted((prompts / "suites").glob("*.toml")):
            evidence.ensure_suite(engine, read_suite(file), now)
    engine.close()


if __name__ == "__main__":
    make(
        Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "reviews.db",
        ROOT / "prompts",
        utc(datetime.now(UTC)),
    )
