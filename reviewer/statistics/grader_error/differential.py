"""Does the grader err more on some configurations than on others?

With equal chances, errors are exchanged between configurations: within prompts of which several responses have gold,
and among all the other responses, whose configuration is a matter of the draw (Good 2005, ch. 3). With unequal chances
errors cannot be exchanged; each configuration is held against the others by Student's t with the variance of the
design, and the smallest p, corrected for all of them, is that of any difference. (A Wald test of all differences at
once rejects too often here: .116 at the level .05 for 60 + 60 of two strata.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from reviewer.definitions.rubric import MATTERS
from reviewer.statistics.agreement.bootstrap import MOST_WEIGHTS, Resampling
from reviewer.statistics.arrays import Codes, Floats
from reviewer.statistics.estimate import NEAR_ZERO
from reviewer.statistics.grader_error.claims import FEWEST_CLUSTERS, Claim, claims
from reviewer.statistics.grader_error.difference import difference
from reviewer.statistics.grader_error.rate_parts import RateParts
from reviewer.statistics.sample_design import SampleDesign

ONE = "there is one configuration only"
FEW = "fewer than two configurations have gold on {least} prompts"
NO_VARIANCE = "the variance of error is not known on any configuration"


class DifferentialTest(StrEnum):
    """How it was asked whether error differs."""

    PERMUTATION = "permutation"
    STUDENT = "Student's t, Holm"


@dataclass(frozen=True, slots=True)
class Differential:
    """Whether error differs between configurations.

    Attributes:
        spread: weighted standard deviation of error between configurations.
        p: how often error that knew no configuration would spread as much; None where that cannot be asked.
        test: by which `p` was found.
        undefined: why there is none.
        rest: by configuration, its error less that of all others, as one family.
    """

    spread: float
    p: float | None
    test: DifferentialTest | None
    undefined: str | None
    rest: tuple[Claim, ...]


def differential(
    wrong: RateParts, design: SampleDesign, resampling: Resampling, matters: float = MATTERS
) -> Differential:
    """Test whether error is the same for all configurations.

    Args:
        wrong: what each unit adds to error; all units were drawn.
        design: of the units.
        resampling: how many exchanges, from which seed.
        matters: the smallest difference of error that matters.
    """
    kinds = np.unique(design.configurations)
    if len(kinds) < 2:
        return Differential(0.0, None, None, ONE, ())
    sides = [design.configurations == kind for kind in kinds]
    member = np.stack(sides, axis=1).astype(np.float64)
    spread = float(_spread(wrong.above[None, :], member * design.weights[:, None])[0])
    apart = [(design.names[kind], difference(wrong, design, own, ~own)) for kind, own in zip(kinds, sides, strict=True)]
    prompts = [len(np.unique(design.clusters[own])) for own in sides]
    if sum(number >= FEWEST_CLUSTERS for number in prompts) < 2:
        return Differential(spread, None, None, FEW.format(least=FEWEST_CLUSTERS), tuple(claims(apart, matters)))
    if design.equal:
        p, own_chances = _exchange_test(wrong.above, design, member, resampling)
        return Differential(spread, p, DifferentialTest.PERMUTATION, None, tuple(claims(apart, matters, own_chances)))
    rest = tuple(claims(apart, matters))
    asked = [claim.p for claim in rest if claim.p is not None]
    if not asked:
        return Differential(spread, None, None, NO_VARIANCE, rest)
    return Differential(spread, min(asked), DifferentialTest.STUDENT, None, rest)


def _spread(wrong: Floats, member: Floats) -> Floats:
    """Return the standard deviation of error between configurations, shape (rows of `wrong`,)."""
    units = member.sum(axis=0)
    errors = wrong @ member / units
    mean = (errors @ units / units.sum())[:, None]
    spread: Floats = np.sqrt((errors - mean) ** 2 @ units / units.sum())
    return spread


def _exchange_test(
    wrong: Floats, design: SampleDesign, member: Floats, resampling: Resampling
) -> tuple[float, list[float]]:
    """Return p of no difference at all, and of each configuration that it does not differ from the rest."""
    units = member.sum(axis=0)
    total, number = wrong.sum(), len(wrong)
    spread = float(_spread(wrong[None, :], member)[0])
    apart = _apart(wrong[None, :] @ member, units, total, number)[0]
    as_much, as_far = 0, np.zeros(len(units))
    for exchanged in _exchanged(wrong, exchange_groups(design), resampling):
        as_much += int((_spread(exchanged, member) >= spread - NEAR_ZERO).sum())
        far = _apart(exchanged @ member, units, total, number)
        as_far += (np.abs(far) >= np.abs(apart) - NEAR_ZERO).sum(axis=0)
    draws = 1 + resampling.resamples
    return (1 + as_much) / draws, [float(one) for one in (1.0 + as_far) / draws]


def _apart(wrong: Floats, units: Floats, total: float, number: int) -> Floats:
    """Return error of each configuration less that of the others, from how many are wrong of each."""
    apart: Floats = wrong / units - (total - wrong) / np.maximum(number - units, 1.0)
    return apart


def exchange_groups(design: SampleDesign) -> Codes:
    """Return inside which groups errors are exchanged, shape (units,): prompts, and all units alone on theirs."""
    groups = np.unique(design.clusters, return_inverse=True)[1]
    shared = np.bincount(groups)[groups] > 1
    found: Codes = np.where(shared, groups + 1, 0)
    return found


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
