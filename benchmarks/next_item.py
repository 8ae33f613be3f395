"""The next item in the store, and submitting one: how long, and whether it stays flat from 10,000 to 1,000,000.

Each call is the real one of `RatingSession`, with synchronous=full, over simulated data with 100 raters part-way.
Beside each call the same disk commits one row to a plain table, which is the least that a durable call can take.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from figures import BareDisk, file_size, load, milliseconds, note, percentile, scratch, show, title
from simulated import Clock, answers, enter, fill, make_study, rate_in_bulk, rubric, unsafe

from reviewer.model import Nothing
from reviewer.store import studies
from reviewer.store.engine import Engine
from reviewer.store.sqlite import open_for_writing
from reviewer.studies.rating import RatingSession

BUDGET = 0.005
RATERS = tuple(f"rater-{number:03d}" for number in range(100))
FULL = (10_000, 100_000, 1_000_000)


@dataclass
class Calls:
    """Seconds that calls took, one of each kind after the other."""

    next: list[float] = field(default_factory=list)
    submit: list[float] = field(default_factory=list)
    disk: list[float] = field(default_factory=list)


def main() -> None:
    """Measure every case at every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[10_000, 100_000], help="numbers of responses")
    parser.add_argument("--full", action="store_true", help=f"the budget's sizes, {FULL}")
    parser.add_argument("--calls", type=int, default=500, help="measured calls of each kind in each case")
    parser.add_argument("--rounds", type=int, default=3, help="the one with the quietest disk is shown")
    parser.add_argument("--characters", type=int, default=1000, help="length of a response")
    given = parser.parse_args()
    title(
        f"Next item in the store; simulated data, panes 2, synchronous=full; of {given.rounds} rounds the one with the"
        f" quietest disk; {load()}"
    )
    found: dict[str, dict[int, Calls]] = {}
    for size in FULL if given.full else given.sizes:
        with scratch() as folder:
            for case, calls in measure(folder, size, given).items():
                found.setdefault(case, {})[size] = calls
    title("Flat: p95 at the largest size against the smallest, and less the p95 of the bare commit beside it")
    for case, by_size in found.items():
        small, large = by_size[min(by_size)], by_size[max(by_size)]
        if len(by_size) > 1 and small.next:
            low, high = percentile(small.next, 0.95), percentile(large.next, 0.95)
            more = max(0.0, high - percentile(large.disk, 0.95)) - max(0.0, low - percentile(small.disk, 0.95))
            show(f"next item, {case}", f"{low * 1e3:.2f} -> {high * 1e3:.2f} ms; {more * 1e3:+.2f} ms", "", high / low)


def measure(folder: Path, size: int, given: argparse.Namespace) -> dict[str, Calls]:
    """Make the evidence once and the cases as studies over it, and measure each."""
    path = folder / "reviews.db"
    engine = open_for_writing(str(path))
    disk = BareDisk(folder / "bare.db")
    with unsafe(engine):
        note(f"storing {size:,} responses")
        fill(engine, size, given.characters)
        cases = {
            "overlap 2, part-way": part_way(engine, "overlap-2", 2, size),
            "overlap 3, part-way": part_way(engine, "overlap-3", 3, size),
            "overlap 3, two far ahead": far_ahead(engine, "ahead", size),
        }
        joiner, other = late(engine, "late")
        cases["overlap 2, 99 % done, a late joiner"] = [joiner]
        cases["overlap 2, 99 % done, one of the 100"] = [other]
        engine.rows("pragma wal_checkpoint(truncate)")
    os.sync()  # else the first commits would pay for what was prepared
    [(labels,)] = engine.rows("select count(*) from label")
    title(
        f"{size:,} responses of {given.characters:,} characters, {labels:,} labels, file of {file_size(path):,.0f} MB"
    )
    results = {}
    for case, sessions in cases.items():
        rounds = [run(sessions, disk, given.calls) for _ in range(given.rounds)]
        calls = results[case] = min((one for one in rounds if one.disk), key=lambda one: percentile(one.disk, 0.95))
        slow = percentile(calls.next, 0.95)
        show(f"next item, {case}", milliseconds(calls.next), "p95 <= 5 ms", slow / BUDGET, ok=slow <= BUDGET)
        show(f"submit, {case}", milliseconds(calls.submit))
        show("  one bare commit beside each", milliseconds(calls.disk))
    exhausted(engine, "ahead", cases["overlap 3, two far ahead"])
    disk.close()
    engine.close()
    return results


def part_way(engine: Engine, name: str, overlap: int, size: int) -> list[RatingSession]:
    """Bring 100 raters to a fifth of a study: the most of it in bulk, the last 2,000 sets by the real calls.

    Half of the raters then hold an item; the other half is returned.
    """
    note(f"study {name}")
    study = make_study(engine, name, overlap=overlap)
    clock = Clock()
    sessions = enter(engine, name, RATERS, clock)
    chosen = random.Random(overlap)
    done = study.items // 5
    rate_in_bulk(
        engine,
        study,
        RATERS,
        lambda _: chosen.sample(range(len(RATERS)), overlap),
        positions=range(done),
        with_labels=True,
    )
    for place in range(min(2000, size // 10)):
        work(sessions[place % len(sessions)], chosen)
    for session in sessions[50:]:
        session.next_item()
        clock.pass_by(timedelta(seconds=1))
    return sessions[:50]


def far_ahead(engine: Engine, name: str, size: int) -> list[RatingSession]:
    """Let two raters do four fifths of the first 50,000 items, at overlap 3, before anyone else begins."""
    note(f"study {name}")
    study = make_study(engine, name, overlap=3)
    sessions = enter(engine, name, RATERS, Clock())
    done = min(study.items, 50_000) * 4 // 5
    rate_in_bulk(engine, study, RATERS, lambda _: (0, 1), positions=range(done), with_labels=False)
    for place in range(min(200, size // 100)):
        work(sessions[place % 2], random.Random(place))
    return sessions[:2]


def late(engine: Engine, name: str) -> tuple[RatingSession, RatingSession]:
    """Let 100 raters do 99 % of a study, half of the rest once; return one who joins now, and an old one."""
    note(f"study {name}")
    study = make_study(engine, name, overlap=2)
    *_, old = enter(engine, name, RATERS, Clock())
    chosen = random.Random(3)
    full, once = study.items * 99 // 100, study.items * 995 // 1000
    for positions, count in ((range(full), 2), (range(full, once), 1)):
        rate_in_bulk(
            engine,
            study,
            RATERS,
            lambda _, count=count: chosen.sample(range(len(RATERS)), count),  # type: ignore[misc]
            positions=positions,
            with_labels=False,
        )
    [joiner] = enter(engine, name, ["late-joiner"], Clock())
    return joiner, old


def work(session: RatingSession, chosen: random.Random) -> None:
    """Do one item, where there is one."""
    item = session.next_item()
    if not isinstance(item, Nothing):
        session.submit(item, answers(session.rubric, item, chosen))


def run(sessions: Sequence[RatingSession], disk: BareDisk, count: int) -> Calls:
    """Time `count` rounds of next item, submit, and one bare commit, the raters in turn."""
    calls, chosen, asked = Calls(), random.Random(9), rubric()
    for place in range(count):
        session = sessions[place % len(sessions)]
        begun = time.perf_counter()
        item = session.next_item()
        calls.next.append(time.perf_counter() - begun)
        if isinstance(item, Nothing):
            calls.next.pop()
            break
        draft = answers(asked, item, chosen)
        begun = time.perf_counter()
        session.submit(item, draft)
        calls.submit.append(time.perf_counter() - begun)
        calls.disk.append(disk.commit())
    return calls


def exhausted(engine: Engine, name: str, sessions: Sequence[RatingSession]) -> None:
    """Time what two raters who have done a whole study are told when they ask for more; only its last places wait."""
    study = studies.load(engine, name)
    with unsafe(engine):
        note("the two raters finish the study")
        rate_in_bulk(engine, study, RATERS, lambda _: (0, 1), positions=range(study.items), with_labels=False)
        while not isinstance(item := sessions[0].next_item(), Nothing):
            sessions[0].submit(item, answers(sessions[0].rubric, item, random.Random(1)))
    seconds = []
    for _ in range(5):
        begun = time.perf_counter()
        assert isinstance(sessions[0].next_item(), Nothing)
        seconds.append(time.perf_counter() - begun)
    show(f"no item left of {study.items:,}, all had by this rater", milliseconds(seconds))


if __name__ == "__main__":
    main()
