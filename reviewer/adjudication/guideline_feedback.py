"""What was confused and how it was settled, and what that suggests for the guideline. Names no rater."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from reviewer.adjudication.outcomes import outcomes
from reviewer.definitions.rubric import Rubric
from reviewer.store import adjudications
from reviewer.store.engine import Engine
from reviewer.store.studies import Study
from reviewer.study_design.decision_policy import DecisionMethod


@dataclass(frozen=True, slots=True)
class SettledConfusion:
    """The units of one question to which people gave these values, and what adjudicators made of them, and how often.

    `came_to` is by value, or by ruling where the unit got no label; `third` counts values that nobody gave.
    """

    question: str
    given: tuple[str, ...]
    units: int
    came_to: dict[str, int]
    third: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A reason that adjudicators gave for a question, with the clause of the rubric they named and their notes."""

    question: str
    reason: str
    clause: str
    decisions: int
    notes: tuple[str, ...]


def settled_confusions(engine: Engine, study: Study) -> list[SettledConfusion]:
    """Return what was confused in the study and how it was settled, the most frequent first."""
    rubric = study.rubric
    came_to: dict[tuple[str, tuple[str, ...]], Counter[str]] = defaultdict(Counter)
    third: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for unit in outcomes(engine, study):
        outcome = unit.outcome
        if outcome.how is not DecisionMethod.ADJUDICATED or outcome.decision is None:
            continue
        question = rubric.question(unit.question)
        key = (unit.question, tuple(sorted(question.spelled(value) for value in outcome.distribution)))
        ruling = outcome.decision.ruling.value.replace("_", " ")
        came_to[key][ruling if outcome.value is None else question.spelled(outcome.value)] += 1
        third[key] += outcome.value is not None and outcome.value not in outcome.distribution
    found = [
        SettledConfusion(*key, counts.total(), dict(counts.most_common()), third[key])
        for key, counts in came_to.items()
    ]
    return sorted(found, key=lambda one: (_place(rubric, one.question), -one.units, one.given))


def suggestions(engine: Engine, study: Study) -> list[Suggestion]:
    """Return what adjudicators gave as reasons in the study, the most frequent of a question first.

    Decisions that were imported or give no reason, clause or note are left out.
    """
    notes: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for one in adjudications.standing(engine, study.name):
        said = (one.question, one.reason, one.clause or "")
        if not one.adjudicator.startswith(adjudications.IMPORTED) and (
            one.reason != "unstated" or one.clause or one.note
        ):
            notes[said].append(one.note or "")
    found = [
        Suggestion(*said, len(given), tuple(dict.fromkeys(note for note in given if note)))
        for said, given in notes.items()
    ]
    return sorted(found, key=lambda one: (_place(study.rubric, one.question), -one.decisions, one.reason, one.clause))


def _place(rubric: Rubric, question: str) -> int:
    return [one.id for one in rubric.questions].index(question)
