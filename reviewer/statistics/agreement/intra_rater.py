"""A rater against an own earlier label: how far the same person, or grader, says the same of the same unit again."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.definitions.scale import Scale
from reviewer.statistics.agreement.measure import measure_alpha, measure_pairs
from reviewer.statistics.agreement.pairs import every_pair
from reviewer.statistics.agreement.table import RatingTable
from reviewer.statistics.estimate import Estimate


@dataclass(frozen=True, slots=True)
class SelfAgreement:
    """One rater over several sittings.

    Attributes:
        sittings: how often the rater labelled units, at most.
        units: how many were labelled twice or more.
        cohen_kappa: the mean over pairs of sittings; of several choices by MASI.
    """

    rater: str
    sittings: int
    units: int
    percent_agreement: Estimate
    cohen_kappa: Estimate
    krippendorff_alpha: Estimate


def self_agreement(table: RatingTable, *, scale: Scale, seed: int, resamples: int = 1000) -> SelfAgreement:
    """Return how far a rater agrees with own labels; the columns of `table` are the sittings, the first one named.

    The design of the table is that of the units that were labelled again.
    """
    found = measure_pairs(table, every_pair(len(table.raters)), seed=seed, resamples=resamples)
    return SelfAgreement(
        table.raters[0],
        len(table.raters),
        int(table.counts[table.labels >= 2].sum()),
        found.percent_agreement,
        found.mean_kappa,
        measure_alpha(table, scale=scale, seed=seed, resamples=resamples),
    )
