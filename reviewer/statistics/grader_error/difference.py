"""How far a rate differs between two configurations, paired by prompt."""

from __future__ import annotations

import numpy as np

from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.arrays import Codes, Flags, Floats
from reviewer.statistics.estimate import Estimate, ratio
from reviewer.statistics.grader_error.paired_bootstrap import spanned, sums

NO_PROMPT = "no prompt has a response that counts of both"


def difference(values: Floats, prompts: Codes, first: Flags, second: Flags, resampling: Resampling) -> Estimate:
    """Return the rate of the units `first` less that of the units `second`, over the prompts that have both.

    Args:
        values: what each unit adds to the rate, from 0 to 1, nan where it does not count.
        prompts: of each unit; they are drawn, each with its units on both sides.
        first: which units are of the one configuration.
        second: which are of the other.
        resampling: how many draws.
    """
    counts = ~np.isnan(values)
    first, second = first & counts, second & counts
    common = np.isin(prompts, np.intersect1d(prompts[first], prompts[second]))
    if not common.any():
        return Estimate(None, undefined=NO_PROMPT)
    kept = common & (first | second)
    added = values[kept]
    one, other = first[kept].astype(np.float64), second[kept].astype(np.float64)
    columns = np.column_stack([one * added, one, other * added, other])

    def of(found: Floats) -> Floats:
        return ratio(found[:, 0], found[:, 1]) - ratio(found[:, 2], found[:, 3])

    value = float(of(columns.sum(axis=0)[None, :])[0])
    return spanned(value, of(sums(prompts[kept], columns, resampling)), prompts[kept], NO_PROMPT)
