"""What a lead does to a study that is there: each change is made together with the act that records it."""

from __future__ import annotations

from collections.abc import Mapping

from reviewer.errors import Refused
from reviewer.model import Actor
from reviewer.store import acts, studies
from reviewer.store.acts import ActKind
from reviewer.store.engine import Engine
from reviewer.store.studies import Study


def close_study(engine: Engine, study: Study, actor: Actor, now: str) -> None:
    """Close `study` to rating and extension.

    Raises:
        Refused: it is closed already.
    """
    with engine.writing():
        if not studies.reload(engine, study).open:
            raise Refused(f"study {study.name} is closed already")
        studies.close(engine, study.number, now)
        acts.record(engine, actor, ActKind.CLOSED, now, study=study.name)


def record_export(engine: Engine, study: Study, actor: Actor, now: str, details: Mapping[str, object]) -> None:
    """Keep that the gold or the labels of `study` were handed to another program: in which format, to which file."""
    with engine.writing():
        acts.record(engine, actor, ActKind.EXPORTED, now, study=study.name, details=details)
