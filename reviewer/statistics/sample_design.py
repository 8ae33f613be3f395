"""How units came to be looked at: the one type that every estimator takes beside the values.

Each unit has a chance of having been drawn, inside a stratum of known size, and goes together with the other units of
its prompt. A figure that leaves this out is a figure of the draw, not of what was drawn from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from reviewer.statistics.arrays import Codes, Flags, Floats

ALIKE = 1e-9  # weights nearer than this, relatively, are one


class RateTarget(StrEnum):
    """What a rate is to be true of.

    `beyond` are responses to other prompts of the same kind, the mean that prediction-powered inference is about;
    `these` are the responses of the population themselves, of which gold settles those that have it.
    """

    BEYOND = "beyond"
    THESE = "these"


class Population(StrEnum):
    """What the figures of a page are of: all that a study stands for, or only what has labels."""

    STUDY = "all responses that the study stands for"
    SAMPLE = "the labelled sample"


@dataclass(frozen=True, slots=True)
class DrawChance:
    """How a unit came to be looked at: `drawn` of the `pool` in its stratum, a number."""

    stratum: int
    drawn: int
    pool: int


@dataclass(frozen=True, slots=True, eq=False)
class SampleDesign:
    """The design of a sample; arrays have one place a unit of the population, shape (units,).

    Attributes:
        clusters: number of the prompt of each unit; units of one prompt go together.
        configurations: place in `names` of the configuration of each, -1 where a unit belongs to no one.
        names: of the configurations.
        strata: number of the stratum that a unit was drawn in, -1 where it was not drawn.
        drawn: how many units were drawn from that stratum, whether they are here or not; 0 where not drawn.
        pool: from how many.
        people: how many people's labels a unit has.
        target: what rates are to be true of.
        lost: why the population is not whole, so that nothing may be corrected; None where it is.
    """

    clusters: Codes
    configurations: Codes
    names: tuple[str, ...]
    strata: Codes
    drawn: Floats
    pool: Floats
    people: Codes
    target: RateTarget = RateTarget.BEYOND
    lost: str | None = None

    def __len__(self) -> int:
        """Return how many units there are."""
        return len(self.clusters)

    @property
    def population(self) -> Population:
        """What figures of this design are of."""
        return Population.STUDY if self.lost is None else Population.SAMPLE

    @property
    def seen(self) -> Flags:
        """Which units were drawn."""
        seen: Flags = self.drawn > 0.0
        return seen

    @property
    def weights(self) -> Floats:
        """For how many units of the population each stands, 0 where it was not drawn."""
        weights: Floats = np.divide(self.pool, self.drawn, out=np.zeros(len(self.pool)), where=self.drawn > 0.0)
        return weights

    @property
    def equal(self) -> bool:
        """Whether all that were drawn had the same chance."""
        weights = self.weights[self.seen]
        return bool(not len(weights) or np.ptp(weights) <= ALIKE * weights.max())

    @property
    def complete(self) -> bool:
        """Whether every unit was drawn with certainty."""
        return bool((self.drawn >= self.pool).all() and self.seen.all())

    @property
    def repeated(self) -> bool:
        """Whether two units share a prompt."""
        return len(np.unique(self.clusters)) < len(self.clusters)

    def take(self, kept: Flags | Codes | list[int]) -> SampleDesign:
        """Return the design of some of the units: strata keep the sizes that they were drawn with."""
        return replace(
            self,
            clusters=self.clusters[kept],
            configurations=self.configurations[kept],
            strata=self.strata[kept],
            drawn=self.drawn[kept],
            pool=self.pool[kept],
            people=self.people[kept],
        )

    def without(self, left: Flags) -> SampleDesign:
        """Return the design as if the units where `left` had not been drawn; strata keep their sizes."""
        return replace(
            self,
            strata=np.where(left, -1, self.strata),
            drawn=np.where(left, 0.0, self.drawn),
            pool=np.where(left, 0.0, self.pool),
        )

    def of(self, configuration: int) -> SampleDesign:
        """Return the design of the units of one configuration."""
        return self.take(self.configurations == configuration)


def sample_design(
    clusters: Sequence[int],
    configurations: Sequence[int],
    names: tuple[str, ...],
    chances: Sequence[DrawChance | None],
    people: Sequence[int] | None = None,
    *,
    target: RateTarget = RateTarget.BEYOND,
    lost: str | None = None,
) -> SampleDesign:
    """Return the design of units from plain sequences of one place a unit; see the attributes of `SampleDesign`.

    `chances` says how each was drawn, None for those that were not.
    """
    found = [(-1, 0, 0) if one is None else (one.stratum, one.drawn, one.pool) for one in chances]
    stratum, drawn, pool = np.array(found, np.int64).reshape(-1, 3).T
    return SampleDesign(
        clusters=np.asarray(clusters, np.int64),
        configurations=np.asarray(configurations, np.int64),
        names=names,
        strata=stratum,
        drawn=drawn.astype(np.float64),
        pool=pool.astype(np.float64),
        people=np.zeros(len(clusters), np.int64) if people is None else np.asarray(people, np.int64),
        target=target,
        lost=lost,
    )


def census(clusters: Codes, configurations: Codes | None = None, names: tuple[str, ...] = ()) -> SampleDesign:
    """Return the design in which every unit was drawn with certainty."""
    units = len(clusters)
    return SampleDesign(
        clusters=np.asarray(clusters, np.int64),
        configurations=np.full(units, -1) if configurations is None else np.asarray(configurations, np.int64),
        names=names,
        strata=np.zeros(units, np.int64),
        drawn=np.full(units, float(units)),
        pool=np.full(units, float(units)),
        people=np.zeros(units, np.int64),
    )


def simple_sample(population: SampleDesign, places: Codes) -> SampleDesign:
    """Return the design of `population` of which the units at `places` were drawn with equal chances."""
    units = len(population)
    drawn = np.zeros(units, bool)
    drawn[places] = True
    return replace(
        population,
        strata=np.where(drawn, 0, -1),
        drawn=np.where(drawn, float(len(places)), 0.0),
        pool=np.where(drawn, float(units), 0.0),
    )
