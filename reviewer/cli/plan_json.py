"""What `reviewer plan --json` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewer.cli.plan_assumptions import PlanAssumption
    from reviewer.statistics.planning import (
        DesignGrid,
        ExpectedLabels,
        PlannedDesign,
        PlanningWish,
        SimulatedStudies,
    )


def plan_document(
    study: str | None,
    wish: PlanningWish,
    labels: ExpectedLabels,
    assumed: Sequence[PlanAssumption],
    found: DesignGrid,
    played: SimulatedStudies | None,
) -> dict[str, object]:
    """Return a plan as one document."""
    from reviewer.statistics.planning import donner_eliasziw_items, doubts

    return {
        "study": study,
        "wish": {
            "figure": wish.figure.value,
            "half_width": wish.half_width,
            "difference": wish.difference,
            "power": wish.power,
        },
        "assumed": {
            one.name: {"value": one.value if len(one.values) == 1 else list(one.values), "source": one.source}
            for one in assumed
        },
        "designs": [design_values(one) for one in found.designs],
        "cheapest": None if found.cheapest is None else design_values(found.cheapest),
        "nearest": design_values(found.nearest),
        "simulated": None if played is None else asdict(played),
        "warnings": doubts(wish, labels, found.nearest),
        "donner_eliasziw_items": donner_eliasziw_items(wish, labels),
    }


def design_values(one: PlannedDesign) -> dict[str, object]:
    """Return one design."""
    return {
        "raters": one.raters,
        "items": one.items,
        "labels": one.labels,
        "decisions": one.decisions,
        "width": one.width,
        "power": one.power,
        "lean": one.lean,
        "gold_error": one.gold_error,
    }
