from __future__ import annotations

import json
from pathlib import Path

import pytest

from reviewer.model import Nothing, RaterKind
from reviewer.store import studies
from reviewer.store.engine import Engine
from tests.support.commands import Run, write_rubric
from tests.support.stories import (
    FULL,
    PLAIN,
    Clock,
    Table,
    bring_in,
    design,
    fill,
    loaded,
    make_study,
    prompt,
    rate_all,
    row,
    shown,
    sit,
)

BOTH = {"left": "yes", "right": "no"}


def newcomer(engine: Engine, clock: Clock) -> list[str]:
    """Rate as somebody new until there is nothing left, and return which prompts came up."""
    items = rate_all(sit(engine, "new", clock))
    return sorted(message.content for item in items for message in item.messages)


def texts(*numbers: int) -> list[str]:
    return sorted(prompt(number).messages[0].content for number in numbers)


def test_an_item_that_imported_labels_fill_is_offered_to_nobody(engine: Engine, clock: Clock) -> None:
    bring_in(engine, Table([row(1, labels=BOTH), row(2, labels=BOTH)]))
    assert sit(engine, "new", clock).next_item() is Nothing.FULL
    assert studies.is_full(engine, loaded(engine))


@pytest.mark.parametrize("given", [{}, {"left": "yes"}])
def test_what_people_have_not_labelled_often_enough_is_still_offered(
    engine: Engine, clock: Clock, given: dict[str, str]
) -> None:
    bring_in(engine, Table([row(1, labels=BOTH), row(2, labels=given)]))
    assert newcomer(engine, clock) == texts(2)


def test_labels_of_graders_fill_nothing(engine: Engine, clock: Clock) -> None:
    bring_in(engine, Table([row(1, labels=BOTH, kind=RaterKind.MODEL)]))
    assert newcomer(engine, clock) == texts(1)


def test_of_two_responses_to_a_prompt_only_the_one_without_labels_is_offered(engine: Engine, clock: Clock) -> None:
    bring_in(engine, Table([row(1, labels=BOTH), row(1, "another", model="n"), row(1, "third", model="o")]))
    found = shown(rate_all(sit(engine, "new", clock)))
    wanted = engine.rows("select id from response where text <> 't'")
    assert sorted(found) == sorted(identity for (identity,) in wanted)


def test_responses_that_come_later_are_offered(engine: Engine, clock: Clock) -> None:
    bring_in(engine, Table([row(1, labels=BOTH)]))
    bring_in(engine, Table([row(1, "another", model="n"), row(2)], file="u.csv"))
    assert newcomer(engine, clock) == texts(1, 2)


def test_labels_that_come_later_fill_what_was_planned(engine: Engine, clock: Clock) -> None:
    bring_in(engine, Table([row(number) for number in range(4)], study=None))
    make_study(engine, PLAIN, design())
    bring_in(engine, Table([row(number, labels=BOTH) for number in (0, 2, 3)]))
    assert newcomer(engine, clock) == texts(1)


def test_an_item_in_hand_when_labels_come_may_be_submitted(engine: Engine, clock: Clock) -> None:
    bring_in(engine, Table([row(1)], study=None))
    make_study(engine, PLAIN, design())
    study = sit(engine, "r1", clock)
    study.next_item()
    bring_in(engine, Table([row(1, labels=BOTH)]))
    assert not studies.is_full(engine, loaded(engine))
    assert len(rate_all(study)) == 1
    assert sit(engine, "new", clock).next_item() is Nothing.FULL


def test_an_item_of_several_responses_is_full_when_all_of_them_are(engine: Engine, clock: Clock) -> None:
    rows = [row(number, text, model=text) for number in (1, 2) for text in ("m", "n")]
    bring_in(engine, Table(rows, study=None))
    make_study(engine, PLAIN, design(panes=2))
    labelled = [one._replace(labels=row(1, labels=BOTH).labels) for one in rows[:3]]
    bring_in(engine, Table(labelled))
    assert newcomer(engine, clock) == texts(2)


def test_what_is_asked_about_the_whole_item_is_not_answered_by_labels_of_responses(
    engine: Engine, clock: Clock
) -> None:
    rows = [row(1, text, model=text, labels=BOTH) for text in ("m", "n")]
    bring_in(engine, Table([one._replace(labels=()) for one in rows], study=None))
    make_study(engine, FULL, design(panes=2))
    bring_in(engine, Table(rows, by=FULL))
    assert newcomer(engine, clock) == texts(1)


def test_a_study_of_ones_own_offers_what_imported_labels_fill_elsewhere(engine: Engine, clock: Clock) -> None:
    bring_in(engine, Table([row(1, labels=BOTH)]))
    make_study(engine, PLAIN, design(), name="own")
    assert len(rate_all(sit(engine, "new", clock, "own"))) == 1


def test_the_study_full_is_said_to_a_newcomer_and_not_to_who_did_a_part(engine: Engine, clock: Clock) -> None:
    fill(engine, prompts=[1], configurations=["m"])
    make_study(engine, PLAIN, design(overlap=1))
    study = sit(engine, "r1", clock)
    rate_all(study)
    assert study.next_item() is Nothing.FINISHED
    assert sit(engine, "new", clock).next_item() is Nothing.FULL


@pytest.fixture
def full(run: Run, tmp_path: Path) -> Run:
    """What runs `reviewer ARGS` where imported labels fill the study `s`."""
    write_rubric(tmp_path)
    rows = [
        {"prompt": f"p{one}", "response": "r", "model": "m", "label:verdict:a": "yes", "label:verdict:b": "no"}
        for one in range(3)
    ]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    run("import", "t.jsonl", "--study", "s", "--rubric", "plain")
    return run


def test_rating_a_full_study_says_so_and_what_to_type(full: Run) -> None:
    said = full("rate", "s", "--plain", "--rater", "new").out
    assert "This study is full" in said
    assert "reviewer --rater new adjudicate s" in said
    assert "Read the response and say" not in said
    [command] = [line for line in said.splitlines() if "study create" in line]
    full(*command.replace("NAME", "own").split()[1:])
    assert "Question 1 of" in full("rate", "own", "--plain", "--rater", "new", stdin="1\n").out


def test_home_and_show_say_that_a_study_is_full(full: Run) -> None:
    assert "s      full       3           0     0" in full().out
    shown = full("study", "show", "s")
    assert "study s, open and full, rubric plain" in shown.out
    assert "Next: reviewer adjudicate s" in shown.out
    assert full("study", "show", "s", "--json").json()["full"] is True
    full("study", "close", "s")
    assert "closed" in full().out
