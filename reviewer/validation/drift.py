"""A grader held against itself: its verdicts on the units with gold before a time, and those since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from reviewer.adjudication.outcomes import outcomes
from reviewer.definitions.question import Question
from reviewer.errors import NotFound, ReviewerError
from reviewer.model import utc, without_repeat
from reviewer.statistics.grader_error.drift import DriftStatus, GraderDrift, anchor_scores, drift
from reviewer.store import responses, verdicts
from reviewer.store.engine import Engine
from reviewer.store.studies import Study
from reviewer.store.verdicts import DatedVerdict
from reviewer.validation.evidence import Subject, gradable

NO_LABEL = "no label"
RIGHT = "right"
PLACE = "place on the scale"
SEED = 1
NOWHERE = 0.5  # for an anchor that has no place on the scale at one of the times: it has moved nowhere

Said = Mapping[tuple[Subject, str], str | None]


@dataclass(frozen=True, slots=True)
class Since:
    """Where the later time begins: at a moment, or with the verdict of that number on each unit."""

    text: str
    moment: str | None = None
    number: int | None = None

    def is_later(self, verdict: DatedVerdict) -> bool:
        """Tell on which side a verdict falls."""
        if self.moment is not None:
            return verdict.saved_at >= self.moment
        _, again = without_repeat(verdict.rater)
        return int(again.removeprefix("#") or 1) >= (self.number or 1)


@dataclass(frozen=True, slots=True)
class QuestionDrift:
    """One question: what the two times say, and how many units with gold were not judged at both."""

    question: Question
    found: GraderDrift
    unjudged: int


def read_since(text: str) -> Since:
    """Return what `--since` means: a date, a moment (in UTC where it names no zone), or a number of times from 2.

    Raises:
        ReviewerError: says what was expected.
    """
    if text.isascii() and text.isdigit() and len(text) < 4 and int(text) > 1:
        return Since(text, number=int(text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ReviewerError(
            f"--since {text}: expected a date such as 2026-01-31, or a number of times from 2"
        ) from None
    return Since(text, moment=utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC)))


def grader_drift(engine: Engine, study: Study, grader: str, since: Since, question: str | None) -> list[QuestionDrift]:
    """Return how far `grader` moved on each question that it answered at both times, or on the one named.

    Raises:
        NotFound: no such question, or no verdict of the grader.
    """
    asked = [study.rubric.question(question)] if question else gradable(study.rubric)
    before: dict[tuple[Subject, str], str | None] = {}
    after: dict[tuple[Subject, str], str | None] = {}
    for one in verdicts.dated(engine, study.rubric.hash, grader):
        if one.rater == grader or without_repeat(one.rater)[0] == grader:
            said = after if since.is_later(one) else before
            said[(one.response, one.other_response), one.question] = one.value
    if not before and not after:
        there = ", ".join(name for name, _ in verdicts.graders(engine, study.rubric.hash)) or "none"
        raise NotFound(f"no verdict of grader {grader} under rubric {study.rubric.id}; there are: {there}")
    gold = dict(_gold(engine, study))
    prompts = responses.prompts_of(engine, sorted({subject[0] for subject, _ in gold}))
    answered = {name for said in (before, after) for _, name in said}
    return [
        _question(one, {unit: value for unit, value in gold.items() if unit[1] == one.id}, before, after, prompts)
        for one in asked
        if question or one.id in answered
    ]


def worst(found: list[QuestionDrift]) -> DriftStatus:
    """Return what is said of all questions together: drifted where one is, the same only where all are."""
    statuses = [one.found.status for one in found]
    if DriftStatus.DRIFTED in statuses:
        return DriftStatus.DRIFTED
    return DriftStatus.CANNOT_TELL if DriftStatus.CANNOT_TELL in statuses or not statuses else DriftStatus.SAME


def _gold(engine: Engine, study: Study) -> Iterator[tuple[tuple[Subject, str], str]]:
    for unit in outcomes(engine, study):
        if not unit.item and unit.outcome.value is not None:
            yield ((unit.response, unit.other_response), unit.question), unit.outcome.value


def _question(
    question: Question, gold: Mapping[tuple[Subject, str], str], before: Said, after: Said, prompts: Mapping[str, int]
) -> QuestionDrift:
    anchors = [unit for unit in gold if unit in before and unit in after]
    places = _places(question)
    names = [*question.values, NO_LABEL, *([PLACE] if places else []), RIGHT]
    rows = [_scores(question, places, before[unit], after[unit], gold[unit]) for unit in anchors]
    scores = anchor_scores(
        names,
        [first for first, _ in rows],
        [second for _, second in rows],
        [before[unit] != after[unit] for unit in anchors],
        [prompts[subject[0]] for subject, _ in anchors],
    )
    return QuestionDrift(question, drift(scores, SEED), len(gold) - len(anchors))


def _places(question: Question) -> dict[str, float]:
    """Return where options stand on an ordered scale, from 0 to 1; none on another scale."""
    positions = question.positions() if question.scale.traits.ordered else {}
    low, high = min(positions.values(), default=0.0), max(positions.values(), default=0.0)
    return {name: (place - low) / (high - low) for name, place in positions.items()} if high > low else {}


def _scores(
    question: Question, places: Mapping[str, float], before: str | None, after: str | None, gold: str
) -> tuple[list[float], list[float]]:
    placed = before in places and after in places
    found = []
    for value in (before, after):
        chosen = () if value is None else question.selected(value)
        row = [float(option in chosen) for option in question.values] + [float(value is None)]
        if places:
            row.append(places[value] if placed and value is not None else NOWHERE)
        found.append([*row, float(value == gold)])
    return found[0], found[1]
