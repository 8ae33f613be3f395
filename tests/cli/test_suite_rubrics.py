"""Responses whose suite names another rubric: a study of them is asked about before it is made."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.model import Message, Role, Suite, SuitePrompt, prompt_of
from reviewer.store import responses
from reviewer.store.sqlite import open_for_writing
from tests.support.commands import PREFERENCE, Run, write_rubric
from tests.support.stories import NOW

CREATE = ("study", "create", "s", "--rubric", "plain")
IMPORT = ("import", "t.jsonl", "--study", "s", "--rubric", "plain")
ROWS = [{"prompt": f"p{one}", "response": "r", "model": "m", "label:verdict:a": "yes"} for one in range(3)]
MADE = {CREATE: "study s: 3 responses", IMPORT: "labels: 3 new"}


def name_rubric(folder: Path, suite: str, rubric: str, *prompts: str) -> None:
    """Store a suite of these prompts that names a rubric."""
    members = tuple(
        SuitePrompt(text, prompt_of([Message(Role.USER, text)]), None, None, None, (), None, None) for text in prompts
    )
    with closing(open_for_writing(str(folder / "reviews.db"))) as engine, engine.writing():
        responses.ensure_suite(
            engine, Suite(suite, 1, suite, "any", rubric=rubric, source="", prompts=members, hash=suite), NOW
        )


@pytest.fixture(autouse=True)
def stored(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    write_rubric(tmp_path, PREFERENCE, "better")
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(one) + "\n" for one in ROWS))
    run("import", "t.jsonl")


@pytest.mark.parametrize("command", [CREATE, IMPORT])
def test_a_script_is_refused_and_told_of_both_rubrics(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    name_rubric(tmp_path, "facts", "truth", "p1")
    said = run(*command, expected=1).err
    assert "rated by rubric plain, but suite facts names rubric truth; --yes does it all the same" in said
    assert run("study", "list", "--json").json() == {"studies": []}
    assert MADE[command] in run(*command, "--yes").out


@pytest.mark.parametrize("command", [CREATE, IMPORT])
def test_a_person_is_asked(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    name_rubric(tmp_path, "facts", "truth", "p1")
    said = run(*command, typed="n\n", expected=1).err
    assert "suite facts names rubric truth. Do it all the same? [y/N]" in said
    assert run("study", "list", "--json").json() == {"studies": []}
    assert MADE[command] in run(*command, typed="y\n").out


@pytest.mark.parametrize("command", [CREATE, IMPORT])
@pytest.mark.parametrize("named", ["plain", ""])
def test_a_suite_that_names_the_rubric_or_none_asks_nothing(
    run: Run, tmp_path: Path, command: tuple[str, ...], named: str
) -> None:
    name_rubric(tmp_path, "facts", named, "p0", "p1", "p2")
    assert MADE[command] in run(*command, typed="n\n").out


@pytest.mark.parametrize("command", [CREATE, IMPORT])
def test_one_suite_that_names_the_rubric_is_enough(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    name_rubric(tmp_path, "facts", "truth", "p0", "p1")
    name_rubric(tmp_path, "fitting", "plain", "p0", "p1")
    assert MADE[command] in run(*command).out


def test_only_the_suites_of_what_is_chosen_are_asked(run: Run, tmp_path: Path) -> None:
    name_rubric(tmp_path, "facts", "truth", "p0", "p1")
    name_rubric(tmp_path, "unanswered", "other", "nobody was asked this")
    said = run(*CREATE, expected=1).err
    assert "unanswered" not in said
    run(*CREATE, "--suite", "t")
    assert "suite facts" in run("study", "create", "u", "--rubric", "plain", "--suite", "facts", expected=1).err


def test_a_dry_run_tells_and_asks_nothing(run: Run, tmp_path: Path) -> None:
    name_rubric(tmp_path, "facts", "truth", "p1")
    done = run(*IMPORT, "--dry-run", typed="n\n")
    assert "suite facts names rubric truth" in done.err
    assert "nothing was stored" in done.out


def test_a_study_that_is_there_was_asked_about(run: Run, tmp_path: Path) -> None:
    name_rubric(tmp_path, "facts", "truth", "p1")
    run(*IMPORT, "--yes")
    assert "3 known" in run(*IMPORT).out


def test_many_suites_are_not_all_named(run: Run, tmp_path: Path) -> None:
    for one in range(6):
        name_rubric(tmp_path, f"facts{one}", "truth", "p1")
    assert "suite facts2 names rubric truth, and 3 more name others" in run(*CREATE, expected=1).err
