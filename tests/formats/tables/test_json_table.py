from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import BadInput
from reviewer.formats.tables import json_window
from reviewer.formats.tables.json_table import read_json
from reviewer.formats.tables.record import Record

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
objects = st.lists(st.dictionaries(st.text(max_size=5), json_values, max_size=4), max_size=6)


def read(content: str | bytes) -> list[Record | BadInput]:
    return list(read_json(io.BytesIO(content.encode() if isinstance(content, str) else content), "t.json"))


def problem(item: Record | BadInput) -> str:
    assert isinstance(item, BadInput)
    return str(item)


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ('{"a": 1}\n{"a": 2}\n', (1, 2)),
        ('{"a": 1}\r\n\r\n  {"a": 2}', (1, 3)),
        ('\n\n{"a": 1}\n{"a": 2}', (3, 4)),
        ('[{"a": 1},{"a": 2}]', (1, 1)),
        ('\n [\n{"a": 1}\n,\n{"a":\n 2}\n]\n', (3, 5)),
        ('{\n"a": 1\n}\n{\n"a": 2\n}\n', (1, 4)),
        ('{"a":\n1} {"a": 2}', (1, 2)),
    ],
)
def test_the_shape_is_told_by_content(content: str, lines: tuple[int, int]) -> None:
    assert read(content) == [Record(lines[0], {"a": 1}), Record(lines[1], {"a": 2})]


@pytest.mark.parametrize("content", ["", "\n \n", "[]", " [ ] "])
def test_nothing_is_no_record(content: str) -> None:
    assert read(content) == []


def test_a_single_object_is_one_record() -> None:
    assert read('{"a": 1}') == [Record(1, {"a": 1})]


@pytest.mark.parametrize("content", ['{"a": 1}\n', '[{"a": 1}]'])
def test_a_byte_order_mark_is_passed(content: str) -> None:
    assert read(b"\xef\xbb\xbf" + content.encode()) == [Record(1, {"a": 1})]


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("content", ['{"a": %s, "b": [{"c": %s}]}', '[{"a": %s, "b": [{"c": %s}]}]'])
def test_what_is_no_number_is_null(content: str, word: str) -> None:
    assert read(content % (word, word)) == [Record(1, {"a": None, "b": [{"c": None}]})]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"a": tru}', "broken JSON at column 7: Expecting value"),
        ('   {"a": tru}', "broken JSON at column 10: Expecting value"),
        ('{"a": "b', "broken JSON at column 7: Unterminated string"),
        ('{"a": 2} {"a": 3}', "broken JSON at column 9: Extra data"),
        ("[1]", "a list where an object should be"),
        ("null", "null where an object should be"),
        ('"a"', "text where an object should be"),
        ("3", "a number where an object should be"),
        ("true", "a boolean where an object should be"),
        ('{"a": 1, "a": 1}', 'the key "a" occurs twice in one object'),
        ('{"b": [{"a": 1, "c": 2, "a": 1}]}', 'the key "a" occurs twice in one object'),
        ("[" * 100_000, "the JSON is nested too deep"),
    ],
)
def test_a_bad_line_is_one_bad_record(line: str, said: str) -> None:
    found = read(f'{{"a": 1}}\n{line}\n{{"a": 3}}\n')
    assert problem(found[1]).startswith(f"t.json:2: {said}")
    assert [found[0], found[2]] == [Record(1, {"a": 1}), Record(3, {"a": 3})]


def test_a_first_line_that_is_broken_is_one_bad_record_too() -> None:
    found = read('{"a": tru}\n{"a": 2}\n')
    assert problem(found[0]).startswith("t.json:1: broken JSON at column 7")
    assert found[1:] == [Record(2, {"a": 2})]


def test_a_line_that_is_not_utf8_is_one_bad_record() -> None:
    found = read(b'{"a": 1}\n{"a": "\xe9"}\n{"a": 3}\n')
    assert problem(found[1]).startswith("t.json:2: byte 0xe9 at column 8 is not UTF-8")
    assert len(found) == 3


@pytest.mark.parametrize(
    ("element", "said"),
    [
        ("7", "a number where an object should be"),
        ('{"a": 1, "a": 2}', 'the key "a" occurs twice in one object'),
    ],
)
def test_an_element_that_is_wrong_is_one_bad_record(element: str, said: str) -> None:
    found = read(f'[{{"a": 1}},\n{element},\n{{"a": 3}}]')
    assert problem(found[1]).startswith(f"t.json:2: {said}")
    assert [found[0], found[2]] == [Record(1, {"a": 1}), Record(3, {"a": 3})]


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ('{"a": tru}]', "t.json:2: broken JSON: Expecting value (column 7)"),
        ('{"a": 2}', "t.json:2: the array goes on without a comma or ends early (column 9)"),
        ('{"a": 2} {"a": 3}]', "t.json:2: the array goes on without a comma or ends early (column 10)"),
        ('{"a": 2}] x', "t.json:2: more after the array (column 11)"),
        ('{"a": "2', "t.json:2: broken JSON: Unterminated string"),
        ("", "t.json:2: the array is never closed"),
        ('{"a": ' + "1" * 5000 + "}]", "t.json:2: a number has too many digits"),
        ("[" * 100_000, "t.json:2: the JSON is nested too deep"),
    ],
)
def test_a_broken_array_ends_the_file_after_the_records_before_it(end: str, said: str) -> None:
    records = read_json(io.BytesIO(b'[{"a": 1},\n' + end.encode()), "t.json")
    assert next(records) == Record(1, {"a": 1})
    with pytest.raises(BadInput) as error:
        list(records)
    assert str(error.value).startswith(said)


def test_an_array_that_is_not_utf8_ends_the_file() -> None:
    with pytest.raises(BadInput, match=r"t.json:2: byte 0xe9 is not UTF-8"):
        read(b'[{"a": 1},\n{"a": "\xe9"}]')


def test_lines_and_columns_hold_beyond_the_first_block() -> None:
    filler = json.dumps({"a": "x" * 50_000})
    content = f"[{filler},\n{filler},\n{filler}, {{!}}]"
    with pytest.raises(BadInput, match=rf"t.json:3: broken JSON: .* \(column {len(filler) + 4}\)"):
        read(content)


@given(objects, st.sampled_from([None, 1]), st.booleans(), st.integers(1, 40))
def test_an_array_is_read_back_whatever_the_blocks(
    values: list[dict[str, object]], indent: int | None, ascii_only: bool, block: int
) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=ascii_only)
    raw = text.encode(errors="replace")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_window, "BLOCK", block)
        found = read(raw)
    assert [record.fields for record in found if isinstance(record, Record)] == json.loads(raw)
    lines = text.split("\n")
    assert all(lines[record.line - 1].lstrip(" [").startswith("{") for record in found if isinstance(record, Record))


@given(objects)
def test_lines_are_read_back(values: list[dict[str, object]]) -> None:
    found = read("".join(json.dumps(value) + "\n" for value in values))
    assert found == [Record(line, value) for line, value in enumerate(values, 1)]
