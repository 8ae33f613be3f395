"""What the store promises of labels, evidence, rubrics, raters and search, whatever the engine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewer.model import (
    RECOGNISED,
    LabelState,
    Origin,
    Rater,
)
from reviewer.store import adjudications, labels, raters
from reviewer.store.adjudications import NewDecision
from reviewer.store.engine import Engine
from reviewer.store.labels import NewLabel
from tests.support.databases import in_one_step
from tests.support.stories import NOW, PLAIN, design, label_rows, make_study


def new_label(response: str, value: str | None = "yes", **more: object) -> NewLabel:
    label = NewLabel(
        study="s",
        response=response,
        other_response=None,
        item="item",
        question="verdict",
        rubric=PLAIN.hash,
        state=LabelState.LABEL if value is not None else LabelState.RETRACTED,
        value=value,
        origin=Origin.RATED,
        saved_at=NOW,
    )
    return replace(label, **more)  # type: ignore[arg-type]


def add(engine: Engine, *new: NewLabel, rater: str = "r1") -> list[str]:
    with engine.writing():
        return labels.add(engine, rater, new)


def test_labels_come_back_as_they_were_added(engine: Engine, response: str) -> None:
    given = new_label(response, note="n\n\U0001f469", confidence=3, raw="r", aids="off", panes=(response, "other"))
    add(engine, replace(given, shown_at=NOW, decided_at=NOW))
    [found] = labels.of_study(engine, "s")
    assert (found.note, found.confidence, found.raw, found.aids) == ("n\n\U0001f469", 3, "r", "off")
    assert (found.panes, found.shown_at, found.decided_at, found.saved_at) == ((response, "other"), NOW, NOW, NOW)


def test_the_id_of_a_label_is_its_rater_and_place_in_the_chain(engine: Engine, response: str) -> None:
    assert add(engine, new_label(response), new_label(response)) == ["r1#1", "r1#2"]


def test_adding_no_label_changes_nothing(engine: Engine, response: str) -> None:
    before = engine.rows("select * from chain")
    add(engine)
    assert engine.rows("select * from chain") == before


def test_labels_come_in_the_order_stored_whoever_gave_them(engine: Engine, response: str) -> None:
    in_one_step(engine, lambda: raters.ensure(engine, Rater("a rater"), NOW))
    add(engine, new_label(response))
    add(engine, new_label(response), rater="a rater")
    add(engine, new_label(response))
    assert [label.id for label in labels.of_study(engine, "s")] == ["r1#1", "a rater#1", "r1#2"]


def test_labels_of_one_rater_can_be_asked_for(engine: Engine, response: str) -> None:
    in_one_step(engine, lambda: raters.ensure(engine, Rater("r2"), NOW))
    add(engine, new_label(response))
    add(engine, new_label(response), rater="r2")
    assert [label.rater for label in labels.of_study(engine, "s", "r2")] == ["r2"]


def test_an_edit_keeps_the_row_that_it_supersedes(engine: Engine, response: str) -> None:
    [first] = add(engine, new_label(response, "yes"))
    add(engine, new_label(response, "no", supersedes=first))
    assert label_rows(engine, "value, supersedes") == [("yes", None), ("no", "r1#1")]


def test_an_edit_is_what_stands(engine: Engine, response: str) -> None:
    [first] = add(engine, new_label(response, "yes"))
    add(engine, new_label(response, "no", supersedes=first))
    assert [unit.value for unit in labels.standing_in_study(engine, "s")] == ["no"]


def test_nothing_stands_of_what_was_retracted(engine: Engine, response: str) -> None:
    [first] = add(engine, new_label(response))
    add(engine, new_label(response, None, supersedes=first))
    assert list(labels.standing_in_study(engine, "s")) == []


def test_a_label_after_a_retraction_stands(engine: Engine, response: str) -> None:
    [first] = add(engine, new_label(response, "yes"))
    [second] = add(engine, new_label(response, None, supersedes=first))
    add(engine, new_label(response, "no", supersedes=second))
    assert [unit.value for unit in labels.standing_in_study(engine, "s")] == ["no"]


def test_a_row_is_superseded_once(engine: Engine, response: str) -> None:
    [first] = add(engine, new_label(response))
    add(engine, new_label(response, supersedes=first))
    with pytest.raises(Exception, match=r"(?i)unique"):
        add(engine, new_label(response, supersedes=first))


def test_surplus_does_not_stand(engine: Engine, response: str) -> None:
    add(engine, new_label(response, surplus=True))
    assert list(labels.standing_in_study(engine, "s")) == []


@pytest.mark.parametrize("state", [LabelState.REFUSED, LabelState.UNPARSED])
def test_a_reply_that_is_no_label_does_not_stand(engine: Engine, response: str, state: LabelState) -> None:
    add(engine, new_label(response, None, state=state, raw="I would rather not"))
    assert list(labels.standing_in_study(engine, "s")) == []


def test_a_label_must_have_a_value(engine: Engine, response: str) -> None:
    with pytest.raises(Exception, match=r"(?i)constraint"):
        add(engine, new_label(response, None, state=LabelState.LABEL))


def test_a_row_that_is_no_label_must_have_no_value(engine: Engine, response: str) -> None:
    with pytest.raises(Exception, match=r"(?i)constraint"):
        add(engine, new_label(response, "yes", state=LabelState.UNPARSED))


def test_labels_of_a_transaction_that_fails_are_not_kept(engine: Engine, response: str) -> None:
    with pytest.raises(Exception, match=r"(?i)constraint"):
        add(engine, new_label(response), new_label("no such response"))
    assert label_rows(engine) == []


def test_a_chain_goes_on_after_a_transaction_that_failed(engine: Engine, response: str) -> None:
    with pytest.raises(Exception, match=r"(?i)constraint"):
        add(engine, new_label("no such response"))
    assert add(engine, new_label(response)) == ["r1#1"]


def test_a_later_decision_supersedes_an_earlier(engine: Engine, response: str) -> None:
    first = NewDecision("s", response, "verdict", PLAIN.hash, "yes", "because", NOW)
    in_one_step(engine, lambda: adjudications.add(engine, "r1", [first]))
    second = replace(first, value="no", supersedes="r1#1")
    in_one_step(engine, lambda: adjudications.add(engine, "r2", [second]))
    assert [(one.adjudicator, one.value) for one in adjudications.standing(engine, "s")] == [("r2", "no")]


def flag(engine: Engine, reason: str, response: str | None, item: str = "item") -> None:
    in_one_step(
        engine,
        lambda: labels.add_flag(engine, "r1", study="s", item=item, response=response, reason=reason, now=NOW),
    )


def test_a_flagged_response_is_flagged(engine: Engine, response: str) -> None:
    flag(engine, "garbled", response)
    assert labels.flagged(engine, "s") == {response}


def test_a_response_that_a_rater_recognised_is_not_flagged(engine: Engine, response: str) -> None:
    flag(engine, RECOGNISED, response)
    flag(engine, RECOGNISED, None)
    assert labels.flagged(engine, "s") == set()


def test_flags_of_another_study_do_not_count(engine: Engine, response: str) -> None:
    make_study(engine, PLAIN, design(), name="t")
    flag(engine, "garbled", response)
    assert labels.flagged(engine, "t") == set()
