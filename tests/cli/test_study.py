from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.support.commands import PREFERENCE, Run, rows, write_rubric, write_table


@pytest.fixture(autouse=True)
def stored(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    run("import", write_table(tmp_path, prompts=4, models=("alpha", "beta", "gamma")))


def test_create_says_what_was_made_and_what_comes_next(run: Run) -> None:
    done = run("study", "create", "s", "--rubric", "plain")
    assert "12 responses of 3 configurations in 8 items of up to 2, each for 2 raters" in done.out
    assert "Next: reviewer rate s --plain" in done.out


def test_list_and_show_have_the_fields_that_other_programs_read(run: Run) -> None:
    run("study", "create", "s", "--rubric", "plain", "--seed", "5", "--overlap", "3", "--policy", "majority:2")
    [listed] = run("study", "list", "--json").json()["studies"]
    assert listed == {"study": "s", "rubric": "plain", "state": "open", "units": 36, "labels": 0, "raters": 0}
    shown = run("study", "show", "s", "--json").json()
    assert set(shown) == {"study", "rubric", "rubric_hash", "design", "state", "full", "units", "progress", "questions"}
    assert shown["design"]["seed"] is None  # while the study is blind
    assert run("study", "show", "s", "--json", "--unblind").json()["design"]["seed"] == 5
    assert shown["design"]["overlap"] == 3
    assert shown["design"]["policy"] == "majority:2"
    assert [question["question"] for question in shown["questions"]] == ["verdict", "fault", "comment"]


def test_progress_counts_items_and_labels_of_each_rater(run: Run) -> None:
    run("study", "create", "s", "--rubric", "plain", "--assign", "r1", "--assign", "r2:3")
    run("rate", "s", "--plain", "--rater", "r2", stdin="1\n\n1\n\n\n")
    assert run("study", "show", "s", "--json").json()["progress"] == [
        {"rater": "r1", "kind": "human", "items": 0, "labels": 0},
        {"rater": "r2", "kind": "human", "items": 1, "labels": 2},
    ]


def test_a_model_chooses_its_responses(run: Run) -> None:
    assert (
        "8 responses of 2 configurations"
        in run(*("study", "create", "s", "--rubric", "plain", "--model", "alpha", "--model", "gamma")).out
    )


def test_a_suite_chooses_its_responses(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "more.csv"
    table.write_text("prompt,response,model,suite\nother,r,alpha,extra\n")
    run("import", table)
    assert "1 response of" in run("study", "create", "s", "--rubric", "plain", "--suite", "extra").out
    assert "12 responses" in run("study", "create", "t", "--rubric", "plain", "--suite", "answers").out


def test_from_takes_the_responses_of_another_study(run: Run) -> None:
    run("study", "create", "s", "--rubric", "plain", "--model", "alpha")
    assert "4 responses of 1 configuration" in run("study", "create", "t", "--rubric", "plain", "--from", "s").out


@pytest.mark.parametrize(("rule", "responses"), [("random:5", 5), ("stratified:2", 6), ("random:99", 12)])
def test_a_sample_is_drawn_and_its_chances_are_stored(run: Run, tmp_path: Path, rule: str, responses: int) -> None:
    run("study", "create", "s", "--rubric", "plain", "--sample", rule, "--seed", "3")
    connection = sqlite3.connect(tmp_path / "reviews.db")
    rows = connection.execute("select drawn, pool from study_response").fetchall()
    connection.close()
    assert len(rows) == responses
    pool = 4 if rule.startswith("stratified") else 12
    assert set(rows) == {(min(int(rule.split(":")[1]), pool), pool)}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--rubric", "nothing"), "nothing: not one of the rubrics"),
        (("--rubric", "plain", "--model", "delta"), "stored are: alpha, beta, gamma"),
        (("--rubric", "plain", "--suite", "nothing"), "no such suite"),
        (("--rubric", "plain", "--from", "nothing"), "no study nothing"),
        (("--rubric", "plain", "--panes", "9"), "expected 1 to 8"),
        (("--rubric", "plain", "--overlap", "0"), "expected 1 to 1,000"),
        (("--rubric", "plain", "--policy", "dictator"), "unanimous, majority"),
        (("--rubric", "plain", "--sample", "some"), "random:N"),
    ],
)
def test_a_wrong_design_is_refused_and_nothing_is_made(run: Run, arguments: tuple[str, ...], said: str) -> None:
    assert said in run("study", "create", "s", *arguments, expected=1).err
    assert run("study", "list", "--json").json() == {"studies": []}


def test_a_wrong_quota_is_wrong_usage(run: Run) -> None:
    assert "RATER:QUOTA" in run("study", "create", "s", "--rubric", "plain", "--assign", "r1:x", expected=2).err


def test_a_name_is_taken_once(run: Run) -> None:
    run("study", "create", "s", "--rubric", "plain")
    assert "exists already" in run("study", "create", "s", "--rubric", "plain", expected=1).err


def test_a_comparison_needs_two_panes(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path, PREFERENCE, "better")
    assert "--panes 2" in run("study", "create", "s", "--rubric", "better", "--panes", "1", expected=1).err


@pytest.mark.parametrize("sample", ["all", "random:3", "stratified:1"])
def test_a_study_with_nothing_to_compare_is_refused_and_not_made(run: Run, tmp_path: Path, sample: str) -> None:
    write_rubric(tmp_path, PREFERENCE, "better")
    create = ("study", "create", "s", "--rubric", "better", "--sample", sample)
    assert "no two that were chosen answer the same prompt" in run(*create, "--model", "alpha", expected=1).err
    assert run("study", "list", "--json").json() == {"studies": []}
    run(*create)


@pytest.mark.parametrize("sample", ["tail:10+5", "disagreement:3+3"])
def test_a_rule_by_graders_of_single_responses_draws_nothing_to_compare(run: Run, tmp_path: Path, sample: str) -> None:
    write_rubric(tmp_path, PREFERENCE, "better")
    assert (
        "random:N (N prompts)" in run("study", "create", "s", "--rubric", "better", "--sample", sample, expected=1).err
    )


def test_a_comparison_draws_prompts_with_all_their_responses(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path, PREFERENCE, "better")
    made = run("study", "create", "s", "--rubric", "better", "--sample", "random:3", "--panes", "3").out
    assert "9 responses of 3 configurations in 3 items of up to 3" in made
    assert set(rows(tmp_path, "select drawn, pool from study_response")) == {(3, 4)}


def test_unblinding_names_configurations_and_is_recorded(run: Run) -> None:
    run("study", "create", "s", "--rubric", "plain")
    assert "alpha" not in run("study", "show", "s", "--json").out
    first = run("study", "show", "s", "--unblind", "--json").json()
    assert [row["configuration"] for row in first["configurations"]] == ["alpha", "beta", "gamma"]
    assert len(first["unblinded"]) == 1
    assert len(run("study", "show", "s", "--unblind", "--json").json()["unblinded"]) == 2


def test_an_unknown_study_names_those_that_exist(run: Run) -> None:
    run("study", "create", "s", "--rubric", "plain")
    for command in (("study", "show"), ("labels",), ("study", "close")):
        assert "there are: s" in run(*command, "t", expected=1).err


def test_close_is_said_and_done_once(run: Run) -> None:
    run("study", "create", "s", "--rubric", "plain")
    run("study", "close", "s")
    assert run("study", "show", "s", "--json").json()["state"] == "closed"
    assert "closed already" in run("study", "close", "s", expected=1).err


def test_a_rubric_in_use_cannot_lose_an_option(run: Run, tmp_path: Path) -> None:
    run("study", "create", "s", "--rubric", "plain")
    path = tmp_path / "prompts" / "rubrics" / "plain.toml"
    text = path.read_text()
    path.write_text(text.replace('value = "form"', 'value = "shape"'))
    assert "fault/form" in run("study", "create", "t", "--rubric", "plain", expected=1).err
    path.write_text(text.replace('value = "form"', 'value = "shape"').replace("version = 1", "version = 2"))
    run("study", "create", "t", "--rubric", "plain")
