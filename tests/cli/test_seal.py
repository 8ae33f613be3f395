"""`reviewer seal` and `reviewer verify --seal`, as people and scripts use them."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.study_design.blinding import blind_name
from tests.support.commands import Run, rows, write_rubric, write_table
from tests.support.sealed_database import erase

HASH = re.compile(r"^[0-9a-f]{64}$", re.MULTILINE)
ED25519 = "cryptography.hazmat.primitives.asymmetric.ed25519"


@pytest.fixture
def study(run: Run, tmp_path: Path) -> Run:
    """What runs commands where a study was rated in part."""
    write_rubric(tmp_path)
    run("import", write_table(tmp_path))
    run("study", "create", "s", "--rubric", "plain")
    run("rate", "s", "--plain", stdin="1\n\n2\n1\n\n\n")
    return run


def tamper(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "reviews.db", isolation_level=None)) as connection:
        assert connection.execute(statement).rowcount


def sealed(run: Run, *arguments: str) -> str:
    """Seal, and return the hash that was printed."""
    [found] = HASH.findall(run("seal", *arguments).out)
    return str(found)


def test_a_seal_is_printed_noted_and_holds(study: Run, tmp_path: Path) -> None:
    done = study("seal")
    [seal_hash] = HASH.findall(done.out)
    assert f"To verify later: reviewer verify --seal {seal_hash}" in done.out
    [(subject, details, actor)] = rows(tmp_path, "select subject, details, actor from act where kind = 'sealed'")
    assert (subject, json.loads(details)["hash"], actor) == (seal_hash, seal_hash, "r1")
    said = study("verify", "--seal", seal_hash).out
    assert re.search(r"^label +3 +0 +holds$", said, re.MULTILINE)
    assert said.endswith("the seal holds\n")


def test_a_seal_as_json_tells_what_was_sealed_and_no_hash_of_a_part(study: Run, tmp_path: Path) -> None:
    done = study("seal", "--json")
    document = done.json()
    [(details,)] = rows(tmp_path, "select details from act where kind = 'sealed'")
    noted = json.loads(details)
    assert {name: document[name] for name in ("hash", "at", "actor", "login")}.items() <= noted.items()
    counts = {(one["table"], one["group"]): one["rows"] for one in document["tables"]}
    assert counts == {(one["table"], one.get("group")): one["rows"] for one in noted["tables"]}
    assert counts["study_response", "s"] == 6
    assert re.findall("[0-9a-f]{64}", done.out) == [noted["hash"]]


def test_a_file_has_the_seal_and_a_line_for_each_row(study: Run, tmp_path: Path) -> None:
    done = study("seal", "-o", "s.seal", "--json")
    first, *leaves = (tmp_path / "s.seal").read_text(encoding="ascii").splitlines()
    [(details,)] = rows(tmp_path, "select details from act where kind = 'sealed'")
    assert json.loads(first) == json.loads(details)
    assert len(leaves) == sum(one["rows"] for one in done.json()["tables"])
    assert {json.loads(line)[0] for line in leaves} >= {"response", "label", "act", "study_response"}
    assert "keep it from raters" in study("seal", "-o", "s.seal").err
    assert "the seal holds" in study("verify", "--seal", "s.seal").out


def test_what_was_added_since_is_counted_and_nothing_else_is_said_of_it(study: Run, tmp_path: Path) -> None:
    seal_hash = sealed(study, "-o", "s.seal")
    study("rate", "s", "--plain", stdin="1\n\n2\n1\n\n\n")
    for name in (seal_hash, "s.seal"):
        found = study("verify", "--seal", name, "--json").json()["seal"]
        assert {one["table"]: one["added"] for one in found["tables"] if one["added"]} == {"label": 3}
        assert found["holds"]


def test_a_changed_row_is_named_by_the_file_and_its_table_by_the_hash(study: Run, tmp_path: Path) -> None:
    seal_hash = sealed(study, "-o", "s.seal")
    tamper(tmp_path, "update response set stop_reason = 'length' where number = 2")
    [(changed,)] = rows(tmp_path, "select id from response where number = 2")
    study("verify")
    assert f"CHANGED response {changed}" in study("verify", "--seal", "s.seal", expected=1).out
    by_hash = study("verify", "--seal", seal_hash, expected=1).out
    assert "DIFFERS response: not what was sealed; the seal's file tells which rows" in by_hash
    assert "the seal does not hold" in by_hash


def test_many_changed_rows_are_named_in_part_and_in_json_all(study: Run, tmp_path: Path) -> None:
    study("import", write_table(tmp_path, prompts=15))
    study("seal", "-o", "s.seal")
    tamper(tmp_path, "update response set usage = 'x'")
    said = study("verify", "--seal", "s.seal", expected=1).out
    assert said.count("CHANGED response ") == 20
    assert "CHANGED response: 10 rows more; --json names all" in said
    found = study("verify", "--seal", "s.seal", "--json", expected=1).json()["seal"]["tables"]
    assert [len(one["changed"]) for one in found if one["table"] == "response"] == [30]


def test_a_seal_that_the_log_does_not_have_differs(study: Run, tmp_path: Path) -> None:
    said = study("verify", "--seal", "0" * 64, expected=1).out
    assert f"DIFFERS seal {'0' * 64}: no such seal in the log" in said
    study("seal", "-o", "s.seal")
    tamper(tmp_path, "delete from act where kind = 'sealed'")
    assert "the log no longer has the act that noted this seal" in study("verify", "--seal", "s.seal", expected=1).out


def test_a_file_that_is_not_there_and_one_that_was_altered_are_refused(study: Run, tmp_path: Path) -> None:
    assert "none.seal: cannot be read" in study("verify", "--seal", "none.seal", expected=1).err
    study("seal", "-o", "s.seal")
    text = (tmp_path / "s.seal").read_text()
    (tmp_path / "s.seal").write_text(text.replace('"actor":"r1"', '"actor":"r2"', 1))
    assert (
        "s.seal:1: the seal was altered: its hash does not fit" in study("verify", "--seal", "s.seal", expected=1).err
    )


def test_what_cannot_be_written_is_noted_nowhere(study: Run, tmp_path: Path) -> None:
    assert "cannot be written" in study("seal", "-o", "none/s.seal", expected=1).err
    assert "a database stands there" in study("seal", "-o", "reviews.db", expected=1).err
    assert rows(tmp_path, "select count(*) from act where kind = 'sealed'") == [(0,)]


def test_an_erased_response_is_listed_and_its_seal_holds(study: Run, tmp_path: Path) -> None:
    study("seal", "-o", "s.seal")
    erase(str(tmp_path / "reviews.db"), 1)
    [(identity, secret)] = rows(tmp_path, "select response.id, secret from response, study where response.number = 1")
    erased = blind_name(secret, identity)
    said = study("verify", "--seal", "s.seal").out
    assert f"erased: {erased} by lead: a name" in said
    assert "6 responses checked, 0 altered" in said
    assert study("verify", "--json").json()["erased"][0]["response"] == erased


def test_a_seal_is_signed_where_there_is_a_key(study: Run, tmp_path: Path) -> None:
    study("seal", "-o", "plain.seal")
    assert "not signed" in study("verify", "--seal", "plain.seal").out
    study("key", "new")
    key, fingerprint = study("key", "show", "--json").json().values()
    done = study("seal", "-o", "s.seal")
    assert f"signed with your key, fingerprint {fingerprint}" in done.out
    [seal_hash] = HASH.findall(done.out)
    for name in ("s.seal", seal_hash):
        assert f"signed by your own key, fingerprint {fingerprint}" in study("verify", "--seal", name).out
        signature = study("verify", "--seal", name, "--key", key, "--json").json()["seal"]["signature"]
        assert signature == {"key": key, "own": True, "holds": True}
    said = study("verify", "--seal", "plain.seal", "--key", key, expected=1).out
    assert "it is not signed" in said


def test_the_key_of_another_is_named_and_not_taken_for_the_one_that_is_insisted_on(
    study: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study("key", "new")
    theirs, fingerprint = study("key", "show", "--json").json().values()
    study("seal", "-o", "s.seal")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "mine"))
    assert f"signed by the key {theirs}, fingerprint {fingerprint}" in study("verify", "--seal", "s.seal").out
    study("key", "new")
    mine = study("key", "show", "--json").json()["key"]
    study("verify", "--seal", "s.seal", "--key", theirs)
    said = study("verify", "--seal", "s.seal", "--key", mine, expected=1).out
    assert f"it is signed by another key, fingerprint {fingerprint}" in said


def test_a_signature_that_does_not_hold_is_found(study: Run, tmp_path: Path) -> None:
    study("key", "new")
    first, second = (study("seal", "-o", name, "--json").json() for name in ("one.seal", "two.seal"))
    text = (tmp_path / "one.seal").read_text()
    for forged in (second["signature"]["signature"], "no base64", ""):
        (tmp_path / "forged.seal").write_text(text.replace(first["signature"]["signature"], forged, 1))
        said = study("verify", "--seal", "forged.seal", expected=1).out
        assert "its signature does not hold" in said


def test_a_signature_is_said_to_be_unchecked_where_it_cannot_be_checked(
    study: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    study("key", "new")
    key = study("key", "show", "--json").json()["key"]
    study("seal", "-o", "s.seal")
    monkeypatch.setitem(sys.modules, ED25519, None)
    assert "NOT CHECKED" in study("verify", "--seal", "s.seal").out
    assert "pip install 'reviewer[sign]'" in study("verify", "--seal", "s.seal", "--key", key, expected=1).err
    assert "pip install 'reviewer[sign]'" in study("seal", expected=1).err


def test_wrong_usage_of_keys_is_said(study: Run) -> None:
    assert "expected --seal FILE or --seal HASH" in study("verify", "--key", "x", expected=2).err
    assert "no public key" in study("verify", "--key", "x", "--seal", "s", expected=2).err


def test_verify_says_what_the_log_does_not_explain(study: Run, tmp_path: Path) -> None:
    tamper(tmp_path, "update study set policy = 'unanimous'")
    said = study("verify", expected=1).out
    assert "ALTERED study s: its policy is unanimous, and r1#2 created it with majority:1" in said
    [found] = study("verify", "--json", expected=1).json()["altered"]
    assert (found["table"], found["id"]) == ("study", "s")


def test_verify_tells_no_end_of_a_chain(study: Run) -> None:
    assert {name for one in study("verify", "--json").json()["chains"] for name in one} == {
        "rater", "rows", "broken", "problem", "unknown"
    }  # fmt: skip
