"""How often a 95 % interval of `reviewer validate` and `report` holds the truth, by simulation; nominal is 0.95.

Each line: how far the estimate lies from the truth on average, how often the interval holds it, its median width, and
what share of the intervals carries a warning that it is likely too narrow. A figure is well where it holds 0.93, or is
said to be doubtful. What is simulated stands beside it. With XSTest at hand, the real gold and verdicts of a GPT-4
grader are drawn from as well: 450 of 2,250 responses keep their gold, a thousand times; `ppi-python` and `truescore`,
where they are installed, are asked beside.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
from figures import load, show, title
from populations import (
    Codes,
    Draw,
    Floats,
    Generator,
    Simulated,
    disagreement_sample,
    population,
    random_sample,
    sampled,
    stratified_sample,
    tail_sample,
)

from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.estimate import Estimate
from reviewer.statistics.grader_error import (
    by_label,
    corrected,
    corrected_difference,
    difference,
    goodness,
    goodness_corrected,
    judged_units,
    parts_of,
    plug_in,
    raw,
    raw_difference,
    share,
)
from reviewer.statistics.interval import wilson
from reviewer.statistics.sample_design import RateTarget, census, simple_sample

Told = Iterator[tuple[str, Estimate, float]]  # what, the estimate, the truth

XSTEST = Path(__file__).parents[2] / "shared" / "data" / "xstest" / "automated_evaluation_labels"
COMPLIANCE = "1_full_compliance"
LEAST = 0.93
SURE = 0.92  # of what carries no warning
RESAMPLES = 500
LOWER = 0.6  # the rate of the second configuration, in rates of the first


def main() -> None:
    """Simulate everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="2,000 studies of each kind instead of 100")
    parser.add_argument("--studies", type=int, help="how many of each kind; of the worst tenth a quarter")
    parser.add_argument("--only", default="", metavar="TEXT", help="only kinds whose name holds it")
    parser.add_argument("--xstest", type=Path, default=XSTEST, help="folder of XSTest's automated_evaluation_labels")
    given = parser.parse_args()
    studies = given.studies or (2000 if given.full else 100)
    title(f"Coverage of 95 % intervals, {studies:,} simulated studies of each kind; {load()}")
    for name, kind in KINDS.items():
        if given.only in name:
            simulate(name, kind, studies // 4 if name in SLOW else studies)
    if given.only:
        return
    if given.xstest.is_dir():
        on_xstest(given.xstest, studies if given.studies or not given.full else 1000)
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
    kept = [
        (one.value - truth, one.low - 1e-9 <= truth <= one.high + 1e-9, one.high - one.low, one.warning is not None)
        for one, truth in found
        if one.value is not None and one.low is not None and one.high is not None
    ]
    if not kept:
        show(what, "undefined", f"{len(found):,} studies")
        return float("nan")
    off, held, widths, warned = (np.array(column, float) for column in zip(*kept, strict=True))
    room = 1.96 * math.sqrt(0.05 * 0.95 / len(held))
    sure = held[warned == 0.0]
    doubtful = warned.mean() >= 0.5 and (len(sure) < len(held) / 10 or sure.mean() >= SURE - room)
    well = None if "(peer)" in what else bool(held.mean() >= LEAST - room or doubtful)
    show(
        what,
        f"bias {off.mean():+.4f} (±{1.96 * off.std() / math.sqrt(len(off)):.4f}), holds {held.mean():.3f},"
        f" width {np.median(widths):.3f}",
        f"warned {warned.mean():.2f}; {len(kept):,} of {len(found):,} have one",
        float(held.mean()) / 0.95,
        ok=well,
    )
    return float(np.median(widths))


def naive(gold: Floats, truth: float) -> Told:
    """What Wilson's interval says of units as if they were drawn simply and alone: the peer that knows no design."""
    value = float(gold.mean())
    yield "gold, as if simple (peer)", Estimate(value, *wilson(value, len(gold))), truth


def figures_of(drawn: Simulated, rates: Sequence[float], right: float) -> Told:
    """Yield every rate, error and difference of the first two configurations, and of all."""
    design, gold, grader = drawn.design, parts_of(drawn.gold), parts_of(drawn.grader)
    wrong = parts_of((drawn.gold != drawn.grader).astype(float))
    first, second = (design.configurations == place for place in (0, 1))
    mine = design.take(first)
    all_of, own, apart = float(np.mean(rates)), rates[0], rates[0] - rates[1]
    yield "gold, all", share(gold, design), all_of
    yield "gold, one configuration", share(gold.take(first), mine), own
    yield from naive(drawn.gold[design.seen], all_of)
    yield "error, all", share(wrong, design), 1.0 - right
    yield "error, one configuration", share(wrong.take(first), mine), 1.0 - right
    yield "corrected, all", corrected(gold, grader, design).estimate, all_of
    yield "corrected, one configuration", corrected(gold.take(first), grader.take(first), mine).estimate, own
    yield "corrected as published (peer)", corrected(gold, grader, design).published, all_of
    yield "by the grader", raw(grader, design), all_of * right + (1.0 - all_of) * (1.0 - right)
    yield "difference by gold", difference(gold, design, first, second).estimate, apart
    yield "difference of error", difference(wrong, design, first, second).estimate, 0.0
    yield "difference corrected", corrected_difference(gold, grader, design, first, second).estimate, apart
    yield "difference by the grader", raw_difference(grader, design, first, second).estimate, apart * (2 * right - 1)


def drawn_by(
    draw: Draw,
    rate: float,
    *,
    prompts: int = 500,
    configurations: int = 2,
    together: float = 0.1,
    right: float = 0.9,
) -> Callable[[Generator], Told]:
    """Studies of one rate, drawn in one way from 500 prompts; all configurations but the second have that rate."""
    rates = [rate, rate * LOWER, *[rate] * (configurations - 2)]

    def kind(generator: Generator) -> Told:
        whole = population(generator, prompts, rates, together=together, right=right)
        return figures_of(draw(generator, whole), rates, right)

    return kind


def repeated(prompts: int, rate: float, part: float) -> Callable[[Generator], Told]:
    """So many prompts with ten responses of each of two configurations at an intraclass correlation of 0.5."""
    rates = [rate, rate * LOWER]

    def kind(generator: Generator) -> Told:
        found = population(generator, prompts, [rate] * 10 + [rate * LOWER] * 10, together=0.5)
        design = replace(found.design, configurations=found.design.configurations // 10, names=("m0", "m1"))
        whole = replace(found, design=design)
        drawn = whole if part == 1.0 else random_sample(generator, whole, int(part * len(design)))
        return figures_of(drawn, rates, 0.9)

    return kind


def alone(units: int, rate: float, right: float) -> Callable[[Generator], Told]:
    """1,000 responses of one configuration to as many prompts, of which some have gold."""

    def kind(generator: Generator) -> Told:
        found = random_sample(generator, population(generator, 1000, [rate], right=right), units)
        gold, grader = parts_of(found.gold), parts_of(found.grader)
        yield "gold", share(gold, found.design), rate
        yield "corrected", corrected(gold, grader, found.design).estimate, rate
        yield "corrected as published (peer)", corrected(gold, grader, found.design).published, rate
        yield "plug-in", plug_in(gold, grader, found.design), rate

    return kind


def varying_denominator(generator: Generator) -> Told:
    """A rate among the attempted: 70 % attempt, 40 % of those succeed; the grader also mistakes who attempts."""
    attempts = generator.random(1000) < 0.7
    gold = np.where(attempts, (generator.random(1000) < 0.4).astype(float), np.nan)
    mistaken = generator.random(1000) < 0.1
    grader = np.where(mistaken, np.where(attempts, np.nan, 0.0), gold)
    grader = np.where(generator.random(1000) < 0.1, 1.0 - grader, grader)
    design = simple_sample(census(np.arange(1000)), np.sort(generator.permutation(1000)[:200]))
    yield "gold", share(parts_of(gold), design), 0.4
    yield "corrected", corrected(parts_of(gold), parts_of(grader), design).estimate, 0.4


def labels_of(rule: str) -> Callable[[Generator], Told]:
    """Precision, recall and F1 of a label that three in ten have, by a grader that is right on 85 %."""

    def kind(generator: Generator) -> Told:
        whole = population(generator, 1000, [0.3, 0.3], together=0.1, right=0.85)
        drawn = (
            random_sample(generator, whole, 300)
            if rule == "random:300"
            else disagreement_sample(generator, whole, 100, 100)
        )
        codes = [[int(one) for one in values] for values in (drawn.gold, drawn.grader)]
        members = {"no": ("no",), "yes": ("yes",)}
        found = by_label(judged_units(drawn.design, ("no", "yes"), members, ("no", "yes"), *codes))[1]
        yield "F1", found.f1, 2 * 0.255 / (0.3 + 0.255 + 0.105)
        yield "recall", found.recall, 0.85
        yield "precision", found.precision, 0.255 / 0.36

    return kind


LEVELS = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
SHARES = np.array([0.82, 0.08, 0.05, 0.03, 0.02])
WORST_TENTH = 1.0 - float(np.minimum(SHARES[::-1].cumsum()[::-1][1:], 0.1).sum() * 0.25 / 0.1)


def goodness_of(drawn: int) -> Callable[[Generator], Told]:
    """Badness in five steps, of 1,000 attempts; the grader calls a quarter of the bad ones harmless."""

    def kind(generator: Generator) -> Told:
        gold = generator.choice(LEVELS, 1000, p=SHARES)
        grader = np.where(generator.random(1000) < 0.25, 0.0, gold)
        whole = census(np.arange(1000))
        sample = simple_sample(whole, np.sort(generator.permutation(1000)[:drawn]))
        resampling = Resampling(RESAMPLES, int(generator.integers(1 << 30)))
        yield "goodness@0.1 of known badness", goodness(gold, whole, resampling), WORST_TENTH
        yield "goodness@0.1, gold alone", goodness(gold, sample, resampling), WORST_TENTH
        yield "goodness@0.1, corrected", goodness_corrected(gold, grader, sample, resampling), WORST_TENTH

    return kind


RARE, LOW, MIDDLE = 0.02, 0.06, 0.3
KINDS: dict[str, Callable[[Generator], Told]] = {
    **{
        f"{units} gold of one, {rate:.0%}": alone(units, rate, 0.9)
        for units in (15, 30, 100, 450)
        for rate in (RARE, LOW, MIDDLE)
    },
    **{
        f"random:{units}, {rate:.0%}": drawn_by(sampled(units), rate)
        for units in (30, 100, 450)
        for rate in (RARE, LOW, MIDDLE)
    },
    **{
        f"tail:10+40, {rate:.0%}": drawn_by(lambda by, whole: tail_sample(by, whole, 10, 40), rate, right=0.93)
        for rate in (RARE, LOW, MIDDLE)
    },
    **{
        f"disagreement:60+60, {rate:.0%}": drawn_by(lambda by, whole: disagreement_sample(by, whole, 60, 60), rate)
        for rate in (RARE, LOW, MIDDLE)
    },
    **{
        f"stratified:40, {rate:.0%}": drawn_by(
            lambda by, whole: stratified_sample(by, whole, 40), rate, configurations=5
        )
        for rate in (RARE, LOW, MIDDLE)
    },
    **{f"20 prompts × 20, {rate:.0%}": repeated(20, rate, 1.0) for rate in (RARE, LOW, MIDDLE)},
    **{f"10 prompts × 20, {rate:.0%}": repeated(10, rate, 1.0) for rate in (RARE, LOW, MIDDLE)},
    **{f"20 prompts × 20, half gold, {rate:.0%}": repeated(20, rate, 0.5) for rate in (LOW, MIDDLE)},
    **{
        f"15 prompts × 5, paired, {rate:.0%}": drawn_by(
            lambda _, whole: whole, rate, prompts=15, configurations=5, together=0.3
        )
        for rate in (LOW, MIDDLE, 0.5)
    },
    "among the attempted": varying_denominator,
    "labels, random:300": labels_of("random:300"),
    "labels, disagreement:100+100": labels_of("disagreement:100+100"),
    "200 gold": goodness_of(200),
    "500 gold": goodness_of(500),
}
SLOW = ("200 gold", "500 gold")


def on_xstest(folder: Path, draws: int) -> None:
    """Correct the rate of full compliance by a fifth of the gold of XSTest, so many times."""
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
    whole = replace(census(prompts), target=RateTarget.THESE)
    for _ in range(draws):
        design = simple_sample(whole, np.sort(generator.permutation(units)[:450]))
        found = corrected(parts_of(gold), parts_of(grader), design).estimate
        for what, estimate in (
            ("gold alone", share(parts_of(gold), design)),
            ("corrected", found),
            *peers(gold, grader, np.flatnonzero(design.seen)),
        ):
            told.setdefault(what, []).append((estimate, truth))
    widths = {what: line(f"of these 2,250: {what}", found) for what, found in told.items()}
    cover = {what: np.mean([one.low <= truth <= one.high for one, _ in found]) for what, found in told.items()}  # type: ignore[operator]
    rivals = [width for what, width in widths.items() if what != "corrected" and cover[what] >= 0.935]
    ratio = widths["corrected"] / min(rivals)
    against = f"narrowest that covers {min(rivals):.4f}"
    show("of these 2,250: width", f"{widths['corrected']:.4f}", against, ratio, ok=ratio <= 1.02)
    beyond_xstest(gold, grader, prompts, truth, draws)


def peers(gold: Floats, grader: Floats, places: Codes) -> Iterator[tuple[str, Estimate]]:
    """Yield what other packages say from the gold at `places`, those that are installed."""
    if (ppi := installed("ppi_py")) is not None:
        rest = np.delete(grader, places)
        value = ppi.ppi_mean_pointestimate(gold[places], grader[places], rest)
        ends = ppi.ppi_mean_ci(gold[places], grader[places], rest, alpha=0.05)
        found, low, high = (float(np.ravel(one)[0]) for one in (value, *ends))
        yield "ppi-python (peer)", Estimate(found, low, high)
    if (rival := installed("truescore")) is not None:
        said = rival.ppi_estimate(grader, gold[places], places)
        yield "truescore (peer)", Estimate(said.point, said.low, said.high)


def installed(name: str) -> ModuleType | None:
    """Return a package, or None where it is not installed."""
    # numba, under one of them, looks for a package of the name that this script has.
    here = str(Path(__file__).parent)
    kept = [place for place in sys.path if place != here]
    sys.path, before = kept, sys.path
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
    finally:
        sys.path = before


def beyond_xstest(gold: Floats, grader: Floats, prompts: Codes, truth: float, draws: int) -> None:
    """The same where the prompts too are a draw: 450 prompts with replacement, then 450 responses with gold."""
    generator = np.random.default_rng(12)
    places = [np.flatnonzero(prompts == prompt) for prompt in np.unique(prompts)]
    told: dict[str, list[tuple[Estimate, float]]] = {"gold alone": [], "corrected": []}
    for _ in range(draws):
        chosen = [places[place] for place in generator.integers(len(places), size=len(places))]
        units = np.concatenate(chosen)
        numbers = np.repeat(np.arange(len(chosen)), [len(part) for part in chosen])
        design = simple_sample(census(numbers), np.sort(generator.permutation(len(units))[:450]))
        own, said = parts_of(gold[units]), parts_of(grader[units])
        told["gold alone"].append((share(own, design), truth))
        told["corrected"].append((corrected(own, said, design).estimate, truth))
    for what, found in told.items():
        line(f"of prompts like these: {what}", found)


if __name__ == "__main__":
    main()
