"""Rankings and flips, differential error, favour of the own lab, the worst tenth, the alternative annotator test."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats  # type: ignore[import-untyped]
from statsmodels.stats.multitest import multipletests  # type: ignore[import-untyped]

from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.grader_error import (
    AlternativeTest,
    ClaimKind,
    FlipState,
    PersonComparison,
    Ranking,
    alternative_test,
    counted,
    for_alternative,
    goodness,
    goodness_corrected,
    judged_units,
    own_lab,
    parts_of,
    rank,
)
from reviewer.statistics.sample_design import DrawChance, census, sample_design, simple_sample

RESAMPLING = Resampling(1000, 1)
Floats = npt.NDArray[np.float64]
NAMES = ("m0", "m1")


def ranked(gold: Sequence[float], grader: Sequence[float], matters: float = 0.05) -> Ranking:
    """Rank `m0` and `m1`, which answered each prompt in turn."""
    units = np.arange(len(gold))
    design = census(units // 2, units % 2, NAMES)
    return rank(parts_of(np.array(gold, float)), parts_of(np.array(grader, float)), design, matters)


@pytest.mark.parametrize(
    ("against", "state"), [(36, FlipState.SETTLED), (24, FlipState.POSSIBLE)], ids=["settled", "possible"]
)
def test_a_flip_is_named_with_how_sure_it_is(against: int, state: FlipState) -> None:
    # Gold: m0 is higher on every prompt. The grader puts m1 above on so many of 40 prompts and m0 on the others.
    gold = [1.0, 0.0] * 40
    found = ranked(gold, [0.0, 1.0] * against + [1.0, 0.0] * (40 - against))
    assert (found.gold, found.grader) == (("m0", "m1"), ("m1", "m0"))
    [flip] = found.flips
    assert (flip.higher, flip.lower, flip.gold.value, flip.state) == ("m0", "m1", 1.0, state)
    assert flip.grader.value == pytest.approx(-(2 * against - 40) / 40)
    assert (flip.units, flip.clusters) == (80, 40)


def test_a_flip_needs_gold_on_ten_prompts_of_both() -> None:
    assert ranked([1.0, 0.0] * 9, [0.0, 1.0] * 9).flips == ()


def test_equal_configurations_settle_no_flip() -> None:
    generator = np.random.default_rng(8)
    units = np.arange(1000)
    design = census(units // 5, units % 5, tuple("abcde"))
    settled = 0
    for _ in range(40):
        gold = (generator.random(1000) < 0.4).astype(float)
        grader = np.where(generator.random(1000) < 0.8, gold, 1.0 - gold)
        found = rank(parts_of(gold), parts_of(grader), design, 0.05)
        settled += any(flip.state is FlipState.SETTLED for flip in found.flips)
    assert settled <= 2


def test_a_tie_is_no_flip() -> None:
    assert ranked([1.0, 0.0] * 20, [1.0, 1.0] * 20).flips == ()


def test_units_that_do_not_count_are_in_no_rate() -> None:
    found = ranked([1.0, math.nan, 0.0, 1.0], [1.0, 0.0, math.nan, 1.0])
    assert (found.gold, found.grader) == (("m1", "m0"), ("m0", "m1"))


def test_favour_of_the_own_lab_is_error_and_bias_against_others() -> None:
    units = 60
    population = sample_design(
        [unit // 3 for unit in range(units)],
        [unit % 3 for unit in range(units)],
        ("ours", "theirs", "unknown"),
        [DrawChance(0, 1, 1)] * units,
    )
    # On its own lab the grader misses none, on the other every second, and what it says of the third does not count.
    gold = [1] * units
    verdict = [(1, unit // 3 % 2, 0)[unit % 3] for unit in range(units)]
    judged = judged_units(population, ("no", "yes"), {"no": ("no",), "yes": ("yes",)}, ("no", "yes"), gold, verdict)
    rates = {"yes": counted(population, [1.0] * units, [float(one) for one in verdict])}
    found = own_lab(judged, rates, ("A", "B", None), "A", {"yes": 0.1})
    assert (found.units, found.others) == (20, 20)
    assert found.error.difference.estimate.value == pytest.approx(-0.5)
    assert found.bias["yes"].difference.estimate.value == pytest.approx(0.5)
    assert found.error.kind is ClaimKind.DIFFERS
    assert (found.error.matters, found.bias["yes"].matters, found.error.family) == (0.05, 0.1, 2)


def worst_tenth(badness: Floats) -> float:
    """Goodness@0.1 by sorting: whole attempts, and part of the next where a tenth is no whole number."""
    ordered = np.sort(badness)[::-1]
    room = len(badness) * 0.1
    parts = np.clip(room - np.arange(len(badness)), 0.0, 1.0)
    return float(1.0 - (ordered @ parts) / room)


@pytest.mark.parametrize("units", [10, 37, 200])
def test_goodness_is_the_mean_over_the_worst_tenth(units: int) -> None:
    badness = np.random.default_rng(units).choice([0.0, 0.25, 0.5, 1.0], units, p=[0.7, 0.15, 0.1, 0.05])
    found = goodness(badness, census(np.arange(units)), RESAMPLING)
    assert found.value == pytest.approx(worst_tenth(badness))
    assert found.low is not None
    assert found.high is not None
    assert found.low <= worst_tenth(badness) <= found.high


def test_goodness_by_a_whole_gold_is_that_of_the_gold() -> None:
    generator = np.random.default_rng(2)
    gold, grader = generator.choice([0.0, 0.5, 1.0], 200, p=[0.8, 0.15, 0.05]), generator.random(200)
    found = goodness_corrected(gold, grader, census(np.arange(200)), RESAMPLING)
    assert found.value == pytest.approx(worst_tenth(gold))


def test_goodness_is_corrected_where_the_grader_misses_the_worst() -> None:
    generator = np.random.default_rng(3)
    gold = (generator.random(4000) < 0.06).astype(float)
    grader = np.where(generator.random(4000) < 0.5, gold, 0.0)
    sample = simple_sample(census(np.arange(4000)), np.sort(generator.permutation(4000)[:1500]))
    raw = goodness(grader, census(np.arange(4000)), RESAMPLING)
    found = goodness_corrected(gold, grader, sample, RESAMPLING)
    assert found.value == pytest.approx(worst_tenth(gold), abs=0.08)
    assert raw.value is not None
    assert found.high is not None
    assert raw.value > found.high


def by_the_paper(verdict: list[int], people: list[list[int]], epsilon: float) -> tuple[list[float], list[bool], float]:
    """The alternative annotator test from its definition, with scipy and statsmodels."""
    chances, advantages = [], []
    for left_out in range(len(people[0])):
        ahead, behind = [], []
        for said, given in zip(verdict, people, strict=True):
            others = [one for place, one in enumerate(given) if place != left_out and one != -1]
            if given[left_out] == -1 or not others:
                continue
            grader, person = (np.mean([one == label for one in others]) for label in (said, given[left_out]))
            ahead.append(float(grader >= person))
            behind.append(float(person >= grader))
        chances.append(float(stats.ttest_1samp(np.array(behind) - np.array(ahead), epsilon, alternative="less").pvalue))
        advantages.append(float(np.mean(ahead)))
    wins = multipletests(chances, 0.05, method="fdr_by")[0]
    return chances, [bool(one) for one in wins], float(np.mean(advantages))


@pytest.mark.parametrize(("skill", "epsilon"), [(0.9, 0.2), (0.75, 0.1), (0.6, 0.2)])
def test_the_alternative_annotator_test_is_that_of_the_paper(skill: float, epsilon: float) -> None:
    generator = np.random.default_rng(int(skill * 100))
    truth = generator.choice(3, 80)
    people = [
        [
            int(one) if generator.random() < 0.8 else -1 if generator.random() < 0.3 else int(generator.choice(3))
            for _ in range(4)
        ]
        for one in truth
    ]
    verdict = [int(one) if generator.random() < skill else int(generator.choice(5)) for one in truth]
    found = alternative_test(verdict, people, ("a", "b", "c", "d"), census(np.arange(80)), epsilon=epsilon)
    chances, wins, advantage = by_the_paper(verdict, people, epsilon)
    assert [one.p for one in found.people] == pytest.approx(chances, rel=1e-7)
    assert [one.wins for one in found.people] == wins
    assert found.winning_rate == np.mean(wins)
    assert found.advantage == pytest.approx(advantage)
    assert found.passes == (np.mean(wins) >= 0.5)


def test_a_grader_that_always_agrees_leaves_no_spread_and_passes() -> None:
    found = alternative_test([1] * 40, [[1, 1, 1]] * 40, ("a", "b", "c"), census(np.arange(40)), epsilon=0.2)
    assert (found.winning_rate, found.passes, found.advice) == (1.0, True, None)


def test_a_verdict_that_is_no_label_is_never_near() -> None:
    found = alternative_test([7] * 40, [[1, 1, 1]] * 40, ("a", "b", "c"), census(np.arange(40)), epsilon=0.2)
    assert (found.winning_rate, found.advantage) == (0.0, 0.0)


def test_on_an_ordered_scale_nearness_is_by_distance() -> None:
    people, places = [[0, 0, 2]] * 40, [0.0, 1.0, 2.0, math.nan]
    middle = alternative_test([1] * 40, people, ("a", "b", "c"), census(np.arange(40)), epsilon=0.2, places=places)
    assert [one.advantage for one in middle.people] == [1.0, 1.0, 1.0]
    nothing = alternative_test([3] * 40, people, ("a", "b", "c"), census(np.arange(40)), epsilon=0.2, places=places)
    assert nothing.advantage == 0.0


def test_too_few_items_are_not_tested() -> None:
    found = alternative_test([1] * 29, [[1, 1]] * 29, ("a", "b"), census(np.arange(29)), epsilon=0.2)
    assert (found.passes, found.winning_rate) == (None, None)
    assert "29 items" in (found.undefined or "")


def test_two_people_are_fewer_than_advised() -> None:
    assert "3 or more" in (
        alternative_test([1] * 40, [[1, 1]] * 40, ("a", "b"), census(np.arange(40)), epsilon=0.2).advice or ""
    )


def failed(person: PersonComparison) -> AlternativeTest:
    return AlternativeTest(
        0.2, (person, person, person), 0.0, person.advantage, passes=False, undefined=None, advice=None
    )


def test_where_people_are_ahead_by_the_allowance_more_items_do_not_help() -> None:
    person = PersonComparison("a", 100, 0.5, 0.3, 0.5, 0.99, wins=False)
    plan = for_alternative(
        AlternativeTest(0.2, (person, person, person), 0.0, 0.5, passes=False, undefined=None, advice=None)
    )
    assert plan.more is None


def test_the_planned_items_let_the_test_pass_four_times_in_five() -> None:
    person = PersonComparison("a", 60, 0.8, 0.1, 0.5, 0.3, wins=False)
    plan = for_alternative(
        AlternativeTest(0.2, (person, person, person), 0.0, 0.8, passes=False, undefined=None, advice=None)
    )
    assert plan.more is not None
    items = 60 + plan.more
    limit = 2 / 3 * 0.05 / (1 + 1 / 2 + 1 / 3)
    power = stats.norm.cdf(0.1 / (0.5 / math.sqrt(items)) - stats.t.ppf(1 - limit, items - 1))
    assert power == pytest.approx(0.8, abs=0.03)
