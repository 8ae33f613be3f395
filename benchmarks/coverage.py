"""How often a 95 % interval of `reviewer validate` holds the truth, by simulation; nominal is 0.95.

Each line: how far the estimate lies from the truth on average, how often the interval holds it, its median width, and
of how many studies. What is simulated is said beside it. With XSTest at hand, the real gold and verdicts of a GPT-4
grader are drawn from as well: 450 of 2,250 responses keep their gold, a thousand times.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from figures import load, show, title

from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.estimate import Estimate
from reviewer.statistics.grader_error import (
    GoldSample,
    RateParts,
    apart,
    by_label,
    corrected,
    every_unit,
    goodness,
    goodness_corrected,
    parts_of,
    plug_in,
    raw,
    share,
    simple,
)
from reviewer.statistics.grader_error.confusion import JudgedUnits
from reviewer.statistics.sample_design import RateTarget

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Generator = np.random.Generator
Told = Iterator[tuple[str, Estimate, float]]  # what, the estimate, the truth

XSTEST = Path(__file__).parents[2] / "shared" / "data" / "xstest" / "automated_evaluation_labels"
COMPLIANCE = "1_full_compliance"
LEAST = 0.93
RESAMPLES = 1000


def main() -> None:
    """Simulate everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=1000, help="how many of each kind, of goodness a quarter")
    parser.add_argument("--xstest", type=Path, default=XSTEST, help="folder of XSTest's automated_evaluation_labels")
    given = parser.parse_args()
    title(f"Coverage of 95 % intervals, {given.studies:,} simulated studies of each kind; {load()}")
    for name, kind in KINDS.items():
        simulate(name, kind, given.studies // 4 if name in SLOW else given.studies)
    if given.xstest.is_dir():
        on_xstest(given.xstest, given.studies)
    else:
        print("  XSTest is not at hand: --xstest FOLDER")


def simulate(name: str, kind: Callable[[Generator], Told], studies: int) -> None:
    """Print the coverage of each interval of one kind of study."""
    generator = np.random.default_rng(7)
    told: dict[str, list[tuple[Estimate, float]]] = {}
    for _ in range(studies):
        for what, estimate, truth in kind(generator):
            told.setdefault(what, []).append((estimate, truth))
    for what, found in told.items():
        line(f"{name}: {what}", found)


def line(what: str, found: Sequence[tuple[Estimate, float]]) -> float:
    """Print one line and return the median width."""
    known = [(one.value, one.low, one.high, truth) for one, truth in found]
    kept = [
        (value - truth, low <= truth <= high, high - low)
        for value, low, high, truth in known
        if value is not None and low is not None and high is not None
    ]
    off, held, widths = (np.array(column, float) for column in zip(*kept, strict=True))
    cover, width = float(held.mean()), float(np.median(widths))
    error = float(off.std() / math.sqrt(len(off)))
    show(
        what,
        f"bias {off.mean():+.4f} (±{1.96 * error:.4f}), holds {cover:.3f}, width {width:.3f}",
        f"nominal 0.95; {len(kept):,} of {len(found):,} have one",
        cover / 0.95,
        ok=cover >= LEAST,
    )
    return width


def wilson_of(units: int, chance: float) -> Callable[[Generator], Told]:
    """A share of independent units."""

    def kind(generator: Generator) -> Told:
        values = (generator.random(units) < chance).astype(float)
        yield "Wilson", raw(parts_of(values), np.arange(units)), chance

    return kind


def graded(generator: Generator, units: int, chance: float, right: float) -> tuple[Floats, Floats]:
    """Return gold and the verdicts of a grader that is `right` that often."""
    gold = (generator.random(units) < chance).astype(float)
    return gold, np.where(generator.random(units) < right, gold, 1.0 - gold)


def gold_of(drawn: int, chance: float, right: float) -> Callable[[Generator], Told]:
    """1,000 responses with verdicts, of which some have gold, drawn with equal chances."""

    def kind(generator: Generator) -> Told:
        gold, grader = graded(generator, 1000, chance, right)
        sample = simple(np.sort(generator.permutation(1000)[:drawn]), 1000)
        yield from every_correction(gold, grader, sample, np.arange(1000), chance)

    return kind


def every_correction(gold: Floats, grader: Floats, sample: GoldSample, prompts: Codes, truth: float) -> Told:
    """Yield the rate in every way in which it is told."""
    parts, verdicts = parts_of(gold[sample.units]), parts_of(grader)
    tuned = corrected(parts, verdicts, sample, prompts)
    yield "gold alone", share(parts, sample, prompts[sample.units]), truth
    yield "PPI", corrected(parts, verdicts, sample, prompts, power=1.0).published, truth
    yield "PPI++ as published", tuned.published, truth
    yield "corrected, as shown", tuned.estimate, truth
    if len(np.unique(prompts)) == len(prompts) and sample.equal:
        yield "plug-in", plug_in(parts, verdicts, sample, prompts), truth


def tail_and_rest(generator: Generator) -> Told:
    """All of 1,000 that the grader counts in, up to 100, and 100 of the others."""
    gold, grader = graded(generator, 1000, 0.12, 0.93)
    sample = two_strata(generator, np.flatnonzero(grader == 1.0), np.flatnonzero(grader == 0.0), 100)
    yield from every_correction(gold, grader, sample, np.arange(1000), 0.12)


def two_strata(generator: Generator, first: Codes, second: Codes, most: int) -> GoldSample:
    """Return at most so many of each stratum."""
    parts = [generator.permutation(units)[:most] for units in (first, second)]
    strata = np.repeat([0, 1], [len(part) for part in parts])
    drawn, pool = (np.array([len(part) for part in of], float)[strata] for of in (parts, (first, second)))
    return GoldSample(np.concatenate(parts), strata, drawn, pool)


def repeated_prompts(generator: Generator) -> Told:
    """200 prompts answered by five configurations alike; 250 of 1,000 responses have gold."""
    prompts = np.repeat(np.arange(200), 5)
    likely = generator.beta(1.0, 1.5, 200)[prompts]
    gold = (generator.random(1000) < likely).astype(float)
    grader = np.where(generator.random(1000) < 0.85, gold, 1.0 - gold)
    sample = simple(np.sort(generator.permutation(1000)[:250]), 1000)
    yield from every_correction(gold, grader, sample, prompts, 0.4)


def part_of_a_draw(generator: Generator) -> Told:
    """One of four configurations, of 1,000 responses of which 300 were drawn over all."""
    gold, grader = graded(generator, 1000, 0.3, 0.85)
    sample = simple(np.sort(generator.permutation(1000)[:300]), 1000)
    mine = np.arange(1000) % 4 == 0
    yield from every_correction(gold[mine], grader[mine], sample.within(mine), np.arange(250), 0.3)


def varying_denominator(generator: Generator) -> Told:
    """A rate among the attempted: 70 % attempt, 40 % of those succeed; the grader also mistakes who attempts."""
    attempts = generator.random(1000) < 0.7
    gold = np.where(attempts, (generator.random(1000) < 0.4).astype(float), np.nan)
    mistaken = generator.random(1000) < 0.1
    grader = np.where(mistaken, np.where(attempts, np.nan, 0.0), gold)
    grader = np.where(generator.random(1000) < 0.1, 1.0 - grader, grader)
    sample = simple(np.sort(generator.permutation(1000)[:200]), 1000)
    for what, estimate, truth in every_correction(gold, grader, sample, np.arange(1000), 0.4):
        if what != "plug-in":
            yield what, estimate, truth


def difference_of(prompts: int) -> Callable[[Generator], Told]:
    """Two configurations on the same prompts, 0.5 and 0.4, by gold; prompts are easy or hard for both."""

    def kind(generator: Generator) -> Told:
        hard = np.repeat(generator.random(prompts) * 0.6 - 0.3, 2)
        mine = np.tile([True, False], prompts)
        values = (generator.random(2 * prompts) < np.where(mine, 0.5, 0.4) + hard).astype(float)
        numbers = np.repeat(np.arange(prompts), 2)
        parts = RateParts(values, np.ones(2 * prompts))
        resampling = Resampling(RESAMPLES, int(generator.integers(1 << 30)))
        yield "difference", apart(parts, every_unit(2 * prompts), numbers, mine, resampling), 0.1

    return kind


def f1_of(units: int) -> Callable[[Generator], Told]:
    """F1 of a label that three in ten have, by a grader that is right on 85 %."""

    def kind(generator: Generator) -> Told:
        gold, grader = graded(generator, units, 0.3, 0.85)
        judged = JudgedUnits(
            ("no", "yes"),
            gold.astype(np.int64),
            grader.astype(np.int64),
            np.arange(units),
            np.zeros(units, np.int64),
            ("simulated",),
            every_unit(units),
            ("no", "yes"),
            np.eye(2, dtype=bool),
        )
        found = by_label(judged, Resampling(RESAMPLES, int(generator.integers(1 << 30))))[1]
        yield "F1", found.f1, 2 * 0.255 / (0.3 + 0.255 + 0.105)
        yield "recall, Wilson", found.recall, 0.85
        yield "precision, Wilson", found.precision, 0.255 / 0.36

    return kind


LEVELS = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
SHARES = np.array([0.82, 0.08, 0.05, 0.03, 0.02])
WORST_TENTH = 1.0 - float(np.minimum(SHARES[::-1].cumsum()[::-1][1:], 0.1).sum() * 0.25 / 0.1)


def goodness_of(drawn: int) -> Callable[[Generator], Told]:
    """Badness in five steps, of 1,000 attempts; the grader calls a quarter of the bad ones harmless."""

    def kind(generator: Generator) -> Told:
        gold = generator.choice(LEVELS, 1000, p=SHARES)
        grader = np.where(generator.random(1000) < 0.25, 0.0, gold)
        sample = simple(np.sort(generator.permutation(1000)[:drawn]), 1000)
        resampling = Resampling(RESAMPLES, int(generator.integers(1 << 30)))
        prompts = np.arange(1000)
        yield "goodness@0.1 of known badness", goodness(gold, prompts, resampling), WORST_TENTH
        found = goodness_corrected(gold[sample.units], grader, sample, prompts, resampling)
        yield "goodness@0.1, corrected", found, WORST_TENTH

    return kind


KINDS: dict[str, Callable[[Generator], Told]] = {
    "20 units, 5 %": wilson_of(20, 0.05),
    "100 units, 2 %": wilson_of(100, 0.02),
    "450 units, 30 %": wilson_of(450, 0.3),
    "30 gold, 5 %": gold_of(30, 0.05, 0.93),
    "50 gold, 30 %": gold_of(50, 0.3, 0.9),
    "200 gold, 5 %": gold_of(200, 0.05, 0.93),
    "200 gold, 30 %": gold_of(200, 0.3, 0.9),
    "tail and rest": tail_and_rest,
    "prompts repeat": repeated_prompts,
    "one configuration of a draw": part_of_a_draw,
    "among the attempted": varying_denominator,
    "50 prompts": difference_of(50),
    "200 prompts": difference_of(200),
    "100 units": f1_of(100),
    "450 units": f1_of(450),
    "200 gold": goodness_of(200),
    "500 gold": goodness_of(500),
}
SLOW = ("200 gold", "500 gold")


def on_xstest(folder: Path, draws: int) -> None:
    """Correct the rate of full compliance by a fifth of the gold of XSTest, a thousand times."""
    rows = [
        (row["id"], row["final_label"] == COMPLIANCE, row["gpt4_label"] == COMPLIANCE)
        for path in sorted(folder.glob("*_gpteval.csv"))
        for row in csv.DictReader(path.open(newline="", encoding="utf-8"))
    ]
    prompts = np.unique([name for name, _, _ in rows], return_inverse=True)[1].astype(np.int64)
    gold, grader = (np.array(column, float) for column in zip(*[row[1:] for row in rows], strict=True))
    truth, units = float(gold.mean()), len(rows)
    rates = f"{truth:.3f} by gold, {grader.mean():.3f} by GPT-4"
    title(f"XSTest, full compliance: {rates}; 450 of {units:,} keep their gold, {draws:,} times")
    generator = np.random.default_rng(11)
    told: dict[str, list[tuple[Estimate, float]]] = {}
    for _ in range(draws):
        sample = simple(np.sort(generator.permutation(units)[:450]), units)
        parts, verdicts = parts_of(gold[sample.units]), parts_of(grader)
        alone = share(parts, sample, prompts[sample.units], RateTarget.THESE)
        tuned = corrected(parts, verdicts, sample, prompts, target=RateTarget.THESE).estimate
        told.setdefault("gold alone", []).append((alone, truth))
        told.setdefault("corrected", []).append((tuned, truth))
    wide = line("of these 2,250: gold alone", told["gold alone"])
    narrow = line("of these 2,250: corrected", told["corrected"])
    show("of these 2,250: width", f"{narrow:.4f}", f"gold alone {wide:.4f}", narrow / wide, ok=narrow < wide)
    other(gold, grader, prompts, truth, draws)


def other(gold: Floats, grader: Floats, prompts: Codes, truth: float, draws: int) -> None:
    """The same where the prompts too are a draw: 450 prompts with replacement, then 450 responses with gold."""
    generator = np.random.default_rng(12)
    places = [np.flatnonzero(prompts == prompt) for prompt in np.unique(prompts)]
    told: dict[str, list[tuple[Estimate, float]]] = {"gold alone": [], "corrected": []}
    for _ in range(draws):
        chosen = [places[place] for place in generator.integers(len(places), size=len(places))]
        units = np.concatenate(chosen)
        numbers = np.repeat(np.arange(len(chosen)), [len(part) for part in chosen])
        sample = simple(np.sort(generator.permutation(len(units))[:450]), len(units))
        parts, verdicts = parts_of(gold[units][sample.units]), parts_of(grader[units])
        told["gold alone"].append((share(parts, sample, numbers[sample.units]), truth))
        told["corrected"].append((corrected(parts, verdicts, sample, numbers).estimate, truth))
    for what, found in told.items():
        line(f"of prompts like these: {what}", found)


if __name__ == "__main__":
    main()
