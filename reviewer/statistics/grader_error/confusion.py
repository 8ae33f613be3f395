"""Units with gold and a grader's verdict: the confusion of both, error, and what is found of each label."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from reviewer.definitions.scale import Distance, Scale
from reviewer.statistics import agreement
from reviewer.statistics.agreement import Agreement
from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.arrays import Codes, Flags, Floats
from reviewer.statistics.estimate import Estimate, ratio
from reviewer.statistics.grader_error.paired_bootstrap import spanned, sums
from reviewer.statistics.grader_error.rates import share
from reviewer.statistics.grader_error.sample import GoldSample, RateParts

UNPARSED, REFUSED = "unparsed", "refused"
NO_LABELS = (UNPARSED, REFUSED)


@dataclass(frozen=True, slots=True, eq=False)
class JudgedUnits:
    """Units that have gold and a verdict; arrays of shape (units,).

    Attributes:
        values: what gold and verdicts can be; for several choices, the sets that occur.
        gold: places in `values`.
        verdict: places in `values`, or behind them: `unparsed` and `refused`, verdicts that are no label.
        prompts: numbers of the prompts, which may repeat.
        configurations: places in `names`, -1 where a unit belongs to no one configuration.
        names: of the configurations.
        sample: how the units were drawn.
        labels: what precision and recall are of: the options.
        members: shape (values, labels); which labels each value says.
    """

    values: tuple[str, ...]
    gold: Codes
    verdict: Codes
    prompts: Codes
    configurations: Codes
    names: tuple[str, ...]
    sample: GoldSample
    labels: tuple[str, ...]
    members: Flags

    @property
    def units(self) -> int:
        """How many there are."""
        return len(self.gold)

    @property
    def wrong(self) -> Floats:
        """1 where the verdict is not the gold, verdicts that are no label among them."""
        wrong: Floats = (self.gold != self.verdict).astype(np.float64)
        return wrong

    def of(self, configuration: int) -> JudgedUnits:
        """Return the units of one configuration."""
        return self.take(self.configurations == configuration)

    def take(self, kept: Flags) -> JudgedUnits:
        """Return some of the units."""
        return replace(
            self,
            gold=self.gold[kept],
            verdict=self.verdict[kept],
            prompts=self.prompts[kept],
            configurations=self.configurations[kept],
            sample=self.sample.drop(~kept),
        )

    def count(self, state: str) -> int:
        """Return how many verdicts are no label, for that reason."""
        return int((self.verdict == len(self.values) + NO_LABELS.index(state)).sum())


def confusion(judged: JudgedUnits) -> dict[str, dict[str, int]]:
    """Return how many units of each gold value got each verdict; what gold or the grader never says is left out."""
    every = (*judged.values, *NO_LABELS)
    counts = np.zeros((len(judged.values), len(every)), np.int64)
    np.add.at(counts, (judged.gold, judged.verdict), 1)
    said = [place for place in range(len(every)) if counts[:, place].any()]
    return {
        judged.values[row]: {every[place]: int(counts[row, place]) for place in said}
        for row in range(len(judged.values))
        if counts[row].any()
    }


def error(judged: JudgedUnits) -> Estimate:
    """Return the share of units on which the verdict is not the gold."""
    return share(RateParts(judged.wrong, np.ones(judged.units)), judged.sample, judged.prompts)


@dataclass(frozen=True, slots=True)
class LabelAccuracy:
    """One label: how many units have it by gold, by the grader and by both; how far the grader finds it."""

    label: str
    gold: int
    verdicts: int
    both: int
    precision: Estimate
    recall: Estimate
    f1: Estimate


def by_label(judged: JudgedUnits, resampling: Resampling) -> list[LabelAccuracy]:
    """Return precision and recall with Wilson's interval and F1 with the bootstrap's, for each label."""
    truth, said = _labelled(judged, judged.gold), _labelled(judged, judged.verdict)
    f1 = f1_scores(judged, judged.verdict, resampling)
    found = []
    for place, label in enumerate(judged.labels):
        both = truth[:, place] * said[:, place]
        found.append(
            LabelAccuracy(
                label,
                int(truth[:, place].sum()),
                int(said[:, place].sum()),
                int(both.sum()),
                _named(RateParts(both, said[:, place]), judged, f"the grader never says {label}"),
                _named(RateParts(both, truth[:, place]), judged, f"no unit is {label} by gold"),
                spanned(f1[0][place], f1[1][:, place], judged.prompts, f"neither gold nor the grader says {label}"),
            )
        )
    return found


def f1_scores(judged: JudgedUnits, verdict: Codes, resampling: Resampling) -> tuple[Floats, Floats]:
    """Return F1 = 2 both / (gold + verdicts) of each label by those verdicts, shape (labels,), and of each draw.

    The draws, shape (draws, labels), are of prompts, and the same for any verdicts on the same units.
    """
    weights = judged.sample.weights[:, None]
    truth, said = _labelled(judged, judged.gold), _labelled(judged, verdict)
    columns = np.column_stack([2.0 * weights * truth * said, weights * (truth + said)])
    labels = len(judged.labels)

    def of(found: Floats) -> Floats:
        return ratio(found[:, :labels], found[:, labels:])

    return of(columns.sum(axis=0)[None, :])[0], of(sums(judged.prompts, columns, resampling))


def against_gold(
    judged: JudgedUnits, scale: Scale, numbers: list[float | None] | None, resampling: Resampling
) -> Agreement:
    """Return the agreement of the grader with gold, as of two raters.

    A verdict that is no label is a value of its own, which gold never has, so that it counts as a difference. `numbers`
    says where each value stands on an ordered scale. For several choices each set is one value.
    """
    used = [place for place in range(2) if (judged.verdict == len(judged.values) + place).any()]
    values = [*judged.values, *(NO_LABELS[place] for place in used)]
    places = np.arange(len(judged.values) + 2)
    for order, place in enumerate(used):
        places[len(judged.values) + place] = len(judged.values) + order
    repeat = len(np.unique(judged.prompts)) < judged.units
    keyed = np.column_stack([judged.prompts * repeat, judged.gold, places[judged.verdict]])
    rows, counts = np.unique(keyed, axis=0, return_counts=True)
    table = agreement.read_rows(
        [((int(gold), int(verdict)), int(count)) for (_, gold, verdict), count in zip(rows, counts, strict=True)],
        raters=("gold", "grader"),
        values=values,
        numbers=None if numbers is None else [*numbers, *([None] * len(used))],
        clusters=[int(prompt) for prompt in rows[:, 0]] if repeat else None,
    )
    counted = Scale.NOMINAL if scale.traits.distance is Distance.SET else scale
    return agreement.measure(table, scale=counted, seed=resampling.seed, resamples=resampling.resamples)


def _labelled(judged: JudgedUnits, codes: Codes) -> Floats:
    """Return which labels each of `codes` says, shape (units, labels); a verdict that is no label says none."""
    nothing = np.zeros((2, len(judged.labels)), bool)
    said: Floats = np.concatenate([judged.members, nothing])[codes].astype(np.float64)
    return said


def _named(parts: RateParts, judged: JudgedUnits, undefined: str) -> Estimate:
    found = share(parts, judged.sample, judged.prompts)
    return Estimate(None, undefined=undefined) if found.value is None else found
