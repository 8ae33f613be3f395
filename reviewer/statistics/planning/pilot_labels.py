"""What the labels of a pilot study say of those to come: shares, agreement, and how alike responses to a prompt are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from reviewer.statistics.agreement.alpha import Metric, krippendorff_alpha
from reviewer.statistics.agreement.table import MISSING, RatingTable
from reviewer.statistics.agreement.tally import ValueCounts
from reviewer.statistics.arrays import Codes, Floats


@dataclass(frozen=True, slots=True)
class PilotFigures:
    """What a pilot study says; None where its labels do not say it.

    Attributes:
        raters: how many labelled, and `units`, how many have a label.
        shares: of each value among all labels.
        agreement: nominal α.
        correlation: how alike the true values of two responses to one prompt are, the errors of raters taken out.
        per_prompt: how many responses answer the prompt of a response, on average.
    """

    raters: int
    units: int
    shares: tuple[float, ...]
    agreement: float | None
    correlation: float | None
    per_prompt: float


def value_or_not(table: RatingTable, counting: Collection[str], among: Collection[str]) -> RatingTable:
    """Return the table of a rate: 0 where a label counts, 1 where it is one of the others `among`, else missing."""
    places = [0 if value in counting else 1 if value in among else MISSING for value in table.values]
    new: Codes = np.array([*places, MISSING])
    return replace(
        table, values=("counts", "does not"), codes=new[table.codes], numbers=None, abstain=frozenset(), declared=2
    )


def pilot_figures(table: RatingTable) -> PilotFigures:
    """Return what the labels of a question say of those to come."""
    tally = ValueCounts(table)
    alpha = float(krippendorff_alpha(tally, Metric.NOMINAL).of(table.counts[None, :])[0, 0])
    given = table.counts @ tally.counts
    shares = given / max(float(given.sum()), 1.0)
    rated = tally.rated
    together, per_prompt = None, 1.0
    if table.repeated and alpha > 0.0:
        sizes = np.bincount(_prompts(table)[rated], weights=table.counts[rated])
        per_prompt = float(sizes @ sizes / sizes.sum())
        together = _correlation(tally, shares, alpha)
    return PilotFigures(
        raters=len(table.raters),
        units=int(table.counts[rated].sum()),
        shares=tuple(map(float, shares)),
        agreement=None if np.isnan(alpha) else alpha,
        correlation=together,
        per_prompt=per_prompt,
    )


def _prompts(table: RatingTable) -> Codes:
    return np.unique(table.design.clusters, return_inverse=True)[1]


def _correlation(tally: ValueCounts, shares: Floats, agreement: float) -> float | None:
    """Return how alike the true values of two responses to one prompt are, from 0 to 1; None without such pairs.

    The covariance of their shares of labels is α times that of the true values, since raters err apart.
    """
    table, rated = tally.table, tally.rated
    if not table.repeated:
        return None
    prompts, counts = _prompts(table)[rated], table.counts[rated]
    off = tally.shares[rated] - shares
    sizes = np.bincount(prompts, weights=counts)
    pairs = float(sizes @ (sizes - 1.0))
    room = agreement * float(shares @ (1.0 - shares))
    if pairs <= 0.0 or room <= 0.0:
        return None
    sums = np.stack([np.bincount(prompts, weights=counts * column) for column in off.T], axis=1)
    covariance = (float((sums**2).sum()) - float(counts @ (off**2).sum(axis=1))) / pairs
    return min(max(covariance / room, 0.0), 1.0)
