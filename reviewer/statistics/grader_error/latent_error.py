"""How often people and grader err when nobody's word is taken for the truth: latent classes.

Fitted as Dawid and Skene 1979; that three raters suffice is Hui and Walter 1980. It takes all of them to err
independently of each other on responses of one value.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from reviewer.statistics.agreement import MISSING, dawid_skene, read_rows
from reviewer.statistics.arrays import Floats
from reviewer.statistics.sample_design import SampleDesign

FEWEST_PEOPLE = 2  # with the grader three raters, of whom the model can be identified
FEWEST_UNITS = 30  # with labels of all of them
FEW_PEOPLE = "{people} of the study's people labelled what the grader judged; with the grader three raters are needed"
FEW_UNITS = "{units} units have labels of two people and a verdict; at least {least} are needed"


@dataclass(frozen=True, slots=True)
class LatentErrors:
    """Shares of units on which each errs, by the model. No intervals: what it assumes weighs more than the draw.

    Attributes:
        grader: of the grader; verdicts that are no label count as errors. None where the model is undefined.
        people: by name.
        units: that have labels of at least two people and a verdict.
        undefined: why there is none.
    """

    grader: float | None
    people: dict[str, float]
    units: int
    undefined: str | None


def latent_errors(
    verdict: Sequence[int],
    people: Sequence[Sequence[int]],
    names: Sequence[str],
    values: Sequence[str],
    abstain: Collection[int],
    design: SampleDesign,
) -> LatentErrors:
    """Return the errors of people and grader.

    Args:
        verdict: shape (units,); places in `values`, any other code where it is no label.
        people: shape (units, people); places in `values`, -1 where one said nothing.
        names: of the people.
        values: the options.
        abstain: places of those that say "cannot tell", which are no value that a unit could have.
        design: how the units were drawn; all of them were.
    """
    said = np.asarray(verdict, np.int64)
    given = np.asarray(people, np.int64).reshape(len(said), len(names))
    answered = (given != MISSING) & ~np.isin(given, list(abstain))
    units = int((answered.sum(axis=1) >= FEWEST_PEOPLE).sum())
    active = int(answered.any(axis=0).sum())
    if active < FEWEST_PEOPLE:
        return LatentErrors(None, {}, units, FEW_PEOPLE.format(people=active))
    if units < FEWEST_UNITS:
        return LatentErrors(None, {}, units, FEW_UNITS.format(units=units, least=FEWEST_UNITS))
    label = said < len(values)
    codes = np.column_stack([given, np.where(label, said, MISSING)])
    keyed = np.column_stack([design.strata, codes])
    rows, first, counts = np.unique(keyed, axis=0, return_index=True, return_counts=True)
    table = read_rows(
        [(row[1:].tolist(), int(count)) for row, count in zip(rows, counts, strict=True)],
        raters=[*names, ""],
        values=values,
        abstain=abstain,
        design=design.take(first),
    )
    model = dawid_skene(table)
    right: Floats = np.nan_to_num(np.diagonal(model.errors, axis1=1, axis2=2)) @ model.prevalence
    weights = design.weights
    labelled = float(weights @ label / weights.sum())
    errors = dict(zip(names, (1.0 - right[:-1]).tolist(), strict=True))
    return LatentErrors(1.0 - labelled * float(right[-1]), errors, units, None)
