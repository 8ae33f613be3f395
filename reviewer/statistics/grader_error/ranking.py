"""Configurations ranked by gold and by the grader: where the order turns round, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np

from reviewer.statistics.estimate import Estimate
from reviewer.statistics.grader_error.claims import FEWEST_CLUSTERS, LEVEL, holm, more_gold
from reviewer.statistics.grader_error.difference import Difference, difference, raw_difference
from reviewer.statistics.grader_error.rate_parts import RateParts
from reviewer.statistics.interval import t_quantile
from reviewer.statistics.sample_design import SampleDesign


class FlipState(StrEnum):
    """How sure a flip is: by the family of all pairs, by the pair alone, or as seen only."""

    SETTLED = "settled"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Flip:
    """Two configurations that gold and the grader put in opposite order, both on at least ten prompts with gold.

    Attributes:
        higher: the one with the higher rate by gold; `lower`, the other.
        gold: rate of `higher` less that of `lower` by gold; `grader`, by the grader. Both intervals hold for all pairs
            of the ranking together (Bonferroni).
        state: `settled` where gold and grader both differ from 0, to opposite sides, corrected for all pairs (Holm);
            `likely` where they do without that correction; else `possible`.
        units: with gold of both; `clusters`, the prompts with gold of the one that has fewer.
        more: how many more units with gold would tell a difference that matters, None where no number would.
    """

    higher: str
    lower: str
    gold: Estimate
    grader: Estimate
    state: FlipState
    units: int
    clusters: int
    more: int | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """The configurations by one rate, the highest first, by gold and by the grader; `pairs` were compared."""

    gold: tuple[str, ...]
    grader: tuple[str, ...]
    flips: tuple[Flip, ...]
    pairs: int


def rank(gold: RateParts, grader: RateParts, design: SampleDesign, matters: float) -> Ranking:
    """Rank configurations by a rate.

    Args:
        gold: what each unit adds by gold, shape (units,); that of units that were not drawn is not used.
        grader: what the grader adds for every unit.
        design: how the units with gold were drawn.
        matters: the smallest difference of the rate that matters.
    """
    names = design.names
    sides = [design.configurations == place for place in range(len(names))]
    weights = design.weights
    by_gold = [_mean(gold, weights * side) for side in sides]
    by_grader = [_mean(grader, side.astype(np.float64)) for side in sides]
    pairs = list(combinations([place for place in range(len(names)) if not np.isnan(by_gold[place])], 2))
    found = [
        (difference(gold, design, sides[one], sides[other]), raw_difference(grader, design, sides[one], sides[other]))
        for one, other in pairs
    ]
    enough = [one.clusters >= FEWEST_CLUSTERS for one, _ in found]
    chances = [_both(*one) if there else None for one, there in zip(found, enough, strict=True)]
    number = max(sum(enough), 1)
    flips = [
        _flip((names[one], names[other]), *sides_found, chance, alone, number, matters)
        for (one, other), sides_found, chance, alone in zip(pairs, found, holm(chances), chances, strict=True)
        if alone is not None and _opposite(*sides_found)
    ]
    return Ranking(_order(by_gold, names), _order(by_grader, names), tuple(flips), number)


def _mean(parts: RateParts, weights: np.ndarray) -> float:
    below = float(weights @ parts.below)
    return float(weights @ parts.above) / below if below > 0.0 else float("nan")


def _both(gold: Difference, grader: Difference) -> float | None:
    """Return the p that one of the two differences is none: the larger of theirs."""
    return None if gold.p is None or grader.p is None else max(gold.p, grader.p)


def _opposite(gold: Difference, grader: Difference) -> bool:
    return (gold.estimate.value or 0.0) * (grader.estimate.value or 0.0) < 0.0


def _order(rates: Sequence[float], names: tuple[str, ...]) -> tuple[str, ...]:
    known = [place for place in range(len(names)) if not np.isnan(rates[place])]
    return tuple(names[place] for place in sorted(known, key=lambda place: (-rates[place], names[place])))


def _flip(
    ends: tuple[str, str],
    gold: Difference,
    grader: Difference,
    chance: float | None,
    alone: float | None,
    family: int,
    matters: float,
) -> Flip:
    """Return the flip of two configurations, the higher by gold first."""
    turned = (gold.estimate.value or 0.0) < 0.0
    state = FlipState.POSSIBLE
    if chance is not None and chance <= LEVEL:
        state = FlipState.SETTLED
    elif alone is not None and alone <= LEVEL:
        state = FlipState.LIKELY
    high, low = reversed(ends) if turned else ends
    return Flip(
        high,
        low,
        _for_all(gold, family, turned=turned),
        _for_all(grader, family, turned=turned),
        state,
        gold.units,
        gold.clusters,
        more_gold(gold, matters, family),
    )


def _for_all(one: Difference, family: int, *, turned: bool) -> Estimate:
    """Return a difference with an interval that holds for all differences of a family together."""
    value = one.estimate.value
    if value is None or one.spread is None:
        return one.estimate
    reach = t_quantile(1.0 - LEVEL / (2.0 * family), max(one.spread.degrees, 1.0)) * one.spread.error
    value = -value if turned else value
    return Estimate(value, max(value - reach, -1.0), min(value + reach, 1.0), warning=one.estimate.warning)
