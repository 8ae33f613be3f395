"""What the raters of a unit come to: majority, Dawid-Skene, confusions. A tie is left to adjudication, never broken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reviewer.agreement.table import MISSING, Codes, Floats, Table
from reviewer.agreement.tally import Tally

UNDECIDED = -1
MOST_STEPS = 1_000
SETTLED = 1e-8  # no probability moves further in a step
TIED = 1e-6  # probabilities nearer than this are the same: which is larger is rounding


def majority(table: Table) -> Codes:
    """Return the value of each row that more than half of its labels give, shape (rows,), else `UNDECIDED`.

    As in the settling of disputes, "cannot tell" counts as a label but never wins.
    """
    return _more_than_half(table, Tally(table).counts)


def others_majority(table: Table, rater: int) -> Codes:
    """Return the majority of all raters but the one in column `rater`, shape (rows,)."""
    others = np.ones(len(table.raters))
    others[rater] = 0.0
    return _more_than_half(table, Tally(table, others).counts)


def _more_than_half(table: Table, counts: Floats) -> Codes:
    if not counts.size:
        return np.full(len(counts), UNDECIDED)
    leader = counts.argmax(axis=1)
    wins = 2 * counts.max(axis=1) > counts.sum(axis=1)
    wins &= ~np.isin(leader, list(table.abstain))
    return np.where(wins, leader, UNDECIDED)


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """One rater against the majority of the others.

    Attributes:
        counts: shape (values, values); units by the others' value (row) and the rater's (column).
        undecided: units that the rater labelled and on which the others have no majority.
    """

    rater: str
    counts: Codes
    undecided: int


def confusion(table: Table, rater: int) -> Confusion:
    """Return how the rater in column `rater` differs from the majority of the others."""
    others, own = others_majority(table, rater), table.codes[:, rater]
    given = own != MISSING
    decided = given & (others != UNDECIDED)
    counts = np.zeros((len(table.values), len(table.values)))
    np.add.at(counts, (others[decided], own[decided]), table.counts[decided])
    alone = int(table.counts[given & ~decided].sum())
    return Confusion(table.raters[rater], counts.astype(np.int64), alone)


@dataclass(frozen=True, slots=True)
class Confused:
    """Two values given to one unit: by how many pairs of raters, and on how many units."""

    values: tuple[str, str]
    pairs: int
    units: int


def confused(table: Table) -> list[Confused]:
    """Return every two different values that were given to one unit, those of most pairs of labels first."""
    counts = Tally(table).counts
    found = []
    for one, first in enumerate(table.values):
        for other in range(one + 1, len(table.values)):
            met = counts[:, one] * counts[:, other]
            if met.any():
                units = int(table.counts[met > 0].sum())
                found.append(Confused((first, table.values[other]), int(met @ table.counts), units))
    return sorted(found, key=lambda pair: (-pair.pairs, -pair.units))


@dataclass(frozen=True, slots=True, eq=False)
class DawidSkene:
    """The consensus of a model in which each rater errs in an own way (Dawid and Skene 1979).

    Attributes:
        consensus: shape (rows,); the likeliest value, `UNDECIDED` where two are equally likely.
        probabilities: shape (rows, values).
        prevalence: shape (values,).
        errors: shape (raters, values, values); how likely a rater gives a value (last) to a unit of a value (middle);
            nan where the rater saw no unit of that value.
        converged: whether the steps came to rest.
    """

    consensus: Codes
    probabilities: Floats
    prevalence: Floats
    errors: Floats
    converged: bool


def dawid_skene(table: Table) -> DawidSkene:
    """Fit the model by expectation maximization from the raters' shares, without smoothing."""
    given = [np.asarray(table.codes[:, [rater]] == np.arange(len(table.values)), float) for rater in _columns(table)]
    probabilities = Tally(table).shares
    converged = False
    for _ in range(MOST_STEPS):
        prevalence, errors = _errors(table, given, probabilities)
        likely = _probabilities(given, prevalence, errors)
        converged = bool(np.abs(likely - probabilities).max(initial=0.0) < SETTLED)
        probabilities = likely
        if converged:
            break
    prevalence, errors = _errors(table, given, probabilities)
    return DawidSkene(_likeliest(probabilities), probabilities, prevalence, errors, converged)


def _columns(table: Table) -> range:
    return range(len(table.raters))


def _errors(table: Table, given: list[Floats], probabilities: Floats) -> tuple[Floats, Floats]:
    units = probabilities * table.counts[:, None]
    prevalence = units.sum(axis=0) / max(table.counts.sum(), 1.0)
    counts = np.stack([units.T @ labels for labels in given])
    seen = counts.sum(axis=2, keepdims=True)
    return prevalence, np.divide(counts, seen, out=np.full_like(counts, np.nan), where=seen > 0)


def _probabilities(given: list[Floats], prevalence: Floats, errors: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        logs = np.log(prevalence) + sum(
            np.where(labels.any(axis=1, keepdims=True), np.log(np.nan_to_num(own)).T[labels.argmax(axis=1)], 0.0)
            for labels, own in zip(given, errors, strict=True)
        )
    likely: Floats = np.exp(logs - logs.max(axis=1, keepdims=True, initial=-1e300))
    shares: Floats = likely / likely.sum(axis=1, keepdims=True)
    return shares


def _likeliest(probabilities: Floats) -> Codes:
    if not probabilities.size:
        return np.full(len(probabilities), UNDECIDED)
    near = probabilities >= probabilities.max(axis=1, keepdims=True) - TIED
    return np.where(near.sum(axis=1) == 1, probabilities.argmax(axis=1), UNDECIDED)
