"""What is asked of an item, and what a submit makes of the answers."""

from __future__ import annotations

import pytest

from reviewer.definitions.rubric import Rubric
from reviewer.errors import Refused
from reviewer.model import Draft, Subject, utc
from reviewer.store import labels
from reviewer.store.engine import Engine
from reviewer.studies.item_sheet import Item, questions, translated, with_answer, with_remark, without_answer
from tests.support.stories import (
    ANSWERS,
    COMMENT,
    COMPARING,
    FOLLOWED,
    FULL,
    NOW,
    PLAIN,
    Clock,
    begin,
    design,
    fill,
    filled,
    label_rows,
    make_study,
    rate,
    rate_all,
    rubric,
    shown,
    sit,
    take,
)

# Questions


def asked(by: Rubric, item: Item, draft: Draft) -> list[tuple[str, tuple[int, ...]]]:
    return [(ask.question.id, ask.panes) for ask in questions(by, item, draft)]


def test_questions_come_pane_by_pane_then_pair_by_pair_then_for_the_item(engine: Engine, clock: Clock) -> None:
    fill(engine, prompts=[1], configurations=["m1", "m2", "m3"])
    make_study(engine, FULL, design(panes=3))
    item = take(sit(engine, "r1", clock))
    panes: list[tuple[str, tuple[int, ...]]] = [
        (question, (pane,)) for pane in range(3) for question in ("verdict", "comment")
    ]
    pairs = [("preferred", pair) for pair in ((0, 1), (0, 2), (1, 2))]
    assert asked(FULL, item, Draft()) == [*panes, *pairs, ("difficult", ())]


def test_a_follow_up_is_asked_of_the_response_whose_answer_calls_for_it(engine: Engine, clock: Clock) -> None:
    item = take(begin(engine, clock, FOLLOWED))
    draft = with_answer(Draft(), questions(FOLLOWED, item, Draft())[1], "yes", NOW)
    assert asked(FOLLOWED, item, draft) == [("verdict", (0,)), ("verdict", (1,)), ("degree", (1,))]


def test_no_pair_is_compared_where_one_response_is_shown(engine: Engine, clock: Clock) -> None:
    item = take(begin(engine, clock, FULL, panes=1))
    assert asked(FULL, item, Draft()) == [("verdict", (0,)), ("comment", (0,)), ("difficult", ())]


# Submitting


def test_every_answer_becomes_a_label(engine: Engine, clock: Clock) -> None:
    item, saved = rate(begin(engine, clock), {**ANSWERS, "verdict": "yes"})
    one, other = sorted(shown([item]))
    stored = label_rows(engine, "coalesce(response, ''), coalesce(other_response, ''), question, value")
    assert sorted(stored) == sorted(
        [(response, "", question, ANSWERS[question]) for response in (one, other) for question in ("degree", "comment")]
        + [(response, "", "verdict", "yes") for response in (one, other)]
        + [(one, other, "preferred", "tie"), ("", "", "difficult", "no")]
    )
    assert (saved.labels, saved.surplus) == (8, False)


def test_a_missing_required_answer_is_refused_by_the_name_of_its_pane(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock)
    item = take(study)
    draft = filled(FULL, item)
    last = next(ask for ask in questions(FULL, item, draft) if ask.panes == (1,))
    with pytest.raises(Refused, match=r"not answered yet: B: Is it\?"):
        study.submit(item, without_answer(draft, last))


def test_an_item_that_was_refused_stores_nothing(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock)
    item = take(study)
    with pytest.raises(Refused):
        study.submit(item, Draft())
    assert label_rows(engine) == []


def test_an_answer_that_is_not_required_may_be_missing(engine: Engine, clock: Clock) -> None:
    answers = {question: value for question, value in ANSWERS.items() if question != "comment"}
    _, saved = rate(begin(engine, clock), answers)
    assert saved.labels == 4


def test_an_answer_to_a_follow_up_that_is_not_asked_any_more_is_not_stored(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock, FOLLOWED)
    item = take(study)
    draft = filled(FOLLOWED, item, {"verdict": "yes", "degree": "strong"})
    for ask in questions(FOLLOWED, item, draft):
        if ask.question.id == "verdict":
            draft = with_answer(draft, ask, "no", NOW)
    study.submit(item, draft)
    assert label_rows(engine, "question, value") == [("verdict", "no")] * 2


@pytest.mark.parametrize(("side", "other"), [("first", "second"), ("second", "first")])
def test_a_preference_is_stored_by_response_whatever_the_order_of_panes(
    engine: Engine, clock: Clock, side: str, other: str
) -> None:
    fill(engine, prompts=range(20), configurations=["m1", "m2"])
    make_study(engine, COMPARING, design(panes=2))
    study = sit(engine, "r1", clock)
    orders = set()
    for _ in range(20):
        item = take(study)
        [ask] = questions(COMPARING, item, Draft())
        study.submit(item, with_answer(Draft(), ask, translated(item, ask, side), NOW))
        left, right = shown([item])
        orders.add(left < right)
        [(value,)] = engine.rows("select value from label where item = :item", {"item": item.handed.id})
        assert value == (side if left < right else other)
    assert orders == {True, False}


def test_a_preference_names_its_responses_in_the_order_of_their_ids(engine: Engine, clock: Clock) -> None:
    rate_all(begin(engine, clock, COMPARING, prompts=10))
    rows = label_rows(engine, "response, other_response")
    assert all(str(one) < str(other) for one, other in rows)


@pytest.mark.parametrize("value", ["first", "second", "tie"])
def test_a_preference_translated_twice_is_what_it_was(engine: Engine, clock: Clock, value: str) -> None:
    item = take(begin(engine, clock, COMPARING))
    [ask] = questions(COMPARING, item, Draft())
    assert translated(item, ask, translated(item, ask, value)) == value


def test_labels_record_the_panes_as_they_were_shown(engine: Engine, clock: Clock) -> None:
    items = rate_all(begin(engine, clock))
    expected = {item.handed.id: tuple(shown([item])) for item in items}
    for label in labels.of_study(engine, "s"):
        assert label.panes == expected[str(label.item)]


def test_labels_record_when_they_were_shown_decided_and_saved(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock, PLAIN, panes=1)
    at_showing = utc(clock())
    item = take(study)
    clock.forward(2)
    at_deciding = utc(clock())
    draft = with_answer(Draft(), questions(PLAIN, item, Draft())[0], "yes", at_deciding)
    clock.forward(3)
    study.submit(item, draft)
    [label] = labels.of_study(engine, "s")
    assert (label.shown_at, label.decided_at, label.saved_at) == (at_showing, at_deciding, utc(clock()))


def test_labels_record_the_rubric_and_aids(engine: Engine, clock: Clock) -> None:
    rate(begin(engine, clock))
    assert {(label.rubric, label.aids) for label in labels.of_study(engine, "s")} == {(FULL.hash, "off")}


def test_a_note_and_a_confidence_are_stored_with_the_answers_to_their_subject(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock, PLAIN)
    item = take(study)
    left, right = shown([item])
    study.submit(item, with_remark(filled(PLAIN, item), Subject(left), note="odd", confidence=1))
    stored = {label.response: (label.note, label.confidence) for label in labels.of_study(engine, "s")}
    assert stored == {left: ("odd", 1), right: (None, None)}


def test_a_note_on_a_response_that_is_only_compared_is_not_lost(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock, COMPARING)
    item = take(study)
    study.submit(item, with_remark(filled(COMPARING, item), Subject(item.panes[0].response), note="odd"))
    assert "odd" in repr(list(labels.of_study(engine, "s")))


@pytest.mark.parametrize("character", ["\0", "\ud800"])
def test_a_note_that_cannot_be_stored_as_it_is_does_not_cost_the_labels(
    engine: Engine, clock: Clock, character: str
) -> None:
    study = begin(engine, clock, PLAIN, panes=1)
    item = take(study)
    study.submit(item, with_remark(filled(PLAIN, item), Subject(item.panes[0].response), note=f"a{character}b"))
    assert [label.note for label in labels.of_study(engine, "s")] == ["a\ufffdb"]


@pytest.mark.parametrize("character", ["\0", "\ud800"])
def test_an_answer_in_words_that_cannot_be_stored_as_it_is_is_stored_without(
    engine: Engine, clock: Clock, character: str
) -> None:
    study = begin(engine, clock, rubric("words", COMMENT), panes=1)
    rate(study, {"comment": f"a{character}b"})
    assert [label.value for label in labels.of_study(engine, "s")] == ["a\ufffdb"]


def test_a_second_submit_from_another_terminal_is_refused(engine: Engine, clock: Clock) -> None:
    one, other = begin(engine, clock), sit(engine, "r1", clock)
    item, same = take(one), take(other)
    one.submit(item, filled(FULL, item))
    with pytest.raises(Refused, match="another terminal"):
        other.submit(same, filled(FULL, same))


def test_a_second_submit_from_another_terminal_stores_nothing(engine: Engine, clock: Clock) -> None:
    one, other = begin(engine, clock), sit(engine, "r1", clock)
    item, same = take(one), take(other)
    one.submit(item, filled(FULL, item, {**ANSWERS, "verdict": "cannot_tell"}))
    before = label_rows(engine)
    with pytest.raises(Refused):
        other.submit(same, filled(FULL, same))
    assert label_rows(engine) == before


def test_an_item_skipped_in_another_terminal_cannot_be_submitted(engine: Engine, clock: Clock) -> None:
    one, other = begin(engine, clock), sit(engine, "r1", clock)
    item, same = take(one), take(other)
    one.skip(item)
    with pytest.raises(Refused, match="another terminal"):
        other.submit(same, filled(FULL, same))


def test_an_item_submitted_in_another_terminal_cannot_be_skipped(engine: Engine, clock: Clock) -> None:
    one, other = begin(engine, clock), sit(engine, "r1", clock)
    item, same = take(one), take(other)
    one.submit(item, filled(FULL, item))
    with pytest.raises(Refused, match="another terminal"):
        other.skip(same)


def test_an_item_undone_in_another_terminal_must_be_taken_again(engine: Engine, clock: Clock) -> None:
    one, other = begin(engine, clock), sit(engine, "r1", clock)
    item = take(one)
    one.submit(item, filled(FULL, item))
    again = other.undo()
    assert again is not None
    with pytest.raises(Refused):
        one.submit(item, filled(FULL, item))
    assert other.submit(again, filled(FULL, again)).labels == 6
