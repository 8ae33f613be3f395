"""The seal: one hash over everything that a database holds and that never changes, and what differs from it later.

Each table, or group of a table, gives the number of its rows and a running hash: SHA-256 over their leaves in order.
Rows are hashed in the order in which they were stored, so what was added since stands behind, and the hash of the first
rows can be computed again. What no such hash explains is found row by row where the seal's file has the leaves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from typing import Any

from reviewer.model import Actor, canonical
from reviewer.store import sealed_tables
from reviewer.store.acts import ActKind
from reviewer.store.engine import Engine
from reviewer.store.sealed_tables import BY_NAME, KeptHashes, Leaf, TablePart

SEAL_VERSION = 1


@dataclass(frozen=True, slots=True)
class SealedPart:
    """What a seal says of a table, or of one `group` of it: how many rows, and the hash over their leaves in order."""

    table: str
    group: str | None
    rows: int
    hash: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Who vouches for a seal: the public half of a key and its signature under the seal's hash, both in base64."""

    key: str
    signature: str


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal of one state of a database, taken `at` a time by `actor`."""

    at: str
    actor: Actor
    parts: tuple[SealedPart, ...]
    signature: Signature | None = None

    @property
    def hash(self) -> str:
        """SHA-256, in hexadecimal, over the canonical JSON of all but the signature, which is under it."""
        return _document_hash(self._content())

    @property
    def rows(self) -> int:
        """How many rows are sealed."""
        return sum(part.rows for part in self.parts)

    def document(self) -> dict[str, object]:
        """Return the seal as it is written and kept."""
        signed = {} if self.signature is None else {
            "signature": {"key": self.signature.key, "signature": self.signature.signature}
        }  # fmt: skip
        return self._content() | {"hash": self.hash} | signed

    def _content(self) -> dict[str, object]:
        tables = [
            {"table": part.table}
            | ({} if part.group is None else {"group": part.group})
            | {"rows": part.rows, "hash": part.hash}
            for part in self.parts
        ]
        return {
            "version": SEAL_VERSION,
            "at": self.at,
            "actor": self.actor.name,
            "login": self.actor.login,
            "tables": tables,
        }


def _document_hash(content: Mapping[str, object]) -> str:
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def seal_of(document: object) -> Seal:
    """Return the seal that a JSON value holds.

    Raises:
        ValueError: it is no seal, of a newer version, or its hash does not fit; says which.
    """
    version = document.get("version") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(version, int):
        raise ValueError("no seal")  # noqa: TRY004 - a value of JSON, not one of ours
    if version > SEAL_VERSION:
        raise ValueError(f"a seal of version {version}, made by a newer version of reviewer")
    content = {name: value for name, value in document.items() if name not in ("hash", "signature")}
    try:
        fits = _document_hash(content) == document.get("hash")
    except ValueError:  # what JSON can spell and UTF-8 cannot
        fits = False
    if not fits:
        raise ValueError("the seal was altered: its hash does not fit")
    try:
        seal = _read(document)
    except (KeyError, TypeError):
        seal = None
    # Whatever else a document holds that is under its hash, this version could not hold it against a database.
    if seal is None or seal.hash != document["hash"]:
        raise ValueError("a seal that this version of reviewer cannot read")
    return seal


def _read(document: Mapping[str, Any]) -> Seal:
    parts = []
    for one in document["tables"]:
        table, rows = BY_NAME[one["table"]], one["rows"]
        if (table.grouped is None) != ("group" not in one) or not isinstance(rows, int) or rows < 0:
            raise TypeError
        parts.append(SealedPart(table.name, one.get("group"), rows, one["hash"]))
    words = (document["at"], document["actor"], document["login"], *(part.hash for part in parts))
    if not all(isinstance(word, str) for word in words):
        raise TypeError
    signed = document.get("signature")
    signature = None if signed is None else Signature(str(signed["key"]), str(signed["signature"]))
    return Seal(document["at"], Actor(document["actor"], document["login"]), tuple(parts), signature)


Take = Callable[[TablePart, Leaf], None]


def rows_to_seal(engine: Engine) -> int:
    """Return how many rows a seal of the database binds."""
    return sum(sealed_tables.count(engine, part) for part in sealed_tables.parts(engine))


def take_seal(engine: Engine, actor: Actor, now: str, take: Take) -> Seal:
    """Seal what the database holds, and hand each leaf to `take` on the way; call inside `engine.snapshot()`."""
    engine.forgive()
    kept = sealed_tables.kept_hashes(engine)
    sealed = []
    for part in sealed_tables.parts(engine):
        running, rows = hashlib.sha256(), 0
        for leaf in sealed_tables.leaves(engine, part, kept):
            running.update(leaf.digest)
            rows += 1
            take(part, leaf)
        sealed.append(SealedPart(part.table.name, part.group, rows, running.hexdigest()))
    return Seal(now, actor, tuple(sealed))


def noted(engine: Engine, seal_hash: str) -> Seal | None:
    """Return the seal that an act of the log notes under this hash; None where there is none, or it was altered."""
    for (details,) in engine.rows(
        "select details from act where kind = :kind and subject = :hash",
        {"kind": ActKind.SEALED.value, "hash": seal_hash},
    ):
        with suppress(ValueError):
            seal = seal_of(json.loads(details or "null"))
            if seal.hash == seal_hash:
                return seal
    return None


@dataclass(frozen=True, slots=True)
class TableReport:
    """How a table stands to a seal: how many rows were sealed, and how many were `added` behind them since.

    Where the seal's file tells, `changed`, `missing` and `inserted` (put in among the sealed rows) name rows by their
    keys. Where only hashes tell, `differs` names the groups, or is `("",)` for a table without, and `uncertain` those
    of which a hash cannot tell, since an import has added to them. `added` is then None.
    """

    table: str
    rows: int
    added: int | None
    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    inserted: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every row that was sealed is there as it was, and in its place."""
        return not (self.changed or self.missing or self.inserted or self.differs or self.uncertain)


SealedLeaves = Callable[[str], Iterator[Leaf]]  # by the name of a table, its leaves when it was sealed


def compare(
    engine: Engine, seal: Seal, sealed_leaves: SealedLeaves | None, reach: Callable[[int], None]
) -> list[TableReport]:
    """Return how each table stands to `seal`; call inside `engine.snapshot()`.

    `sealed_leaves` are the leaves that the seal's file has, None where only its hash is known. `reach` takes how many
    sealed rows were read so far.
    """
    engine.forgive()
    kept = sealed_tables.kept_hashes(engine)
    present = {(part.table.name, part.group): part for part in sealed_tables.parts(engine)}
    sealed = {(part.table, part.group): part for part in seal.parts}
    acts_sealed = sum(part.rows for part in seal.parts if part.table == "act")
    reports, read = [], 0
    for table in BY_NAME:
        added, rows, differing = 0, 0, []
        for key in dict.fromkeys(key for key in (*sealed, *present) if key[0] == table):
            before, now = sealed.get(key), present.get(key)
            there = 0 if now is None else sealed_tables.count(engine, now)
            wanted = 0 if before is None else before.rows
            if before is not None and not _fits(engine, before, now, kept):
                differing.append(before)
            added += there - wanted
            rows += wanted
            read += wanted
            reach(read)
        if not differing:
            report = TableReport(table, rows, added)
        elif sealed_leaves is None:
            report = _by_hash(engine, table, rows, differing, present, acts_sealed)
        else:
            report = _by_leaves(engine, table, rows, sealed_leaves(table), kept)
        if table == "act" and report.added and noted(engine, seal.hash) is not None:
            report = replace(report, added=report.added - 1)
        reports.append(report)
    return reports


def _fits(engine: Engine, sealed: SealedPart, part: TablePart | None, kept: Mapping[str, KeptHashes]) -> bool:
    """Tell whether the first rows of a part of a table are those that were sealed."""
    running, rows = hashlib.sha256(), 0
    if part is not None:
        for leaf in islice(sealed_tables.leaves(engine, part, kept), sealed.rows):
            running.update(leaf.digest)
            rows += 1
    return rows == sealed.rows and running.hexdigest() == sealed.hash


def _by_hash(
    engine: Engine,
    table: str,
    rows: int,
    differing: Iterable[SealedPart],
    present: Mapping[tuple[str, str | None], TablePart],
    acts_sealed: int,
) -> TableReport:
    """Report a table that does not fit where only the seal's hashes are known."""
    differs: list[str] = []
    uncertain: list[str] = []
    for one in differing:
        part = present.get((one.table, one.group))
        # An import may also say more of a prompt that a suite has, and then has added no row.
        least = one.rows + (table != "suite_prompt")
        grown = part is not None and part.group is not None and sealed_tables.count(engine, part) >= least
        (uncertain if grown and _was_imported_to(engine, one, acts_sealed) else differs).append(one.group or "")
    return TableReport(table, rows, None, differs=tuple(differs), uncertain=tuple(uncertain))


def _was_imported_to(engine: Engine, part: SealedPart, acts_sealed: int) -> bool:
    """Tell whether an act since the sealed ones is an import that may have added to the group."""
    into = " and study = :study" if part.table == "study_response" else ""
    sql = f"select 1 from act where kind = :kind and number > :sealed{into} limit 1"
    parameters = {"kind": ActKind.IMPORTED.value, "sealed": acts_sealed, "study": part.group}
    return bool(engine.rows(sql, parameters))


def _by_leaves(
    engine: Engine, table: str, rows: int, sealed: Iterator[Leaf], kept: Mapping[str, KeptHashes]
) -> TableReport:
    """Report a table that does not fit row by row. Rows in their places are not held, only those that moved."""
    present = (
        leaf
        for part in sealed_tables.parts(engine)
        if part.table.name == table
        for leaf in sealed_tables.leaves(engine, part, kept)
    )
    gone: dict[str, bytes] = {}
    new: dict[str, tuple[bytes, int]] = {}
    last = -1  # the place of the last row that was sealed
    for place, (before, now) in enumerate(zip_longest(sealed, present)):
        if before == now:
            last = place
            continue
        if before is not None:
            digest, found_at = new.get(before.key, (None, 0))
            if digest == before.digest:
                del new[before.key]
                last = max(last, found_at)
            else:
                gone[before.key] = before.digest
        if now is not None:
            if gone.get(now.key) == now.digest:
                del gone[now.key]
                last = place
            else:
                new[now.key] = (now.digest, place)
    changed = tuple(key for key in gone if key in new)
    last = max([last, *(new[key][1] for key in changed)])
    others = {key: place for key, (_, place) in new.items() if key not in gone}
    among = BY_NAME[table].grouped is None
    inserted = tuple(key for key, place in others.items() if among and place < last)
    missing = tuple(key for key in gone if key not in new)
    return TableReport(table, rows, len(others) - len(inserted), changed, missing, inserted)
