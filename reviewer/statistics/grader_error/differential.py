"""Does the grader err more on some configurations than on others, and more or less on those of its own lab?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from reviewer.statistics.agreement.bootstrap import MOST_WEIGHTS, Resampling
from reviewer.statistics.arrays import Codes, Flags, Floats
from reviewer.statistics.estimate import NEAR_ZERO, Estimate, ratio
from reviewer.statistics.grader_error.paired_bootstrap import spanned, sums
from reviewer.statistics.grader_error.sample import GoldSample, RateParts

ONE = "there is one configuration only"
UNEQUAL = "units were drawn with different chances, so that errors cannot be exchanged"
NO_OTHERS = "no unit on {side} side"


@dataclass(frozen=True, slots=True)
class Differential:
    """Whether error differs between configurations.

    Attributes:
        spread: weighted standard deviation of error between configurations.
        p: how often error that knew no configuration would spread as much; None where that cannot be asked.
        undefined: why not.
        paired: whether errors were exchanged within prompts.
        rest: by configuration, its error less that of all others.
    """

    spread: float
    p: float | None
    undefined: str | None
    paired: bool
    rest: dict[str, Estimate]


def differential(
    wrong: Floats,
    sample: GoldSample,
    prompts: Codes,
    configurations: Codes,
    names: tuple[str, ...],
    resampling: Resampling,
) -> Differential:
    """Test whether error is the same for all configurations.

    Errors are exchanged between the configurations of each prompt where prompts repeat, else between all: a permutation
    test whose statistic is the spread of error (Good 2005, ch. 3). Arrays are of the sample's units; `wrong` is 1 where
    the grader errs.
    """
    weights = sample.weights
    kinds = np.unique(configurations)
    if len(kinds) < 2:
        return Differential(0.0, None, ONE, False, {})
    groups = np.unique(prompts, return_inverse=True)[1]
    paired = bool(np.bincount(groups).max() > 1)
    rest = {
        names[kind]: apart(RateParts(wrong, np.ones(len(wrong))), sample, prompts, configurations == kind, resampling)
        for kind in kinds
    }
    member = (configurations[:, None] == kinds).astype(np.float64)
    spread = float(_spread(wrong[None, :], member * weights[:, None])[0])
    if not sample.equal:
        return Differential(spread, None, UNEQUAL, paired, rest)
    as_much = sum(
        int((_spread(exchanged, member) >= spread - NEAR_ZERO).sum())
        for exchanged in _exchanged(wrong, groups if paired else np.zeros(len(wrong), np.int64), resampling)
    )
    return Differential(spread, (1 + as_much) / (1 + resampling.resamples), None, paired, rest)


def apart(parts: RateParts, sample: GoldSample, prompts: Codes, mine: Flags, resampling: Resampling) -> Estimate:
    """Return the rate of the units where `mine` less that of the others, all arrays of the sample's units.

    The interval draws prompts, so that it knows that both sides answered the same ones.
    """
    weights = sample.weights
    sides = (mine, ~mine)
    columns = np.column_stack([weights * side * part for side in sides for part in (parts.above, parts.below)])

    def of(found: Floats) -> Floats:
        first, second = ratio(found[:, 0], found[:, 1]), ratio(found[:, 2], found[:, 3])
        difference: Floats = first - second
        return difference

    value = float(of(columns.sum(axis=0)[None, :])[0])
    which = "this" if not columns[:, 1].any() else "the other"
    return spanned(value, of(sums(prompts, columns, resampling)), prompts, NO_OTHERS.format(side=which))


def bias_apart(
    gold: RateParts, grader: RateParts, sample: GoldSample, prompts: Codes, mine: Flags, resampling: Resampling
) -> Estimate:
    """Return by how much more the grader's rate lies above gold's where `mine` than elsewhere.

    (grader - gold of mine) - (grader - gold of the others), all arrays of the sample's units.
    """
    weights = sample.weights
    parts = (grader.above, grader.below, gold.above, gold.below)
    columns = np.column_stack([weights * side * part for side in (mine, ~mine) for part in parts])

    def of(found: Floats) -> Floats:
        rates = ratio(found[:, 0::2], found[:, 1::2])
        favour: Floats = (rates[:, 0] - rates[:, 1]) - (rates[:, 2] - rates[:, 3])
        return favour

    value = float(of(columns.sum(axis=0)[None, :])[0])
    which = "this" if not (columns[:, 1].any() and columns[:, 3].any()) else "the other"
    return spanned(value, of(sums(prompts, columns, resampling)), prompts, NO_OTHERS.format(side=which))


def _spread(wrong: Floats, member: Floats) -> Floats:
    """Return the standard deviation of error between configurations, shape (rows of `wrong`,)."""
    units = member.sum(axis=0)
    errors = wrong @ member / units
    mean = (errors @ units / units.sum())[:, None]
    spread: Floats = np.sqrt((errors - mean) ** 2 @ units / units.sum())
    return spread


def _exchanged(wrong: Floats, groups: Codes, resampling: Resampling) -> Iterator[Floats]:
    """Yield errors exchanged within groups, shape (some draws, units) each."""
    generator = np.random.default_rng(resampling.seed)
    order = np.argsort(groups, kind="stable")
    ordered = groups[order].astype(np.float64)
    size = max(1, MOST_WEIGHTS // len(wrong))
    for start in range(0, resampling.resamples, size):
        draws = min(size, resampling.resamples - start)
        # Random keys below 1 on top of the group's number sort units within their group only.
        keys = ordered + generator.random((draws, len(wrong)))
        exchanged = np.empty((draws, len(wrong)))
        exchanged[:, order] = wrong[order][np.argsort(keys, axis=1)]
        yield exchanged
