"""Unblinding: the record that somebody was shown which configurations a study compares."""

from __future__ import annotations

from reviewer.store import studies
from reviewer.store.engine import Engine
from reviewer.store.studies import Study


def record_unblinding(engine: Engine, study: Study, who: str, now: str, *, by_name: bool = False) -> None:
    """Keep durably that `who` is shown the configurations of `study`.

    A closed study has nobody left to blind: there it is recorded only where it was asked for by name (`--unblind`).
    """
    if study.open or by_name:
        with engine.writing():
            studies.record_unblinding(engine, study.number, who, now)
