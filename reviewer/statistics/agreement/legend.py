"""What each name in the output means, with the convention behind it: to be printed under the figures."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LEGEND: Mapping[str, str] = MappingProxyType(
    {
        "percent_agreement": "mean over units with at least 2 labels of the share of pairs of labels that agree",
        "krippendorff_alpha": "Krippendorff α by the distance of the question's scale (nominal, ordinal, interval; MASI"
        " for several choices), over units with at least 2 labels; needs the same labels for all raters, not the same"
        " raters for all units",
        "alpha_jaccard": "Krippendorff α with the Jaccard distance between sets of choices",
        "fleiss_kappa": "chance is the sum of squared prevalences; prevalence is the mean share over units with at"
        " least 1 label",
        "scott_pi": "two raters, over the units that both rated; chance from their pooled prevalences",
        "conger_kappa": "chance from each rater's own prevalences, averaged over pairs of raters",
        "cohen_kappa": "two raters, over the units that both rated; chance from each rater's own prevalences",
        "light_kappa": "mean of the Cohen κ of all pairs of raters; undefined if that of any pair is",
        "gwet_ac1": "chance is Σ p (1 - p) / (q - 1) with q declared values; prevalence as in Fleiss κ",
        "brennan_prediger": "chance is 1 / q with q declared values",
        "gwet_ac2_linear": "AC1 with values that count as agreeing by 1 - distance / range",
        "gwet_ac2_quadratic": "AC1 with values that count as agreeing by 1 - distance² / range²",
        "cohen_kappa_linear": "Cohen κ with values that count as agreeing by 1 - distance / range",
        "cohen_kappa_quadratic": "Cohen κ with values that count as agreeing by 1 - distance² / range²",
        "icc": "ICC(2,1): absolute agreement of single ratings, raters and units random; with missing ratings from"
        " Henderson's method I",
        "kendall_w": "agreement of ranks, corrected for ties, over the units that all raters rated",
        "by_category": "of the pairs of labels on a unit in which one is this value, how often the other is too",
        "leave_one_out": "Krippendorff α without that rater",
        "distance": "on ordered scales values stand at their number, else their rank; 'cannot tell' is a category in"
        " unweighted coefficients and missing in weighted ones, ordinal and interval α, icc and kendall_w",
        "interval": "95 % bootstrap of units (of prompts, where prompts repeat): BCa below 100, percentile above; it"
        " says how far other units would move the figure, not other raters",
        "interval_two_way": "95 % bootstrap of units and of raters, percentile, a rater not compared with an own copy:"
        " how far other units and other raters would move the figure",
    }
)
