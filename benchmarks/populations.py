"""Populations that are simulated with their gold and verdicts, and the ways in which studies draw from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.stats import beta  # type: ignore[import-untyped]

from reviewer.statistics.sample_design import SampleDesign, census, simple_sample

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Generator = np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """A population: everything has gold and verdicts; `design` says what of it was drawn."""

    design: SampleDesign
    gold: Floats
    grader: Floats


Draw = Callable[[Generator, Simulated], Simulated]


def population(
    generator: Generator, prompts: int, rates: Sequence[float], *, together: float = 0.0, right: float = 0.9
) -> Simulated:
    """Return responses of as many configurations as there are `rates` to so many prompts.

    Args:
        generator: of chance.
        prompts: how many.
        rates: of each configuration.
        together: intraclass correlation of gold within prompts: the chance of a response is drawn from a beta
            distribution, by a quantile that its prompt fixes for all configurations.
        right: how often the grader is.
    """
    count = len(rates)
    clusters, configurations = np.repeat(np.arange(prompts), count), np.tile(np.arange(count), prompts)
    chance = np.asarray(rates)[configurations]
    if together > 0.0:
        quantile = generator.random(prompts)[clusters]
        scale = 1.0 / together - 1.0
        chance = np.nan_to_num(beta.ppf(quantile, chance * scale, (1.0 - chance) * scale))
    gold = (generator.random(len(clusters)) < chance).astype(float)
    grader = np.where(generator.random(len(clusters)) < right, gold, 1.0 - gold)
    names = tuple(f"m{place}" for place in range(count))
    return Simulated(census(clusters, configurations, names), gold, grader)


def strata(generator: Generator, design: SampleDesign, parts: Sequence[tuple[Codes, int]]) -> SampleDesign:
    """Return the design in which so many units were drawn from each of the strata."""
    number, drawn, pool = np.full(len(design), -1), np.zeros(len(design)), np.zeros(len(design))
    for place, (units, size) in enumerate(parts):
        chosen = generator.permutation(units)[:size]
        number[chosen], drawn[chosen], pool[chosen] = place, len(chosen), len(units)
    return replace(design, strata=number, drawn=drawn, pool=pool)


def random_sample(generator: Generator, whole: Simulated, size: int) -> Simulated:
    """Draw as `random:N` does."""
    places = np.sort(generator.permutation(len(whole.design))[:size])
    return replace(whole, design=simple_sample(whole.design, places))


def sampled(size: int) -> Draw:
    """Return the draw of `random:SIZE`."""
    return lambda generator, whole: random_sample(generator, whole, size)


def stratified_sample(generator: Generator, whole: Simulated, size: int) -> Simulated:
    """Draw as `stratified:N` does."""
    parts = [(np.flatnonzero(_of(whole, place)), size) for place in range(len(whole.design.names))]
    return replace(whole, design=strata(generator, whole.design, parts))


def tail_sample(generator: Generator, whole: Simulated, percent: int, rest: int) -> Simulated:
    """Draw as `tail:P+N` does: of each configuration the worst by the grader, chance deciding between equals."""
    parts: list[tuple[Codes, int]] = []
    for place in range(len(whole.design.names)):
        mine = np.flatnonzero(_of(whole, place))
        order = mine[np.lexsort((generator.random(len(mine)), -whole.grader[mine]))]
        size = -(-len(mine) * percent // 100)
        parts += [(order[:size], size), (order[size:], rest)]
    return replace(whole, design=strata(generator, whole.design, parts))


def disagreement_sample(generator: Generator, whole: Simulated, disputed: int, rest: int) -> Simulated:
    """Draw as `disagreement:N+M` does, beside a second grader that says the same on 85 %."""
    differing = generator.random(len(whole.gold)) < 0.15
    parts = [(np.flatnonzero(differing), disputed), (np.flatnonzero(~differing), rest)]
    return replace(whole, design=strata(generator, whole.design, parts))


def _of(whole: Simulated, place: int) -> npt.NDArray[np.bool_]:
    mine: npt.NDArray[np.bool_] = whole.design.configurations == place
    return mine
