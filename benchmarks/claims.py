"""How often the sentences of `validate` and `report` are false, and how often they find what is there.

Families: simulated studies in which nothing differs, and in which everything differs by just what matters; counted is
how many claim anything false. The level is 0.05, and what simulation adds by chance stands beside. Differential test:
how often it rejects where error is the same, how often on draws of XSTest beside a plain permutation of all units, and
how often a planted difference is named. All data but XSTest's is simulated.
"""

from __future__ import annotations

import argparse
import csv
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
from figures import load, show, title
from populations import Draw, Floats, Generator, Simulated, disagreement_sample, population, random_sample, sampled

from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.grader_error import (
    ClaimKind,
    FlipState,
    counted,
    differential,
    judged_units,
    own_lab,
    parts_of,
    rank,
    rate_differences,
)
from reviewer.statistics.sample_design import SampleDesign, census, simple_sample

XSTEST = Path(__file__).parents[2] / "shared" / "data" / "xstest" / "automated_evaluation_labels"
LEVEL = 0.05
MATTERS = 0.05
EXCHANGES = 400
GOLD = (15, 30, 50, 100, 300)
FIVE = [0.3] * 5
FAMILIES = ("error, each configuration and the rest", "rates, all pairs", "own lab", "flips, settled")
LABS = ("a", "a", "b", "b", "b")
MEMBERS = {"no": ("no",), "yes": ("yes",)}


def main() -> None:
    """Simulate everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="2,000 studies of each kind instead of 200")
    parser.add_argument("--studies", type=int, help="how many of each kind")
    parser.add_argument("--xstest", type=Path, default=XSTEST, help="folder of XSTest's automated_evaluation_labels")
    given = parser.parse_args()
    studies = given.studies or (2000 if given.full else 200)
    title(f"False sentences, {studies:,} simulated studies of five configurations each; {load()}")
    for gold in GOLD:
        false_sentences(f"gold {gold}", studies, sampled(gold))
    false_sentences("disagreement:60+60", studies, lambda by, whole: disagreement_sample(by, whole, 60, 60))
    within_what_matters(studies)
    title(f"Differential test, {studies:,} studies; {load()}")
    size_of_test(studies)
    planted(studies)
    if given.xstest.is_dir():
        power_on_xstest(given.xstest, studies)
    else:
        print("  XSTest is not at hand: --xstest FOLDER")


def false_sentences(what: str, studies: int, draw: Draw) -> None:
    """Print how many studies, in which nothing differs, claim that something does, by family."""
    generator = np.random.default_rng(7)
    false = dict.fromkeys(
        ("error, each configuration and the rest", "rates, all pairs", "own lab", "flips, settled"), 0
    )
    for number in range(studies):
        drawn = draw(generator, population(generator, 200, FIVE, together=0.2, right=0.8))
        for family, claimed in families(drawn, number).items():
            false[family] += claimed
    for family, count in false.items():
        proportion(f"{what}: {family}", count, studies, at_most=LEVEL)


def families(drawn: Simulated, number: int) -> dict[str, bool]:
    """Return whether anything is said to differ, by family."""
    design, gold, grader = drawn.design, drawn.gold, drawn.grader
    seen = design.seen
    wrong = parts_of((gold != grader).astype(float)).take(seen)
    rest = differential(wrong, design.take(seen), Resampling(EXCHANGES, number)).rest
    rate = counted(design, [value if known else None for value, known in zip(gold, seen, strict=True)], list(grader))
    codes = [[int(one) for one in values] for values in (gold, grader)]
    judged = judged_units(design, ("no", "yes"), MEMBERS, ("no", "yes"), *codes)
    lab = own_lab(judged, {"rate": rate}, LABS, "a", {})
    flips = rank(parts_of(gold), parts_of(grader), design, MATTERS).flips
    said = (
        any(claim.kind is ClaimKind.DIFFERS for claim in rest),
        any(one.claim.kind is ClaimKind.DIFFERS for one in rate_differences(rate, MATTERS)),
        any(claim.kind is ClaimKind.DIFFERS for claim in (lab.error, *lab.bias.values())),
        any(flip.state is FlipState.SETTLED for flip in flips),
    )
    return dict(zip(FAMILIES, said, strict=True))


def within_what_matters(studies: int) -> None:
    """Print how many studies say of a difference of just what matters, or more, that it is within that."""
    generator = np.random.default_rng(8)
    false = 0
    rates = [0.3, 0.3 + MATTERS, 0.3 + 2 * MATTERS]
    for _ in range(studies):
        drawn = random_sample(generator, population(generator, 2000, rates, together=0.2), 3000)
        rate = counted(drawn.design, list(np.where(drawn.design.seen, drawn.gold, np.nan)), list(drawn.grader))
        false += any(one.claim.kind is ClaimKind.WITHIN for one in rate_differences(rate, MATTERS))
    proportion("differences of what matters or more: within", false, studies, at_most=LEVEL)


def size_of_test(studies: int) -> None:
    """Print how often the test rejects where error is the same on all configurations."""
    draws: dict[str, Draw] = {
        "random:100": sampled(100),
        "random:300": sampled(300),
        "all of 60 prompts": lambda _, whole: whole,
        "disagreement:60+60": lambda by, whole: disagreement_sample(by, whole, 60, 60),
    }
    for what, draw in draws.items():
        generator = np.random.default_rng(9)
        rejected = 0
        for number in range(studies):
            prompts = 60 if what.startswith("all") else 200
            drawn = draw(generator, population(generator, prompts, FIVE, together=0.2, right=0.8))
            seen = drawn.design.seen
            wrong = correlated_error(generator, drawn.design)
            found = differential(parts_of(wrong).take(seen), drawn.design.take(seen), Resampling(EXCHANGES, number))
            rejected += found.p is not None and found.p <= LEVEL
        proportion(f"size, {what}", rejected, studies, at_most=LEVEL)


def correlated_error(generator: Generator, design: SampleDesign) -> Floats:
    """Return errors on a fifth of the units, which go together within prompts."""
    chance = generator.beta(0.8, 3.2, int(design.clusters.max()) + 1)[design.clusters]
    wrong: Floats = (generator.random(len(design)) < chance).astype(float)
    return wrong


def planted(studies: int) -> None:
    """Print how often one configuration that errs more by so many standard errors is named.

    A test of one difference at the level 0.05, two-sided, finds one of 3 standard errors in 85 %; of five with Holm's
    correction in 66 %.
    """
    units, share = 100, 0.2
    error = math.sqrt(share * (1 - share) * (1 / units + 1 / (4 * units)))
    for times, ceiling in ((3.0, 0.664), (4.0, 0.923)):
        generator = np.random.default_rng(10)
        chances = np.array([share + times * error, *[share] * 4])
        omnibus = named = 0
        for number in range(studies):
            configurations = np.tile(np.arange(5), units)
            wrong = (generator.random(5 * units) < chances[configurations]).astype(float)
            design = census(np.arange(5 * units), configurations, tuple("abcde"))
            found = differential(parts_of(wrong), design, Resampling(EXCHANGES, number))
            omnibus += found.p is not None and found.p <= LEVEL
            named += found.rest[0].kind is ClaimKind.DIFFERS
        show(
            f"planted, {times:g} standard errors on one of five",
            f"test rejects {omnibus / studies:.3f}, the one is named {named / studies:.3f}",
            f"a z test of five with Holm {ceiling:.3f}",
            named / studies / ceiling,
        )


def power_on_xstest(folder: Path, draws: int) -> None:
    """Print how often the test finds that GPT-4's error differs, beside a plain permutation of all units."""
    rows = [
        (row["id"], path.stem.split("_")[3], row["final_label"] != row["gpt4_label"])
        for path in sorted(folder.glob("*_gpteval.csv"))
        for row in csv.DictReader(path.open(newline="", encoding="utf-8"))
    ]
    prompts, names = (np.unique([row[place] for row in rows], return_inverse=True) for place in (0, 1))
    wrong = np.array([row[2] for row in rows], float)
    whole = census(prompts[1].astype(np.int64), names[1].astype(np.int64), tuple(map(str, names[0])))
    for gold in (100, 200, 300):
        generator = np.random.default_rng(gold)
        ours = plain = 0
        for number in range(draws):
            places = np.sort(generator.permutation(len(rows))[:gold])
            drawn = simple_sample(whole, places).take(places)
            single = replace(drawn, clusters=np.arange(gold))
            for design, peer in ((drawn, False), (single, True)):
                p = differential(parts_of(wrong[places]), design, Resampling(EXCHANGES, number)).p
                ours += not peer and p is not None and p <= LEVEL
                plain += peer and p is not None and p <= LEVEL
        ratio = ours / max(plain, 1)
        show(
            f"XSTest, gold {gold}",
            f"error found to differ in {ours / draws:.3f} of {draws:,} draws",
            f"plain permutation {plain / draws:.3f}",
            ratio,
            ok=ratio >= 0.9,
        )


def proportion(what: str, count: int, studies: int, *, at_most: float) -> None:
    """Print a share that may not be above a level by more than two simulation errors."""
    limit = at_most + 2.0 * math.sqrt(at_most * (1.0 - at_most) / studies)
    share = count / studies
    show(what, f"{share:.4f} of {studies:,}", f"at most {limit:.4f}", share / at_most, ok=share <= limit)


if __name__ == "__main__":
    main()
