"""What studies are drawn from, and with what chance each of their responses was."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from reviewer.store.engine import Engine
from reviewer.study_design.sampling import Candidate, ChosenResponse, SamplingRule


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


_MEMBERS = "select response from study_response where study = {} and withdrawn = 0"


def pool(
    engine: Engine,
    *,
    suites: Sequence[int],
    configurations: Sequence[int],
    study: int | None,
    up_to: int | None = None,
) -> list[Candidate]:
    """Return the responses a study may draw from, in order of number.

    Those that are withdrawn from `study` are left out.
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
        found.append(f"response.number in ({_MEMBERS.format(int(study))})")
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


def chosen(engine: Engine, study: int, rule: SamplingRule) -> list[ChosenResponse]:
    """Return the responses of a study drawn by `rule`, with the chances that they had, in order of number.

    What was withdrawn counts as not drawn: the others of its stratum speak for it as well. Where whole prompts were
    drawn, that is a prompt all of whose responses are withdrawn.
    """
    origin = drawn_from(engine, study)
    whole = origin is not None and origin.whole_prompts
    rows = engine.rows(
        "select response, drawn, pool, withdrawn, configuration, prompt from study_response"
        " join response on response.number = study_response.response where study = :study order by response",
        {"study": study},
    )
    units: dict[tuple[tuple[object, ...], int], list[tuple[ChosenResponse, bool]]] = {}
    for response, drawn, pool, gone, configuration, prompt in rows:
        stratum = (configuration if rule.kind.by_configuration and not whole else None, drawn, pool)
        unit = units.setdefault((stratum, prompt if whole else response), [])
        unit.append((ChosenResponse(response, drawn, pool), bool(gone)))
    lost = Counter(stratum for (stratum, _), members in units.items() if all(gone for _, gone in members))
    left = [
        one if one.drawn is None else replace(one, drawn=one.drawn - lost[stratum])
        for (stratum, _), members in units.items()
        for one, gone in members
        if not gone
    ]
    return sorted(left, key=lambda one: one.response)


def numbers(values: Sequence[int]) -> str:
    """Return numbers as a list in SQL."""
    return ", ".join(str(int(value)) for value in values)
