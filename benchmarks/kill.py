"""`kill -9` of a rater process at a random moment, again and again: what was acknowledged must be there, and whole.

The process rates as fast as it can, with a draft after each answer, and tells each draft and each submitted item
to a file only after the call has returned. After each kill the file is opened at once and compared with what was
told; at the end every chain is verified. A killed process tests the program and SQLite, not the disk: the machine stays
up. Data is simulated.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from audit import Acknowledged, broken_chains, by_item, faults, lost_or_moved
from figures import load, milliseconds, scratch, show, title
from simulated import answers, fill, make_study, unsafe, wall_clock

from reviewer.model import Draft, Nothing
from reviewer.store import studies
from reviewer.store.sqlite import open_for_writing
from reviewer.studies.rating import RatingSession

STUDY = "killed"
RATER = "rater"


@dataclass
class Found:
    """What the kills came to."""

    told: list[Acknowledged] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    moments: Counter[str] = field(default_factory=Counter)
    untold: int = 0
    problems: list[str] = field(default_factory=list)


def main() -> None:
    """Kill, look, and go on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--longest", type=float, default=0.25, help="seconds from the first item to the kill, at most")
    given = parser.parse_args()
    chosen, found = random.Random(5), Found()
    with scratch() as folder:
        path = folder / "reviews.db"
        engine = open_for_writing(str(path))
        with unsafe(engine):
            fill(engine, given.kills * 400, 300)
            make_study(engine, STUDY, overlap=2)
        engine.close()
        for _ in range(given.kills):
            kill_one(path, chosen.random() * given.longest, found)
        engine = open_for_writing(str(path))
        found.problems += [*faults(engine, STUDY, labels_an_item=3), *broken_chains(engine)]
        engine.close()
    title(f"kill -9 of a rater process, {given.kills} times; simulated data; {load()}")
    show(
        "acknowledged sets whole and in order",
        f"{len(found.told):,} sets acknowledged, {len(found.problems)} faults",
        "none lost, none half",
        ok=not found.problems,
    )
    show("opened for writing and read after the kill", milliseconds(found.opened), "at once")
    show("killed", ", ".join(f"{moment}: {count}" for moment, count in sorted(found.moments.items())))
    show("committed, and killed before it was told", f"{found.untold} sets, each whole")
    for problem in found.problems[:20]:
        print(f"    {problem}")
    if found.problems:
        raise SystemExit(1)


def kill_one(path: Path, after: float, found: Found) -> None:
    """Start a rater, kill it `after` seconds after its first word, and compare the store with what it told."""
    told = path.with_name("told.jsonl")
    told.write_bytes(b"")
    process = multiprocessing.get_context("fork").Process(target=rate, args=(path, len(found.told), told))
    process.start()
    while not told.stat().st_size:
        time.sleep(0.001)
    time.sleep(after)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    begun = time.perf_counter()
    engine = open_for_writing(str(path))
    session = RatingSession(engine, studies.load(engine, STUDY), RATER, wall_clock)
    item = session.next_item()
    found.opened.append(time.perf_counter() - begun)
    moment, drafted = "", ("", 0)
    for word in told.read_bytes().splitlines(keepends=True):
        if not word.endswith(b"\n"):
            continue  # killed while it was telling
        what, identity, said = json.loads(word)
        moment = what
        if what == "after a draft":
            drafted = identity, len(said)
        elif what == "after a submit":
            drafted = "", 0
            found.told.append((identity, tuple((a, b, c, d) for a, b, c, d in said)))
    found.moments[moment] += 1
    stored = by_item(engine, STUDY, RATER)
    found.problems += lost_or_moved(stored, found.told, RATER)
    if any(len(said) != 3 for _, said in stored[-2:]):
        found.problems.append(f"a half item was stored: {stored[-2:]}")
    if len(stored) > len(found.told):
        found.untold += 1
    elif drafted[0]:
        in_hand, kept = "", 0
        if not isinstance(item, Nothing):
            in_hand, kept = item.handed.id, len(session.draft(item).answers)
        if in_hand != drafted[0] or kept < drafted[1]:
            found.problems.append(f"a draft of {drafted[1]} answers on {drafted[0]} was told, {kept} are kept")
    found.told = list(stored)  # what was committed and could not be told any more is known from here on
    engine.close()


def rate(path: Path, before: int, told: Path) -> None:
    """Rate until killed."""
    engine = open_for_writing(str(path))
    session = RatingSession(engine, studies.load(engine, STUDY), RATER, wall_clock)
    session.enter(f"{before}/{os.getpid()}", "simulated", os.getpid())
    chosen = random.Random(before)
    file = os.open(told, os.O_WRONLY | os.O_APPEND)

    def tell(what: str, item: str = "", draft: Draft | None = None) -> None:
        answered = {} if draft is None else draft.answers
        said = [[about.response, about.other, ask, one.value] for (about, ask), one in answered.items()]
        os.write(file, json.dumps([what, item, said]).encode() + b"\n")

    while True:
        tell("in next item")
        item = session.next_item()
        if isinstance(item, Nothing):
            raise SystemExit("the study is finished; give it more responses")
        draft, so_far = answers(session.rubric, item, chosen), Draft()
        for asked, answer in draft.answers.items():
            so_far.answers[asked] = answer
            tell("in a draft")
            session.save_draft(item, so_far)
            tell("after a draft", item.handed.id, so_far)
        tell("in a submit")
        session.submit(item, draft)
        tell("after a submit", item.handed.id, draft)


if __name__ == "__main__":
    main()
