"""A seal's file: JSON lines, the seal first, then one line for each row that it binds, [table, key, leaf]."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from reviewer.errors import BadInput, ReviewerError
from reviewer.store.seal import Seal, SealedPart, seal_of
from reviewer.store.sealed_tables import Leaf

_EXPECTED = "a file that `reviewer seal -o FILE` wrote"
_LONGEST_HEAD = 1 << 28  # characters of a first line; a million studies stay below


def write_leaf(file: TextIO, table: str, leaf: Leaf) -> None:
    """Add a row's line to `file`."""
    file.write(json.dumps([table, leaf.key, leaf.digest.hex()], separators=(",", ":")) + "\n")


def write_seal(file: TextIO, seal: Seal, leaves: TextIO) -> None:
    """Write the whole file: the seal, then the lines that were written to `leaves`."""
    file.write(json.dumps(seal.document(), separators=(",", ":")) + "\n")
    leaves.seek(0)
    shutil.copyfileobj(leaves, file)


class SealFile:
    """A seal's file, read as a stream: the seal at once, the leaves of a table when they are asked for."""

    def __init__(self, path: Path) -> None:
        """Read the seal.

        Raises:
            BadInput: the file holds none, an altered one, or one of a newer version.
            ReviewerError: it cannot be read.
        """
        self._path = path
        with self._opened() as file:
            head = file.readline(_LONGEST_HEAD)
        try:
            document = json.loads(head)
        except ValueError:
            raise BadInput(str(path), 1, "no seal", _EXPECTED) from None
        try:
            self.seal = seal_of(document)
        except ValueError as error:
            raise BadInput(str(path), 1, str(error), _EXPECTED) from None

    def leaves(self, table: str) -> Iterator[Leaf]:
        """Yield the leaves of one table in order.

        Raises:
            BadInput: they do not give the hashes of the seal, or some are missing.
        """
        with self._opened() as file:
            file.readline()
            line = 1
            for part in self.seal.parts:
                if part.table == table:
                    yield from self._part(file, part, line)
                else:
                    for _ in range(part.rows):
                        file.readline()
                line += part.rows

    def _part(self, file: TextIO, part: SealedPart, before: int) -> Iterator[Leaf]:
        running = hashlib.sha256()
        for line in range(before + 1, before + part.rows + 1):
            try:
                table, key, digest = json.loads(file.readline())
                leaf = Leaf(str(key), bytes.fromhex(digest))
            except (TypeError, ValueError):
                table = None
            if table != part.table:
                raise BadInput(str(self._path), line, f"no row of {part.table}; the file was altered", _EXPECTED)
            running.update(leaf.digest)
            yield leaf
        if running.hexdigest() != part.hash:
            problem = f"the rows of {part.table} do not give the seal's hash; the file was altered"
            raise BadInput(str(self._path), before + 1, problem, _EXPECTED)

    @contextmanager
    def _opened(self) -> Iterator[TextIO]:
        try:
            with self._path.open(encoding="utf-8") as file:
                yield file
        except UnicodeDecodeError:
            raise BadInput(str(self._path), None, "no text in UTF-8", _EXPECTED) from None
        except OSError as error:
            problem = f"{self._path}: cannot be read: {error.strerror}; expected {_EXPECTED}, or a seal's whole hash"
            raise ReviewerError(problem) from None
