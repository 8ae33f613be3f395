"""What studies are drawn from, and with what chance each of their responses was."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reviewer.store.engine import Engine
from reviewer.study_design.sampling import Candidate, ChosenResponse


@dataclass(frozen=True, slots=True)
class DrawnFrom:
    """What the responses of a study were drawn from, and what a rule that asks graders asked.

    The pool is the stored responses, up to the one with number `up_to`, to prompts of `suites`, of `models`, in the
    study `source`; what is empty or None leaves that side open. `whole_prompts` says that prompts were drawn, each with
    all its responses in the pool, of those that have two or more.
    """

    suites: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    source: str | None = None
    up_to: int = 0
    graders: tuple[str, ...] = ()
    rate: str | None = None
    whole_prompts: bool = False


def pool(
    engine: Engine,
    *,
    suites: Sequence[int],
    configurations: Sequence[int],
    study: int | None,
    up_to: int | None = None,
) -> list[Candidate]:
    """Return the responses a study may draw from, in order of number.

    Empty `suites` or `configurations`, a `study` and an `up_to` (the highest number) of None leave that side open.
    """
    which = conditions(suites=suites, configurations=configurations, study=study, up_to=up_to)
    found = engine.rows(f"select number, id, configuration, prompt from response where {which} order by number")
    return [Candidate(*row) for row in found]


def conditions(
    *, suites: Sequence[int], configurations: Sequence[int], study: int | None, up_to: int | None = None
) -> str:
    """Return in SQL which rows of `response` are in a pool; see `pool`."""
    found = ["true" if up_to is None else f"response.number <= {int(up_to)}"]
    if suites:
        found.append(f"response.prompt in (select prompt from suite_prompt where suite in ({numbers(suites)}))")
    if configurations:
        found.append(f"response.configuration in ({numbers(configurations)})")
    if study is not None:
        found.append(f"response.number in (select response from study_response where study = {int(study)})")
    return " and ".join(found)


def drawn_from(engine: Engine, study: int) -> DrawnFrom | None:
    """Return what the study's responses were drawn from, None where that was not kept."""
    [(text,)] = engine.rows("select drawn_from from study where number = :study", {"study": study})
    if text is None:
        return None
    stored: dict[str, Any] = json.loads(text)
    for side in ("suites", "models", "graders"):
        stored[side] = tuple(stored[side])
    return DrawnFrom(**stored)


def chosen(engine: Engine, study: int) -> list[ChosenResponse]:
    """Return the study's responses with the chances that they had, in order of number."""
    rows = engine.rows(
        "select response, drawn, pool from study_response where study = :study order by response", {"study": study}
    )
    return [ChosenResponse(*row) for row in rows]


def numbers(values: Sequence[int]) -> str:
    """Return numbers as a list in SQL."""
    return ", ".join(str(int(value)) for value in values)
