"""Agreement of two raters at a time: Cohen κ, weighted or not, and means over pairs (Light κ, restricted pairings).

Each pair is compared over the units that both rated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from reviewer.statistics.agreement.chance import NO_PAIR
from reviewer.statistics.agreement.ends import chance_ends, of_raters, pair_ends, share_ends
from reviewer.statistics.agreement.table import MISSING, RatingTable
from reviewer.statistics.arrays import Codes, Floats
from reviewer.statistics.estimate import Ends, Statistic, corrected, never, ratio

Pairs = Sequence[tuple[int, int]]

# Features of as many pairs are held at once as fit into this many numbers (32 MiB).
MOST_FEATURES = 4_000_000

# The work for intervals grows with the pairs; 66 are the pairs of 12 raters.
MOST_PAIRS = 66


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Sums over the units that both raters of each pair rated; shapes (draws, pairs) and (draws, pairs, values)."""

    units: Floats
    agreeing: Floats
    first: Floats
    second: Floats


def every_pair(raters: int) -> list[tuple[int, int]]:
    """Return all pairs of column numbers, the lower first."""
    return [(one, other) for one in range(raters) for other in range(one + 1, raters)]


def cohen_kappas(table: RatingTable, pairs: Pairs, weights: Floats | None = None) -> Statistic:
    """Cohen κ of each of `pairs`, shape (draws, pairs).

    Chance is Σ w p_a p_b with each rater's own shares over the units of the pair (Cohen 1960; with `weights` of shape
    (values, values), 1 on the diagonal, Cohen 1968).
    """
    closeness = np.eye(len(table.values)) if weights is None else weights

    def of(draws: Floats) -> Floats:
        if len(draws) == 1:
            return _at_once(table, pairs, closeness, draws[0])
        parts = []
        for sums in _in_blocks(table, pairs, closeness, draws):
            chance = ((sums.first @ closeness) * sums.second).sum(axis=2)
            parts.append(corrected(ratio(sums.agreeing, sums.units), ratio(chance, sums.units**2)))
        return np.concatenate(parts, axis=1)

    return Statistic(of, _whys(table, pairs), _no_interval(pairs), lambda: pair_ends(table, pairs))


def _at_once(table: RatingTable, pairs: Pairs, closeness: Floats, counts: Floats) -> Floats:
    """Return the κ of every pair for one weighing of the rows, from one product that holds all confusion matrices."""
    raters, values = len(table.raters), len(table.values)
    given = (table.codes[:, :, None] == np.arange(values)).astype(np.float64)
    given = given.reshape(len(table.codes), raters * values)
    confusions = ((given * counts[:, None]).T @ given).reshape(raters, values, raters, values)
    one, other = [first for first, _ in pairs], [second for _, second in pairs]
    found = confusions[one, :, other, :]
    units = found.sum(axis=(1, 2))
    chance = ((found.sum(axis=2) @ closeness) * found.sum(axis=1)).sum(axis=1)
    kappas: Floats = corrected(ratio((found * closeness).sum(axis=(1, 2)), units), ratio(chance, units**2))
    return kappas[None, :]


def pair_agreement(table: RatingTable, pairs: Pairs) -> Statistic:
    """Percent agreement of each of `pairs`, shape (draws, pairs)."""

    def of(draws: Floats) -> Floats:
        parts = []
        for block in _blocks(table, pairs, 2):
            one, other = _columns(table, block)
            both = (one != MISSING) & (other != MISSING)
            parts.append(ratio(draws @ (both & (one == other)).astype(float), draws @ both.astype(float)))
        return np.concatenate(parts, axis=1)

    def ends() -> list[Ends]:
        return [share_ends(table, of_raters(table, pair).labels == 2) for pair in pairs]

    return Statistic(of, _whys(table, pairs), _no_interval(pairs), ends)


def mean_kappa(table: RatingTable, pairs: Pairs, weights: Floats | None = None) -> Statistic:
    """Mean of the Cohen κ of `pairs`, weighted as in `cohen_kappas`; of all pairs it is Light κ (Light 1971).

    Undefined if that of any pair is. The units are drawn once for all pairs, so that the interval knows that pairs
    share raters and units.
    """
    if not pairs:
        return never("there is no pair of raters")
    every = cohen_kappas(table, pairs, weights)
    now = every.of(table.mass[None, :])[0]
    lacking = [reason for reason, kappa in zip(every.undefined, now, strict=True) if np.isnan(kappa)]
    reason = lacking[0] if lacking else NO_PAIR

    def ends() -> list[Ends]:
        return [chance_ends(of_raters(table, sorted({rater for pair in pairs for rater in pair})))]

    return Statistic(lambda draws: every.of(draws).mean(axis=1, keepdims=True), (reason,), every.no_interval, ends)


def mean_agreement(table: RatingTable, pairs: Pairs) -> Statistic:
    """Mean over the units that any of `pairs` both rated of the share of those pairs that agree there."""
    met, agreeing = np.zeros(len(table.codes)), np.zeros(len(table.codes))
    for one, other in pairs:
        first, second = table.codes[:, one], table.codes[:, other]
        both = (first != MISSING) & (second != MISSING)
        met += both
        agreeing += both & (first == second)
    features = np.column_stack([np.nan_to_num(ratio(agreeing, met)), met > 0])

    def of(draws: Floats) -> Floats:
        above, below = (draws @ features).T
        return ratio(above, below)[:, None]

    return Statistic(of, ("no unit was rated by both raters of a pair",), ends=lambda: [share_ends(table, met > 0)])


def cohen_kappa(table: RatingTable, weights: Floats | None = None) -> Statistic:
    """Cohen κ of the two raters of the table; undefined where there are not two."""
    if len(table.raters) != 2:
        return never(f"{len(table.raters)} raters; Cohen κ compares two: see each pair, and Light κ for their mean")
    return cohen_kappas(table, [(0, 1)], weights)


def common_units(table: RatingTable) -> Floats:
    """Return how many units each two raters both rated, shape (raters, raters)."""
    rated = (table.codes != MISSING).astype(np.float64)
    common: Floats = (rated * table.counts[:, None]).T @ rated
    return common


def _whys(table: RatingTable, pairs: Pairs) -> tuple[str, ...]:
    """Return of each pair why its κ is undefined, if it is."""
    common = common_units(table)
    reasons = []
    for one, other in pairs:
        names = f"{table.raters[one]} and {table.raters[other]}"
        if common[one, other]:
            reasons.append(f"{names} gave one and the same value to all their common units: chance agreement is 1")
        else:
            reasons.append(f"{names} have no unit in common")
    return tuple(reasons)


def _no_interval(pairs: Pairs) -> str | None:
    if len(pairs) <= MOST_PAIRS:
        return None
    return f"{len(pairs)} pairs of raters; intervals are drawn for at most {MOST_PAIRS}"


def _blocks(table: RatingTable, pairs: Pairs, width: int) -> Iterator[Pairs]:
    size = max(1, MOST_FEATURES // max(1, len(table.codes) * width))
    for start in range(0, len(pairs), size):
        yield pairs[start : start + size]


def _columns(table: RatingTable, pairs: Pairs) -> tuple[Codes, Codes]:
    return table.codes[:, [one for one, _ in pairs]], table.codes[:, [other for _, other in pairs]]


def _in_blocks(table: RatingTable, pairs: Pairs, closeness: Floats, draws: Floats) -> Iterator[_Sums]:
    values = len(table.values)
    for block in _blocks(table, pairs, 2 * values + 2):
        one, other = _columns(table, block)
        both = (one != MISSING) & (other != MISSING)
        shape = (len(draws), len(block), values)
        first = (one[:, :, None] == np.arange(values)) & both[:, :, None]
        second = (other[:, :, None] == np.arange(values)) & both[:, :, None]
        rows = len(one)
        yield _Sums(
            units=draws @ both.astype(float),
            agreeing=draws @ np.where(both, closeness[one, other], 0.0),
            first=(draws @ first.reshape(rows, len(block) * values).astype(float)).reshape(shape),
            second=(draws @ second.reshape(rows, len(block) * values).astype(float)).reshape(shape),
        )
