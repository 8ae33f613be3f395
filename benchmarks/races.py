"""Races of two raters for the last place of an item: never more sets than places, however they meet.

(a) Both submit an item with one place left, their leases having run out: one set counts, the other is surplus.
(b) Both ask for the next item where one place is left: one gets it, the other is told to wait.

Each race is a study of one item with overlap 2, of which a third rater has filled one place. Two processes with engines
of their own meet at a barrier before each race and step off together, give or take a random moment. Studies are
prepared with synchronous=off, the races run with synchronous=full. Data and time are simulated.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import time
from collections.abc import Sequence
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path

from audit import broken_chains, faults
from figures import load, milliseconds, note, scratch, show, title
from simulated import Clock, answers, enter, fill, make_study, unsafe

from reviewer.model import Nothing
from reviewer.store import studies
from reviewer.store.engine import Engine
from reviewer.store.sqlite import open_for_writing
from reviewer.studies.item_sheet import Item
from reviewer.studies.rating import LEASE, RatingSession

LONGER = LEASE + timedelta(minutes=1)
LATEST = 0.0004
Prepared = list[tuple[Item, Item] | None]


def main() -> None:
    """Run both kinds of race."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--races", type=int, default=1000, help="of each kind")
    parser.add_argument("--full", action="store_true", help="10,000 of each kind")
    given = parser.parse_args()
    races = 10_000 if given.full else given.races
    title(f"Races of two processes for a last place; simulated data; {load()}")
    count = sum(run(kind, races) for kind in ("submit", "ask"))
    if count:
        raise SystemExit(1)


def run(kind: str, races: int) -> int:
    """Prepare the studies, run the races, check every one; return how many faults there are."""
    with scratch() as folder:
        path = folder / "reviews.db"
        note(f"{races:,} races: {kind}")
        engine = open_for_writing(str(path))
        with unsafe(engine):
            fill(engine, 2, 300)
            prepared: Prepared = [prepare(engine, f"race-{number}", kind) for number in range(races)]
        engine.close()
        context = multiprocessing.get_context("fork")
        barrier = context.Barrier(2, timeout=120)
        processes = [context.Process(target=race, args=(path, side, prepared, barrier)) for side in (0, 1)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        sides = [json.loads(path.with_name(f"side-{side}.json").read_text(encoding="utf-8")) for side in (0, 1)]
        engine = open_for_writing(str(path))
        problems = check(engine, kind, sides)
        engine.close()
    return report(kind, sides, problems)


def prepare(engine: Engine, name: str, kind: str) -> tuple[Item, Item] | None:
    """Make a study of one item with one place left; for (a) also let two raters' leases on it run out."""
    make_study(engine, name, overlap=2)
    clock = Clock()
    first, left, right, last = enter(engine, name, ("first", "left", "right", "last"), clock)
    submit(first, hand(first))
    if kind == "ask":
        return None
    items = []
    for session in (left, right):
        items.append(hand(session))
        clock.pass_by(LONGER)
    # Asking takes back the place of a lease that ran out; skipping leaves it free.
    last.skip(hand(last))
    return items[0], items[1]


def hand(session: RatingSession) -> Item:
    """Return the rater's next item, which there must be."""
    item = session.next_item()
    assert isinstance(item, Item)
    return item


def submit(session: RatingSession, item: Item) -> bool:
    """Submit the item at random; return whether the set counts."""
    return not session.submit(item, answers(session.rubric, item, random.Random(session.rater))).surplus


def race(path: Path, side: int, prepared: Prepared, barrier: Barrier) -> None:
    """Run every race as one of the two raters; write what came of each, and when it began and ended."""
    engine = open_for_writing(str(path))
    rater, chosen = ("left", "right")[side], random.Random(side)
    clock = Clock()
    clock.pass_by(4 * LONGER)
    came: list[tuple[bool, float, float]] = []
    for number, items in enumerate(prepared):
        session = RatingSession(engine, studies.load(engine, f"race-{number}"), rater, clock)
        wait = chosen.random() * LATEST
        barrier.wait()
        begun = time.perf_counter()
        while time.perf_counter() < begun + wait:
            pass
        begun = time.perf_counter()
        won = submit(session, items[side]) if items else not isinstance(session.next_item(), Nothing)
        came.append((won, begun, time.perf_counter()))
    engine.close()
    path.with_name(f"side-{side}.json").write_text(json.dumps(came), encoding="utf-8")


def check(engine: Engine, kind: str, sides: Sequence[Sequence[tuple[bool, float, float]]]) -> list[str]:
    """Return every race that did not have one winner, in what was told or in the store."""
    problems = []
    for number, ((left, *_), (right, *_)) in enumerate(zip(*sides, strict=True)):
        name = f"race-{number}"
        if left == right:
            problems.append(f"{name}: {'both won' if left else 'nobody won'}")
        stored = engine.rows(
            "select place.rater, place.state from place join study on study.number = place.study"
            " where study.name = :study and place.rater in ('left', 'right') order by place.rater",
            {"study": name},
        )
        if kind == "submit":
            states = {True: "done", False: "surplus"}
            expected = [("left", states[left]), ("right", states[right])]
        else:
            expected = [("left", "leased")] * left + [("right", "leased")] * right
        if stored != expected:
            problems.append(f"{name}: stored are {stored}, told was {expected}")
    sampled = {*range(0, len(sides[0]), max(1, len(sides[0]) // 100)), len(sides[0]) - 1}
    surplus = engine.rows(
        "select study, sum(surplus = 0), sum(surplus) from label group by study"
        " having sum(surplus = 0) <> :counted or sum(surplus) <> :surplus",
        {"counted": 6 if kind == "submit" else 3, "surplus": 3 if kind == "submit" else 0},
    )
    problems += [f"{study}: {counted} labels count, {more} are surplus" for study, counted, more in surplus]
    for number in sorted(sampled):
        problems += faults(engine, f"race-{number}", labels_an_item=3)
    return problems + list(broken_chains(engine))


def report(kind: str, sides: Sequence[Sequence[tuple[bool, float, float]]], problems: list[str]) -> int:
    """Show what came of the races of one kind; return how many faults there are."""
    left, right = sides
    races = len(left)
    met = sum(one[1] < other[2] and other[1] < one[2] for one, other in zip(left, right, strict=True))
    wins = sum(won for won, *_ in left)
    name = "both submit, leases run out" if kind == "submit" else "both ask for the next item"
    show(
        f"{name}, one place left",
        f"{races:,} races, left won {wins:,}, right {races - wins:,}; {met:,} overlapped in time",
        f"one winner each; {len(problems)} faults",
        ok=not problems,
    )
    show("  a call in a race", milliseconds([end - begun for side in sides for _, begun, end in side]))
    for problem in problems[:20]:
        print(f"    {problem}")
    return len(problems)


if __name__ == "__main__":
    main()
