"""What was counted of a study, ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reviewer.definitions.rubric import Worse
from reviewer.statistics.agreement.coefficients import Coefficient
from reviewer.statistics.estimate import Estimate
from reviewer.statistics.grader_error import Confusion, Flip, RateBounds, RateDifference
from reviewer.statistics.sample_design import Population

GOODNESS = "goodness@0.1"  # of the worst tenth of attempts; its full name has the rate in front


@dataclass(frozen=True, slots=True)
class ReportConfiguration:
    """A configuration in the study: its lab where known, and its responses."""

    name: str
    lab: str | None
    responses: int


@dataclass(frozen=True, slots=True)
class ReportGrader:
    """A grader in the report: its kind, and its lab where its name says the configuration."""

    name: str
    kind: str
    lab: str | None


@dataclass(frozen=True, slots=True)
class RateRow:
    """One rate of one configuration in one evaluation.

    Attributes:
        grader: whose verdicts `raw` counts; None where it counts gold, and there is nothing to correct.
        n: responses behind `raw`; `gold_n`, responses with gold behind `corrected`, to `gold_prompts` prompts.
        bounds: between what the rate lies while some of what was drawn is undecided; else None.
        gold: what the gold says by itself.
    """

    evaluation: str
    rate: str
    worse: Worse
    configuration: str
    lab: str | None
    grader: str | None
    n: int
    gold_n: int
    gold_prompts: int
    raw: Estimate
    gold: Estimate
    corrected: Estimate
    bounds: RateBounds | None = None


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A difference of a rate between two configurations, by gold and, where `grader` is not None, by that grader."""

    evaluation: str
    rate: str
    grader: str | None
    found: RateDifference


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """How often a grader's label on one question differs from gold, on one configuration; None is all of them."""

    question: str
    grader: str
    configuration: str | None
    lab: str | None
    n: int
    unparsed: int
    refused: int
    error: Estimate


@dataclass(frozen=True, slots=True)
class FlipRow:
    """Two configurations that gold and the grader put in opposite order."""

    question: str
    grader: str
    rate: str
    flip: Flip


@dataclass(frozen=True, slots=True)
class LabRow:
    """The graders of one lab, or people, on the responses of another: a rate, and how often graders err.

    People have no `error`: what they decided is the gold.
    """

    rate: str
    grader_lab: str
    lab: str
    n: int
    value: Estimate
    error: Estimate | None


@dataclass(frozen=True, slots=True)
class TagRow:
    """One rate of one configuration on the prompts with one tag, by gold or else by `grader`."""

    evaluation: str
    tag: str
    rate: str
    configuration: str
    grader: str | None
    n: int
    value: Estimate


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """One coefficient of one question, and between whom."""

    question: str
    between: str
    units: int
    coefficient: Coefficient
    value: Estimate


@dataclass(frozen=True, slots=True)
class StrengthRow:
    """How strong a configuration is by all preferences given (log strength, all summing to 0)."""

    question: str
    configuration: str
    strength: Estimate


@dataclass(frozen=True, slots=True)
class ConfusionTable:
    """What gold says (rows) and a grader says (columns) of one question."""

    question: str
    grader: str
    found: Confusion


@dataclass(frozen=True, slots=True)
class Report:
    """All that a report says of a study. `card` is its reliability card as plain values; `caveats` are sentences.

    `population` is what every figure but counts is of.
    """

    study: str
    open: bool
    rubric: str
    rubric_title: str
    rubric_hash: str
    software: str
    made_at: str
    population: Population
    configurations: tuple[ReportConfiguration, ...]
    graders: tuple[ReportGrader, ...]
    rates: tuple[RateRow, ...] = ()
    differences: tuple[DifferenceRow, ...] = ()
    errors: tuple[ErrorRow, ...] = ()
    flips: tuple[FlipRow, ...] = ()
    labs: tuple[LabRow, ...] = ()
    tags: tuple[TagRow, ...] = ()
    agreement: tuple[AgreementRow, ...] = ()
    strengths: tuple[StrengthRow, ...] = ()
    confusions: tuple[ConfusionTable, ...] = ()
    card: Mapping[str, object] = field(default_factory=dict)
    caveats: tuple[str, ...] = ()

    @property
    def evaluations(self) -> tuple[str, ...]:
        """Return the names of the evaluations, in the order in which their rates stand."""
        return tuple(dict.fromkeys(row.evaluation for row in self.rates))
