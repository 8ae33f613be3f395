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
        "weights": "where units were drawn with unequal chances each counts with pool / drawn of its stratum, 1 on"
        " average; numbers of units, labels and pairs are as they are",
        "abstentions": "the headline figures with 'cannot tell' taken as missing, beside its share of the labels",
        "intra_rater": "labels of one rater against the same rater's later labels (`NAME#2` …) of the same units;"
        " such labels are in no other figure",
        "interval": "95 %: Wilson's interval for as many units as the variance is worth, the variance from a bootstrap"
        " of units (of prompts, where prompts repeat; inside strata), below 100 from the jackknife;"
        f" for {ICC.name} and {KENDALL_W.name} percentiles, below 100 BCa; it says how far other units would move the"
        " figure, not other raters",
        "interval_two_way": "as interval, the bootstrap drawing raters too, a rater not compared with an own copy: how"
        " far other units and other raters would move the figure",
        "warning": "why an interval is likely too narrow: few units or prompts, or few of them that show agreement on a"
        " rarer value",
    }
)
