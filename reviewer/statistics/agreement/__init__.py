"""How far raters agree: coefficients, their intervals, consensus, and what is known of each rater. Pure; numpy only.

Labels come as a `RatingTable` of distinct rows of ratings and their counts, made by `read_rows`, `read_sets` or
`read_numbers`. `measure` returns all coefficients of one question, `LEGEND` says what each is. Nothing here raises for
want of data: a coefficient that is undefined is an `Estimate` without a value and with the reason.

Conventions. Percent agreement is the mean over units with at least two labels of the share of agreeing pairs; the
prevalence in Fleiss κ and AC1 is the mean share over units with at least one. AC1, AC2 and Brennan-Prediger use the
declared values, used or not (for several choices: all sets of at least one option). Weights and distances go by a
value's number, else its rank; "cannot tell" is a category where values are only equal or not, and missing where they
have distances. Light κ is undefined if that of any pair is. Units count by their chance of having been drawn, and
intervals draw units, or prompts where prompts repeat, inside the strata of the sample.
"""

from __future__ import annotations

from reviewer.statistics.agreement.alpha import Metric, krippendorff_alpha
from reviewer.statistics.agreement.consensus import (
    UNDECIDED,
    ConfusedValues,
    ConsensusComparison,
    DawidSkene,
    RaterConfusion,
    beside,
    confused,
    confusion,
    dawid_skene,
    majority,
    others_majority,
)
from reviewer.statistics.agreement.intra_rater import SelfAgreement, self_agreement
from reviewer.statistics.agreement.legend import LEGEND
from reviewer.statistics.agreement.measure import (
    MOST_VALUES,
    Abstentions,
    Agreement,
    PairAgreement,
    PairedAgreement,
    measure,
    measure_pairs,
)
from reviewer.statistics.agreement.raters import Drift, PositionPreference, RaterWindow, drift, position_preference
from reviewer.statistics.agreement.row_design import RowDraw, row_design
from reviewer.statistics.agreement.strength import PairComparisons, Strengths, bradley_terry
from reviewer.statistics.agreement.table import MISSING, RatingTable, read_numbers, read_rows, read_sets
from reviewer.statistics.agreement.tally import ValueCounts
from reviewer.statistics.estimate import Estimate

__all__ = [
    "LEGEND",
    "MISSING",
    "MOST_VALUES",
    "UNDECIDED",
    "Abstentions",
    "Agreement",
    "ConfusedValues",
    "ConsensusComparison",
    "DawidSkene",
    "Drift",
    "Estimate",
    "Metric",
    "PairAgreement",
    "PairComparisons",
    "PairedAgreement",
    "PositionPreference",
    "RaterConfusion",
    "RaterWindow",
    "RatingTable",
    "RowDraw",
    "SelfAgreement",
    "Strengths",
    "ValueCounts",
    "beside",
    "bradley_terry",
    "confused",
    "confusion",
    "dawid_skene",
    "drift",
    "krippendorff_alpha",
    "majority",
    "measure",
    "measure_pairs",
    "others_majority",
    "position_preference",
    "read_numbers",
    "read_rows",
    "read_sets",
    "row_design",
    "self_agreement",
]
