"""From a study's labels to what a grader is checked on: gold and verdicts unit by unit, and what may be corrected."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from reviewer.errors import NotFound, Refused
from reviewer.model import LabelState, Origin, Rater, RaterKind
from reviewer.statistics.grader_error import ClaimKind
from reviewer.store import adjudications, labels, raters, rubrics
from reviewer.store.adjudications import NewDecision
from reviewer.store.engine import Engine
from reviewer.store.labels import NewLabel
from reviewer.studies.create import StudyPlan, create_study
from reviewer.validation.check import CheckedRate, QuestionCheck, check_question, lab_of, questions
from reviewer.validation.evidence import AnswerState, rate_contribution, read_evidence, with_less_gold
from tests.support.stories import COMPARING, DEGREE, LEAD, NOW, VERDICT, design, fill, loaded, rubric

YES = {"id": "yes", "question": "verdict", "of": ["yes"], "worse": "high"}
STRONG = {"id": "strong", "question": "degree", "of": ["strong"], "worse": "high"}
SCORE = {"id": "score", "mean": ["degree"], "zero": {"question": "verdict", "is": ["no"]}, "worse": "high"}
RUBRIC = rubric("graded", VERDICT, DEGREE, rates=[YES, STRONG, SCORE])
JUDGE = "judge"
ASKED = [RUBRIC.question("verdict")]
Answers = Mapping[str, str | None]
PROMPTS = 60


def grade(engine: Engine, given: Mapping[str, Answers], grader: str = JUDGE) -> None:
    """Store verdicts by response; None is unparsed, the word refused a refusal."""
    said = [(one, *answer) for one, answers in given.items() for answer in answers.items()]
    with engine.writing():
        rubrics.ensure(engine, RUBRIC, NOW)
        raters.ensure(engine, Rater(grader, RaterKind.MODEL), NOW)
        labels.add(engine, grader, [_label(*one) for one in said])


def _label(response: str, question: str, value: str | None) -> NewLabel:
    no_label = {None: LabelState.UNPARSED, "refused": LabelState.REFUSED}.get(value)
    return NewLabel(
        study=None,
        response=response,
        other_response=None,
        item=None,
        question=question,
        rubric=RUBRIC.hash,
        state=no_label or LabelState.LABEL,
        value=None if no_label else value,
        origin=Origin.IMPORTED,
        saved_at=NOW,
    )


def decide(engine: Engine, given: Mapping[str, Answers], study: str = "s") -> None:
    """Store gold by response; None decides that there is no label."""
    decisions = [
        NewDecision(study, one, question, RUBRIC.hash, value, "said so", NOW)
        for one, said in given.items()
        for question, value in said.items()
    ]
    with engine.writing():
        adjudications.add(engine, "lead", decisions)


def truth(place: int) -> str:
    """Every third response of m0 is a yes, every second of m1."""
    return "yes" if place // 2 % (3 if place % 2 == 0 else 2) == 0 else "no"


@pytest.fixture
def stored(engine: Engine) -> list[str]:
    return fill(engine, prompts=range(PROMPTS), configurations=["m0", "m1"])


def study(engine: Engine, sample: str = "all", **more: object) -> list[str]:
    """Make the study `s` and return its responses."""
    create_study(engine, StudyPlan("s", design(sample=sample, seed=3), **more), RUBRIC, LEAD, NOW)  # type: ignore[arg-type]
    sql = "select response.id from study_response join response on response.number = study_response.response"
    return [name for (name,) in engine.rows(f"{sql} order by response.number")]


def check(engine: Engine, against: str | None = None) -> QuestionCheck:
    evidence = read_evidence(engine, loaded(engine), [JUDGE, *([against] if against else [])])
    return check_question(engine, evidence, RUBRIC.question("verdict"))


def rates(found: QuestionCheck, name: str = "yes") -> CheckedRate:
    [one] = [one for one in found.rates if one.rate.id == name]
    return one


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"verdict": "yes", "degree": "strong"}, (1.0, 1.0, 1.0)),
        ({"verdict": "yes", "degree": "mild"}, (1.0, 0.0, 0.0)),
        ({"verdict": "no"}, (0.0, math.nan, 0.0)),
        ({"verdict": "cannot_tell"}, (math.nan, math.nan, math.nan)),
        ({"verdict": "yes"}, (1.0, None, None)),
        ({"verdict": "yes", "degree": None}, (1.0, 0.0, 0.0)),
        ({"verdict": None}, (0.0, 0.0, 0.0)),
        ({"verdict": "refused"}, (0.0, 0.0, 0.0)),
        ({}, (None, None, None)),
    ],
    ids=str,
)
def test_what_a_verdict_adds_to_each_rate(
    engine: Engine, stored: list[str], said: Answers, expected: tuple[float | None, ...]
) -> None:
    study(engine)
    grade(engine, {stored[0]: said, stored[1]: {"verdict": "no"}})
    found = read_evidence(engine, loaded(engine), [JUDGE])
    added = tuple(rate_contribution(RUBRIC, rate, found.verdicts[JUDGE].get((stored[0], ""))) for rate in RUBRIC.rates)
    assert added == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ({"verdict": "yes", "degree": "mild"}, AnswerState.KNOWN),
        ({"verdict": "yes", "degree": None}, AnswerState.NOTHING),
        ({"verdict": "yes"}, AnswerState.OPEN),
        ({"verdict": "no"}, AnswerState.NOTHING),
        ({"verdict": None}, AnswerState.NOTHING),
        ({}, AnswerState.OPEN),
    ],
    ids=str,
)
def test_a_follow_up_is_settled_where_its_parent_settles_it(
    engine: Engine, stored: list[str], said: Answers, standing: AnswerState
) -> None:
    study(engine)
    grade(engine, {stored[0]: {"verdict": "no"}})
    decide(engine, {stored[0]: said})
    assert read_evidence(engine, loaded(engine), [JUDGE]).gold[stored[0], ""]["degree"].status is standing


def test_units_are_those_with_gold_and_verdict_and_the_rest_is_told(engine: Engine, stored: list[str]) -> None:
    study(engine)
    no: Answers = {"verdict": "no"}
    decide(engine, {**dict.fromkeys(stored[:50], no), stored[50]: {"verdict": None}})
    grade(engine, {**dict.fromkeys(stored[:47], no), stored[47]: {"verdict": None}, stored[48]: {"verdict": "refused"}})
    found = check(engine)
    assert (found.errors.units, found.errors.unparsed, found.errors.refused) == (49, 1, 1)
    assert (found.lacking, found.no_label, found.open) == (1, 1, 2 * PROMPTS - 51)
    assert found.errors.error.value == pytest.approx(2 / 49)
    assert [line.split(":")[0].split(" ")[0] for line in found.warnings] == ["Only", "69", "1", "1", "1"]


def test_a_whole_gold_needs_no_correction(engine: Engine, stored: list[str]) -> None:
    study(engine)
    decide(engine, {one: {"verdict": truth(place)} for place, one in enumerate(stored)})
    grade(engine, {one: {"verdict": "no"} for one in stored})
    found = rates(check(engine))
    assert (found.by_model["m0"].raw.value, found.by_model["m1"].raw.value) == (0.0, 0.0)
    assert found.by_model["m0"].corrected == found.by_model["m0"].gold
    assert found.by_model["m1"].corrected.value == 0.5
    assert found.ranking.gold == ("m1", "m0")


@pytest.mark.parametrize("sample", ["random:60", "stratified:30", "tail:30+20"])
def test_a_drawn_study_speaks_for_what_it_was_drawn_from(engine: Engine, stored: list[str], sample: str) -> None:
    grade(engine, {one: {"verdict": "yes" if place % 4 == 0 else truth(place)} for place, one in enumerate(stored)})
    drawn = study(engine, sample)
    decide(engine, {one: {"verdict": truth(stored.index(one))} for one in drawn})
    found = rates(check(engine))
    assert (found.all.units, found.all.gold_units) == (2 * PROMPTS, len(drawn))
    everywhere = sum(truth(place) == "yes" for place in range(2 * PROMPTS)) / (2 * PROMPTS)
    estimate = found.all.corrected
    assert estimate.low is not None
    assert estimate.high is not None
    assert estimate.low < everywhere < estimate.high
    # Gold of a tail is worse than the rest: without its weights it would be far off.
    assert found.all.gold.value == pytest.approx(everywhere, abs=0.12)


def refused(engine: Engine, stored: list[str], spoil: Callable[[list[str]], object]) -> str:
    """Return why a rate of a drawn study is not corrected."""
    drawn = study(engine, "random:60")
    decide(engine, {one: {"verdict": truth(stored.index(one))} for one in drawn[:-1]})
    grade(engine, {one: {"verdict": truth(place)} for place, one in enumerate(stored) if one != stored[7]})
    spoil(drawn)
    found = rates(check(engine)).all
    assert found.corrected.value is None
    assert found.ppi.undefined == found.plug_in.undefined == found.corrected.undefined
    assert found.raw.value is not None
    return found.corrected.undefined or ""


def test_gold_that_is_not_all_decided_does_not_correct(engine: Engine, stored: list[str]) -> None:
    assert "1 of 60 responses drawn for review have no gold yet" in refused(engine, stored, len)


def test_verdicts_that_are_lacking_do_not_get_corrected(engine: Engine, stored: list[str]) -> None:
    def whole(drawn: list[str]) -> None:
        decide(engine, {drawn[-1]: {"verdict": "no"}})

    assert "no verdict on 1 of 120 responses" in refused(engine, stored, whole)


def test_a_pool_that_is_lost_is_not_spoken_for(engine: Engine, stored: list[str]) -> None:
    def lose(drawn: list[str]) -> None:
        with engine.writing():
            engine.run("update study set drawn_from = null")

    assert "was not kept" in refused(engine, stored, lose)


def test_less_gold_is_a_sample_beside_the_truth(engine: Engine, stored: list[str]) -> None:
    study(engine)
    decide(engine, {one: {"verdict": truth(place)} for place, one in enumerate(stored) if truth(place) == "no"})
    decide(
        engine, {one: {"verdict": "yes", "degree": "mild"} for place, one in enumerate(stored) if truth(place) == "yes"}
    )
    grade(engine, {one: {"verdict": "no" if place % 5 == 0 else truth(place)} for place, one in enumerate(stored)})
    evidence = with_less_gold(read_evidence(engine, loaded(engine), [JUDGE]), ASKED, 50, 1)
    found = check_question(engine, evidence, RUBRIC.question("verdict"))
    assert found.errors.units == 50
    one = rates(found)
    assert (one.all.units, one.all.gold_units) == (2 * PROMPTS, 50)
    assert one.truth is not None
    assert one.truth.value == pytest.approx(50 / 120)
    assert one.truth_by_model["m1"].value == 0.5
    again, other = (with_less_gold(read_evidence(engine, loaded(engine), [JUDGE]), ASKED, 50, seed) for seed in (1, 2))
    assert (again.design.seen == evidence.design.seen).all()
    assert (other.design.seen != evidence.design.seen).any()
    with pytest.raises(Refused, match="--gold-sample 121: expected 1 to 120"):
        with_less_gold(read_evidence(engine, loaded(engine), [JUDGE]), ASKED, 121, 1)


def test_only_what_the_grader_answers_is_checked(engine: Engine, stored: list[str]) -> None:
    study(engine)
    grade(engine, {one: {"verdict": "yes"} for one in stored})
    evidence = read_evidence(engine, loaded(engine), [JUDGE])
    assert [one.id for one in questions(evidence, None)] == ["verdict"]
    assert [one.id for one in questions(evidence, "degree")] == ["degree"]


def test_a_grader_without_verdicts_is_not_found(engine: Engine, stored: list[str]) -> None:
    study(engine)
    grade(engine, {stored[0]: {"verdict": "yes"}})
    with pytest.raises(NotFound, match=r"no verdict of grader nobody .*there are: judge"):
        read_evidence(engine, loaded(engine), ["nobody"])


def test_two_graders_are_compared_on_what_both_judged(engine: Engine, stored: list[str]) -> None:
    study(engine)
    decide(engine, {one: {"verdict": "no"} for one in stored})
    grade(engine, {one: {"verdict": "no"} for one in stored[:80]})
    grade(engine, {one: {"verdict": "yes" if place < 60 else "no"} for place, one in enumerate(stored[40:])}, "other")
    found = check(engine, "other").against
    assert found is not None
    assert (found.units, found.first_only, found.second_only) == (40, 40, 0)
    # Two configurations answered each prompt, so that the exact test does not hold and the design decides.
    assert found.exact is None
    assert found.claims[0].kind is ClaimKind.DIFFERS


def test_preferences_are_checked_pair_by_pair(engine: Engine, stored: list[str]) -> None:
    create_study(engine, StudyPlan("s", design(panes=2)), COMPARING, LEAD, NOW)
    pairs = [(min(pair), max(pair)) for pair in zip(stored[0::2], stored[1::2], strict=True)][:40]
    preferred = ("first", "second", "tie", "first")
    with engine.writing():
        raters.ensure(engine, Rater(JUDGE, RaterKind.MODEL), NOW)
        labels.add(
            engine,
            JUDGE,
            [
                replace(_label(one, "preferred", preferred[place % 4]), other_response=other, rubric=COMPARING.hash)
                for place, (one, other) in enumerate(pairs)
            ],
        )
        adjudications.add(
            engine,
            "lead",
            [
                NewDecision("s", one, "preferred", COMPARING.hash, "first", "said so", NOW, other_response=other)
                for one, other in pairs
            ],
        )
    found = check_question(engine, read_evidence(engine, loaded(engine), [JUDGE]), COMPARING.question("preferred"))
    assert (found.errors.units, found.errors.error.value, found.by_model) == (40, 0.5, {})
    assert found.confusion.counts == {"first": {"first": 20, "second": 10, "tie": 10}}


@pytest.mark.parametrize(
    ("grader", "lab"), [("judge@m0", "A"), ("judge@x@m0", "A"), ("judge@other", None), ("m0", None), ("judge", None)]
)
def test_a_grader_is_of_the_lab_of_the_configuration_in_its_name(grader: str, lab: str | None) -> None:
    assert lab_of({"m0": "A", "m1": None}, grader) == lab
