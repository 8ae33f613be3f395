"""The record that a file was imported: by whom, which bytes, and where its rows went."""

from __future__ import annotations

import hashlib
from pathlib import Path

from reviewer.importing.labels import ImportTarget
from reviewer.model import Actor
from reviewer.store import acts
from reviewer.store.acts import ActKind
from reviewer.store.engine import Engine


def record_import(engine: Engine, target: ImportTarget, file: Path, actor: Actor, now: str) -> None:
    """Keep that `actor` imports `file`, with the SHA-256 of its bytes; before its rows, so that no part lacks it."""
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    with engine.writing():
        acts.record(
            engine,
            actor,
            ActKind.IMPORTED,
            now,
            study=target.study,
            subject=target.source,
            details={
                "sha256": digest,
                "rubric": None if target.rubric is None else target.rubric.hash,
                "renamed": dict(target.renamed),
                "replaces own": target.replaces_own,
            },
        )
