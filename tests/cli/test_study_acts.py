"""What a lead takes out of a study: withdrawn responses, raters who are left out, erased texts."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reviewer.model import Nothing
from reviewer.store.sqlite import open_for_writing
from reviewer.studies.lead_acts import SHORTEST, leave_out
from reviewer.study_design.blinding import blind_name
from tests.support.commands import PREFERENCE, Run, write_rubric, write_table
from tests.support.stories import LEAD, NOW, Clock, loaded, sit

RATE = "1\n\n1\n\n\n"  # two responses are right, no comment; an empty line saves the item
WHY = ("--reason", "private data")


@pytest.fixture
def study(run: Run, tmp_path: Path) -> str:
    """A study of three items of two responses, `s`, fully rated by r1 and r2."""
    write_rubric(tmp_path)
    run("import", write_table(tmp_path))
    run("study", "create", "s", "--rubric", "plain", "--panes", "2", "--overlap", "2")
    for rater in ("r1", "r2"):
        run("rate", "s", "--plain", "--rater", rater, stdin=3 * RATE)
    return "s"


def rows(folder: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(folder / "reviews.db")) as connection:
        return connection.execute(sql).fetchall()


def labels(run: Run, *more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run("labels", "s", "--json", *more).json()["labels"]
    return found


def gold(run: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run("gold", "s", "--json").json()["rows"]
    return found


def shown(run: Run) -> Any:
    return run("study", "show", "s", "--json").json()


def test_a_withdrawn_response_is_in_no_figure(run: Run, study: str) -> None:
    response = labels(run)[0]["response"]
    run("study", "withdraw", study, response, *WHY)
    assert len(gold(run)) == 5
    assert shown(run)["questions"][0]["labels"] == 10
    assert run("agreement", study, "--json").json()["questions"][0]["units"] == 5


def test_the_labels_of_a_withdrawn_response_stay_in_their_chain(run: Run, study: str) -> None:
    before = labels(run)
    run("study", "withdraw", study, before[0]["response"], *WHY)
    assert labels(run) == before
    assert "0 altered" in run("verify").out


def test_a_withdrawn_response_is_in_no_export(run: Run, study: str) -> None:
    run("study", "withdraw", study, labels(run)[0]["response"], *WHY)
    done = run("export", study, "--format", "jsonl")
    assert len(done.out.splitlines()) == 5
    assert "left out of every figure: 1 withdrawn response" in done.err


@pytest.mark.parametrize("command", ["agreement", "gold", "report"])
def test_documents_say_what_was_withdrawn_by_whom_and_why(run: Run, study: str, command: str) -> None:
    run("--rater", "lead", "study", "withdraw", study, labels(run)[0]["response"], *WHY)
    [one] = run(command, study, "--json").json()["left_out"]["responses"]
    assert (one["by"], one["reason"]) == ("lead", "private data")
    assert one["login"]


@pytest.mark.parametrize("command", ["agreement", "gold", "report"])
def test_what_was_left_out_is_said_beside_the_figures(run: Run, study: str, command: str) -> None:
    run("study", "withdraw", study, labels(run)[0]["response"], *WHY)
    done = run(command, study)
    assert "eft out of every figure: 1 withdrawn response" in done.out + done.err


def test_a_response_is_named_by_the_beginning_of_what_labels_shows(run: Run, study: str) -> None:
    response = labels(run)[0]["response"]
    run("study", "withdraw", study, response[:8], *WHY)
    assert shown(run)["left_out"]["responses"][0]["response"] == response


def test_a_response_is_named_by_its_stored_id(run: Run, study: str) -> None:
    run("study", "withdraw", study, gold(run)[0]["response"], *WHY)
    assert len(gold(run)) == 5


def test_a_beginning_that_is_too_short_names_nothing(run: Run, study: str) -> None:
    response = labels(run)[0]["response"]
    assert "no such response in study s" in run("study", "withdraw", study, response[:3], *WHY, expected=1).err


def test_a_response_is_withdrawn_once(run: Run, study: str) -> None:
    response = labels(run)[0]["response"]
    run("study", "withdraw", study, response, *WHY)
    assert "withdrawn from study s already" in run("study", "withdraw", study, response, *WHY, expected=1).err


def test_a_response_that_is_put_back_counts_again(run: Run, study: str) -> None:
    response = labels(run)[0]["response"]
    before = gold(run)
    run("study", "withdraw", study, response, *WHY)
    run("study", "withdraw", study, response, "--undo", "--reason", "a mistake")
    assert gold(run) == before
    assert "left_out" not in shown(run)


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_act_needs_a_reason(run: Run, study: str, reason: str) -> None:
    response = labels(run)[0]["response"]
    assert "expected a reason" in run("study", "withdraw", study, response, "--reason", reason, expected=2).err


@pytest.fixture
def fresh(run: Run, tmp_path: Path) -> str:
    """A study of three items of two responses, `s`, of which r1 rated one."""
    write_rubric(tmp_path)
    run("import", write_table(tmp_path))
    run("study", "create", "s", "--rubric", "plain", "--panes", "2", "--overlap", "2")
    run("rate", "s", "--plain", "--rater", "r1", stdin=RATE)
    return "s"


def asked(run: Run, rater: str, stdin: str) -> str:
    return run("rate", "s", "--plain", "--rater", rater, stdin=stdin).out


def rate_what_is_left(run: Run, rater: str) -> str:
    """Answer every question that is asked with 1, whatever items there are, and return what was shown."""
    return run("rate", "s", "--plain", "--rater", rater, typed=10 * RATE).out


def test_nobody_is_shown_a_withdrawn_response_of_an_item_that_was_begun(run: Run, fresh: str) -> None:
    gone, stays = labels(run)[0]["response"], labels(run)[-1]["response"]
    run("study", "withdraw", fresh, gone, *WHY)
    rate_what_is_left(run, "r2")
    given = {row["response"] for row in labels(run, "--rater", "r2")}
    assert gone not in given
    assert stays in given
    assert len(given) == 5


def test_nobody_is_shown_a_withdrawn_response_that_was_never_handed_out(run: Run, fresh: str, tmp_path: Path) -> None:
    [(gone,), *_] = rows(
        tmp_path, "select id from response where number in (select response from study_response where item is null)"
    )
    run("study", "withdraw", fresh, gone, *WHY)
    out = rate_what_is_left(run, "r2")
    assert len({row["response"] for row in labels(run, "--rater", "r2")}) == 5
    assert "Nothing is left for you in this study." in out


def test_an_item_that_compares_is_not_shown_without_one_of_its_two_responses(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path, PREFERENCE, "better")
    run("import", write_table(tmp_path))
    run("study", "create", "s", "--rubric", "better", "--overlap", "2")
    run("rate", "s", "--plain", stdin="1\n\n")
    run("study", "withdraw", "s", labels(run)[0]["response"], *WHY)
    out = asked(run, "r2", "1\n\n1\n\n")
    assert len(labels(run, "--rater", "r2")) == 2
    assert "Nothing is left for you in this study." in out


def test_progress_counts_what_can_still_be_rated(run: Run, fresh: str, tmp_path: Path) -> None:
    for _ in range(2):
        [(gone,), *_] = rows(
            tmp_path,
            "select id from response join study_response on response = number where item is null and withdrawn = 0"
            " order by prompt",
        )
        run("study", "withdraw", fresh, gone, *WHY)
    rate_what_is_left(run, "r1")
    rate_what_is_left(run, "r2")
    assert run().out.splitlines()[3].split() == ["s", "full", "2", "2", "0"]


def test_a_draft_on_an_item_outlives_the_withdrawal_of_one_of_its_responses(run: Run, fresh: str) -> None:
    run("rate", fresh, "--plain", "--rater", "r2", stdin="2\n1\n\n1\n")
    run("study", "withdraw", fresh, labels(run)[0]["response"], *WHY)
    done = run("rate", fresh, "--plain", "--rater", "r2", typed=RATE)
    assert "Saved: item" in done.out


def test_the_labels_of_a_rater_who_is_left_out_count_nowhere(run: Run, study: str) -> None:
    run("study", "leave-out", study, "r2", "--reason", "a trainee")
    assert run("agreement", study, "--json").json()["questions"][0]["raters"] == 1
    assert {sum(row["distribution"].values()) for row in gold(run)} == {1}
    assert len(labels(run, "--rater", "r2")) == 6


def test_the_items_of_a_rater_who_is_left_out_go_to_others(run: Run, study: str) -> None:
    assert "This study is full" in asked(run, "r3", "")
    assert "3 items offered to others" in run("study", "leave-out", study, "r2", "--reason", "a trainee").out
    asked(run, "r3", 3 * RATE)
    assert [row["surplus"] for row in labels(run, "--rater", "r3")] == 6 * [False]


def test_a_rater_who_is_left_out_can_rate_no_more_of_the_study(run: Run, study: str) -> None:
    run("study", "leave-out", study, "r2", "--reason", "a trainee")
    assert "r2 is left out of study s" in run("rate", study, "--plain", "--rater", "r2", expected=1).err


def test_a_rater_who_is_taken_back_counts_again(run: Run, study: str) -> None:
    before = gold(run)
    run("study", "leave-out", study, "r2", "--reason", "a trainee")
    run("study", "leave-out", study, "r2", "--undo", "--reason", "a mistake")
    assert gold(run) == before


def test_only_a_rater_of_the_study_can_be_left_out(run: Run, study: str) -> None:
    said = run("study", "leave-out", study, "nobody", "--reason", "a trainee", expected=1).err
    assert "nobody: no rater of study s; there are: r1, r2" in said


def test_the_study_says_who_left_whom_out_and_why(run: Run, study: str) -> None:
    run("--rater", "lead", "study", "leave-out", study, "r2", "--reason", "a trainee")
    out = run("study", "show", study).out
    assert "left out: rater r2, by lead on " in out
    assert ": a trainee" in out


SECRET = "call 555-0100 and ask for the zebra"


@pytest.fixture
def private(run: Run, tmp_path: Path) -> str:
    """A study in which one response holds `SECRET`, graded and rated; returns the name of that response."""
    write_rubric(tmp_path)
    (tmp_path / "t.csv").write_text(f"prompt,response,model\np1,{SECRET},m1\np1,fine,m2\n")
    run("import", "t.csv")
    run("study", "create", "s", "--rubric", "plain", "--panes", "2")
    run("rate", "s", "--plain", stdin=RATE)
    [(identity,)] = rows(tmp_path, "select id from response where text like 'call%'")
    return str(identity)


def test_an_erased_response_is_in_no_file_of_the_database(run: Run, private: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").unlink()
    run("response", "erase", private, *WHY)
    left = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    words = (SECRET.encode(), b"zebra", b"555-0100")
    assert [name for name, content in left.items() if any(word in content for word in words)] == []


def test_an_erased_response_is_not_found_by_its_words(run: Run, private: str, tmp_path: Path) -> None:
    run("response", "erase", private, *WHY)
    assert rows(tmp_path, "select rowid from response_words where response_words match 'zebra'") == []
    assert len(rows(tmp_path, "select rowid from response_words where response_words match 'p1'")) == 2


def test_an_erased_response_is_withdrawn_from_open_studies(run: Run, private: str) -> None:
    assert "withdrawn from study s, which is open" in run("response", "erase", private, *WHY).out
    assert [row["configuration"] for row in gold(run)] == ["m2"]


def test_the_figures_of_a_closed_study_keep_an_erased_response(run: Run, private: str) -> None:
    run("study", "close", "s")
    before = gold(run)
    run("response", "erase", private, *WHY)
    assert gold(run) == before


def test_a_response_is_erased_once(run: Run, private: str) -> None:
    run("response", "erase", private, *WHY)
    assert "erased before" in run("response", "erase", private, *WHY, expected=1).err


def test_an_erased_response_cannot_be_put_back(run: Run, private: str) -> None:
    run("response", "erase", private, *WHY)
    said = run("study", "withdraw", "s", private, "--undo", "--reason", "why not", expected=1).err
    assert "there is nothing to rate" in said


def test_a_response_is_erased_by_the_name_that_raters_see(run: Run, private: str, tmp_path: Path) -> None:
    names = {row["response"] for row in labels(run)}
    for name in names:
        run("response", "erase", name[:10], *WHY)
    assert rows(tmp_path, "select distinct text from response") == [("[erased]",)]


def test_what_is_not_there_cannot_be_erased(run: Run, private: str) -> None:
    assert "no such response" in run("response", "erase", "0123456789", *WHY, expected=1).err


def test_seals_hold_after_an_erasure_which_is_listed(run: Run, private: str) -> None:
    run("seal", "-o", "seal.jsonl")
    sealed = run("seal", "--json").json()["hash"]
    run("--rater", "lead", "response", "erase", private, *WHY)
    for seal in ("seal.jsonl", sealed):
        out = run("verify", "--seal", seal).out
        assert "the seal holds" in out
        assert re.search(r"erased: [0-9a-f]{20} by lead: private data", out)  # not its id, while a study is blind


def test_seals_hold_after_withdrawing_and_leaving_out(run: Run, study: str) -> None:
    sealed = run("seal", "--json").json()["hash"]
    run("study", "withdraw", study, labels(run)[0]["response"], *WHY)
    run("study", "leave-out", study, "r2", "--reason", "a trainee")
    run("study", "close", study)
    assert "the seal holds" in run("verify", "--seal", sealed).out


@pytest.fixture
def imported(run: Run, tmp_path: Path) -> str:
    """A study, `s`, that the imported labels of two people fill."""
    write_rubric(tmp_path)
    lines = ["prompt,response,model,label:verdict:ana,label:verdict:ben"]
    lines += [f"p{number},text {number},m,yes,no" for number in range(4)]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    run("import", "t.csv", "--study", "s", "--rubric", "plain")
    return "s"


def is_full(run: Run) -> bool:
    return bool(shown(run)["full"])


def test_items_that_imported_labels_fill_go_to_others_when_one_who_gave_them_is_left_out(
    run: Run, imported: str
) -> None:
    assert is_full(run)
    run("study", "leave-out", imported, "ben", "--reason", "a trainee")
    assert not is_full(run)
    rate_what_is_left(run, "r3")
    assert len(labels(run, "--rater", "r3")) == 4


def test_items_that_imported_labels_fill_are_full_again_when_the_rater_is_taken_back(run: Run, imported: str) -> None:
    run("study", "leave-out", imported, "ben", "--reason", "a trainee")
    run("study", "leave-out", imported, "ben", "--undo", "--reason", "a mistake")
    assert is_full(run)


def test_a_full_study_stays_full_when_a_response_is_withdrawn_and_put_back(run: Run, imported: str) -> None:
    response = labels(run)[0]["response"]
    run("study", "withdraw", imported, response, *WHY)
    assert is_full(run)
    assert run().out.splitlines()[3].split()[1:3] == ["full", "3"]
    run("study", "withdraw", imported, response, "--undo", "--reason", "a mistake")
    assert is_full(run)
    assert run().out.splitlines()[3].split()[1:3] == ["full", "4"]


def test_a_rater_who_is_left_out_at_work_is_handed_no_further_item(run: Run, fresh: str, tmp_path: Path) -> None:
    with closing(open_for_writing(str(tmp_path / "reviews.db"))) as engine:
        session = sit(engine, "r2", Clock(), "s")
        assert not isinstance(session.next_item(), Nothing)
        leave_out(engine, loaded(engine), "r2", "a trainee", LEAD, NOW)
        assert session.next_item() is Nothing.LEFT_OUT


@pytest.fixture
def crowded(run: Run, tmp_path: Path) -> tuple[str, str, str]:
    """A study, `s`, with two responses of which one's blind name begins as the other's id; that beginning, and both."""
    write_rubric(tmp_path)
    rows_of = [{"prompt": f"p{number}", "response": f"t{number}", "model": "m"} for number in range(3000)]
    (tmp_path / "many.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows_of))
    run("import", "many.jsonl")
    run("study", "create", "s", "--rubric", "plain", "--panes", "1")
    ids = [one for (one,) in rows(tmp_path, "select id from response")]
    beginnings = {one[:SHORTEST]: one for one in ids}
    for number in range(10_000):
        secret = f"secret {number}"
        for one in ids[:20]:
            name = blind_name(secret, one)
            other = beginnings.get(name[:SHORTEST])
            if other is not None and other != one:
                with closing(sqlite3.connect(tmp_path / "reviews.db")) as connection:
                    connection.execute("update study set secret = ?", (secret,))
                    connection.commit()
                return name[:SHORTEST], one, other
    raise AssertionError("no two names began alike")


@pytest.mark.parametrize("command", [("study", "withdraw", "s"), ("response", "erase")])
def test_a_beginning_that_two_responses_share_by_name_and_by_id_names_neither(
    run: Run, tmp_path: Path, crowded: tuple[str, str, str], command: tuple[str, ...]
) -> None:
    beginning, *_ = crowded
    said = run(*command, beginning, *WHY, expected=1).err
    assert "more than one response" in said
    assert rows(tmp_path, "select count(*) from act where kind in ('withdrew', 'erased')") == [(0,)]
