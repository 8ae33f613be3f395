"""The reliability card of a study: the gold, who gave it, and how far the raters agreed before it was decided."""

from __future__ import annotations

from reviewer.adjudication.gold import about, records
from reviewer.agreement.document import question_values
from reviewer.agreement.study_agreement import measured, questions_of
from reviewer.formats.export.reliability_card import card
from reviewer.store.engine import Engine
from reviewer.store.ratings import Scope
from reviewer.store.studies import Study

# What of the agreement document stands on the card.
FIGURES = ("units", "compared", "raters", "labels", "missing", "metrics", "by_category", "warnings")


def reliability_card(engine: Engine, study: Study) -> dict[str, object]:
    """Return the card of `study` as plain values."""
    return card(about(engine, study), records(engine, study), agreement_of(engine, study))


def agreement_of(engine: Engine, study: Study) -> dict[str, dict[str, object]]:
    """Return, by question, what the card says of agreement; questions without labels are left out."""
    agreement: dict[str, dict[str, object]] = {}
    for question in questions_of(study.rubric, None):
        found = measured(engine, Scope(study, question.id), question)
        if found.agreement is not None:
            values = question_values(found)
            agreement[question.id] = {name: values[name] for name in FIGURES}
    return agreement
