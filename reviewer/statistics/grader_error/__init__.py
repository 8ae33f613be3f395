"""A grader against gold: how it errs, on which configurations, and the rates without its error. Pure; numpy only.

Every estimator takes what units add to a figure and the `SampleDesign` that they were drawn by. `JudgedUnits` holds
units with gold and a verdict; `RateUnits` what the units of a population add to a rate. A verdict that is no label
(unparsed, refused) stays among the units and counts as wrong. Nothing here raises for want of data: what is undefined
is an `Estimate` without a value and with the reason.

Intervals are 95 %, of Wilson's kind for shares, Student's t for differences, with a unit of doubt in each stratum; only
the worst tenth is drawn again and again. Sentences that claim a difference come from `claims`.
"""

from __future__ import annotations

from reviewer.statistics.grader_error.alternative_annotator import AlternativeTest, PersonComparison, alternative_test
from reviewer.statistics.grader_error.claims import Claim, ClaimKind, claims, holm, more_gold
from reviewer.statistics.grader_error.confusion import (
    NO_LABELS,
    REFUSED,
    UNPARSED,
    Confusion,
    JudgedUnits,
    LabelAccuracy,
    against_gold,
    by_label,
    confusion,
    error,
    judged_units,
)
from reviewer.statistics.grader_error.difference import (
    Difference,
    combination,
    corrected_difference,
    difference,
    raw_difference,
)
from reviewer.statistics.grader_error.differential import Differential, DifferentialTest, differential
from reviewer.statistics.grader_error.gold_error import GoldErrorPoint, gold_error_curve
from reviewer.statistics.grader_error.gold_planning import GoldPlan, for_alternative
from reviewer.statistics.grader_error.grader_comparison import GraderComparison, compare, mcnemar
from reviewer.statistics.grader_error.latent_error import LatentErrors, latent_errors
from reviewer.statistics.grader_error.probability import Calibration, StatedUnits, calibration, stated_units
from reviewer.statistics.grader_error.ranking import Flip, FlipState, Ranking, rank
from reviewer.statistics.grader_error.rate_differences import RateDifference, rate_differences
from reviewer.statistics.grader_error.rate_estimates import (
    RateBounds,
    RateEstimates,
    RateUnits,
    compared_parts,
    counted,
    mean,
    rate_bounds,
    rate_found,
)
from reviewer.statistics.grader_error.rate_parts import RateParts, parts_of
from reviewer.statistics.grader_error.rates import CorrectedRate, corrected, raw, share
from reviewer.statistics.grader_error.rogan_gladen import plug_in, rogan_gladen
from reviewer.statistics.grader_error.self_preference import SelfPreference, own_lab
from reviewer.statistics.grader_error.worst_tail import TENTH, goodness, goodness_corrected

__all__ = [
    "NO_LABELS",
    "REFUSED",
    "TENTH",
    "UNPARSED",
    "AlternativeTest",
    "Calibration",
    "Claim",
    "ClaimKind",
    "Confusion",
    "CorrectedRate",
    "Difference",
    "Differential",
    "DifferentialTest",
    "Flip",
    "FlipState",
    "GoldErrorPoint",
    "GoldPlan",
    "GraderComparison",
    "JudgedUnits",
    "LabelAccuracy",
    "LatentErrors",
    "PersonComparison",
    "Ranking",
    "RateBounds",
    "RateDifference",
    "RateEstimates",
    "RateParts",
    "RateUnits",
    "SelfPreference",
    "StatedUnits",
    "against_gold",
    "alternative_test",
    "by_label",
    "calibration",
    "claims",
    "combination",
    "compare",
    "compared_parts",
    "confusion",
    "corrected",
    "corrected_difference",
    "counted",
    "difference",
    "differential",
    "error",
    "for_alternative",
    "gold_error_curve",
    "goodness",
    "goodness_corrected",
    "holm",
    "judged_units",
    "latent_errors",
    "mcnemar",
    "mean",
    "more_gold",
    "own_lab",
    "parts_of",
    "plug_in",
    "rank",
    "rate_bounds",
    "rate_differences",
    "rate_found",
    "raw",
    "raw_difference",
    "rogan_gladen",
    "share",
    "stated_units",
]
