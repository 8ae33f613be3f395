"""Rates of a study as rows: by evaluation and configuration, differences, lab by lab, tag by tag."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from reviewer.definitions.rubric import Rate, Worse, worst_end
from reviewer.report.result import GOODNESS, DifferenceRow, LabRow, RateRow, ReportGrader, TagRow
from reviewer.statistics import grader_error
from reviewer.statistics.agreement.bootstrap import Resampling
from reviewer.statistics.arrays import Flags
from reviewer.statistics.estimate import Estimate
from reviewer.statistics.grader_error import RateBounds, RateUnits

NOTHING_TO_CORRECT = "this is the rate of gold: there is nothing to correct"
UNKNOWN = "lab not known"
PEOPLE = "people (gold)"


@dataclass(slots=True)
class Places:
    """Where the prompts of a study stand: by evaluation and by tag, their numbers."""

    evaluations: dict[str, set[int]] = field(default_factory=dict)
    tags: dict[str, set[int]] = field(default_factory=dict)


class RateRows:
    """Counts the rates of a rubric, of which it has at least one, over parts of what a study speaks for."""

    def __init__(
        self,
        rates: Sequence[Rate],
        counts: Mapping[tuple[str | None, str], RateUnits],
        judges: Sequence[ReportGrader],
        labs: Mapping[str, str | None],
        places: Places,
        resampling: Resampling,
    ) -> None:
        """Make ready.

        Args:
            rates: of the rubric.
            counts: by (grader, rate), over everything; under None, what gold says stands in the place of verdicts.
            judges: the graders.
            labs: of the configurations.
            places: where the prompts stand.
            resampling: how many draws intervals take.
        """
        self._rates = rates
        self._judges = judges
        self._labs = labs
        self._places = places
        self._resampling = resampling
        self._gold = {rate.id: counts[None, rate.id] for rate in rates}
        self._graded = {(judge.name, rate.id): counts[judge.name, rate.id] for judge in judges for rate in rates}
        some = next(iter(self._gold.values()))
        self._prompts, self._of, self._names = some.design.clusters, some.design.configurations, some.design.names

    def _evaluations(self) -> Iterator[tuple[str, Flags]]:
        for name, prompts in self._places.evaluations.items():
            yield name, np.isin(self._prompts, list(prompts))

    def _configurations(self, within: Flags) -> Iterator[tuple[str, str | None, Flags]]:
        for place, name in enumerate(self._names):
            own = within & (self._of == place)
            if own.any():
                yield name, self._labs[name], own

    def rates(self) -> Iterator[RateRow]:
        """Yield every rate of every configuration in every evaluation: by gold, and by each grader."""
        for evaluation, within in self._evaluations():
            for rate in self._rates:
                for configuration, lab, own in self._configurations(within):
                    where = (evaluation, rate, configuration, lab)
                    yield from self._by_gold(*where, self._gold[rate.id].of(own))
                    for judge in self._judges:
                        yield from self._by_grader(*where, judge.name, self._graded[judge.name, rate.id].of(own))

    def _by_gold(
        self, evaluation: str, rate: Rate, configuration: str, lab: str | None, counted: RateUnits
    ) -> Iterator[RateRow]:
        found = grader_error.rate_found(counted, self._resampling, worse=worst_end(rate))
        if not found.gold_units:
            return
        never = Estimate(None, undefined=NOTHING_TO_CORRECT)
        n = found.gold_units
        ends = (evaluation, configuration, lab, None, n, n, _prompts(counted))
        yield _row(rate.id, rate.worse, ends, found.gold, found.gold, never, found.bounds)
        if worst_end(rate) is not None:
            good = found.goodness_gold
            yield _row(f"{rate.id} {GOODNESS}", Worse.LOW, ends, good, good, never)

    def _by_grader(
        self, evaluation: str, rate: Rate, configuration: str, lab: str | None, grader: str, counted: RateUnits
    ) -> Iterator[RateRow]:
        if not counted.judged.any():
            return
        found = grader_error.rate_found(counted, self._resampling, worse=worst_end(rate))
        ends = (evaluation, configuration, lab, grader, found.units, found.gold_units, _prompts(counted))
        yield _row(rate.id, rate.worse, ends, found.raw, found.gold, found.corrected, found.bounds)
        if worst_end(rate) is not None:
            nothing = Estimate(None, undefined="see the row of gold")
            name = f"{rate.id} {GOODNESS}"
            yield _row(name, Worse.LOW, ends, found.goodness_raw, nothing, found.goodness_corrected)

    def _ranked(self) -> list[Rate]:
        return [rate for rate in self._rates if rate.worse is not Worse.NEITHER]

    def differences(self) -> Iterator[DifferenceRow]:
        """Yield how far every two configurations differ, by gold and by each grader.

        The pairs of one rate in one evaluation, by one grader, are one family.
        """
        for evaluation, within in self._evaluations():
            for rate in self._ranked():
                graders: list[str | None] = [judge.name for judge in self._judges]
                for grader in graders or [None]:
                    counted = self._gold[rate.id] if grader is None else self._graded[grader, rate.id]
                    for found in grader_error.rate_differences(counted.of(within), rate.matters):
                        if found.gold.value is not None or (grader is not None and found.raw.value is not None):
                            yield DifferenceRow(evaluation, rate.id, grader, found)

    def labs(self) -> Iterator[LabRow]:
        """Yield what the graders of each lab, and people, say of the models of each lab; nothing without two labs."""
        labs = np.array([self._labs[name] or UNKNOWN for name in self._names])
        if len(set(labs)) < 2:
            return
        for rate in self._ranked():
            for lab in sorted(set(labs)):
                own = np.isin(self._of, np.flatnonzero(labs == lab))
                gold = self._gold[rate.id].of(own)
                if gold.known.any():
                    yield LabRow(rate.id, PEOPLE, lab, int(gold.known.sum()), _by_gold(gold), None)
                for judge in self._judges:
                    counted = self._graded[judge.name, rate.id].of(own)
                    if counted.judged.any():
                        name, units = f"{judge.lab or UNKNOWN} ({judge.name})", int(counted.judged.sum())
                        yield LabRow(rate.id, name, lab, units, _by_verdicts(counted), _error(counted))

    def tags(self) -> Iterator[TagRow]:
        """Yield the rates of each configuration on the prompts with each tag, by gold, else by the first grader."""
        for evaluation, within in self._evaluations():
            for tag, prompts in self._places.tags.items():
                tagged = within & np.isin(self._prompts, list(prompts))
                if not tagged.any():
                    continue
                for rate in self._ranked():
                    for configuration, _, own in self._configurations(tagged):
                        if row := self._tagged(evaluation, tag, rate, configuration, own):
                            yield row

    def _tagged(self, evaluation: str, tag: str, rate: Rate, configuration: str, own: Flags) -> TagRow | None:
        gold = self._gold[rate.id].of(own)
        if gold.known.any():
            return TagRow(evaluation, tag, rate.id, configuration, None, int(gold.known.sum()), _by_gold(gold))
        for judge in self._judges:
            counted = self._graded[judge.name, rate.id].of(own)
            if counted.judged.any():
                units = int(counted.judged.sum())
                return TagRow(evaluation, tag, rate.id, configuration, judge.name, units, _by_verdicts(counted))
        return None


def _row(
    name: str,
    worse: Worse,
    ends: tuple[str, str, str | None, str | None, int, int, int],
    raw: Estimate,
    gold: Estimate,
    corrected: Estimate,
    bounds: RateBounds | None = None,
) -> RateRow:
    evaluation, configuration, lab, grader, n, gold_n, prompts = ends
    return RateRow(
        evaluation, name, worse, configuration, lab, grader, n, gold_n, prompts, raw, gold, corrected, bounds
    )


def _prompts(counted: RateUnits) -> int:
    return len(np.unique(counted.design.clusters[counted.known]))


def _by_gold(rate: RateUnits) -> Estimate:
    return grader_error.share(grader_error.parts_of(rate.gold), rate.by_gold())


def _by_verdicts(rate: RateUnits) -> Estimate:
    judged = rate.of(rate.judged)
    return grader_error.raw(grader_error.parts_of(judged.grader), judged.design)


def _error(counted: RateUnits) -> Estimate:
    """Return how often what the grader adds to a rate is not what gold adds."""
    both = counted.of(counted.judged & counted.known)
    if not len(both.design):
        return Estimate(None, undefined="no response has gold and a verdict")
    alike = (both.gold == both.grader) | (np.isnan(both.gold) & np.isnan(both.grader))
    return grader_error.share(grader_error.parts_of(np.where(alike, 0.0, 1.0)), both.design)
