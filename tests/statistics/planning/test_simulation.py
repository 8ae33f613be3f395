"""Studies that are played: they come out as the closed form says, and the same seed plays the same."""

from __future__ import annotations

import pytest

from reviewer.statistics.planning import (
    ExpectedLabels,
    PlannedFigure,
    PlanningWish,
    SimulatedStudies,
    designs_for,
    planned,
    simulated,
)

ALPHA = PlanningWish(PlannedFigure.ALPHA, half_width=0.1)
RATE = PlanningWish(PlannedFigure.RATE, half_width=0.06)
DIFFERENCE = PlanningWish(PlannedFigure.DIFFERENCE, difference=0.1, power=0.8)


@pytest.mark.parametrize("wish", [ALPHA, RATE, DIFFERENCE], ids=lambda wish: str(wish.figure))
@pytest.mark.parametrize(
    "labels",
    [ExpectedLabels((0.3, 0.7), 0.7), ExpectedLabels((0.2, 0.8), 0.8, 0.5, 4.0), ExpectedLabels((0.5, 0.5), 0.6, 0.2)],
    ids=["alone", "prompts of four", "alike"],
)
def test_a_design_comes_out_as_planned(wish: PlanningWish, labels: ExpectedLabels) -> None:
    design = designs_for(wish, labels, [2, 3], [(200, 10_000)]).cheapest
    assert design is not None
    played = simulated(wish, labels, design, studies=600, seed=3)
    assert played.width == pytest.approx(design.width, rel=0.03)
    if wish.power is not None:
        assert played.reached == pytest.approx(design.power, abs=0.04)


def test_several_values_come_out_as_planned() -> None:
    labels = ExpectedLabels((0.6, 0.3, 0.1), 0.6, 0.5, 3.0)
    played = simulated(ALPHA, labels, planned(ALPHA, labels, 4, 600), studies=300, seed=3)
    assert played.width == pytest.approx(planned(ALPHA, labels, 4, 600).width, rel=0.03)


def test_a_seed_plays_the_same_again_and_says_how_much_is_done() -> None:
    labels, done = ExpectedLabels((0.3, 0.7), 0.7), list[float]()
    design = planned(ALPHA, labels, 2, 100)
    first = simulated(ALPHA, labels, design, studies=20, seed=1, done=done.append)
    assert simulated(ALPHA, labels, design, studies=20, seed=1) == first
    assert simulated(ALPHA, labels, design, studies=20, seed=2) != first
    assert done == list(range(1, 21))


def test_of_large_designs_fewer_are_played() -> None:
    labels = ExpectedLabels((0.3, 0.7), 0.7)
    assert simulated(RATE, labels, planned(RATE, labels, 1, 100_000), studies=1000, seed=1).studies == 100


def test_labels_that_are_all_one_value_have_no_interval() -> None:
    labels = ExpectedLabels((1e-9, 1.0 - 1e-9), 0.7)
    assert simulated(ALPHA, labels, planned(ALPHA, labels, 2, 50), studies=5, seed=1) == SimulatedStudies(5, None, 0.0)
