"""The report of a study: gathers what was decided, graded and measured, and hands it on as values to show."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from reviewer import __version__
from reviewer.agreement import study_agreement
from reviewer.model import RaterKind, repeat_of
from reviewer.report.caveats import caveats
from reviewer.report.rate_rows import Places, RateRows
from reviewer.report.reliability_card import reliability_card
from reviewer.report.result import (
    AgreementRow,
    ConfusionTable,
    ErrorRow,
    FlipRow,
    Report,
    ReportConfiguration,
    ReportGrader,
    StrengthRow,
)
from reviewer.statistics.agreement import Agreement
from reviewer.statistics.agreement.coefficients import HEADLINES
from reviewer.statistics.claim_text import ClaimWording, claim_sentence
from reviewer.statistics.grader_error import ClaimKind, RateUnits, counted
from reviewer.store import gold_evidence, ratings, responses, verdicts
from reviewer.store.engine import Engine
from reviewer.store.omissions import omission_sentence, omissions
from reviewer.store.ratings import Scope
from reviewer.store.studies import Study
from reviewer.validation.check import RESAMPLING, QuestionCheck, check_question, lab_of, questions
from reviewer.validation.evidence import GraderEvidence, rate_contribution, read_evidence

PEOPLE = "people"
NO_EVALUATION = "no evaluation named"
DIFFERS = 0.05  # p below which the error of a grader is said to differ between configurations


def report(engine: Engine, study: Study, graders: Sequence[str], now: str) -> Report:
    """Return the report of `study`; without `graders`, of every grader that judged its responses.

    Raises:
        NotFound: a grader that gave no verdict under its rubric.
    """
    known = dict(verdicts.graders(engine, study.rubric.hash))
    evidence = read_evidence(engine, study, tuple(graders) or tuple(known))
    if not graders:
        evidence = _of_this_study(evidence)
    labs = responses.labs(engine)
    judges = tuple(ReportGrader(one, known[one], lab_of(labs, one)) for one in evidence.verdicts)
    checked = {one.name: _checked(engine, evidence, one) for one in judges}
    rows = _rate_rows(engine, evidence, judges) if evidence.rubric.rates else None
    made = Report(
        study=study.name,
        open=study.open,
        rubric=evidence.rubric.id,
        rubric_title=evidence.rubric.title,
        rubric_hash=evidence.rubric.hash,
        software=f"reviewer {__version__}",
        made_at=now,
        population=evidence.design.population,
        configurations=tuple(_configured(evidence)),
        graders=judges,
        rates=tuple(rows.rates()) if rows else (),
        differences=tuple(rows.differences()) if rows else (),
        errors=tuple(_errors(evidence, checked)),
        flips=tuple(_flips(checked)),
        labs=tuple(rows.labs()) if rows else (),
        tags=tuple(rows.tags()) if rows else (),
        agreement=tuple(_agreement(engine, evidence, checked)),
        strengths=tuple(_strengths(engine, evidence)),
        confusions=tuple(
            ConfusionTable(one.question.id, grader, one.confusion)
            for grader, found in checked.items()
            for one in found
            if one.errors.units
        ),
        card=reliability_card(engine, study),
    )
    return replace(made, caveats=caveats(made, tuple(_noticed(engine, evidence, checked))))


def _rate_rows(engine: Engine, evidence: GraderEvidence, judges: Sequence[ReportGrader]) -> RateRows:
    counts: dict[tuple[str | None, str], RateUnits] = {}
    for rate in evidence.rubric.rates:
        gold = [rate_contribution(evidence.rubric, rate, evidence.gold.get(subject)) for subject in evidence.subjects]
        counts[None, rate.id] = counted(evidence.design, gold, gold)
        for judge in judges:
            said = evidence.verdicts[judge.name]
            graded = [rate_contribution(evidence.rubric, rate, said.get(subject)) for subject in evidence.subjects]
            counts[judge.name, rate.id] = counted(evidence.design, gold, graded)
    labs = dict(zip(evidence.design.names, evidence.labs, strict=True))
    return RateRows(evidence.rubric.rates, counts, judges, labs, _places(engine, evidence), RESAMPLING)


def _places(engine: Engine, evidence: GraderEvidence) -> Places:
    """Return where the prompts that the study speaks for stand in suites. A group counts as a tag."""
    prompts = sorted(set(evidence.design.clusters.tolist()))
    found = Places()
    placed: set[int] = set()
    for prompt, _, evaluation, _, group, *_, tags in gold_evidence.places_in_suites(engine, prompts):
        if evaluation:
            found.evaluations.setdefault(evaluation, set()).add(prompt)
            placed.add(prompt)
        for tag in [*json.loads(tags), *([f"group {group}"] if group else [])]:
            found.tags.setdefault(tag, set()).add(prompt)
    if rest := set(prompts) - placed:
        found.evaluations[NO_EVALUATION] = rest
    return Places(found.evaluations, dict(sorted(found.tags.items())))


def _of_this_study(evidence: GraderEvidence) -> GraderEvidence:
    """Leave out graders that judged nothing of it, and repeats, which say how stable a grader is, not what it says."""
    own = set(evidence.subjects) | set(evidence.pairs)
    given = evidence.verdicts
    found = {name: said for name, said in given.items() if own & said.keys() and repeat_of(name, given) is None}
    return replace(evidence, verdicts=found)


def _checked(engine: Engine, evidence: GraderEvidence, judge: ReportGrader) -> list[QuestionCheck]:
    alone = replace(evidence, verdicts={judge.name: evidence.verdicts[judge.name]})
    return [check_question(engine, alone, question, lab=judge.lab) for question in questions(alone, None)]


def _configured(evidence: GraderEvidence) -> Iterator[ReportConfiguration]:
    counts = Counter(evidence.design.configurations.tolist())
    for place, name in enumerate(evidence.design.names):
        yield ReportConfiguration(name, evidence.labs[place], counts[place])


def _errors(evidence: GraderEvidence, checked: Mapping[str, Sequence[QuestionCheck]]) -> Iterator[ErrorRow]:
    labs = dict(zip(evidence.design.names, evidence.labs, strict=True))
    for grader, found in checked.items():
        for one in found:
            for configuration, errors in ((None, one.errors), *one.by_model.items()):
                if errors.units:
                    yield ErrorRow(
                        one.question.id,
                        grader,
                        configuration,
                        None if configuration is None else labs[configuration],
                        errors.units,
                        errors.unparsed,
                        errors.refused,
                        errors.error,
                    )


def _flips(checked: Mapping[str, Sequence[QuestionCheck]]) -> Iterator[FlipRow]:
    for grader, found in checked.items():
        for one in found:
            for rates in one.rates:
                for flip in rates.ranking.flips:
                    yield FlipRow(one.question.id, grader, rates.rate.id, flip)


def _agreement(
    engine: Engine, evidence: GraderEvidence, checked: Mapping[str, Sequence[QuestionCheck]]
) -> Iterator[AgreementRow]:
    for question in study_agreement.questions_of(evidence.rubric, None):
        scope = Scope(evidence.study, question.id)
        who = ratings.raters(engine, scope)
        names = [name for name, _ in who]
        people = [name for name, kind in who if kind == RaterKind.HUMAN and repeat_of(name, names) is None]
        found = study_agreement.measured(engine, scope, question).agreement
        if len(people) > 1 and found is not None:
            yield from _headlines(question.id, PEOPLE, found.compared, found)
        for grader, validated_ones in checked.items():
            for one in validated_ones:
                if one.question.id == question.id and one.agreement is not None:
                    yield from _headlines(question.id, f"{grader} and gold", one.errors.units, one.agreement)


def _headlines(question: str, between: str, units: int, found: Agreement) -> Iterator[AgreementRow]:
    for coefficient in HEADLINES:
        value = found.estimate(coefficient)
        if value is not None:
            yield AgreementRow(question, between, units, coefficient, value)


def _strengths(engine: Engine, evidence: GraderEvidence) -> Iterator[StrengthRow]:
    for question in evidence.rubric.questions:
        found = study_agreement.strengths(engine, Scope(evidence.study, question.id), question)
        for configuration, strength in found.log_strengths.items() if found is not None else ():
            yield StrengthRow(question.id, configuration, strength)


def _noticed(engine: Engine, evidence: GraderEvidence, checked: Mapping[str, Sequence[QuestionCheck]]) -> Iterator[str]:
    if sentence := omission_sentence(omissions(engine, evidence.study.name)):
        yield f"{sentence[0].upper()}{sentence[1:]}."
    if evidence.design.lost:
        yield f"Nothing is corrected: {evidence.design.lost}."
    for grader, found in checked.items():
        for one in found:
            differs = one.differential
            if differs is not None and differs.p is not None and differs.p < DIFFERS:
                yield (
                    f"The error of {grader} on {one.question.id} differs between configurations (p = {differs.p:.2g},"
                    f" {differs.test} test): its rates cannot be compared as they are."
                )
            own = one.own_lab
            if own is not None and own.error.kind is not ClaimKind.UNSETTLED:
                on = f"on the models of its own lab, {own.lab}, than on others"
                wording = ClaimWording(
                    f"{grader} errs more {on}", f"{grader} errs less {on}", f"the errors of {grader} on both sides"
                )
                yield claim_sentence(own.error, wording)
