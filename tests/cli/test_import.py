from __future__ import annotations

import gzip
import json
import re
import sqlite3
from pathlib import Path

import pytest

from tests.support import xstest
from tests.support.commands import Run, rows, write_rubric, write_table
from tests.support.folders import DATA


def count(folder: Path, table: str) -> int:
    connection = sqlite3.connect(folder / "reviews.db")
    [(rows,)] = connection.execute(f"select count(*) from {table}")
    connection.close()
    return int(rows)


def test_columns_named_as_fields_are_found_by_themselves(run: Run, tmp_path: Path) -> None:
    done = run("import", write_table(tmp_path))
    assert "6 new responses" in done.out
    assert "3 new prompts" in done.out
    assert "Next: reviewer study create NAME" in done.out


def test_the_same_again_adds_nothing(run: Run, tmp_path: Path) -> None:
    table = write_table(tmp_path)
    run("import", table)
    done = run("import", table)
    assert "0 new responses, 6 known; 0 new prompts" in done.out
    assert count(tmp_path, "response") == 6


def test_map_and_set_read_a_table_of_other_names(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "t.tsv"
    table.write_text("frage\tantwort\nwas?\tdas\n")
    run("import", table, "--map", "prompt=frage", "--map", "response=antwort", "--set", "model=m")
    assert count(tmp_path, "response") == 1


def test_a_gzipped_table_is_read(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "t.csv.gz"
    table.write_bytes(gzip.compress(b"prompt,response,model\np,r,m\n"))
    assert "1 new responses" in run("import", table).out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prompt,response,model\np,r,m\np,r\n", "t.csv:3:"),
        ("prompt,response,model\np,r,\n", "t.csv:2:"),
        ("prompt,response\np,r\n", "--set model=NAME"),
        ("prompt,response,model,severity\np,r,m,9\n", "t.csv:2:"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_stored(run: Run, tmp_path: Path, text: str, said: str) -> None:
    table = tmp_path / "t.csv"
    table.write_text(text)
    assert said in run("import", table, expected=1).err
    assert count(tmp_path, "response") == 0


def test_skip_bad_stores_the_rest_and_reports_each(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("prompt,response,model\np,r,m\np,r\nq,r,m\nq\n")
    done = run("import", table, "--skip-bad")
    assert "2 new responses" in done.out
    assert [line for line in done.err.splitlines() if line.startswith("skipped: ")] == [
        line for line in done.err.splitlines() if "t.csv:3:" in line or "t.csv:5:" in line
    ]
    assert done.err.count("skipped: ") == 2


def test_a_dry_run_reads_all_and_stores_nothing(run: Run, tmp_path: Path) -> None:
    done = run("import", write_table(tmp_path), "--dry-run")
    assert "6 good rows, 0 bad" in done.out
    assert not (tmp_path / "reviews.db").exists()


def test_a_dry_run_finds_what_contradicts_the_store(run: Run, tmp_path: Path) -> None:
    table = write_table(tmp_path)
    run("import", table, "--set", "provider=one")
    assert "provider one, not two" in run("import", table, "--set", "provider=two", "--dry-run", expected=1).err


def labelled(folder: Path) -> Path:
    path = folder / "labelled.csv"
    path.write_text("prompt,response,model,left,right,grader,final\np,r1,m,yes,no,YES!,yes\np,r2,m,no,,no,no\n")
    return path


WIDE = (
    *("--map", "label:verdict:left=left", "--map", "label:verdict:right=right"),
    *("--map", "label:verdict:grader=grader", "--map", "gold:verdict=final", "--rater-kind", "grader=model"),
    *("--replies", "grader"),
)


def test_labels_gold_and_verdicts_come_in_with_the_responses(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    done = run("import", labelled(tmp_path), *WIDE, "--study", "s", "--rubric", "plain")
    assert "labels: 4 new, 0 changed, 0 known, 1 unparsed; gold: 2 new, 0 known" in done.out
    rows = run("labels", "s", "--json").json()["labels"]
    assert [(row["rater"], row["state"], row["value"], row["raw"]) for row in rows] == [
        ("left", "label", "yes", None),
        ("left", "label", "no", None),
        ("right", "label", "no", None),
        ("grader", "unparsed", None, "YES!"),
        ("grader", "label", "no", None),
    ]
    shown = run("study", "show", "s", "--json").json()
    assert shown["questions"][0] == {"question": "verdict", "labels": 4, "disputes": 0, "gold": 2}


def test_labels_without_a_study_are_left_out_and_said(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    done = run("import", labelled(tmp_path), *WIDE, "--rubric", "plain")
    assert "5 labels belong to a study and were left out" in done.err
    assert "1 new, 0 changed, 0 known, 1 unparsed" in done.out


def test_labels_without_a_rubric_are_left_out_and_said(run: Run, tmp_path: Path) -> None:
    done = run("import", labelled(tmp_path), *WIDE)
    assert "name --study NAME and --rubric R" in done.err


def test_a_new_study_needs_a_rubric_and_a_known_one_brings_its_own(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    table = labelled(tmp_path)
    assert "--rubric R" in run("import", table, *WIDE, "--study", "s", expected=1).err
    run("import", table, *WIDE, "--study", "s", "--rubric", "plain")
    assert "5 known" not in run("import", table, *WIDE, "--study", "s").err


def test_no_gold_leaves_decided_labels_out(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    run("import", labelled(tmp_path), *WIDE, "--study", "s", "--rubric", "plain", "--no-gold")
    assert count(tmp_path, "adjudication") == 0


def test_a_persons_label_that_is_no_option_is_an_error(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    table = tmp_path / "t.csv"
    table.write_text("prompt,response,model,left\np,r,m,perhaps\n")
    done = run(*("import", table, "--map", "label:verdict:left=left", "--study", "s", "--rubric", "plain"), expected=1)
    assert "t.csv:2:" in done.err
    assert "perhaps" in done.err


def test_value_says_what_a_raw_label_stands_for(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    table = tmp_path / "t.csv"
    table.write_text("prompt,response,model,left\np,r,m,perhaps\n")
    wide = ("--map", "label:verdict:left=left", "--value", "verdict:perhaps=cannot_tell")
    run("import", table, *wide, "--study", "s", "--rubric", "plain")
    assert run("labels", "s", "--json").json()["labels"][0]["value"] == "cannot_tell"


def test_a_closed_study_is_not_extended(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    run("import", labelled(tmp_path), *WIDE, "--study", "s", "--rubric", "plain")
    run("study", "close", "s")
    assert "closed" in run("import", labelled(tmp_path), *WIDE, "--study", "s", expected=1).err


def test_a_study_of_another_rubric_is_not_extended(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    run("import", labelled(tmp_path), *WIDE, "--study", "s", "--rubric", "plain")
    done = run("import", labelled(tmp_path), "--study", "s", "--rubric", "halueval", expected=1)
    assert "another rubric" in done.err


def rated_by(run: Run, folder: Path, name: str) -> Path:
    """Have `name` rate in the study, and return a table that says otherwise under this name."""
    table = folder / "again.csv"
    table.write_text("prompt,response,model\np,r1,m\np,r2,m\n")
    run("import", table, "--study", "s", "--rubric", "plain")
    run("rate", "s", "--plain", "--rater", name, stdin="1\n\n\nquit\n")
    table.write_text(f"prompt,response,model,label:verdict:{name}\np,r1,m,no\np,r2,m,no\n")
    return table


def test_labels_of_who_rates_here_need_a_word(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    table = rated_by(run, tmp_path, "ann")
    done = run("import", table, "--study", "s", expected=1)
    assert "again.csv:2: a label of ann, who rates in study s; expected --as NAME" in done.err
    assert "2 new, 0 changed" in run("import", table, "--study", "s", "--as", "ann-table").out
    assert "2 known" in run("import", table, "--study", "s", "--as", "ann=ann-table").out
    assert "--as" in run("import", table, "--study", "s", "--as", "x", "--replace-mine", expected=2).err
    done = run("import", table, "--study", "s", "--replace-mine")
    assert "1 new, 1 changed, 0 known" in done.out
    run("verify")


@pytest.mark.parametrize(
    ("given", "said"),
    [("=x", "RATER=NAME"), ("ann=", "RATER=NAME"), ("x", "nobody rates in s here"), ("bob=x", "no labels that could")],
)
def test_a_name_that_means_nobody_is_refused(run: Run, tmp_path: Path, given: str, said: str) -> None:
    write_rubric(tmp_path)
    table = tmp_path / "t.csv"
    table.write_text("prompt,response,model,label:verdict:ann\np,r,m,no\n")
    done = run("import", table, "--study", "s", "--rubric", "plain", "--as", given, expected=1)
    assert f"--as {given}" in done.err or "--as x" in done.err
    assert said in done.err


def test_a_column_that_is_a_field_but_for_its_capitals_is_told(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("prompt,Response,model\np,r,m\n")
    assert "column Response is no field response; --map response=Response makes it one" in run("import", table).err


def test_a_response_under_a_known_id_with_another_text_is_told(run: Run, tmp_path: Path) -> None:
    for name, text in (("v1.csv", "Lma"), ("v2.csv", "Lima")):
        (tmp_path / name).write_text(f"id,prompt,response,model\n7,Capital of Peru?,{text},m\n")
        done = run("import", tmp_path / name)
    assert "another text under a known id: 1 response" in done.out
    assert "v2.csv:2: another text for the response with id 7" in done.err


def test_a_dry_run_tells_what_the_import_would_tell_of_texts(run: Run, tmp_path: Path) -> None:
    head = "id,prompt,response,model\n"
    (tmp_path / "v1.csv").write_text(f'{head}7,Capital of Peru?,Lma,m\n8,"two\nlines",r,m\n9,Same?,yes,m\n')
    (tmp_path / "v2.jsonl").write_text(
        "".join(
            json.dumps(dict(zip(("id", "prompt", "response", "model"), row, strict=True))) + "\n"
            for row in (
                ("7", "Capital of Peru?", "Lima", "m"),
                ("8", "two\r\nlines", "r", "m"),
                ("9", "Same?", "yes", "m"),
            )
        )
    )
    run("import", "v1.csv")
    told = run("import", "v2.jsonl", "--dry-run").err
    assert "v2.jsonl:1: another text for the response with id 7" in told
    assert "v2.jsonl:2: the prompt differs from another one by its line ends alone" in told
    assert "id 9" not in told
    assert rows(tmp_path, "select count(*) from response") == [(3,)]
    assert run("import", "v2.jsonl").err.splitlines() == told.splitlines()


def test_two_files_of_one_name_are_two_sources(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    for folder, value in (("here", "yes"), ("there", "no")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "t.csv").write_text(f"prompt,response,model,gold:verdict\np,r,m,{value}\n")
    for name in ("here/t.csv", "there/t.csv", tmp_path / "here" / "t.csv"):
        run("import", name, "--study", "s", "--rubric", "plain")
    found = rows(tmp_path, "select adjudicator, value from adjudication order by number")
    assert found == [("imported:here/t.csv", "yes"), ("imported:there/t.csv", "no")]


def test_a_source_outside_the_databases_folder_says_nothing_of_its_way(run: Run, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    table = write_table(tmp_path)
    for again in range(2):
        assert f"{6 * again} known" in run("import", table, "--db", "work/reviews.db").out
    [(source,)] = rows(tmp_path / "work", "select distinct source from response")
    assert re.fullmatch("answers.jsonl@[0-9a-f]{8}", source)


def test_the_search_index_is_built_and_goes_on_where_it_stopped(run: Run, tmp_path: Path) -> None:
    run("import", write_table(tmp_path))
    connection = sqlite3.connect(tmp_path / "reviews.db")
    assert connection.execute("select up_to from words_indexed").fetchone() == (6,)
    found = "select count(*) from response_words where response_words match 'says'"
    assert connection.execute(found).fetchone() == (6,)
    connection.close()


def test_a_missing_file_and_a_missing_profile_are_named(run: Run, tmp_path: Path) -> None:
    assert "nowhere.csv" in run("import", "nowhere.csv", expected=1).err
    done = run("import", write_table(tmp_path), "--profile", "xtest", expected=1)
    assert "did you mean xstest" in done.err


def test_xstest_comes_in_whole_and_again_adds_nothing(run: Run, tmp_path: Path) -> None:
    for _ in range(2):
        xstest.import_labels(run, tmp_path)
        assert count(tmp_path, "prompt") == 450
        assert count(tmp_path, "response") == 2250
        assert count(tmp_path, "label") == 4500
        assert count(tmp_path, "adjudication") == 2250
    xstest.import_labels(run, tmp_path, graders=list(xstest.GRADERS))
    rows = run("labels", "xstest", "--json").json()["labels"]
    verdicts = [row for row in rows if row["rater"] in ("gpt4_label", "strmatch_label")]
    assert len(rows) == 9000
    assert len(verdicts) == 4500
    assert sum(row["state"] == "unparsed" for row in verdicts) == 11
    assert count(tmp_path, "adjudication") == 2250
    run("verify")


@pytest.mark.skipif(not DATA.exists(), reason="the shared data are not here")
@pytest.mark.parametrize(
    ("profile", "file", "responses", "prompts"),
    [
        ("halueval", "halueval_general/general_data.json", 4507, 4507),
        ("gptfuzz", "gptfuzz_jailbreak/evaluate.csv", 1540, 20),
        ("prompt_injection", "prompt_injection_cases/prompt_injection.json", 0, 246),
    ],
)
def test_every_shipped_profile_reads_its_data(
    run: Run, tmp_path: Path, profile: str, file: str, responses: int, prompts: int
) -> None:
    study = () if profile == "prompt_injection" else ("--study", "s")
    run("import", DATA / file, "--profile", profile, *study)
    assert count(tmp_path, "response") == responses
    assert count(tmp_path, "prompt") == prompts


def test_an_interrupted_import_is_finished_by_the_same_command(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "t.jsonl"
    row = {"prompt": "p", "response": "r", "model": "m"}
    table.write_text("".join(json.dumps(row | {"response": f"r{number}"}) + "\n" for number in range(9)))
    monkeypatch.setattr("reviewer.importing.responses.PART", 3)
    add = "reviewer.store.responses.add_responses"
    original = __import__("reviewer.store.responses", fromlist=["add_responses"]).add_responses
    calls = iter(range(99))

    def interrupted(*arguments: object) -> None:
        if next(calls) == 2:
            raise KeyboardInterrupt
        original(*arguments)

    monkeypatch.setattr(add, interrupted)
    assert "6 of 9 rows are stored" in run("import", table, expected=1).err
    assert count(tmp_path, "response") == 6
    assert "3 new responses, 6 known" in run("import", table).out


# What a rater answers again, and what a grader did not write


LONG = "prompt,response,model,rater,label:verdict\np,r1,m,ann,yes\np,r1,m,ben,yes\np,r1,m,ann,no\n"


def test_a_rater_who_answers_again_is_refused_by_line_until_it_is_said_what_that_is(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    (tmp_path / "long.csv").write_text(LONG)
    given = ("import", "long.csv", "--study", "s", "--rubric", "plain")
    refused = run(*given, expected=1).err
    assert "long.csv:4: ann answers verdict of a response again, another answer than on line 2" in refused
    assert "2 rows; 1 new responses" in run(*given, "--db", "good.db", "--skip-bad").out
    assert "given again by the same rater: 1 label, kept as repeats" in run(*given, "--repeats", "keep").out
    assert "0 new, 0 changed, 3 known" in run(*given, "--repeats", "keep").out
    assert run("study", "list", "--json").json()["studies"][0]["raters"] == 2
    assert run("gold", "s", "--json").json()["rows"][0]["distribution"] == {"yes": 2}
    run("verify")


def test_repeats_stay_repeats_in_an_export_under_pseudonyms(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    (tmp_path / "long.csv").write_text(LONG)
    run("import", "long.csv", "--study", "s", "--rubric", "plain", "--repeats", "keep")
    run("export", "s", "--format", "jsonl", "-o", "gold.jsonl")
    run("import", "gold.jsonl", "--format", "reviewer", "--study", "s", "--rubric", "plain", "--db", "there.db")
    there = run("study", "show", "s", "--db", "there.db", "--json").json()
    names = {one["rater"] for one in there["progress"]}
    assert len(names) == 3
    assert [name.removesuffix("#2") in names for name in names if name.endswith("#2")] == [True]
    assert run("gold", "s", "--db", "there.db", "--json").json()["rows"][0]["distribution"] == {"yes": 2}


def test_a_unit_that_a_file_of_ours_holds_twice_is_refused(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    run("import", labelled(tmp_path), *WIDE, "--study", "s", "--rubric", "plain")
    run("export", "s", "--format", "jsonl", "-o", "gold.jsonl")
    path = tmp_path / "gold.jsonl"
    path.write_text(path.read_text() * 2)
    given = ("import", path, "--format", "reviewer", "--study", "s", "--rubric", "plain", "--db", "there.db")
    assert "gold.jsonl:3: the unit of line 1 again; expected one row for each unit" in run(*given, expected=1).err


def test_a_cell_that_cannot_be_read_is_no_error_of_the_grader(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    table = labelled(tmp_path)
    given = ("import", table, *WIDE[:-2], "--study", "s", "--rubric", "plain")
    assert "label:verdict:grader: 'YES!' is no option of verdict" in run(*given, expected=1).err
    skipped = run(*given, "--skip-bad")
    assert "1 row skipped" in skipped.err
    assert "0 unparsed" in skipped.out
