"""Does a grader favour the models of its own lab?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reviewer.definitions.rubric import MATTERS
from reviewer.statistics.arrays import Codes, Flags
from reviewer.statistics.grader_error.claims import Claim, claims
from reviewer.statistics.grader_error.confusion import JudgedUnits
from reviewer.statistics.grader_error.difference import combination, difference
from reviewer.statistics.grader_error.rate_estimates import RateUnits
from reviewer.statistics.grader_error.rate_parts import parts_of


@dataclass(frozen=True, slots=True)
class SelfPreference:
    """The grader on configurations of its own lab less the grader on others; those of no known lab are left out.

    Attributes:
        lab: the grader's.
        units: with gold and verdict, of its lab; `others`, of others.
        error: difference of error.
        bias: by rate, difference of (grader's rate - gold's rate). All of these are one family.
    """

    lab: str
    units: int
    others: int
    error: Claim
    bias: dict[str, Claim]


def own_lab(
    judged: JudgedUnits,
    rates: Mapping[str, RateUnits],
    labs: Sequence[str | None],
    lab: str,
    matters: Mapping[str, float],
) -> SelfPreference:
    """Compare the grader's own lab with others.

    Args:
        judged: units with gold and verdict.
        rates: what the units of the population add to each rate.
        labs: of the configurations `judged.design.names`.
        lab: the grader's.
        matters: by rate, the smallest difference that matters.
    """
    mine, others = _sides(judged.design.configurations, labs, lab)
    family = [("error", difference(judged.wrong, judged.design, mine, others))]
    for name, rate in rates.items():
        known = rate.of(rate.judged & rate.known)
        own, rest = _sides(known.design.configurations, labs, lab)
        measures = [(1.0, parts_of(known.grader)), (-1.0, parts_of(known.gold))]
        family.append((name, combination(measures, known.design, own, rest)))
    limits = [matters.get(name, MATTERS) for name, _ in family]
    error, *bias = claims(family, limits)
    return SelfPreference(lab, int(mine.sum()), int(others.sum()), error, {one.name: one for one in bias})


def _sides(configurations: Codes, labs: Sequence[str | None], lab: str) -> tuple[Flags, Flags]:
    """Return which units are of the lab, and which of others that are known."""
    own = np.array([one == lab for one in labs] + [False])
    others = np.array([one is not None and one != lab for one in labs] + [False])
    return own[configurations], others[configurations]
