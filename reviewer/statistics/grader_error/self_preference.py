"""Does a grader favour the models of its own lab?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.arrays import Codes, Flags
from reviewer.statistics.estimate import Estimate
from reviewer.statistics.grader_error.confusion import JudgedUnits
from reviewer.statistics.grader_error.differential import apart, bias_apart
from reviewer.statistics.grader_error.sample import RateParts, parts_of
from reviewer.statistics.grader_error.target_population import RateUnits


@dataclass(frozen=True, slots=True)
class SelfPreference:
    """The grader on configurations of its own lab less the grader on others; those of no known lab are left out.

    Attributes:
        lab: the grader's.
        units: with gold and verdict, of its lab; `others`, of others.
        error: difference of error.
        bias: by rate, difference of (grader's rate - gold's rate).
    """

    lab: str
    units: int
    others: int
    error: Estimate
    bias: dict[str, Estimate]


def own_lab(
    judged: JudgedUnits, rates: Mapping[str, RateUnits], labs: Sequence[str | None], lab: str, resampling: Resampling
) -> SelfPreference:
    """Compare the grader's own lab with others; `labs` are those of the configurations `judged.names`."""
    mine, known = _sides(judged.configurations, labs, lab)
    kept = judged.take(known)
    bias = {}
    for name, rate in rates.items():
        both = rate.of(rate.judged & rate.settled & rate.drawn)
        own, told = _sides(both.configurations, labs, lab)
        both, own = both.of(told), own[told]
        sample = both.sample()
        bias[name] = bias_apart(parts_of(both.gold), parts_of(both.grader), sample, both.prompts, own, resampling)
    wrong = RateParts(kept.wrong, np.ones(kept.units))
    return SelfPreference(
        lab=lab,
        units=int(mine.sum()),
        others=int((known & ~mine).sum()),
        error=apart(wrong, kept.sample, kept.prompts, mine[known], resampling),
        bias=bias,
    )


def _sides(configurations: Codes, labs: Sequence[str | None], lab: str) -> tuple[Flags, Flags]:
    """Return which units are of the lab, and of which the lab is known."""
    own = np.array([one == lab for one in labs] + [False])
    known = np.array([one is not None for one in labs] + [False])
    return own[configurations], known[configurations]
