"""What `reviewer validate --json` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from reviewer.cli.validate_probability import probability_document
from reviewer.statistics.agreement.coefficients import COHEN_KAPPA, GWET_AC1, KRIPPENDORFF_ALPHA, PERCENT_AGREEMENT

if TYPE_CHECKING:
    from reviewer.agreement.study_agreement import AgreementByKind
    from reviewer.statistics.agreement import Agreement, Estimate
    from reviewer.statistics.grader_error import (
        AlternativeTest,
        Claim,
        Differential,
        GoldPlan,
        GraderComparison,
        LabelAccuracy,
        RateEstimates,
        SelfPreference,
    )
    from reviewer.validation.check import CheckedRate, GraderErrors, QuestionCheck

COEFFICIENTS = (PERCENT_AGREEMENT, KRIPPENDORFF_ALPHA, GWET_AC1, COHEN_KAPPA)  # of a grader, who makes two with gold


def question_document(one: QuestionCheck, labs: Mapping[str, str | None]) -> dict[str, object]:
    """Return one question. Rates are by id; a rate counts under the first question that it asks."""
    return {
        "question": one.question.id,
        "scale": one.question.scale.value,
        "n": one.errors.units,
        "no_gold": one.open,
        "no_label": one.no_label,
        "no_verdict": one.lacking,
        "unparsed": one.errors.unparsed,
        "refused": one.errors.refused,
        "error": one.errors.error.plain(),
        "if_gold_errs": [asdict(point) for point in one.errors.gold_error],
        "confusion": {
            "counts": {gold: dict(verdicts) for gold, verdicts in one.confusion.counts.items()},
            "estimate": {gold: dict(verdicts) for gold, verdicts in one.confusion.estimate.items()},
        },
        "labels": {found.label: _label(found) for found in one.labels},
        "by_model": {name: _model(one, name, errors, labs.get(name)) for name, errors in one.by_model.items()},
        "rates": {
            rates.rate.id: {"worse": rates.rate.worse.value} | _rate(rates.all, rates.truth) for rates in one.rates
        },
        "ranking": {
            "gold": {rates.rate.id: list(rates.ranking.gold) for rates in one.rates},
            "grader": {rates.rate.id: list(rates.ranking.grader) for rates in one.rates},
        },
        "flips": [flip for rates in one.rates for flip in _flips(rates)],
        "differences": [found for rates in one.rates for found in _differences(rates)],
        "differential": None if one.differential is None else _differential(one.differential),
        "latent": None if one.latent is None else asdict(one.latent),
        "agreement": {
            "with_gold": _agreement(one.agreement),
            "people": _agreement(one.people),
            COHEN_KAPPA.name: _kappas(one.kinds),
        },
        "alt_test": _alternative(one.alternative, one.plan),
        "own_lab": None if one.own_lab is None else _own_lab(one.own_lab),
        "against": None if one.against is None else _against(one.against),
        "probability": None if one.probability is None else probability_document(one.probability),
        "warnings": list(one.warnings),
    }


def _label(found: LabelAccuracy) -> dict[str, object]:
    return {
        "gold": found.gold,
        "grader": found.verdicts,
        "both": found.both,
        "precision": found.precision.plain(),
        "recall": found.recall.plain(),
        "f1": found.f1.plain(),
    }


def _model(one: QuestionCheck, name: str, errors: GraderErrors, lab: str | None) -> dict[str, object]:
    return {
        "n": errors.units,
        "unparsed": errors.unparsed,
        "refused": errors.refused,
        "lab": lab,
        "error": errors.error.plain(),
        "if_gold_errs": [asdict(point) for point in errors.gold_error],
        "gold_rate": {rates.rate.id: rates.by_model[name].gold.plain() for rates in one.rates},
        "grader_rate": {rates.rate.id: rates.by_model[name].raw.plain() for rates in one.rates},
        "corrected": {rates.rate.id: rates.by_model[name].corrected.plain() for rates in one.rates},
        "rates": {rates.rate.id: _rate(rates.by_model[name], rates.truth_by_model.get(name)) for rates in one.rates},
    }


def _kappas(kinds: AgreementByKind) -> dict[str, object]:
    people = kinds.human_human
    return {
        "people_with_people": None if people is None else people.mean_kappa.plain(),
        "people_with_graders": {name: pair.mean_kappa.plain() for name, pair in kinds.human_grader.items()},
    }


def _rate(found: RateEstimates, truth: Estimate | None) -> dict[str, object]:
    document: dict[str, object] = {
        "n": found.units,
        "gold_n": found.gold_units,
        "raw": found.raw.plain(),
        "gold": found.gold.plain(),
        "corrected": found.corrected.plain(),
        "power": found.power,
        "ppi": found.ppi.plain(),
        "ppi_tuned": found.ppi_tuned.plain(),
        "plug_in": found.plug_in.plain(),
        "goodness_at_0.1": {
            "raw": found.goodness_raw.plain(),
            "gold": found.goodness_gold.plain(),
            "corrected": found.goodness_corrected.plain(),
        },
        "bounds": None if found.bounds is None else asdict(found.bounds),
    }
    return document | ({} if truth is None else {"truth": truth.value})


def _flips(rates: CheckedRate) -> list[dict[str, object]]:
    return [
        {
            "rate": rates.rate.id,
            "higher_by_gold": flip.higher,
            "lower_by_gold": flip.lower,
            "gold": flip.gold.plain(),
            "grader": flip.grader.plain(),
            "state": flip.state.value,
            "gold_n": flip.units,
            "prompts": flip.clusters,
            "pairs": rates.ranking.pairs,
            "more_gold": flip.more,
        }
        for flip in rates.ranking.flips
    ]


def _differences(rates: CheckedRate) -> list[dict[str, object]]:
    return [
        {
            "rate": rates.rate.id,
            "first": one.first,
            "second": one.second,
            "gold": one.gold.plain(),
            "grader": one.raw.plain(),
            "corrected": one.claim.difference.estimate.plain() if one.corrected else None,
        }
        | claim_document(one.claim)
        for one in rates.differences
    ]


def claim_document(claim: Claim) -> dict[str, object]:
    """Return what may be said of a difference; p-values are corrected for the family of `family` comparisons (Holm)."""
    return {
        "claim": claim.kind.value,
        "p": claim.p,
        "p_within": claim.p_within,
        "matters": claim.matters,
        "family": claim.family,
        "gold_n": claim.difference.units,
        "prompts": claim.difference.clusters,
        "more_gold": claim.more,
    }


def _claimed(claim: Claim) -> dict[str, object]:
    return claim.difference.estimate.plain() | claim_document(claim)


def _plan(plan: GoldPlan) -> dict[str, object]:
    return {"more": plan.more, "why": plan.why}


def _differential(found: Differential) -> dict[str, object]:
    return {
        "spread": found.spread,
        "p": found.p,
        "test": None if found.test is None else found.test.value,
        "undefined": found.undefined,
        "less_the_rest": {claim.name: _claimed(claim) for claim in found.rest},
    }


def _agreement(found: Agreement | None) -> dict[str, object] | None:
    if found is None:
        return None
    estimates = {one.name: found.estimate(one) for one in COEFFICIENTS}
    return {"units": found.compared} | {name: one.plain() for name, one in estimates.items() if one is not None}


def _alternative(found: AlternativeTest, plan: GoldPlan) -> dict[str, object]:
    return {
        "epsilon": found.epsilon,
        "passes": found.passes,
        "winning_rate": found.winning_rate,
        "advantage_probability": found.advantage,
        "undefined": found.undefined,
        "advice": found.advice,
        "people": [
            {
                "person": one.person,
                "items": one.items,
                "advantage": one.advantage if one.items else None,
                "p": one.p,
                "wins": one.wins,
            }
            for one in found.people
        ],
        "more_gold": _plan(plan),
    }


def _own_lab(found: SelfPreference) -> dict[str, object]:
    return {
        "lab": found.lab,
        "n": found.units,
        "others_n": found.others,
        "error": _claimed(found.error),
        "bias": {rate: _claimed(claim) for rate, claim in found.bias.items()},
    }


def _against(found: GraderComparison) -> dict[str, object]:
    return {
        "n": found.units,
        "only_first_right": found.first_only,
        "only_second_right": found.second_only,
        "p_exact": found.exact,
        "claims": {claim.name: _claimed(claim) for claim in found.claims},
        "error": found.error.plain(),
        COHEN_KAPPA.name: found.kappa.plain(),
        "f1": {label: estimate.plain() for label, estimate in found.f1.items()},
    }
