"""Adjudications: decisions on disputes, by people or imported. Added to their chains, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reviewer.store.acts import WITHDRAWN_RESPONSES
from reviewer.store.chain import ADJUDICATION_COLUMNS, Link
from reviewer.store.engine import Engine, among
from reviewer.store.labels import ITEMS_OF_WITHDRAWN
from reviewer.study_design.decision_policy import Ruling

# The file that an imported decision came in stands behind this, in place of an adjudicator's name.
IMPORTED = "imported:"


@dataclass(frozen=True, slots=True)
class NewDecision:
    """An adjudication before it takes its place in a chain; `value` None decides that the unit has no label.

    `clause` names the clause of the rubric that decided; `login` is that of the person who did.
    """

    study: str
    response: str | None
    question: str
    rubric: str
    value: str | None
    reason: str
    decided_at: str
    supersedes: str | None = None
    other_response: str | None = None
    item: str | None = None
    note: str | None = None
    state: Ruling = Ruling.DECIDED
    clause: str | None = None
    login: str | None = None


def add(engine: Engine, adjudicator: str, decisions: Iterable[NewDecision]) -> None:
    """Add decisions to the adjudicator's chain in order; call inside `engine.writing()`."""
    link = Link(engine, "adjudication", ADJUDICATION_COLUMNS, adjudicator)
    for decision in decisions:
        link.add(
            {
                "study": decision.study,
                "response": decision.response,
                "other_response": decision.other_response,
                "item": decision.item,
                "question": decision.question,
                "rubric": decision.rubric,
                "adjudicator": adjudicator,
                "value": decision.value,
                "reason": decision.reason,
                "note": decision.note,
                "supersedes": decision.supersedes,
                "decided_at": decision.decided_at,
                "state": decision.state.value,
                "clause": decision.clause,
                "login": decision.login,
            }
        )
    link.close()


@dataclass(frozen=True, slots=True)
class StandingDecision:
    """A decision that no later one supersedes."""

    id: str
    response: str
    other_response: str
    item: str
    question: str
    adjudicator: str
    value: str | None
    ruling: Ruling
    reason: str
    note: str | None
    decided_at: str
    clause: str | None


_STANDS = """
    not exists (select 1 from adjudication later where later.supersedes = adjudication.id)
    and coalesce(state, 'decided') <> 'retracted'
"""


def standing(engine: Engine, study: str) -> Iterator[StandingDecision]:
    """Yield the standing decisions of `study` in the order in which they were made.

    None that was taken back, and none on what is withdrawn.
    """
    sql = f"""
        select id, coalesce(response, ''), coalesce(other_response, ''), coalesce(item, ''), question,
            adjudicator, value, coalesce(state, 'decided'), reason, note, decided_at, clause
        from adjudication where study = :study and {_STANDS}
            and coalesce(response, '') not in ({WITHDRAWN_RESPONSES})
            and coalesce(other_response, '') not in ({WITHDRAWN_RESPONSES})
            and (response is not null or item not in ({ITEMS_OF_WITHDRAWN}))
        order by decided_at, number
    """
    for row in engine.stream(sql, {"study": study}):
        identity, response, other, item, question, adjudicator, value, ruling, *told = row
        yield StandingDecision(identity, response, other, item, question, adjudicator, value, Ruling(ruling), *told)


def values_on(engine: Engine, study: str, responses: Sequence[str]) -> dict[tuple[str, str], dict[str, str | None]]:
    """Return the standing decisions on `responses` by (response, question): the value each adjudicator chose."""
    found: dict[tuple[str, str], dict[str, str | None]] = {}
    rows = among(
        engine,
        "select response, question, adjudicator, value from adjudication where study = :study"
        f" and response in ({{values}}) and {_STANDS} order by decided_at, number",
        responses,
        {"study": study},
    )
    for response, question, adjudicator, value in rows:
        found.setdefault((response, question), {})[adjudicator] = value
    return found


def last_values(
    engine: Engine, study: str, adjudicator: str, responses: Sequence[str]
) -> dict[tuple[str, str], str | None]:
    """Return what `adjudicator` decided last on `responses`, superseded since or not, by (response, question)."""
    rows = among(
        engine,
        "select response, question, value from adjudication where study = :study and adjudicator = :adjudicator"
        " and response in ({values}) order by sequence",
        responses,
        {"study": study, "adjudicator": adjudicator},
    )
    return {(response, question): value for response, question, value in rows}
