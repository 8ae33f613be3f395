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
from reviewer.statistics.estimate import Estimate
from reviewer.statistics.grader_error import (
    AlternativeTest,
    DrawChance,
    Flip,
    GoldSample,
    PersonComparison,
    Ranking,
    RateUnits,
    TargetPopulation,
    alternative_test,
    counted,
    differential,
    every_unit,
    for_alternative,
    for_flip,
    goodness,
    goodness_corrected,
    judged_units,
    own_lab,
    ranking,
    simple,
)

RESAMPLING = Resampling(1000, 1)
Floats = npt.NDArray[np.float64]
NAMES = ("m0", "m1")


def rate(gold: Sequence[float | None], grader: Sequence[float | None]) -> RateUnits:
    """Return a rate over prompts that `m0` and `m1` answered in turn."""
    units = len(gold)
    population = TargetPopulation(
        [unit // 2 for unit in range(units)], [unit % 2 for unit in range(units)], NAMES, [DrawChance(0, 1, 1)] * units
    )
    return counted(population, gold, grader)


def test_a_flip_is_named_with_how_sure_it_is() -> None:
    # Gold: m0 is higher on every prompt. The grader puts m1 above on 12 of 20 prompts and m0 on 8.
    gold = [1.0, 0.0] * 20
    grader = [0.0, 1.0] * 12 + [1.0, 0.0] * 8
    found = ranking(rate(gold, grader), RESAMPLING)
    assert (found.gold, found.grader) == (("m0", "m1"), ("m1", "m0"))
    [flip] = found.flips
    assert (flip.higher, flip.lower, flip.gold.value) == ("m0", "m1", 1.0)
    assert flip.grader.value == pytest.approx(-0.2)
    # Of 20 drawn prompts more than 10 are of the 12.
    assert flip.sure == pytest.approx(1.0 - stats.binom.cdf(10, 20, 0.6), abs=0.04)


def test_a_tie_is_no_flip() -> None:
    found: Ranking = ranking(rate([1.0, 0.0] * 20, [1.0, 1.0] * 20), RESAMPLING)
    assert found.flips == ()


def test_units_that_do_not_count_are_in_no_rate() -> None:
    found = ranking(rate([1.0, math.nan, 0.0, 1.0], [1.0, 0.0, math.nan, 1.0]), RESAMPLING)
    assert (found.gold, found.grader) == (("m1", "m0"), ("m0", "m1"))


@pytest.mark.parametrize(("lower", "more"), [(0.01, 0), (-0.05, 1)])
def test_a_flip_is_settled_where_its_interval_leaves_out_nothing(lower: float, more: int) -> None:
    gold = Estimate(0.1, lower, 0.25)
    plan = for_flip(Flip("a", "b", gold, Estimate(-0.1), 0.5, 0.06), 100)
    assert plan.more is not None
    assert min(plan.more, 1) == more


def test_the_planned_gold_gives_the_interval_its_chance_of_four_in_five() -> None:
    flip = Flip("a", "b", Estimate(0.1, -0.05, 0.25), Estimate(-0.1), 0.5, 0.06)
    plan = for_flip(flip, 100)
    assert plan.more is not None
    error = 0.06 * math.sqrt(100 / (100 + plan.more))
    assert stats.norm.sf(1.959964 - 0.1 / error) == pytest.approx(0.8, abs=0.01)


def test_errors_that_know_their_configuration_are_found() -> None:
    wrong = np.array([1.0, 0.0] * 10)
    prompts, configurations = np.arange(20) // 2, np.arange(20) % 2
    found = differential(wrong, every_unit(20), prompts, configurations, NAMES, Resampling(20_000, 1))
    assert found.paired
    # Only the two arrangements in which one configuration errs on all ten prompts spread as much.
    assert found.p == pytest.approx(2 / 2**10, abs=0.001)
    assert found.rest["m0"].value == 1.0


def test_errors_that_know_nothing_are_not() -> None:
    generator = np.random.default_rng(4)
    chances = []
    for seed in range(60):
        wrong = (generator.random(120) < 0.3).astype(float)
        found = differential(wrong, every_unit(120), np.arange(120), np.arange(120) % 2, NAMES, Resampling(200, seed))
        assert not found.paired
        chances.append(found.p or 0.0)
    assert 0.3 < np.mean(chances) < 0.75


def test_with_different_chances_errors_are_not_exchanged() -> None:
    pools = np.where(np.arange(40) < 20, 20.0, 80.0)
    sample = GoldSample(np.arange(40), (np.arange(40) >= 20).astype(np.int64), np.full(40, 20.0), pools)
    found = differential(np.ones(40), sample, np.arange(40), np.arange(40) % 2, NAMES, RESAMPLING)
    assert found.p is None
    assert "different chances" in (found.undefined or "")


def test_favour_of_the_own_lab_is_error_and_bias_against_others() -> None:
    units = 60
    population = TargetPopulation(
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
    found = own_lab(judged, rates, ("A", "B", None), "A", RESAMPLING)
    assert (found.units, found.others) == (20, 20)
    assert found.error.value == pytest.approx(-0.5)
    assert found.bias["yes"].value == pytest.approx(0.5)
    assert found.error.high is not None
    assert found.error.high < 0.0


def worst_tenth(badness: Floats) -> float:
    """Goodness@0.1 by sorting: whole attempts, and part of the next where a tenth is no whole number."""
    ordered = np.sort(badness)[::-1]
    room = len(badness) * 0.1
    parts = np.clip(room - np.arange(len(badness)), 0.0, 1.0)
    return float(1.0 - (ordered @ parts) / room)


@pytest.mark.parametrize("units", [10, 37, 200])
def test_goodness_is_the_mean_over_the_worst_tenth(units: int) -> None:
    badness = np.random.default_rng(units).choice([0.0, 0.25, 0.5, 1.0], units, p=[0.7, 0.15, 0.1, 0.05])
    found = goodness(badness, np.arange(units), RESAMPLING)
    assert found.value == pytest.approx(worst_tenth(badness))
    assert found.low is not None
    assert found.high is not None
    assert found.low <= worst_tenth(badness) <= found.high


def test_goodness_by_a_whole_gold_is_that_of_the_gold() -> None:
    generator = np.random.default_rng(2)
    gold, grader = generator.choice([0.0, 0.5, 1.0], 200, p=[0.8, 0.15, 0.05]), generator.random(200)
    found = goodness_corrected(gold, grader, every_unit(200), np.arange(200), RESAMPLING)
    assert found.value == pytest.approx(worst_tenth(gold))


def test_goodness_is_corrected_where_the_grader_misses_the_worst() -> None:
    generator = np.random.default_rng(3)
    gold = (generator.random(4000) < 0.06).astype(float)
    grader = np.where(generator.random(4000) < 0.5, gold, 0.0)
    sample = simple(np.sort(generator.permutation(4000)[:1500]), 4000)
    raw = goodness(grader, np.arange(4000), RESAMPLING)
    found = goodness_corrected(gold[sample.units], grader, sample, np.arange(4000), RESAMPLING)
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
    found = alternative_test(verdict, people, ("a", "b", "c", "d"), epsilon=epsilon)
    chances, wins, advantage = by_the_paper(verdict, people, epsilon)
    assert [one.p for one in found.people] == pytest.approx(chances, rel=1e-7)
    assert [one.wins for one in found.people] == wins
    assert found.winning_rate == np.mean(wins)
    assert found.advantage == pytest.approx(advantage)
    assert found.passes == (np.mean(wins) >= 0.5)


def test_a_grader_that_always_agrees_leaves_no_spread_and_passes() -> None:
    found = alternative_test([1] * 40, [[1, 1, 1]] * 40, ("a", "b", "c"), epsilon=0.2)
    assert (found.winning_rate, found.passes, found.advice) == (1.0, True, None)


def test_a_verdict_that_is_no_label_is_never_near() -> None:
    found = alternative_test([7] * 40, [[1, 1, 1]] * 40, ("a", "b", "c"), epsilon=0.2)
    assert (found.winning_rate, found.advantage) == (0.0, 0.0)


def test_on_an_ordered_scale_nearness_is_by_distance() -> None:
    people, places = [[0, 0, 2]] * 40, [0.0, 1.0, 2.0, math.nan]
    middle = alternative_test([1] * 40, people, ("a", "b", "c"), epsilon=0.2, places=places)
    assert [one.advantage for one in middle.people] == [1.0, 1.0, 1.0]
    nothing = alternative_test([3] * 40, people, ("a", "b", "c"), epsilon=0.2, places=places)
    assert nothing.advantage == 0.0


def test_too_few_items_are_not_tested() -> None:
    found = alternative_test([1] * 29, [[1, 1]] * 29, ("a", "b"), epsilon=0.2)
    assert (found.passes, found.winning_rate) == (None, None)
    assert "29 items" in (found.undefined or "")


def test_two_people_are_fewer_than_advised() -> None:
    assert "3 or more" in (alternative_test([1] * 40, [[1, 1]] * 40, ("a", "b"), epsilon=0.2).advice or "")


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
