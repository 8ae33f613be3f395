"""Taking submitted items back."""

from __future__ import annotations

from contextlib import closing

from reviewer.model import Nothing, Subject
from reviewer.store import labels
from reviewer.store.engine import Engine
from reviewer.studies.item_sheet import with_remark
from tests.support.stories import (
    ANSWERS,
    FOLLOWED,
    FULL,
    PLAIN,
    Clock,
    Open,
    begin,
    filled,
    label_rows,
    rate,
    rate_all,
    results,
    shown,
    sit,
    take,
)

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
