"""Two graders on the same units: which errs more, and whether that is more than chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reviewer.definitions.rubric import MATTERS
from reviewer.statistics.arrays import Codes, Floats
from reviewer.statistics.estimate import NEAR_ZERO, Estimate
from reviewer.statistics.grader_error.claims import Claim, claims
from reviewer.statistics.grader_error.confusion import JudgedUnits, f1_parts, labelled
from reviewer.statistics.grader_error.difference import Difference, difference_of
from reviewer.statistics.grader_error.rate_parts import RateParts

NO_KAPPA = "κ of one is undefined"
NO_F1 = "F1 of one is undefined: neither gold nor that grader says {label}"
ERROR = "error"


@dataclass(frozen=True, slots=True)
class GraderComparison:
    """The grader against another; differences are the first less the second.

    Attributes:
        units: that both judged and that have gold.
        first_only: count of units that only the first gets right; `second_only`, only the second.
        exact: p of the exact test that both err equally often; None where prompts repeat or chances differ, where it
            does not hold.
        error, kappa: differences of error and of Cohen κ with gold.
        f1: difference of F1 for each label.
        claims: what may be said of error and of each label's F1, one family.
    """

    units: int
    first_only: int
    second_only: int
    exact: float | None
    error: Estimate
    kappa: Estimate
    f1: dict[str, Estimate]
    claims: tuple[Claim, ...]


def mcnemar(first_only: int, second_only: int) -> float:
    """Return the two-sided p of McNemar's test by the binomial distribution, exact at any number (McNemar 1947)."""
    units, fewer = first_only + second_only, min(first_only, second_only)
    if first_only == second_only:
        return 1.0
    half = math.log(0.5) * units
    terms = [
        math.lgamma(units + 1) - math.lgamma(right + 1) - math.lgamma(units - right + 1) + half
        for right in range(fewer + 1)
    ]
    return min(1.0, 2.0 * math.fsum(map(math.exp, terms)))


def compare(first: JudgedUnits, verdict: Codes, matters: float = MATTERS) -> GraderComparison:
    """Compare the verdicts of `first` with those of another grader on the same units, shape (units,)."""
    design = first.design
    right, other_right = first.gold == first.verdict, first.gold == verdict
    only, other_only = int((right & ~other_right).sum()), int((other_right & ~right).sum())
    errors = [_rate(first, RateParts(1.0 - said, np.ones(first.units))) for said in (right, other_right)]
    kappas = [_kappa(first, said) for said in (first.verdict, verdict)]
    truth, said, other = (labelled(first, codes) for codes in (first.gold, first.verdict, verdict))
    scores = {
        label: [_rate(first, f1_parts(truth[:, place], given[:, place])) for given in (said, other)]
        for place, label in enumerate(first.labels)
    }
    error = _less(first, errors, "")
    f1 = {label: _less(first, found, NO_F1.format(label=label)) for label, found in scores.items()}
    simple = design.equal and not design.repeated
    exact = mcnemar(only, other_only) if simple else None
    family = [(ERROR, error), *((f"F1 of {label}", one) for label, one in f1.items())]
    return GraderComparison(
        units=first.units,
        first_only=only,
        second_only=other_only,
        exact=exact,
        error=error.estimate,
        kappa=_less(first, kappas, NO_KAPPA).estimate,
        f1={label: one.estimate for label, one in f1.items()},
        claims=tuple(
            claims(family, matters, [exact if exact is not None else error.p, *(one.p for one in f1.values())])
        ),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Figure:
    """A figure and the influence of each unit on it for one unit of weight, shape (units,); value nan if undefined."""

    value: float
    influence: Floats


def _rate(judged: JudgedUnits, parts: RateParts) -> _Figure:
    weights = judged.design.weights
    below = float(weights @ parts.below)
    if below <= NEAR_ZERO:
        return _Figure(float("nan"), np.zeros(judged.units))
    value = float(weights @ parts.above) / below
    return _Figure(value, (parts.above - value * parts.below) / below)


def _kappa(judged: JudgedUnits, verdict: Codes) -> _Figure:
    """Return Cohen κ with gold; a verdict that is no label is a value that gold never has.

    κ = (o - c) / (1 - c): its derivative by o is 1 / (1 - c), by c is (κ - 1) / (1 - c).
    """
    weights = judged.design.weights
    total = float(weights.sum())
    values = len(judged.values) + 2
    gold, said = (np.bincount(codes, weights, values) / total for codes in (judged.gold, verdict))
    alike = (judged.gold == verdict).astype(np.float64)
    observed, chance = float(weights @ alike) / total, float(gold @ said)
    if 1.0 - chance <= NEAR_ZERO:
        return _Figure(float("nan"), np.zeros(judged.units))
    kappa = (observed - chance) / (1.0 - chance)
    by_chance = said[judged.gold] + gold[verdict] - 2.0 * chance
    return _Figure(kappa, ((alike - observed) - (1.0 - kappa) * by_chance) / (1.0 - chance) / total)


def _less(judged: JudgedUnits, figures: Sequence[_Figure], undefined: str) -> Difference:
    first, second = figures
    value = first.value - second.value
    return difference_of(value, first.influence - second.influence, judged.design, undefined)
