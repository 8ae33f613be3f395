"""The reliability card of a study, as plain values: what a reader must know before the gold is trusted.

Pure. Counts are taken from the same records as every export; agreement is handed in as plain values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reviewer.formats.export.record import GoldRecord, RubricRecord, spoken
from reviewer.model import repeat_of


@dataclass(frozen=True, slots=True)
class CardSubject:
    """What is the same for the whole study. `design` and `excluded` are by name; `questions` in the rubric's order."""

    study: str
    version: str
    rubric: RubricRecord
    guideline: str
    questions: Sequence[tuple[str, str, tuple[str, ...]]]
    design: Mapping[str, object]
    excluded: Mapping[str, int]


@dataclass(slots=True)
class _Question:
    """What was decided of the units of one question."""

    how: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)
    people: Counter[int] = field(default_factory=Counter)
    rulings: Counter[str] = field(default_factory=Counter)
    ruled_for: Counter[str] = field(default_factory=Counter)
    settled: dict[str, Counter[str]] = field(default_factory=dict)
    clauses: Counter[str] = field(default_factory=Counter)


def card(
    about: CardSubject, records: Iterable[GoldRecord], agreement: Mapping[str, Mapping[str, object]]
) -> dict[str, object]:
    """Return the card; `agreement` has, by question, what was measured."""
    questions = {name: _Question() for name, _, _ in about.questions}
    raters: dict[str, Counter[str]] = {}
    kinds: dict[str, str] = {}
    drawn: Counter[str] = Counter()
    for record in records:
        _count(questions[record.question.id], record)
        for label in record.labels:
            kinds[label.rater] = label.kind.value
            raters.setdefault(label.rater, Counter())[label.state.value] += 1
        for one in record.responses:
            drawn["all" if one.drawn is None else f"{one.drawn} of {one.pool}"] += 1
    return {
        "study": about.study,
        "software": f"reviewer {about.version}",
        "rubric": {
            "id": about.rubric.id,
            "version": about.rubric.version,
            "hash": about.rubric.hash,
            "guideline": about.guideline,
            "questions": [
                {"question": name, "text": text, "options": list(options)} for name, text, options in about.questions
            ],
        },
        "design": dict(about.design),
        "sampling": dict(sorted(drawn.items())),
        "raters": [
            {"rater": name, "kind": kinds[name], **{state: raters[name][state] for state in sorted(raters[name])}}
            for name in sorted(raters)
        ],
        "questions": [
            _plain(name, found) | {"agreement": dict(agreement.get(name, {}))} for name, found in questions.items()
        ],
        "excluded": dict(about.excluded),
    }


def _count(found: _Question, record: GoldRecord) -> None:
    found.how[record.how] += 1
    if record.reason is not None:
        found.reasons[record.reason] += 1
    if record.value is not None:
        found.values.update(record.question.selected(record.value))
    people = {label.rater for label in record.labels if label.kind == "human" and label.value is not None}
    found.people[sum(repeat_of(name, people) is None for name in people)] += 1
    found.rulings.update(decision.ruling for decision in record.decisions)
    found.ruled_for.update(decision.reason for decision in record.decisions)
    found.clauses.update(decision.clause for decision in record.decisions if decision.clause)
    if record.how == "adjudicated":
        given = " / ".join(spoken(record.question, value) for value in record.distribution) or "nothing"
        came_to = record.decisions[-1].ruling if record.value is None else spoken(record.question, record.value)
        found.settled.setdefault(given, Counter())[came_to] += 1


def _plain(name: str, found: _Question) -> dict[str, object]:
    units = found.how.total()
    return {
        "question": name,
        "units": units,
        "raters_per_unit": {str(count): found.people[count] for count in sorted(found.people)},
        "how": _sorted(found.how),
        "reasons": _sorted(found.reasons),
        "values": _sorted(found.values),
        "adjudication_rate": found.how["adjudicated"] / units if units else None,
        "rulings": _sorted(found.rulings),
        "adjudication_reasons": _sorted(found.ruled_for),
        "clauses_named": _sorted(found.clauses),
        "confused_and_settled": {given: _sorted(came_to) for given, came_to in sorted(found.settled.items())},
    }


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))
