"""The paired bootstrap, for figures that are no smooth function of totals: prompts are drawn with all said of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from reviewer.statistics.agreement.bootstrap import FEWEST_UNITS, MOST_WEIGHTS, Resampling
from reviewer.statistics.arrays import Codes, Floats
from reviewer.statistics.estimate import NEAR_ZERO, Estimate
from reviewer.statistics.interval import NORMAL, TAIL, Z
from reviewer.statistics.sample_design import SampleDesign

NO_SPREAD = "every resample gives the same value: they do not say how sure it is"
FEW_PROMPTS = "{prompts} prompts; an interval needs at least {least}"


def sums(design: SampleDesign, columns: Floats, resampling: Resampling) -> Floats:
    """Return, for each draw, the sums of `columns`, shape (units, k) in and (draws, k) out.

    Prompts are drawn where they repeat; else units, those of each stratum apart and those that had not been drawn as
    one more. What is drawn is the same for any columns of the same design.
    """
    if design.repeated:
        return _drawn(design.clusters, columns, resampling)
    found = np.zeros((resampling.resamples, columns.shape[1]))
    for stratum in np.unique(design.strata):
        mine = np.flatnonzero(design.strata == stratum)
        found += _drawn(np.arange(len(mine)), columns[mine], replace(resampling, seed=resampling.seed + int(stratum)))
    return found


def sums_of_draw(design: SampleDesign, columns: Floats, resampling: Resampling) -> Floats:
    """Return such sums where only the draw is repeated: units of strata that were not drawn whole, each stratum apart.

    Strata reach beyond what is here where they hold more drawn units: those that are here are drawn again among them.
    """
    found = np.zeros((resampling.resamples, columns.shape[1]))
    partly = design.seen & (design.drawn < design.pool)
    found += columns[~partly].sum(axis=0)
    for stratum in np.unique(design.strata[partly]):
        mine = np.flatnonzero(partly & (design.strata == stratum))
        others = max(int(design.drawn[mine[0]]) - len(mine), 0)
        own = np.vstack([columns[mine], np.zeros((others, columns.shape[1]))])
        found += _drawn(np.arange(len(own)), own, replace(resampling, seed=resampling.seed + int(stratum)))
    return found


def _drawn(prompts: Codes, columns: Floats, resampling: Resampling) -> Floats:
    groups = np.unique(prompts, return_inverse=True)[1]
    number = int(groups.max(initial=-1)) + 1
    if not number:
        return np.zeros((resampling.resamples, columns.shape[1]))
    of_prompts = np.stack([np.bincount(groups, column, number) for column in columns.T], axis=1)
    few = number * resampling.resamples <= MOST_WEIGHTS
    drawn = _held(number, resampling) if few else _weights(number, resampling)
    return np.concatenate([weights @ of_prompts for weights in drawn])


@lru_cache(4)
def _held(prompts: int, resampling: Resampling) -> Sequence[Floats]:
    """Return the weights of all draws: a report asks for the same a hundred times, and drawing takes longest."""
    return tuple(_weights(prompts, resampling))


def _weights(prompts: int, resampling: Resampling) -> Iterator[Floats]:
    generator = np.random.default_rng(abs(resampling.seed))
    size = max(1, MOST_WEIGHTS // max(1, prompts))
    for start in range(0, resampling.resamples, size):
        drawn = min(size, resampling.resamples - start)
        yield generator.multinomial(prompts, np.full(prompts, 1.0 / prompts), size=drawn).astype(np.float64)


def spanned(value: float, drawn: Floats, prompts: Codes, undefined: str, *, centred: bool = False) -> Estimate:
    """Return `value` with the interval that 95 % of the `drawn` values span; `undefined` says what nan means.

    With `centred` the interval is bias-corrected (Efron 1987, without acceleration), for statistics whose draws lie to
    one side of the value.
    """
    if np.isnan(value):
        return Estimate(None, undefined=undefined)
    value = float(value)
    number = len(np.unique(prompts))
    if number < FEWEST_UNITS:
        return Estimate(value, undefined=FEW_PROMPTS.format(prompts=number, least=FEWEST_UNITS))
    known = drawn[~np.isnan(drawn)]
    lost = len(drawn) - len(known)
    if len(known) * 2 <= len(drawn):
        return Estimate(value, None, None, f"{lost} of {len(drawn)} resamples leave it undefined", len(drawn), lost)
    if np.ptp(known) <= NEAR_ZERO:
        return Estimate(value, None, None, NO_SPREAD, len(drawn), lost)
    tails = _centred(value, known) if centred else (TAIL, 1.0 - TAIL)
    low, high = np.quantile(known, tails)
    return Estimate(value, float(low), float(high), None, len(drawn), lost)


def _centred(value: float, drawn: Floats) -> tuple[float, float]:
    """Return between which quantiles of the draws the interval lies; draws equal to the value count half."""
    near = np.isclose(drawn, value, rtol=0.0, atol=NEAR_ZERO)
    below = float(((drawn < value) & ~near).mean() + near.mean() / 2.0)
    if not 0.0 < below < 1.0:
        return TAIL, 1.0 - TAIL
    shift = 2.0 * NORMAL.inv_cdf(below)
    return NORMAL.cdf(shift - Z), NORMAL.cdf(shift + Z)
