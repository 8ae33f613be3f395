"""How a lead makes a study: what it draws from, how many responses, who rates them."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.blinding import rank
from reviewer.disputes import read_policy
from reviewer.errors import NotFound, Refused, ReviewerError
from reviewer.model import Rater
from reviewer.question import Scale
from reviewer.rubric import Rubric
from reviewer.store import evidence, raters, rubrics, studies
from reviewer.store.engine import Engine
from reviewer.store.studies import Chosen, Design, Extent, StudyRow

MOST_PANES = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """What a lead asks for. Empty `suites` or `models`, and a `source` study of None, leave that side open."""

    name: str
    design: Design
    suites: Sequence[str] = ()
    models: Sequence[str] = ()
    source: str | None = None
    assignments: Sequence[tuple[str, int | None]] = ()


def create_study(engine: Engine, plan: Plan, rubric: Rubric, now: str) -> tuple[StudyRow, Extent]:
    """Make the study that `plan` asks for, wholly or not at all.

    Raises:
        NotFound: a suite, model or study that is not stored, or nothing to draw from.
        Refused: the name is taken, or the design does not fit the rubric.
    """
    check_design(plan.name, plan.design, rubric)
    with engine.writing():
        rubrics.ensure(engine, rubric, now)
        study = studies.create(engine, plan.name, rubric.hash, plan.design, now)
        pool = studies.pool(
            engine,
            suites=[number for suite in plan.suites for number in evidence.suite_numbers(engine, suite)],
            configurations=_configurations(engine, plan.models),
            study=None if plan.source is None else studies.load(engine, plan.source).number,
        )
        if not pool:
            raise NotFound("no stored response fits; `reviewer import FILE` brings responses in")
        studies.extend(engine, study, draw(pool, plan.design), least=least(rubric))
        for rater, quota in plan.assignments:
            raters.ensure(engine, Rater(rater), now)
            studies.assign(engine, study.number, rater, quota)
        return studies.load(engine, plan.name), studies.extent(engine, study.number)


def check_design(name: str, design: Design, rubric: Rubric) -> None:
    """Refuse a study that could not be rated.

    Raises:
        Refused: the name cannot be shown on one line, or the design does not fit the rubric.
        ReviewerError: the policy is none.
    """
    if not name.strip() or not name.isprintable():
        raise Refused("a study needs a name of printable characters")
    if not 1 <= design.panes <= MOST_PANES:
        raise Refused(f"--panes {design.panes}: expected 1 to {MOST_PANES}")
    if design.overlap < 1:
        raise Refused(f"--overlap {design.overlap}: expected 1 or more")
    if design.panes < least(rubric):
        raise Refused(f"rubric {rubric.id} compares responses; it needs --panes 2 or more")
    policy = read_policy(design.policy)
    if policy.margin > design.overlap:
        raise Refused(f"--policy {design.policy}: {design.overlap} raters can never be {policy.margin} ahead")


def least(rubric: Rubric) -> int:
    """Return how many responses an item must show for the rubric to ask anything: 2 where every question compares."""
    root = [question for question in rubric.questions if question.when is None]
    return 2 if all(question.scale is Scale.PREFERENCE for question in root) else 1


def _configurations(engine: Engine, models: Sequence[str]) -> list[int]:
    known = evidence.configuration_numbers(engine)
    for model in models:
        if model not in known:
            raise NotFound(f"--model {model}: no response of it is stored; stored are: {', '.join(known) or 'none'}")
    return [known[model] for model in models]


def draw(pool: Sequence[tuple[int, str, int]], design: Design) -> list[Chosen]:
    """Draw from `pool`, of (number, id, configuration number), by the design's sampling rule and seed.

    The draw goes by response id, so the same responses are drawn in every file that holds the same pool.

    Raises:
        ReviewerError: a rule that is not known.
    """
    kind, _, size = design.sample.partition(":")
    if design.sample == "all":
        return [Chosen(number) for number, _, _ in pool]
    if kind not in ("random", "stratified") or not (size.isascii() and size.isdigit() and int(size)):
        raise ReviewerError(
            f"--sample {design.sample}: no such rule; expected all, random:N, or stratified:N (N of each configuration)"
        )
    strata: dict[int, list[tuple[int, str, int]]] = {}
    for response in pool:
        strata.setdefault(response[2] if kind == "stratified" else 0, []).append(response)
    chosen = []
    for stratum in strata.values():
        drawn = heapq.nsmallest(int(size), stratum, key=lambda response: rank(design.seed, "sample", response[1]))
        chosen += [Chosen(number, drawn=len(drawn), pool=len(stratum)) for number, _, _ in drawn]
    return sorted(chosen, key=lambda one: one.response)
