"""The hash chain of each rater: every row that a person, grader, import or lead adds is bound to the row before it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reviewer.model import canonical
from reviewer.store.engine import Engine, Row

GENESIS = "0" * 64
HASH_VERSION = 1  # by which rows are hashed that are written now

# What each chained table binds, `hash`, the result, last. `number` is this file's own and is left out. The chain bears
# the rater's name, in the table of decisions the adjudicator's, in that of acts the actor's.
LABEL_COLUMNS = (
    "id", "study", "response", "other_response", "item", "question", "rubric", "rater", "sequence", "state", "value",
    "note", "confidence", "origin", "raw", "aids", "surplus", "supersedes", "panes", "shown_at", "decided_at",
    "saved_at", "grader", "probability", "previous_hash", "hash_version", "hash",
)  # fmt: skip
FLAG_COLUMNS = (
    "id", "study", "item", "response", "rater", "sequence", "reason", "saved_at", "previous_hash", "hash_version",
    "hash",
)  # fmt: skip
ADJUDICATION_COLUMNS = (
    "id", "study", "response", "other_response", "item", "question", "rubric", "adjudicator", "sequence", "value",
    "reason", "note", "supersedes", "decided_at", "state", "clause", "login", "previous_hash", "hash_version", "hash",
)  # fmt: skip
ACT_COLUMNS = (
    "id", "kind", "study", "subject", "actor", "login", "sequence", "reason", "details", "done_at", "previous_hash",
    "hash_version", "hash",
)  # fmt: skip
CHAINED = (
    ("label", "rater", LABEL_COLUMNS),
    ("flag", "rater", FLAG_COLUMNS),
    ("adjudication", "adjudicator", ADJUDICATION_COLUMNS),
    ("act", "actor", ACT_COLUMNS),
)


def _first_formula(table: str, row: Mapping[str, object]) -> str:
    """Return SHA-256, in hexadecimal, over the canonical JSON of the table's name and the row.

    Of the row, an object, are left out: its hash; its hash version, since rows were hashed before they had one; and
    columns that are null, so that a column which a later version adds, null in the rows of today, changes no hash.
    """
    bound = {name: value for name, value in row.items() if value is not None and name not in ("hash_version", "hash")}
    # A lone surrogate stands for a bad byte of a damaged file.
    return hashlib.sha256(canonical([table, bound]).encode(errors="surrogateescape")).hexdigest()


# A formula by which rows were hashed is never edited; another one takes the next number.
FORMULAS: Mapping[int, Callable[[str, Mapping[str, object]], str]] = {1: _first_formula}


def row_hash(table: str, row: Mapping[str, object], version: int) -> str:
    """Return the hash of `row`, given as value by bound column, by the formula of `version`, one of `FORMULAS`."""
    return FORMULAS[version](table, row)


class Link:
    """The end of one rater's chain, to which rows of one table are added inside one transaction."""

    def __init__(self, engine: Engine, table: str, columns: Sequence[str], rater: str) -> None:
        """Read the end of the chain of `rater`; call inside `engine.writing()`."""
        self._engine = engine
        self._table = table
        self._columns = columns
        self._rater = rater
        self._rows: list[dict[str, object]] = []
        found = engine.rows("select sequence, hash from chain where rater = :rater", {"rater": rater})
        self._sequence, self._hash = found[0] if found else (0, GENESIS)
        [(self._number,)] = engine.rows(f"select coalesce(max(number), 0) from {table}")

    def add(self, values: dict[str, object]) -> str:
        """Take `values` as the next row of the chain and return its id; its number, links and hash are set here."""
        self._sequence += 1
        self._number += 1
        row = values | {
            "number": self._number,
            "id": f"{self._rater}#{self._sequence}",
            "sequence": self._sequence,
            "previous_hash": self._hash,
            "hash_version": HASH_VERSION,
        }
        bound = {column: row[column] for column in self._columns[:-1]}
        self._hash = row_hash(self._table, bound, HASH_VERSION)
        self._rows.append(row | {"hash": self._hash})
        return str(row["id"])

    def close(self) -> None:
        """Store the rows and the new end of the chain."""
        if not self._rows:
            return
        columns = ("number", *self._columns)
        names = ", ".join(f":{column}" for column in columns)
        self._engine.run_many(f"insert into {self._table} ({', '.join(columns)}) values ({names})", self._rows)
        self._engine.run(
            "insert into chain (rater, sequence, hash) values (:rater, :sequence, :hash)"
            " on conflict (rater) do update set sequence = excluded.sequence, hash = excluded.hash",
            {"rater": self._rater, "sequence": self._sequence, "hash": self._hash},
        )


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What verifying one chain found. `broken` is the id of the first row that does not fit, or None.

    `unknown` says that this program cannot tell whether that row fits: its hash is of a version that it does not know.
    """

    rater: str
    rows: int
    broken: str | None = None
    problem: str | None = None
    unknown: bool = False


def rows(engine: Engine) -> int:
    """Return how many rows all chains hold by their own count."""
    [(count,)] = engine.rows("select coalesce(sum(sequence), 0) from chain")
    return int(count)


def verify(engine: Engine) -> Iterator[ChainReport]:
    """Yield a report for each chain, in order of name, reading every chained row once."""
    engine.forgive()
    names = {rater for (rater,) in engine.rows("select rater from chain")}
    for table, name_column, _ in CHAINED:
        names |= {name for (name,) in engine.rows(f"select distinct {name_column} from {table}")}
    for rater in sorted(names):
        yield _verify_one(engine, rater)


def _verify_one(engine: Engine, rater: str) -> ChainReport:
    end = engine.rows("select sequence, hash from chain where rater = :rater", {"rater": rater})
    previous, count = GENESIS, 0
    for table, columns, row in _in_sequence(engine, rater):
        values = dict(zip(columns, row, strict=True))
        version = values["hash_version"]
        unknown, problem = False, None
        if values["sequence"] != count + 1:
            problem = f"row {count + 1} of the chain is missing"
        elif values["previous_hash"] != previous:
            problem = "the link to the row before does not hold"
        elif version not in FORMULAS:
            unknown = True
            problem = f"its hash is of version {version}, which this reviewer does not know; a newer one can check it"
        elif values["hash"] != row_hash(table, values, version):
            problem = "the content of this row was changed"
        if problem:
            return ChainReport(rater, count, str(values["id"]), problem, unknown)
        previous, count = values["hash"], count + 1
    if not end or end[0] != (count, previous):
        last = f"{rater}#{count + 1}"
        return ChainReport(rater, count, last, "rows are missing at the end of the chain")
    return ChainReport(rater, count)


def _in_sequence(engine: Engine, rater: str) -> Iterator[tuple[str, Sequence[str], Row]]:
    """Yield one rater's rows of every chained table, merged by sequence without holding them all."""
    streams = []
    for table, name_column, columns in CHAINED:
        rows = engine.stream(
            f"select {', '.join(columns)} from {table} where {name_column} = :rater order by sequence", {"rater": rater}
        )
        streams.append((table, columns, columns.index("sequence"), rows))
    heads = [(next(rows, None), stream) for stream in streams for rows in [stream[3]]]
    while True:
        waiting = [(head[stream[2]], place) for place, (head, stream) in enumerate(heads) if head is not None]
        if not waiting:
            return
        _, place = min(waiting)
        head, stream = heads[place]
        assert head is not None
        yield stream[0], stream[1], head
        heads[place] = (next(stream[3], None), stream)
