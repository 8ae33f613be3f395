"""What the figures of agreement are of."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.definitions.question import Question
from reviewer.statistics.sample_design import Population
from reviewer.store.engine import Engine
from reviewer.store.rating_strata import drawn_by_chance
from reviewer.store.studies import Study


def target(engine: Engine, study: Study, asked: Sequence[Question]) -> Population:
    """Return what the figures of the questions are of; the labelled sample, where that holds of any question."""
    drawn = bool(asked) and all(drawn_by_chance(engine, study, question.id) for question in asked)
    return Population.STUDY if drawn else Population.SAMPLE


def target_sentence(population: Population) -> str:
    """Return it in words."""
    return f"Figures are of {population}; counts are called counts."
