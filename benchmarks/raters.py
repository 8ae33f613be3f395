"""Many rater processes on one file, each saving one item a second: nothing lost, double or out of order, and how long.

Each process has an engine of its own and does what a terminal does: next item, a draft after each answer, submit.
Afterwards the store is compared with what each process was told. The peer is the same load on a plain table: as many
processes, one commit each as often, WAL, synchronous=full. Data is simulated.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import time
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path

from audit import Acknowledged, broken_chains, by_item, faults, lost_or_moved
from figures import BareDisk, load, milliseconds, note, percentile, scratch, show, title
from simulated import answers, fill, make_study, unsafe, wall_clock

from reviewer.model import Draft, Nothing
from reviewer.store import studies
from reviewer.store.sqlite import open_for_reading, open_for_writing
from reviewer.studies.rating import RatingSession

BUDGET = 0.100
STUDY = "together"
KINDS = ("submit", "next item", "draft")


def main() -> None:
    """Run the raters, then the bare processes, then compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raters", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--items", type=int, default=4000)
    given = parser.parse_args()
    names = [f"rater-{number:02d}" for number in range(given.raters)]
    with scratch() as folder:
        note("storing responses")
        path = folder / "reviews.db"
        engine = open_for_writing(str(path))
        with unsafe(engine):
            fill(engine, given.items * 2, 1000)
            make_study(engine, STUDY, overlap=3)
        engine.close()
        BareDisk(folder / "bare.db").close()
        for kind in ("bare commits", "raters"):
            note(f"{given.raters} processes, {given.seconds} s: {kind}")
            together(
                [(bare if kind == "bare commits" else rate, folder, name, given.seconds) for name in names],
            )
        title(
            f"{given.raters} rater processes on one file, an item a second each for {given.seconds} s, 3 labels and"
            f" 3 drafts an item; simulated data; {load()}"
        )
        problems = report(folder, names)
    if problems:
        raise SystemExit(1)


def together(calls: list[tuple[Callable[[Path, str, int, Barrier], None], Path, str, int]]) -> None:
    """Run each call in a process of its own, all beginning at once."""
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(len(calls), timeout=120)  # one that failed must not keep the others for ever
    processes = [context.Process(target=do, args=(*arguments, barrier)) for do, *arguments in calls]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    failed = [process.exitcode for process in processes if process.exitcode]
    if failed:
        raise SystemExit(f"{len(failed)} processes failed")


def rate(folder: Path, name: str, seconds: int, barrier: Barrier) -> None:
    """Rate one item a second; write what was acknowledged, in order, and how long each call took."""
    engine = open_for_writing(str(folder / "reviews.db"))
    session = RatingSession(engine, studies.load(engine, STUDY), name, wall_clock)
    session.enter(name, "simulated", 1)
    chosen = random.Random(name)
    taken: dict[str, list[float]] = {kind: [] for kind in KINDS}
    told: list[Acknowledged] = []
    barrier.wait()
    begun = time.perf_counter() + chosen.random()
    for second in range(seconds):
        time.sleep(max(0.0, begun + second - time.perf_counter()))
        before = time.perf_counter()
        item = session.next_item()
        taken["next item"].append(time.perf_counter() - before)
        if isinstance(item, Nothing):
            break
        draft = answers(session.rubric, item, chosen)
        so_far = Draft()
        for place, (asked, answer) in enumerate(draft.answers.items(), start=1):
            time.sleep(max(0.0, begun + second + 0.2 * place - time.perf_counter()))
            so_far.answers[asked] = answer
            before = time.perf_counter()
            session.save_draft(item, so_far)
            taken["draft"].append(time.perf_counter() - before)
        before = time.perf_counter()
        session.submit(item, draft)
        taken["submit"].append(time.perf_counter() - before)
        said = ((about.response, about.other, asked, given.value) for (about, asked), given in draft.answers.items())
        told.append((item.handed.id, tuple(said)))
    engine.close()
    (folder / f"{name}.json").write_text(json.dumps({"taken": taken, "told": told}), encoding="utf-8")


def bare(folder: Path, name: str, seconds: int, barrier: Barrier) -> None:
    """Commit as often as a rater does."""
    disk = BareDisk(folder / "bare.db")
    barrier.wait()
    chosen = random.Random(name)
    begun, taken = time.perf_counter() + chosen.random(), []
    for call in range(seconds * 5):
        time.sleep(max(0.0, begun + call / 5 - time.perf_counter()))
        taken.append(disk.commit(3))
    disk.close()
    (folder / f"{name}.bare.json").write_text(json.dumps(taken), encoding="utf-8")


def report(folder: Path, names: list[str]) -> int:
    """Show the figures and every fault; return how many faults."""
    disk = [one for name in names for one in json.loads((folder / f"{name}.bare.json").read_text(encoding="utf-8"))]
    taken: dict[str, list[float]] = {kind: [] for kind in KINDS}
    told: dict[str, list[Acknowledged]] = {}
    for name in names:
        document = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for kind in KINDS:
            taken[kind] += document["taken"][kind]
        told[name] = [(item, tuple((a, b, c, d) for a, b, c, d in said)) for item, said in document["told"]]
    slow = percentile(taken["submit"], 0.95)
    show("save (submit, 3 labels)", milliseconds(taken["submit"]), "p95 <= 100 ms", slow / BUDGET, ok=slow <= BUDGET)
    for kind in KINDS[1:]:
        show(kind, milliseconds(taken[kind]))
    show("  bare commit of 3 rows under the same load", milliseconds(disk))
    engine = open_for_reading(str(folder / "reviews.db"))
    problems: list[str] = []
    for name in names:
        stored = by_item(engine, STUDY, name)
        problems += lost_or_moved(stored, told[name], name)
        if len(stored) != len(told[name]):
            problems.append(f"{name}: {len(stored)} sets are stored, {len(told[name])} were acknowledged")
    problems += [*faults(engine, STUDY, labels_an_item=3), *broken_chains(engine)]
    engine.close()
    sets = sum(map(len, told.values()))
    show(
        "acknowledged sets found once and in order",
        f"{sets:,} sets, {sets * 3:,} labels, {len(names)} chains; {len(problems)} faults",
        "no fault",
        ok=not problems,
    )
    for problem in problems[:20]:
        print(f"    {problem}")
    return len(problems)


if __name__ == "__main__":
    main()
