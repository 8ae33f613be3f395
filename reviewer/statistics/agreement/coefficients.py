"""The coefficients of agreement: each one's name, what it means, where it applies and how it is computed.

The one list of them; what is measured, the legend, tables and reports are made from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from reviewer.statistics.agreement import chance
from reviewer.statistics.agreement.alpha import Metric, krippendorff_alpha
from reviewer.statistics.agreement.bootstrap import Exchangeable
from reviewer.statistics.agreement.pairs import cohen_kappa, every_pair, mean_kappa
from reviewer.statistics.agreement.scales import icc, kendall_w
from reviewer.statistics.agreement.table import RatingTable
from reviewer.statistics.agreement.tally import ValueCounts
from reviewer.statistics.arrays import Floats
from reviewer.statistics.estimate import Statistic


class Prominence(Enum):
    """Where a coefficient is shown: in reports too, in tables of agreement, or in the JSON document alone."""

    HEADLINE = auto()
    TABLE = auto()
    DOCUMENT = auto()


class RaterNumber(Enum):
    """With how many raters a coefficient is worth a line: κ of two raters, or the mean over the pairs of more."""

    ANY = auto()
    TWO = auto()
    MORE = auto()

    def fits(self, raters: int) -> bool:
        """Tell whether so many raters are meant."""
        return self is RaterNumber.ANY or (raters == 2) == (self is RaterNumber.TWO)


@dataclass(frozen=True, slots=True)
class Weights:
    """How far two values of an ordered scale agree: `of` takes where the values stand, `text` is the formula."""

    of: Callable[[Floats], Floats]
    text: str


LINEAR = Weights(chance.linear_weights, "1 - distance / range")
QUADRATIC = Weights(chance.quadratic_weights, "1 - distance² / range²")


@dataclass(frozen=True, slots=True)
class ScaledRatings:
    """The labels of one question in the forms that coefficients take.

    `given` tells values apart and nothing more, `equal` only whether labels of a unit are equal, and `placed` is in the
    order of an ordered scale, elsewhere as given. `metric` is the distance on the scale.
    """

    given: RatingTable
    equal: RatingTable
    placed: RatingTable
    metric: Metric


@dataclass(frozen=True, slots=True)
class Closeness:
    """How far values are apart: `metric` on the question's scale, `weights` for what is weighted, (values, values)."""

    metric: Metric
    weights: Floats | None


EVERY_SCALE = frozenset(Metric)
ORDERED_SCALES = frozenset({Metric.ORDINAL, Metric.INTERVAL})
SETS = frozenset({Metric.MASI})


def _given(ratings: ScaledRatings) -> RatingTable:
    return ratings.given


def _equal(ratings: ScaledRatings) -> RatingTable:
    return ratings.equal


def _placed(ratings: ScaledRatings) -> RatingTable:
    return ratings.placed


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One way to say how far raters agree.

    Attributes:
        name: in JSON, and where there is room.
        sign: above the columns of a table.
        legend: what it is, with the convention behind it.
        table: which form of the labels it is of.
        scales: on which scales it is defined, by the distance between their values.
        weights: how far unequal values agree; None where they do not, or where the metric says it.
        raters: with how many raters tables show it.
        prominence: where it is shown.
        counts_values: whether it counts each value, so that it ends where numbers are free and too many differ.
    """

    name: str
    sign: str
    legend: str
    table: Callable[[ScaledRatings], RatingTable] = _given
    scales: frozenset[Metric] = EVERY_SCALE
    weights: Weights | None = None
    raters: RaterNumber = RaterNumber.ANY
    prominence: Prominence = Prominence.DOCUMENT
    counts_values: bool = True

    def closeness(self, ratings: ScaledRatings) -> Closeness:
        """Return how far the values of a question are apart for this coefficient.

        Raises:
            ValueError: it is weighted, and the values have no numbers.
        """
        if self.weights is None:
            return Closeness(ratings.metric, None)
        numbers = self.table(ratings).numbers
        if numbers is None:
            raise ValueError("the values of this table have no numbers")
        return Closeness(ratings.metric, self.weights.of(numbers))


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedCoefficient(Coefficient):
    """A coefficient that does not tell raters apart: all it takes is how many labels of each value a unit has."""

    formula: Callable[[ValueCounts, Closeness], Statistic]

    def of(self, ratings: ScaledRatings) -> tuple[RatingTable, Exchangeable]:
        """Return the table that it is of, and what makes it of that table's counts."""
        return self.table(ratings), partial(_shared, self.formula, self.closeness(ratings))


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterCoefficient(Coefficient):
    """A coefficient that knows which rater gave which label."""

    formula: Callable[[RatingTable, Closeness], Statistic]

    def of(self, ratings: ScaledRatings) -> Statistic:
        """Return it for a question."""
        return self.formula(self.table(ratings), self.closeness(ratings))


def _shared(
    formula: Callable[[ValueCounts, Closeness], Statistic], closeness: Closeness, tally: ValueCounts
) -> Statistic:
    return formula(tally, closeness)


PERCENT_AGREEMENT = SharedCoefficient(
    name="percent_agreement",
    sign="percent",
    legend="mean over units with at least 2 labels of the share of pairs of labels that agree",
    table=_equal,
    prominence=Prominence.HEADLINE,
    counts_values=False,
    formula=lambda tally, _: chance.percent_agreement(tally),
)
KRIPPENDORFF_ALPHA = SharedCoefficient(
    name="krippendorff_alpha",
    sign="α",
    legend="Krippendorff α by the distance of the question's scale (nominal, ordinal, interval; MASI for several"
    " choices), over units with at least 2 labels; needs the same labels for all raters, not the same raters for all"
    " units",
    table=_placed,
    prominence=Prominence.HEADLINE,
    counts_values=False,
    formula=lambda tally, values: krippendorff_alpha(tally, values.metric),
)
ALPHA_JACCARD = SharedCoefficient(
    name="alpha_jaccard",
    sign="α Jaccard",
    legend="Krippendorff α with the Jaccard distance between sets of choices",
    scales=SETS,
    formula=lambda tally, _: krippendorff_alpha(tally, Metric.JACCARD),
)
GWET_AC1 = SharedCoefficient(
    name="gwet_ac1",
    sign="AC1",
    legend="chance is Σ p (1 - p) / (q - 1) with q declared values; prevalence as in Fleiss κ",
    prominence=Prominence.HEADLINE,
    formula=lambda tally, values: chance.gwet(tally, values.weights),
)
GWET_AC2_LINEAR = SharedCoefficient(
    name="gwet_ac2_linear",
    sign="AC2 linear",
    legend=f"AC1 with values that count as agreeing by {LINEAR.text}",
    table=_placed,
    scales=ORDERED_SCALES,
    weights=LINEAR,
    prominence=Prominence.TABLE,
    formula=lambda tally, values: chance.gwet(tally, values.weights),
)
GWET_AC2_QUADRATIC = SharedCoefficient(
    name="gwet_ac2_quadratic",
    sign="AC2 quadratic",
    legend=f"AC1 with values that count as agreeing by {QUADRATIC.text}",
    table=_placed,
    scales=ORDERED_SCALES,
    weights=QUADRATIC,
    prominence=Prominence.TABLE,
    formula=lambda tally, values: chance.gwet(tally, values.weights),
)
COHEN_KAPPA = RaterCoefficient(
    name="cohen_kappa",
    sign="κ",
    legend="two raters, over the units that both rated; chance from each rater's own prevalences",
    raters=RaterNumber.TWO,
    prominence=Prominence.HEADLINE,
    formula=lambda table, values: cohen_kappa(table, values.weights),
)
COHEN_KAPPA_LINEAR = RaterCoefficient(
    name="cohen_kappa_linear",
    sign="κ linear",
    legend=f"Cohen κ with values that count as agreeing by {LINEAR.text}",
    table=_placed,
    scales=ORDERED_SCALES,
    weights=LINEAR,
    raters=RaterNumber.TWO,
    formula=lambda table, values: cohen_kappa(table, values.weights),
)
COHEN_KAPPA_QUADRATIC = RaterCoefficient(
    name="cohen_kappa_quadratic",
    sign="κ quadratic",
    legend=f"Cohen κ with values that count as agreeing by {QUADRATIC.text}",
    table=_placed,
    scales=ORDERED_SCALES,
    weights=QUADRATIC,
    raters=RaterNumber.TWO,
    prominence=Prominence.TABLE,
    formula=lambda table, values: cohen_kappa(table, values.weights),
)
LIGHT_KAPPA = RaterCoefficient(
    name="light_kappa",
    sign="Light κ",
    legend="mean of the Cohen κ of all pairs of raters; undefined if that of any pair is",
    raters=RaterNumber.MORE,
    prominence=Prominence.TABLE,
    formula=lambda table, _: mean_kappa(table, every_pair(len(table.raters))),
)
FLEISS_KAPPA = SharedCoefficient(
    name="fleiss_kappa",
    sign="Fleiss κ",
    legend="chance is the sum of squared prevalences; prevalence is the mean share over units with at least 1 label",
    prominence=Prominence.HEADLINE,
    formula=lambda tally, _: chance.fleiss_kappa(tally),
)
SCOTT_PI = RaterCoefficient(
    name="scott_pi",
    sign="π",
    legend="two raters, over the units that both rated; chance from their pooled prevalences",
    raters=RaterNumber.TWO,
    formula=lambda table, _: chance.scott_pi(table),
)
CONGER_KAPPA = RaterCoefficient(
    name="conger_kappa",
    sign="Conger κ",
    legend="chance from each rater's own prevalences, averaged over pairs of raters",
    formula=lambda table, _: chance.conger_kappa(table),
)
BRENNAN_PREDIGER = SharedCoefficient(
    name="brennan_prediger",
    sign="BP",
    legend="chance is 1 / q with q declared values",
    formula=lambda tally, _: chance.brennan_prediger(tally),
)
ICC = RaterCoefficient(
    name="icc",
    sign="ICC",
    legend="ICC(2,1): absolute agreement of single ratings, raters and units random; with missing ratings from"
    " Henderson's method I",
    table=_placed,
    scales=ORDERED_SCALES,
    counts_values=False,
    formula=lambda table, _: icc(table),
)
KENDALL_W = RaterCoefficient(
    name="kendall_w",
    sign="W",
    legend="agreement of ranks, corrected for ties, over the units that all raters rated",
    table=_placed,
    scales=ORDERED_SCALES,
    counts_values=False,
    formula=lambda table, _: kendall_w(table),
)

COEFFICIENTS: tuple[SharedCoefficient | RaterCoefficient, ...] = (
    PERCENT_AGREEMENT,
    KRIPPENDORFF_ALPHA,
    ALPHA_JACCARD,
    GWET_AC1,
    GWET_AC2_LINEAR,
    GWET_AC2_QUADRATIC,
    COHEN_KAPPA,
    COHEN_KAPPA_LINEAR,
    COHEN_KAPPA_QUADRATIC,
    LIGHT_KAPPA,
    FLEISS_KAPPA,
    SCOTT_PI,
    CONGER_KAPPA,
    BRENNAN_PREDIGER,
    ICC,
    KENDALL_W,
)
HEADLINES = tuple(one for one in COEFFICIENTS if one.prominence is Prominence.HEADLINE)
TABLED = tuple(one for one in COEFFICIENTS if one.prominence is not Prominence.DOCUMENT)
