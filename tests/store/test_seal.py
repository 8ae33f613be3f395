"""What a seal is made of, that it is of one moment, and what is told of a database that went on under it."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reviewer.errors import BadInput, ReviewerError
from reviewer.model import Actor
from reviewer.store import acts, labels, responses, seal, studies
from reviewer.store.acts import ActKind
from reviewer.store.engine import Engine
from reviewer.store.seal import Seal, SealedPart, TableReport, seal_of
from reviewer.store.seal_file import SealFile
from reviewer.store.sealed_tables import SEALED, Leaf
from reviewer.store.sqlite import open_for_reading, open_for_writing
from reviewer.study_design.sampling import ChosenResponse
from tests.support.sealed_database import erase, fill_every_table, seal_to
from tests.support.stories import LEAD, NOW, PLAIN, design, fill, make_study, prompt

# What a seal leaves out, as its module says: all that follows from the acts, or that is bookkeeping.
OUTSIDE = {
    "adjudication_draft", "batch", "batch_request", "chain", "draft", "item", "pairing", "place", "session", "setting",
    "study_rater", "words_indexed",
}  # fmt: skip
OUTSIDE_COLUMNS = {("study", "state"), ("study", "items"), ("study", "closed_at"), ("study_response", "item"),
                   ("study_response", "withdrawn")}  # fmt: skip
ERASABLE = {"response": ("text", "reasoning", "tool_calls", "refusal", "raw"), "grading": ("bait", "reply")}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "reviews.db"
    with closing(open_for_writing(str(path))) as engine:
        fill_every_table(engine)
    return path


@pytest.fixture
def path(made: Path, tmp_path: Path) -> str:
    """A copy of the database with rows in every sealed table."""
    return str(shutil.copy(made, tmp_path / "reviews.db"))


@pytest.fixture
def full(path: str) -> Iterator[Engine]:
    """That database, opened for writing."""
    with closing(open_for_writing(path)) as engine:
        yield engine


def sealed(engine: Engine) -> tuple[Seal, dict[str, list[Leaf]]]:
    found: dict[str, list[Leaf]] = {table.name: [] for table in SEALED}
    with engine.snapshot():
        made = seal.take_seal(engine, LEAD, NOW, lambda part, leaf: found[part.table.name].append(leaf))
    return made, found


def note(engine: Engine, made: Seal) -> None:
    with engine.writing():
        acts.record(engine, LEAD, ActKind.SEALED, NOW, subject=made.hash, details=made.document())


def reports(engine: Engine, made: Seal, leaves: dict[str, list[Leaf]] | None = None) -> dict[str, TableReport]:
    """Return how the tables stand that do not hold as they were, or have more rows."""
    of_table = None if leaves is None else lambda table: iter(leaves[table])
    with engine.snapshot():
        found = seal.compare(engine, made, of_table, lambda _: None)
    return {one.table: one for one in found if one.added or not one.holds}


def raw(path: str, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount


# A second implementation, of another make: whole rows as objects, references looked up in them.


def witnessed(path: str) -> dict[tuple[str, str | None], tuple[int, str]]:
    """Return rows and running hash of every part of a seal, by table and group."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        names = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        tables = {
            name: [dict(row) for row in connection.execute(f"select * from {name}")]
            for name in names
            if not name.startswith(("sqlite_", "_sqlite", "response_words"))
        }
    erased: dict[tuple[str, str], dict[str, str]] = {}
    for act in tables["act"]:
        if act["kind"] == "erased":
            details = json.loads(act["details"])
            erased["response", act["subject"]] = details["hashes"]
            erased |= {("grading", number): hashes for number, hashes in details["gradings"].items()}
    running: dict[tuple[str, str | None], tuple[int, Any]] = {}
    for table in set(tables) - OUTSIDE:
        rows = tables[table]
        if table in ("suite_prompt", "study_response"):
            rows.sort(key=lambda row: (row.get("study"), row.get("suite"), row.get("prompt"), row.get("response")))
        else:
            rows.sort(key=lambda row: (row["number"] or 0, row.get("name") or "", row.get("hash") or ""))
        for row in rows:
            leaf, group = witnessed_leaf(table, row, tables, erased)
            count, hashes = running.get((table, group), (0, hashlib.sha256()))
            hashes.update(leaf)
            running[table, group] = (count + 1, hashes)
    return {key: (count, hashes.hexdigest()) for key, (count, hashes) in running.items()}


def witnessed_leaf(
    table: str,
    row: dict[str, Any],
    tables: dict[str, list[dict[str, Any]]],
    erased: dict[tuple[str, str], dict[str, str]],
) -> tuple[bytes, str | None]:
    def of(other: str, number: int) -> dict[str, Any]:
        return next(one for one in tables[other] if one["number"] == number)

    hashes = erased.get((table, str(row.get("id") or row.get("number"))), {})
    said = {column: value for column, value in row.items() if (table, column) not in OUTSIDE_COLUMNS}
    for column in ERASABLE.get(table, ()):
        if said[column] is not None:
            said[column] = hashes.get(column) or hashlib.sha256(said[column].encode()).hexdigest()
    for column in ("prompt", "configuration", "study", "response", "suite"):
        if isinstance(said.get(column), int):
            other = of(column, said[column])
            said[column] = other["name"] if column in ("configuration", "study") else other["id"]
            if column == "suite":
                said[column] += f" {other['version']}"
    said = {column: value for column, value in said.items() if value is not None}
    text = json.dumps([table, said], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    group = said.get({"suite_prompt": "suite", "study_response": "study"}.get(table, ""))
    return hashlib.sha256(text.encode()).digest(), group


def test_an_independent_implementation_gives_the_same_hashes(full: Engine, path: str) -> None:
    made, _ = sealed(full)
    assert {(one.table, one.group): (one.rows, one.hash) for one in made.parts} == witnessed(path)
    assert {one.table for one in made.parts} == {table.name for table in SEALED}


def test_every_column_is_sealed_or_named_as_left_out(path: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        names = [
            name
            for (name,) in connection.execute("select name from sqlite_master where type = 'table'")
            if not name.startswith(("sqlite_", "_sqlite", "response_words"))
        ]
        columns = {(name, row[1]) for name in names for row in connection.execute(f"pragma table_info({name})")}
    bound = {(table.name, column) for table in SEALED for column in table.columns}
    assert bound | OUTSIDE_COLUMNS == {(table, column) for table, column in columns if table not in OUTSIDE}
    assert bound & OUTSIDE_COLUMNS == set()
    assert {name for name, _ in columns} == OUTSIDE | {table.name for table in SEALED}


def test_the_hash_is_sha256_over_the_canonical_json_of_the_rest(full: Engine) -> None:
    document = sealed(full)[0].document()
    rest = {name: value for name, value in document.items() if name != "hash"}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == document["hash"]
    assert seal_of(json.loads(json.dumps(document))) == sealed(full)[0]


def test_a_seal_is_the_same_after_the_rows_were_copied_into_another_file(
    full: Engine, path: str, tmp_path: Path
) -> None:
    other = str(tmp_path / "other.db")
    open_for_writing(other).close()
    with closing(sqlite3.connect(other, isolation_level=None)) as connection:
        connection.execute("attach ? as source", (path,))
        connection.execute("delete from words_indexed")
        for table in (*[one.name for one in SEALED], *sorted(OUTSIDE - {"words_indexed"})):
            connection.execute(f"insert into {table} select * from source.{table} order by rowid desc")
    with closing(open_for_writing(other)) as engine:
        assert sealed(engine)[0] == sealed(full)[0]


def test_a_seal_writes_nothing(full: Engine, path: str) -> None:
    before = Path(path).read_bytes()
    sealed(full)
    assert Path(path).read_bytes() == before


def test_an_empty_database_has_a_seal(engine: Engine) -> None:
    made, _ = sealed(engine)
    note(engine, made)
    assert made.rows == 0
    assert reports(engine, made) == {}


def test_a_seal_is_of_one_moment_though_somebody_saves_meanwhile(full: Engine, path: str) -> None:
    before = sealed(full)[0]
    with closing(open_for_writing(path)) as other:
        tables = iter(SEALED)

        def take(part: Any, leaf: Leaf) -> None:
            if part.table is next(tables, None):  # at the first row of tables, and not in each
                with other.writing():
                    labels.add_flag(other, "r2", study="open", item="i", response=None, reason="now", now=NOW)

        with full.snapshot():
            during = seal.take_seal(full, LEAD, NOW, take)
    assert during == before
    note(full, during)
    assert set(reports(full, during)) == {"flag"}


def test_what_was_added_since_is_counted_and_the_act_that_noted_the_seal_is_not(full: Engine) -> None:
    made, leaves = sealed(full)
    note(full, made)
    assert reports(full, made) == {}
    with full.writing():
        labels.add_flag(full, "r2", study="open", item="i", response=None, reason="now", now=NOW)
    fill(full, prompts=[90, 91], configurations=["new"])
    later, _ = sealed(full)
    note(full, later)
    counts = {table: one.added for table, one in reports(full, made, leaves).items()}
    assert counts == {"flag": 1, "prompt": 2, "response": 2, "configuration": 1, "act": 1}
    assert reports(full, later) == {}


def test_a_seal_that_was_never_noted_counts_every_act_since(full: Engine) -> None:
    made, _ = sealed(full)
    note(full, replace(made, at="another"))
    assert reports(full, made)["act"].added == 1


def test_rows_that_changed_or_are_missing_are_named(full: Engine, path: str) -> None:
    made, leaves = sealed(full)
    note(full, made)
    ids = [leaf.key for leaf in leaves["response"]]
    raw(path, "update response set raw = 'x' where number in (1, 8)", "delete from response where number = 4")
    found = reports(full, made, leaves)
    assert set(found) == {"response", "study_response"}  # whose member has lost its name
    assert (found["response"].changed, found["response"].missing) == ((ids[0], ids[7]), (ids[3],))
    assert (found["response"].rows, found["response"].added) == (8, 0)
    by_hash = reports(full, made)
    assert (by_hash["response"].differs, by_hash["response"].added) == (("",), None)
    assert by_hash["study_response"].differs == ("open", "shut")


def test_what_is_added_beside_a_change_is_counted(full: Engine, path: str) -> None:
    made, leaves = sealed(full)
    note(full, made)
    fill(full, prompts=[90], configurations=["new"])
    raw(path, "update response set usage = 'x' where number = 2", "update act set reason = 'x' where number = 2")
    found = reports(full, made, leaves)
    assert (found["response"].added, len(found["response"].changed)) == (1, 1)
    assert (found["act"].added, found["act"].changed) == (0, ("lead#2",))


def test_a_row_put_in_among_the_sealed_ones_is_not_taken_for_one_added_since(full: Engine, path: str) -> None:
    raw(path, "update prompt set number = number * 10", "update response set prompt = prompt * 10",
        "update suite_prompt set prompt = prompt * 10")  # fmt: skip
    made, leaves = sealed(full)
    note(full, made)
    raw(path, "insert into prompt (number, id, messages) values (15, 'forged', '[]')")
    assert reports(full, made, leaves)["prompt"].inserted == ("forged",)
    assert reports(full, made, leaves)["prompt"].added == 0


def test_an_erasure_changes_no_leaf(full: Engine, path: str) -> None:
    made, leaves = sealed(full)
    note(full, made)
    erase(path, 1)
    assert full.rows("select text, raw from response where number = 1") == [("[erased]", "[erased]")]
    assert full.rows("select count(*) from grading where reply = '[erased]'") == [(3,)]
    for found in (reports(full, made), reports(full, made, leaves)):
        assert {table: one.added for table, one in found.items()} == {"act": 1}
        assert all(one.holds for one in found.values())


def test_a_grading_of_a_pair_keeps_its_leaf_when_both_are_erased(full: Engine, path: str) -> None:
    made, leaves = sealed(full)
    note(full, made)
    for response in (1, 2):
        erase(path, response)
    found = reports(full, made, leaves)
    assert {table: one.added for table, one in found.items()} == {"act": 2}
    assert found["act"].holds


def test_a_study_that_an_import_added_to_is_told_by_the_leaves_and_not_by_the_hash_alone(engine: Engine) -> None:
    fill(engine, prompts=[1, 2], configurations=["a"])
    study = make_study(engine, PLAIN, design())
    fill(engine, prompts=[3], configurations=["a"])
    make_study(engine, PLAIN, design(), "all")
    with engine.writing():
        engine.run("delete from study_response where study = 1 and response = 1")
    made, leaves = sealed(engine)
    note(engine, made)

    def extended() -> None:
        with engine.writing():
            studies.extend(engine, study, [ChosenResponse(1)], least=1)

    extended()
    assert reports(engine, made)["study_response"].differs == ("s",)
    with engine.writing():
        acts.record(engine, LEAD, ActKind.IMPORTED, NOW, study="all", subject="t.csv")
    assert reports(engine, made)["study_response"].differs == ("s",)
    with engine.writing():
        acts.record(engine, LEAD, ActKind.IMPORTED, NOW, study="s", subject="t.csv")
    unsure = reports(engine, made)["study_response"]
    assert (unsure.uncertain, unsure.differs, unsure.holds) == (("s",), (), False)
    sure = reports(engine, made, leaves)["study_response"]
    assert (sure.holds, sure.added) == (True, 1)


def test_a_study_that_grew_behind_what_was_sealed_holds_by_its_hash(engine: Engine) -> None:
    fill(engine, prompts=[1], configurations=["a"])
    study = make_study(engine, PLAIN, design())
    made, _ = sealed(engine)
    note(engine, made)
    fill(engine, prompts=[2], configurations=["a"])
    with engine.writing():
        studies.extend(engine, study, [ChosenResponse(2)], least=1)
    make_study(engine, PLAIN, design(), "later")
    found = reports(engine, made)
    assert found["study_response"].holds
    assert found["study_response"].added == 3


def test_what_an_import_says_more_of_a_prompt_is_told_as_a_change(full: Engine) -> None:
    made, leaves = sealed(full)
    note(full, made)
    [member] = responses.members(full, 1, [1]).values()
    with full.writing():
        acts.record(full, LEAD, ActKind.IMPORTED, NOW, subject="t.csv")
        responses.add_members(full, [(1, 1, replace(member, tags=(*member.tags, "more")))])
    assert reports(full, made)["suite_prompt"].uncertain == ("words 2",)
    assert reports(full, made, leaves)["suite_prompt"].changed == (f"words 2 {prompt(0).id}",)


def test_a_table_that_an_older_seal_does_not_know_is_counted_as_added(full: Engine) -> None:
    made, _ = sealed(full)
    older = replace(made, parts=tuple(part for part in made.parts if part.table != "attempt"))
    assert reports(full, older)["attempt"].added == 3


# The file.


@pytest.fixture
def file(path: str, tmp_path: Path) -> Path:
    seal_to(path, tmp_path / "s.seal")
    return tmp_path / "s.seal"


def test_a_file_gives_back_the_seal_and_every_leaf(full: Engine, file: Path) -> None:
    with closing(open_for_reading(full.path)) as engine:
        read = SealFile(file)
        made, leaves = sealed(engine)
    assert {table.name: list(read.leaves(table.name)) for table in SEALED} == leaves | {"act": leaves["act"][:-1]}
    assert [one for one in read.seal.parts if one.table != "act"] == [one for one in made.parts if one.table != "act"]


def altered(file: Path, line: int, old: str, new: str) -> SealFile:
    lines = file.read_text().splitlines()
    assert old in lines[line]
    lines[line] = lines[line].replace(old, new, 1)
    file.write_text("\n".join(lines) + "\n")
    return SealFile(file)


def test_a_seal_that_was_altered_is_refused(file: Path) -> None:
    with pytest.raises(BadInput, match=r"s\.seal:1: the seal was altered: its hash does not fit; expected"):
        altered(file, 0, '"actor":"lead"', '"actor":"other"')


def test_a_seal_of_a_newer_version_is_refused(file: Path) -> None:
    with pytest.raises(BadInput, match="a seal of version 2, made by a newer version of reviewer"):
        altered(file, 0, '"version":1', '"version":2')


@pytest.mark.parametrize("text", ["", "{}", "[1]", "nonsense", '{"version":1}\n', '{"version":"1"}'])
def test_what_is_no_seal_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x").write_text(text)
    with pytest.raises(BadInput, match=r"x:1: .*expected a file that `reviewer seal -o FILE` wrote"):
        SealFile(tmp_path / "x")


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReviewerError, match="none: cannot be read: No such file"):
        SealFile(tmp_path / "none")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="bytes: no text in UTF-8"):
        SealFile(tmp_path / "bytes")


def test_leaves_that_were_altered_are_refused_where_they_are_read(file: Path) -> None:
    lines = file.read_text().splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith('["label"'))
    leaf = json.loads(lines[place])[2]
    read = altered(file, place, leaf, "0" * 64)
    assert list(read.leaves("flag"))
    with pytest.raises(BadInput, match=f"s.seal:{place + 1}: the rows of label do not give the seal's hash"):
        list(read.leaves("label"))


@pytest.mark.parametrize("cut", ["", "[1]\n", '["label"\n', '["flag","x","00"]\n', '["label","x","no"]\n'])
def test_a_file_that_was_cut_off_or_mixed_up_is_refused(file: Path, cut: str) -> None:
    text = file.read_text()
    file.write_text(text[: text.index('["label"')] + cut)
    with pytest.raises(BadInput, match="no row of label; the file was altered"):
        list(SealFile(file).leaves("label"))


FITTING = Seal("at", Actor("a", "b"), (SealedPart("rater", None, 0, "0"),)).document()


def rehashed(**changes: object) -> dict[str, object]:
    content = {name: value for name, value in (FITTING | changes).items() if name != "hash"}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return content | {"hash": hashlib.sha256(text.encode()).hexdigest()}


def test_a_document_with_a_fitting_hash_is_a_seal() -> None:
    assert seal_of(rehashed()).rows == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"more": 1},
        {"tables": 1},
        {"tables": [{"table": "unknown", "rows": 0, "hash": "0"}]},
        {"tables": [{"table": "rater", "rows": -1, "hash": "0"}]},
        {"tables": [{"table": "rater", "rows": "0", "hash": "0"}]},
        {"tables": [{"table": "rater", "group": "g", "rows": 0, "hash": "0"}]},
        {"tables": [{"table": "study_response", "rows": 0, "hash": "0"}]},
        {"at": 1},
    ],
)
def test_a_document_that_fits_its_hash_and_cannot_be_held_against_a_database_is_refused(
    changes: dict[str, object],
) -> None:
    with pytest.raises(ValueError, match="cannot read"):
        seal_of(rehashed(**changes))


def test_a_seal_is_found_in_the_log_by_its_hash(full: Engine, path: str) -> None:
    made, _ = sealed(full)
    assert seal.noted(full, made.hash) is None
    note(full, made)
    assert seal.noted(full, made.hash) == made
    raw(path, "update act set details = replace(details, '\"login\"', '\"logins\"') where kind = 'sealed'")
    assert seal.noted(full, made.hash) is None
