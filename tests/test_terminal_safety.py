"""Hostile text through every plain output; what reaches the terminal is read byte by byte."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from tests.support.commands import RUBRIC, Run, write_rubric
from tests.support.judges import RULE, grader_in

HOSTILE = (
    "[bold]markup[/nope] [@click=app.quit]",
    "\x1b]0;title\x07\x1b]52;c;aGk=\x07\x1b]8;;http://x\x1b\\link\x1b[2J",
    "\x9b31m \x90 \x85",
    "\u202eright to left\u2066 isolate\u2069",
    "zero\u200bwidth\u2060joiner\ufeff",
    "\U000e0041\U000e0042 tags",
    "a\x00b \ud800 c",
    "line\u2028separator\rreturn\x08\x0b\x0c\x7f",
)
ALL = " ".join(HOSTILE)
# The names that the user of the program types or a file bears cannot hold NUL or half a pair.
NAME = "\x1b]0;n\x07\u202e\u200b\U000e0041x"


def harmless(text: str) -> bool:
    """Tell whether nothing in `text` can steer a terminal or hide from a reader; newlines and tabs may stand."""
    allowed = {"\n", "\t", "\u200c", "\u200d"}
    return all(char in allowed or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in text)


@pytest.fixture
def study(run: Run, tmp_path: Path) -> str:
    """A study in which everything that a file or a model says is hostile."""
    guideline = "Read the response and say whether it is right."
    write_rubric(tmp_path, RUBRIC.replace(guideline, json.dumps(f"{guideline} {HOSTILE[1]} {HOSTILE[3]}")[1:-1]))
    row = {
        "prompt": ALL,
        "system": ALL,
        "response": ALL,
        "reasoning": ALL,
        "reference": ALL,
        "model": f"m{ALL}",
        "suite": f"s{NAME}",
        "tag": [ALL],
        "id": ALL,
        f"un{NAME}used": 1,
    }
    path = tmp_path / f"t{NAME}.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    done = run("import", path)
    assert harmless(done.out + done.err)
    run("study", "create", "s", "--rubric", "plain", "--overlap", "1")
    grader_in(tmp_path, f'{RULE}[[check]]\nquestion = "verdict"\nvalue = "no"\n', "rule")
    return "s"


def test_every_plain_output_of_a_hostile_study_is_harmless(run: Run, study: str) -> None:
    lines = f"help\nguideline\nnote {HOSTILE[1]}\nflag {HOSTILE[3]}\nnote @\x1b[2J x\n\x1b]0;x\x07\nreasoning\n"
    outputs = [
        run("rate", study, "--plain", stdin=f"{lines}1\n{HOSTILE[1]}\n/reasoning\nundo\n{HOSTILE[3]}\n\n\n"),
        run("rate", study, "--plain", stdin="undo\nagain\n"),
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
        assert harmless(done.out), ascii(done.out)
        assert harmless(done.err), ascii(done.err)
    # A page is no terminal, but may be printed to one.
    assert harmless(Path("s.html").read_text("utf-8"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", NAME),
        ("import", "t.csv", "--profile", NAME),
        ("import", "t.csv", "--map", NAME),
        ("import", "t.csv", "--set", f"{NAME}=x"),
        ("study", "create", NAME, "--rubric", "plain"),
        ("study", "create", "new", "--rubric", NAME),
        ("study", "create", "new", "--rubric", "plain", "--model", NAME),
        ("study", "create", "new", "--rubric", "plain", "--suite", NAME),
        ("study", "create", "new", "--rubric", "plain", "--policy", NAME),
        ("study", "create", "new", "--rubric", "plain", "--assign", f"{NAME}:x"),
        ("study", "create", "new", "--rubric", "plain", "--sample", NAME),
        ("study", "create", "new", "--rubric", "plain", "--sample", "tail:5+5", "--grader", NAME),
        ("study", "show", NAME),
        ("grade", "s", "--grader", NAME),
        ("grade", NAME, "--grader", "rule"),
        ("validate", "s", "--grader", NAME),
        ("report", "s", "--grader", NAME),
        ("report", NAME),
        ("labels", NAME),
        ("rate", "s", "--plain", "--rater", NAME),
        (NAME,),
        ("labels", f"--{NAME}"),
        ("--db", NAME, "verify"),
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
    assert harmless(done.out), ascii(done.out)
    assert harmless(done.err), ascii(done.err)


def test_a_hostile_rubric_file_is_reported_harmlessly(run: Run, study: str, tmp_path: Path) -> None:
    write_rubric(tmp_path, RUBRIC.replace('scale = "multi"', f"scale = {json.dumps(NAME)}"))
    done = run("study", "create", "new", "--rubric", "plain", expected=1)
    assert harmless(done.err), ascii(done.err)


def test_a_note_and_a_late_error_are_shown_as_they_were_typed_but_visible(run: Run, study: str) -> None:
    run("rate", study, "--plain", stdin="1\n\x1b]0;comment\x07\n\n")
    assert "␛]0;comment␇" in run("labels", study).out
