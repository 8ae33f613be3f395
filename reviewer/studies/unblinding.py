"""Unblinding: the record that somebody was shown which configurations a study compares."""

from __future__ import annotations

from reviewer.model import Actor
from reviewer.store import acts, studies
from reviewer.store.acts import ActKind
from reviewer.store.engine import Engine
from reviewer.store.studies import Study


def record_selection(engine: Engine, study: Study, actor: Actor, now: str) -> list[str]:
    """Keep that making `study` tells `actor` configurations of open studies; call inside `engine.writing()`.

    A study over some of the configurations of another shows which responses are theirs. That unblinds the other one,
    or the new one where it is the larger. Returns the names of the studies that are unblinded.
    """
    mine = studies.configuration_numbers(engine, study.number)
    told: dict[str, str] = {}
    for other in studies.sharing(engine, study.number):
        if other.open and other.shared < other.own:
            told.setdefault(other.study, f"study create {study.name}")
        if other.shared < mine:
            told.setdefault(study.name, f"study {other.study}")
    for name, shown_by in told.items():
        acts.record(engine, actor, ActKind.UNBLINDED, now, study=name, details={"shown by": shown_by})
    return list(told)


def record_unblinding(
    engine: Engine, study: Study, actor: Actor, now: str, shown_by: str, *, by_name: bool = False
) -> None:
    """Keep durably that `actor` is shown the configurations of `study`, by the command or screen `shown_by`.

    A closed study has nobody left to blind: there it is recorded only where it was asked for by name (`--unblind`).
    """
    if study.open or by_name:
        with engine.writing():
            acts.record(engine, actor, ActKind.UNBLINDED, now, study=study.name, details={"shown by": shown_by})
