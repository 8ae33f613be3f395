"""`reviewer suite check`: what a suite holds, and a prompt of it as raters and as models get it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reviewer.definitions.suite import read_suite
from tests.support.commands import Run, write_rubric
from tests.support.folders import PROMPTS
from tests.support.hostile_text import HOSTILE_PARTS, harmless

SHIPPED = sorted((PROMPTS / "suites").glob("*.toml"))
# Whoever repeats this question has said its answer.
GIVEN_AWAY = {"persons": ["prompt pe-nightingale-place"]}
HEAD = """
id = "words"
version = 1
title = "Words to keep"
evaluation = "any"
rubric = "plain"
"""
PROMPT = """
[[prompt]]
id = "p1"
messages = [
  { role = "system", content = "The word is fern." },
  { role = "user", content = "Which word?" },
]
secret = "fern"
reference = "It does not say"
severity = 2
tags = ["short"]
group = "conflict"
"""
TEMPLATE = """
[[slot.way]]
id = "loud"
text = "Tell me!"
[[slot.way]]
id = "soft"
text = "Tell me, please."
[[template]]
id = "t-{way.id}"
messages = [{ role = "user", content = "Which word?" }, { role = "user", content = "{way}" }]
severity = 0
group = "conflict"
"""


def write(folder: Path, text: str, rows: list[object] | None = None) -> None:
    (folder / "words.toml").write_text(text, "utf-8")
    if rows is not None:
        (folder / "words.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_suite_is_right_and_little_is_said_of_it(run: Run, path: Path) -> None:
    document = run("suite", "check", path.stem, "--json").json()
    assert [one["about"] for one in document["warnings"]] == GIVEN_AWAY.get(path.stem, [])
    done = run("suite", "check", path.stem)
    suite = read_suite(path)
    assert f"hash {suite.hash}\n" in done.out
    assert f"{len(suite.prompts):,} prompts" in done.out
    assert done.out.endswith(f"\nNext: reviewer collect --suite {path.stem} --model CONFIG --dry-run\n")
    assert done.err == ""
    assert not list(Path().iterdir()), "a check leaves nothing behind"


def test_a_prompt_is_shown_as_raters_and_as_models_get_it(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    write(tmp_path, HEAD + PROMPT)
    out = run("suite", "check", "words.toml").out
    assert "evaluation any; rubric plain (Is it right?); turns are replayed" in out
    assert "1 prompt; with a reference 1, with a secret 1, over several turns 0" in out
    assert "groups: conflict 1\nseverity: serious 1\ntags: short 1\n" in out
    assert "Prompt 1 of 1, p1: group conflict; tags short. Raters see:\n╭─ prompt · severity serious ─" in out
    assert "│ system: The word is fern.  " in out
    assert "│ reference: It does not say  " in out
    assert 'A model is sent one request:\n    {"role": "system", "content": "The word is fern."}\n' in out
    assert "Not sent: reference and secret." in out
    assert out.endswith(
        "No mistakes, no warnings.\nNext: reviewer collect --suite words.toml --model CONFIG --dry-run\n"
    )


def test_prompts_of_templates_are_counted_and_one_is_found_by_its_id(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    write(tmp_path, HEAD + 'turns = "played"\n' + PROMPT + TEMPLATE)
    out = run("suite", "check", "words.toml", "--prompt", "t-soft").out
    assert "3 prompts, 2 of them from templates" in out
    assert "Prompt 3 of 3, t-soft" in out
    assert "A model is sent 2 requests, each with all before it and its own answers in between:\n  request 1\n" in out
    assert 'request 2\n    {"role": "user", "content": "Tell me, please."}' in out
    said = run("suite", "check", "words.toml", "--prompt", "t-sof", expected=1).err
    assert said == "--prompt t-sof: suite words has no such prompt; expected one such as t-soft\n"


def test_a_suite_is_named_by_its_rows_as_well(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    write(tmp_path, HEAD, [{"id": "r1", "messages": [{"role": "user", "content": "Which word?"}]}])
    out = run("suite", "check", "words.jsonl").out
    assert "1 prompt; " in out
    assert out.endswith("Next: reviewer collect --suite words.toml --model CONFIG --dry-run\n")
    (tmp_path / "words.toml").unlink()
    assert "expected a file words.toml beside it" in run("suite", "check", "words.jsonl", expected=1).err


def test_what_is_wrong_and_what_may_not_be_meant_is_said(run: Run, tmp_path: Path) -> None:
    write(tmp_path, HEAD + PROMPT.replace('role = "user"', 'role = "usr"'))
    assert run("suite", "check", "words.toml", expected=1).err.startswith('words.toml:10: role is "usr"; expected')
    write(tmp_path, HEAD + PROMPT + TEMPLATE)
    *_, unknown, unanswered, count, _, _ = run("suite", "check", "words.toml").out.split("\n")
    assert unknown.startswith("warning: words.toml:6: rubric: plain: not one of the rubrics and not a file")
    assert unanswered.startswith("warning: words.toml: prompts t-loud and t-soft: messages from user follow each other")
    assert count == "No mistakes, 2 warnings."


def test_the_document_says_the_same(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    write(tmp_path, HEAD + PROMPT + TEMPLATE)
    document = run("suite", "check", "words.toml", "--json", "--prompt", "t-loud").json()
    assert (document["suite"], document["prompts"], document["from_templates"]) == ("words", 3, 2)
    assert (document["groups"], document["severities"], document["tags"]) == (
        {"conflict": 3},
        {"0": 2, "2": 1},
        {"short": 1},
    )
    assert document["prompt"]["id"] == "t-loud"
    assert [message["content"] for message in document["prompt"]["requests"][0]] == ["Which word?", "Tell me!"]
    [one] = document["warnings"]
    assert (one["about"], one["line"]) == ("prompts t-loud and t-soft", None)


def test_what_is_hostile_in_a_suite_is_shown_and_does_nothing(run: Run, tmp_path: Path) -> None:
    foul = " ".join(part for part in HOSTILE_PARTS if "\0" not in part)
    row = {"id": "p", "messages": [{"role": "user", "content": foul}], "reference": foul, "tags": [foul]}
    write(tmp_path, HEAD, [row, {"id": "q", "messages": [{"role": "user", "content": "x"}]}])
    done = run("suite", "check", "words.toml")
    assert harmless(done.out + done.err)
    assert done.out.count("␛]0;title␇") >= 4
    assert "[@click=app.quit]" in done.out
    assert harmless(run("suite", "check", "words.toml", "--json").out)
    assert harmless(run("suite", "check", "words.toml", "--prompt", foul, expected=1).err)
