"""Unblinding: the record that somebody was shown which configurations a study compares."""

from __future__ import annotations

from reviewer.model import Actor
from reviewer.store import acts
from reviewer.store.acts import ActKind
from reviewer.store.engine import Engine
from reviewer.store.studies import Study


def record_unblinding(
    engine: Engine, study: Study, actor: Actor, now: str, shown_by: str, *, by_name: bool = False
) -> None:
    """Keep durably that `actor` is shown the configurations of `study`, by the command or screen `shown_by`.

    A closed study has nobody left to blind: there it is recorded only where it was asked for by name (`--unblind`).
    """
    if study.open or by_name:
        with engine.writing():
            acts.record(engine, actor, ActKind.UNBLINDED, now, study=study.name, details={"shown by": shown_by})
