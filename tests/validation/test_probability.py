"""The probabilities that a grader gave to its values, held against gold, unit by unit."""

from __future__ import annotations

import pytest

from reviewer.definitions.rubric import Rubric
from reviewer.model import LabelState, Origin, Rater, RaterKind
from reviewer.store import adjudications, labels, raters, rubrics
from reviewer.store.adjudications import NewDecision
from reviewer.store.engine import Engine
from reviewer.store.labels import NewLabel
from reviewer.validation.evidence import read_evidence
from reviewer.validation.probability import ProbabilityCheck, check_probabilities
from tests.support.stories import DEGREE, NOW, VERDICT, design, fill, loaded, make_study, option, rubric

TWO = rubric("two", VERDICT | {"option": [option("yes", "1"), option("no", "2")]})
MORE = rubric("more", VERDICT, DEGREE)
JUDGE = "judge"


@pytest.fixture
def stored(engine: Engine) -> list[str]:
    return fill(engine, prompts=range(20), configurations=["m0", "m1"])


def judge(engine: Engine, by: Rubric, given: dict[str, tuple[str | None, float | None]]) -> None:
    """Store verdicts by response, None one that is unparsed, each with its probability."""
    said = [
        NewLabel(
            study=None,
            response=response,
            other_response=None,
            item=None,
            question="verdict",
            rubric=by.hash,
            state=LabelState.UNPARSED if value is None else LabelState.LABEL,
            value=value,
            origin=Origin.IMPORTED,
            saved_at=NOW,
            probability=probability,
        )
        for response, (value, probability) in given.items()
    ]
    with engine.writing():
        rubrics.ensure(engine, by, NOW)
        raters.ensure(engine, Rater(JUDGE, RaterKind.MODEL), NOW)
        labels.add(engine, JUDGE, said)


def decide(engine: Engine, by: Rubric, given: dict[str, str]) -> None:
    decisions = [NewDecision("s", one, "verdict", by.hash, value, "said so", NOW) for one, value in given.items()]
    with engine.writing():
        adjudications.add(engine, "lead", decisions)


def found(engine: Engine) -> ProbabilityCheck | None:
    evidence = read_evidence(engine, loaded(engine), [JUDGE])
    return check_probabilities(engine, evidence, evidence.rubric.question("verdict"), JUDGE)


def test_where_no_probability_was_given_there_is_nothing(engine: Engine, stored: list[str]) -> None:
    make_study(engine, TWO, design())
    judge(engine, TWO, dict.fromkeys(stored, ("yes", None)))
    decide(engine, TWO, dict.fromkeys(stored, "yes"))
    assert found(engine) is None


def test_both_events_of_two_values(engine: Engine, stored: list[str]) -> None:
    make_study(engine, TWO, design())
    judge(engine, TWO, {one: ("no" if place % 2 else "yes", 0.8) for place, one in enumerate(stored)})
    decide(engine, TWO, dict.fromkeys(stored, "no"))
    check = found(engine)
    assert check is not None
    [right] = check.right.all.curve
    assert (right.stated, right.share.value, right.units) == pytest.approx((0.8, 0.5, 40))
    assert check.value == "no"
    assert check.second is not None
    assert [one.stated for one in check.second.all.curve] == pytest.approx([0.2, 0.8])
    assert [one.share.value for one in check.second.all.curve] == [1.0, 1.0]
    # The score is the same, whichever of two events it is of.
    assert check.second.all.brier.value == pytest.approx(check.right.all.brier.value)
    by_model = {name: own.brier.value for name, own in check.right.by_model.items()}
    assert by_model == {"m0": pytest.approx(0.64), "m1": pytest.approx(0.04)}


def test_units_are_those_with_gold_a_value_and_a_probability(engine: Engine, stored: list[str]) -> None:
    make_study(engine, MORE, design())
    given: dict[str, tuple[str | None, float | None]] = dict.fromkeys(stored[:30], ("yes", 0.9))
    judge(engine, MORE, given | {stored[0]: ("yes", None), stored[1]: (None, None)})
    decide(engine, MORE, dict.fromkeys(stored[:25], "yes"))
    check = found(engine)
    assert check is not None
    assert (check.right.all.units, check.lacking) == (23, 1)
    assert (check.value, check.second) == (None, None)


def test_without_gold_the_reason_is_said(engine: Engine, stored: list[str]) -> None:
    make_study(engine, TWO, design())
    judge(engine, TWO, dict.fromkeys(stored, ("yes", 0.9)))
    check = found(engine)
    assert check is not None
    assert check.right.by_model == {}
    assert check.right.all.brier.undefined == "0 units with gold and a probability; calibration needs at least 10"
