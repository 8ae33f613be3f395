"""Which responses a study gets, and with what chance."""

from __future__ import annotations

from collections import Counter

import pytest

from reviewer.errors import ReviewerError
from reviewer.study_design.sampling import Candidate, ChosenResponse, draw, read_rule

POOL = [Candidate(number, f"id {number}", number % 3) for number in range(1, 91)]
BADNESS = {one.id: float(one.number // 10) for one in POOL if one.number <= 80}


def chances(chosen: list[ChosenResponse]) -> dict[int, float]:
    return {one.response: one.drawn / one.pool for one in chosen if one.drawn and one.pool}


def test_all_of_a_pool_are_chosen_where_none_are_drawn() -> None:
    assert draw(POOL, read_rule("all"), 7) == [ChosenResponse(number) for number, _, _ in POOL]


def test_a_random_draw_is_as_large_as_asked() -> None:
    chosen = draw(POOL, read_rule("random:10"), 7)
    assert {(one.drawn, one.pool) for one in chosen} == {(10, 90)}
    assert len({one.response for one in chosen}) == 10


def test_a_stratified_draw_takes_as_many_of_each_configuration() -> None:
    chosen = draw(POOL, read_rule("stratified:4"), 7)
    assert Counter(one.response % 3 for one in chosen) == {0: 4, 1: 4, 2: 4}
    assert {(one.drawn, one.pool) for one in chosen} == {(4, 30)}


def test_a_draw_of_more_than_there_are_takes_all() -> None:
    chosen = draw(POOL, read_rule("random:500"), 7)
    assert {(one.drawn, one.pool) for one in chosen} == {(90, 90)}


def test_the_same_seed_draws_the_same_responses_in_a_file_of_another_order() -> None:
    renumbered = [Candidate(91 - number, identity, stratum) for number, identity, stratum in reversed(POOL)]
    one, other = draw(POOL, read_rule("random:10"), 7), draw(renumbered, read_rule("random:10"), 7)
    assert {one.response for one in one} == {91 - one.response for one in other}


def test_a_larger_draw_holds_the_smaller() -> None:
    smaller, larger = ({one.response for one in draw(POOL, read_rule(f"random:{size}"), 7)} for size in (10, 20))
    assert smaller < larger


def test_another_seed_draws_others() -> None:
    assert draw(POOL, read_rule("random:10"), 1) != draw(POOL, read_rule("random:10"), 2)


def test_each_response_is_drawn_about_equally_often() -> None:
    drawn = Counter(one.response for seed in range(300) for one in draw(POOL, read_rule("random:30"), seed))
    assert len(drawn) == 90
    assert all(65 < count < 135 for count in drawn.values())


def test_a_tail_is_the_worst_of_each_configuration_and_as_many_of_its_rest() -> None:
    drawn = chances(draw(POOL, read_rule("tail:10+4"), 7, badness=BADNESS))
    certain = [number for number, chance in drawn.items() if chance == 1.0]
    assert Counter(number % 3 for number in certain) == {0: 3, 1: 3, 2: 3}
    assert Counter(number % 3 for number in drawn) == {0: 7, 1: 7, 2: 7}
    assert {BADNESS[f"id {number}"] for number in certain} == {7.0, 8.0}
    assert set(drawn.values()) == {1.0, 4 / 27}


def test_a_response_that_the_grader_did_not_judge_is_of_the_rest() -> None:
    drawn = chances(draw(POOL, read_rule("tail:90+1"), 7, badness=BADNESS))
    assert all(number <= 80 for number, chance in drawn.items() if chance == 1.0)


def test_disagreements_come_first_and_the_rest_has_its_chance() -> None:
    differing = {f"id {number}" for number in range(1, 21)}
    drawn = chances(draw(POOL, read_rule("disagreement:15+7"), 7, differing=differing))
    assert Counter(chance for chance in drawn.values()) == {15 / 20: 15, 7 / 70: 7}
    assert all((number <= 20) == (chance == 15 / 20) for number, chance in drawn.items())


@pytest.mark.parametrize("text", ["all", "random:3", "stratified:4", "tail:10+40", "disagreement:100+50"])
def test_a_rule_is_spelled_as_it_was_read(text: str) -> None:
    assert str(read_rule(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "random",
        "random:0",
        "random:x",
        "tail:10",
        "tail:10+0",
        "tail:0+5",
        "tail:100+5",
        "disagreement:5",
        "worst:1",
    ],
)
def test_a_rule_that_leaves_a_stratum_out_or_is_none_is_refused(text: str) -> None:
    with pytest.raises(ReviewerError, match="--sample"):
        read_rule(text)


@pytest.mark.parametrize("text", ["random:20", "stratified:9", "tail:10+5", "disagreement:10+10"])
def test_chances_add_up_to_the_pool(text: str) -> None:
    differing = {f"id {number}" for number in range(1, 21)}
    drawn = chances(draw(POOL, read_rule(text), 7, badness=BADNESS, differing=differing))
    assert sum(1.0 / chance for chance in drawn.values()) == pytest.approx(len(POOL))
