"""What each name in the output means, with the convention behind it: to be printed under the figures."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from reviewer.statistics.agreement.coefficients import COEFFICIENTS, ICC, KENDALL_W

LEGEND: Mapping[str, str] = MappingProxyType(
    {
        **{one.name: one.legend for one in COEFFICIENTS},
        "by_category": "of the pairs of labels on a unit in which one is this value, how often the other is too",
        "leave_one_out": "Krippendorff α without that rater",
        "distance": "on ordered scales values stand at their number, else their rank; 'cannot tell' is a category in"
        " unweighted coefficients and missing in weighted ones, ordinal and interval α,"
        f" {ICC.name} and {KENDALL_W.name}",
        "interval": "95 % bootstrap of units (of prompts, where prompts repeat): BCa below 100, percentile above; it"
        " says how far other units would move the figure, not other raters",
        "interval_two_way": "95 % bootstrap of units and of raters, percentile, a rater not compared with an own copy:"
        " how far other units and other raters would move the figure",
    }
)
