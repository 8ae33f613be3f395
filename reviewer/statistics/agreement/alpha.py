"""Krippendorff α: 1 - observed / expected disagreement, over the units with at least two labels.

Krippendorff 2011, "Computing Krippendorff's alpha-reliability". Every label counts once: a unit with m labels weighs m.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from enum import StrEnum
from functools import partial

import numpy as np

from reviewer.statistics.agreement.chance import NO_PAIR
from reviewer.statistics.agreement.ends import chance_ends
from reviewer.statistics.agreement.tally import ValueCounts
from reviewer.statistics.arrays import Floats
from reviewer.statistics.estimate import Ends, Statistic, ratio

NO_VARIATION = "every label is the same value: no disagreement is expected"


class Metric(StrEnum):
    """How far two values are apart."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"
    MASI = "masi"
    JACCARD = "jaccard"


def krippendorff_alpha(tally: ValueCounts, metric: Metric) -> Statistic:
    """Return α by `metric`.

    Ordinal, interval and ratio take the table `on_scale()`; MASI and Jaccard a table of sets.

    Raises:
        ValueError: the table has not what the metric needs.
    """
    match metric:
        case Metric.NOMINAL:
            return _by_distance(tally, 1.0 - np.eye(len(tally.table.values)))
        case Metric.ORDINAL:
            return _ordinal(tally)
        case Metric.INTERVAL:
            return _interval(tally)
        case Metric.RATIO:
            return _by_distance(tally, ratio_distances(_numbers(tally)))
        case Metric.MASI:
            return _by_distance(tally, set_distances(tally.table.sets, masi))
        case Metric.JACCARD:
            return _by_distance(tally, set_distances(tally.table.sets, jaccard))


def _numbers(tally: ValueCounts) -> Floats:
    if tally.table.numbers is None:
        raise ValueError("the values of this table have no numbers")
    return tally.table.numbers


def ratio_distances(numbers: Floats) -> Floats:
    """Return ((a - b) / (a + b))², shape (values, values), 0 where both are 0."""
    apart = numbers[:, None] - numbers[None, :]
    return np.nan_to_num(ratio(apart, numbers[:, None] + numbers[None, :])) ** 2


def set_distances(
    sets: Collection[frozenset[int]], distance: Callable[[frozenset[int], frozenset[int]], float]
) -> Floats:
    """Return the distance of every two sets, shape (sets, sets)."""
    return np.array([[distance(one, other) for other in sets] for one in sets]).reshape(len(sets), len(sets))


def jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    """Return 1 - |common| / |all|; two empty sets are alike."""
    return 1.0 - len(one & other) / len(one | other) if one | other else 0.0


def masi(one: frozenset[int], other: frozenset[int]) -> float:
    """Return 1 - Jaccard · M: M is 1 for equal sets, 2/3 for a subset, 1/3 for an overlap (Passonneau 2006)."""
    if one == other:
        return 0.0
    common = len(one & other)
    monotone = 2 / 3 if one <= other or other <= one else 1 / 3
    return 1.0 - common / len(one | other) * monotone


def _by_distance(tally: ValueCounts, distances: Floats) -> Statistic:
    """Return α with fixed `distances`, shape (values, values)."""
    apart = np.where(tally.paired, 1.0 - tally.agreement(1.0 - distances), 0.0)
    features = np.column_stack([apart * tally.labels, tally.counts * tally.paired[:, None]])

    def of(weights: Floats) -> Floats:
        sums = weights @ features
        labels = sums[:, 1:]
        return _alpha(sums[:, 0], labels.sum(axis=1), ((labels @ distances) * labels).sum(axis=1))

    return _statistic(tally, of)


def _interval(tally: ValueCounts) -> Statistic:
    """Return α with (a - b)², from sums of the numbers and of their squares, so that any number of values will do."""
    centre = np.nanmean(tally.table.places) if tally.paired.any() else 0.0
    places = np.nan_to_num(tally.table.places - centre)
    times = tally.multiplicity
    first, second = places @ times, places**2 @ times
    apart = 2.0 * (tally.labels * second - first**2) / np.where(tally.paired, tally.pairs, 1.0)
    columns = [apart * tally.labels, tally.labels, first, second]
    features = np.column_stack(columns) * tally.paired[:, None]

    def of(weights: Floats) -> Floats:
        observed, labels, once, squared = (weights @ features).T
        return _alpha(observed, labels, 2.0 * (labels * squared - once**2))

    return _statistic(tally, of)


def _ordinal(tally: ValueCounts) -> Statistic:
    """Return α with the squared difference of mid-ranks, which are those of each draw: distances move with the labels.

    The sum of the labels from a to b less half of those of a and of b is the difference of the mid-ranks of a and b.
    """
    values = len(tally.table.values)
    lower, upper = np.triu_indices(values, 1)
    share = np.where(tally.paired, tally.labels / np.where(tally.paired, tally.pairs, 1.0), 0.0)
    met = 2.0 * tally.counts[:, lower] * tally.counts[:, upper] * share[:, None]
    features = np.column_stack([met, tally.counts * tally.paired[:, None]])

    def of(weights: Floats) -> Floats:
        sums = weights @ features
        labels = sums[:, len(lower) :]
        ranks = labels.cumsum(axis=1) - labels / 2.0
        apart = (ranks[:, lower] - ranks[:, upper]) ** 2
        observed = (sums[:, : len(lower)] * apart).sum(axis=1)
        expected = 2.0 * (labels[:, lower] * labels[:, upper] * apart).sum(axis=1)
        return _alpha(observed, labels.sum(axis=1), expected)

    return _statistic(tally, of)


def _alpha(observed: Floats, labels: Floats, expected: Floats) -> Floats:
    """Return 1 - (observed / n) / (expected / (n (n - 1))), both sums over ordered pairs of values; n labels."""
    return (1.0 - ratio(observed * (labels - 1.0), expected))[:, None]


def _statistic(tally: ValueCounts, of: Callable[[Floats], Floats]) -> Statistic:
    whys = (NO_VARIATION if tally.paired.any() else NO_PAIR,)
    return Statistic(of, whys, ends=lambda: [chance_ends(tally.table)])


def leave_one_out(tally: Callable[[Floats], ValueCounts], metric: Metric, raters: int) -> Statistic:
    """Return α without each rater in turn, shape (draws, raters)."""
    parts = [krippendorff_alpha(tally(1.0 - np.eye(raters)[rater]), metric) for rater in range(raters)]
    whys = tuple(f"without this rater: {part.undefined[0]}" for part in parts)
    return Statistic(partial(_side_by_side, parts), whys, ends=partial(every_end, parts))


def every_end(parts: Iterable[Statistic]) -> list[Ends]:
    """Return the ends of the coefficients of all `parts`, one after the other."""
    return [one for part in parts if part.ends is not None for one in part.ends()]


def _side_by_side(parts: list[Statistic], weights: Floats) -> Floats:
    return np.concatenate([np.zeros((len(weights), 0)), *(part.of(weights) for part in parts)], axis=1)
