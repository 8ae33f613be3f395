"""Hostile text through every plain output; what reaches the terminal is read byte by byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import RUBRIC, Run, write_rubric
from tests.support.hostile_text import HOSTILE_NAME, HOSTILE_PARTS, HOSTILE_TEXT, harmless
from tests.support.judges import RULE, grader_in


@pytest.fixture
def study(run: Run, tmp_path: Path) -> str:
    """A study in which everything that a file or a model says is hostile."""
    guideline = "Read the response and say whether it is right."
    write_rubric(
        tmp_path, RUBRIC.replace(guideline, json.dumps(f"{guideline} {HOSTILE_PARTS[1]} {HOSTILE_PARTS[3]}")[1:-1])
    )
    row = {
        "prompt": HOSTILE_TEXT,
        "system": HOSTILE_TEXT,
        "response": HOSTILE_TEXT,
        "reasoning": HOSTILE_TEXT,
        "reference": HOSTILE_TEXT,
        "model": f"m{HOSTILE_TEXT}",
        "suite": f"s{HOSTILE_NAME}",
        "tag": [HOSTILE_TEXT],
        "id": HOSTILE_TEXT,
        f"un{HOSTILE_NAME}used": 1,
    }
    path = tmp_path / f"t{HOSTILE_NAME}.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    done = run("import", path)
    assert harmless(done.out + done.err, tabs=True)
    run("study", "create", "s", "--rubric", "plain", "--overlap", "1")
    grader_in(tmp_path, f'{RULE}[[check]]\nquestion = "verdict"\nvalue = "no"\n', "rule")
    return "s"


def test_every_plain_output_of_a_hostile_study_is_harmless(run: Run, study: str) -> None:
    lines = (
        f"help\nguideline\nnote {HOSTILE_PARTS[1]}\nflag {HOSTILE_PARTS[3]}\nnote @\x1b[2J x\n\x1b]0;x\x07\nreasoning\n"
    )
    outputs = [
        run(
            "rate", study, "--plain", typed=f"{lines}1\n{HOSTILE_PARTS[1]}\n/reasoning\nundo\n{HOSTILE_PARTS[3]}\n\n\n"
        ),
        run("rate", study, "--plain", typed="undo\nagain\n"),
        run("labels", study),
        run("labels", study, "--json"),
        run("study", "show", study),
        run("study", "show", study, "--unblind"),
        run("study", "show", study, "--unblind", "--json"),
        run("study", "list"),
        run("verify"),
        run("agreement", study),
        run("agreement", study, "--by", "model"),
        run("gold", study),
        run("export", study, "--format", "jsonl"),
        run("grade", study, "--grader", "rule"),
        run("validate", study, "--grader", "rule"),
        run("report", study, "--html", "s.html"),
        run("report", study),
        run("report", study, "--json"),
        run(),
    ]
    for done in outputs:
        assert harmless(done.out, tabs=True), ascii(done.out)
        assert harmless(done.err, tabs=True), ascii(done.err)
    # A page is no terminal, but may be printed to one.
    assert harmless(Path("s.html").read_text("utf-8"), tabs=True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", HOSTILE_NAME),
        ("import", "t.csv", "--profile", HOSTILE_NAME),
        ("import", "t.csv", "--map", HOSTILE_NAME),
        ("import", "t.csv", "--set", f"{HOSTILE_NAME}=x"),
        ("study", "create", HOSTILE_NAME, "--rubric", "plain"),
        ("study", "create", "new", "--rubric", HOSTILE_NAME),
        ("study", "create", "new", "--rubric", "plain", "--model", HOSTILE_NAME),
        ("study", "create", "new", "--rubric", "plain", "--suite", HOSTILE_NAME),
        ("study", "create", "new", "--rubric", "plain", "--policy", HOSTILE_NAME),
        ("study", "create", "new", "--rubric", "plain", "--assign", f"{HOSTILE_NAME}:x"),
        ("study", "create", "new", "--rubric", "plain", "--sample", HOSTILE_NAME),
        ("study", "create", "new", "--rubric", "plain", "--sample", "tail:5+5", "--grader", HOSTILE_NAME),
        ("study", "show", HOSTILE_NAME),
        ("grade", "s", "--grader", HOSTILE_NAME),
        ("grade", HOSTILE_NAME, "--grader", "rule"),
        ("validate", "s", "--grader", HOSTILE_NAME),
        ("report", "s", "--grader", HOSTILE_NAME),
        ("report", HOSTILE_NAME),
        ("labels", HOSTILE_NAME),
        ("rate", "s", "--plain", "--rater", HOSTILE_NAME),
        (HOSTILE_NAME,),
        ("labels", f"--{HOSTILE_NAME}"),
        ("--db", HOSTILE_NAME, "verify"),
    ],
)
def test_every_error_about_a_hostile_name_is_harmless(
    run: Run, study: str, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "t.csv").write_text("prompt,response\np,r\n")
    try:
        done = run(*arguments, expected=1)
    except AssertionError:
        done = run(*arguments, expected=2)
    assert done.err
    assert harmless(done.out, tabs=True), ascii(done.out)
    assert harmless(done.err, tabs=True), ascii(done.err)


def test_a_hostile_rubric_file_is_reported_harmlessly(run: Run, study: str, tmp_path: Path) -> None:
    write_rubric(tmp_path, RUBRIC.replace('scale = "multi"', f"scale = {json.dumps(HOSTILE_NAME)}"))
    done = run("study", "create", "new", "--rubric", "plain", expected=1)
    assert harmless(done.err, tabs=True), ascii(done.err)


def test_a_note_and_a_late_error_are_shown_as_they_were_typed_but_visible(run: Run, study: str) -> None:
    run("rate", study, "--plain", stdin="1\n\x1b]0;comment\x07\n\n")
    assert "␛]0;comment␇" in run("labels", study).out
