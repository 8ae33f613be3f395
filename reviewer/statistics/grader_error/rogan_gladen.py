"""Rates corrected by sensitivity and specificity: the plug-in of Rogan and Gladen."""

from __future__ import annotations

from reviewer.statistics.estimate import NEAR_ZERO, Estimate
from reviewer.statistics.grader_error.rate_parts import RateParts
from reviewer.statistics.interval import Z
from reviewer.statistics.sample_design import SampleDesign

ALL_GOLD = "every unit has gold: there is nothing to correct"
UNEQUAL = "the units with gold were drawn with different chances"
REPEATED = "prompts repeat, and this interval takes units as independent"
VARYING = "not every unit counts in this rate, as 0 or as 1"
ONE_CLASS = "no unit with gold is {side}: sensitivity and specificity need both"
NO_BETTER = "on the gold the grader does no better than chance: sensitivity and specificity sum to {sum:.2f}"


def plug_in(gold: RateParts, grader: RateParts, design: SampleDesign) -> Estimate:
    """Return the rate corrected by sensitivity and specificity (Rogan and Gladen 1978).

    The interval holds what the units without gold and those with gold leave open (Lee et al. 2025, arXiv 2511.21140:
    the formula with added counts). The grader's rate is that of the units without gold, so that both are independent.
    Arguments are as in `rates.corrected`.
    """
    seen = design.seen
    own, settled, rest = grader.take(seen), gold.take(seen), ~seen
    reason = _no_plug_in(settled, grader, design)
    if reason is not None:
        return Estimate(None, undefined=reason)
    right = settled.above == 1.0
    return rogan_gladen(
        (int(grader.above[rest].sum()), int(rest.sum())),
        (int((own.above[~right] == 0.0).sum()), int((~right).sum())),
        (int((own.above[right] == 1.0).sum()), int(right.sum())),
    )


def _no_plug_in(settled: RateParts, grader: RateParts, design: SampleDesign) -> str | None:
    if not (settled.binary and grader.binary):
        return VARYING
    if not design.equal:
        return UNEQUAL
    if design.seen.all():
        return ALL_GOLD
    if settled.above.min(initial=1.0) == 1.0 or settled.above.max(initial=0.0) == 0.0:
        return ONE_CLASS.format(side="counted out" if settled.above.any() else "counted in")
    repeated = design.take(design.seen).repeated or design.take(~design.seen).repeated
    return REPEATED if repeated else None


def rogan_gladen(judged: tuple[int, int], negative: tuple[int, int], positive: tuple[int, int]) -> Estimate:
    """Return the corrected rate from counts, each (hits, of how many).

    Args:
        judged: units without gold that the grader counts in.
        negative: units that gold counts out which the grader counts out too: specificity.
        positive: units that gold counts in which the grader counts in too: sensitivity.
    """
    apart = negative[0] / negative[1] + positive[0] / positive[1] - 1.0
    if apart <= NEAR_ZERO:
        return Estimate(None, undefined=NO_BETTER.format(sum=apart + 1.0))
    value = (judged[0] / judged[1] + negative[0] / negative[1] - 1.0) / apart
    units, outs, ins = judged[1] + Z**2, negative[1] + 2.0, positive[1] + 2.0
    rate, specific, sensitive = (judged[0] + Z**2 / 2.0) / units, (negative[0] + 1.0) / outs, (positive[0] + 1.0) / ins
    apart = specific + sensitive - 1.0
    value = min(max(value, 0.0), 1.0)
    if apart <= NEAR_ZERO:
        return Estimate(value, 0.0, 1.0)
    middle = (rate + specific - 1.0) / apart
    of_outs, of_ins = specific * (1.0 - specific) / outs, sensitive * (1.0 - sensitive) / ins
    shift = 2.0 * Z**2 * (middle * of_ins - (1.0 - middle) * of_outs)
    variance = rate * (1.0 - rate) / units + (1.0 - middle) ** 2 * of_outs + middle**2 * of_ins
    half = Z * variance**0.5 / apart
    low, high = (min(max(end, 0.0), 1.0) for end in (middle + shift - half, middle + shift + half))
    return Estimate(value, low, high)
