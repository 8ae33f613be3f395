"""What the raters of a unit decide: majority, Dawid-Skene, confusions. A tie is left to adjudication, never broken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reviewer.statistics.agreement.table import MISSING, RatingTable
from reviewer.statistics.agreement.tally import ValueCounts
from reviewer.statistics.arrays import Codes, Floats

UNDECIDED = -1
MOST_STEPS = 1_000
SETTLED = 1e-8  # no probability moves further in a step
RAREST = 1e-300
FEWEST_RATERS = 3
TOO_FEW_RATERS = (
    "{raters} with an answer other than cannot tell: how each errs can only be told from three or more, since of two"
    " who differ either may be right"
)
TIED = 1e-6  # probabilities nearer than this are the same: which is larger is rounding


def majority(table: RatingTable) -> Codes:
    """Return the value of each row that more than half of its labels give, shape (rows,), else `UNDECIDED`.

    As in the settling of disputes, "cannot tell" counts as a label but never wins.
    """
    return _more_than_half(table, ValueCounts(table).counts)


def others_majority(table: RatingTable, rater: int) -> Codes:
    """Return the majority of all raters but the one in column `rater`, shape (rows,)."""
    others = np.ones(len(table.raters))
    others[rater] = 0.0
    return _more_than_half(table, ValueCounts(table, others).counts)


def _more_than_half(table: RatingTable, counts: Floats) -> Codes:
    if not counts.size:
        return np.full(len(counts), UNDECIDED)
    leader = counts.argmax(axis=1)
    wins = 2 * counts.max(axis=1) > counts.sum(axis=1)
    wins &= ~np.isin(leader, list(table.abstain))
    return np.where(wins, leader, UNDECIDED)


@dataclass(frozen=True, slots=True, eq=False)
class RaterConfusion:
    """One rater against the majority of the others.

    Attributes:
        counts: shape (values, values); units by the others' value (row) and the rater's (column).
        undecided: units that the rater labelled and on which the others have no majority.
    """

    rater: str
    counts: Codes
    undecided: int


def confusion(table: RatingTable, rater: int) -> RaterConfusion:
    """Return how the rater in column `rater` differs from the majority of the others."""
    others, own = others_majority(table, rater), table.codes[:, rater]
    given = own != MISSING
    decided = given & (others != UNDECIDED)
    counts = np.zeros((len(table.values), len(table.values)))
    np.add.at(counts, (others[decided], own[decided]), table.counts[decided])
    alone = int(table.counts[given & ~decided].sum())
    return RaterConfusion(table.raters[rater], counts.astype(np.int64), alone)


@dataclass(frozen=True, slots=True)
class ConfusedValues:
    """Two values given to one unit: by how many pairs of raters, and on how many units."""

    values: tuple[str, str]
    pairs: int
    units: int


def confused(table: RatingTable) -> list[ConfusedValues]:
    """Return every two different values that were given to one unit, those of most pairs of labels first."""
    counts = ValueCounts(table).counts
    found = []
    for one, first in enumerate(table.values):
        for other in range(one + 1, len(table.values)):
            met = counts[:, one] * counts[:, other]
            if met.any():
                units = int(table.counts[met > 0].sum())
                found.append(ConfusedValues((first, table.values[other]), int(met @ table.counts), units))
    return sorted(found, key=lambda pair: (-pair.pairs, -pair.units))


@dataclass(frozen=True, slots=True, eq=False)
class DawidSkene:
    """The consensus of a model in which each rater errs in an own way (Dawid and Skene 1979).

    It takes raters to err independently of each other on units of one value.

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


def dawid_skene(table: RatingTable) -> DawidSkene:
    """Fit the model by expectation maximization from the raters' shares, without smoothing.

    "Cannot tell" is no value that a unit could have: such labels are missing, and units with no other get no consensus.
    """
    table = table.answered()
    given = table.codes[:, :, None] == np.arange(len(table.values))
    labels = given.reshape(len(table.codes), len(table.raters) * len(table.values)).astype(np.float64)
    probabilities = ValueCounts(table).shares
    converged = False
    for _ in range(MOST_STEPS):
        prevalence, errors = _errors(table, labels, probabilities)
        likely = _probabilities(labels, prevalence, errors)
        converged = bool(np.abs(likely - probabilities).max(initial=0.0) < SETTLED)
        probabilities = likely
        if converged:
            break
    prevalence, errors = _errors(table, labels, probabilities)
    return DawidSkene(_likeliest(probabilities), probabilities, prevalence, errors, converged)


def _errors(table: RatingTable, labels: Floats, probabilities: Floats) -> tuple[Floats, Floats]:
    units = probabilities * table.mass[:, None]
    prevalence = units.sum(axis=0) / max(table.mass.sum(), 1e-300)
    values = len(table.values)
    counts = (units.T @ labels).reshape(values, len(table.raters), values).transpose(1, 0, 2)
    seen = counts.sum(axis=2, keepdims=True)
    return prevalence, np.divide(counts, seen, out=np.full_like(counts, np.nan), where=seen > 0)


def _probabilities(labels: Floats, prevalence: Floats, errors: Floats) -> Floats:
    """Return how likely each row is of each value; `labels` has one column a rater and value, 1 where it was given."""
    raters, values, _ = errors.shape
    # What never happens is taken as so rare that it decides nothing else; a sum over no label stays 0.
    logs = np.log(np.maximum(np.nan_to_num(errors), RAREST)).transpose(0, 2, 1).reshape(raters * values, values)
    together = np.log(np.maximum(prevalence, RAREST)) + labels @ logs
    likely: Floats = np.exp(together - together.max(axis=1, keepdims=True, initial=-np.inf))
    shares: Floats = likely / likely.sum(axis=1, keepdims=True)
    return shares


def _likeliest(probabilities: Floats) -> Codes:
    if not probabilities.size:
        return np.full(len(probabilities), UNDECIDED)
    near = probabilities >= probabilities.max(axis=1, keepdims=True) - TIED
    return np.where(near.sum(axis=1) == 1, probabilities.argmax(axis=1), UNDECIDED)


@dataclass(frozen=True, slots=True)
class ConsensusComparison:
    """Majority and model, beside each other.

    Attributes:
        majority: units by the value that more than half of their labels give; the rest, ties too, are left out.
        modelled: units by the likeliest value; those with two equally likely ones are left out.
        units: how many have a label.
        differ: units to which both give a value, and not the same.
        accuracy: of each rater, how often the model expects the value of a unit, over all units.
        converged: whether the steps of the model came to rest.
        undefined: why there is no model, or None; then `modelled` and `accuracy` are empty.
    """

    majority: dict[str, int]
    modelled: dict[str, int]
    units: int
    differ: int
    accuracy: dict[str, float]
    converged: bool
    undefined: str | None = None


def beside(table: RatingTable) -> ConsensusComparison:
    """Return the majority of each unit beside the model of Dawid and Skene."""
    table = table.without_clusters()
    most = majority(table)
    majorities, units = _units(table, most), int(table.counts.sum())
    raters = int((table.answered().codes != MISSING).any(axis=0).sum())
    if raters < FEWEST_RATERS:
        why = TOO_FEW_RATERS.format(raters="1 rater" if raters == 1 else f"{raters} raters")
        return ConsensusComparison(majorities, {}, units, 0, {}, False, why)
    model = dawid_skene(table)
    answers = [code for code in range(len(table.values)) if code not in table.abstain]
    likeliest = np.where(model.consensus == UNDECIDED, UNDECIDED, np.array(answers)[model.consensus])
    both = (most != UNDECIDED) & (likeliest != UNDECIDED)
    right = np.nan_to_num(np.diagonal(model.errors, axis1=1, axis2=2)) @ model.prevalence
    return ConsensusComparison(
        majority=majorities,
        modelled=_units(table, likeliest),
        units=units,
        differ=int(table.counts[both & (most != likeliest)].sum()),
        accuracy=dict(zip(table.raters, map(float, right), strict=True)),
        converged=model.converged,
    )


def _units(table: RatingTable, chosen: Codes) -> dict[str, int]:
    found = {value: int(table.counts[chosen == code].sum()) for code, value in enumerate(table.values)}
    return {value: units for value, units in found.items() if units}
