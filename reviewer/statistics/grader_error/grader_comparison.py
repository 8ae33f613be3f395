"""Two graders on the same units: which errs more, and whether that is more than chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.arrays import Codes, Floats
from reviewer.statistics.estimate import Estimate, corrected, ratio
from reviewer.statistics.grader_error.confusion import JudgedUnits, f1_scores
from reviewer.statistics.grader_error.paired_bootstrap import spanned, sums


@dataclass(frozen=True, slots=True)
class GraderComparison:
    """The grader against another; differences are the first less the second, with intervals that draw prompts.

    Attributes:
        units: that both judged and that have gold.
        first_only: units that only the first gets right; `second_only`, only the second.
        p: of the exact test that both err equally often.
        error, kappa: differences of error and of Cohen κ with gold.
        f1: difference of F1 for each label.
    """

    units: int
    first_only: int
    second_only: int
    p: float
    error: Estimate
    kappa: Estimate
    f1: dict[str, Estimate]


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


def compare(first: JudgedUnits, verdict: Codes, resampling: Resampling) -> GraderComparison:
    """Compare the verdicts of `first` with those of another grader on the same units, shape (units,)."""
    prompts, weights = first.prompts, first.sample.weights
    right, other_right = first.gold == first.verdict, first.gold == verdict
    only, other_only = int((right & ~other_right).sum()), int((other_right & ~right).sum())
    errors = np.column_stack([weights * (other_right.astype(np.float64) - right), weights])
    (f1, f1_drawn), (other_f1, other_f1_drawn) = (
        f1_scores(first, said, resampling) for said in (first.verdict, verdict)
    )
    kappa, kappa_drawn = _kappas(first, first.verdict, resampling)
    other_kappa, other_kappa_drawn = _kappas(first, verdict, resampling)
    drawn = sums(prompts, errors, resampling)
    return GraderComparison(
        units=first.units,
        first_only=only,
        second_only=other_only,
        p=mcnemar(only, other_only),
        error=spanned(float(errors[:, 0].sum() / weights.sum()), ratio(drawn[:, 0], drawn[:, 1]), prompts, ""),
        kappa=spanned(kappa - other_kappa, kappa_drawn - other_kappa_drawn, prompts, "κ of one is undefined"),
        f1={
            label: spanned(
                float(f1[place] - other_f1[place]),
                f1_drawn[:, place] - other_f1_drawn[:, place],
                prompts,
                f"F1 of one is undefined: neither gold nor that grader says {label}",
            )
            for place, label in enumerate(first.labels)
        },
    )


def _kappas(judged: JudgedUnits, verdict: Codes, resampling: Resampling) -> tuple[float, Floats]:
    """Return Cohen κ with gold, and that of each draw; a verdict that is no label is a value that gold never has."""
    values = len(judged.values) + 2
    weights = judged.sample.weights[:, None]
    each = np.arange(values)
    columns = weights * np.column_stack(
        [np.ones(judged.units), judged.gold == verdict, judged.gold[:, None] == each, verdict[:, None] == each]
    )

    def of(found: Floats) -> Floats:
        units = found[:, :1]
        shares = ratio(found[:, 1:], units)
        chance = (shares[:, 1 : 1 + values] * shares[:, 1 + values :]).sum(axis=1)
        return corrected(shares[:, 0], chance)

    return float(of(columns.sum(axis=0)[None, :])[0]), of(sums(judged.prompts, columns, resampling))
