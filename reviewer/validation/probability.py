"""The probabilities that a grader gave to its values, held against gold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reviewer.definitions.question import Question
from reviewer.definitions.scale import AnswerForm
from reviewer.statistics import grader_error
from reviewer.statistics.grader_error import Calibration, StatedUnits
from reviewer.store import verdicts
from reviewer.store.engine import Engine
from reviewer.validation.evidence import GraderEvidence


@dataclass(frozen=True, slots=True)
class EventCalibration:
    """How good the probabilities of one event are, on all units with gold and on those of each configuration."""

    all: Calibration
    by_model: Mapping[str, Calibration]


@dataclass(frozen=True, slots=True)
class ProbabilityCheck:
    """The probabilities of one question.

    Attributes:
        lacking: units with gold and a value of the grader that have no probability.
        right: of the event that the grader's value is the gold.
        value: of a question with two values the second, else None.
        second: of the event that gold is `value`; None where that is.
    """

    lacking: int
    right: EventCalibration
    value: str | None
    second: EventCalibration | None


def check_probabilities(
    engine: Engine, evidence: GraderEvidence, question: Question, grader: str
) -> ProbabilityCheck | None:
    """Return how good the probabilities are that `grader` gave to its values, None where it gave none."""
    given = verdicts.probabilities(engine, evidence.rubric.hash, grader, question.id)
    if not given:
        return None
    subjects, design = evidence.units(question)
    gold = [_value(evidence, question, None, subject) for subject in subjects]
    said = [_value(evidence, question, grader, subject) for subject in subjects]
    both = [one is not None and other is not None for one, other in zip(gold, said, strict=True)]
    stated = [given.get(subject) if known else None for subject, known in zip(subjects, both, strict=True)]
    lacking = sum(
        seen and known and one is None for seen, known, one in zip(design.seen.tolist(), both, stated, strict=True)
    )
    right = [one == other for one, other in zip(gold, said, strict=True)]
    value = second = None
    if len(question.values) == 2 and question.scale.traits.form is AnswerForm.ONE:
        value = question.values[1]
        of_value = [one if one is None or told == value else 1.0 - one for one, told in zip(stated, said, strict=True)]
        second = _calibrated(grader_error.stated_units(design, of_value, [one == value for one in gold]))
    return ProbabilityCheck(lacking, _calibrated(grader_error.stated_units(design, stated, right)), value, second)


def _value(evidence: GraderEvidence, question: Question, grader: str | None, subject: tuple[str, str]) -> str | None:
    """Return what `grader` says, or gold where no grader is named."""
    said = evidence.gold if grader is None else evidence.verdicts[grader]
    answer = said.get(subject, {}).get(question.id)
    return None if answer is None else answer.value


def _calibrated(units: StatedUnits) -> EventCalibration:
    return EventCalibration(
        grader_error.calibration(units),
        {
            name: grader_error.calibration(own)
            for place, name in enumerate(units.design.names)
            if len((own := units.of(place)).stated)
        },
    )
