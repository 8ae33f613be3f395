"""With what chance the units of a study were drawn, as far as ratings differ in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reviewer.definitions.question import Per
from reviewer.store import sampling_pools
from reviewer.store.engine import Engine
from reviewer.store.studies import Study
from reviewer.study_design.sampling import SamplingMethod, read_rule

StoredDraw = tuple[
    int, int | None, int | None
]  # a configuration, 0 where it makes no stratum; drawn and pool as stored


@dataclass(frozen=True, slots=True)
class Stratum:
    """A stratum of a sample: its number, and how many units were `drawn` from how many."""

    number: int
    drawn: int
    pool: int

    @property
    def weight(self) -> float:
        """For how many units of the pool each drawn one stands."""
        return self.pool / self.drawn


CENSUS = Stratum(0, 1, 1)


@dataclass(frozen=True, slots=True)
class StudyStrata:
    """The strata of a study in which chances differ."""

    by_configuration: bool
    sizes: Mapping[StoredDraw, Stratum]

    def of(self, stored: StoredDraw) -> Stratum:
        """Return the stratum of a unit by what is stored of its draw."""
        configuration, drawn, pool = stored
        return self.sizes.get((configuration if self.by_configuration else 0, drawn, pool), CENSUS)


def drawn_by_chance(engine: Engine, study: Study, question: str) -> bool:
    """Return whether the units of a question were drawn from a pool with known chances.

    Those of a question about a pair, or about all responses to a prompt, were only where whole prompts were drawn.
    """
    if read_rule(study.design.sample).kind is SamplingMethod.ALL:
        return False
    asked = study.rubric.question(question)
    if asked.per is Per.RESPONSE and not asked.scale.traits.compares_pair:
        return True
    origin = sampling_pools.drawn_from(engine, study.number)
    return origin is not None and origin.whole_prompts


def strata(engine: Engine, study: Study, question: str) -> StudyStrata | None:
    """Return the strata of the units of a question; None where their chances are all equal, or not known.

    What was withdrawn counts as not drawn, as in `sampling_pools.chosen`.
    """
    if not drawn_by_chance(engine, study, question):
        return None
    origin = sampling_pools.drawn_from(engine, study.number)
    whole = origin is not None and origin.whole_prompts
    by_configuration = read_rule(study.design.sample).kind.by_configuration and not whole
    unit = "response.prompt" if whole else "study_response.response"
    found = engine.rows(
        f"""
        select configuration, drawn, pool, sum(gone), count(*) from (
            select {"response.configuration" if by_configuration else "0"} as configuration, drawn, pool,
                min(withdrawn) as gone
            from study_response join response on response.number = study_response.response
            where study_response.study = :study group by 1, drawn, pool, {unit}
        ) as unit group by configuration, drawn, pool order by 1, 2, 3
        """,
        {"study": study.number},
    )
    sizes: dict[StoredDraw, Stratum] = {}
    for configuration, drawn, pool, gone, units in found:
        if gone < units:
            sized = (1, 1) if drawn is None or not pool else (drawn - gone, pool)
            sizes[configuration, drawn, pool] = Stratum(len(sizes), *sized)
    weights = [one.weight for one in sizes.values()]
    if not weights or max(weights) - min(weights) <= 1e-9 * max(weights):
        return None
    return StudyStrata(by_configuration, sizes)
