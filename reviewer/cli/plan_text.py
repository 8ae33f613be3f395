"""A plan as it is shown on the terminal."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from reviewer.cli.plan_curve import CHOSEN, CurvePoint, curve, mark
from reviewer.cli.terminal import counted, say, say_sentence, table

if TYPE_CHECKING:
    from reviewer.agreement.pilot import PilotStudy
    from reviewer.cli.plan_assumptions import PlanAssumption
    from reviewer.statistics.planning import (
        DesignGrid,
        ExpectedLabels,
        PlannedDesign,
        PlanningWish,
        SimulatedStudies,
    )

MOST_COLUMNS, FEWEST_ROWS, MOST_ROWS = 100, 8, 16
OTHER_LINES = 15  # of a plan, beside the curve
NAMES = {"alpha": "α", "kappa": "κ", "rate": "the rate", "difference": "the difference"}
WORDS = {"per_prompt": "responses to a prompt", "shares": "shares of the values", "rater_spread": "variance by raters"}
MOST_LISTED = 24  # designs, where no wish says which to list


def tell_plan(
    wish: PlanningWish,
    labels: ExpectedLabels,
    assumed: Sequence[PlanAssumption],
    found: DesignGrid,
    played: SimulatedStudies | None,
) -> None:
    """Show what was wished, what it rests on, the curve, the designs that do, and the cheapest of them."""
    from reviewer.statistics.planning import donner_eliasziw_items, doubts

    say_sentence(f"{_wished(wish)}: {', '.join(map(_assumption, assumed))}.")
    for line in curve(*_drawn(wish, found), columns=_columns(), rows=_rows()):
        say(line)
    _tell_designs(wish, found)
    if _wishless(wish):
        return
    if found.cheapest is None:
        say_sentence(f"No design in the grid {_reaching(wish)}; the nearest is {_described(wish, found.nearest)}.")
        raters, items = _span(one.raters for one in found.designs), _span(one.items for one in found.designs)
        say_sentence(f"The grid: raters {raters}, {'items' if wish.difference is None else 'prompts'} {items}.")
        return
    say_sentence(f"Cheapest: {_described(wish, found.cheapest)}.")
    if played is not None:
        say_sentence(_simulated(wish, played))
    witness = donner_eliasziw_items(wish, labels)
    if witness is not None and any(one.raters == 2 for one in found.designs):
        say_sentence(f"Two raters by the closed form of Donner and Eliasziw (1992): {witness:,} items.")
    for doubt in doubts(wish, labels, found.cheapest):
        say_sentence(f"! {doubt}")


def next_words(wish: PlanningWish, design: PlannedDesign, pilot: PilotStudy | None) -> list[str]:
    """Return the words of the command that makes a study of a design, with the rubric of the pilot study."""
    rubric = "RUBRIC" if pilot is None else pilot.rubric
    panes = 2 if pilot is not None and pilot.question.scale.traits.compares_pair else 1
    words = ["study", "create", "NAME", "--rubric", rubric, "--overlap", str(design.raters)]
    if wish.difference is not None:
        return [*words, "--panes", "2", "--suite", "SUITE", "--model", "A", "--model", "B"]
    return [*words, "--panes", str(panes), "--sample", f"random:{design.items}"]


def _wishless(wish: PlanningWish) -> bool:
    return wish.half_width is None and wish.power is None


def _columns() -> int:
    return min(shutil.get_terminal_size().columns - 1, MOST_COLUMNS)


def _rows() -> int:
    return min(max(shutil.get_terminal_size().lines - OTHER_LINES, FEWEST_ROWS), MOST_ROWS)


def _drawn(wish: PlanningWish, found: DesignGrid) -> tuple[list[CurvePoint], float | None, CurvePoint | None]:
    points = [CurvePoint(one.raters, one.labels, _value(one)) for one in found.designs]
    best = found.cheapest
    chosen = None if best is None else CurvePoint(best.raters, best.labels, _value(best))
    return points, wish.half_width if wish.power is None else wish.power, chosen


def _value(one: PlannedDesign) -> float:
    """Return what the curve is of: power, or the half-width with the lean of gold."""
    return one.width + abs(one.lean) if one.power is None else one.power


def _wished(wish: PlanningWish) -> str:
    name = NAMES[wish.figure.value]
    if wish.difference is not None:
        return f"To find a difference of {wish.difference:g} between two rates with a chance of {wish.power:.0%}"
    return f"Intervals of {name}" if wish.half_width is None else f"For {name} ± {wish.half_width:g}"


def _assumption(one: PlanAssumption) -> str:
    values = "/".join(f"{value:.3g}" for value in one.values)
    return f"{WORDS.get(one.name, one.name)} {values} ({one.source})"


def _reaching(wish: PlanningWish) -> str:
    if wish.difference is not None:
        return f"finds a difference of {wish.difference:g} with a chance of {wish.power:.0%}"
    return f"reaches ± {wish.half_width:g}"


def _span(numbers: Iterable[int]) -> str:
    found = {*numbers}
    least, most = min(found), max(found)
    return f"{most:,}" if least == most else f"{least:,} to {most:,}"


def _tell_designs(wish: PlanningWish, found: DesignGrid) -> None:
    gold = not wish.figure.of_agreement
    head = ["", "raters", "items" if wish.difference is None else "prompts", "labels", "±"]
    head += ["power"] if wish.power is not None else []
    head += ["ties", "gold wrong", "gold leans"] if gold else []
    rows, wishless = [head], _wishless(wish)
    for one in _listed(wish, found):
        sign = CHOSEN if one == found.cheapest else "" if wishless or one.reaches(wish) else "-"
        row = [f"{mark(one.raters)} {sign}", f"{one.raters}", f"{one.items:,}", f"{one.labels:,}", f"{one.width:.3f}"]
        row += [] if one.power is None else [f"{one.power:.1%}"]
        row += [f"{one.decisions:,.0f}", f"{one.gold_error or 0.0:.1%}", f"{one.lean:+.3f}"] if gold else []
        rows.append(row)
    table(rows, right=frozenset(range(1, len(head))))


def _listed(wish: PlanningWish, found: DesignGrid) -> list[PlannedDesign]:
    """Return, for each number of raters, the smallest design that does as wished, or the largest one looked at.

    Without a wish: every design, of many those of 10, 100, 1,000 … items.
    """
    if _wishless(wish):
        few = len(found.designs) <= MOST_LISTED
        return [one for one in found.designs if few or str(one.items).strip("0") == "1"]
    listed = []
    for raters in dict.fromkeys(one.raters for one in found.designs):
        own = [one for one in found.designs if one.raters == raters]
        listed.append(next((one for one in own if one.reaches(wish)), own[-1]))
    return listed


def _described(wish: PlanningWish, one: PlannedDesign) -> str:
    what = "item" if wish.difference is None else "prompt with two responses"
    plural = "" if wish.difference is None else "prompts with two responses"
    said = f"{counted(one.raters, 'rater')} × {counted(one.items, what, plural)}: {counted(one.labels, 'label')}"
    if round(one.decisions):
        said += f" and {counted(round(one.decisions), 'tie')} to decide"
    said += f", ± {one.width:.3f}"
    if one.power is not None:
        return f"{said}, found with a chance of {one.power:.1%}"
    return said if abs(one.lean) < 0.0005 else f"{said}, gold leaning {one.lean:+.3f}"


def _simulated(wish: PlanningWish, played: SimulatedStudies) -> str:
    share = f"{played.reached:.0%} of {played.studies:,} simulated studies"
    width = "no interval" if played.width is None else f"± {played.width:.3f} on average"
    if wish.power is not None:
        return f"Simulated: {share} find it; {width}."
    return f"Simulated: {width}; {share} are as narrow as wished."
