"""Every coefficient with 1,000-resample intervals, 3 raters, once counted, beside three libraries in the same run.

The libraries give point values only, without intervals, from the ratings as they take them; ours start from the counts
of distinct rows. The fastest of each counts, since other work only ever makes a run slower. Data is simulated: five
values, 80 % of labels true, no label missing, since two of the libraries take no missing ones.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import krippendorff
import numpy as np
import numpy.typing as npt
from figures import load, note, scratch, show, title
from simulated import fill, label_in_bulk, make_study, rubric, unsafe
from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped]
from statsmodels.stats.inter_rater import fleiss_kappa  # type: ignore[import-untyped]

from reviewer.definitions.scale import Scale
from reviewer.statistics.agreement import RatingTable, RowDraw, measure, read_rows, row_design
from reviewer.store import ratings, studies
from reviewer.store.ratings import Scope
from reviewer.store.sqlite import open_for_writing

MOST = 0.2  # seconds, at every size
MOST_COUNTING = 1.0  # seconds a million labels
RATERS, VALUES = 3, 5
MANY_UNITS, MANY_RATERS = 350, 123
PREVALENCE = (0.6, 0.2, 0.1, 0.05, 0.05)
Ratings = npt.NDArray[np.int64]


def main() -> None:
    """Measure at every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000], help="numbers of units")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--labels", type=int, default=300_000, help="labels counted in SQLite; the budget is for 1000000"
    )
    given = parser.parse_args()
    title(f"All coefficients of {RATERS} raters with 1,000 resamples; simulated; fastest of {given.runs}; {load()}")
    for size in given.sizes:
        compare(size, given.runs)
    designed(given.sizes[-1], given.runs)
    many_raters(given.runs)
    with scratch() as folder:
        count_in_store(folder / "reviews.db", given.labels, given.runs)


def compare(size: int, runs: int) -> None:
    """Measure ours on both kinds of scale, and the libraries once each."""
    ratings = simulate(size)
    counted = count(ratings)
    for scale in (Scale.NOMINAL, Scale.ORDINAL):
        seconds = fastest(lambda scale=scale: measure(counted, scale=scale, seed=1), runs)  # type: ignore[misc]
        show(
            f"{size:,} units, {scale}, all with intervals",
            f"{seconds:.3f} s",
            f"limit {MOST} s",
            seconds / MOST,
            ok=seconds <= MOST,
        )
    peers: dict[str, Callable[[], object]] = {
        "krippendorff α, no interval": lambda: krippendorff.alpha(
            ratings.T, level_of_measurement="nominal", value_domain=list(range(VALUES))
        ),
        "statsmodels Fleiss κ, no interval": lambda: fleiss_kappa(
            np.stack([(ratings == value).sum(axis=1) for value in range(VALUES)], axis=1)
        ),
        "scikit-learn Cohen κ, 3 pairs, no interval": lambda: [
            cohen_kappa_score(ratings[:, one], ratings[:, other]) for one, other in ((0, 1), (0, 2), (1, 2))
        ],
    }
    ours = fastest(lambda: measure(counted, scale=Scale.NOMINAL, seed=1), runs)
    for name, run in peers.items():
        seconds = fastest(run, 1)
        show(f"  {name}", f"{seconds:.3f} s", f"ours, all with intervals: {ours:.3f} s", ours / seconds)


def designed(size: int, runs: int) -> None:
    """Measure units in strata with unequal chances, and a tenth as many of prompts that repeat, eight to a prompt."""
    pool = [size // 2 * (1 + 9 * stratum) for stratum in range(2)]
    strata = [RowDraw(None, unit % 2, size // 2, pool[unit % 2]) for unit in range(size)]
    prompts = [RowDraw(unit // 8) for unit in range(size // 10)]
    for name, draws in (("weighted, two strata", strata), ("eight to a prompt", prompts)):
        counted = count(simulate(len(draws)), draws)
        seconds = fastest(lambda counted=counted: measure(counted, scale=Scale.NOMINAL, seed=1), runs)  # type: ignore[misc]
        show(f"{len(draws):,} units, {name}, with intervals", f"{seconds:.3f} s", "no budget")


def many_raters(runs: int) -> None:
    """Measure 350 units by 123 raters, a fifth of the labels missing: every row is another."""
    generator = np.random.default_rng(MANY_RATERS)
    truth = generator.integers(0, VALUES, (MANY_UNITS, 1))
    guesses = generator.integers(0, VALUES, (MANY_UNITS, MANY_RATERS))
    given = np.where(generator.random(guesses.shape) < 0.7, truth, guesses)
    given[generator.random(guesses.shape) < 0.2] = -1
    rows = [(tuple(map(int, row)), 1) for row in given]
    names = [f"rater {rater + 1}" for rater in range(MANY_RATERS)]
    counted = read_rows(rows, raters=names, values=[f"value {value}" for value in range(VALUES)])
    seconds = fastest(lambda: measure(counted, scale=Scale.NOMINAL, seed=1), runs)
    show(f"{MANY_UNITS} units x {MANY_RATERS} raters, all pairs", f"{seconds:.3f} s", "no budget", seconds)


def count_in_store(path: Path, labels: int, runs: int) -> None:
    """Count the distinct rows of `labels` labels by three raters in SQLite."""
    note(f"storing {labels:,} labels")
    units = -(-labels // (8 * RATERS)) * 8
    names = [f"rater {rater + 1}" for rater in range(RATERS)]
    engine = open_for_writing(str(path))
    with unsafe(engine):
        fill(engine, units, 40)
        study = make_study(engine, "simulated", overlap=RATERS)
        for name in names:
            label_in_bulk(engine, study, units, [name])
    question = rubric().questions[0]
    scope = Scope(studies.load(engine, "simulated"), question.id)

    def count_rows() -> None:
        who = [name for name, _ in ratings.raters(engine, scope)]
        values = [option.value for option in question.options]
        found = sum(row.units for row in ratings.rows(engine, scope, who, values, by_prompt=False))
        if found != units:
            raise SystemExit(f"{found:,} units were counted, not {units:,}")

    seconds = fastest(count_rows, runs)
    engine.close()
    limit = MOST_COUNTING * units * RATERS / 1_000_000
    show(
        f"{units * RATERS:,} labels counted in SQLite",
        f"{seconds:.2f} s",
        f"limit {limit:.2f} s, 1 s a million",
        seconds / limit,
        ok=seconds <= limit,
    )


def simulate(size: int) -> Ratings:
    """Return ratings of shape (size, raters)."""
    generator = np.random.default_rng(size)
    truth = generator.choice(VALUES, (size, 1), p=PREVALENCE)
    guesses = generator.choice(VALUES, (size, RATERS), p=PREVALENCE)
    return np.where(generator.random((size, RATERS)) < 0.8, truth, guesses)


def count(ratings: Ratings, draws: list[RowDraw] | None = None) -> RatingTable:
    """Return the table of distinct rows, as the store counts them."""
    packed = (ratings @ VALUES ** np.arange(RATERS)).tolist()
    rows = Counter(zip(packed, draws or [RowDraw(None)] * len(packed), strict=True))
    names = [f"rater {rater + 1}" for rater in range(RATERS)]
    return read_rows(
        [(tuple(key // VALUES**rater % VALUES for rater in range(RATERS)), units) for (key, _), units in rows.items()],
        raters=names,
        values=[f"value {value}" for value in range(VALUES)],
        numbers=range(VALUES),
        design=None if draws is None else row_design([draw for _, draw in rows]),
    )


def fastest(run: Callable[[], object], runs: int) -> float:
    """Return the seconds of the fastest of `runs`."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return min(taken)


if __name__ == "__main__":
    main()
