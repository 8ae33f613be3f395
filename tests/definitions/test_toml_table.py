"""Definition files: where a mistake is found, and how it is told."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.definitions.toml_lines import Step, line_of, statement_lengths
from reviewer.definitions.toml_table import TomlSource, TomlTable, json_table, read_toml
from reviewer.errors import BadInput, NotFound


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def table(text: str) -> TomlTable:
    return TomlTable(tomllib.loads(text), TomlSource("colours.toml", toml=text))


WORDS = st.text("ab #[]{}'=\\", max_size=12)
VALUES = st.one_of(
    st.integers().map(lambda number: [str(number)]),
    WORDS.map(lambda word: [json.dumps(word)]),
    st.lists(WORDS, max_size=4).map(lambda words: ['"""', *(word.replace("\\", "/") for word in words), '"""']),
    st.lists(WORDS, max_size=4).map(
        lambda words: ["[  # ]", *(f"  {{ a = {json.dumps(word)} }}," for word in words), "]"]
    ),
    st.lists(WORDS, max_size=2).map(lambda words: [f"{{ a = {json.dumps(words)}, b = [", "1", "] }"]),
)
GAPS = st.lists(st.sampled_from(["", "# a comment with ] and '''", "  "]), max_size=2)


@given(st.lists(st.tuples(GAPS, st.lists(st.tuples(GAPS, VALUES), max_size=3)), max_size=4))
def test_every_key_and_table_is_found_at_its_line(
    layout: list[tuple[list[str], list[tuple[list[str], list[str]]]]],
) -> None:
    lines: list[str] = []
    expected: dict[tuple[Step, ...], int] = {}
    for index, (gap, keys) in enumerate(layout):
        lines += gap
        expected["entry", index] = len(lines) + 1
        lines.append("[[entry]]")
        for position, (before, value) in enumerate(keys):
            lines += before
            expected["entry", index, f"key{position}"] = len(lines) + 1
            lines += [f"key{position} = {value[0]}", *value[1:]]
    text = "\n".join(lines)
    assert {path: line_of(text, path) for path in expected} == expected


@pytest.mark.parametrize(
    ("path", "line"),
    [((), 1), (("a",), 2), (("a", "b"), 2), (("c",), 4), (("c", "d"), 5), (("c", "d", "e"), 5), (("f", 1, "g"), 9)],
)
def test_implied_tables_appear_where_they_are_first_named(path: tuple[Step, ...], line: int) -> None:
    text = "# head\na.b = 1\n\n[c]\nd.e = 2\n[[f]]\ng = 1\n[[f]]\ng = 2\n"
    assert line_of(text, path) == line


@pytest.mark.parametrize(
    ("read", "line", "words"),
    [
        (lambda t: t.text("number"), 2, "number is 3; expected text"),
        (lambda t: t.integer("text"), 1, 'text is "x"; expected a whole number'),
        (lambda t: t.integer("truth"), 3, "truth is true; expected a whole number"),
        (lambda t: t.number("endless"), 4, "expected a number"),
        (lambda t: t.number("truth"), 3, "expected a number"),
        (lambda t: t.boolean("number"), 2, "expected true or false"),
        (lambda t: t.texts("text"), 1, "expected an array of texts"),
        (lambda t: t.texts("mixed"), 5, "mixed is an array; expected text"),
        (lambda t: t.choice("text", Colour), 1, "expected one of red, blue"),
        (lambda t: t.table("mixed"), 5, "mixed is an array; expected a table"),
        (lambda t: t.tables("inner"), 9, "inner is a table; expected an array of tables"),
        (lambda t: t.line("blank"), 6, "expected one line of text"),
        (lambda t: t.prose("blank"), 6, "blank is empty"),
        (lambda t: t.identifier("capital"), 7, "expected small letters, digits and _"),
        (lambda t: t.text("hidden"), 8, "hidden holds a NUL"),
        (lambda t: t.text("absent"), 1, "absent is missing"),
        (lambda t: t.table("inner").text("absent"), 9, "absent is missing"),
        (lambda t: t.table("inner").text("colour"), 10, "unknown key color; expected colour"),
    ],
)
def test_a_wrong_value_is_told_with_its_line(read: Callable[[TomlTable], object], line: int, words: str) -> None:
    text = (
        'text = "x"\nnumber = 3\ntruth = true\nendless = inf\nmixed = ["x", 1]\nblank = " "\ncapital = "Red"\n'
        'hidden = "\\u0000"\n[inner]\ncolor = "red"\n'
    )
    with pytest.raises(BadInput) as caught:
        read(table(text))
    assert (caught.value.line, words in str(caught.value)) == (line, True), str(caught.value)


def test_getters_return_what_is_there() -> None:
    found = table('t = "x"\ni = 1\nf = 2.5\nb = false\nl = ["a"]\nc = "blue"\n[s]\nk = 1\n[[a]]\nk = 2\n')
    assert (found.text("t"), found.integer("i"), found.number("i"), found.number("f")) == ("x", 1, 1.0, 2.5)
    assert (found.boolean("b"), found.texts("l"), found.choice("c", Colour)) == (False, ("a",), Colour.BLUE)
    assert (found.table("s").value("k"), [entry.value("k") for entry in found.tables("a")]) == (1, [2])
    assert found.keys() == ("t", "i", "f", "b", "l", "c", "s", "a")
    found.done()


def test_defaults_stand_in_for_what_is_absent() -> None:
    found = table("")
    assert (found.text("t", None), found.integer("i", 7), found.texts("l", ()), found.table("s", None)) == (
        None,
        7,
        (),
        None,
    )
    assert (found.value("v", None), found.choice("c", Colour, Colour.RED), found.tables("a")) == (None, Colour.RED, [])


def test_an_unknown_key_is_refused_with_the_nearest_known_one() -> None:
    found = table('colour = "red"\ncolours = 3\n')
    found.text("colour")
    with pytest.raises(BadInput, match=r"colours\.toml:2: unknown key colours; expected colour"):
        found.done()


def test_without_a_file_the_place_is_spelled_out() -> None:
    found = json_table('{"question": [{"option": [{"key": 1}]}]}', TomlSource("rubric refusal"))
    with pytest.raises(BadInput) as caught:
        found.tables("question")[0].tables("option")[0].text("key")
    assert str(caught.value) == "rubric refusal: question 1, option 1: key is 1; expected text"


@pytest.mark.parametrize("body", ["[]", "{", '{"a": NaN}', "3", "", pytest.param("[" * 20_000, id="deep")])
def test_json_that_is_no_object_is_refused(body: str) -> None:
    with pytest.raises(BadInput, match=r"rows\.jsonl:4: "):
        json_table(body, TomlSource("rows.jsonl", line=4))


@pytest.mark.parametrize(
    ("raw", "line", "words"),
    [
        (b"a = 1\nb = ?\n", 2, "Invalid value"),
        (b"a = 1\n\nb = [1,\n2,\n", 3, "not TOML"),
        (b'a = 1\nb = """never\nends\n', 2, "not TOML"),
        (b"a = 1\r\na = 2\r\n", 2, "Cannot overwrite"),
        (b"a = 1\nb = '\xff'\n", 2, "not UTF-8"),
        (b"a = " + b"9" * 5000, None, "not TOML"),
        (b"a = " + b"[" * 20_000, None, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_toml_is_told_with_its_line(tmp_path: Path, raw: bytes, line: int | None, words: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_bytes(raw)
    with pytest.raises(BadInput) as caught:
        read_toml(path)
    assert (caught.value.line, words in str(caught.value)) == (line, True), str(caught.value)


def test_lines_are_counted_alike_with_either_line_ending(tmp_path: Path) -> None:
    path = tmp_path / "crlf.toml"
    path.write_bytes(b"\xef\xbb\xbf# head\r\na = '''\r\nx\r\n'''\r\nb = 1\r\n")
    assert read_toml(path).wrong("b", "wrong").line == 5


def test_a_line_that_ends_in_two_carriage_returns_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "ends.toml"
    path.write_bytes(b"a = 1\r\r\nb = 2\r\r\n")
    assert read_toml(path).wrong("b", "wrong").line == 2


def test_a_long_text_is_parsed_once_however_its_lines_end(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def loads(text: str) -> dict[str, object]:
        parsed.append(text)
        return tomllib.loads(text)

    monkeypatch.setattr("reviewer.definitions.toml_lines.tomllib", SimpleNamespace(**{**vars(tomllib), "loads": loads}))
    text = 'a = """\n' + "ends like a value ]\n" * 1000 + '"""\nb = 1\n'
    assert statement_lengths(text) == [1002, 1, 1]
    assert len(parsed) == 4


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="absent"):
        read_toml(tmp_path / "absent.toml")
