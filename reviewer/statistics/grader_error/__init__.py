"""A grader against gold: how it errs, on which configurations, and the rates without its error. Pure; numpy only.

`JudgedUnits` holds units with gold and a verdict; `RateParts` what units add to a rate, and `GoldSample` how those with
gold were drawn from all. A verdict that is no label (unparsed, refused) stays among the units and counts as wrong.
Nothing here raises for want of data: what is undefined is an `Estimate` without a value and with the reason.

Intervals are 95 %. Those in closed form are of Wilson's kind for shares and normal for corrected rates; all others draw
prompts with replacement, so that configurations that answered the same prompts stay paired.
"""

from __future__ import annotations

from reviewer.statistics.grader_error.alternative_annotator import AlternativeTest, PersonComparison, alternative_test
from reviewer.statistics.grader_error.confusion import (
    NO_LABELS,
    REFUSED,
    UNPARSED,
    JudgedUnits,
    LabelAccuracy,
    against_gold,
    by_label,
    confusion,
    error,
)
from reviewer.statistics.grader_error.difference import difference
from reviewer.statistics.grader_error.differential import Differential, apart, bias_apart, differential
from reviewer.statistics.grader_error.gold_planning import GoldPlan, for_alternative, for_flip
from reviewer.statistics.grader_error.grader_comparison import GraderComparison, compare, mcnemar
from reviewer.statistics.grader_error.interval import Z, bounded, wilson
from reviewer.statistics.grader_error.ranking import Flip, Ranking, rank
from reviewer.statistics.grader_error.rates import CorrectedRate, corrected, raw, share
from reviewer.statistics.grader_error.rogan_gladen import plug_in, rogan_gladen
from reviewer.statistics.grader_error.sample import GoldSample, RateParts, every_unit, parts_of, simple
from reviewer.statistics.grader_error.self_preference import SelfPreference, own_lab
from reviewer.statistics.grader_error.target_population import (
    DrawChance,
    RateEstimates,
    RateUnits,
    TargetPopulation,
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
    "AlternativeTest",
    "CorrectedRate",
    "Differential",
    "DrawChance",
    "Flip",
    "GoldPlan",
    "GoldSample",
    "GraderComparison",
    "JudgedUnits",
    "LabelAccuracy",
    "PersonComparison",
    "Ranking",
    "RateEstimates",
    "RateParts",
    "RateUnits",
    "SelfPreference",
    "TargetPopulation",
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
