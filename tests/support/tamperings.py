"""The ways in which somebody could change a database in silence, one by one; `sealed_database` makes it.

Whoever tampers here knows the program: chains are made anew with hashes that fit, and their ends are rewritten.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from reviewer.model import digest
from reviewer.store import chain
from reviewer.store.chain import CHAINED, GENESIS, row_hash
from reviewer.store.sealed_tables import SEALED, SealedTable

Tamper = Callable[[sqlite3.Connection], None]


@dataclass(frozen=True, slots=True)
class Tampering:
    """One way to change a database. `adds` says that it only adds rows, which a seal counts and cannot judge."""

    name: str
    tamper: Tamper
    adds: bool = False


def tampered(path: str, tampering: Tampering) -> None:
    """Change the database at `path` past the program, minding no rule of the tables."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma ignore_check_constraints = on")
        tampering.tamper(connection)


def rechain(connection: sqlite3.Connection, rater: str) -> None:
    """Number and hash the rows of a chain anew, with an end that fits, as whoever knows the formula can."""
    rows = []
    for table, name_column, columns in CHAINED:
        for number, *values in connection.execute(
            f"select number, {', '.join(columns)} from {table} where {name_column} = ?", (rater,)
        ).fetchall():
            row = dict(zip(columns, values, strict=True))
            rows.append((row["sequence"], table, number, row))
    previous = GENESIS
    rows.sort(key=lambda row: row[0])
    for sequence, (_, table, number, row) in enumerate(rows, start=1):
        row |= {"id": f"{rater}#{sequence}", "sequence": sequence, "previous_hash": previous}
        previous = row["hash"] = row_hash(table, row, 1)
        setting = ", ".join(f"{column} = :{column}" for column in row)
        connection.execute(f"update {table} set {setting} where number = :number", {**row, "number": number})
    if rows:
        connection.execute("update chain set sequence = ?, hash = ? where rater = ?", (len(rows), previous, rater))
    else:
        connection.execute("delete from chain where rater = ?", (rater,))


def _sql(*statements: str) -> Tamper:
    def tamper(connection: sqlite3.Connection) -> None:
        for statement in statements:
            assert connection.execute(statement).rowcount, statement

    return tamper


def _chained(rater: str, *statements: str) -> Tamper:
    """Run `statements`, then make the chain of `rater` anew."""

    def tamper(connection: sqlite3.Connection) -> None:
        _sql(*statements)(connection)
        rechain(connection, rater)

    return tamper


def _alter(table: SealedTable, column: str) -> Tamper:
    """Change one column of the table's first row."""

    def tamper(connection: sqlite3.Connection) -> None:
        [(row, value)] = connection.execute(f"select rowid, {column} from {table.name} order by rowid limit 1")
        kinds = {name: kind for _, name, kind, *_ in connection.execute(f"pragma table_info({table.name})")}
        if kinds[column].upper() in ("INTEGER", "REAL"):
            altered: object = 77 if value is None else value + 77
        else:
            altered = "forged" if value is None else f"{value}x"
        connection.execute(f"update {table.name} set {column} = ? where rowid = ?", (altered, row))

    return tamper


def _ghost(connection: sqlite3.Connection) -> None:
    """Add a rater who never was, with a label and a chain that fits."""
    connection.execute("insert into rater (name, kind, created_at, number) values ('ghost', 'human', '2026', 99)")
    _copy_label(connection, "ghost", "ghost", 1)
    connection.execute("insert into chain (rater, sequence, hash) values ('ghost', 1, '')")
    rechain(connection, "ghost")


def _copy_label(connection: sqlite3.Connection, rater: str, name: str, sequence: int) -> None:
    columns = [column for column in chain.LABEL_COLUMNS if column not in ("id", "rater", "sequence", "supersedes")]
    connection.execute(
        f"insert into label (number, id, rater, sequence, {', '.join(columns)})"
        f" select (select max(number) + 1 from label), ?, ?, ?, {', '.join(columns)} from label where number = 1",
        (f"{name}#{sequence}", rater, sequence),
    )


def _another_label(connection: sqlite3.Connection) -> None:
    [(end,)] = connection.execute("select sequence from chain where rater = 'r1'")
    _copy_label(connection, "r1", "r1", end + 1)
    rechain(connection, "r1")


def _forge_option(connection: sqlite3.Connection) -> None:
    """Change the text of a rubric's option, with its hash wherever that stands, in chains that fit."""
    [(body, old)] = connection.execute("select body, hash from rubric").fetchall()
    body = body.replace('"value":"no"', '"label":"Yes","value":"no"')
    new = digest("rubric", body)
    connection.execute("update rubric set body = ?, hash = ?", (body, new))
    for table in ("study", "label", "adjudication"):
        connection.execute(f"update {table} set rubric = ? where rubric = ?", (new, old))
    connection.execute("update act set details = replace(details, ?, ?)", (old, new))
    for (rater,) in connection.execute("select rater from chain").fetchall():
        rechain(connection, rater)


def _rewrite_seal(connection: sqlite3.Connection) -> None:
    """Have the log note another seal in the place of the one that was taken."""
    connection.execute("update act set subject = ?, details = '{}' where kind = 'sealed'", ("f" * 64,))
    rechain(connection, "lead")


def _insert_between(connection: sqlite3.Connection) -> None:
    """Put a prompt in before all others."""
    connection.execute("insert into prompt (number, id, messages) values (-1, ?, '[]')", (digest("prompt", "[]"),))


def _swap_members(connection: sqlite3.Connection) -> None:
    """Exchange two responses between the items that show them."""
    rows = connection.execute(
        "select response, item from study_response where study = 2 group by item order by item limit 2"
    ).fetchall()
    (one, first), (other, second) = rows
    for response, item in ((one, second), (other, first)):
        connection.execute("update study_response set item = ? where study = 2 and response = ?", (item, response))


def _columns() -> Iterator[Tampering]:
    for table in SEALED:
        for column in table.columns:
            yield Tampering(f"{table.name}.{column} altered", _alter(table, column))


def _deletions() -> Iterator[Tampering]:
    for table in SEALED:
        order = table.order
        for which, direction in (("first", "asc"), ("last", "desc")):
            chosen = f"select rowid from {table.name} order by {order} {direction} limit 1"
            statement = f"delete from {table.name} where rowid in ({chosen})"
            yield Tampering(f"{which} {table.name} deleted", _sql(statement))


def _forge_suite(connection: sqlite3.Connection) -> None:
    """Change the secret of a suite's prompt, and the suite's hash to another."""
    _sql("update suite_prompt set secret = 'other' where suite = 1 and prompt = 1", "update suite set hash = 'forged'")(
        connection
    )


def _rename_study(connection: sqlite3.Connection) -> None:
    """Give a study another name, in every row that bears it and in chains that fit."""
    connection.execute("update study set name = 'other' where name = 'shut'")
    for table in ("label", "flag", "adjudication", "act"):
        connection.execute(f"update {table} set study = 'other' where study = 'shut'")
    for (rater,) in connection.execute("select rater from chain").fetchall():
        rechain(connection, rater)


def _rename_rater(connection: sqlite3.Connection) -> None:
    """Give all that one rater said to another name, in a chain that fits."""
    connection.execute("update rater set name = 'r9' where name = 'r2'")
    connection.execute("update label set rater = 'r9' where rater = 'r2'")
    connection.execute("update study_rater set rater = 'r9' where rater = 'r2'")
    connection.execute("update chain set rater = 'r9' where rater = 'r2'")
    rechain(connection, "r9")


def _move_label(connection: sqlite3.Connection) -> None:
    """Give one rater's last label to another rater, with both chains made anew."""
    [(last,)] = connection.execute("select sequence from chain where rater = 'r1'").fetchall()
    connection.execute("update label set rater = 'r1', sequence = ? where id = 'r2#1'", (last + 1,))
    for rater in ("r1", "r2"):
        rechain(connection, rater)


def _erase_in_silence(connection: sqlite3.Connection) -> None:
    """Erase a response as the program does, with an act whose hashes are of another text."""
    connection.execute("update response set text = '[erased]' where number = 1")
    [(identity, end)] = connection.execute(
        "select response.id, sequence from response, chain where response.number = 1 and rater = 'lead'"
    ).fetchall()
    details = '{"gradings":{},"hashes":{"text":"' + "0" * 64 + '"}}'
    connection.execute(
        "insert into act (number, id, kind, subject, actor, login, sequence, details, done_at, previous_hash,"
        " hash_version, hash) values (99, 'lead#99', 'erased', ?, 'lead', 'login', ?, ?, '2026', '', 1, '')",
        (identity, end + 1, details),
    )
    rechain(connection, "lead")


_R2 = "rater = 'r2'"
_LEAD = "where actor = 'lead' and kind ="
_BY_HAND = (
    # Chains made anew.
    Tampering("labels cut off the end", _chained("r2", f"delete from label where {_R2} and sequence > 2")),
    Tampering("a label deleted in the middle", _chained("r2", f"delete from label where {_R2} and sequence = 3")),
    Tampering("a whole chain deleted", _chained("r2", f"delete from label where {_R2}")),
    Tampering("a label turned", _chained("r2", f"update label set value = 'yes' where {_R2} and sequence = 2")),
    Tampering("all labels of a rater turned", _chained("r1", "update label set value = 'yes' where rater = 'r1'")),
    Tampering("a label backdated", _chained("r1", "update label set saved_at = '2020' where id = 'r1#1'")),
    Tampering("a label given to another rater", _move_label),
    Tampering("a rater renamed", _rename_rater),
    Tampering("a flag deleted", _chained("r1", "delete from flag where reason = 'odd'")),
    Tampering("a decision turned", _chained("judge", "update adjudication set value = 'yes' where id = 'judge#1'")),
    Tampering("a decision deleted", _chained("judge", "delete from adjudication where id = 'judge#2'")),
    Tampering("a verdict turned", _chained("strict@a", "update label set value = 'yes' where id = 'strict@a#2'")),
    # What leads did.
    Tampering("an unblinding deleted", _chained("lead", f"delete from act {_LEAD} 'unblinded'")),
    Tampering("an unblinding given to another", _chained("lead", f"update act set login = 'x' {_LEAD} 'unblinded'")),
    Tampering("an unblinding of before there were acts deleted", _sql("delete from unblinding where number = 1")),
    Tampering("an erasure deleted", _chained("lead", f"delete from act {_LEAD} 'erased'")),
    Tampering("a closed study opened", _chained(
        "lead", f"delete from act {_LEAD} 'closed'", "update study set state = 'open', closed_at = null"
    )),
    Tampering("a withdrawal undone", _chained(
        "lead", f"delete from act {_LEAD} 'withdrew'", "update study_response set withdrawn = 0"
    )),
    Tampering("a quota changed with its act", _chained(
        "lead", """update act set details = '{"quota":9}' where subject = 'r1' and kind = 'assigned'""",
        "update study_rater set quota = 9 where rater = 'r1' and study = 1",
    )),
    Tampering("the act that noted the seal deleted", _chained("lead", f"delete from act {_LEAD} 'sealed'")),
    Tampering("another seal noted in its place", _rewrite_seal),
    # Studies.
    Tampering("a policy changed with its act", _chained(
        "lead", "update act set details = replace(details, 'majority:1', 'unanimous') where kind = 'created'",
        "update study set policy = 'unanimous'",
    )),
    Tampering("chances changed", _sql("update study_response set drawn = 1, pool = 90 where study = 1")),
    Tampering("a response put into a study", _sql(
        "delete from study_response where study = 1 and response = 1",
        "insert into study_response (study, response, withdrawn) values (1, 77, 0)",
    )),
    Tampering("memberships of two studies exchanged", _sql(
        "update study_response set study = 9 where study = 1 and response < 3",
        "update study_response set study = 8 where study = 2 and response > 6",
    )),
    Tampering("a study renamed", _rename_study),
    Tampering("a study deleted", _sql(
        "delete from study_response where study = 1", "delete from study where number = 1"
    )),
    # Evidence.
    Tampering("names of configurations exchanged", _sql(
        "update configuration set name = '?' where number = 1", "update configuration set name = 'a' where number = 2",
        "update configuration set name = 'b' where number = 1",
    )),
    Tampering("models of configurations exchanged", _sql(
        "update configuration set provider = case number when 1 then 'maker-b' else 'maker-a' end"
    )),
    Tampering("a rubric's option reworded with its hash everywhere", _forge_option),
    Tampering("a suite's secret changed with its hash", _forge_suite),
    Tampering("a prompt taken out of a suite", _sql("delete from suite_prompt where suite = 2 and prompt = 2")),
    Tampering("two responses exchanged in their order", _sql(
        "update response set number = 99 where number = 1", "update response set number = 1 where number = 2",
        "update response set number = 2 where number = 99",
    )),
    Tampering("two attempts exchanged in their order", _sql(
        "update attempt set number = 99 where number = 1", "update attempt set number = 1 where number = 2",
        "update attempt set number = 2 where number = 99",
    )),
    Tampering("a response moved behind the last", _sql("update response set number = 99 where number = 1")),
    Tampering("an erased text put back", _sql("update response set text = 'answer 2' where number = 3")),
    Tampering("an erased text replaced by another", _sql("update response set text = 'mine' where number = 3")),
    Tampering("a text erased without its act", _sql("update response set raw = '[erased]' where number = 1")),
    Tampering("a text erased under an act with another hash", _erase_in_silence),
    Tampering("a text made unreadable", _sql("update response set usage = cast(x'4180' as text) where number = 1")),
    Tampering("a prompt put in before all others", _insert_between),
    # What is only added, a seal counts.
    Tampering("a ghost rater with a label and a chain that fits", _ghost, adds=True),
    Tampering("a label added to a chain", _another_label, adds=True),
    Tampering("a configuration added", _sql("insert into configuration (number, name) values (9, 'ghost')"), adds=True),
)  # fmt: skip
# What follows from the acts stands outside of the seal, and is noticed without one.
STATES = (
    Tampering("a closed study shown as open", _sql(
        "update study set state = 'open', closed_at = null where number = 2"
    )),
    Tampering("an open study shown as closed", _sql(
        "update study set state = 'closed', closed_at = '2026' where number = 1"
    )),
    Tampering("the time of closing changed", _sql("update study set closed_at = '2020' where number = 2")),
    Tampering("a quota changed", _sql("update study_rater set quota = 9 where study = 1 and rater = 'r1'")),
    Tampering("a quota given", _sql("update study_rater set quota = 1 where study = 2 and rater = 'r1'")),
    Tampering("a rater assigned", _sql(
        "insert into study_rater (study, rater, turn, done) values (1, 'ghost', 0, 0)"
    )),
    Tampering("an assignment deleted", _sql("delete from study_rater where study = 1 and rater = 'r2'")),
    Tampering("a withdrawal lifted", _sql("update study_response set withdrawn = 0 where withdrawn = 1")),
    Tampering("a response withdrawn", _sql("update study_response set withdrawn = 1 where study = 1 and response = 1")),
    Tampering("responses of two items exchanged", _swap_members),
    Tampering("a response taken off its item", _sql(
        "update study_response set item = null where study = 2 and response = 1"
    )),
)  # fmt: skip


TAMPERINGS = (*_columns(), *_deletions(), *_BY_HAND)
