"""Labels of one unit in, what they decide out: a value and how it was decided, or a dispute and why.

Pure. Disputes and gold are always derived from labels and adjudications and never stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from reviewer.errors import ReviewerError


class How(StrEnum):
    """How a unit's value was decided."""

    UNANIMOUS = "unanimous"
    MAJORITY = "majority"
    ADJUDICATED = "adjudicated"
    UNDECIDED = "undecided"


class Reason(StrEnum):
    """Why a unit is undecided."""

    DISAGREE = "disagree"
    TIE = "tie"
    TOO_FEW = "too few"
    FLAGGED = "flagged"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Policy:
    """What decides a unit: every label alike, or more than half of them, `margin` ahead of the next value."""

    unanimous: bool
    margin: int = 1

    def __str__(self) -> str:
        return "unanimous" if self.unanimous else f"majority:{self.margin}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the labels of one unit come to. `distribution` counts the raters' values, in order of first appearance."""

    value: str | None
    how: How
    reason: Reason | None = None
    distribution: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """An adjudicator's decision; `value` None means that the unit is decided to have no label."""

    value: str | None


def read_policy(text: str) -> Policy:
    """Read `unanimous`, `majority` or `majority:MARGIN`.

    Raises:
        ReviewerError: anything else.
    """
    kind, _, margin = text.partition(":")
    if kind == "unanimous" and not margin:
        return Policy(unanimous=True)
    if kind == "majority" and (not margin or (margin.isascii() and margin.isdigit() and int(margin) >= 1)):
        return Policy(unanimous=False, margin=int(margin or 1))
    raise ReviewerError(
        f"--policy {text}: no such policy; expected unanimous, majority, or majority:MARGIN (1 or more)"
    )


def decide(
    values: Sequence[str],
    policy: Policy,
    *,
    wanted: int,
    abstentions: frozenset[str] = frozenset(),
    flagged: bool = False,
    decision: Decision | None = None,
) -> Outcome:
    """Return what human `values`, at most one a rater, decide under `policy`.

    A decision by an adjudicator stands above all labels. Otherwise a flagged unit, and one with fewer than `wanted`
    labels, is undecided. `abstentions` ("cannot tell") count as labels but never win. More than half of all labels is a
    majority; two values that share the lead are a tie, which is never broken here.
    """
    counts = Counter(values)
    distribution = dict(counts)
    if decision is not None:
        return Outcome(decision.value, How.ADJUDICATED, None, distribution)
    reason = _undecided(counts, policy, wanted=wanted, abstentions=abstentions, flagged=flagged)
    if reason is not None:
        return Outcome(None, How.UNDECIDED, reason, distribution)
    [(value, _)] = counts.most_common(1)
    return Outcome(value, How.UNANIMOUS if len(counts) == 1 else How.MAJORITY, None, distribution)


def _undecided(
    counts: Counter[str], policy: Policy, *, wanted: int, abstentions: frozenset[str], flagged: bool
) -> Reason | None:
    labels = counts.total()
    if flagged:
        return Reason.FLAGGED
    if labels < max(wanted, 1):
        return Reason.TOO_FEW
    (value, most), *others = counts.most_common()
    runner_up = others[0][1] if others else 0
    wins = value not in abstentions and 2 * most > labels and most - runner_up >= policy.margin
    if wins and (not policy.unanimous or not others):
        return None
    if any(abstention in counts for abstention in abstentions):
        return Reason.CANNOT_TELL
    return Reason.TIE if most == runner_up and labels > 2 else Reason.DISAGREE
