"""A grader checked against the gold of a study: confusion, error, rates and tests, question by question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reviewer.agreement import study_agreement
from reviewer.agreement.study_agreement import AgreementByKind
from reviewer.definitions.question import Question
from reviewer.definitions.rubric import Rate, Rubric, questions_of, worst_end
from reviewer.errors import Refused
from reviewer.statistics import grader_error
from reviewer.statistics.agreement import Agreement, Estimate
from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.grader_error import (
    AlternativeTest,
    Confusion,
    Differential,
    GoldErrorPoint,
    GoldPlan,
    GraderComparison,
    JudgedUnits,
    LabelAccuracy,
    LatentErrors,
    Ranking,
    RateDifference,
    RateEstimates,
    RateUnits,
    SelfPreference,
)
from reviewer.store.engine import Engine
from reviewer.store.ratings import Scope
from reviewer.validation.coded_question import CodedQuestion
from reviewer.validation.evidence import Answers, AnswerState, GraderEvidence, Subject, gradable, rate_contribution
from reviewer.validation.probability import ProbabilityCheck, check_probabilities

RESAMPLING = Resampling(study_agreement.RESAMPLES, study_agreement.SEED)
EPSILON = 0.2  # the allowance of the alternative annotator test against experts
FEW_PROMPTS = 100  # with gold; figures of fewer are said to be rough


@dataclass(frozen=True, slots=True)
class GraderErrors:
    """How often the grader errs, on all units with gold or on those of one configuration.

    `gold_error` is the error if people err in the gold too.
    """

    units: int
    unparsed: int
    refused: int
    error: Estimate
    gold_error: tuple[GoldErrorPoint, ...]


@dataclass(frozen=True, slots=True)
class CheckedRate:
    """One rate: of all responses, and of each configuration; with the truth where only some of the gold is used.

    `differences` are of every two configurations, corrected by gold where it can be, as one family.
    """

    rate: Rate
    all: RateEstimates
    by_model: Mapping[str, RateEstimates]
    truth: Estimate | None
    truth_by_model: Mapping[str, Estimate]
    ranking: Ranking
    differences: tuple[RateDifference, ...]


@dataclass(frozen=True, slots=True)
class QuestionCheck:
    """One question. What needs units with gold and a verdict is None where there is none.

    Attributes:
        open: units drawn for review without gold; `no_label`, those settled without a value; `lacking`, those with gold
            and no verdict.
        people: agreement of people with each other, for comparison with `agreement`, of the grader with gold.
        kinds: Cohen κ of people with people and with the grader.
        latent: errors of people and grader without gold; None where several options may be chosen.
        own_lab: None where the grader's lab is not known.
        against: None where no other grader was named.
        probability: None where the grader gave no probabilities.
    """

    question: Question
    open: int
    no_label: int
    lacking: int
    errors: GraderErrors
    by_model: Mapping[str, GraderErrors]
    confusion: Confusion
    labels: tuple[LabelAccuracy, ...]
    agreement: Agreement | None
    people: Agreement | None
    kinds: AgreementByKind
    rates: tuple[CheckedRate, ...]
    differential: Differential | None
    alternative: AlternativeTest
    latent: LatentErrors | None
    plan: GoldPlan
    own_lab: SelfPreference | None
    against: GraderComparison | None
    probability: ProbabilityCheck | None
    warnings: tuple[str, ...]


def questions(evidence: GraderEvidence, name: str | None) -> list[Question]:
    """Return the questions that the grader is checked on: those it answers, or the one named.

    Raises:
        NotFound: no such question.
        Refused: the question has no options, or is about an item as a whole.
    """
    possible = gradable(evidence.rubric)
    if name is not None:
        question = evidence.rubric.question(name)
        if question not in possible:
            raise Refused(f"--question {name}: expected a question with options about a response or a pair")
        return [question]
    said = {
        question
        for answers in next(iter(evidence.verdicts.values())).values()
        for question, one in answers.items()
        # What is no label spreads to the follow-ups, which the grader may never answer.
        if one.value is not None
        or (one.status is AnswerState.NO_LABEL and evidence.rubric.question(question).when is None)
    }
    return [question for question in possible if question.id in said]


def lab_of(labs: Mapping[str, str | None], grader: str) -> str | None:
    """Return the lab of the configuration in a grader's name, `GRADER@CONFIGURATION`, None where that does not say."""
    _, known, configuration = grader.rpartition("@")
    return labs.get(configuration) if known else None


def check_question(
    engine: Engine,
    evidence: GraderEvidence,
    question: Question,
    *,
    lab: str | None = None,
    epsilon: float = EPSILON,
) -> QuestionCheck:
    """Return how the first grader of `evidence` does on one question; a second is compared with it."""
    grader, *others = evidence.verdicts
    units = CodedQuestion(evidence, question)
    judged = units.judged(grader)
    rates = {rate: _counted(evidence, rate, grader) for rate in _rates(evidence.rubric, question)}
    scope = Scope(evidence.study, question.id)
    kinds = study_agreement.kinds(engine, scope, question)
    people = study_agreement.measured(engine, scope, question).agreement if len(units.people) > 1 else None
    alternative = units.alternative(grader, epsilon)
    found = judged.units > 0
    return QuestionCheck(
        question=question,
        open=units.open,
        no_label=units.no_label,
        lacking=units.lacking(grader),
        errors=_errors(judged),
        by_model=_errors_by_model(judged),
        confusion=grader_error.confusion(judged),
        labels=tuple(grader_error.by_label(judged)) if found else (),
        agreement=grader_error.against_gold(judged, question.scale, units.numbers, RESAMPLING) if found else None,
        people=people,
        kinds=kinds,
        rates=tuple(_told(evidence, rate, counted) for rate, counted in rates.items()),
        differential=_differential(judged) if found else None,
        alternative=alternative,
        latent=units.latent(grader),
        plan=grader_error.for_alternative(alternative),
        own_lab=_own_lab(evidence, judged, rates, lab) if found else None,
        against=units.compared(grader, others[0]) if others else None,
        probability=check_probabilities(engine, evidence, question, grader),
        warnings=tuple(_warnings(units, judged, grader)),
    )


def _errors_by_model(judged: JudgedUnits) -> dict[str, GraderErrors]:
    """Return the errors on each configuration that has units with gold and a verdict."""
    return {
        name: _errors(judged.of(place))
        for place, name in enumerate(judged.design.names)
        if (judged.design.configurations == place).any()
    }


def _own_lab(
    evidence: GraderEvidence, judged: JudgedUnits, rates: Mapping[Rate, RateUnits], lab: str | None
) -> SelfPreference | None:
    if lab is None:
        return None
    counts = {rate.id: counted for rate, counted in rates.items()}
    return grader_error.own_lab(judged, counts, evidence.labs, lab, {rate.id: rate.matters for rate in rates})


def _errors(judged: JudgedUnits) -> GraderErrors:
    error = grader_error.error(judged)
    return GraderErrors(
        judged.units,
        judged.count(grader_error.UNPARSED),
        judged.count(grader_error.REFUSED),
        error,
        grader_error.gold_error_curve(error, len(judged.values)),
    )


def _differential(judged: JudgedUnits) -> Differential:
    return grader_error.differential(judged.wrong, judged.design, RESAMPLING)


def _rates(rubric: Rubric, question: Question) -> list[Rate]:
    """Return the rates that are shown under `question`: each under the first that it counts."""
    return [rate for rate in rubric.rates if questions_of(rate)[0] == question.id]


def _counted(
    evidence: GraderEvidence, rate: Rate, grader: str, gold: Mapping[Subject, Answers] | None = None
) -> RateUnits:
    said = evidence.verdicts[grader]
    known = evidence.gold if gold is None else gold
    return grader_error.counted(
        evidence.design,
        [rate_contribution(evidence.rubric, rate, known.get(subject)) for subject in evidence.subjects],
        [rate_contribution(evidence.rubric, rate, said.get(subject)) for subject in evidence.subjects],
    )


def _told(evidence: GraderEvidence, rate: Rate, counted: RateUnits) -> CheckedRate:
    worse = worst_end(rate)
    names = evidence.design.names
    parts = {name: counted.of(evidence.design.configurations == place) for place, name in enumerate(names)}
    gold, grader, design = grader_error.compared_parts(counted)
    truth: Estimate | None = None
    truths: dict[str, Estimate] = {}
    if evidence.truth:
        values = [rate_contribution(evidence.rubric, rate, evidence.truth[subject]) for subject in evidence.subjects]
        truth = grader_error.mean(values)
        places = evidence.design.configurations.tolist()
        for place, name in enumerate(names):
            truths[name] = grader_error.mean([value for value, at in zip(values, places, strict=True) if at == place])
    return CheckedRate(
        rate,
        grader_error.rate_found(counted, RESAMPLING, worse=worse),
        {name: grader_error.rate_found(part, RESAMPLING, worse=worse) for name, part in parts.items()},
        truth,
        truths,
        grader_error.rank(gold, grader, design, rate.matters),
        tuple(grader_error.rate_differences(counted, rate.matters)),
    )


def _warnings(units: CodedQuestion, judged: JudgedUnits, grader: str) -> list[str]:
    warnings = []
    if not judged.units:
        warnings.append("No unit has gold and a verdict.")
    elif judged.prompts < FEW_PROMPTS:
        warnings.append(
            f"Only {judged.units} units to {judged.prompts} prompts have gold and a verdict: read every figure as"
            " rough."
        )
    if units.open:
        warnings.append(
            f"{units.open:,} units drawn for review have no gold yet; what is undecided is harder than the rest, so"
            " that error is likely higher than shown."
        )
    lacking = units.lacking(grader)
    if lacking:
        warnings.append(f"{lacking:,} units with gold have no verdict and are not counted.")
    for state in grader_error.NO_LABELS:
        count = judged.count(state)
        if count:
            warnings.append(f"{count:,} of {judged.units:,} verdicts are {state}: they count as errors.")
    return warnings
