"""What is known of each rater of a question: agreement without them, what they confuse, their time, drift, panes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from statistics import median

from reviewer.agreement.study_agreement import counted, table_of
from reviewer.definitions.question import Question
from reviewer.definitions.scale import FIRST, SIDES
from reviewer.statistics import agreement
from reviewer.statistics.agreement import Drift, PositionPreference, RatingTable
from reviewer.store import rating_details
from reviewer.store.engine import Engine
from reviewer.store.rating_details import TimedLabel
from reviewer.store.ratings import Scope

AGREES, DIFFERS, NO_MAJORITY = 1, 0, -1


@dataclass(frozen=True, slots=True)
class RaterMistake:
    """What the majority of the others gave, what the rater gave instead, and to how many units."""

    others: str
    own: str
    units: int


@dataclass(frozen=True, slots=True)
class RaterFigures:
    """One rater on one question.

    Attributes:
        labels: how many the rater gave.
        compared: on how many units the others have a majority; `agreed`, how often the rater gave the same.
        mistaken: where not, the most frequent first.
        seconds: median time from showing an item to saving it; `timed`, on how many items; None for imported labels.
        drift: over the labels whose time is known.
        positions: of preferences, how often the left and the right of two panes was chosen; None on other scales.
    """

    rater: str
    labels: int
    compared: int
    agreed: int
    mistaken: tuple[RaterMistake, ...]
    seconds: float | None
    timed: int
    drift: Drift
    positions: PositionPreference | None


def rater_figures(engine: Engine, scope: Scope, question: Question) -> list[RaterFigures]:
    """Return what is known of each of the counted raters, in their order; none for free text."""
    who = counted(engine, scope)
    if not who or question.scale.traits.distance is None:
        return []
    table = table_of(engine, scope, question, who).without_clusters()
    counts = {name: _RaterCounts() for name in who}
    for _, unit in groupby(rating_details.timed(engine, scope), key=lambda label: label.subject):
        # Of two labels by one rater, one imported and one rated, the later counts.
        latest = {label.rater: label for label in unit if label.rater in counts}
        _count(counts, list(latest.values()), question)
    return [_figures(table, place, name, counts[name], question) for place, name in enumerate(who)]


class _RaterCounts:
    """What the labels say of one rater."""

    def __init__(self) -> None:
        self.labels = 0
        self.shown: dict[str, tuple[str, str]] = {}
        self.agreed: list[tuple[str, int]] = []
        self.sides = [0, 0]


def _count(counts: dict[str, _RaterCounts], unit: list[TimedLabel], question: Question) -> None:
    given = Counter(label.value for label in unit)
    for label in unit:
        rater = counts[label.rater]
        rater.labels += 1
        if label.item is not None and label.shown_at is not None:
            first, last = rater.shown.get(label.item, (label.shown_at, label.saved_at))
            rater.shown[label.item] = min(first, label.shown_at), max(last, label.saved_at)
        if label.decided_at is not None:
            rater.agreed.append((label.decided_at, _agrees(given, label.value, question)))
        if question.scale.traits.compares_pair and label.value in SIDES:
            side = _side(label)
            if side is not None:
                rater.sides[side] += 1


def _agrees(given: Counter[str], own: str, question: Question) -> int:
    """Tell whether a label is what more than half of the others gave; "cannot tell" is no majority."""
    others = given.total() - 1
    for value, count in given.items():
        count -= value == own
        if 2 * count > others and not question.abstains(value):
            return AGREES if value == own else DIFFERS
    return NO_MAJORITY


def _side(label: TimedLabel) -> int | None:
    """Return whether the left (0) or the right (1) of the two responses was preferred; None where that is unknown."""
    panes = json.loads(label.panes)
    first, second, _ = label.subject
    if first not in panes or second not in panes:
        return None
    return int((panes.index(first) > panes.index(second)) is (label.value == FIRST))


def _figures(table: RatingTable, place: int, name: str, counts: _RaterCounts, question: Question) -> RaterFigures:
    decided, right, mistaken = 0, 0, []
    if len(table.values) <= agreement.MOST_VALUES:  # of free numbers there may be as many as units
        confused = agreement.confusion(table, place).counts
        decided, right = int(confused.sum()), int(confused.trace())
        mistaken = [
            RaterMistake(others, own, int(confused[row, column]))
            for row, others in enumerate(table.values)
            for column, own in enumerate(table.values)
            if row != column and confused[row, column]
        ]
    agreed = [agrees for _, agrees in sorted(counts.agreed)]
    return RaterFigures(
        rater=name,
        labels=counts.labels,
        compared=decided,
        agreed=right,
        mistaken=tuple(sorted(mistaken, key=lambda one: (-one.units, one.others, one.own))),
        seconds=_median_seconds(counts.shown.values()),
        timed=len(counts.shown),
        drift=agreement.drift([AGREES] * len(agreed), agreed),
        positions=agreement.position_preference(counts.sides) if question.scale.traits.compares_pair else None,
    )


def _median_seconds(shown: Iterable[tuple[str, str]]) -> float | None:
    spans = [(datetime.fromisoformat(saved) - datetime.fromisoformat(first)).total_seconds() for first, saved in shown]
    return median(spans) if spans else None
