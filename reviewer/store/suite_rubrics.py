"""Which rubrics suites name for the responses to their prompts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reviewer.store import sampling_pools
from reviewer.store.engine import Engine


class SuiteRubric(NamedTuple):
    """A suite, and the rubric by which it says that responses are to be rated."""

    suite: str
    rubric: str


# Suites that name another rubric than :rubric, and their prompts that no suite names :rubric for.
_OTHERS = """
    suite.rubric not in ('', :rubric) and not exists (
        select 1 from suite_prompt other join suite fitting on fitting.number = other.suite
        where other.prompt = suite_prompt.prompt and fitting.rubric = :rubric
    )
"""


def others_in_pool(
    engine: Engine, rubric: str, *, suites: Sequence[int], configurations: Sequence[int], study: int | None
) -> list[SuiteRubric]:
    """Return the suites that name another rubric than `rubric`, an id, for responses of a pool.

    The pool is that of `sampling_pools.pool`; where `suites` are given, only they are asked.
    """
    asked = f"suite.number in ({sampling_pools.numbers(suites)})" if suites else "true"
    pool = sampling_pools.conditions(suites=suites, configurations=configurations, study=study)
    sql = f"""
        select id, rubric from suite where {asked} and exists (
            select 1 from suite_prompt join response on response.prompt = suite_prompt.prompt
            where suite_prompt.suite = suite.number and {_OTHERS} and {pool}
        ) order by id
    """
    return [SuiteRubric(*row) for row in dict.fromkeys(engine.rows(sql, {"rubric": rubric}))]


def others_of_prompts(engine: Engine, rubric: str) -> dict[str, SuiteRubric]:
    """Return, by prompt id, which suite names another rubric than `rubric`, an id, for it."""
    sql = f"""
        select prompt.id, suite.id, suite.rubric from suite join suite_prompt on suite_prompt.suite = suite.number
        join prompt on prompt.number = suite_prompt.prompt where {_OTHERS} order by suite.id desc
    """
    return {prompt: SuiteRubric(*row) for prompt, *row in engine.rows(sql, {"rubric": rubric})}
