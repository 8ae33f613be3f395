"""Leases, quotas and closing: who may still fill a place."""

from __future__ import annotations

from contextlib import suppress

import pytest

from reviewer.errors import Refused
from reviewer.model import Nothing
from reviewer.store import labels, studies
from reviewer.store.engine import Engine
from reviewer.studies.create import StudyPlan, create_study
from reviewer.studies.rating import RatingSession
from tests.support.assignment_stories import MINUTES, places, simple
from tests.support.stories import LEAD, NOW, PLAIN, Clock, fill, filled, rate, rate_all, results, sit, take


def test_a_place_is_kept_until_the_lease_runs_out(engine: Engine, clock: Clock) -> None:
    simple(engine, 1, overlap=1)
    take(sit(engine, "left", clock))
    clock.forward(MINUTES)
    assert sit(engine, "right", clock).next_item() is Nothing.WAITING


def test_a_place_is_given_to_another_when_the_lease_has_run_out(engine: Engine, clock: Clock) -> None:
    simple(engine, 1, overlap=1)
    take(sit(engine, "left", clock))
    clock.forward(MINUTES + 0.01)
    assert take(sit(engine, "right", clock)).handed.number == 1


def test_a_renewed_lease_keeps_the_place(engine: Engine, clock: Clock) -> None:
    simple(engine, 1, overlap=1)
    left = sit(engine, "left", clock, session="t")
    item = take(left)
    clock.forward(MINUTES * 0.9)
    left.renew("t", item)
    clock.forward(MINUTES * 0.9)
    assert sit(engine, "right", clock).next_item() is Nothing.WAITING


def test_a_lease_that_another_took_over_cannot_be_renewed(engine: Engine, clock: Clock) -> None:
    simple(engine, 1, overlap=1)
    left = sit(engine, "left", clock, session="t")
    item = take(left)
    clock.forward(MINUTES + 1)
    right = sit(engine, "right", clock)
    take(right)
    left.renew("t", item)
    assert places(engine) == [(1, 0)]


def test_a_rater_whose_lease_ran_out_gets_the_item_again_while_it_has_a_place(engine: Engine, clock: Clock) -> None:
    simple(engine, 10)
    left, right = sit(engine, "left", clock), sit(engine, "right", clock)
    item = take(left)
    clock.forward(MINUTES + 1)
    take(right)
    assert take(left).handed.id == item.handed.id


def test_a_rater_whose_place_was_taken_over_gets_another_item(engine: Engine, clock: Clock) -> None:
    simple(engine, 2, overlap=1)
    left, right = sit(engine, "left", clock), sit(engine, "right", clock)
    item = take(left)
    rate(right)
    clock.forward(MINUTES + 1)
    assert rate(right)[0].handed.id == item.handed.id
    assert left.next_item() is Nothing.FINISHED


def test_a_set_submitted_after_the_lease_counts_while_there_is_a_place(engine: Engine, clock: Clock) -> None:
    simple(engine, 1, overlap=1)
    left = sit(engine, "left", clock)
    item = take(left)
    clock.forward(MINUTES * 10)
    assert not left.submit(item, filled(PLAIN, item)).surplus


def late(engine: Engine, clock: Clock) -> RatingSession:
    """Let `left` submit an item after `right` has filled its only place."""
    simple(engine, 1, overlap=1)
    left, right = sit(engine, "left", clock), sit(engine, "right", clock)
    item = take(left)
    clock.forward(MINUTES + 1)
    rate(right, {"verdict": "yes"})
    assert left.submit(item, filled(PLAIN, item, {"verdict": "no"})).surplus
    return left


def test_a_late_set_is_kept_as_surplus(engine: Engine, clock: Clock) -> None:
    late(engine, clock)
    assert [(label.rater, label.surplus) for label in labels.of_study(engine, "s")] == [
        ("right", False),
        ("left", True),
    ]


def test_a_late_set_is_outside_the_outcomes(engine: Engine, clock: Clock) -> None:
    late(engine, clock)
    [unit] = results(engine).values()
    assert unit.outcome.distribution == {"yes": 1}


def test_a_late_set_takes_no_place(engine: Engine, clock: Clock) -> None:
    late(engine, clock)
    assert places(engine) == [(1, 1)]


def test_a_late_set_does_not_come_again(engine: Engine, clock: Clock) -> None:
    assert late(engine, clock).next_item() is Nothing.FINISHED


def test_a_late_set_cannot_be_taken_back_into_a_full_item(engine: Engine, clock: Clock) -> None:
    study = late(engine, clock)
    with pytest.raises(Refused, match="too late"):
        study.undo()


def test_a_rater_is_finished_who_has_had_every_item(engine: Engine, clock: Clock) -> None:
    simple(engine, 3)
    study = sit(engine, "r1", clock)
    rate_all(study)
    assert study.next_item() is Nothing.FINISHED


def test_a_rater_is_finished_while_another_holds_what_the_rater_has_done(engine: Engine, clock: Clock) -> None:
    simple(engine, 1)
    left = sit(engine, "left", clock)
    rate(left)
    take(sit(engine, "right", clock))
    assert left.next_item() is Nothing.FINISHED


def assigned(engine: Engine, quota: int | None) -> None:
    fill(engine, prompts=range(10), configurations=["m"])
    how = studies.StudyDesign(1, 2, 7, "majority:1", assigned=True)
    create_study(engine, StudyPlan("s", how, assignments=[("left", quota)]), PLAIN, LEAD, NOW)


def test_a_rater_gets_as_many_items_as_assigned(engine: Engine, clock: Clock) -> None:
    assigned(engine, 3)
    study = sit(engine, "left", clock)
    assert len(rate_all(study)) == 3
    assert study.next_item() is Nothing.QUOTA


def test_a_skipped_item_does_not_count_towards_the_quota(engine: Engine, clock: Clock) -> None:
    assigned(engine, 3)
    study = sit(engine, "left", clock)
    study.skip(take(study))
    assert len(rate_all(study)) == 3


def test_an_item_that_was_taken_back_does_not_count_towards_the_quota(engine: Engine, clock: Clock) -> None:
    assigned(engine, 3)
    study = sit(engine, "left", clock)
    rate_all(study)
    study.undo()
    assert len(rate_all(study)) == 1


def test_the_quota_is_the_total_that_the_rater_is_told(engine: Engine, clock: Clock) -> None:
    assigned(engine, 3)
    item = take(sit(engine, "left", clock))
    assert (item.number, item.total) == (1, 3)


def test_a_rater_without_a_quota_gets_every_item(engine: Engine, clock: Clock) -> None:
    assigned(engine, None)
    assert len(rate_all(sit(engine, "left", clock))) == 10


def test_a_rater_who_is_not_assigned_is_refused(engine: Engine, clock: Clock) -> None:
    assigned(engine, None)
    with pytest.raises(Refused, match="assigned to other raters"):
        sit(engine, "right", clock)


def test_a_rater_who_is_refused_is_not_made(engine: Engine, clock: Clock) -> None:
    assigned(engine, None)
    with pytest.raises(Refused):
        sit(engine, "right", clock)
    assert engine.rows("select name from rater") == [("left",)]


def close(engine: Engine) -> None:
    with engine.writing():
        studies.close(engine, studies.load(engine, "s").number, NOW)


def test_a_closed_study_cannot_be_entered(engine: Engine, clock: Clock) -> None:
    simple(engine, 3)
    close(engine)
    with pytest.raises(Refused, match="closed"):
        sit(engine, "r1", clock)


def test_what_was_in_hand_when_the_study_closed_is_surplus(engine: Engine, clock: Clock) -> None:
    simple(engine, 3)
    study = sit(engine, "r1", clock)
    item = take(study)
    close(engine)
    assert study.submit(item, filled(PLAIN, item)).surplus


def test_a_closed_study_hands_out_nothing_to_a_rater_at_work(engine: Engine, clock: Clock) -> None:
    simple(engine, 3)
    study = sit(engine, "r1", clock)
    close(engine)
    with suppress(Refused):  # whether it says so by an error or by a reason, nobody is given a place
        study.next_item()
    assert [taken for taken, _ in places(engine)] == [0, 0, 0]


def test_labels_of_a_closed_study_cannot_be_taken_back(engine: Engine, clock: Clock) -> None:
    simple(engine, 3)
    study = sit(engine, "r1", clock)
    rate(study)
    close(engine)
    with pytest.raises(Refused, match="closed"):
        study.undo()
