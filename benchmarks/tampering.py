"""Which tamperings are noticed: by `verify` alone, with a seal's hash, with its file. One line each.

    python benchmarks/tampering.py

The list is `tests/support/tamperings.py`; `tests/store/test_tampering.py` fails where one passes under the seal.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reviewer.store.sqlite import open_for_writing
from tests.support.sealed_database import fill_every_table, noticed, seal_to
from tests.support.tamperings import STATES, TAMPERINGS, tampered


def main() -> None:
    """Print the table, and how many were noticed by each."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made, path, file = folder / "made.db", folder / "reviews.db", folder / "s.seal"
        with closing(open_for_writing(str(made))) as engine:
            fill_every_table(engine)
        seal_hash = seal_to(str(made), file)
        print(f"{'tampering':<64} {'verify':<10} {'with hash':<10} with file")
        for one in (*TAMPERINGS, *STATES):
            shutil.copy(made, path)
            tampered(str(path), one)
            found = noticed(str(path), file, seal_hash)
            print(f"{one.name:<64} {found.alone or '-':<10} {found.by_hash or '-':<10} {found.by_file or '-'}")
            counts.update(alone=bool(found.alone), by_hash=bool(found.by_hash), by_file=bool(found.by_file))
            counts["any"] += bool(found.alone or found.by_hash)
    total = len(TAMPERINGS) + len(STATES)
    print(
        f"\n{total} tamperings; noticed by verify alone {counts['alone']}, by the seal's hash {counts['by_hash']},"
        f" by its file {counts['by_file']}, by verify with a seal {counts['any']}"
    )


if __name__ == "__main__":
    main()
