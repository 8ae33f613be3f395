"""Which responses a study gets, and with what chance."""

from __future__ import annotations

from collections import Counter
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import ReviewerError
from reviewer.study_design.sampling import (
    Candidate,
    ChosenResponse,
    SamplingRule,
    comparable,
    draw,
    draw_prompts,
    read_rule,
)

POOL = [Candidate(number, f"id {number}", number % 3, number) for number in range(1, 91)]
BADNESS = {one.id: float(one.number // 10) for one in POOL if one.number <= 80}


def chances(chosen: list[ChosenResponse]) -> dict[int, float]:
    return {one.response: one.drawn / one.pool for one in chosen if one.drawn and one.pool}


def test_all_of_a_pool_are_chosen_where_none_are_drawn() -> None:
    assert draw(POOL, read_rule("all"), 7) == [ChosenResponse(one.number) for one in POOL]


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
    renumbered = [one._replace(number=91 - one.number) for one in reversed(POOL)]
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


def answered(widths: list[int]) -> list[Candidate]:
    """Return a pool in which prompt p has `widths[p]` responses, of configurations 0, 1, 2 …"""
    cells = [(prompt, configuration) for prompt, width in enumerate(widths) for configuration in range(width)]
    return [Candidate(number, f"id {number}", *reversed(cell)) for number, cell in enumerate(cells, start=1)]


WIDTHS = st.lists(st.integers(1, 5), min_size=1, max_size=30)
RULES = st.builds("{}:{}".format, st.sampled_from(["random", "stratified"]), st.integers(1, 12)).map(read_rule)


@given(WIDTHS, RULES, st.integers(0, 99))
def test_what_is_drawn_to_compare_are_whole_prompts_of_two_responses_or_more(
    widths: list[int], rule: SamplingRule, seed: int
) -> None:
    pool = answered(widths)
    prompts = {one.number: one.prompt for one in pool}
    drawn = Counter(prompts[one.response] for one in draw_prompts(pool, rule, seed))
    assert all(widths[prompt] == count > 1 for prompt, count in drawn.items())
    assert bool(drawn) == any(width > 1 for width in widths)


@given(WIDTHS, RULES, st.integers(0, 99))
def test_the_chances_of_drawn_prompts_add_up_to_all_that_can_be_compared(
    widths: list[int], rule: SamplingRule, seed: int
) -> None:
    pool = answered(widths)
    drawn = chances(draw_prompts(pool, rule, seed))
    first = {group[0].number for group in comparable(pool)}
    assert sum(1.0 / chance for number, chance in drawn.items() if number in first) == pytest.approx(len(first))


@pytest.mark.parametrize("text", ["random:6", "stratified:2"])
def test_each_prompt_is_drawn_as_often_as_its_chance_says(text: str) -> None:
    pool = answered([2] * 8 + [3] * 4 + [1] * 5 + [5] * 3)
    counts: Counter[int] = Counter()
    said: dict[int, float] = {}
    draws = 3000
    for seed in range(draws):
        found = chances(draw_prompts(pool, read_rule(text), seed))
        counts.update(found.keys())
        said |= found
    assert set(said) == {one.number for group in comparable(pool) for one in group}
    # The share of draws errs by less than 4 standard errors: 0.037 at most.
    assert all(
        abs(counts[number] / draws - chance) < 4 * (chance * (1 - chance) / draws) ** 0.5
        for number, chance in said.items()
    )


def test_the_weighted_number_of_pairs_is_that_of_the_pool_on_average() -> None:
    widths = [2] * 8 + [3] * 4 + [1] * 5 + [5] * 3
    pool = answered(widths)
    prompts = {one.number: one.prompt for one in pool}
    estimates = []
    for seed in range(2000):
        by_prompt = {
            prompts[number]: chance
            for number, chance in chances(draw_prompts(pool, read_rule("random:6"), seed)).items()
        }
        estimates.append(sum(comb(widths[prompt], 2) / chance for prompt, chance in by_prompt.items()))
    truth = sum(comb(width, 2) for width in widths)
    assert sum(estimates) / len(estimates) == pytest.approx(truth, rel=0.03)


def test_a_larger_draw_of_prompts_holds_the_smaller_and_the_order_of_the_file_changes_nothing() -> None:
    pool = answered([2, 3, 1, 4] * 6)
    renumbered = [one._replace(number=100 - one.number, prompt=50 - one.prompt) for one in reversed(pool)]
    smaller, larger = ({one.response for one in draw_prompts(pool, read_rule(f"random:{size}"), 7)} for size in (4, 9))
    assert smaller < larger
    assert smaller == {100 - one.response for one in draw_prompts(renumbered, read_rule("random:4"), 7)}


def test_prompts_are_drawn_from_each_set_of_configurations() -> None:
    drawn = draw_prompts(answered([2] * 10 + [3] * 6), read_rule("stratified:3"), 7)
    assert Counter((one.drawn, one.pool) for one in drawn) == {(3, 10): 6, (3, 6): 9}
