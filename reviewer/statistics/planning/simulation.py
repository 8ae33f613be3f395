"""One design, played many times over with drawn truths and drawn labels: the check on the closed form.

Intervals are made as the figures of a study have them, by the spread seen in each study drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from reviewer.statistics.arrays import Codes, Flags, Floats
from reviewer.statistics.interval import Z, bounded
from reviewer.statistics.planning.designs import PlannedDesign, PlanningWish
from reviewer.statistics.planning.gold_width import of_both, second_rate
from reviewer.statistics.planning.rater_model import ExpectedLabels

MOST_LABELS = 10_000_000  # drawn in all, about a second; of large designs fewer studies are drawn
FEWEST_STUDIES = 50


@dataclass(frozen=True, slots=True)
class SimulatedStudies:
    """What the studies drawn gave.

    Attributes:
        studies: how many were drawn.
        width: half the width of their intervals, on average; None where none had an interval.
        reached: in what share of them the interval was as narrow as wished, or the difference was found.
    """

    studies: int
    width: float | None
    reached: float


def simulated(
    wish: PlanningWish,
    labels: ExpectedLabels,
    design: PlannedDesign,
    *,
    studies: int,
    seed: int,
    done: Callable[[float], None] = lambda _: None,
) -> SimulatedStudies:
    """Draw up to so many `studies` of a design; `done` gets the number of them after each.

    Raises:
        NotPossible: there are no such rates.
    """
    studies = min(studies, max(FEWEST_STUDIES, MOST_LABELS // design.labels))
    generator = np.random.default_rng(seed)
    widths, found = np.zeros(studies), np.zeros(studies, bool)
    for place in range(studies):
        if wish.difference is not None:
            low, width = _difference(labels, design, wish.difference, generator)
            found[place] = low > 0.0
        elif wish.figure.of_agreement:
            width = _alpha(labels, design, generator)
        else:
            width = _rate(labels, design, generator)
        widths[place] = width
        done(place + 1)
    if wish.power is None:
        found = widths <= (0.0 if wish.half_width is None else wish.half_width)
    known = widths[~np.isnan(widths)]
    return SimulatedStudies(studies, float(known.mean()) if len(known) else None, float(found.mean()))


def _truths(labels: ExpectedLabels, items: int, generator: np.random.Generator) -> tuple[Codes, Codes]:
    """Return the true values of the responses, and the prompt of each.

    Two responses to one prompt have the prompt's own value with a chance each, such that they go together as stated.
    """
    values = len(labels.shares)
    per_prompt = max(1, round(labels.per_prompt))
    prompts = np.arange(items) // per_prompt
    own = generator.choice(values, items, p=labels.shares)
    shared = generator.choice(values, int(prompts[-1]) + 1, p=labels.shares)[prompts]
    return np.where(generator.random(items) < math.sqrt(labels.correlation), shared, own), prompts


def _given(labels: ExpectedLabels, truths: Codes, raters: int, generator: np.random.Generator) -> Codes:
    """Return the labels of the raters, shape (items, raters)."""
    shape = (len(truths), raters)
    guessing = 1.0 - labels.knowing
    drawn = generator.random(shape)  # below `guessing` a guess, by where it lies there, else the truth
    edges = np.cumsum(labels.shares)[:-1] * guessing
    guesses = np.searchsorted(edges, drawn, side="right")
    return np.where(drawn < guessing, guesses, truths[:, None])


def _alpha(labels: ExpectedLabels, design: PlannedDesign, generator: np.random.Generator) -> float:
    """Return half the width of the interval of α of one study drawn; nan where all labels are one value."""
    truths, prompts = _truths(labels, design.items, generator)
    given = _given(labels, truths, design.raters, generator)
    counts = np.stack([(given == value).sum(axis=1) for value in range(len(labels.shares))], axis=1).astype(float)
    raters = float(design.raters)
    agreeing = (counts * (counts - 1.0)).sum(axis=1) / (raters * (raters - 1.0))
    shares = counts.mean(axis=0) / raters
    room = 1.0 - float(shares @ shares)
    if room <= 0.0:
        return math.nan
    weight = 2.0 * (1.0 - float(agreeing.mean())) / room**2
    added = (agreeing - agreeing.mean()) / room - weight * (counts / raters - shares) @ shares
    return Z * _spread(added, prompts)


def _rate(labels: ExpectedLabels, design: PlannedDesign, generator: np.random.Generator) -> float:
    truths, prompts = _truths(labels, design.items, generator)
    gold = _gold(labels, truths, design.raters, generator)
    share = float(gold.mean())
    estimate = bounded(share, _spread(gold - share, prompts) ** 2, int(prompts[-1]) + 1)
    return math.nan if estimate.low is None or estimate.high is None else (estimate.high - estimate.low) / 2.0


def _difference(
    labels: ExpectedLabels, design: PlannedDesign, difference: float, generator: np.random.Generator
) -> tuple[float, float]:
    """Return the lower end of the interval of the difference of one study drawn, and half its width."""
    first, second = labels.shares[0], second_rate(labels, difference)
    both = of_both(labels, difference)
    together = first * second + labels.correlation * math.sqrt(first * (1.0 - first) * second * (1.0 - second))
    drawn = generator.random(design.items)
    one: Flags = drawn < first
    other: Flags = (drawn < together) | ((drawn >= first) & (drawn < first + second - together))
    golds = [_gold(both, np.where(true, 0, 1), design.raters, generator) for true in (one, other)]
    apart = golds[1] - golds[0]
    width = Z * _spread(apart - apart.mean(), np.arange(design.items))
    return float(apart.mean()) - width, width


def _gold(labels: ExpectedLabels, truths: Codes, raters: int, generator: np.random.Generator) -> Floats:
    """Return 1 where the majority gives the first value, a tie decided by one more person, else 0."""
    votes = (_given(labels, truths, raters + 1 - raters % 2, generator) == 0).sum(axis=1)
    gold: Floats = (2 * votes > raters).astype(np.float64)
    return gold


def _spread(added: Floats, prompts: Codes) -> float:
    """Return the standard error of a mean to which each response adds so much, prompts being drawn."""
    sums = np.bincount(prompts, weights=added)
    return math.sqrt(float(sums @ sums) * len(sums) / max(len(sums) - 1, 1)) / len(added)
