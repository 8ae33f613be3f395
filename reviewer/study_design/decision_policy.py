"""Labels of one unit in, what they decide out: a value and how it was decided, or a dispute and why.

Pure. Disputes and gold are always derived from labels and adjudications and never stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from reviewer.errors import ReviewerError


class DecisionMethod(StrEnum):
    """How a unit's value was decided."""

    UNANIMOUS = "unanimous"
    MAJORITY = "majority"
    MEDIAN = "median"
    ADJUDICATED = "adjudicated"
    UNDECIDED = "undecided"


class DisputeReason(StrEnum):
    """Why a unit is undecided, or decided and offered again."""

    DISAGREE = "disagree"
    TIE = "tie"
    TOO_FEW = "too few"
    FLAGGED = "flagged"
    CANNOT_TELL = "cannot tell"
    ADJUDICATORS = "adjudicators differ"
    CONTRADICTED = "contradicted"


class Ruling(StrEnum):
    """What an adjudicator's decision comes to."""

    DECIDED = "decided"
    BAD_ITEM = "bad_item"
    AMBIGUOUS = "ambiguous"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Policy:
    """What decides a unit: every label alike, or more than half of them, `margin` ahead of the next value.

    With `within`, labels on an ordered scale that lie at most so many ranks apart are decided as their median; on other
    scales a majority decides.
    """

    unanimous: bool
    margin: int = 1
    within: int | None = None

    def __str__(self) -> str:
        if self.within is not None:
            return f"within:{self.within}"
        return "unanimous" if self.unanimous else f"majority:{self.margin}"


@dataclass(frozen=True, slots=True)
class Decision:
    """An adjudicator's decision; `value` None means that the unit is decided to have no label."""

    value: str | None
    ruling: Ruling = Ruling.DECIDED
    imported: bool = False
    at: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the labels of one unit come to. `distribution` counts the raters' values, in order of first appearance.

    `decision` is the one that counts, where an adjudicator decided, and `dispute` is then why the labels alone do not.
    """

    value: str | None
    how: DecisionMethod
    reason: DisputeReason | None = None
    distribution: dict[str, int] = field(default_factory=dict)
    decision: Decision | None = None
    dispute: DisputeReason | None = None


def read_policy(text: str) -> Policy:
    """Read `unanimous`, `majority`, `majority:MARGIN` or `within:RANKS`.

    Raises:
        ReviewerError: anything else.
    """
    kind, _, number = text.partition(":")
    counted = number.isascii() and number.isdigit() and int(number) >= 1
    if kind == "unanimous" and not number:
        return Policy(unanimous=True)
    if kind == "majority" and (not number or counted):
        return Policy(unanimous=False, margin=int(number or 1))
    if kind == "within" and counted:
        return Policy(unanimous=False, within=int(number))
    raise ReviewerError(
        f"--policy {text}: no such policy; expected unanimous, majority, majority:MARGIN or within:RANKS (1 or more)"
    )


def counting(decisions: Sequence[Decision]) -> list[Decision]:
    """Return which of the adjudicators' standing `decisions`, in order of time, count.

    A person's overrules an imported one; of several imported ones the last counts.
    """
    people = [decision for decision in decisions if not decision.imported]
    return people or list(decisions[-1:])


def decide(
    values: Sequence[str],
    policy: Policy,
    *,
    wanted: int,
    abstentions: frozenset[str] = frozenset(),
    flagged: bool = False,
    decisions: Sequence[Decision] = (),
    newer: frozenset[str] = frozenset(),
    order: Sequence[str] = (),
) -> Outcome:
    """Return what human `values`, at most one a rater, decide under `policy`.

    A decision by an adjudicator stands above all labels; where adjudicators differ, the unit is undecided until one of
    them thinks better of it. A decision that one of the `newer` values, given since, contradicts still stands.
    Otherwise a flagged unit, and one with fewer than `wanted` labels, is undecided. `abstentions` ("cannot tell") count
    as labels but never win. More than half of all labels is a majority; two values that share the lead are a tie, which
    is never broken here. `order` lists the values of an ordered scale.
    """
    # Most units are such, and there are a million of them.
    if values and not decisions and not flagged and values.count(first := values[0]) == len(values):
        enough = len(values) >= max(wanted, 1, policy.margin)
        if enough and first not in abstentions:
            return Outcome(first, DecisionMethod.UNANIMOUS, None, {first: len(values)})
    counts = Counter(values)
    distribution = dict(counts)
    counted = counting(decisions)
    if counted:
        alone = decide(values, policy, wanted=wanted, abstentions=abstentions, flagged=flagged, order=order)
        return replace(_decided(counted, newer, distribution), dispute=alone.reason)
    reason = _incomplete(counts, wanted=wanted, flagged=flagged)
    if reason is None and policy.within is not None and len(counts) > 1 and set(counts) <= set(order):
        median = _median(sorted(order.index(value) for value in values), policy.within)
        if isinstance(median, DisputeReason):
            return Outcome(None, DecisionMethod.UNDECIDED, median, distribution)
        return Outcome(order[median], DecisionMethod.MEDIAN, None, distribution)
    reason = reason or _undecided(counts, policy, abstentions)
    if reason is not None:
        return Outcome(None, DecisionMethod.UNDECIDED, reason, distribution)
    [(value, _)] = counts.most_common(1)
    return Outcome(value, DecisionMethod.UNANIMOUS if len(counts) == 1 else DecisionMethod.MAJORITY, None, distribution)


def _decided(decisions: Sequence[Decision], newer: frozenset[str], distribution: dict[str, int]) -> Outcome:
    if len({(decision.value, decision.ruling) for decision in decisions}) > 1:
        return Outcome(None, DecisionMethod.UNDECIDED, DisputeReason.ADJUDICATORS, distribution)
    last = decisions[-1]
    reason = DisputeReason.CONTRADICTED if newer - {last.value} else None
    return Outcome(last.value, DecisionMethod.ADJUDICATED, reason, distribution, last)


def _incomplete(counts: Counter[str], *, wanted: int, flagged: bool) -> DisputeReason | None:
    if flagged:
        return DisputeReason.FLAGGED
    return DisputeReason.TOO_FEW if counts.total() < max(wanted, 1) else None


def _median(ranks: Sequence[int], within: int) -> int | DisputeReason:
    """Return the median of sorted `ranks`; a tie where it falls between two of them."""
    if ranks[-1] - ranks[0] > within:
        return DisputeReason.DISAGREE
    low, high = ranks[(len(ranks) - 1) // 2], ranks[len(ranks) // 2]
    return low if low == high else DisputeReason.TIE


def _undecided(counts: Counter[str], policy: Policy, abstentions: frozenset[str]) -> DisputeReason | None:
    labels = counts.total()
    (value, most), *others = counts.most_common()
    runner_up = others[0][1] if others else 0
    wins = value not in abstentions and 2 * most > labels and most - runner_up >= policy.margin
    if wins and (not policy.unanimous or not others):
        return None
    if any(abstention in counts for abstention in abstentions):
        return DisputeReason.CANNOT_TELL
    return DisputeReason.TIE if most == runner_up and labels > 2 else DisputeReason.DISAGREE
