from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.study_design.pairing import MOST_BLOCKS, choose_block, pair, sizes

Candidates = Sequence[tuple[str, int]]
Situation = tuple[list[tuple[str, int]], dict[tuple[int, int], int], int]
Met = Mapping[tuple[int, int], int]


@given(responses=st.integers(0, 200), panes=st.integers(1, 8))
def test_items_hold_every_response_once(responses: int, panes: int) -> None:
    assert sum(sizes(responses, panes)) == responses


@given(responses=st.integers(1, 200), panes=st.integers(1, 8))
def test_no_item_is_wider_than_the_panes(responses: int, panes: int) -> None:
    assert max(sizes(responses, panes)) <= panes


@given(responses=st.integers(1, 200), panes=st.integers(1, 8))
def test_items_are_as_even_as_can_be(responses: int, panes: int) -> None:
    assert max(sizes(responses, panes)) - min(sizes(responses, panes)) <= 1


@given(responses=st.integers(1, 200), panes=st.integers(1, 8))
def test_there_are_no_more_items_than_needed(responses: int, panes: int) -> None:
    assert (len(sizes(responses, panes)) - 1) * panes < responses


def test_five_responses_in_four_panes_are_three_and_two() -> None:
    assert sizes(5, 4) == [3, 2]


def test_a_pair_is_the_same_in_both_orders() -> None:
    assert pair(5, 2) == pair(2, 5) == (2, 5)


def meetings(block: Sequence[str], candidates: Candidates, met: Met) -> tuple[int, int]:
    """Return how often a block repeats a configuration, and how often its other pairs have met."""
    of = dict(candidates)
    pairs = [tuple(sorted((of[one], of[other]))) for one, other in combinations(block, 2)]
    return (
        sum(first == second for first, second in pairs),
        sum(met.get((first, second), 0) for first, second in pairs if first != second),
    )


@st.composite
def situations(draw: st.DrawFn, most: int) -> Situation:
    configurations = draw(st.lists(st.integers(1, 5), min_size=1, max_size=most))
    candidates = [(f"r{number}", configuration) for number, configuration in enumerate(configurations)]
    pairs = [(first, second) for first in range(1, 6) for second in range(first, 6)]
    met = draw(st.dictionaries(st.sampled_from(pairs), st.integers(0, 9)))
    return candidates, met, draw(st.integers(1, min(8, len(candidates))))


@given(situations(most=9), st.integers(0, 3))
def test_no_block_meets_less_than_the_one_chosen(situation: Situation, seed: int) -> None:
    candidates, met, size = situation
    chosen = choose_block(candidates, met, size, seed=seed, item="i")
    every = combinations([response for response, _ in candidates], size)
    worst = 1 + sum(met.values())

    def cost(block: Sequence[str]) -> int:
        repeated, others = meetings(block, candidates, met)
        return worst * repeated + others

    assert cost(chosen) == min(map(cost, every))


@given(situations(most=30), st.integers(0, 3))
def test_a_block_is_as_many_different_candidates_as_asked(situation: Situation, seed: int) -> None:
    candidates, met, size = situation
    chosen = choose_block(candidates, met, size, seed=seed, item="i")
    assert len(set(chosen) & {response for response, _ in candidates}) == len(chosen) == size


@given(situations(most=30), st.randoms())
def test_the_order_of_candidates_does_not_matter(situation: Situation, shuffler: random.Random) -> None:
    candidates, met, size = situation
    shuffled = shuffler.sample(candidates, len(candidates))
    one, other = (choose_block(order, met, size, seed=1, item="i") for order in (candidates, shuffled))
    assert sorted(one) == sorted(other)


@given(st.integers(2, 8), st.integers(1, 4), st.integers(0, 99))
def test_two_samples_of_a_configuration_never_meet_while_another_is_left(size: int, samples: int, seed: int) -> None:
    candidates = [(str(number), number // samples) for number in range(8 * samples)]
    block = choose_block(candidates, {(0, 1): 4, (2, 3): 1}, size, seed=seed, item="i")
    assert len({int(response) // samples for response in block}) == size


def test_too_many_blocks_to_try_all_still_meet_more_evenly_than_drawn_ones() -> None:
    candidates = [(str(number), number) for number in range(20)]

    def spread(choose: str) -> int:
        met: dict[tuple[int, int], int] = {}
        drawn = random.Random(1)
        for item in range(60):
            block = (
                choose_block(candidates, met, 6, seed=1, item=str(item))
                if choose == "balanced"
                else drawn.sample([response for response, _ in candidates], 6)
            )
            for first, second in combinations(map(int, block), 2):
                met[pair(first, second)] = met.get(pair(first, second), 0) + 1
        return sum((met.get(one, 0) - 60 * 15 // 190) ** 2 for one in combinations(range(20), 2))

    assert MOST_BLOCKS < 38_760  # six of twenty
    assert spread("balanced") < spread("drawn") / 2


def test_ties_fall_differently_on_different_items() -> None:
    candidates = [(str(number), number) for number in range(4)]
    blocks = {frozenset(choose_block(candidates, {}, 2, seed=1, item=str(item))) for item in range(60)}
    assert len(blocks) == 6


@pytest.mark.parametrize("size", [2, 3])
def test_all_are_shown_where_there_are_no_more_than_asked(size: int) -> None:
    assert choose_block([("x", 1), ("y", 1)], {}, size, seed=1, item="i") == ["x", "y"]
