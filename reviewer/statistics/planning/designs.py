"""The designs that a study could have, and the smallest one that reaches a wish."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from reviewer.statistics.interval import Z
from reviewer.statistics.planning.agreement_width import alpha_half_width, donner_eliasziw, narrowest
from reviewer.statistics.planning.gold_width import (
    difference_half_width,
    difference_moments,
    difference_power,
    gold_error,
    of_both,
    rate_half_width,
    rate_lean,
)
from reviewer.statistics.planning.rater_model import ExpectedLabels

FEWEST_ITEMS, MOST_ITEMS = 10, 1_000_000
WITHIN_ROUNDING = 1e-12
# Below these a study differs from what is expected of large ones (benchmarks/plan.py).
FEW_ITEMS, FEW_RARE, FEW_PROMPTS = 100, 10, 30


class PlannedFigure(StrEnum):
    """What a plan is for."""

    ALPHA = "alpha"
    KAPPA = "kappa"
    RATE = "rate"
    DIFFERENCE = "difference"

    @property
    def of_agreement(self) -> bool:
        """Whether it is of how far raters agree, which takes two of them."""
        return self in (PlannedFigure.ALPHA, PlannedFigure.KAPPA)


@dataclass(frozen=True, slots=True)
class PlanningWish:
    """What a study is to reach: an interval of ± `half_width`, or a `difference` found with a chance of `power`.

    All three None is no wish: only what each design gives is asked for.
    """

    figure: PlannedFigure
    half_width: float | None = None
    difference: float | None = None
    power: float | None = None


@dataclass(frozen=True, slots=True)
class PlannedDesign:
    """One design and what it is expected to give.

    Attributes:
        raters: of each item.
        items: responses; for a difference, prompts that two configurations answered.
        labels: how many raters give in all.
        decisions: how many ties somebody has to decide on top of that.
        width: half the width of the 95 % interval of the figure.
        power: the chance that the interval of a difference lies above 0; None for the other figures.
        lean: how far the figure by gold is expected to lie from the true one, whatever the number of items.
        gold_error: on what share of the responses the majority is wrong; None where no gold is made.
    """

    raters: int
    items: int
    labels: int
    decisions: float
    width: float
    power: float | None
    lean: float
    gold_error: float | None

    @property
    def cost(self) -> float:
        """How many judgements people have to give."""
        return self.labels + self.decisions

    def reaches(self, wish: PlanningWish) -> bool:
        """Return whether it does as wished: an interval with the lean of gold on top, or the power."""
        if wish.power is not None:
            return self.power is not None and self.power >= wish.power - WITHIN_ROUNDING
        return wish.half_width is not None and self.width + abs(self.lean) <= wish.half_width + WITHIN_ROUNDING


@dataclass(frozen=True, slots=True)
class DesignGrid:
    """All designs looked at; `cheapest` of those that reach the wish, None where none does, and the `nearest` to it."""

    designs: tuple[PlannedDesign, ...]
    cheapest: PlannedDesign | None
    nearest: PlannedDesign


def planned(wish: PlanningWish, labels: ExpectedLabels, raters: int, items: int) -> PlannedDesign:
    """Return what a design is expected to give.

    Raises:
        NotPossible: there are no such rates.
    """
    if wish.figure.of_agreement:
        width = alpha_half_width(labels, raters, items)
        return PlannedDesign(raters, items, raters * items, 0.0, width, None, 0.0, None)
    if wish.difference is None:
        errors = labels.majority(raters)
        width, lean = rate_half_width(labels, raters, items), rate_lean(labels, raters)
        wrong = gold_error(labels, raters)
        return PlannedDesign(raters, items, raters * items, errors.ties * items, width, None, lean, wrong)
    both = of_both(labels, wish.difference)
    mean, _ = difference_moments(labels, raters, wish.difference)
    return PlannedDesign(
        raters=raters,
        items=items,
        labels=2 * raters * items,
        decisions=2.0 * both.majority(raters).ties * items,
        width=difference_half_width(labels, raters, wish.difference, items),
        power=difference_power(labels, raters, wish.difference, items),
        lean=mean - wish.difference,
        gold_error=gold_error(both, raters),
    )


def designs_for(
    wish: PlanningWish, labels: ExpectedLabels, raters: Sequence[int], items: Sequence[tuple[int, int]]
) -> DesignGrid:
    """Return designs of each number of `raters` on numbers of items out of the ranges `items`.

    Of a wide range, numbers at even steps of their logarithm stand for all; the smallest that reaches the wish is
    always among the designs.

    Raises:
        NotPossible: there are no such rates.
    """
    steps = sorted({step for low, high in items for step in _steps(low, high)})
    found: list[PlannedDesign] = []
    for number in sorted(set(raters)):
        sizes = {*steps, *_smallest(wish, labels, number, items)}
        found += [planned(wish, labels, number, size) for size in sorted(sizes)]
    reaching = [one for one in found if one.reaches(wish)]
    nearest = min(found, key=lambda one: (-(one.power or 0.0), one.width + abs(one.lean), one.cost))
    cheapest = min(reaching, key=lambda one: (one.cost, one.items), default=None)
    return DesignGrid(tuple(found), cheapest, cheapest or nearest)


def _smallest(wish: PlanningWish, labels: ExpectedLabels, raters: int, items: Sequence[tuple[int, int]]) -> list[int]:
    """Return the smallest number of items that reaches the wish, by bisection: more items never do worse."""
    for low, high in sorted(items):
        if not planned(wish, labels, raters, high).reaches(wish):
            continue
        while low < high:
            middle = (low + high) // 2
            if planned(wish, labels, raters, middle).reaches(wish):
                high = middle
            else:
                low = middle + 1
        return [low]
    return []


def _steps(low: int, high: int) -> list[int]:
    """Return both ends, and between them 10, 15, 20, 30, 50, 70, and ten, a hundred … times as many."""
    tens = range(len(str(low)) - 2, len(str(high)))
    between = [round(first * 10.0**ten) for ten in tens for first in (10, 15, 20, 30, 50, 70)]
    return sorted({low, *(size for size in between if low < size < high), high})


def donner_eliasziw_items(wish: PlanningWish, labels: ExpectedLabels) -> int | None:
    """Return how many items two raters need by the closed form of Donner and Eliasziw, a witness to the plan.

    So many that the interval is expected to end the half-width below the agreement. None where the form does not apply:
    to more than two values, to prompts that repeat, to raters who differ, or to an interval that would reach below 0.
    """
    if wish.half_width is None or not wish.figure.of_agreement or len(labels.shares) > 2:
        return None
    if labels.per_prompt > 1.0 or labels.rater_spread > 0.0:
        return None
    low = labels.agreement - wish.half_width
    return None if low <= 0.0 else math.ceil(donner_eliasziw(labels.shares[0], low, labels.agreement, Z**2))


def doubts(wish: PlanningWish, labels: ExpectedLabels, design: PlannedDesign) -> list[str]:
    """Return why a design may do otherwise than planned, in sentences."""
    told = []
    rare = design.items * (1.0 - max(labels.shares))
    prompts = design.items / labels.per_prompt
    if design.items < FEW_ITEMS:
        told.append(f"Fewer than {FEW_ITEMS} items: intervals will differ much from study to study.")
    if rare < FEW_RARE:
        told.append(f"About {rare:.1f} items without the most frequent value: fewer than {FEW_RARE} decide nothing.")
    if wish.difference is None and prompts < FEW_PROMPTS < design.items:
        told.append(f"About {prompts:.0f} prompts: fewer than {FEW_PROMPTS} say little of others.")
    if labels.rater_spread > 0.0:
        least = narrowest(labels, design.raters)
        told.append(f"With {design.raters} raters no number of items gets below ± {least:.3f}: raters differ.")
    if design.raters == 1:
        told.append("One rater for each item: nothing will show how far raters agree.")
    if not wish.figure.of_agreement and labels.agreement >= 1.0:
        told.append("Raters are taken to be right, so that more of them change nothing: state an agreement.")
    return told
