"""Strengths of configurations from preferences: Bradley-Terry, with ties as Davidson 1970.

The chance that a beats b is s_a / (s_a + s_b + v √(s_a s_b)), that of a tie v √(s_a s_b) over the same; without any
tie v is 0 and the model that of Bradley and Terry 1952. A graph that is not strongly connected (a configuration that
never wins, or two groups that never meet) has no finite strengths and is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from reviewer.statistics.agreement.bootstrap import NORMAL, TAIL
from reviewer.statistics.arrays import Floats
from reviewer.statistics.estimate import Estimate

MOST_STEPS = 100
SETTLED = 1e-10


@dataclass(frozen=True, slots=True)
class PairComparisons:
    """How two configurations fared against each other; a comparison without a winner is a tie."""

    first: str
    second: str
    first_wins: int
    second_wins: int
    ties: int = 0


@dataclass(frozen=True, slots=True)
class Strengths:
    """Log strengths, those of all configurations summing to 0, with Wald intervals; `tie` is log v, None without ties.

    Where there are none, `undefined` says why and `log_strengths` is empty.
    """

    log_strengths: dict[str, Estimate]
    tie: float | None
    undefined: str | None


def bradley_terry(meetings: Iterable[PairComparisons]) -> Strengths:
    """Return the maximum likelihood strengths."""
    met = [meeting for meeting in meetings if meeting.first_wins + meeting.second_wins + meeting.ties]
    names = sorted({name for meeting in met for name in (meeting.first, meeting.second)})
    if len(names) < 2:
        return Strengths({}, None, "no two configurations were compared")
    wins, ties = _matrices(met, names)
    reason = _unfit(names, wins, ties)
    if reason is not None:
        return Strengths({}, None, reason)
    fitted = _fit(wins, ties)
    if fitted is None:
        return Strengths({}, None, "the likelihood has no maximum that could be found")
    theta, information = fitted
    count = len(names)
    errors = np.sqrt(np.diag(np.linalg.pinv(information))[:count])
    reach = NORMAL.inv_cdf(1.0 - TAIL) * errors
    found = {
        name: Estimate(float(theta[place]), float(theta[place] - reach[place]), float(theta[place] + reach[place]))
        for place, name in enumerate(names)
    }
    return Strengths(found, float(theta[count]) if ties.any() else None, None)


def _matrices(met: list[PairComparisons], names: list[str]) -> tuple[Floats, Floats]:
    """Return wins of row over column, and ties, symmetric; both of shape (configurations, configurations)."""
    place = {name: number for number, name in enumerate(names)}
    wins, ties = np.zeros((len(names), len(names))), np.zeros((len(names), len(names)))
    for meeting in met:
        one, other = place[meeting.first], place[meeting.second]
        wins[one, other] += meeting.first_wins
        wins[other, one] += meeting.second_wins
        ties[one, other] += meeting.ties
        ties[other, one] += meeting.ties
    return wins, ties


def _unfit(names: list[str], wins: Floats, ties: Floats) -> str | None:
    if not wins.any():
        return "there are only ties"
    reached = ((wins + ties) > 0) | np.eye(len(names), dtype=bool)
    for _ in names:
        reached = (reached.astype(float) @ reached.astype(float)) > 0
    joined = reached & reached.T
    if joined.all():
        return None
    group = [name for name, with_first in zip(names, joined[0], strict=True) if with_first]
    rest = [name for name in names if name not in group]
    return (
        f"the comparisons do not connect {', '.join(group)} with {', '.join(rest)} by wins in both directions:"
        " their strengths have no finite difference"
    )


def _fit(wins: Floats, ties: Floats) -> tuple[Floats, Floats] | None:
    """Return the parameters (log strengths, then log v) and their information, by Newton steps halved as needed."""
    count = len(wins)
    one, other = np.triu_indices(count, 1)
    seen = np.stack([wins[one, other], wins[other, one], ties[one, other]], axis=1)
    met = seen.sum(axis=1) > 0
    one, other, seen = one[met], other[met], seen[met]
    tied = bool(ties.any())
    design = np.zeros((len(one), 3 if tied else 2, count + tied))
    rows = np.arange(len(one))
    design[rows, 0, one] = design[rows, 1, other] = 1.0
    if tied:
        design[rows, 2, one] = design[rows, 2, other] = 0.5
        design[:, 2, count] = 1.0
    seen = seen[:, : design.shape[1]]

    def likelihood(theta: Floats) -> tuple[float, Floats]:
        score = design @ theta
        score = score - np.log(np.exp(score).sum(axis=1, keepdims=True))
        return float((seen * score).sum()), np.exp(score)

    theta = np.zeros(count + tied)
    height, chances = likelihood(theta)
    for _ in range(MOST_STEPS):
        total = seen.sum(axis=1)
        slope = np.einsum("po,pok->k", seen - total[:, None] * chances, design)
        mean = np.einsum("po,pok->pk", chances, design)
        information = np.einsum("p,po,pok,pol->kl", total, chances, design, design) - (mean.T * total) @ mean
        step = np.linalg.pinv(information) @ slope
        if np.abs(step).max() < SETTLED:
            return theta, information
        while likelihood(theta + step)[0] < height - 1e-9 and np.abs(step).max() > SETTLED:
            step = step / 2.0
        theta = theta + step
        height, chances = likelihood(theta)
    return None
