"""A grader against gold: how it errs, on which configurations, and the rates without its error. Pure; numpy only.

`Judged` holds units with gold and a verdict; `Parts` what units add to a rate, and `Sample` how those with gold were
drawn from all. A verdict that is no label (unparsed, refused) stays among the units and counts as wrong. Nothing here
raises for want of data: what is undefined is an `Estimate` without a value and with the reason.

Intervals are 95 %. Those in closed form are of Wilson's kind for shares and normal for corrected rates; all others draw
prompts with replacement, so that configurations that answered the same prompts stay paired.
"""

from __future__ import annotations

from reviewer.statistics.grader_error.alternative_annotator import Against, Alternative, alternative_test
from reviewer.statistics.grader_error.confusion import (
    NO_LABELS,
    REFUSED,
    UNPARSED,
    Found,
    Judged,
    against_gold,
    by_label,
    confusion,
    error,
)
from reviewer.statistics.grader_error.difference import difference
from reviewer.statistics.grader_error.differential import Differential, apart, bias_apart, differential
from reviewer.statistics.grader_error.gold_planning import Plan, for_alternative, for_flip
from reviewer.statistics.grader_error.grader_comparison import Compared, compare, mcnemar
from reviewer.statistics.grader_error.interval import Z, bounded, wilson
from reviewer.statistics.grader_error.ranking import Flip, Ranking, rank
from reviewer.statistics.grader_error.rates import Corrected, corrected, raw, share
from reviewer.statistics.grader_error.rogan_gladen import plug_in, rogan_gladen
from reviewer.statistics.grader_error.sample import Parts, Sample, Target, every_unit, parts_of, simple
from reviewer.statistics.grader_error.self_preference import OwnLab, own_lab
from reviewer.statistics.grader_error.target_population import (
    Chance,
    Counted,
    Population,
    RateFound,
    counted,
    judged_units,
    mean,
    ranking,
    rate_found,
)
from reviewer.statistics.grader_error.worst_tail import TENTH, goodness, goodness_corrected

__all__ = [
    "NO_LABELS",
    "REFUSED",
    "TENTH",
    "UNPARSED",
    "Against",
    "Alternative",
    "Chance",
    "Compared",
    "Corrected",
    "Counted",
    "Differential",
    "Flip",
    "Found",
    "Judged",
    "OwnLab",
    "Parts",
    "Plan",
    "Population",
    "Ranking",
    "RateFound",
    "Sample",
    "Target",
    "Z",
    "against_gold",
    "alternative_test",
    "apart",
    "bias_apart",
    "bounded",
    "by_label",
    "compare",
    "confusion",
    "corrected",
    "counted",
    "difference",
    "differential",
    "error",
    "every_unit",
    "for_alternative",
    "for_flip",
    "goodness",
    "goodness_corrected",
    "judged_units",
    "mcnemar",
    "mean",
    "own_lab",
    "parts_of",
    "plug_in",
    "rank",
    "ranking",
    "rate_found",
    "raw",
    "rogan_gladen",
    "share",
    "simple",
    "wilson",
]
