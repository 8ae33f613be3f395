"""Acts: what people did beside giving labels and decisions. Added to the chain of who did it, never changed.

Whatever is mutable in a study follows from its acts: whether it is closed, who was assigned, what was withdrawn, whose
labels are left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reviewer.model import Actor, canonical
from reviewer.store.chain import ACT_COLUMNS, Link
from reviewer.store.engine import Engine, Row
from reviewer.text.visible import storable


class ActKind(StrEnum):
    """What somebody did, in the words that are stored and shown. The last four take back or void what was there."""

    CREATED = "created"
    ASSIGNED = "assigned"
    CLOSED = "closed"
    IMPORTED = "imported"
    EXPORTED = "exported"
    UNBLINDED = "unblinded"
    SEALED = "sealed"
    WITHDREW = "withdrew"
    RESTORED = "restored"
    LEFT_OUT = "left out"
    TAKEN_BACK = "taken back"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Act:
    """One act as stored. `subject` is what it was about: a response's id, a rater's name, a file, a seal's hash."""

    number: int
    kind: ActKind
    study: str | None
    subject: str | None
    actor: Actor
    reason: str | None
    details: Mapping[str, Any]
    done_at: str


def record(
    engine: Engine,
    actor: Actor,
    kind: ActKind,
    now: str,
    *,
    study: str | None = None,
    subject: str | None = None,
    reason: str | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Add an act to the actor's chain; call inside `engine.writing()`, in the transaction of what it is about."""
    link = Link(engine, "act", ACT_COLUMNS, actor.name)
    link.add(
        {
            "kind": kind.value,
            "study": study,
            # Names of files and reasons may hold what no text is.
            "subject": None if subject is None else storable(subject).text,
            "actor": actor.name,
            "login": actor.login,
            "reason": None if reason is None else storable(reason).text,
            "details": None if details is None else storable(canonical(details)).text,
            "done_at": now,
        }
    )
    link.close()


_SELECT = "select number, kind, study, subject, actor, login, reason, details, done_at from act"


def of_study(engine: Engine, study: str) -> list[Act]:
    """Return the acts on the study called `study`, in order."""
    return [_act(row) for row in engine.rows(f"{_SELECT} where study = :study order by number", {"study": study})]


def of_kind(engine: Engine, kind: ActKind) -> list[Act]:
    """Return the acts of one kind, in order."""
    return [_act(row) for row in engine.rows(f"{_SELECT} where kind = :kind order by number", {"kind": kind.value})]


def _act(row: Row) -> Act:
    number, kind, study, subject, actor, login, reason, details, done_at = row
    values = {} if details is None else json.loads(details)
    return Act(number, ActKind(kind), study, subject, Actor(actor, login), reason, values, done_at)


def _standing_subjects(done: ActKind, undone: ActKind) -> str:
    """Return the SQL for the subjects of acts of kind `done` in :study that no act of kind `undone` followed."""
    return f"""
        select act.subject from act where act.study = :study and act.kind = '{done.value}' and not exists (
            select 1 from act later where later.study = act.study and later.kind = '{undone.value}'
            and later.subject = act.subject and later.number > act.number)
    """


WITHDRAWN_RESPONSES = _standing_subjects(ActKind.WITHDREW, ActKind.RESTORED)
LEFT_OUT_RATERS = _standing_subjects(ActKind.LEFT_OUT, ActKind.TAKEN_BACK)


def _standing(engine: Engine, study: str, done: ActKind, undone: ActKind) -> list[Act]:
    """Return the acts of kind `done` on a study that no act of kind `undone` on the same subject followed."""
    last: dict[str, Act] = {}
    for act in of_study(engine, study):
        if act.kind in (done, undone) and act.subject is not None:
            last.pop(act.subject, None)
            if act.kind is done:
                last[act.subject] = act
    return list(last.values())


def withdrawals(engine: Engine, study: str) -> list[Act]:
    """Return the withdrawals of responses that hold now, in the order in which they were made."""
    return _standing(engine, study, ActKind.WITHDREW, ActKind.RESTORED)


def left_out(engine: Engine, study: str) -> list[Act]:
    """Return the acts by which raters are left out now, in the order in which they were made."""
    return _standing(engine, study, ActKind.LEFT_OUT, ActKind.TAKEN_BACK)


def is_left_out(engine: Engine, study: str, rater: str) -> bool:
    """Return whether the labels of a rater are left out of a study now."""
    return bool(engine.rows(f"select 1 where :rater in ({LEFT_OUT_RATERS})", {"study": study, "rater": rater}))


@dataclass(frozen=True, slots=True)
class Unblinding:
    """That somebody was shown the configurations of a study. `login` is empty for those of before it was kept."""

    who: str
    login: str
    at: str
    shown_by: str


def unblindings(engine: Engine, study: str) -> list[Unblinding]:
    """Return who was shown the configurations of a study, and when, in order."""
    before = engine.rows(
        "select who, '', at, '' from unblinding where study = (select number from study where name = :study)"
        " order by number",
        {"study": study},
    )
    recorded = [act for act in of_study(engine, study) if act.kind is ActKind.UNBLINDED]
    return [Unblinding(*row) for row in before] + [
        Unblinding(act.actor.name, act.actor.login, act.done_at, str(act.details.get("shown by", "")))
        for act in recorded
    ]
