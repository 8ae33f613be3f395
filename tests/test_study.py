"""One rater at work: what is shown, what is stored, what can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from itertools import count

import pytest
from stories import (
    ANSWERS,
    COMMENT,
    COMPARING,
    DIFFICULT,
    FOLLOWED,
    FULL,
    NOW,
    PLAIN,
    VERDICT,
    Clock,
    Open,
    design,
    fill,
    filled,
    label_rows,
    make_study,
    prompt,
    rate,
    rate_all,
    results,
    rubric,
    shown,
    sit,
    take,
)

from reviewer.blinding import pane_order
from reviewer.errors import NotFound, Refused
from reviewer.model import Answer, Draft, LabelState, Rater, RaterKind, Subject, utc
from reviewer.rubric import Rubric
from reviewer.sheet import Item, questions, translated, with_answer, with_remark, without_answer
from reviewer.store import evidence, labels, raters
from reviewer.store.engine import Engine
from reviewer.store.handout import Nothing
from reviewer.study import Study


def begin(
    engine: Engine, clock: Clock, by: Rubric = FULL, *, panes: int = 2, prompts: int = 3, overlap: int = 2
) -> Study:
    """Make a study of two configurations and enter it."""
    fill(engine, prompts=range(prompts), configurations=["m1", "m2"])
    make_study(engine, by, design(panes=panes, overlap=overlap))
    return sit(engine, "r1", clock)


def values(draft: Draft) -> dict[tuple[Subject, str], str]:
    return {key: answer.value for key, answer in draft.answers.items()}


# What is shown


def test_a_prompt_is_shown_as_it_was_asked(engine: Engine, clock: Clock) -> None:
    assert take(begin(engine, clock, prompts=1)).messages == prompt(0).messages


def test_panes_are_in_the_order_of_this_rater_and_item(engine: Engine, clock: Clock) -> None:
    item = take(begin(engine, clock))
    assert tuple(shown([item])) == pane_order(7, "r1", item.handed.id, sorted(shown([item])))


def test_panes_are_named_from_left_to_right(engine: Engine, clock: Clock) -> None:
    assert [pane.alias for pane in take(begin(engine, clock)).panes] == ["A", "B"]


def test_an_item_names_no_configuration(engine: Engine, clock: Clock) -> None:
    names = ["configuration-north", "configuration-south"]
    fill(engine, prompts=range(5), configurations=names)
    make_study(engine, FULL, design(panes=2))
    seen = "".join(repr(item) for item in rate_all(sit(engine, "r1", clock)))
    assert "answer" in seen
    assert [word for word in (*names, "maker-of", "lab-x") if word in seen] == []


def test_an_item_of_a_grader_file_names_neither_source_nor_provider(engine: Engine, clock: Clock) -> None:
    begin(engine, clock)
    with engine.writing():
        engine.run(
            "update response set source = 'north.csv', source_id = 'north-1', raw = 'north', usage = 'north',"
            " reasoning = 'thought', stop_reason = 'length'"
        )
    item = take(sit(engine, "r2", clock))
    assert "north" not in repr(item)
    assert [(pane.reasoning, pane.cut_short) for pane in item.panes] == [("thought", True)] * 2


def test_a_refusal_is_shown_where_there_is_no_text(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock)
    with engine.writing():
        engine.run("update response set text = '', refusal = 'I will not'")
    assert {pane.text for pane in take(study).panes} == {"I will not"}


def test_the_severest_word_of_any_suite_is_shown(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock, prompts=1)
    with engine.writing():
        for number, severity in ((1, 1), (2, 3)):
            engine.run(
                "insert into suite (number, id, version, hash, title, evaluation, rubric, source, stored_at)"
                " values (:number, :id, 1, '', '', '', '', '', '')",
                {"number": number, "id": f"suite {number}"},
            )
            engine.run(
                "insert into suite_prompt (suite, prompt, severity, tags) values (:suite, 1, :severity, '[]')",
                {"suite": number, "severity": severity},
            )
    assert take(study).severity == 3


def test_items_are_counted_from_one_to_all(engine: Engine, clock: Clock) -> None:
    items = rate_all(begin(engine, clock))
    assert [(item.number, item.total) for item in items] == [(1, 3), (2, 3), (3, 3)]


def test_a_rater_who_was_never_handed_an_item_has_not_begun(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock)
    before = study.has_begun()
    take(study)
    assert (before, study.has_begun()) == (False, True)


def test_a_grader_cannot_enter(engine: Engine, clock: Clock) -> None:
    begin(engine, clock)
    with engine.writing():
        raters.ensure(engine, Rater("g@m", RaterKind.MODEL), NOW)
    with pytest.raises(Refused, match="g@m is of kind model"):
        sit(engine, "g@m", clock)


def test_a_study_that_is_not_there_is_not_found(engine: Engine, clock: Clock) -> None:
    with pytest.raises(NotFound):
        sit(engine, "r1", clock)


def test_a_rater_at_work_twice_is_told_of_the_other_terminal(engine: Engine, clock: Clock) -> None:
    begin(engine, clock)
    study = Study(engine, "s", "r1", clock)
    assert [other.host for other in study.enter("here", "h", 2)] == ["host"]


def test_a_terminal_that_was_left_is_not_told_of(engine: Engine, clock: Clock) -> None:
    fill(engine, prompts=[1], configurations=["m"])
    make_study(engine, PLAIN, design())
    study = sit(engine, "r1", clock, session="there")
    study.leave("there")
    assert study.enter("here", "h", 2) == []


# Drafts


def test_a_draft_is_kept_when_the_file_is_opened_again(open_engine: Open, clock: Clock) -> None:
    with closing(open_engine()) as engine:
        study = begin(engine, clock)
        item = take(study)
        draft = with_remark(filled(FULL, item, {"verdict": "yes"}), Subject(), note="n\ud800\0é", confidence=2)
        study.save_draft(item, draft)
    with closing(open_engine()) as engine:
        again = sit(engine, "r1", clock)
        assert again.draft(take(again)) == draft


def test_the_last_draft_counts(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock)
    item = take(study)
    study.save_draft(item, filled(FULL, item))
    study.save_draft(item, Draft())
    assert study.draft(item) == Draft()


def test_a_draft_is_no_label(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock)
    item = take(study)
    study.save_draft(item, filled(FULL, item))
    assert label_rows(engine) == []


def test_drafts_of_two_raters_are_apart(engine: Engine, clock: Clock) -> None:
    left, right = begin(engine, clock), sit(engine, "r2", clock)
    item, other = take(left), take(right)
    left.save_draft(item, filled(FULL, item))
    assert other.handed.number == item.handed.number
    assert right.draft(other) == Draft()


def test_a_skipped_item_keeps_its_draft(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock, prompts=1)
    item = take(study)
    study.save_draft(item, filled(FULL, item))
    study.skip(item)
    assert study.draft(take(study)) == filled(FULL, item)


def test_a_submitted_item_has_no_draft(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock)
    item = take(study)
    study.save_draft(item, filled(FULL, item))
    study.submit(item, filled(FULL, item))
    assert study.draft(item) == Draft()


def test_a_remark_can_be_changed_in_part(engine: Engine, clock: Clock) -> None:
    draft = with_remark(with_remark(Draft(), Subject("x"), note="n"), Subject("x"), confidence=3)
    assert (draft.remarks[Subject("x")].note, draft.remarks[Subject("x")].confidence) == ("n", 3)


def test_an_answer_can_be_cleared(engine: Engine, clock: Clock) -> None:
    item = take(begin(engine, clock))
    ask = questions(FULL, item, Draft())[0]
    assert without_answer(with_answer(Draft(), ask, "yes", NOW), ask) == Draft()


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


# Undo


def test_undo_takes_the_labels_back(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock)
    rate(study)
    study.undo()
    assert results(engine) == {}


def test_undo_deletes_nothing(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock, PLAIN, panes=1)
    rate(study)
    study.undo()
    assert label_rows(engine, "state, supersedes") == [("label", None), ("retracted", "r1#1")]


def test_undo_gives_the_item_back_with_its_answers(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock)
    item = take(study)
    draft = filled(FULL, item, {**ANSWERS, "verdict": "yes", "preferred": "first"})
    study.submit(item, draft)
    again = study.undo()
    assert again is not None
    assert shown([again]) == shown([item])
    assert study.draft(again).answers == draft.answers


def test_undo_gives_notes_and_confidence_back(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock)
    item = take(study)
    left, right = shown([item])
    draft = with_remark(filled(FULL, item), Subject(left), note="odd", confidence=1)
    draft = with_remark(draft, Subject(*sorted((left, right))), confidence=3)
    study.submit(item, with_remark(draft, Subject(), note="all in all"))
    again = study.undo()
    assert again is not None
    assert study.draft(again).remarks == with_remark(draft, Subject(), note="all in all").remarks


def test_undo_gives_a_note_back_that_no_answer_goes_with(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock, PLAIN)
    item = take(study)
    study.submit(item, with_remark(filled(PLAIN, item), Subject(), note="all in all"))
    again = study.undo()
    assert again is not None
    assert [remark.note for remark in study.draft(again).remarks.values()] == ["all in all"]


def test_undo_gives_such_a_note_back_beside_those_on_answers(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock, FOLLOWED)
    item = take(study)
    draft = with_remark(filled(FOLLOWED, item, {"verdict": "yes", "degree": "mild"}), Subject(), note="all in all")
    for pane in item.panes:
        draft = with_remark(draft, Subject(pane.response), note=f"on {pane.alias}")
    study.submit(item, draft)
    again = study.undo()
    assert again is not None
    notes = "\n".join(remark.note for remark in study.draft(again).remarks.values())
    assert sorted(notes.splitlines()) == ["all in all", "on A", "on B"]


def test_undo_goes_back_item_by_item(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock)
    items = rate_all(study)
    undone = [study.undo() for _ in items]
    assert [item.handed.id for item in undone if item] == [item.handed.id for item in reversed(items)]


def test_undo_ends_where_nothing_is_left(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock)
    rate(study)
    study.undo()
    assert study.undo() is None


def test_undo_works_in_a_later_session(open_engine: Open, clock: Clock) -> None:
    with closing(open_engine()) as engine:
        item, _ = rate(begin(engine, clock))
    clock.forward(60 * 24)
    with closing(open_engine()) as engine:
        again = sit(engine, "r1", clock).undo()
        assert again is not None
        assert again.handed.id == item.handed.id


def test_undo_leaves_what_others_submitted(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock, PLAIN, panes=1)
    rate(study)
    rate(sit(engine, "r2", clock))
    study.undo()
    assert [unit.rater for unit in labels.standing_in_study(engine, "s")] == ["r2"]


def test_undo_keeps_the_item_in_hand(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock)
    rate(study)
    second = take(study)
    again = study.undo()
    assert again is not None
    study.submit(again, filled(FULL, again))
    assert take(study).handed.id == second.handed.id


def test_an_answer_after_undo_supersedes_the_retraction(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock, PLAIN, panes=1)
    rate(study, {"verdict": "yes"})
    again = study.undo()
    assert again is not None
    study.submit(again, filled(PLAIN, again, {"verdict": "no"}))
    assert label_rows(engine, "id, value, supersedes") == [
        ("r1#1", "yes", None),
        ("r1#2", None, "r1#1"),
        ("r1#3", "no", "r1#2"),
    ]


def test_a_follow_up_not_asked_after_undo_stays_retracted(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock, FOLLOWED, panes=1)
    rate(study, {"verdict": "yes", "degree": "strong"})
    again = study.undo()
    assert again is not None
    study.submit(again, filled(FOLLOWED, again, {"verdict": "no"}))
    assert [unit.question for unit in labels.standing_in_study(engine, "s")] == ["verdict"]


def test_undo_keeps_the_place(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock, PLAIN, prompts=1, overlap=1)
    rate(study)
    study.undo()
    assert sit(engine, "r2", clock).next_item() is Nothing.WAITING


# Flags


def flags(engine: Engine) -> Sequence[object]:
    return engine.rows("select item, response, rater, reason from flag")


def test_a_flag_on_an_item_is_stored_with_its_reason(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock)
    item = take(study)
    study.flag(item, None, " garbled ")
    assert flags(engine) == [(item.handed.id, None, "r1", "garbled")]


def test_a_flag_on_an_item_holds_for_all_that_it_shows(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock)
    item = take(study)
    study.flag(item, None, "garbled")
    assert labels.flagged(engine, "s") == {item.handed.id, *shown([item])}


def test_a_flag_on_one_response_holds_for_it_alone(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock)
    item = take(study)
    study.flag(item, item.panes[0].response, "garbled")
    assert labels.flagged(engine, "s") == {item.panes[0].response}


def test_a_flag_without_a_reason_is_refused(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock)
    with pytest.raises(Refused, match="reason"):
        study.flag(take(study), None, "  ")


@pytest.mark.parametrize("character", ["\0", "\ud800"])
def test_a_reason_that_cannot_be_stored_as_it_is_is_stored_without(
    engine: Engine, clock: Clock, character: str
) -> None:
    study = begin(engine, clock)
    study.flag(take(study), None, f"a{character}b")
    assert engine.rows("select reason from flag") == [("a\ufffdb",)]


def test_a_flagged_item_stays_in_hand(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock)
    item = take(study)
    study.flag(item, None, "garbled")
    assert take(study).handed == item.handed


# All together


def test_a_rater_who_does_everything_leaves_whole_chains_and_true_counts(engine: Engine, clock: Clock) -> None:
    """Draw a long sitting of two raters from a fixed sequence and check what must hold at its end."""
    from reviewer.store import chain

    fill(engine, prompts=range(12), configurations=["m1", "m2"])
    make_study(engine, PLAIN, design(panes=1, overlap=1))
    sittings = [sit(engine, "r1", clock), sit(engine, "r2", clock)]
    for step in count():
        study = sittings[step % 2]
        clock.forward(step % 23)
        if step % 7 == 3:
            try:
                study.undo()
            except Refused:
                assert study.next_item()
        item = study.next_item()
        if step > 150 or isinstance(item, Nothing):
            break
        match step % 5:
            case 0:
                study.skip(item)
            case 1:
                study.flag(item, None, "odd")
            case _:
                study.submit(item, filled(PLAIN, item))
    assert [report.broken for report in chain.verify(engine)] == [None, None]
    assert list(evidence.mismatches(engine)) == []
    taken = engine.rows(
        "select taken = (select count(*) from place where item = item.number and state in ('leased', 'done')),"
        " taken <= places from item"
    )
    assert set(taken) == {(1, 1)}
    done = engine.rows("select count(*) from place where state = 'done'")
    assert done == [(len(list(labels.standing_in_study(engine, "s"))),)]


def test_a_label_of_a_state_that_is_no_answer_is_not_offered_as_one(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock, rubric("two", VERDICT, DIFFICULT), panes=1)
    rate(study, {"verdict": "no", "difficult": "yes"})
    study.undo()
    again = study.undo()
    assert again is None
    assert {label.state for label in labels.standing_on_item(engine, take(study).handed.id, "r1")} == {
        LabelState.RETRACTED
    }


def test_answers_keep_the_time_at_which_they_were_decided(engine: Engine, clock: Clock) -> None:
    study = begin(engine, clock, PLAIN, panes=1)
    item = take(study)
    ask = questions(PLAIN, item, Draft())[0]
    study.submit(item, with_answer(Draft(), ask, "yes", "2026-01-01T00:00:00.000000+00:00"))
    again = study.undo()
    assert again is not None
    assert study.draft(again).answers[ask.subject, "verdict"] == Answer("yes", "2026-01-01T00:00:00.000000+00:00")
