"""Which responses a study speaks for: its own, and where it was drawn from more, those it was drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from reviewer.errors import NotFound
from reviewer.store import responses, sampling_pools, studies
from reviewer.store.engine import Engine
from reviewer.store.sampling_pools import DrawnFrom
from reviewer.store.studies import Study
from reviewer.study_design.sampling import Candidate, comparable, read_rule

NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class StudyPopulation:
    """What a study speaks for.

    `responses` are all of them in order of number, those of the study among them; `chances` says, by id, with what
    chance each of the study came in. Where the study was drawn from more and that more is not known any longer,
    `lost` says why, and only the study's own are here.
    """

    responses: tuple[Candidate, ...]
    chances: Mapping[str, float]
    lost: str | None = None


def population(engine: Engine, study: Study) -> StudyPopulation:
    """Return what `study` speaks for."""
    rule = read_rule(study.design.sample)
    own = sampling_pools.pool(engine, suites=[], configurations=[], study=study.number)
    drawn = {one.response: one for one in sampling_pools.chosen(engine, study.number, rule)}
    chances = {
        one.id: 1.0 if (found := drawn[one.number]).drawn is None or not found.pool else found.drawn / found.pool
        for one in own
    }
    if all(chance == 1.0 for chance in chances.values()):
        return StudyPopulation(tuple(own), chances)
    try:
        origin = sampling_pools.drawn_from(engine, study.number)
        pool = None if origin is None else _pool(engine, origin)
    except NotFound as error:
        return StudyPopulation(tuple(own), chances, f"what the study was drawn from is not there any more: {error}")
    if pool is None or origin is None:
        return StudyPopulation(tuple(own), chances, "what the study was drawn from was not kept when it was made")
    together = {one.number: one for one in (*pool, *own)}
    if origin.whole_prompts:
        noun, there = "prompts", len({one.prompt for one in together.values()})
        spoken_for = sum(fmean(1.0 / chances[one.id] for one in group) for group in _by_prompt(own))
    else:
        noun, there = "responses", len(together)
        spoken_for = sum(1.0 / chance for chance in chances.values())
    if abs(there - spoken_for) > NEAR * there:
        why = f"the study was drawn from {spoken_for:,.0f} {noun}, and what it was drawn from holds {there:,}"
        return StudyPopulation(tuple(own), chances, why)
    return StudyPopulation(tuple(together[number] for number in sorted(together)), chances)


def _by_prompt(candidates: Iterable[Candidate]) -> Iterable[list[Candidate]]:
    found: dict[int, list[Candidate]] = {}
    for one in candidates:
        found.setdefault(one.prompt, []).append(one)
    return found.values()


def _pool(engine: Engine, origin: DrawnFrom) -> list[Candidate]:
    known = responses.configuration_numbers(engine)
    pool = sampling_pools.pool(
        engine,
        suites=[number for suite in origin.suites for number in responses.suite_numbers(engine, suite)],
        configurations=[known[model] for model in origin.models],
        study=None if origin.source is None else studies.load(engine, origin.source).number,
        up_to=origin.up_to,
    )
    return [one for group in comparable(pool) for one in group] if origin.whole_prompts else pool
