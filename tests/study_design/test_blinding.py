from __future__ import annotations

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.studies.create import MOST_PANES
from reviewer.study_design.blinding import ALIASES, alias, item_key, pane_order, rank, start

SEEDS = st.integers(0, 2**40)


def test_a_rank_is_the_start_of_a_hash_so_that_it_is_the_same_on_every_machine() -> None:
    expected = hashlib.sha256(b"7\x1fpane\x1fr1").hexdigest()[:16]
    assert f"{rank(7, 'pane', 'r1'):016x}" == expected


@pytest.mark.parametrize("other", [(8, "ab", "c"), (7, "a", "bc"), (7, "ab", "c", ""), (7, "abc")])
def test_another_seed_or_other_names_give_another_rank(other: tuple[int, *tuple[str, ...]]) -> None:
    assert rank(*other) != rank(7, "ab", "c")


def test_items_of_one_prompt_fall_apart_in_the_shuffle() -> None:
    assert item_key(7, "p", 0) != item_key(7, "p", 1)


@given(SEEDS, st.text(), st.text(), st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=8))
def test_panes_show_each_response_once(seed: int, rater: str, prompt: str, shown: dict[str, str]) -> None:
    assert sorted(pane_order(seed, rater, prompt, shown)) == sorted(shown)


@given(SEEDS, st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=8))
def test_the_order_of_panes_does_not_depend_on_the_order_given(seed: int, shown: dict[str, str]) -> None:
    assert pane_order(seed, "r1", "i", shown) == pane_order(seed, "r1", "i", dict(reversed(shown.items())))


@given(SEEDS, st.permutations("abcd"))
def test_the_order_of_panes_does_not_depend_on_the_ids_of_responses_that_differ(seed: int, ids: list[str]) -> None:
    texts = ["one", "two", "three", "four"]
    shown = dict(zip(ids, texts, strict=True))
    seen = [shown[one] for one in pane_order(seed, "r1", "p", shown)]
    plain = dict(zip("abcd", texts, strict=True))
    assert seen == [plain[one] for one in pane_order(seed, "r1", "p", plain)]


XY = {"x": "one text", "y": "another"}
XYZ = XY | {"z": "a third"}


@pytest.mark.parametrize("by", ["rater", "prompt", "seed"])
def test_each_response_is_on_the_left_about_half_of_the_time(by: str) -> None:
    names = [f"name {number}" for number in range(1000)]
    orders = {
        "rater": [pane_order(7, name, "i", XY) for name in names],
        "prompt": [pane_order(7, "r1", name, XY) for name in names],
        "seed": [pane_order(seed, "r1", "i", XY) for seed in range(1000)],
    }[by]
    assert 450 < sum(order == ("x", "y") for order in orders) < 550


def test_all_orders_of_three_panes_occur_about_equally_often() -> None:
    orders = Counter(
        pane_order(7, "r1", f"prompt {number}", dict.fromkeys("xyz", "") | {"x": "1", "y": "2"})
        for number in range(1200)
    )
    assert len(orders) == 6
    assert all(150 < count < 250 for count in orders.values())


@given(SEEDS, st.text(), st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_turn_starts_within_the_items(seed: int, rater: str, turn: int, items: int) -> None:
    assert 0 <= start(seed, rater, turn, items) < items


def test_a_study_without_items_starts_at_its_beginning() -> None:
    assert start(7, "r1", 3, 0) == 0


def test_two_raters_start_at_unrelated_places() -> None:
    same = sum(start(7, "left", turn, 10) == start(7, "right", turn, 10) for turn in range(1000))
    assert 60 < same < 140


def test_every_pane_has_a_name_of_its_own() -> None:
    assert [alias(pane) for pane in range(MOST_PANES)] == list(ALIASES)
