"""Coefficients in which raters are exchangeable: percent agreement, Fleiss κ, Scott π, AC1, AC2, Brennan-Prediger.

And Conger κ, which keeps the raters' own prevalences. Observed agreement is, for all, the mean over units with at
least two labels of the share of agreeing pairs. They differ in what they hold for agreement by chance; the prevalence
in it is the mean share of a value over all units with at least one label.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from reviewer.statistics.agreement.ends import category_ends, chance_ends, corrected_ends, share_ends
from reviewer.statistics.agreement.table import MISSING, RatingTable
from reviewer.statistics.agreement.tally import ValueCounts
from reviewer.statistics.arrays import Flags, Floats
from reviewer.statistics.estimate import Ends, Statistic, corrected, never, ratio

ONE_VALUE = "every label is the same value: chance agreement is 1"
NO_PAIR = "no unit has labels by two raters"
ONE_DECLARED = "the question has one value only"
NOT_DECLARED = "the question declares no values, and the coefficient depends on how many there are"


def linear_weights(numbers: Floats) -> Floats:
    """Return how far values agree, 1 - |a - b| / range, shape (values, values)."""
    return _weights(numbers, 1)


def quadratic_weights(numbers: Floats) -> Floats:
    """Return how far values agree, 1 - (a - b)² / range², shape (values, values)."""
    return _weights(numbers, 2)


def _weights(numbers: Floats, power: int) -> Floats:
    distance = np.abs(numbers[:, None] - numbers[None, :])
    widest = distance.max(initial=0.0)
    return 1.0 - (distance / widest if widest > 0 else distance) ** power


def percent_agreement(tally: ValueCounts) -> Statistic:
    """Mean over units with at least two labels of the share of agreeing pairs."""
    features = np.column_stack([tally.agreement(), tally.paired])

    def of(weights: Floats) -> Floats:
        agreeing, units = (weights @ features).T
        return ratio(agreeing, units)[:, None]

    return Statistic(of, (NO_PAIR,), ends=lambda: [share_ends(tally.table, tally.paired)])


def fleiss_kappa(tally: ValueCounts) -> Statistic:
    """Fleiss κ; chance is the sum of squared prevalences (Fleiss 1971; with missing labels as Gwet 2014, ch. 2)."""
    return _corrected(tally, None, lambda prevalence: (prevalence**2).sum(axis=1), tally.rated, rare=True)


def scott_pi(table: RatingTable) -> Statistic:
    """Scott π of two raters, over the units that both rated (Scott 1955)."""
    if len(table.raters) != 2:
        return never(f"{len(table.raters)} raters; Scott π compares two")
    tally = ValueCounts(table)
    return _corrected(tally, None, lambda prevalence: (prevalence**2).sum(axis=1), tally.paired, rare=True)


def gwet(tally: ValueCounts, weights: Floats | None = None) -> Statistic:
    """Gwet AC1, or AC2 with `weights` of shape (values, values) (Gwet 2008; 2014, ch. 5).

    Chance is T / (q (q - 1)) · Σ p (1 - p), with p the prevalences, q the number of declared values and T the sum of
    the weights, which for AC1 is q.
    """
    values = tally.table.declared
    if values is None:
        return never(NOT_DECLARED)
    if values < 2:
        return never(ONE_DECLARED)
    total = float(values) if weights is None else float(weights.sum())
    scale = total / (values * (values - 1))
    return _corrected(tally, weights, lambda shares: scale * (shares * (1.0 - shares)).sum(axis=1), tally.rated)


def brennan_prediger(tally: ValueCounts) -> Statistic:
    """Brennan-Prediger κ; chance is 1 / q, with q the number of declared values (Brennan and Prediger 1981)."""
    values = tally.table.declared
    if values is None:
        return never(NOT_DECLARED)
    if values < 2:
        return never(ONE_DECLARED)
    return _corrected(tally, None, lambda shares: np.full(len(shares), 1.0 / values), tally.rated)


def _corrected(
    tally: ValueCounts,
    weights: Floats | None,
    chance: Callable[[Floats], Floats],
    counted: Flags,
    *,
    rare: bool = False,
) -> Statistic:
    """Return agreement beyond `chance`, a function of the prevalences among the `counted` rows, (draws, values).

    `rare` says that chance is nearly all where all values but one are rare.
    """
    features = np.column_stack([tally.agreement(weights), tally.paired, counted, tally.shares * counted[:, None]])

    def of(draws: Floats) -> Floats:
        sums = draws @ features
        observed = ratio(sums[:, 0], sums[:, 1])
        return corrected(observed, chance(ratio(sums[:, 3:], sums[:, 2:3])))[:, None]

    def ends() -> list[Ends]:
        if rare:
            return [chance_ends(tally.table)]
        sums = tally.table.mass[None, :] @ features
        return [corrected_ends(tally.table, 1.0 - float(chance(ratio(sums[:, 3:], sums[:, 2:3]))[0]))]

    return Statistic(of, (ONE_VALUE if tally.paired.any() else NO_PAIR,), ends=ends)


def conger_kappa(table: RatingTable) -> Statistic:
    """Conger κ; chance is the mean over pairs of raters of Σ p_a p_b, each rater's own shares of values.

    A rater's shares are over all units that the rater labelled; who labelled none is left out. (Conger 1980; with
    missing labels as Gwet 2014, ch. 2.) For two raters without missing labels it is Cohen κ.
    """
    tally = ValueCounts(table)
    values = len(table.values)
    given = table.codes[:, :, None] == np.arange(values)
    features = np.column_stack([tally.agreement(), tally.paired, given.reshape(len(given), len(table.raters) * values)])

    def of(weights: Floats) -> Floats:
        sums = weights @ features
        observed = ratio(sums[:, 0], sums[:, 1])
        labels = sums[:, 2:].reshape(len(weights), len(table.raters), values)
        own = np.nan_to_num(ratio(labels, labels.sum(axis=2, keepdims=True)))
        active = (labels.sum(axis=2) > 0).sum(axis=1).astype(np.float64)
        alike = (own.sum(axis=1) ** 2 - (own**2).sum(axis=1)).sum(axis=1)
        return corrected(observed, ratio(alike, active * (active - 1)))[:, None]

    return Statistic(of, (ONE_VALUE if tally.paired.any() else NO_PAIR,), ends=lambda: [chance_ends(table)])


def category_agreement(tally: ValueCounts) -> Statistic:
    """Agreement on each value, shape (draws, values): among pairs with one label of it, how often the other is too.

    Σ n (n - 1) / Σ n (m - 1) over units, n labels of the value among m. For two raters and two values these are the
    positive and negative agreement of Cicchetti and Feinstein 1990; for more, Uebersax 1982.
    """
    both = tally.counts * (tally.counts - 1.0)
    either = tally.counts * (tally.labels - 1.0)[:, None]
    features = np.column_stack([both, either])

    def of(weights: Floats) -> Floats:
        above, below = np.split(weights @ features, 2, axis=1)
        return ratio(above, below)

    whys = tuple(f"no unit with two labels has {value}" for value in tally.table.values)
    return Statistic(of, whys, ends=lambda: category_ends(tally))


def own_shares(table: RatingTable) -> Floats:
    """Return the share of each value among all labels, shape (values,), all nan where there is no label."""
    labels = np.array([((table.codes == code).sum(axis=1) * table.mass).sum() for code in range(len(table.values))])
    given = (table.codes != MISSING).sum(axis=1) @ table.mass
    return ratio(labels, np.asarray(given))
