"""Strengths of configurations from preferences: Bradley-Terry, with ties as Davidson 1970.

The chance that a beats b is s_a / (s_a + s_b + v √(s_a s_b)), that of a tie v √(s_a s_b) over the same; without any
tie v is 0 and the model that of Bradley and Terry 1952. A graph that is not strongly connected (a configuration that
never wins, or two groups that never meet) has no finite strengths and is refused.

Several raters of one pair, and several pairs of one prompt, are not so many independent comparisons: what makes a
response the better one is seen by all of them. So the variance is that between prompts: how far the strengths move
without each prompt, by one Newton step (the jackknife form of the cluster sandwich; Bell and McCaffrey 2002).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from reviewer.statistics.agreement.bootstrap import ENOUGH_UNITS, FEWEST_UNITS
from reviewer.statistics.agreement.score_interval import student
from reviewer.statistics.arrays import Codes, Flags, Floats
from reviewer.statistics.estimate import Estimate

MOST_STEPS = 100
SETTLED = 1e-10
MOST_LEFT_OUT = 1_000  # of more prompts, none has enough of the information for its own share to be left out


@dataclass(frozen=True, slots=True)
class PairComparisons:
    """How two configurations fared against each other; a comparison without a winner is a tie.

    `prompt` is the number of the prompt that they were compared on; None where each comparison has one of its own.
    `weight` says how many comparisons of the whole each stands for.
    """

    first: str
    second: str
    first_wins: int
    second_wins: int
    ties: int = 0
    prompt: int | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Strengths:
    """Log strengths, those of all configurations summing to 0, with intervals; `tie` is log v, None without ties.

    Where there are none, `undefined` says why and `log_strengths` is empty.
    """

    log_strengths: dict[str, Estimate]
    tie: float | None
    undefined: str | None


@dataclass(frozen=True, slots=True, eq=False)
class _Meetings:
    """Comparisons as arrays of one place a pair of configurations on a prompt.

    Attributes:
        design: shape (meetings, outcomes, parameters); which log strengths, and log v, each outcome adds.
        seen: shape (meetings, outcomes); weighted wins of the first, of the second, and ties, where there are any.
        prompts: numbered from 0; -1 where each comparison has one of its own.
    """

    design: Floats
    seen: Floats
    prompts: Codes


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """The maximum: log strengths, then log v; what each outcome was expected as, shape (meetings, outcomes)."""

    theta: Floats
    chances: Floats


def bradley_terry(meetings: Iterable[PairComparisons]) -> Strengths:
    """Return the maximum likelihood strengths, intervals by Student's t with as many degrees as prompts, less one."""
    met = [meeting for meeting in meetings if meeting.first_wins + meeting.second_wins + meeting.ties]
    names = sorted({name for meeting in met for name in (meeting.first, meeting.second)})
    if len(names) < 2:
        return Strengths({}, None, "no two configurations were compared")
    reason = _unfit(met, names)
    if reason is not None:
        return Strengths({}, None, reason)
    found = _arrays(met, names)
    fitted = _fit(found)
    if fitted is None:
        return Strengths({}, None, "the likelihood has no maximum that could be found")
    tied = found.seen.shape[1] > 2
    return Strengths(_estimates(names, found, fitted), float(fitted.theta[-1]) if tied else None, None)


def _estimates(names: list[str], found: _Meetings, fitted: _Fit) -> dict[str, Estimate]:
    prompts = int(found.prompts.max()) + 1
    reach, warning = np.sqrt(_variances(found, fitted)), None
    if prompts:
        if prompts < FEWEST_UNITS:
            why = f"{prompts} prompts with a preference; an interval needs at least {FEWEST_UNITS}"
            return {
                name: Estimate(float(theta), undefined=why) for name, theta in zip(names, fitted.theta, strict=False)
            }
        if prompts < ENOUGH_UNITS:
            warning = f"only {prompts} prompts have a preference: the interval is likely too narrow"
    reach = reach * student(prompts - 1 if prompts else np.inf)
    return {
        name: Estimate(float(theta), float(theta - by), float(theta + by), warning=warning)
        for name, theta, by in zip(names, fitted.theta, reach, strict=False)
    }


def _arrays(met: list[PairComparisons], names: list[str]) -> _Meetings:
    place = {name: number for number, name in enumerate(names)}
    seen = np.array([(one.first_wins, one.second_wins, one.ties) for one in met], np.float64)
    seen *= np.array([one.weight for one in met])[:, None]
    tied = bool(seen[:, 2].any())
    rows, design = np.arange(len(met)), np.zeros((len(met), 2 + tied, len(names) + tied))
    one, other = (
        np.array([place[name] for name in column]) for column in zip(*((m.first, m.second) for m in met), strict=True)
    )
    design[rows, 0, one] = design[rows, 1, other] = 1.0
    if tied:
        design[rows, 2, one] = design[rows, 2, other] = 0.5
        design[:, 2, -1] = 1.0
    if any(one.prompt is None for one in met):
        return _Meetings(design, seen[:, : 2 + tied], np.full(len(met), -1))
    prompts = np.unique(np.array([one.prompt for one in met]), return_inverse=True)[1].reshape(-1)
    return _Meetings(design, seen[:, : 2 + tied], prompts)


def _unfit(met: list[PairComparisons], names: list[str]) -> str | None:
    if not any(one.first_wins + one.second_wins for one in met):
        return "there are only ties"
    place = {name: number for number, name in enumerate(names)}
    reached: Flags = np.eye(len(names), dtype=bool)
    for meeting in met:
        first, second = place[meeting.first], place[meeting.second]
        reached[first, second] |= bool(meeting.first_wins + meeting.ties)
        reached[second, first] |= bool(meeting.second_wins + meeting.ties)
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


def _fit(found: _Meetings) -> _Fit | None:
    """Return the maximum, by Newton steps halved as needed; two configurations are one pair on whatever prompts."""
    flat, places = np.unique(found.design.reshape(len(found.design), -1), axis=0, return_inverse=True)
    places = places.reshape(-1)
    seen = np.zeros((len(flat), found.seen.shape[1]))
    np.add.at(seen, places, found.seen)
    pairs = _Meetings(flat.reshape(-1, *found.design.shape[1:]), seen, np.full(len(flat), -1))

    def likelihood(theta: Floats) -> tuple[float, Floats]:
        score = pairs.design @ theta
        score = score - np.log(np.exp(score).sum(axis=1, keepdims=True))
        return float((pairs.seen * score).sum()), np.exp(score)

    theta = np.zeros(pairs.design.shape[2])
    height, chances = likelihood(theta)
    for _ in range(MOST_STEPS):
        slope, information = _scores(pairs, chances).sum(axis=0), _informations(pairs, chances).sum(axis=0)
        step = np.linalg.pinv(information) @ slope
        if np.abs(step).max() < SETTLED:
            return _Fit(theta, chances[places])
        while likelihood(theta + step)[0] < height - SETTLED * abs(height) and np.abs(step).max() > SETTLED:
            step = step / 2.0
        theta = theta + step
        height, chances = likelihood(theta)
    return None


def _scores(found: _Meetings, chances: Floats) -> Floats:
    """Return the slope of the likelihood of each meeting, shape (meetings, parameters)."""
    total = found.seen.sum(axis=1, keepdims=True)
    return np.asarray(np.einsum("po,pok->pk", found.seen - total * chances, found.design))


def _informations(found: _Meetings, chances: Floats) -> Floats:
    """Return the information of each meeting, shape (meetings, parameters, parameters)."""
    mean = np.einsum("po,pok->pk", chances, found.design)
    apart = found.design - mean[:, None, :]
    weights = found.seen.sum(axis=1, keepdims=True) * chances
    return np.asarray(np.einsum("po,pok,pol->pkl", weights, apart, apart))


def _variances(found: _Meetings, fitted: _Fit) -> Floats:
    """Return the variance of each parameter: between prompts, or of independent comparisons where there are none."""
    every = _informations(found, fitted.chances)
    information = every.sum(axis=0)
    prompts = int(found.prompts.max()) + 1
    if not prompts:
        return np.diag(np.linalg.pinv(information)).clip(0.0)
    slopes = np.zeros((prompts, len(information)))
    np.add.at(slopes, found.prompts, _scores(found, fitted.chances))
    if prompts <= MOST_LEFT_OUT:
        own = np.zeros((prompts, *information.shape))
        np.add.at(own, found.prompts, every)
        moved = np.einsum("gkl,gl->gk", np.linalg.pinv(information - own), slopes)
    else:
        moved = slopes @ np.linalg.pinv(information)
    apart = moved - moved.mean(axis=0)
    variances: Floats = (prompts - 1) / prompts * (apart**2).sum(axis=0)
    return variances
