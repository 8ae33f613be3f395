"""Hostile replies to collections and batches, by the thousand: how many were tried, and what they broke.

    python benchmarks/fuzz_replies.py [--replies 5000] [--seed 1]

A round asks three models, one a wire format, whose server on loopback answers with wrong types and wrong wholes, and
one model beside them whose server is in order; every fourth round goes through the batch services. Ends with status 1
where anything was raised, hung, lost, or where a key that the server repeated was stored.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent))

from reviewer.store.sqlite import open_for_writing
from tests.support.llm_server import LLMServer, served
from tests.support.reply_fuzzing import FuzzRound, batch_hostile, collect_hostile

BATCHES_EVERY = 4  # rounds
PROMPTS = 40


def main() -> int:
    """Run rounds until enough replies were sent, and print what came of them."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--replies", type=int, default=5000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # what is raised may quote what no terminal can show
    counts: Counter[str] = Counter()
    began = time.monotonic()
    number = 0
    with served() as server:
        while counts["tried"] < given.replies:
            with TemporaryDirectory() as folder:
                came = one_round(folder, server, Random(f"{given.seed} {number}"), number, counts)
            if came is not None:
                counts["tried"] += came.replies
                counts["lost answers"] += len(came.lost)
                counts["stored keys"] += len(came.leaked)
                for line in [*came.lost, *came.leaked]:
                    print(f"round {number}: {line}")
            number += 1
    print(f"{number:,} rounds of seed {given.seed} in {time.monotonic() - began:.0f} s")
    kinds = ("tried", "tracebacks", "hangs", "lost answers", "stored keys")
    print(", ".join(f"{kind} {counts[kind]:,}" for kind in kinds))
    return 1 if any(counts[kind] for kind in kinds[1:]) else 0


def one_round(folder: str, server: LLMServer, random: Random, number: int, counts: Counter[str]) -> FuzzRound | None:
    """Return what came of a round; None where it raised or hung, which is counted."""
    ask = collect_hostile if number % BATCHES_EVERY else batch_hostile
    engine = open_for_writing(str(Path(folder) / "reviews.db"))
    try:
        return ask(engine, server, random, f"round {number}", PROMPTS)
    except TimeoutError:
        counts["hangs"] += 1
        print(f"round {number} hung")
    except Exception:
        counts["tracebacks"] += 1
        print(f"round {number}:")
        traceback.print_exc(file=sys.stdout)
    finally:
        engine.close()
    return None


if __name__ == "__main__":
    sys.exit(main())
