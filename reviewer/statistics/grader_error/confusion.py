"""What the grader said of units whose gold is known: confusion, error, and how well each label is found.

Everything is of the population that the units were drawn from: each unit counts for as many as it stands for. Counts of
units as they were looked at are called counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from reviewer.definitions.scale import Distance, Scale
from reviewer.statistics import agreement
from reviewer.statistics.agreement import Agreement, RatingTable
from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.agreement.table import ALONE
from reviewer.statistics.arrays import Codes, Flags, Floats
from reviewer.statistics.estimate import Estimate
from reviewer.statistics.grader_error.rate_parts import RateParts
from reviewer.statistics.grader_error.rates import share
from reviewer.statistics.sample_design import SampleDesign

UNPARSED, REFUSED = "unparsed", "refused"
NO_LABELS = (UNPARSED, REFUSED)
Cells = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True, eq=False)
class JudgedUnits:
    """Units that have gold and a verdict; arrays of shape (units,).

    Attributes:
        values: what gold and verdicts can be; for several choices, the sets that occur.
        gold: places in `values`.
        verdict: places in `values`, or behind them: `unparsed` and `refused`, verdicts that are no label.
        design: how the units were drawn; all of them were.
        labels: what precision and recall are of: the options.
        members: shape (values, labels); which labels each value says.
    """

    values: tuple[str, ...]
    gold: Codes
    verdict: Codes
    design: SampleDesign
    labels: tuple[str, ...]
    members: Flags

    @property
    def units(self) -> int:
        """How many there are."""
        return len(self.gold)

    @property
    def prompts(self) -> int:
        """How many prompts they answer."""
        return len(np.unique(self.design.clusters))

    @property
    def wrong(self) -> RateParts:
        """What the units add to error: 1 where the verdict is not the gold, those that are no label among them."""
        return RateParts((self.gold != self.verdict).astype(np.float64), np.ones(self.units))

    def of(self, configuration: int) -> JudgedUnits:
        """Return the units of one configuration."""
        return self.take(self.design.configurations == configuration)

    def take(self, kept: Flags) -> JudgedUnits:
        """Return some of the units."""
        return replace(self, gold=self.gold[kept], verdict=self.verdict[kept], design=self.design.take(kept))

    def count(self, state: str) -> int:
        """Return how many verdicts are no label, for that reason."""
        return int((self.verdict == len(self.values) + NO_LABELS.index(state)).sum())


def judged_units(
    design: SampleDesign,
    values: Sequence[str],
    members: Mapping[str, Sequence[str]],
    labels: Sequence[str],
    gold: Sequence[int | None],
    verdict: Sequence[int | None],
) -> JudgedUnits:
    """Return the units drawn for review that have gold and a verdict.

    Args:
        design: of the population, one place a unit, as `gold` and `verdict`.
        values: what gold and verdicts can be.
        members: which of the `labels` each value says.
        labels: what precision and recall are of.
        gold: places in `values`, None where there is no label.
        verdict: places in `values`, behind them those of `NO_LABELS`, None where there is no verdict.
    """
    known, said = (np.array([-1 if one is None else one for one in codes], np.int64) for codes in (gold, verdict))
    kept = design.seen & (known >= 0) & (said >= 0)
    said_of = [[label in members[value] for label in labels] for value in values]
    return JudgedUnits(
        tuple(values),
        known[kept],
        said[kept],
        design.take(kept),
        tuple(labels),
        np.array(said_of, bool).reshape(len(values), len(labels)),
    )


@dataclass(frozen=True, slots=True)
class Confusion:
    """Gold down, verdicts across; what gold or the grader never says is left out.

    Attributes:
        counts: units that were looked at.
        estimate: units of the population that these stand for.
    """

    counts: Mapping[str, Mapping[str, int]]
    estimate: Cells


def confusion(judged: JudgedUnits) -> Confusion:
    """Return how many units of each gold value got each verdict."""
    every = (*judged.values, *NO_LABELS)
    shape = (len(judged.values), len(every))
    counts, weighted = np.zeros(shape, np.int64), np.zeros(shape)
    np.add.at(counts, (judged.gold, judged.verdict), 1)
    np.add.at(weighted, (judged.gold, judged.verdict), judged.design.weights)
    said = [place for place in range(len(every)) if counts[:, place].any()]
    rows = [row for row in range(len(judged.values)) if counts[row].any()]
    return Confusion(
        {judged.values[row]: {every[place]: int(counts[row, place]) for place in said} for row in rows},
        {judged.values[row]: {every[place]: float(weighted[row, place]) for place in said} for row in rows},
    )


def error(judged: JudgedUnits) -> Estimate:
    """Return the share of units on which the verdict is not the gold."""
    return share(judged.wrong, judged.design)


@dataclass(frozen=True, slots=True)
class LabelAccuracy:
    """One label: counts of units that have it by gold, by the grader and by both; how far the grader finds it."""

    label: str
    gold: int
    verdicts: int
    both: int
    precision: Estimate
    recall: Estimate
    f1: Estimate


def by_label(judged: JudgedUnits) -> list[LabelAccuracy]:
    """Return precision, recall and F1 of each label, with intervals of Wilson's kind."""
    truth, said = labelled(judged, judged.gold), labelled(judged, judged.verdict)
    found = []
    for place, label in enumerate(judged.labels):
        own, given = truth[:, place], said[:, place]
        both = own * given
        found.append(
            LabelAccuracy(
                label,
                int(own.sum()),
                int(given.sum()),
                int(both.sum()),
                _named(RateParts(both, given), judged, f"the grader never says {label}"),
                _named(RateParts(both, own), judged, f"no unit is {label} by gold"),
                _named(f1_parts(own, given), judged, f"neither gold nor the grader says {label}"),
            )
        )
    return found


def f1_parts(truth: Floats, said: Floats) -> RateParts:
    """Return F1 as a rate, 2 both / (gold + verdicts): what each unit adds above and below the line."""
    return RateParts(2.0 * truth * said, truth + said)


def against_gold(
    judged: JudgedUnits, scale: Scale, numbers: list[float | None] | None, resampling: Resampling
) -> Agreement:
    """Return the agreement of the grader with gold, as of two raters, by the distance of the question's scale.

    A verdict that is no label is a value of its own, which gold never has, so that it counts as a difference; for
    several choices it is the empty set, which has nothing in common with any. `numbers` says where each value stands on
    an ordered scale.
    """
    table = _rating_table(judged, scale, numbers)
    return agreement.measure(table, scale=scale, seed=resampling.seed, resamples=resampling.resamples)


def _rating_table(judged: JudgedUnits, scale: Scale, numbers: list[float | None] | None) -> RatingTable:
    used = [place for place in range(2) if (judged.verdict == len(judged.values) + place).any()]
    places = np.arange(len(judged.values) + 2)
    for order, place in enumerate(used):
        places[len(judged.values) + place] = len(judged.values) + order
    given, design = _rows(judged, places[judged.verdict])
    raters = ("gold", "grader")
    if scale.traits.distance is Distance.SET:
        sets = [np.flatnonzero(chosen).tolist() for chosen in judged.members]
        nothing: list[list[int]] = [[] for _ in used]
        return agreement.read_sets(given, raters=raters, options=judged.labels, sets=[*sets, *nothing], design=design)
    return agreement.read_rows(
        given,
        raters=raters,
        values=[*judged.values, *(NO_LABELS[place] for place in used)],
        numbers=None if numbers is None else [*numbers, *([None] * len(used))],
        design=design,
    )


def _rows(judged: JudgedUnits, verdict: Codes) -> tuple[list[tuple[tuple[int, int], int]], SampleDesign]:
    """Return the different pairs of gold and verdict with how many units have each, and the design of these rows.

    Rows are different where prompts that repeat, or strata, are.
    """
    prompts = judged.design.clusters if judged.design.repeated else np.arange(0, 1).repeat(judged.units)
    keyed = np.column_stack([prompts, judged.design.strata, judged.gold, verdict])
    rows, first, counts = np.unique(keyed, axis=0, return_index=True, return_counts=True)
    design = judged.design.take(first)
    if not judged.design.repeated:
        design = replace(design, clusters=np.full(len(first), ALONE))
    return [((int(gold), int(said)), int(units)) for (*_, gold, said), units in zip(rows, counts, strict=True)], design


def labelled(judged: JudgedUnits, codes: Codes) -> Floats:
    """Return which labels each of `codes` says, shape (units, labels); a verdict that is no label says none."""
    nothing = np.zeros((2, len(judged.labels)), bool)
    said: Floats = np.concatenate([judged.members, nothing])[codes].astype(np.float64)
    return said


def _named(parts: RateParts, judged: JudgedUnits, undefined: str) -> Estimate:
    found = share(parts, judged.design)
    return Estimate(None, undefined=undefined) if found.value is None else found
