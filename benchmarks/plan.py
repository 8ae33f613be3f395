"""Studies of the designs that `reviewer plan` names, simulated here apart: do they give what the plan says?

Labels are drawn by this file's own code. Intervals of α and κ are the bootstraps of `reviewer agreement`, differences
have its paired bootstrap by prompt, and rates the interval of `reviewer validate`. Each line: what the studies gave,
beside what the plan says; a line is missed where they are more than 3 points apart, a point being a hundredth of the
power, or of the width planned.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from figures import load, show, title

from reviewer.definitions.scale import Scale
from reviewer.statistics.agreement import RatingTable, RowDraw, measure, read_rows, row_design
from reviewer.statistics.agreement.coefficients import COHEN_KAPPA, KRIPPENDORFF_ALPHA, LIGHT_KAPPA
from reviewer.statistics.estimate import Estimate
from reviewer.statistics.grader_error import parts_of, raw
from reviewer.statistics.grader_error.difference import difference
from reviewer.statistics.planning import (
    ExpectedLabels,
    PlannedDesign,
    PlannedFigure,
    PlanningWish,
    designs_for,
    pilot_figures,
    rater_spread,
)
from reviewer.statistics.sample_design import census

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Generator = np.random.Generator
POINTS = 0.03
RESAMPLES = 1000


def main() -> None:
    """Simulate every plan."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=1000, help="how many of each design; of power four times")
    studies = parser.parse_args().studies
    title(f"Plans beside {studies:,} simulated studies of the design they name; {load()}")
    for rate, agreement, raters, width in (
        (0.1, 0.7, 2, 0.05),
        (0.1, 0.7, 3, 0.05),
        (0.1, 0.9, 2, 0.05),
        (0.3, 0.5, 5, 0.1),
    ):
        alpha(ExpectedLabels((rate, 1.0 - rate), agreement), PlannedFigure.ALPHA, raters, width, studies)
    alpha(ExpectedLabels((0.1, 0.9), 0.7), PlannedFigure.KAPPA, 2, 0.05, studies)
    alpha(ExpectedLabels((0.1, 0.9), 0.7), PlannedFigure.KAPPA, 3, 0.05, studies)
    alpha(ExpectedLabels((0.6, 0.3, 0.1), 0.6), PlannedFigure.ALPHA, 3, 0.05, studies)
    alpha(ExpectedLabels((0.3, 0.7), 0.7, 0.5, 4.0), PlannedFigure.ALPHA, 3, 0.05, studies)
    for rate, agreement, together, raters in (
        (0.1, 1.0, 0.0, 1),
        (0.1, 0.7, 0.0, 1),
        (0.1, 0.7, 0.4, 3),
        (0.5, 0.6, 0.3, 2),
    ):
        power(ExpectedLabels((rate, 1.0 - rate), agreement, together), raters, 0.05, 4 * studies)
    for rate, agreement, raters in ((0.1, 1.0, 1), (0.1, 0.5, 1), (0.3, 0.7, 3)):
        rate_by_gold(ExpectedLabels((rate, 1.0 - rate), agreement), raters, 0.03, studies)
    rate_by_gold(ExpectedLabels((0.3, 0.7), 0.7, 0.5, 5.0), 3, 0.05, studies)
    persistent(studies)
    times()


def cheapest(wish: PlanningWish, labels: ExpectedLabels, raters: int) -> PlannedDesign:
    """Return the design that the plan names."""
    found = designs_for(wish, labels, [raters], [(10, 100_000)]).cheapest
    if found is None:
        raise SystemExit(f"no design reaches {wish}")
    return found


def votes(truths: Codes, shares: Sequence[float], knowing: float | Floats, raters: int, generator: Generator) -> Codes:
    """Return labels, shape (items, raters): the truth with the chance `knowing` of each rater, else a guess."""
    guesses = generator.choice(len(shares), (len(truths), raters), p=shares)
    given: Codes = np.where(generator.random(guesses.shape) < knowing, truths[:, None], guesses)
    return given


def clustered(labels: ExpectedLabels, items: int, generator: Generator) -> tuple[Codes, Codes]:
    """Return true values and prompts: each prompt has one value for all its responses with a chance, else none."""
    prompts = np.arange(items) // round(labels.per_prompt)
    own = generator.choice(len(labels.shares), items, p=labels.shares)
    shared = generator.choice(len(labels.shares), items, p=labels.shares)[prompts]
    whole = generator.random(items)[prompts] < labels.correlation
    return np.where(whole, shared, own), prompts


def tabled(given: Codes, values: int, prompts: Codes | None = None) -> RatingTable:
    """Return labels as the table of `reviewer agreement`."""
    keyed = given if prompts is None else np.column_stack([prompts, given])
    rows, counts = np.unique(keyed, axis=0, return_counts=True)
    return read_rows(
        [(row[-given.shape[1] :].tolist(), int(count)) for row, count in zip(rows, counts, strict=True)],
        raters=[f"r{rater}" for rater in range(given.shape[1])],
        values=[f"v{value}" for value in range(values)],
        design=None if prompts is None else row_design([RowDraw(prompt) for prompt in rows[:, 0].tolist()]),
    )


def half(one: Estimate) -> float:
    """Return half the width of an interval, nan where there is none."""
    return math.nan if one.low is None or one.high is None else (one.high - one.low) / 2.0


def alpha(labels: ExpectedLabels, figure: PlannedFigure, raters: int, width: float, studies: int) -> None:
    """Print how wide the intervals of α or κ are."""
    design = cheapest(PlanningWish(figure, half_width=width), labels, raters)
    kappa = COHEN_KAPPA if raters == 2 else LIGHT_KAPPA
    name = (KRIPPENDORFF_ALPHA if figure is PlannedFigure.ALPHA else kappa).name
    generator = np.random.default_rng(7)
    found, held = [], []
    for place in range(studies):
        truths, prompts = clustered(labels, design.items, generator)
        given = votes(truths, labels.shares, labels.knowing, raters, generator)
        table = tabled(given, len(labels.shares), prompts if labels.per_prompt > 1.0 else None)
        one = measure(table, scale=Scale.NOMINAL, seed=place, resamples=RESAMPLES).metrics[name]
        found.append(half(one))
        held.append(one.low is not None and one.high is not None and one.low <= labels.agreement <= one.high)
    tell(f"{name}, {described(labels)}", design, np.array(found), width, f"holds it in {np.mean(held):.3f}")


def described(labels: ExpectedLabels) -> str:
    """Return what labels are simulated."""
    shares = "/".join(f"{share:g}" for share in labels.shares[: max(1, len(labels.shares) - 1)])
    repeated = f", {labels.per_prompt:g} a prompt" if labels.per_prompt > 1.0 else ""
    together = f", together {labels.correlation:g}" if labels.correlation else ""
    return f"{shares}, α {labels.agreement:g}{repeated}{together}"


def tell(what: str, design: PlannedDesign, found: Floats, width: float, more: str) -> None:
    """Print half-widths beside the planned one."""
    mean, share = float(np.nanmean(found)), float((found <= width).mean())
    show(
        f"{what}: {design.raters} × {design.items:,}",
        f"± {mean:.4f} on average, {share:.2f} of studies within ± {width:g}",
        f"plan ± {design.width:.4f}; {more}",
        mean / design.width,
        ok=abs(mean / design.width - 1.0) <= POINTS,
    )


def gold(truths: Codes, both: Sequence[float], knowing: float, raters: int, generator: Generator) -> Codes:
    """Return 1 where a response counts by the majority; a tie is decided by one more person, who errs alike."""
    counting = (votes(truths, both, knowing, raters, generator) == 0).sum(axis=1)
    last = votes(truths, both, knowing, 1, generator)[:, 0] == 0
    decided: Codes = np.where(2 * counting == raters, last, 2 * counting > raters).astype(np.int64)
    return decided


def power(labels: ExpectedLabels, raters: int, size: float, studies: int) -> None:
    """Print how often the paired bootstrap finds a difference."""
    design = cheapest(PlanningWish(PlannedFigure.DIFFERENCE, difference=size, power=0.8), labels, raters)
    generator = np.random.default_rng(7)
    rate = labels.shares[0]
    other = rate + size
    both = (rate + size / 2.0, 1.0 - rate - size / 2.0)
    cross = labels.correlation * math.sqrt(rate * (1.0 - rate) * other * (1.0 - other)) + rate * other
    chances = [cross, rate - cross, other - cross, 1.0 - rate - other + cross]
    prompts = np.tile(np.arange(design.items), 2)
    second = np.repeat([False, True], design.items)
    found = 0
    for _ in range(studies):
        kind = generator.choice(4, design.items, p=chances)
        one, two = np.where(np.isin(kind, [0, 1]), 0, 1), np.where(np.isin(kind, [0, 2]), 0, 1)
        decided = gold(np.concatenate([one, two]), both, labels.knowing, raters, generator).astype(float)
        interval = difference(parts_of(decided.astype(float)), census(prompts), second, ~second).estimate
        found += interval.low is not None and interval.low > 0.0
    share = found / studies
    show(
        f"difference {size:g}, {described(labels)}: {raters} × {design.items:,}",
        f"found in {share:.3f} of {studies:,} studies (± {1.96 * math.sqrt(share * (1 - share) / studies):.3f})",
        f"plan {design.power:.3f}; {design.labels:,} labels",
        ok=design.power is not None and abs(share - design.power) <= POINTS,
    )


def rate_by_gold(labels: ExpectedLabels, raters: int, width: float, studies: int) -> None:
    """Print how wide the intervals of a rate by gold are, and how far it leans."""
    design = cheapest(PlanningWish(PlannedFigure.RATE, half_width=width), labels, raters)
    generator = np.random.default_rng(7)
    found, values = [], []
    for _ in range(studies):
        truths, prompts = clustered(labels, design.items, generator)
        decided = gold(truths, labels.shares, labels.knowing, raters, generator)
        one = raw(parts_of(decided.astype(float)), census(prompts))
        found.append(half(one))
        values.append(one.value)
    lean = float(np.mean([value for value in values if value is not None])) - labels.shares[0]
    wished = width - abs(design.lean)
    tell(f"rate, {described(labels)}", design, np.array(found), wished, f"leans {lean:+.4f}, plan {design.lean:+.4f}")


def persistent(studies: int) -> None:
    """Print how far α lies apart in studies by other raters, beside a plan made from a pilot study of 20 raters."""
    generator = np.random.default_rng(7)

    def study(raters: int, items: int) -> RatingTable:
        knowing = generator.uniform(0.6, 1.0, raters)
        truths = generator.choice(2, items, p=(0.3, 0.7))
        return tabled(votes(truths, (0.3, 0.7), knowing, raters, generator), 2)

    for raters, items in ((3, 300), (3, 3000), (8, 300)):
        planned_widths = []
        for _ in range(20):
            table = study(20, 200)
            pilot = pilot_figures(table)
            labels = ExpectedLabels(pilot.shares, pilot.agreement or 0.0, rater_spread=rater_spread(table, 1) or 0.0)
            wish = PlanningWish(PlannedFigure.ALPHA)
            both = [designs_for(wish, one, [raters], [(items, items)]).nearest.width
                    for one in (labels, replace(labels, rater_spread=0.0))]  # fmt: skip
            planned_widths.append(both)
        seen = [pilot_figures(study(raters, items)).agreement for _ in range(studies)]
        apart = 1.96 * float(np.std([one for one in seen if one is not None]))
        two_way, one_way = np.median(np.array(planned_widths), axis=0)
        show(
            f"α by other raters: {raters} × {items:,}",
            f"95 % of studies within ± {apart:.3f}",
            f"plan --two-way ± {two_way:.3f}; of items alone ± {one_way:.3f}",
            apart / float(two_way),
            ok=0.8 <= apart / float(two_way) <= 1.25,
        )


def times() -> None:
    """Print how long the search of the default grid takes."""
    for figure, size in ((PlannedFigure.ALPHA, None), (PlannedFigure.DIFFERENCE, 0.05)):
        began = time.perf_counter()
        wish = PlanningWish(figure, None if size else 0.05, size, 0.8 if size else None)
        designs_for(wish, ExpectedLabels((0.1, 0.9), 0.7), [1, 2, 3, 4, 5] if size else [2, 3, 4, 5], [(10, 100_000)])
        show(f"search of the default grid, {figure}", f"{(time.perf_counter() - began) * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
