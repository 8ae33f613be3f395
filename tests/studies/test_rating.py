"""One rater at work: what is shown, what is stored, what can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from itertools import count

import pytest

from reviewer.errors import NotFound, Refused
from reviewer.model import Answer, Draft, LabelState, Nothing, Rater, RaterKind, Subject
from reviewer.store import items, labels, raters, responses, studies
from reviewer.store.engine import Engine
from reviewer.studies.item_sheet import panes_of, questions, with_answer, with_remark, without_answer
from reviewer.studies.rating import RatingSession
from tests.support.stories import (
    DIFFICULT,
    FULL,
    NOW,
    PLAIN,
    VERDICT,
    Clock,
    Open,
    begin,
    design,
    fill,
    filled,
    label_rows,
    make_study,
    prompt,
    rate,
    rate_all,
    rubric,
    shown,
    sit,
    take,
)


def values(draft: Draft) -> dict[tuple[Subject, str], str]:
    return {key: answer.value for key, answer in draft.answers.items()}


# What is shown


def test_a_prompt_is_shown_as_it_was_asked(engine: Engine, clock: Clock) -> None:
    assert take(begin(engine, clock, prompts=1)).messages == prompt(0).messages


def test_panes_are_in_the_order_of_this_rater_and_what_is_shown(engine: Engine, clock: Clock) -> None:
    item = take(begin(engine, clock))
    content = items.content(engine, item.handed.number)
    assert item.panes == panes_of(content, 7, "r1")
    others = {panes_of(content, 7, f"rater {number}") for number in range(20)}
    assert len({tuple(pane.response for pane in panes) for panes in others}) == 2


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
    study = RatingSession(engine, studies.load(engine, "s"), "r1", clock)
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
    assert [report.broken for report in chain.verify(engine)] == [None, None, None]
    assert list(responses.mismatches(engine)) == []
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
