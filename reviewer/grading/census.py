"""What a grader's verdicts on a study look like by themselves: how many are none, positions, stability, bait.

Whether they are right is another question: see validation against gold.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.definitions.scale import SIDES
from reviewer.grading.tasks import GradingTask
from reviewer.model import LabelState
from reviewer.store import grading_replies, verdicts
from reviewer.store.engine import Engine
from reviewer.store.grading_replies import Unit


@dataclass(frozen=True, slots=True)
class VerdictCensus:
    """The verdicts on one question.

    Attributes:
        states: how many units the first repeat gave a label, declined, or answered with something else.
        values: how often each value was given, in all repeats.
        ordered: verdicts whose options (or sides) were shown in a known order; `first` is how many chose the one shown
            first, and `expected` how many would if order made no difference.
        repeated: units with labels by two repeats or more; `stable`, how many of them have one value.
    """

    question: str
    states: dict[str, int]
    values: dict[str, int]
    ordered: int
    first: int
    expected: float
    repeated: int
    stable: int


@dataclass(frozen=True, slots=True)
class BaitedResponse:
    """A response with text that imitates a verdict, and that text."""

    response: str
    text: str


def census(engine: Engine, work: GradingTask, raters: Sequence[str]) -> list[VerdictCensus]:
    """Return what `raters`, the repeats of one grader in order, gave on each question of the study."""
    wanted = set(work.units)
    given: dict[tuple[str, str], dict[Unit, tuple[LabelState, str | None]]] = defaultdict(dict)
    for rater in raters:
        for one in verdicts.standing(engine, work.rubric.hash, rater):
            unit = (one.response, one.other_response)
            if unit in wanted:
                given[rater, one.question][unit] = (one.state, one.value)
    orders = {
        (rater, unit): json.loads(options)
        for rater, unit, options, _ in grading_replies.kept(engine, work.grader.hash, raters)
        if unit in wanted
    }
    return [_census(work, question, raters, given, orders) for question in work.grader.questions]


def _census(
    work: GradingTask,
    question: str,
    raters: Sequence[str],
    given: dict[tuple[str, str], dict[Unit, tuple[LabelState, str | None]]],
    orders: dict[tuple[str, Unit], dict[str, dict[str, list[str]]]],
) -> VerdictCensus:
    compares = work.rubric.question(question).scale.traits.compares_pair
    states = Counter(state.value for state, _ in given[raters[0], question].values())
    values: Counter[str] = Counter()
    by_unit: dict[Unit, list[str]] = defaultdict(list)
    ordered, first, expected = 0, 0, 0.0
    for rater in raters:
        for unit, (_, value) in given[rater, question].items():
            if value is None:
                continue
            values[value] += 1
            by_unit[unit].append(value)
            order = orders.get((rater, unit), {})
            shown = _sides(order) if compares else order.get("options", {}).get(question, [])
            if value in shown:
                ordered += 1
                first += value == shown[0]
                expected += 1.0 / len(shown)
    repeated = [several for several in by_unit.values() if len(several) > 1]
    stable = sum(len(set(several)) == 1 for several in repeated)
    return VerdictCensus(
        question, dict(states), dict(values.most_common()), ordered, first, expected, len(repeated), stable
    )


def _sides(order: dict[str, dict[str, list[str]]]) -> list[str]:
    """Return the two responses of a pair in the order shown; a tie is a choice of neither side."""
    return list(reversed(SIDES) if order.get("swapped") else SIDES)


def baits(engine: Engine, work: GradingTask, rater: str) -> list[BaitedResponse]:
    """Return the responses of the study that imitate a verdict of the grader."""
    wanted = set(work.units)
    found = grading_replies.kept(engine, work.grader.hash, [rater])
    return [BaitedResponse(unit[0], text) for _, unit, _, text in found if text is not None and unit in wanted]
