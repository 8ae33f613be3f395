"""Estimates as text: a value, its interval, and both drawn on a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewer.statistics.estimate import Estimate

BAR = 24  # cells from 0 to 1
MOST_REASONS = 3  # that are named
DOUBT = "!"  # behind an interval that is likely too narrow


def short(estimate: Estimate) -> str:
    """Return the value alone."""
    return "undefined" if estimate.value is None else f"{estimate.value:.3f}"


def interval(estimate: Estimate) -> str:
    """Return value and interval in one, or what there is of them."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return short(estimate)
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]{_mark(estimate)}"


def signed(estimate: Estimate) -> str:
    """Return a difference with its interval."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "undefined" if estimate.value is None else f"{estimate.value:+.3f}"
    return f"{estimate.value:+.3f} [{estimate.low:+.3f}, {estimate.high:+.3f}]{_mark(estimate)}"


def _mark(estimate: Estimate) -> str:
    return DOUBT if estimate.warning else ""


def marked(estimates: Iterable[Estimate]) -> str | None:
    """Return what to say beneath figures of which some are marked: why their intervals are likely too narrow."""
    reasons = list(dict.fromkeys(one.warning for one in estimates if one.warning))
    if not reasons:
        return None
    more = f"; and {len(reasons) - MOST_REASONS} reasons more" if len(reasons) > MOST_REASONS else ""
    return f"{DOUBT} {'; '.join(reasons[:MOST_REASONS])}{more}."


def cells(estimate: Estimate) -> list[str]:
    """Return an estimate as value, interval and drawing."""
    if estimate.value is None:
        return ["undefined", estimate.undefined or "", ""]
    if estimate.low is None or estimate.high is None:
        return [f"{estimate.value:.3f}", estimate.undefined or "", drawn(*[estimate.value] * 3)]
    ends = f"[{estimate.low:.3f}, {estimate.high:.3f}]{_mark(estimate)}"
    return [f"{estimate.value:.3f}", ends, drawn(estimate.low, estimate.value, estimate.high)]


def drawn(low: float, value: float, high: float) -> str:
    """Return an interval on a line from 0 to 1; what lies below 0 is drawn at 0."""
    first, middle, last = (round(min(max(place, 0.0), 1.0) * BAR) for place in (low, value, high))
    line = ["─" if first <= place <= last else "·" for place in range(BAR + 1)]
    line[middle] = "●"
    return "".join(line)
