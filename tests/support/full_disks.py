"""Disks that become full at a moment of a test's choosing, and are given room again."""

from __future__ import annotations

import os
import resource
from contextlib import suppress
from pathlib import Path
from typing import Protocol


class Disk(Protocol):
    """The disk that a database is on."""

    def fill(self, process: int, database: str) -> None:
        """Leave no room for what that process would add to the database."""

    def make_room(self, process: int) -> None:
        """Leave room again."""


class LimitedFiles(Disk):
    """A disk on which one process can make no file longer than the database's log is: that needs no rights."""

    def fill(self, process: int, database: str) -> None:
        log = Path(f"{database}-wal")
        most = max(log.stat().st_size if log.exists() else 0, 4096)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    def make_room(self, process: int) -> None:
        with suppress(ProcessLookupError):
            resource.prlimit(process, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


class FilledFolder(Disk):
    """A small disk of its own, in which a file takes all the room that is left."""

    def __init__(self, folder: Path) -> None:
        self._filler = folder / "filler"

    def fill(self, process: int, database: str) -> None:  # noqa: ARG002  # it is full for every process
        file = os.open(self._filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with suppress(OSError):
            while True:
                os.write(file, bytes(4096))
        os.close(file)

    def make_room(self, process: int) -> None:  # noqa: ARG002
        self._filler.unlink()
