"""The agreement of a study as plain values: one document for `--json`, and its parts for the reliability card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Literal, assert_never

from reviewer.agreement.grouping import Grouping
from reviewer.agreement.rater_figures import RaterFigures, rater_figures
from reviewer.agreement.study_agreement import (
    AgreementByKind,
    QuestionAgreement,
    consensus,
    intra_rater,
    kinds,
    measured,
    questions_of,
    strengths,
)
from reviewer.agreement.target import target
from reviewer.definitions.question import Question
from reviewer.definitions.scale import Distance
from reviewer.statistics.agreement import LEGEND, ConsensusComparison, PairedAgreement, SelfAgreement, Strengths
from reviewer.statistics.agreement.coefficients import COHEN_KAPPA, KRIPPENDORFF_ALPHA, PERCENT_AGREEMENT
from reviewer.store import ratings
from reviewer.store.engine import Engine
from reviewer.store.omissions import omission_values, omissions
from reviewer.store.ratings import Scope
from reviewer.store.studies import Study
from reviewer.study_design.blind_names import BlindNames


def agreement_document(
    engine: Engine, study: Study, question: str | None, by: Grouping | None, *, two_way: bool
) -> dict[str, object]:
    """Return all that is measured of the agreement in `study`, or in one question of it, as plain values.

    Raises:
        NotFound: no such question.
    """
    asked = questions_of(study.rubric, question)
    named = names_configurations(study, by)
    document: dict[str, object] = {
        "study": study.name,
        "population": target(engine, study, asked).value,
        "questions": [
            question_values(measured(engine, Scope(study, one.id), one, two_way=two_way))
            | {
                "by_rater": rater_values(rater_figures(engine, Scope(study, one.id), one)),
                "intra_rater": self_values(intra_rater(engine, Scope(study, one.id), one)),
                "consensus": consensus_values(consensus(engine, Scope(study, one.id), one)),
                "strengths": strength_values(strengths(engine, Scope(study, one.id), one)) if named else None,
            }
            for one in asked
        ],
        "by": {},
        "left_out": omission_values(omissions(engine, study.name), BlindNames(study.secret) if study.open else None),
        "legend": dict(LEGEND),
    }
    match by:
        case None:
            pass
        case Grouping.RATER_KIND:
            found = [kinds(engine, Scope(study, one.id), one) for one in asked]
            document["by"] = {one.question.id: kind_values(one) for one in found}
        case Grouping.MODEL | Grouping.SUITE:
            document["by"] = {
                name: [question_values(measured(engine, scope, one, two_way=two_way)) for one, scope in scopes]
                for name, scopes in grouped(engine, study, question, by)
            }
        case _:
            assert_never(by)
    return document


def grouped(
    engine: Engine, study: Study, question: str | None, by: Literal[Grouping.MODEL, Grouping.SUITE]
) -> list[tuple[str, list[tuple[Question, Scope]]]]:
    """Return each configuration or evaluation of the study, with the questions and what of them belongs to it."""
    asked = questions_of(study.rubric, question)
    if by is Grouping.MODEL:
        return [
            (name, [(one, Scope(study, one.id, configuration=name)) for one in asked])
            for name in ratings.configurations(engine, study.name)
        ]
    return [
        (name, [(one, Scope(study, one.id, evaluation=name)) for one in asked])
        for name in ratings.evaluations(engine, study.name)
    ]


def names_configurations(study: Study, by: Grouping | None) -> bool:
    """Return whether configurations may be named: of a closed study, or where that was asked for and recorded."""
    return by is Grouping.MODEL or not study.open


def question_values(one: QuestionAgreement) -> dict[str, object]:
    """Return one question, with nulls where it has no labels."""
    found = one.agreement
    named: dict[str, object] = {"question": one.question.id, "scale": one.question.scale.value}
    if found is None:
        return named | {
            "units": None, "raters": None, "labels": None, "missing": None, "metrics": {}, "by_category": {},
            "pairwise": [], "leave_one_out": {}, "confused": [], "prevalence": {}, "abstentions": None, "warnings": [],
        }  # fmt: skip
    return named | {
        "units": found.units,
        "raters": found.raters,
        "labels": found.labels,
        "missing": found.missing,
        "compared": found.compared,
        "prevalence": found.shares,
        "metrics": {name: estimate.plain() for name, estimate in found.metrics.items()},
        "by_category": {name: estimate.plain() for name, estimate in found.by_category.items()},
        "by_option": {name: estimate.plain() for name, estimate in found.by_option.items()},
        "pairwise": [
            {
                "raters": list(pair.raters),
                "units": pair.units,
                PERCENT_AGREEMENT.name: pair.percent_agreement.value,
                COHEN_KAPPA.name: pair.cohen_kappa.value,
            }
            for pair in found.pairwise
        ],
        "leave_one_out": {name: estimate.value for name, estimate in found.leave_one_out.items()},
        "confused": [{"values": list(pair.values), "pairs": pair.pairs, "units": pair.units} for pair in one.confused],
        "abstentions": {
            "labels": found.abstentions.labels,
            "share": found.abstentions.share,
            "metrics_without": {name: estimate.plain() for name, estimate in found.abstentions.metrics.items()},
        },
        "weighted": found.weighted,
        "two_way": found.two_way,
        "warnings": list(found.warnings),
    }


def rater_values(found: Sequence[RaterFigures]) -> dict[str, object]:
    """Return what is known of each rater, by name."""
    return {
        one.rater: {
            "labels": one.labels,
            "compared": one.compared,
            "agreed": one.agreed,
            "confused": [asdict(mistaken) for mistaken in one.mistaken],
            "seconds_per_item": one.seconds,
            "items_timed": one.timed,
            "drift": asdict(one.drift),
            "pane_position": None if one.positions is None else asdict(one.positions),
        }
        for one in found
    }


def self_values(found: Sequence[SelfAgreement]) -> list[dict[str, object]]:
    """Return each rater against own earlier labels."""
    return [
        {
            "rater": one.rater,
            "sittings": one.sittings,
            "units": one.units,
            PERCENT_AGREEMENT.name: one.percent_agreement.plain(),
            COHEN_KAPPA.name: one.cohen_kappa.plain(),
            KRIPPENDORFF_ALPHA.name: one.krippendorff_alpha.plain(),
        }
        for one in found
    ]


def consensus_values(found: ConsensusComparison | None) -> dict[str, object] | None:
    """Return majority beside Dawid-Skene; None where neither applies."""
    return None if found is None else asdict(found)


def strength_values(found: Strengths | None) -> dict[str, object] | None:
    """Return the strengths of configurations; None where no preference is asked for."""
    if found is None:
        return None
    return {
        "bradley_terry": {name: estimate.plain() for name, estimate in found.log_strengths.items()},
        "tie": found.tie,
        "undefined": found.undefined,
    }


def kind_values(one: AgreementByKind) -> dict[str, object]:
    """Return agreement of people with people beside people with graders, and by what distance all their κ are."""
    return {
        "distance": Distance.SET.value
        if one.question.scale.traits.distance is Distance.SET
        else Distance.NOMINAL.value,
        "human_human": _pair(one.human_human),
        "human_grader": {name: _pair(pair) for name, pair in one.human_grader.items()},
    }


def _pair(pair: PairedAgreement | None) -> dict[str, object] | None:
    if pair is None:
        return None
    return {PERCENT_AGREEMENT.name: pair.percent_agreement.plain(), "mean_cohen_kappa": pair.mean_kappa.plain()}
