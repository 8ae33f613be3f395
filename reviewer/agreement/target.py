"""What the figures of agreement are of."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from reviewer.definitions.question import Question
from reviewer.store.engine import Engine
from reviewer.store.rating_strata import drawn_by_chance
from reviewer.store.studies import Study


class AgreementTarget(StrEnum):
    """All that a study was drawn from by chance, or, where it was not, the units with labels."""

    POOL = "pool"
    LABELLED = "labelled"

    @property
    def sentence(self) -> str:
        """Return it in words."""
        match self:
            case AgreementTarget.POOL:
                return (
                    "Figures are of all responses that the study was drawn from: a unit counts for as many as it stands"
                    " for. Numbers of units and labels are as they are."
                )
            case AgreementTarget.LABELLED:
                return "Figures are of the units with labels, each counting once."


def target(engine: Engine, study: Study, asked: Sequence[Question]) -> AgreementTarget:
    """Return what the figures of the questions are of; the labelled units, where that holds of any question."""
    drawn = bool(asked) and all(drawn_by_chance(engine, study, question.id) for question in asked)
    return AgreementTarget.POOL if drawn else AgreementTarget.LABELLED
