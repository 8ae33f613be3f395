"""What `verify` finds when someone alters the file behind the program's back."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.model import Actor, LabelState, Origin, Rater
from reviewer.store import acts, adjudications, chain, labels, raters, responses
from reviewer.store.acts import ActKind
from reviewer.store.adjudications import NewDecision
from reviewer.store.chain import (
    ACT_COLUMNS,
    ADJUDICATION_COLUMNS,
    CHAINED,
    FLAG_COLUMNS,
    GENESIS,
    LABEL_COLUMNS,
    ChainReport,
)
from reviewer.store.engine import Engine
from reviewer.store.labels import NewLabel
from reviewer.store.responses import Mismatch
from reviewer.store.sqlite import open_for_reading, open_for_writing
from tests.support.stories import NOW, PLAIN, design, fill, make_study

NAMES = {"label": "rater", "flag": "rater", "adjudication": "adjudicator", "act": "actor"}


def add_chains(engine: Engine) -> None:
    """Give `left` a chain of four labels, four flags, four decisions and four acts; `right` a label.

    No column is empty, but of decisions: those on pairs and items come later. Who made the study has an act as well.
    """
    one, two = fill(engine, prompts=[1, 2], configurations=["m"])
    make_study(engine, PLAIN, design())
    for rater in ("left", "right"):
        with engine.writing():
            raters.ensure(engine, Rater(rater), NOW)
            for place in range(4 if rater == "left" else 1):
                label = NewLabel(
                    study="s",
                    response=one,
                    other_response=two,
                    item="item",
                    question="verdict",
                    rubric=PLAIN.hash,
                    state=LabelState.LABEL,
                    value="yes",
                    origin=Origin.RATED,
                    saved_at=NOW,
                    note="note é",
                    confidence=2,
                    raw="raw",
                    aids="off",
                    supersedes=f"{rater}#{place}" if place else None,
                    panes=(one, two),
                    shown_at=NOW,
                    decided_at=NOW,
                    probability=0.75,
                )
                labels.add(engine, rater, [label])
    with engine.writing():
        for _ in range(4):
            labels.add_flag(engine, "left", study="s", item="item", response=one, reason="why", now=NOW)
        for place in range(4):
            before = f"left#{place + 8}" if place else None
            decision = NewDecision("s", one, "verdict", PLAIN.hash, "yes", "because", NOW, supersedes=before)
            adjudications.add(engine, "left", [decision])
        for _ in range(4):
            acts.record(
                engine, Actor("left", "login"), ActKind.WITHDREW, NOW, study="s", subject=one, reason="why", details={}
            )


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("chains") / "reviews.db"
    with closing(open_for_writing(str(path))) as engine:
        add_chains(engine)
    return path


@pytest.fixture
def path(untouched: Path, tmp_path: Path) -> str:
    """A copy of the file, to be altered."""
    return str(shutil.copy(untouched, tmp_path))


@pytest.fixture
def forger(path: str) -> Iterator[sqlite3.Connection]:
    """The file in the hands of one who minds no rule of the tables."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma ignore_check_constraints = on")
        yield connection


def reports(path: str) -> dict[str, ChainReport]:
    with closing(open_for_reading(path)) as engine:
        return {report.rater: report for report in chain.verify(engine)}


def broken(path: str) -> dict[str, str | None]:
    return {rater: report.broken for rater, report in reports(path).items()}


def test_chains_that_nobody_touched_hold(path: str) -> None:
    assert reports(path) == {
        "lead": ChainReport("lead", 1),
        "left": ChainReport("left", 16),
        "right": ChainReport("right", 1),
    }


def test_an_empty_file_has_no_chain(engine: Engine) -> None:
    assert list(chain.verify(engine)) == []


def test_the_rows_of_all_chains_are_counted(path: str) -> None:
    with closing(open_for_writing(path)) as engine:
        assert chain.rows(engine) == 18


# The second row of each table in left's chain: label 2, flag 6, decision 10, act 14.
SECOND = {"label": 2, "flag": 6, "adjudication": 10, "act": 14}
EVERY_COLUMN = [(table, column) for table, _, columns in CHAINED for column in columns]


def found_at(table: str, column: str, altered: object) -> str:
    """Return the id of the first row that does not fit once `column` of the second row is altered."""
    if column == "id":
        return str(altered)
    missing = column in ("sequence", NAMES[table])  # the row has gone elsewhere, so the next one is the first
    return f"left#{SECOND[table] + missing}"


@pytest.mark.parametrize(("table", "column"), EVERY_COLUMN)
def test_a_flipped_bit_is_found_at_its_row(path: str, forger: sqlite3.Connection, table: str, column: str) -> None:
    where = f"where id = 'left#{SECOND[table]}'"
    [(value,)] = forger.execute(f"select {column} from {table} {where}").fetchall()
    altered: object
    if value is None:
        altered = "forged"
    elif isinstance(value, int):
        altered = value ^ 64
    elif isinstance(value, float):
        altered = math.nextafter(value, 0.0)
    else:
        altered = value[:-1] + chr(ord(value[-1]) ^ 8)
    forger.execute(f"update {table} set {column} = ? {where}", (altered,))
    assert broken(path)["left"] == found_at(table, column, altered)


@pytest.mark.parametrize(("table", "column"), EVERY_COLUMN)
def test_a_flipped_bit_leaves_the_other_chain_whole(
    path: str, forger: sqlite3.Connection, table: str, column: str
) -> None:
    forger.execute(f"update {table} set {column} = 0 where id = 'left#{SECOND[table]}'")
    assert broken(path)["right"] is None


@pytest.mark.parametrize(
    ("table", "column"), [("label", "note"), ("label", "value"), ("flag", "reason"), ("adjudication", "reason")]
)
def test_a_flipped_bit_that_leaves_no_text_is_found_at_its_row(
    path: str, forger: sqlite3.Connection, table: str, column: str
) -> None:
    forger.execute(f"update {table} set {column} = cast(x'4180' as text) where id = 'left#{SECOND[table]}'")
    assert broken(path)["left"] == f"left#{SECOND[table]}"


def test_a_replaced_character_is_not_taken_for_a_flipped_bit_that_reads_like_it(
    path: str, forger: sqlite3.Connection
) -> None:
    with closing(open_for_writing(path)) as engine, engine.writing():
        labels.add_flag(engine, "right", study="s", item="item", response=None, reason="a\ufffd", now=NOW)
    forger.execute("update flag set reason = cast(x'6180' as text) where id = 'right#2'")
    assert broken(path)["right"] == "right#2"


# fmt: off
NULLABLE = [
    "study", "response", "other_response", "item", "value", "note", "confidence", "raw", "aids", "supersedes",
    "shown_at", "decided_at", "probability",
]
# fmt: on


@pytest.mark.parametrize("column", NULLABLE)
def test_an_emptied_column_is_found(path: str, forger: sqlite3.Connection, column: str) -> None:
    forger.execute(f"update label set {column} = null where id = 'left#2'")
    assert broken(path)["left"] == "left#2"


@pytest.mark.parametrize("table", list(NAMES))
def test_a_row_deleted_in_the_middle_is_found_at_the_next(path: str, forger: sqlite3.Connection, table: str) -> None:
    forger.execute(f"delete from {table} where id = 'left#{SECOND[table]}'")
    report = reports(path)["left"]
    assert (report.broken, report.rows) == (f"left#{SECOND[table] + 1}", SECOND[table] - 1)


def test_a_row_deleted_at_the_end_is_found(path: str, forger: sqlite3.Connection) -> None:
    forger.execute("delete from act where id = 'left#16'")
    assert broken(path)["left"] == "left#16"


def test_a_row_deleted_at_the_beginning_is_found(path: str, forger: sqlite3.Connection) -> None:
    forger.execute("delete from label where id = 'left#1'")
    assert broken(path)["left"] == "left#2"


def test_all_rows_deleted_are_found(path: str, forger: sqlite3.Connection) -> None:
    forger.execute("delete from label where rater = 'right'")
    assert broken(path)["right"] == "right#1"


def test_a_lost_end_of_the_chain_is_found(path: str, forger: sqlite3.Connection) -> None:
    forger.execute("delete from chain where rater = 'right'")
    assert broken(path)["right"] is not None


def test_two_rows_swapped_are_found_at_the_first(path: str, forger: sqlite3.Connection) -> None:
    forger.execute("update label set sequence = 102 where sequence = 2 and rater = 'left'")
    forger.execute("update label set sequence = 2 where sequence = 3 and rater = 'left'")
    forger.execute("update label set sequence = 3 where sequence = 102 and rater = 'left'")
    assert broken(path)["left"] == "left#3"


def test_a_row_copied_to_the_end_is_found(path: str, forger: sqlite3.Connection) -> None:
    columns = ", ".join(column for column in LABEL_COLUMNS if column not in ("id", "sequence", "supersedes"))
    forger.execute(
        f"insert into label (id, sequence, supersedes, {columns})"
        f" select 'left#17', 17, null, {columns} from label where id = 'left#2'"
    )
    assert broken(path)["left"] == "left#17"


def test_a_forged_row_with_a_hash_that_fits_is_found_at_the_next(path: str, forger: sqlite3.Connection) -> None:
    forger.execute("update label set value = 'no' where id = 'left#2'")
    [row] = forger.execute(f"select {', '.join(LABEL_COLUMNS)} from label where id = 'left#2'").fetchall()
    fitting = chain.row_hash("label", dict(zip(LABEL_COLUMNS, row, strict=True)), 1)
    forger.execute("update label set hash = ? where id = 'left#2'", (fitting,))
    assert broken(path)["left"] == "left#3"


def test_a_forged_last_row_with_a_hash_that_fits_is_found(path: str, forger: sqlite3.Connection) -> None:
    forger.execute("update label set value = 'no' where id = 'right#1'")
    [row] = forger.execute(f"select {', '.join(LABEL_COLUMNS)} from label where id = 'right#1'").fetchall()
    fitting = chain.row_hash("label", dict(zip(LABEL_COLUMNS, row, strict=True)), 1)
    forger.execute("update label set hash = ? where id = 'right#1'", (fitting,))
    assert broken(path)["right"] is not None


@pytest.mark.parametrize(
    ("table", "columns"),
    [("label", LABEL_COLUMNS), ("flag", FLAG_COLUMNS), ("adjudication", ADJUDICATION_COLUMNS), ("act", ACT_COLUMNS)],
)
def test_a_chain_binds_every_column_but_the_number(
    forger: sqlite3.Connection, table: str, columns: tuple[str, ...]
) -> None:
    in_table = [name for _, name, *_ in forger.execute(f"pragma table_info({table})")]
    assert sorted(in_table) == sorted(("number", *columns))


@pytest.mark.parametrize("table", list(NAMES))
def test_a_hash_is_sha256_over_the_canonical_json_of_table_and_row(forger: sqlite3.Connection, table: str) -> None:
    columns = {name: columns for name, _, columns in CHAINED}[table]
    rows = forger.execute(f"select {', '.join(columns)} from {table}").fetchall()
    assert rows
    for *values, stored in rows:
        row = {name: value for name, value in zip(columns, values, strict=False) if value is not None}
        assert row.pop("hash_version") == 1
        text = json.dumps([table, row], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == stored


@pytest.mark.parametrize("probability", [0, -0.0, 1, 0.1, 1 / 3, 5e-324])
def test_a_probability_is_hashed_as_it_is_read_again(path: str, probability: float) -> None:
    with closing(open_for_writing(path)) as engine:
        [like, *_] = labels.of_study(engine, "s", "right")
        given = NewLabel(
            study="s",
            response=like.response,
            other_response=None,
            item=None,
            question="verdict",
            rubric=PLAIN.hash,
            state=LabelState.LABEL,
            value="yes",
            origin=Origin.IMPORTED,
            saved_at=NOW,
            probability=probability,
        )
        with engine.writing():
            labels.add(engine, "right", [given])
        assert [one.probability for one in labels.of_study(engine, "s", "right")] == [0.75, probability]
    assert broken(path)["right"] is None


@pytest.mark.parametrize("table", list(NAMES))
def test_a_row_of_a_version_that_is_not_known_is_not_called_changed(
    path: str, forger: sqlite3.Connection, table: str
) -> None:
    forger.execute(f"update {table} set hash_version = 7 where id = 'left#{SECOND[table]}'")
    report = reports(path)["left"]
    assert (report.broken, report.rows, report.unknown) == (f"left#{SECOND[table]}", SECOND[table] - 1, True)
    assert report.problem == "its hash is of version 7, which this reviewer does not know; a newer one can check it"


def test_each_row_is_checked_by_the_version_that_it_names(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def second(table: str, row: Mapping[str, object]) -> str:
        return f"second {table} {row['id']}"

    monkeypatch.setattr(chain, "FORMULAS", {**chain.FORMULAS, 2: second})
    monkeypatch.setattr(chain, "HASH_VERSION", 2)
    with closing(open_for_writing(path)) as engine, engine.writing():
        labels.add_flag(engine, "right", study="s", item="item", response=None, reason="why", now=NOW)
    assert reports(path)["right"] == ChainReport("right", 2)
    assert broken(path)["left"] is None


def test_each_row_holds_the_hash_of_the_row_before_across_the_tables(forger: sqlite3.Connection) -> None:
    rows = sorted(
        row
        for table, name in NAMES.items()
        for row in forger.execute(f"select sequence, previous_hash, hash from {table} where {name} = 'left'")
    )
    assert [sequence for sequence, _, _ in rows] == list(range(1, 17))
    assert [previous for _, previous, _ in rows] == [GENESIS, *(own for _, _, own in rows[:-1])]


def test_each_rater_begins_a_chain_of_its_own(forger: sqlite3.Connection) -> None:
    assert forger.execute("select sequence, previous_hash from label where rater = 'right'").fetchall() == [
        (1, GENESIS)
    ]


def test_decisions_keep_their_order_though_their_rows_are_renumbered(path: str, forger: sqlite3.Connection) -> None:
    with closing(open_for_writing(path)) as engine:
        [(response,)] = engine.rows("select id from response where number = 2")
        for adjudicator, value, at in (("left", "yes", "2026-02-01"), ("right", "no", "2026-02-02")):
            decision = NewDecision("s", response, "verdict", PLAIN.hash, value, "because", at)
            with engine.writing():
                adjudications.add(engine, adjudicator, [decision])
    forger.execute("update adjudication set number = 100 where value = 'yes' and decided_at = '2026-02-01'")
    with closing(open_for_reading(path)) as engine:
        made = [one.value for one in adjudications.standing(engine, "s") if one.response == response]
    assert made == ["yes", "no"]


def test_content_that_nobody_touched_fits_its_ids(path: str) -> None:
    with closing(open_for_writing(path)) as engine:
        assert list(responses.mismatches(engine)) == []


@pytest.mark.parametrize(
    ("table", "alteration"),
    [
        ("prompt", "messages = replace(messages, 'number', 'Number')"),
        ("response", "text = text || ' '"),
        ("response", "text = cast(x'4180' as text)"),
        ("prompt", "messages = replace(messages, 'prompt', cast(x'4180' as text))"),
        ("response", "sample = sample + 1"),
        ("response", "prompt = 2"),
    ],
)
def test_content_that_was_altered_is_found(path: str, forger: sqlite3.Connection, table: str, alteration: str) -> None:
    [(identity,)] = forger.execute(f"select id from {table} where number = 1").fetchall()
    forger.execute(f"update {table} set {alteration} where number = 1")
    with closing(open_for_writing(path)) as engine:
        assert Mismatch(table, identity) in list(responses.mismatches(engine))


def test_a_configuration_that_was_renamed_is_found_at_its_responses(path: str, forger: sqlite3.Connection) -> None:
    forger.execute("update configuration set name = 'n'")
    with closing(open_for_writing(path)) as engine:
        assert len(list(responses.mismatches(engine))) == 2
