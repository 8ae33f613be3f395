"""What the labels of a study come to: policies, follow-ups, flags, decisions, graders; and how far the study is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from reviewer.adjudication.outcomes import Overview, QuestionCount, overview
from reviewer.definitions.rubric import Rubric
from reviewer.model import LabelState, Origin, Rater, RaterKind
from reviewer.store import adjudications, labels, raters, studies
from reviewer.store.adjudications import NewDecision
from reviewer.store.engine import Engine
from reviewer.store.labels import NewLabel
from reviewer.study_design.decision_policy import DecisionMethod, DisputeReason, Outcome
from tests.support.stories import (
    COMPARING,
    DEGREE,
    DIFFICULT,
    FOLLOWED,
    FULL,
    NOW,
    PLAIN,
    PREFERRED,
    VERDICT,
    Clock,
    design,
    fill,
    filled,
    loaded,
    make_study,
    option,
    rate,
    rate_all,
    results,
    rubric,
    shown,
    sit,
    take,
)

Given = Mapping[str, str]


def judged(engine: Engine, by: Rubric, *given: Given, policy: str = "majority:1", overlap: int = 2) -> str:
    """Let raters `r0`, `r1` … each answer the one response of a study; return its id."""
    [response] = fill(engine, prompts=[1], configurations=["m"])
    make_study(engine, by, design(policy=policy, overlap=overlap))
    for number, answers in enumerate(given):
        rate(sit(engine, f"r{number}", Clock()), answers)
    return response


def outcome(engine: Engine, question: str = "verdict", name: str = "s") -> Outcome:
    [found] = [unit.outcome for (_, asked), unit in results(engine, name).items() if asked == question]
    return found


def verdicts(*values: str) -> list[Given]:
    return [{"verdict": value} for value in values]


def decide(engine: Engine, response: str, question: str, value: str | None, by: Rubric) -> None:
    with engine.writing():
        decision = NewDecision("s", response, question, by.hash, value, "because", NOW)
        adjudications.add(engine, "lead", [decision])


def grade(
    engine: Engine,
    response: str,
    value: str,
    by: Rubric = PLAIN,
    *,
    question: str = "verdict",
    rater: str = "g@m",
    kind: RaterKind = RaterKind.MODEL,
    study: str | None = None,
    origin: Origin = Origin.GRADED,
) -> None:
    with engine.writing():
        raters.ensure(engine, Rater(rater, kind), NOW)
        label = NewLabel(
            study, response, None, None, question, by.hash, LabelState.LABEL, value, origin=origin, saved_at=NOW
        )
        labels.add(engine, rater, [label])


@pytest.mark.parametrize(
    ("policy", "values", "value", "how", "reason"),
    [
        ("majority:1", ["yes", "yes"], "yes", DecisionMethod.UNANIMOUS, None),
        ("majority:1", ["yes", "no"], None, DecisionMethod.UNDECIDED, DisputeReason.DISAGREE),
        ("majority:1", ["yes", "no", "yes"], "yes", DecisionMethod.MAJORITY, None),
        ("majority:2", ["yes", "no", "yes"], None, DecisionMethod.UNDECIDED, DisputeReason.DISAGREE),
        ("unanimous", ["yes", "no", "yes"], None, DecisionMethod.UNDECIDED, DisputeReason.DISAGREE),
        ("majority:1", ["yes", "cannot_tell"], None, DecisionMethod.UNDECIDED, DisputeReason.CANNOT_TELL),
        ("majority:1", ["cannot_tell", "cannot_tell"], None, DecisionMethod.UNDECIDED, DisputeReason.CANNOT_TELL),
    ],
)
def test_a_study_decides_by_its_policy(
    engine: Engine, policy: str, values: list[str], value: str | None, how: DecisionMethod, reason: DisputeReason | None
) -> None:
    judged(engine, PLAIN, *verdicts(*values), policy=policy, overlap=len(values))
    found = outcome(engine)
    assert (found.value, found.how, found.reason) == (value, how, reason)


def test_a_unit_short_of_its_overlap_has_too_few(engine: Engine) -> None:
    judged(engine, PLAIN, *verdicts("yes"))
    assert outcome(engine).reason is DisputeReason.TOO_FEW


def test_a_unit_that_nobody_labelled_is_not_listed(engine: Engine) -> None:
    judged(engine, PLAIN)
    assert results(engine) == {}


TAGS = {
    "id": "tags",
    "text": "What is in it?",
    "per": "response",
    "scale": "multi",
    "option": [option("a", "1"), option("b", "2"), option("cannot_tell", "0", abstain=True)],
}
TAGGED = rubric("tagged", TAGS)


def test_cannot_tell_among_several_choices_never_wins(engine: Engine) -> None:
    judged(engine, TAGGED, {"tags": '["cannot_tell"]'}, {"tags": '["cannot_tell"]'})
    assert outcome(engine, "tags").reason is DisputeReason.CANNOT_TELL


def test_several_choices_agree_where_all_are_the_same(engine: Engine) -> None:
    judged(engine, TAGGED, {"tags": "b|a"}, {"tags": '["a","b"]'})
    assert (outcome(engine, "tags").value, outcome(engine, "tags").how) == ('["a","b"]', DecisionMethod.UNANIMOUS)


def test_words_are_never_decided_by_counting(engine: Engine) -> None:
    words = rubric("words", {"id": "words", "text": "Say.", "per": "response", "scale": "text"})
    judged(engine, words, {"words": "same"}, {"words": "same"})
    assert (outcome(engine, "words").how, outcome(engine, "words").reason) == (DecisionMethod.UNDECIDED, None)


YES_MILD = {"verdict": "yes", "degree": "mild"}
YES_STRONG = {"verdict": "yes", "degree": "strong"}
NO = {"verdict": "no"}


def test_a_follow_up_is_decided_where_its_parent_meets_the_condition(engine: Engine) -> None:
    judged(engine, FOLLOWED, YES_MILD, YES_MILD)
    assert outcome(engine, "degree").value == "mild"


@pytest.mark.parametrize("given", [[YES_MILD, NO], [NO, NO], [YES_MILD]])
def test_a_follow_up_is_not_decided_where_its_parent_does_not(engine: Engine, given: list[Given]) -> None:
    judged(engine, FOLLOWED, *given)
    assert [question for _, question in results(engine)] == ["verdict"]


def test_a_follow_up_is_decided_among_those_who_were_asked_it(engine: Engine) -> None:
    judged(engine, FOLLOWED, YES_MILD, YES_MILD, NO, overlap=3)
    found = outcome(engine, "degree")
    assert (found.value, found.how, found.distribution) == ("mild", DecisionMethod.UNANIMOUS, {"mild": 2})


def test_a_follow_up_opened_by_a_decision_waits_for_nobody_who_was_not_asked(engine: Engine) -> None:
    response = judged(engine, FOLLOWED, YES_STRONG, NO)
    decide(engine, response, "verdict", "yes", FOLLOWED)
    assert outcome(engine, "degree").value == "strong"


def test_a_follow_up_closed_by_a_decision_is_not_decided(engine: Engine) -> None:
    response = judged(engine, FOLLOWED, YES_MILD, YES_MILD)
    decide(engine, response, "verdict", "no", FOLLOWED)
    assert [question for _, question in results(engine)] == ["verdict"]


TOP = rubric("deep", VERDICT, DEGREE, {**DEGREE, "id": "deeper", "when": {"question": "degree", "is": ["mild"]}})


def test_a_follow_up_of_a_follow_up_falls_with_it(engine: Engine) -> None:
    response = judged(engine, TOP, {**YES_MILD, "deeper": "mild"}, {**YES_MILD, "deeper": "mild"})
    decide(engine, response, "verdict", None, TOP)
    assert [question for _, question in results(engine)] == ["verdict"]


def test_a_decision_stands_above_all_labels(engine: Engine) -> None:
    response = judged(engine, PLAIN, *verdicts("yes", "yes"))
    decide(engine, response, "verdict", "cannot_tell", PLAIN)
    found = outcome(engine)
    assert (found.value, found.how, found.distribution) == ("cannot_tell", DecisionMethod.ADJUDICATED, {"yes": 2})


def test_a_decision_on_what_nobody_labelled_is_listed(engine: Engine) -> None:
    response = judged(engine, PLAIN)
    decide(engine, response, "verdict", "no", PLAIN)
    assert outcome(engine).how is DecisionMethod.ADJUDICATED


def test_the_latest_decision_counts(engine: Engine) -> None:
    response = judged(engine, PLAIN)
    decide(engine, response, "verdict", "no", PLAIN)
    decide(engine, response, "verdict", "yes", PLAIN)
    assert outcome(engine).value == "yes"


def test_a_flagged_response_is_undecided_though_all_agree(engine: Engine) -> None:
    judged(engine, PLAIN, *verdicts("yes"))
    study = sit(engine, "r1", Clock())
    item = take(study)
    study.flag(item, item.panes[0].response, "garbled")
    study.submit(item, filled(PLAIN, item, {"verdict": "yes"}))
    assert outcome(engine).reason is DisputeReason.FLAGGED


def test_a_decision_settles_a_flagged_response(engine: Engine) -> None:
    response = judged(engine, PLAIN, *verdicts("yes"))
    study = sit(engine, "r1", Clock())
    study.flag(take(study), response, "garbled")
    decide(engine, response, "verdict", "yes", PLAIN)
    assert outcome(engine).how is DecisionMethod.ADJUDICATED


def test_a_flag_on_one_of_two_responses_leaves_their_pair_undecided(engine: Engine) -> None:
    fill(engine, prompts=[1], configurations=["m1", "m2"])
    make_study(engine, rubric("pairs", VERDICT, PREFERRED), design(panes=2, overlap=1))
    study = sit(engine, "r1", Clock())
    item = take(study)
    study.flag(item, item.panes[0].response, "garbled")
    study.submit(item, filled(study.rubric, item))
    found = results(engine)
    reasons = {subject: unit.outcome.reason for (subject, _), unit in found.items()}
    one, other = shown([item])
    assert reasons == {one: DisputeReason.FLAGGED, other: None, " ".join(sorted((one, other))): DisputeReason.FLAGGED}


def test_a_grader_is_never_counted_as_a_person(engine: Engine) -> None:
    response = judged(engine, PLAIN, *verdicts("yes"))
    grade(engine, response, "yes")
    found = outcome(engine)
    assert (found.reason, found.distribution) == (DisputeReason.TOO_FEW, {"yes": 1})


@pytest.mark.parametrize("kind", [RaterKind.MODEL, RaterKind.RULE])
def test_graders_alone_decide_nothing(engine: Engine, kind: RaterKind) -> None:
    response = judged(engine, PLAIN, overlap=1)
    grade(engine, response, "yes", kind=kind)
    assert outcome(engine).reason is DisputeReason.TOO_FEW


def test_a_grader_counts_in_every_study_of_the_same_rubric(engine: Engine) -> None:
    response = judged(engine, PLAIN)
    make_study(engine, PLAIN, design(), name="t")
    grade(engine, response, "yes", study="s")
    assert [view.labels for view in (overview(engine, loaded(engine)), overview(engine, loaded(engine, "t")))] == [1, 1]


def test_a_grader_does_not_count_in_a_study_of_another_rubric(engine: Engine) -> None:
    response = judged(engine, PLAIN)
    make_study(engine, FOLLOWED, design(), name="t")
    grade(engine, response, "yes", study="s")
    assert results(engine, "t") == {}


def test_a_grader_does_not_count_in_a_study_without_the_response(engine: Engine) -> None:
    judged(engine, PLAIN)
    [later] = fill(engine, prompts=[2], configurations=["m"])
    make_study(engine, PLAIN, design(), name="t")
    grade(engine, later, "yes", study="t")
    assert results(engine, "s") == {}


def test_people_count_in_their_study_alone(engine: Engine) -> None:
    judged(engine, PLAIN, *verdicts("yes", "yes"))
    make_study(engine, PLAIN, design(), name="t")
    assert results(engine, "t") == {}


def test_a_rater_whose_label_was_imported_and_who_rates_as_well_counts_once(engine: Engine) -> None:
    response = judged(engine, PLAIN, *verdicts("yes"))
    grade(engine, response, "yes", rater="r0", kind=RaterKind.HUMAN, study="s", origin=Origin.IMPORTED)
    assert outcome(engine).reason is DisputeReason.TOO_FEW


def test_pairs_and_items_are_units_of_their_own(engine: Engine) -> None:
    fill(engine, prompts=[1], configurations=["m1", "m2"])
    make_study(engine, FULL, design(panes=2, overlap=1))
    item, _ = rate(sit(engine, "r1", Clock()))
    one, other = sorted(shown([item]))
    assert {(subject, question) for subject, question in results(engine) if question in ("preferred", "difficult")} == {
        (f"{one} {other}", "preferred"),
        (item.handed.id, "difficult"),
    }


def test_a_preference_is_decided_by_response_though_panes_differ(engine: Engine) -> None:
    fill(engine, prompts=range(8), configurations=["m1", "m2"])
    make_study(engine, COMPARING, design(panes=2))
    for rater in ("r1", "r2"):
        rate_all(sit(engine, rater, Clock()), {"preferred": "second"})
    assert {unit.outcome.value for unit in results(engine).values()} == {"second"}


# How far a study is


def count(view: Overview, question: str) -> QuestionCount:
    [found] = [one for one in view.questions if one.question == question]
    return found


def test_units_are_responses_pairs_and_items(engine: Engine) -> None:
    fill(engine, prompts=range(2), configurations=["m1", "m2", "m3"])
    make_study(engine, rubric("three", VERDICT, PREFERRED, DIFFICULT), design(panes=3))
    assert overview(engine, loaded(engine)).units == 2 * 3 + 2 * 3 + 2


def test_what_waits_for_raters_is_no_dispute(engine: Engine) -> None:
    judged(engine, PLAIN, *verdicts("yes"))
    assert count(overview(engine, loaded(engine)), "verdict") == QuestionCount("verdict", labels=1, disputes=0, gold=0)


def test_what_waits_in_a_closed_study_is_a_dispute(engine: Engine) -> None:
    judged(engine, PLAIN, *verdicts("yes"))
    with engine.writing():
        studies.close(engine, 1, NOW)
    assert count(overview(engine, loaded(engine)), "verdict").disputes == 1


def test_what_raters_dispute_is_counted(engine: Engine) -> None:
    judged(engine, PLAIN, *verdicts("yes", "no"))
    assert count(overview(engine, loaded(engine)), "verdict") == QuestionCount("verdict", labels=2, disputes=1, gold=0)


def test_what_is_decided_is_gold(engine: Engine) -> None:
    judged(engine, PLAIN, *verdicts("yes", "yes"))
    assert count(overview(engine, loaded(engine)), "verdict") == QuestionCount("verdict", labels=2, disputes=0, gold=1)


def test_what_is_decided_to_have_no_label_is_neither_gold_nor_dispute(engine: Engine) -> None:
    response = judged(engine, PLAIN, *verdicts("yes", "no"))
    decide(engine, response, "verdict", None, PLAIN)
    assert count(overview(engine, loaded(engine)), "verdict") == QuestionCount("verdict", labels=2, disputes=0, gold=0)


def test_labels_on_a_follow_up_are_counted_though_its_parent_is_undecided(engine: Engine) -> None:
    judged(engine, FOLLOWED, YES_MILD, NO)
    assert count(overview(engine, loaded(engine)), "degree").labels == 1


def test_progress_counts_items_and_labels_of_each_rater(engine: Engine) -> None:
    fill(engine, prompts=range(3), configurations=["m1", "m2"])
    make_study(engine, PLAIN, design(panes=2))
    study = sit(engine, "r1", Clock())
    rate(study)
    rate(study)
    sit(engine, "r2", Clock())
    progress = [(one.rater, one.kind, one.items, one.labels) for one in overview(engine, loaded(engine)).progress]
    assert progress == [("r1", RaterKind.HUMAN, 2, 4), ("r2", RaterKind.HUMAN, 0, 0)]


def test_what_was_taken_back_is_no_progress(engine: Engine) -> None:
    judged(engine, PLAIN, *verdicts("yes"))
    sit(engine, "r0", Clock()).undo()
    assert overview(engine, loaded(engine)).labels == 0


def test_a_question_without_labels_is_listed(engine: Engine) -> None:
    judged(engine, FOLLOWED)
    assert [one.question for one in overview(engine, loaded(engine)).questions] == ["verdict", "degree"]


def test_multi_answers_are_stored_in_the_order_of_the_options(engine: Engine) -> None:
    judged(engine, TAGGED, {"tags": "b|a"})
    assert engine.rows("select value from label") == [('["a","b"]',)]
