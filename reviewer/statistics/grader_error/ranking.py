"""Configurations ranked by gold and by the grader: where the order turns round, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.arrays import Codes, Floats
from reviewer.statistics.estimate import Estimate, ratio
from reviewer.statistics.grader_error.paired_bootstrap import spanned, sums
from reviewer.statistics.grader_error.sample import GoldSample, RateParts

ABSENT = "one of the two has no unit that counts"


@dataclass(frozen=True, slots=True)
class Flip:
    """Two configurations that gold and the grader put in opposite order.

    Attributes:
        higher: the one with the higher rate by gold; `lower`, the other.
        gold: rate of `higher` less that of `lower` by gold; `grader`, by the grader.
        sure: share of resamples of prompts in which both orders are as seen.
        spread: standard deviation of the difference by gold over resamples.
    """

    higher: str
    lower: str
    gold: Estimate
    grader: Estimate
    sure: float
    spread: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """The configurations by one rate, the highest first, by gold and by the grader."""

    gold: tuple[str, ...]
    grader: tuple[str, ...]
    flips: tuple[Flip, ...]


def rank(
    gold: RateParts,
    grader: RateParts,
    sample: GoldSample,
    prompts: Codes,
    configurations: Codes,
    names: tuple[str, ...],
    resampling: Resampling,
) -> Ranking:
    """Rank configurations by a rate.

    Args:
        gold: what the sample's units add to the rate, in its order.
        grader: what the grader adds for every unit of the population.
        sample: how the units with gold were drawn.
        prompts: of every unit of the population; they are drawn, so that configurations stay paired.
        configurations: places in `names` of every unit.
        names: of the configurations.
        resampling: how many draws.
    """
    columns = _columns(gold, grader, sample, configurations, len(names))

    def of(found: Floats) -> Floats:
        above, below = found[:, 0::2], found[:, 1::2]
        return ratio(above, below)

    now = of(columns.sum(axis=0)[None, :])[0].reshape(len(names), 2)
    drawn = of(sums(prompts, columns, resampling)).reshape(-1, len(names), 2)
    flips = []
    for one, other in combinations(range(len(names)), 2):
        apart = now[one] - now[other]
        if np.isnan(apart).any() or apart[0] * apart[1] >= 0.0:
            continue
        high, low = (one, other) if apart[0] > 0.0 else (other, one)
        flips.append(_flip((names[high], names[low]), apart, drawn[:, high] - drawn[:, low], prompts))
    return Ranking(_order(now[:, 0], names), _order(now[:, 1], names), tuple(flips))


def _columns(gold: RateParts, grader: RateParts, sample: GoldSample, configurations: Codes, number: int) -> Floats:
    """Return, for each configuration, gold above and below, grader above and below, shape (population, 4 · number)."""
    weights = sample.weights
    whole = np.zeros((len(configurations), 4))
    whole[sample.units, 0], whole[sample.units, 1] = weights * gold.above, weights * gold.below
    whole[:, 2], whole[:, 3] = grader.above, grader.below
    own = configurations[:, None] == np.arange(number)
    columns: Floats = (own[:, :, None] * whole[:, None, :]).reshape(len(configurations), 4 * number)
    return columns


def _order(rates: Floats, names: tuple[str, ...]) -> tuple[str, ...]:
    known = [place for place in range(len(names)) if not np.isnan(rates[place])]
    return tuple(names[place] for place in sorted(known, key=lambda place: (-rates[place], names[place])))


def _flip(ends: tuple[str, str], apart: Floats, differences: Floats, prompts: Codes) -> Flip:
    """Return the flip of two configurations `apart` by gold and by the grader; `differences` has shape (draws, 2)."""
    return Flip(
        *ends,
        spanned(abs(apart[0]), differences[:, 0], prompts, ABSENT),
        spanned(-abs(apart[1]), differences[:, 1], prompts, ABSENT),
        float(((differences[:, 0] > 0.0) & (differences[:, 1] < 0.0)).mean()),
        float(np.nanstd(differences[:, 0])),
    )
