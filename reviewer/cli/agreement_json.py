"""What `reviewer agreement --json` prints: everything that was measured, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from reviewer.agreement.rater_figures import RaterFigures
from reviewer.agreement.study_agreement import AgreementByKind, QuestionAgreement
from reviewer.statistics.agreement import ConsensusComparison, PairedAgreement, Strengths
from reviewer.statistics.agreement.coefficients import COHEN_KAPPA, PERCENT_AGREEMENT


def question(one: QuestionAgreement) -> dict[str, object]:
    """Return one question, with nulls where it has no labels."""
    found = one.agreement
    named: dict[str, object] = {"question": one.question.id, "scale": one.question.scale.value}
    if found is None:
        return named | {
            "units": None, "raters": None, "labels": None, "missing": None, "metrics": {}, "by_category": {},
            "pairwise": [], "leave_one_out": {}, "confused": [], "prevalence": {}, "warnings": [],
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
        "two_way": found.two_way,
        "warnings": list(found.warnings),
    }


def raters(found: Sequence[RaterFigures]) -> dict[str, object]:
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


def consensus(found: ConsensusComparison | None) -> dict[str, object] | None:
    """Return majority beside Dawid-Skene; None where neither applies."""
    return None if found is None else asdict(found)


def strengths(found: Strengths | None) -> dict[str, object] | None:
    """Return the strengths of configurations; None where no preference is asked for."""
    if found is None:
        return None
    return {
        "bradley_terry": {name: estimate.plain() for name, estimate in found.log_strengths.items()},
        "tie": found.tie,
        "undefined": found.undefined,
    }


def kinds(one: AgreementByKind) -> dict[str, object]:
    """Return agreement of people with people beside people with graders."""
    return {
        "human_human": _pair(one.human_human),
        "human_grader": {name: _pair(pair) for name, pair in one.human_grader.items()},
    }


def _pair(pair: PairedAgreement | None) -> dict[str, object] | None:
    if pair is None:
        return None
    return {PERCENT_AGREEMENT.name: pair.percent_agreement.plain(), "mean_cohen_kappa": pair.mean_kappa.plain()}
