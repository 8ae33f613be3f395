"""A study before it is made: how wide its intervals will be, what it will find, and what that costs. Pure; numpy only.

What raters will say follows one model, `ExpectedLabels`. From it `planned` gives the half-width and the power of a
design in closed form, `designs_for` a grid of designs with the smallest one that reaches a wish, and `simulated` plays
one design many times over, as a check on the closed form.
"""

from __future__ import annotations

from reviewer.statistics.planning.agreement_width import alpha_half_width, donner_eliasziw
from reviewer.statistics.planning.designs import (
    FEWEST_ITEMS,
    MOST_ITEMS,
    DesignGrid,
    PlannedDesign,
    PlannedFigure,
    PlanningWish,
    designs_for,
    donner_eliasziw_items,
    doubts,
    planned,
)
from reviewer.statistics.planning.gold_width import NotPossible, widest_correlation
from reviewer.statistics.planning.pilot_labels import PilotFigures, pilot_figures, value_or_not
from reviewer.statistics.planning.rater_model import ExpectedLabels, MajorityErrors
from reviewer.statistics.planning.rater_spread import rater_spread
from reviewer.statistics.planning.simulation import SimulatedStudies, simulated

__all__ = [
    "FEWEST_ITEMS",
    "MOST_ITEMS",
    "DesignGrid",
    "ExpectedLabels",
    "MajorityErrors",
    "NotPossible",
    "PilotFigures",
    "PlannedDesign",
    "PlannedFigure",
    "PlanningWish",
    "SimulatedStudies",
    "alpha_half_width",
    "designs_for",
    "donner_eliasziw",
    "donner_eliasziw_items",
    "doubts",
    "pilot_figures",
    "planned",
    "rater_spread",
    "simulated",
    "value_or_not",
    "widest_correlation",
]
