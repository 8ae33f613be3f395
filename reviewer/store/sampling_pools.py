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
    conditions = ["true" if up_to is None else f"number <= {int(up_to)}"]
    if suites:
        conditions.append(f"prompt in (select prompt from suite_prompt where suite in ({_numbers(suites)}))")
    if configurations:
        conditions.append(f"configuration in ({_numbers(configurations)})")
    if study is not None:
        conditions.append(f"number in (select response from study_response where study = {int(study)})")
    found = engine.rows(
        f"select number, id, configuration, prompt from response where {' and '.join(conditions)} order by number"
    )
    return [Candidate(*row) for row in found]


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


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(str(int(number)) for number in numbers)
