"""Whether a grader that judges the same anchors again says the same: shifts of its scores, label flips. Pure.

Each anchor, a unit with gold, is paired with itself, and anchors of one prompt go together. A score is a share of
anchors: of those that are given an option, of those that are right, of those without a label; on an ordered scale also
the place on it, from 0 to 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from reviewer.statistics.arrays import Codes, Floats
from reviewer.statistics.estimate import NEAR_ZERO, Estimate
from reviewer.statistics.interval import NORMAL

MARGIN = 0.10  # a shift of every score inside it is none that matters
ALPHA = 0.05  # of the test for a drift, and of each of the two one-sided tests for sameness
FEWEST = 30  # prompts: of fewer, a grader with a shift of the margin may well flip none
EXACT = 13  # clusters that moved: up to here all ways to exchange the two times are tried
DRAWS = 9_999
ONE_SIDED = NORMAL.inv_cdf(1.0 - ALPHA)
FOUND = NORMAL.inv_cdf(1.0 - ALPHA / 2.0) + NORMAL.inv_cdf(0.9)  # standard errors that are found in 9 of 10 studies


class DriftStatus(IntEnum):
    """What is said of a grader, as the exit status."""

    SAME = 0
    DRIFTED = 1
    CANNOT_TELL = 2


@dataclass(frozen=True, slots=True)
class ScoreShift:
    """How far one score moved from the earlier time to the later; the interval is of 90 %, for two one-sided tests."""

    score: str
    before: float
    after: float
    shift: Estimate


@dataclass(frozen=True, slots=True)
class GraderDrift:
    """What the two times say.

    Attributes:
        anchors: units that were judged both times; `prompts`, theirs.
        flips: anchors whose label is another the second time.
        p: the chance of scores so far apart, the largest of them, where the two times are exchangeable; None where
            there is no anchor.
        more: about how many more prompts would tell, if all goes on as it does; 0 where it is known.
    """

    status: DriftStatus
    anchors: int
    prompts: int
    flips: int
    p: float | None
    shifts: tuple[ScoreShift, ...]
    more: int | None


@dataclass(frozen=True, slots=True, eq=False)
class AnchorScores:
    """The scores of anchors at two times.

    Attributes:
        names: of the scores; the last one is of anchors that are right, which follows from the others where gold is one
            option, and is not tested with them.
        before: shape (anchors, scores); `after`, the same the second time.
        flipped: 1 where the label is another, shape (anchors,).
        clusters: number of the prompt of each anchor.
    """

    names: tuple[str, ...]
    before: Floats
    after: Floats
    flipped: Codes
    clusters: Codes


def anchor_scores(
    names: Sequence[str],
    before: Sequence[Sequence[float]],
    after: Sequence[Sequence[float]],
    flipped: Sequence[bool],
    prompts: Sequence[int],
) -> AnchorScores:
    """Return the scores of anchors, one place an anchor, as arrays; see `AnchorScores`."""
    shape = (len(flipped), len(names))
    return AnchorScores(
        tuple(names),
        np.array(before, float).reshape(shape),
        np.array(after, float).reshape(shape),
        np.array(flipped, np.int64),
        np.array(prompts, np.int64),
    )


def drift(scores: AnchorScores, seed: int) -> GraderDrift:
    """Compare two times; `seed` fixes the exchanges that are drawn where there are too many to try all.

    A grader is the same where every score moved by less than `MARGIN`, by two one-sided tests; it drifted where the
    shifts are more than chance.
    """
    before, after, clusters = scores.before, scores.after, scores.clusters
    anchors = len(clusters)
    if not anchors:
        return GraderDrift(DriftStatus.CANNOT_TELL, 0, 0, 0, None, (), FEWEST)
    groups = np.unique(clusters, return_inverse=True)[1]
    prompts = int(groups.max()) + 1
    moved = after - before
    sums: Floats = np.stack([np.bincount(groups, column, prompts) for column in moved.T], axis=1).astype(float)
    sizes = np.bincount(groups, minlength=prompts)
    shifts = tuple(
        ScoreShift(name, float(before[:, place].mean()), float(after[:, place].mean()), _shift(moved[:, place], worth))
        for place, name in enumerate(scores.names)
        for worth in [_worth(moved[:, place], sums[:, place], sizes)]
    )
    p = exchange_test(sums[:, :-1], seed)
    inside = prompts >= FEWEST and all(_low(one) > -MARGIN and _high(one) < MARGIN for one in shifts)
    status = DriftStatus.SAME if inside else DriftStatus.DRIFTED if p <= ALPHA else DriftStatus.CANNOT_TELL
    more = _more(moved, sums, sizes) if status is DriftStatus.CANNOT_TELL else 0
    return GraderDrift(status, anchors, prompts, int(scores.flipped.sum()), p, shifts, more)


def exchange_test(sums: Floats, seed: int) -> float:
    """Return the chance of a largest shift like that of `sums`, shape (clusters, scores), by exchanging the two times.

    Where the grader is the same, each prompt's verdicts could as well have come in the other order. The largest shift
    of all scores, each in its own standard errors, is one test of all of them.
    """
    moving = sums[(np.abs(sums) > NEAR_ZERO).any(axis=1)]
    spread = np.sqrt((moving**2).sum(axis=0))
    scaled = moving[:, spread > NEAR_ZERO] / spread[spread > NEAR_ZERO]
    if not scaled.size:
        return 1.0
    seen = np.abs(scaled.sum(axis=0)).max() - NEAR_ZERO
    number = len(scaled)
    if number <= EXACT:
        signs = 1.0 - 2.0 * (np.arange(2**number)[:, None] >> np.arange(number) & 1)
        return float((np.abs(signs @ scaled).max(axis=1) >= seen).mean())
    signs = 1.0 - 2.0 * np.random.default_rng(seed).integers(0, 2, (DRAWS, number))
    return float((1 + (np.abs(signs @ scaled).max(axis=1) >= seen).sum()) / (1 + DRAWS))


def _worth(moved: Floats, sums: Floats, sizes: Codes) -> float:
    """Return for how many independent anchors these speak: fewer where those of one prompt move together."""
    anchors, prompts = len(moved), len(sums)
    alone = float(((moved - moved.mean()) ** 2).sum())
    together = float(((sums - moved.mean() * sizes) ** 2).sum()) * prompts / max(prompts - 1, 1)
    return float(prompts) if alone <= NEAR_ZERO else anchors / max(1.0, together / alone)


def _shift(moved: Floats, worth: float) -> Estimate:
    """Return the mean shift with the interval of Newcombe (1998) for paired shares: gains and losses by the score."""
    up, down = float(np.maximum(moved, 0.0).mean()), float(np.maximum(-moved, 0.0).mean())
    (up_low, up_high), (down_low, down_high) = _score(up, worth), _score(down, worth)
    low = up - down - math.hypot(up - up_low, down_high - down)
    high = up - down + math.hypot(up_high - up, down - down_low)
    return Estimate(up - down, max(low, -1.0), min(high, 1.0))


def _score(share: float, units: float) -> tuple[float, float]:
    """Return the interval of Wilson (1927) that two one-sided tests of 5 % go by."""
    spread = ONE_SIDED * math.sqrt(share * (1.0 - share) / units + ONE_SIDED**2 / (4.0 * units**2))
    scale = 1.0 + ONE_SIDED**2 / units
    middle = share + ONE_SIDED**2 / (2.0 * units)
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def _low(one: ScoreShift) -> float:
    return -1.0 if one.shift.low is None else one.shift.low


def _high(one: ScoreShift) -> float:
    return 1.0 if one.shift.high is None else one.shift.high


def _more(moved: Floats, sums: Floats, sizes: Codes) -> int | None:
    """Return how many more prompts would show the largest shift or, where it is small, that all are; None for none."""
    prompts = len(sums)
    means = np.abs(moved.mean(axis=0))
    # What no anchor showed may be: one of them, at least, is in doubt.
    errors = np.maximum(np.sqrt(((sums - moved.mean(axis=0) * sizes[:, None]) ** 2).sum(axis=0)), 1.0) / len(moved)
    spread = errors * math.sqrt(prompts)
    needed = [(FOUND * spread[place] / mean) ** 2 for place, mean in enumerate(means) if mean > NEAR_ZERO]
    room = MARGIN - means
    if (room > NEAR_ZERO).all():
        needed.append(max(float(((FOUND * spread / room) ** 2).max()), FEWEST))
    return max(math.ceil(min(needed)) - prompts, 1) if needed else None
