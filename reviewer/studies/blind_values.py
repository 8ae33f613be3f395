"""Values as they read for units under blind names, whose pairs may stand in the other order than they are stored in."""

from __future__ import annotations

from collections.abc import Mapping

from reviewer.definitions.scale import OTHER_SIDE
from reviewer.study_design.blind_names import BlindUnit


def seen_value(value: str, unit: BlindUnit) -> str:
    """Return a preference's value as it reads for the pair in the order of `unit`; any other value as it is."""
    return OTHER_SIDE.get(value, value) if unit.swapped and unit.other_response else value


def seen_distribution(values: Mapping[str, int], unit: BlindUnit) -> dict[str, int]:
    """Return how often each value was given, as `seen_value` reads them."""
    return {seen_value(value, unit): count for value, count in values.items()}
