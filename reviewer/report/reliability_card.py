"""The reliability card of a study: the gold, who gave it, and how far the raters agreed before it was decided."""

from __future__ import annotations

from reviewer.adjudication.gold import about, records
from reviewer.agreement.study_agreement import measured, questions_of
from reviewer.formats.export.reliability_card import card
from reviewer.store.engine import Engine
from reviewer.store.ratings import Scope


def reliability_card(engine: Engine, study: str) -> dict[str, object]:
    """Return the card of the study called `study` as plain values.

    Raises:
        NotFound: no such study.
    """
    return card(about(engine, study), records(engine, study), agreement_of(engine, study))


def agreement_of(engine: Engine, study: str) -> dict[str, dict[str, object]]:
    """Return, by question, how far the raters agree; questions without labels are left out."""
    agreement: dict[str, dict[str, object]] = {}
    for question in questions_of(engine, study, None):
        found = measured(engine, Scope(study, question.id), question).agreement
        if found is not None:
            agreement[question.id] = {
                "units": found.units,
                "compared": found.compared,
                "raters": found.raters,
                "labels": found.labels,
                "missing": found.missing,
                "metrics": {name: estimate.plain() for name, estimate in found.metrics.items()},
                "by_category": {name: estimate.plain() for name, estimate in found.by_category.items()},
                "warnings": list(found.warnings),
            }
    return agreement
