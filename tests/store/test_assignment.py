"""Which item a rater gets, and that no item is given to more raters than it has places for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from reviewer.model import Nothing
from reviewer.store import assignment, labels, studies
from reviewer.store.engine import Engine
from reviewer.store.sqlite import open_for_writing
from reviewer.studies.create import StudyPlan, create_study
from reviewer.studies.item_sheet import Item
from reviewer.studies.rating import RatingSession
from tests.support.assignment_stories import MINUTES, configurations_of, places, simple
from tests.support.stories import (
    LEAD,
    NOW,
    PLAIN,
    Clock,
    Open,
    design,
    fill,
    filled,
    make_study,
    rate,
    rate_all,
    shown,
    sit,
    take,
)


def test_the_item_in_hand_comes_again(engine: Engine, clock: Clock) -> None:
    simple(engine, 5)
    study = sit(engine, "r1", clock)
    assert take(study).handed == take(study).handed


def test_the_item_in_hand_comes_again_in_another_terminal(engine: Engine, clock: Clock) -> None:
    simple(engine, 5)
    assert take(sit(engine, "r1", clock)).handed == take(sit(engine, "r1", clock)).handed


def test_an_item_comes_again_as_it_was_handed_out_though_its_lease_ran_out(engine: Engine, clock: Clock) -> None:
    simple(engine, 5)
    study = sit(engine, "r1", clock)
    first = take(study)
    clock.forward(MINUTES * 2)
    assert take(study).handed == first.handed


def test_the_first_showing_counts_when_a_skipped_item_comes_back(engine: Engine, clock: Clock) -> None:
    simple(engine, 1)
    study = sit(engine, "r1", clock)
    study.skip(take(study))
    clock.forward(1)
    assert take(study).handed.shown_at == NOW


def test_items_that_others_began_come_before_new_ones(engine: Engine, clock: Clock) -> None:
    simple(engine, 30)
    left, right = sit(engine, "left", clock), sit(engine, "right", clock)
    begun = {rate(left)[0].handed.id for _ in range(4)}
    assert {rate(right)[0].handed.id for _ in range(4)} == begun


def test_an_item_in_the_hands_of_another_counts_as_begun(engine: Engine, clock: Clock) -> None:
    simple(engine, 30)
    assert take(sit(engine, "left", clock)).handed.id == take(sit(engine, "right", clock)).handed.id


def test_the_item_nearest_to_its_overlap_comes_first(engine: Engine, clock: Clock) -> None:
    simple(engine, 30, overlap=3)
    left, right, third = (sit(engine, rater, clock) for rater in ("left", "right", "third"))
    both, _ = rate(left)
    assert rate(right)[0].handed.id == both.handed.id
    for _ in range(5):
        rate(left)
    assert take(third).handed.id == both.handed.id


def test_new_items_come_when_nothing_is_begun(engine: Engine, clock: Clock) -> None:
    simple(engine, 30, overlap=1)
    left, right = sit(engine, "left", clock), sit(engine, "right", clock)
    assert take(left).handed.id != take(right).handed.id


def test_a_skipped_item_comes_back_last(engine: Engine, clock: Clock) -> None:
    simple(engine, 5)
    study = sit(engine, "r1", clock)
    skipped = take(study)
    study.skip(skipped)
    assert [item.handed.id for item in rate_all(study)][4:] == [skipped.handed.id]


def test_skipped_items_come_back_in_the_order_skipped(engine: Engine, clock: Clock) -> None:
    simple(engine, 5)
    study = sit(engine, "r1", clock)
    skipped = []
    for _ in range(7):
        skipped.append(take(study))
        study.skip(skipped[-1])
    assert [item.handed.id for item in skipped[5:]] == [item.handed.id for item in skipped[:2]]


def test_a_skipped_item_gives_its_place_back(engine: Engine, clock: Clock) -> None:
    simple(engine, 1, overlap=1)
    study = sit(engine, "left", clock)
    study.skip(take(study))
    assert take(sit(engine, "right", clock)).handed.number == 1


def test_a_skipped_item_that_others_filled_does_not_come_back(engine: Engine, clock: Clock) -> None:
    simple(engine, 1, overlap=1)
    study = sit(engine, "left", clock)
    study.skip(take(study))
    rate(sit(engine, "right", clock))
    assert study.next_item() is Nothing.FINISHED


def test_every_item_comes_once(engine: Engine, clock: Clock) -> None:
    simple(engine, 40)
    items = rate_all(sit(engine, "r1", clock))
    assert len({item.handed.id for item in items}) == len(items) == 40


def test_every_item_comes_once_however_short_the_look_ahead_is(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assignment, "LOOK_AHEAD", 2)
    simple(engine, 40, overlap=3)
    for rater in ("r1", "r2", "r3"):
        items = rate_all(sit(engine, rater, clock))
        assert len({item.handed.id for item in items}) == len(items) == 40


def test_raters_meet_the_items_in_different_orders(engine: Engine, clock: Clock) -> None:
    simple(engine, 30)
    left, right = (rate_all(sit(engine, rater, clock)) for rater in ("left", "right"))
    places = {item.handed.id: place for place, item in enumerate(left)}
    follows = [places[second.handed.id] - places[first.handed.id] == 1 for first, second in pairwise(right)]
    assert sum(follows) < 10


def test_models_are_mixed(engine: Engine, clock: Clock) -> None:
    fill(engine, prompts=range(25), configurations=["m1", "m2", "m3", "m4"])
    make_study(engine, PLAIN, design())
    models = configurations_of(engine, rate_all(sit(engine, "r1", clock)))
    assert max(len(list(run)) for _, run in groupby(models)) < 8


def test_responses_to_one_prompt_do_not_follow_each_other(engine: Engine, clock: Clock) -> None:
    fill(engine, prompts=range(25), configurations=["m1", "m2", "m3", "m4"])
    make_study(engine, PLAIN, design())
    asked = [item.messages for item in rate_all(sit(engine, "r1", clock))]
    assert sum(first == second for first, second in pairwise(asked)) < 15


def in_another_order(path: Path, panes: int, clock: Clock) -> tuple[list[str], list[str]]:
    """Return what `r1` is shown of one study in two files that got the same responses in different orders."""
    orders: list[list[str]] = []
    for name, numbers in (("one", range(12)), ("other", range(11, -1, -1))):
        with closing(open_for_writing(str(path / name))) as engine:
            for number in numbers:
                # The texts must be the same in both files, so each prompt is stored by itself.
                fill(engine, prompts=[number], configurations=["m1", "m2", "m3", "m4"])
            make_study(engine, PLAIN, design(panes=panes))
            orders.append(shown(rate_all(sit(engine, "r1", clock))))
    return orders[0], orders[1]


def test_one_seed_gives_one_order_in_every_file(tmp_path: Path, clock: Clock) -> None:
    with closing(open_for_writing(str(tmp_path / "x"))) as engine:
        simple(engine, 12)
        one = shown(rate_all(sit(engine, "r1", clock)))
    with closing(open_for_writing(str(tmp_path / "y"))) as engine:
        simple(engine, 12)
        other = shown(rate_all(sit(engine, "r1", clock)))
    assert one == other


def test_another_seed_gives_another_order(tmp_path: Path, clock: Clock) -> None:
    orders = []
    for seed in (1, 2):
        with closing(open_for_writing(str(tmp_path / str(seed)))) as engine:
            simple(engine, 12, seed=seed)
            orders.append(shown(rate_all(sit(engine, "r1", clock))))
    assert orders[0] != orders[1]


@pytest.mark.parametrize("panes", [2, 4])
def test_items_are_the_same_in_a_file_that_holds_the_responses_in_another_order(
    tmp_path: Path, clock: Clock, panes: int
) -> None:
    one, other = in_another_order(tmp_path, panes, clock)
    assert one == other


def test_an_item_has_the_same_id_in_every_file(tmp_path: Path, clock: Clock) -> None:
    found = []
    for name, numbers in (("one", [1, 2, 3]), ("other", [3, 2, 1])):
        with closing(open_for_writing(str(tmp_path / name))) as engine:
            for number in numbers:
                fill(engine, prompts=[number], configurations=["m1", "m2"])
            make_study(engine, PLAIN, design(panes=2))
            found.append({item.handed.id for item in rate_all(sit(engine, "r1", clock))})
    assert found[0] == found[1]


def at_once(open_engine: Open, work: Callable[[Engine, int], None]) -> None:
    """Run `work` in two threads, each with its own engine and its number."""

    def run(number: int) -> None:
        with closing(open_engine()) as own:
            work(own, number)

    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(run, (0, 1)):
            pass


def test_two_raters_who_race_for_items_never_both_get_the_last_place(
    engine: Engine, open_engine: Open, clock: Clock
) -> None:
    simple(engine, 200, overlap=1)
    together = threading.Barrier(2)

    def work(own: Engine, number: int) -> None:
        study = sit(own, f"r{number}", clock)
        together.wait()
        for item in rate_all(study):
            assert item.panes

    at_once(open_engine, work)
    assert places(engine) == [(1, 1)] * 200
    assert not [label for label in labels.of_study(engine, "s") if label.surplus]


@pytest.mark.parametrize(("ahead", "held"), [(5, True), (MINUTES * 3, False), (60 * 24 * 365, False)], ids=str)
def test_a_lease_that_ends_later_than_one_can_last_has_run_out(
    engine: Engine, clock: Clock, ahead: int, held: bool
) -> None:
    simple(engine, 1, overlap=1)
    clock.forward(ahead)
    take(sit(engine, "r0", clock))
    clock.forward(-ahead)
    assert isinstance(sit(engine, "r1", clock).next_item(), Nothing) == held


def expired(engine: Engine, name: str, clock: Clock) -> list[Item]:
    """Return the one item of a study as each of two raters was handed it; neither holds its only place any more."""
    create_study(engine, StudyPlan(name, design(overlap=1)), PLAIN, LEAD, NOW)
    items = []
    for rater in ("r0", "r1", "r2"):
        study = sit(engine, rater, clock, name)
        items.append(take(study))
        clock.forward(MINUTES + 1)
    study.skip(items.pop())
    return items


def test_two_raters_who_submit_at_once_never_both_fill_the_last_place(
    engine: Engine, open_engine: Open, clock: Clock
) -> None:
    engine.rows("pragma synchronous = off")
    fill(engine, prompts=[1], configurations=["m"])
    rounds = [(f"s{number}", expired(engine, f"s{number}", clock)) for number in range(200)]
    together = threading.Barrier(2)
    surplus: list[set[str]] = [set(), set()]

    def work(own: Engine, number: int) -> None:
        for name, items in rounds:
            study = RatingSession(own, studies.load(own, name), f"r{number}", clock)
            draft = filled(PLAIN, items[number])
            together.wait()
            if study.submit(items[number], draft).surplus:
                surplus[number].add(name)

    at_once(open_engine, work)
    assert places(engine) == [(1, 1)] * 200
    assert not surplus[0] & surplus[1]
    assert len(surplus[0] | surplus[1]) == 200
