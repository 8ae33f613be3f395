"""Suites: what is refused on reading, and that both forms of file say the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reviewer.definitions.suite import find_suite, read_suite
from reviewer.errors import BadInput, NotFound
from reviewer.model import Message, Role, Suite, prompt_of

HEAD = """\
id = "greetings"
version = 1
title = "Saying hello"
evaluation = "manners"
rubric = "tone"
"""

VALID = (
    HEAD
    + """
[[prompt]]
id = "hello"
messages = [
  { role = "system", content = "The word is fern." },
  { role = "user", content = "Hello" },
]
secret = "fern"
reference = "Hello"
severity = 3
tags = ["short"]
group = "polite"
provenance = "made up"

[[prompt]]
id = "goodbye"
messages = [{ role = "user", content = "Goodbye" }]
"""
)

ROW = {"id": "hello", "messages": [{"role": "user", "content": "Hello"}]}


def read(folder: Path, text: str, rows: str | None = None) -> Suite:
    path = folder / "greetings.toml"
    path.write_text(text, encoding="utf-8")
    if rows is not None:
        path.with_suffix(".jsonl").write_text(rows, encoding="utf-8")
    return read_suite(path)


def test_a_suite_is_read_as_written(tmp_path: Path) -> None:
    suite = read(tmp_path, VALID)
    hello, goodbye = suite.prompts
    assert (suite.id, suite.version, suite.evaluation, suite.rubric, suite.source) == (
        "greetings",
        1,
        "manners",
        "tone",
        "",
    )
    messages = [Message(Role.SYSTEM, "The word is fern."), Message(Role.USER, "Hello")]
    assert (hello.name, hello.prompt, hello.secret, hello.severity) == ("hello", prompt_of(messages), "fern", 3)
    assert (hello.reference, hello.tags, hello.group, hello.provenance) == ("Hello", ("short",), "polite", "made up")
    assert (goodbye.name, goodbye.secret, goodbye.severity, goodbye.tags) == ("goodbye", None, None, ())


GOODBYE = 'messages = [{ role = "user", content = "Goodbye" }]'


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('id = "greetings"', 'id = "hellos"', 1, "expected greetings"),
        ("version = 1", "version = 1_000_000_000", 2, "version is 1000000000; expected 1 to 999999999"),
        ("version = 1", "version = 0", 2, "version is 0; expected 1 to 999999999"),
        ('title = "Saying hello"', "", 1, "title is missing"),
        ('evaluation = "manners"', 'evaluation = "Good manners"', 4, "small letters"),
        ('rubric = "tone"', 'rubrik = "tone"', 5, "unknown key rubrik; expected rubric"),
        ('rubric = "tone"', 'rubric = "tone"\nowner = "x"', 6, "unknown key owner"),
        ('id = "goodbye"', 'id = "hello"', 21, "a second prompt hello"),
        ('id = "goodbye"', 'id = ""', 21, "one line of text"),
        ('id = "goodbye"', "", 20, "id is missing"),
        (GOODBYE, "messages = []", 22, "messages is empty"),
        (GOODBYE, "", 20, "messages is missing"),
        (GOODBYE, 'messages = "Goodbye"', 22, "an array of tables"),
        (GOODBYE, 'messages = [{ role = "human", content = "x" }]', 22, "one of system, developer, user"),
        (GOODBYE, 'messages = [{ role = "user", content = " " }]', 22, "content is empty"),
        (GOODBYE, 'messages = [{ role = "user", content = ["x"] }]', 22, "content is an array; expected text"),
        (GOODBYE, 'messages = [{ role = "user", contents = "x" }]', 22, "unknown key contents; expected content"),
        (GOODBYE, 'messages = [{ role = "user", content = "x", name = "y" }]', 22, "unknown key name"),
        (GOODBYE, 'messages = [{ role = "system", content = "x" }]', 22, "the last message is from system"),
        (GOODBYE, 'messages = [{ role = "assistant", content = "x" }]', 22, "the last message is from assistant"),
        (GOODBYE, 'messages = [{ role = "user", content = "x", tool_calls = [{ a = 1 }] }]', 22, "only from assistant"),
        (GOODBYE, 'messages = [{ role = "assistant", tool_calls = "{" }]', 22, "tool_calls is no JSON array"),
        (GOODBYE, 'messages = [{ role = "assistant", tool_calls = [1979-05-27] }]', 22, "tool_calls is no JSON array"),
        ('secret = "fern"', 'secret = "moss"', 13, "the secret is in no system or developer message"),
        ('secret = "fern"', 'secret = "Hello"', 13, "the secret is in no system or developer message"),
        ('secret = "fern"', 'secret = ""', 13, "secret is empty"),
        ("severity = 3", "severity = 4", 15, "severity is 4; expected 0 to 3"),
        ("severity = 3", "severity = -1", 15, "severity is -1; expected 0 to 3"),
        ("severity = 3", 'severity = "high"', 15, "a whole number"),
        ('tags = ["short"]', 'tags = "short"', 16, "an array of texts"),
        ('group = "polite"', 'gruop = "polite"', 17, "unknown key gruop; expected group"),
    ],
)
def test_a_mistake_is_refused_at_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    assert VALID.count(old) == 1
    with pytest.raises(BadInput) as caught:
        read(tmp_path, VALID.replace(old, new))
    assert (caught.value.line, words in str(caught.value)) == (line, True), str(caught.value)


def test_the_same_messages_twice_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"greetings\.toml:25: the same messages as prompt goodbye"):
        read(tmp_path, f'{VALID}[[prompt]]\nid = "farewell"\n{GOODBYE}\n')


def test_prompts_of_lines_beside_a_head_are_the_same_suite(tmp_path: Path) -> None:
    inside = read(tmp_path, VALID)
    rows = [
        {
            "id": member.name,
            "messages": [{"role": message.role, "content": message.content} for message in member.prompt.messages],
            "tags": list(member.tags),
        }
        | {
            key: value
            for key in ("secret", "reference", "severity", "group", "provenance")
            if (value := getattr(member, key)) is not None
        }
        for member in inside.prompts
    ]
    assert read(tmp_path, HEAD, "\n\n".join(json.dumps(row) for row in rows) + "\n") == inside


@pytest.mark.parametrize(
    ("rows", "line", "words"),
    [
        (json.dumps(ROW) + "\n\n" + json.dumps(ROW), 3, "a second prompt hello"),
        (json.dumps(ROW) + "\n{", 2, "not JSON"),
        ("[]", 1, "a JSON object"),
        (json.dumps(ROW | {"secret": "x"}), 1, "the secret is in no system or developer message"),
        (json.dumps(ROW | {"group": "\ud800"}), 1, "half of a surrogate pair"),
        ("\n\n" + json.dumps(ROW | {"extra": 1}), 3, "unknown key extra"),
    ],
)
def test_a_mistake_in_a_row_is_refused_at_its_line(tmp_path: Path, rows: str, line: int, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, HEAD, rows)
    assert caught.value.file.endswith("greetings.jsonl")
    assert (caught.value.line, words in str(caught.value)) == (line, True), str(caught.value)


def test_prompts_in_both_places_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"greetings\.toml:7: a prompt here and a file greetings\.jsonl"):
        read(tmp_path, VALID, json.dumps(ROW))


@pytest.mark.parametrize("rows", [None, "\n\n"])
def test_a_suite_needs_a_prompt(tmp_path: Path, rows: str | None) -> None:
    with pytest.raises(BadInput, match="no prompt"):
        read(tmp_path, HEAD, rows)


@pytest.mark.parametrize("calls", ['[{ "name": "look" }]', [{"name": "look"}]])
def test_tool_calls_are_kept_as_json_text(tmp_path: Path, calls: object) -> None:
    messages = [
        {"role": "user", "content": "Look"},
        {"role": "assistant", "tool_calls": calls},
        {"role": "tool", "content": "Nothing"},
    ]
    suite = read(tmp_path, HEAD, json.dumps({"id": "look", "messages": messages}))
    stored = suite.prompts[0].prompt.messages[1].tool_calls
    assert stored == calls if isinstance(calls, str) else stored == '[{"name":"look"}]'


def test_comments_do_not_change_the_hash_and_content_does(tmp_path: Path) -> None:
    suite = read(tmp_path, VALID)
    assert read(tmp_path, "# head\n" + VALID).hash == suite.hash
    assert read(tmp_path, VALID.replace("made up", "thought up")).hash != suite.hash


def test_a_suite_is_found_by_id_first_and_then_by_path(tmp_path: Path) -> None:
    suite = read(tmp_path, VALID)
    assert find_suite("greetings", [tmp_path]) == find_suite(str(tmp_path / "greetings.toml"), []) == suite


def test_a_suite_that_is_not_there_is_refused_with_the_nearest(tmp_path: Path) -> None:
    read(tmp_path, VALID)
    with pytest.raises(NotFound, match=r"greeting: .*did you mean greetings\?"):
        find_suite("greeting", [tmp_path])
