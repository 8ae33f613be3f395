"""Studies that grow, and configurations that meet about equally often."""

from __future__ import annotations

from collections import Counter

import pytest

from reviewer.model import Nothing
from reviewer.store.engine import Engine
from reviewer.studies.item_sheet import Item
from tests.support.assignment_stories import configurations_of, simple
from tests.support.stories import (
    COMPARING,
    PLAIN,
    Clock,
    design,
    extend,
    fill,
    filled,
    make_study,
    rate,
    rate_all,
    shown,
    sit,
    take,
)


def test_new_responses_come_into_an_open_study(engine: Engine, clock: Clock) -> None:
    simple(engine, 3)
    before = shown(rate_all(sit(engine, "r1", clock)))
    new = fill(engine, prompts=range(10, 14), configurations=["m"])
    extend(engine, "s")
    assert sorted(shown(rate_all(sit(engine, "r1", clock)))) == sorted(new)
    assert not set(before) & set(new)


def test_new_responses_come_to_a_rater_who_had_finished_and_never_left(engine: Engine, clock: Clock) -> None:
    simple(engine, 3)
    study = sit(engine, "r1", clock)
    rate_all(study)
    fill(engine, prompts=range(10, 14), configurations=["m"])
    extend(engine, "s")
    assert len(rate_all(study)) == 4


def test_extending_by_what_is_there_changes_nothing(engine: Engine, clock: Clock) -> None:
    simple(engine, 3)
    before = engine.rows("select * from item")
    extend(engine, "s")
    assert engine.rows("select * from item") == before


def test_an_item_that_was_handed_out_stays_as_it_was_cut(engine: Engine, clock: Clock) -> None:
    fill(engine, prompts=[1], configurations=["m1", "m2", "m3", "m4"])
    make_study(engine, PLAIN, design(panes=2))
    item, _ = rate(sit(engine, "left", clock))
    fill(engine, prompts=[1], configurations=["m5"])
    extend(engine, "s")
    again = take(sit(engine, "right", clock))
    assert again.handed.id == item.handed.id
    assert sorted(shown([again])) == sorted(shown([item]))


@pytest.mark.parametrize("cut", [0, 1, 2, 3])
def test_an_extended_study_shows_every_response_once(engine: Engine, clock: Clock, cut: int) -> None:
    ids = fill(engine, prompts=[1, 2], configurations=["m1", "m2", "m3"])
    make_study(engine, PLAIN, design(panes=2))
    study = sit(engine, "r1", clock)
    items = [rate(study)[0] for _ in range(cut)]
    ids += fill(engine, prompts=[1], configurations=["m4", "m5"])
    extend(engine, "s")
    items += rate_all(sit(engine, "r1", clock))
    assert sorted(shown(items)) == sorted(ids)


@pytest.mark.parametrize("cut", [0, 1])
def test_a_lone_response_finds_its_opponent_when_the_study_is_extended(engine: Engine, clock: Clock, cut: int) -> None:
    ids = fill(engine, prompts=[1], configurations=["m1", "m2", "m3"])
    make_study(engine, COMPARING, design(panes=2))
    study = sit(engine, "r1", clock)
    items = [rate(study)[0] for _ in range(cut)]
    ids += fill(engine, prompts=[1], configurations=["m4"])
    extend(engine, "s", least=2)
    items += rate_all(sit(engine, "r1", clock))
    assert sorted(shown(items)) == sorted(ids)


@pytest.mark.parametrize(("responses", "panes", "widths"), [(3, 2, [2]), (5, 4, [2, 3]), (4, 2, [2, 2])])
def test_a_study_of_preferences_shows_no_response_alone(
    engine: Engine, clock: Clock, responses: int, panes: int, widths: list[int]
) -> None:
    fill(engine, prompts=[1], configurations=[f"m{number}" for number in range(responses)])
    make_study(engine, COMPARING, design(panes=panes))
    assert sorted(len(item.panes) for item in rate_all(sit(engine, "r1", clock))) == widths


def meetings(engine: Engine, clock: Clock, configurations: int, panes: int, prompts: int) -> Counter[tuple[str, str]]:
    """Let two raters work through a study in turns, and count how often each pair of configurations met."""
    engine.rows("pragma synchronous = off")
    names = [f"m{number}" for number in range(configurations)]
    fill(engine, prompts=range(prompts), configurations=names)
    make_study(engine, PLAIN, design(panes=panes, overlap=1))
    raters = [sit(engine, "left", clock), sit(engine, "right", clock)]
    items: list[Item] = []
    while not isinstance(item := raters[len(items) % 2].next_item(), Nothing):
        raters[len(items) % 2].submit(item, filled(PLAIN, item))
        items.append(item)
    met: Counter[tuple[str, str]] = Counter()
    for item in items:
        models = sorted(configurations_of(engine, [item]))
        met.update((first, second) for place, first in enumerate(models) for second in models[place + 1 :])
    return met


def test_each_pair_of_four_configurations_meets_a_sixth_of_the_time(engine: Engine, clock: Clock) -> None:
    met = meetings(engine, clock, configurations=4, panes=2, prompts=60)
    assert len(met) == 6
    assert all(18 <= count <= 22 for count in met.values())


def test_each_pair_of_three_configurations_meets_a_third_of_the_time(engine: Engine, clock: Clock) -> None:
    met = meetings(engine, clock, configurations=3, panes=2, prompts=60)
    assert len(met) == 3
    assert all(18 <= count <= 22 for count in met.values())


def test_each_pair_of_eight_configurations_in_four_panes_meets_as_often_as_it_should(
    engine: Engine, clock: Clock
) -> None:
    met = meetings(engine, clock, configurations=8, panes=4, prompts=35)
    expected = 35 * 2 * 6 / 28  # items times pairs in one, over all pairs
    assert len(met) == 28
    assert all(abs(count - expected) <= 3 for count in met.values())


def test_samples_of_one_configuration_are_not_shown_together_while_another_is_left(
    engine: Engine, clock: Clock
) -> None:
    fill(engine, prompts=range(8), configurations=["m1", "m2"], samples=2)
    make_study(engine, PLAIN, design(panes=2))
    for item in rate_all(sit(engine, "r1", clock)):
        assert sorted(configurations_of(engine, [item])) == ["m1", "m2"]
