"""The grid of designs: the smallest that reaches a wish, the cheapest of these, and what casts doubt on one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.statistics.planning import (
    ExpectedLabels,
    PlannedDesign,
    PlannedFigure,
    PlanningWish,
    designs_for,
    donner_eliasziw_items,
    doubts,
    planned,
)

RARE = ExpectedLabels((0.1, 0.9), 0.7)


def wish(figure: PlannedFigure = PlannedFigure.ALPHA, half_width: float | None = 0.05) -> PlanningWish:
    return PlanningWish(figure, half_width=half_width)


@given(
    st.sampled_from([PlannedFigure.ALPHA, PlannedFigure.KAPPA, PlannedFigure.RATE]),
    st.floats(0.02, 0.3),
    st.floats(0.05, 0.95),
    st.floats(0.1, 0.95),
    st.integers(2, 6),
)
def test_one_item_less_than_the_smallest_design_does_not_reach_the_wish(
    figure: PlannedFigure, half_width: float, rate: float, agreement: float, raters: int
) -> None:
    labels, wished = ExpectedLabels((rate, 1.0 - rate), agreement), wish(figure, half_width)
    found = designs_for(wished, labels, [raters], [(10, 1_000_000)])
    if found.cheapest is None:
        assert abs(found.nearest.lean) + found.nearest.width > half_width
        return
    assert found.cheapest.reaches(wished)
    if found.cheapest.items > 10:
        assert not planned(wished, labels, raters, found.cheapest.items - 1).reaches(wished)


def test_the_cheapest_costs_least_of_all_that_reach_the_wish() -> None:
    found = designs_for(wish(), RARE, [2, 3, 4], [(10, 10_000)])
    reaching = [one for one in found.designs if one.reaches(wish())]
    assert {one.raters for one in reaching} == {2, 3, 4}
    assert found.cheapest in reaching
    assert found.cheapest is not None
    assert found.cheapest.cost == min(one.cost for one in reaching)


def test_ties_are_paid_for() -> None:
    """Two raters and somebody who decides their ties make gold as three do; the labels alone would be fewer."""
    rate = wish(PlannedFigure.RATE, 0.05)
    two, three = (planned(rate, RARE, raters, 400) for raters in (2, 3))
    assert (two.width, two.lean, two.gold_error) == (three.width, three.lean, three.gold_error)
    assert two.labels < two.cost < three.cost == three.labels


def test_numbers_named_are_the_only_ones() -> None:
    found = designs_for(wish(), RARE, [2], [(100, 100), (200, 200)])
    assert [one.items for one in found.designs] == [100, 200]
    assert found.cheapest is None
    assert found.nearest.items == 200


def test_a_range_has_its_ends_and_the_smallest_that_does() -> None:
    items = [one.items for one in designs_for(wish(half_width=0.2), RARE, [2], [(60, 450)]).designs]
    assert (items[0], items[-1]) == (60, 450)
    assert 143 in items
    assert items == sorted(set(items))


def test_a_rate_counts_the_lean_of_gold() -> None:
    """By a majority of three the rate is off by .0052: an interval of ± .0450 is one of ± .05 only just."""
    rate = wish(PlannedFigure.RATE, 0.05)
    found = designs_for(rate, RARE, [3], [(10, 10_000)]).cheapest
    assert found is not None
    assert found.lean < 0.0
    assert found.width - found.lean == pytest.approx(0.05, abs=0.0005)


def test_a_wish_that_gold_never_reaches_is_left_open() -> None:
    found = designs_for(wish(PlannedFigure.RATE, 0.001), RARE, [3], [(10, 1_000_000)])
    assert found.cheapest is None
    assert found.nearest.items == 1_000_000


def told(design: PlannedDesign, labels: ExpectedLabels, figure: PlannedFigure) -> str:
    return " ".join(doubts(wish(figure), labels, design))


def test_small_designs_are_doubted_and_large_ones_are_not() -> None:
    alpha = wish()
    assert doubts(alpha, RARE, planned(alpha, RARE, 2, 500)) == []
    small = told(planned(alpha, RARE, 2, 60), RARE, PlannedFigure.ALPHA)
    assert "Fewer than 100 items" in small
    assert "About 6.0 items without the most frequent value" in small
    one = told(planned(wish(PlannedFigure.RATE), RARE, 1, 500), RARE, PlannedFigure.RATE)
    assert "nothing will show how far raters agree" in one


def test_few_prompts_and_raters_who_differ_are_doubted() -> None:
    alike = ExpectedLabels((0.5, 0.5), 0.7, 0.5, 10.0, rater_spread=0.01)
    said = told(planned(wish(), alike, 4, 200), alike, PlannedFigure.ALPHA)
    assert "About 20 prompts" in said
    assert "no number of items gets below ± 0.098" in said


def test_the_closed_form_stands_beside_only_what_it_is_for() -> None:
    assert donner_eliasziw_items(wish(), RARE) == 2394
    assert donner_eliasziw_items(wish(half_width=0.8), RARE) is None
    assert donner_eliasziw_items(wish(half_width=None), RARE) is None
    assert donner_eliasziw_items(wish(PlannedFigure.RATE), RARE) is None
    assert donner_eliasziw_items(wish(), ExpectedLabels((0.1, 0.2, 0.7), 0.7)) is None
