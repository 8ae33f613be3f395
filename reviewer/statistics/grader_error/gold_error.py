"""What a grader's error would be if people err in the gold too: as a curve over a stated error of gold.

A verdict differs from gold where the grader errs or gold does. Were gold wrong on a share g of units, whatever the
grader says and whichever of the k - 1 other values is given instead, a grader that errs on a share e would differ on
e (1 - g) + (1 - e) g + e g (k - 2) / (k - 1), which is solved for e. Without any assumption about which units gold is
wrong on, e lies within g of what is seen.
"""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.statistics.estimate import NEAR_ZERO, Estimate

LEVELS = (0.0, 0.02, 0.04, 0.06, 0.08, 0.1)


@dataclass(frozen=True, slots=True)
class GoldErrorPoint:
    """A grader's error if gold is wrong on a share `gold_error` of the units.

    `error` is where slips of people have nothing to do with the grader, None where so many slips cannot be; `least` and
    `most` hold whatever they have to do with it.
    """

    gold_error: float
    error: float | None
    least: float
    most: float


def gold_error_curve(seen: Estimate, values: int) -> tuple[GoldErrorPoint, ...]:
    """Return the curve of an error as it was `seen` against gold of that many `values`; empty where it is undefined."""
    if seen.value is None or values < 2:
        return ()
    return tuple(_point(seen.value, values, level) for level in LEVELS)


def _point(seen: float, values: int, level: float) -> GoldErrorPoint:
    found = (seen - level) / (1.0 - level * values / (values - 1))
    possible = -NEAR_ZERO <= found <= 1.0
    return GoldErrorPoint(level, max(found, 0.0) if possible else None, max(seen - level, 0.0), min(seen + level, 1.0))
