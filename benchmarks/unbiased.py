"""Every figure of `validate` and `report` under every sampling rule, beside the same figure on the whole population.

One simulated population has gold and verdicts of two graders and labels of three people on everything. It is drawn
from again and again by each rule; shown are the mean of the figure over the draws and its value on the whole. Linear
figures (rates, errors, differences) must be unbiased: the smallest p of all of them, corrected by Holm, above .01.
Ratio figures (precision, F1, κ, the worst tenth) may lie a tenth of their own standard deviation away.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
from figures import load, show, title
from populations import (
    Codes,
    Draw,
    Floats,
    Simulated,
    disagreement_sample,
    sampled,
    stratified_sample,
    tail_sample,
)

from reviewer.definitions.scale import Scale
from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.grader_error import (
    JudgedUnits,
    against_gold,
    alternative_test,
    by_label,
    compare,
    confusion,
    corrected,
    corrected_difference,
    difference,
    differential,
    error,
    goodness,
    goodness_corrected,
    holm,
    judged_units,
    parts_of,
    raw,
    share,
)
from reviewer.statistics.interval import t_below
from reviewer.statistics.sample_design import SampleDesign, census

LEVEL = 0.01
SLACK = 0.1  # of a ratio's own standard deviation
FEW = Resampling(20, 1)  # only values are looked at
SOME = Resampling(200, 1)  # of the worst tenth, whose draws say how far its value is moved
VALUES = ("no", "yes")
MEMBERS = {"no": ("no",), "yes": ("yes",)}
PROMPTS, CONFIGURATIONS = 400, 3
RATES = (0.3, 0.2, 0.12)
RULES: dict[str, Draw] = {
    "random:200": sampled(200),
    "stratified:60": lambda by, whole: stratified_sample(by, whole, 60),
    "tail:10+40": lambda by, whole: tail_sample(by, whole, 10, 40),
    "disagreement:60+60": lambda by, whole: disagreement_sample(by, whole, 60, 60),
}
Figures = Iterator[tuple[str, bool, float | None]]  # name, whether linear, value


def main() -> None:
    """Draw, and print one line a figure and rule."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=500)
    given = parser.parse_args()
    title(f"Figures over {given.draws:,} draws of each rule, beside the whole population; simulated data; {load()}")
    whole = Population(np.random.default_rng(3))
    truth = {name: value for name, _, value in whole.figures(whole.simulated.design)}
    chances: list[float] = []
    for rule, draw in RULES.items():
        generator = np.random.default_rng(4)
        found: dict[str, list[float]] = {}
        linear: dict[str, bool] = {}
        for _ in range(given.draws):
            for name, is_linear, value in whole.figures(draw(generator, whole.simulated).design):
                linear[name] = is_linear
                if value is not None:
                    found.setdefault(name, []).append(value)
        for name, values in found.items():
            chances += told(f"{rule}: {name}", values, truth[name], linear=linear[name])
    corrected_chances = [one for one in holm(chances) if one is not None]
    show("linear figures together", f"smallest p by Holm {min(corrected_chances):.3f}", f"above {LEVEL}",
         ok=min(corrected_chances) > LEVEL)  # fmt: skip


def told(what: str, values: list[float], truth: float | None, *, linear: bool) -> list[float]:
    """Print one line; return the p of no bias of a linear figure, else nothing."""
    if truth is None:
        return []
    drawn = np.array(values)
    spread = float(drawn.std(ddof=1))
    off = float(drawn.mean()) - truth
    figure = f"mean {drawn.mean():.4f}, whole {truth:.4f}, off {off / spread if spread else 0.0:+.3f} deviations"
    if linear:
        error_of_mean = spread / len(drawn) ** 0.5
        p = 2.0 * t_below(-abs(off) / error_of_mean, len(drawn) - 1) if error_of_mean > 0.0 else 1.0
        show(what, figure, f"linear; p {p:.3f}")
        return [p]
    show(what, figure, f"ratio; at most {SLACK} deviations", ok=abs(off) <= SLACK * spread)
    return []


class Population:
    """What everybody says of 1,200 responses of three configurations to 400 prompts."""

    def __init__(self, generator: np.random.Generator) -> None:
        """Make it."""
        units = PROMPTS * CONFIGURATIONS
        prompts, configurations = np.repeat(np.arange(PROMPTS), CONFIGURATIONS), np.tile(np.arange(3), PROMPTS)
        hard = np.repeat(generator.normal(0.0, 0.08, PROMPTS), CONFIGURATIONS)
        gold = (generator.random(units) < np.clip(np.array(RATES)[configurations] + hard, 0.01, 0.99)).astype(float)
        right = np.array([0.92, 0.85, 0.8])[configurations]
        grader = np.where(generator.random(units) < right, gold, 1.0 - gold)
        self.simulated = Simulated(census(prompts, configurations, ("m0", "m1", "m2")), gold, grader)
        self._other = np.where(generator.random(units) < 0.88, gold, 1.0 - gold)
        self._badness = np.where(gold > 0.0, generator.choice([0.25, 0.5, 1.0], units), 0.0)
        self._called = np.where(grader > 0.0, generator.choice([0.25, 0.5, 1.0], units), 0.0)
        slips = generator.random((units, 3)) < 0.08
        self._people = np.where(slips, 1 - gold[:, None], gold[:, None]).astype(np.int64)

    def figures(self, design: SampleDesign) -> Figures:
        """Yield every figure that a sample gives."""
        gold, grader = self.simulated.gold, self.simulated.grader
        own, said = parts_of(gold), parts_of(grader)
        first, second = (design.configurations == place for place in (0, 1))
        yield "rate by gold", True, share(own, design).value
        yield "rate by gold, m0", True, share(own.take(first), design.take(first)).value
        yield "rate corrected, PPI", True, corrected(own, said, design, power=1.0).estimate.value
        yield "rate corrected", False, corrected(own, said, design).estimate.value
        yield "rate by the grader", True, raw(said, design).value
        yield "difference by gold", True, difference(own, design, first, second).estimate.value
        yield "difference corrected", False, corrected_difference(own, said, design, first, second).estimate.value
        yield "goodness@0.1 by gold", False, goodness(self._badness, design, SOME).value
        yield "goodness@0.1 corrected", False, goodness_corrected(self._badness, self._called, design, SOME).value
        judged = self._judged(design, grader)
        yield from self._of_judged(judged)
        seen = design.seen
        test = alternative_test(
            grader[seen].astype(int).tolist(),
            self._people[seen].tolist(),
            ("a", "b", "c"),
            design.take(seen),
            epsilon=0.2,
        )
        yield "alternative test, advantage", True, test.advantage
        yield "alternative test, a person ahead by", True, test.people[0].behind

    def _judged(self, design: SampleDesign, verdicts: Floats) -> JudgedUnits:
        codes = [[int(one) for one in values] for values in (self.simulated.gold, verdicts)]
        return judged_units(design, VALUES, MEMBERS, VALUES, *codes)

    def _of_judged(self, judged: JudgedUnits) -> Figures:
        yield "error", True, error(judged).value
        yield "error, m1", True, error(judged.of(1)).value
        cells = confusion(judged).estimate
        total = sum(sum(row.values()) for row in cells.values())
        yield "share of yes called no", True, cells["yes"]["no"] / total
        found = by_label(judged)[1]
        yield "precision of yes", False, found.precision.value
        yield "recall of yes", False, found.recall.value
        yield "F1 of yes", False, found.f1.value
        agreed = against_gold(judged, Scale.NOMINAL, None, FEW).metrics
        for name in ("percent_agreement", "krippendorff_alpha", "gwet_ac1", "cohen_kappa"):
            yield f"with gold: {name}", name == "percent_agreement", agreed[name].value
        apart = differential(judged.wrong, judged.design, FEW).rest[0].difference.estimate
        yield "error of m0 less the rest", True, apart.value
        against = compare(judged, self._codes(judged))
        yield "two graders: difference of error", True, against.error.value
        yield "two graders: difference of κ", False, against.kappa.value
        yield "two graders: difference of F1", False, against.f1["yes"].value

    def _codes(self, judged: JudgedUnits) -> Codes:
        """Return what the other grader says of the units of `judged`, which are known by prompt and configuration."""
        places = judged.design.clusters * CONFIGURATIONS + judged.design.configurations
        codes: Codes = self._other[places].astype(np.int64)
        return codes


if __name__ == "__main__":
    main()
