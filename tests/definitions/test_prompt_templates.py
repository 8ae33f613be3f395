"""Templates in suites: what they expand to, in which order, and what is refused at which line; played turns."""

from __future__ import annotations

import codecs
from base64 import b64decode
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.definitions.suite import read_suite
from reviewer.errors import BadInput
from reviewer.model import Suite, SuitePrompt, Turns, canonical
from reviewer.text.encoding import ENCODINGS

HEAD = """\
id = "lives"
version = 1
title = "Lives"
evaluation = "facts"
rubric = "truth"
"""

VALID = (
    HEAD
    + """
[[slot.person]]
id = "euler"
text = "Leonhard Euler"
born = "1707"
tags = ["mathematics"]

[[slot.person]]
id = "austen"
text = "Jane Austen"
born = "1775"
severity = 2

[[slot.style]]
id = "bare"
text = "Answer."

[[slot.style]]
id = "short"
text = "Be short."

[[template]]
id = "born-{person.id}-{style.id}"
messages = [
  { role = "system", content = "{style|upper} {{braces}}" },
  { role = "user", content = "Born when: {person}?" },
]
reference = "{person.born}"
severity = 1
tags = ["birth"]
group = "conflict"
provenance = "made up"

[[template]]
id = "hidden-{person.id}"
messages = [{ role = "user", content = "{person|lower|base64}" }]
"""
)


def read(folder: Path, text: str) -> Suite:
    path = folder / "lives.toml"
    path.write_text(text, encoding="utf-8")
    return read_suite(path)


def test_the_product_is_taken_in_the_order_of_the_file(tmp_path: Path) -> None:
    names = [member.name for member in read(tmp_path, VALID).prompts]
    assert names == [
        "born-euler-bare",
        "born-euler-short",
        "born-austen-bare",
        "born-austen-short",
        "hidden-euler",
        "hidden-austen",
    ]


def test_texts_are_filled_and_what_a_value_says_is_added(tmp_path: Path) -> None:
    euler, _, austen, _, hidden, _ = read(tmp_path, VALID).prompts
    assert [message.content for message in euler.prompt.messages] == ["ANSWER. {braces}", "Born when: Leonhard Euler?"]
    assert (euler.reference, euler.tags, euler.severity) == ("1707", ("birth", "mathematics"), 1)
    assert (euler.group, euler.provenance) == ("conflict", "made up")
    assert (austen.tags, austen.severity) == (("birth",), 2)
    assert b64decode(hidden.prompt.messages[0].content) == b"leonhard euler"


def written_out(member: SuitePrompt) -> str:
    """Return a prompt as an author would write it without templates."""
    messages = [
        f'{{ role = "{message.role}", content = {canonical(message.content)} }}' for message in member.prompt.messages
    ]
    said = {
        "id": member.name,
        "reference": member.reference,
        "severity": member.severity,
        "tags": member.tags,
        "group": member.group,
        "provenance": member.provenance,
    }
    lines = [f"{key} = {canonical(value)}" for key, value in said.items() if value is not None]
    return "\n".join(["[[prompt]]", f"messages = [{', '.join(messages)}]", *lines])


def test_the_expanded_prompts_are_what_is_hashed(tmp_path: Path) -> None:
    suite = read(tmp_path, VALID)
    assert read(tmp_path, VALID) == suite
    assert read(tmp_path, "\n".join([HEAD, *map(written_out, suite.prompts)])) == suite


def test_prompts_come_before_those_of_templates(tmp_path: Path) -> None:
    suite = read(
        tmp_path, f'{VALID}\n[[prompt]]\nid = "first"\nmessages = [{{ role = "user", content = "{{person}}" }}]'
    )
    assert suite.prompts[0].name == "first"
    assert suite.prompts[0].prompt.messages[0].content == "{person}"  # a prompt has no placeholders
    assert len(suite.prompts) == 7


LAST = 'content = "{person|lower|base64}"'


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        (LAST, 'content = "{persons}"', 41, "{persons}: there is no slot persons; expected person, style"),
        (LAST, 'content = "{person|rot26}"', 41, "{person|rot26}: there is no encoding rot26; expected one of base64"),
        (LAST, 'content = "{person.died}"', 7, "no text died, which a template asks for as {person.died}"),
        (LAST, 'content = "{person.tags}"', 7, "no text tags"),
        (LAST, 'content = "{person.}"', 41, "{person.} is no placeholder"),
        (LAST, 'content = "{ person }"', 41, "{ person } is no placeholder"),
        (LAST, 'content = "{}"', 41, "{} is no placeholder"),
        (LAST, 'content = "{person} }"', 41, "a lone }; expected }} for a brace"),
        (LAST, 'content = "{person} {"', 41, "a lone {; expected {{ for a brace"),
        ('id = "hidden-{person.id}"', 'id = "hidden"', 40, "a second prompt hidden"),
        ('id = "hidden-{person.id}"', 'id = "born-{person.id}-bare"', 40, "born-euler-bare (with person euler)"),
        ('born = "1775"', "born = 1775", 16, "born is 1775; expected text"),
        ('born = "1775"', "", 13, "no text born, which a template asks for as {person.born}"),
        ('id = "austen"', 'id = "euler"', 14, "a second person euler; expected an id of its own"),
        ('id = "austen"', "", 13, "id is missing"),
        ("severity = 2", "severity = 4", 17, "severity is 4; expected 0 to 3"),
        ("severity = 1", "severity = 4", 34, "severity is 4 (with person euler, style bare); expected 0 to 3"),
        ('tags = ["mathematics"]', 'tags = "mathematics"', 11, "an array of texts"),
        ('group = "conflict"', 'gruop = "conflict"', 36, "unknown key gruop"),
        ('group = "conflict"', 'secret = "{style.id}"', 36, "in no system or developer message (with person euler"),
        ('role = "system"', 'role = "{style.id}"', 29, "one of system, developer"),
    ],
)
def test_a_mistake_is_refused_at_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    assert VALID.count(old) == 1
    with pytest.raises(BadInput) as caught:
        read(tmp_path, VALID.replace(old, new))
    assert (caught.value.line, words in str(caught.value)) == (line, True), str(caught.value)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('[[template]]\nid = "x"\nmessages = [{ role = "user", content = "x" }]', "a template without a placeholder"),
        ('[[slot.place]]\nid = "x"', "no template uses the slot place"),
        ('[[slot."A place"]]\nid = "x"', "a slot named A place"),
        ("[slot.place]", r"place is a table; expected an array of tables"),
        ("[slot]\nplace = []", "the slot place has no value"),
    ],
)
def test_what_makes_no_prompts_is_refused(tmp_path: Path, more: str, words: str) -> None:
    text = VALID if not more.startswith("[slot]") else HEAD
    with pytest.raises(BadInput, match=words):
        read(tmp_path, f"{text}\n{more}\n")


def test_templates_and_a_file_of_lines_are_refused(tmp_path: Path) -> None:
    (tmp_path / "lives.jsonl").write_text("")
    with pytest.raises(BadInput, match=r"lives\.toml:27: a prompt here and a file lives\.jsonl"):
        read(tmp_path, VALID)


def test_a_product_that_is_too_large_is_refused(tmp_path: Path) -> None:
    slots = [f'[[slot.s{slot}]]\nid = "{value}"\ntext = "{value}"' for slot in range(6) for value in range(10)]
    places = "".join(f"{{s{slot}}}" for slot in range(6))
    template = f'[[template]]\nid = "{places}"\nmessages = [{{ role = "user", content = "{places}" }}]'
    with pytest.raises(BadInput, match="more than 100000 prompts"):
        read(tmp_path, "\n".join([HEAD, *slots, template]))


PLAYED = (
    HEAD
    + """turns = "played"

[[prompt]]
id = "twice"
messages = [
  { role = "user", content = "Hello" },
  { role = "user", content = "Hello again" },
]
"""
)


def test_turns_are_replayed_unless_the_head_says_played(tmp_path: Path) -> None:
    played = read(tmp_path, PLAYED)
    silent = read(tmp_path, PLAYED.replace('turns = "played"', ""))
    said = read(tmp_path, PLAYED.replace('turns = "played"', 'turns = "replayed"'))
    assert (played.turns, silent.turns, said.turns) == (Turns.PLAYED, Turns.REPLAYED, Turns.REPLAYED)
    assert silent.hash == said.hash != played.hash


@pytest.mark.parametrize("role", ["assistant", "tool"])
def test_played_turns_hold_no_answers(tmp_path: Path, role: str) -> None:
    text = PLAYED.replace('{ role = "user", content = "Hello" }', f'{{ role = "{role}", content = "Hello" }}')
    with pytest.raises(BadInput, match=rf"lives\.toml:10: a message from {role} where turns are played"):
        read(tmp_path, text)


def test_an_unknown_way_of_turns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"lives\.toml:6: turns is \"sung\"; expected one of played, replayed"):
        read(tmp_path, PLAYED.replace("played", "sung"))


@pytest.mark.parametrize(
    ("name", "text", "encoded"),
    [
        ("base64", "Füße", "RsO8w59l"),
        ("hex", "Hi é", "48 69 20 c3 a9"),
        ("rot13", "Hello, 1", "Uryyb, 1"),
        ("reversed", "ab c", "c ba"),
        ("words_reversed", "one  two three", "three two one"),
        ("spaced", "Hi you", "H i  y o u"),
        ("leetspeak", "Toast is", "70457 15"),
        ("pig_latin", "Three quick apples, by I!", "eethray ickquay applesway, byay Iway!"),
        ("pig_latin", "the café of 1790", "ethay afécay ofway 1790"),
        ("morse", "SOS, 1 é", "... --- ... / .----"),
        ("percent", "a b/ü", "a%20b%2F%C3%BC"),
        ("json", 'say "é"\n', 'say \\"é\\"\\n'),
        ("upper", "aß", "ASS"),
        ("lower", "AB", "ab"),
        ("first_half", "a b c", "a b"),
        ("second_half", "a b c", "c"),
    ],
)
def test_each_encoding_does_what_it_is_called(name: str, text: str, encoded: str) -> None:
    assert ENCODINGS[name](text) == encoded


def test_every_encoding_is_tried_above() -> None:
    marks = test_each_encoding_does_what_it_is_called.pytestmark  # type: ignore[attr-defined]
    assert {case[0] for case in marks[0].args[1]} == set(ENCODINGS)


@given(st.text())
def test_what_can_be_undone_comes_back(text: str) -> None:
    assert b64decode(ENCODINGS["base64"](text)).decode() == text
    assert bytes.fromhex(ENCODINGS["hex"](text)).decode() == text
    assert codecs.decode(ENCODINGS["rot13"](text), "rot13") == text
    assert ENCODINGS["reversed"](text)[::-1] == text
    assert unquote(ENCODINGS["percent"](text)) == text
    halves = f"{ENCODINGS['first_half'](text)} {ENCODINGS['second_half'](text)}"
    assert halves.split() == text.split()
