from __future__ import annotations

import json
from pathlib import Path

import pytest

from reviewer.errors import BadInput, NotFound
from reviewer.formats.mapping.profile import Profile, read_profile
from reviewer.formats.mapping.row_reader import Row, RowLabel, rows
from reviewer.formats.tables.record import Record
from reviewer.formats.tables.table_file import read_table
from reviewer.model import Message, RaterKind, Role
from tests.support.mapped_rows import BASE, RUBRIC, flags, read, row, wrong

USER = (Message(Role.USER, "Why?"),)


def test_columns_named_as_fields_map_themselves() -> None:
    fields: dict[str, object] = {
        "prompt": "Why?",
        "system": "Be kind.",
        "response": "So.",
        "reasoning": "Hm.",
        "stop_reason": "end",
        "model": "m",
        "provider": "p",
        "lab": "l",
        "sample": "2",
        "id": "x-1",
        "suite": "s",
        "evaluation": "e",
        "group": "g",
        "reference": "ref",
        "secret": "key",
        "severity": "3",
        "tag": "t",
        "label:q:anna": "yes",
        "gold:q": "no",
        "note": "unread",
    }
    assert row(fields) == Row(
        1,
        (Message(Role.SYSTEM, "Be kind."), Message(Role.USER, "Why?")),
        "So.",
        "Hm.",
        "end",
        "m",
        "p",
        "l",
        2,
        "x-1",
        "s",
        "e",
        "g",
        "ref",
        "key",
        3,
        ("t",),
        (RowLabel("q", "anna", RaterKind.HUMAN, "yes", None),),
        (("q", "no"),),
        None,
    )


def test_a_profile_maps_other_columns() -> None:
    found = row({"a": "Why?", "b": "So.", "model": "m"}, flags(maps=["prompt=a", "response=b"]))
    assert (found.messages, found.text, found.model) == (USER, "So.", "m")


def test_a_constant_stands_for_a_column_of_that_name() -> None:
    found = row(BASE, flags(sets=["model=other", "severity=2", "tag=t", "prompt=Who?"]))
    assert (found.model, found.severity, found.tags) == ("other", 2, ("t",))
    assert found.messages == (Message(Role.USER, "Who?"),)


def test_a_column_that_is_mapped_elsewhere_does_not_map_itself() -> None:
    found = row({**BASE, "group": "g"}, flags(maps=["tag=group"]))
    assert (found.tags, found.group) == (("g",), None)


@pytest.mark.parametrize(
    ("columns", "given"),
    [
        ({"messages": "unread"}, "prompt=prompt"),
        ({"messages": "unread", "a": "Be kind."}, "system=a"),
        ({"label:q": "unread", "a": "yes"}, "label:q:anna=a"),
    ],
)
def test_what_is_given_leaves_no_room_for_a_column_that_excludes_it(columns: dict[str, object], given: str) -> None:
    table = rows([Record(1, {**BASE, **columns})], flags(maps=[given]), RUBRIC, "t.json")
    assert all(isinstance(found, Row) for found in table)
    assert table.unused == (next(iter(columns)),)


def test_columns_that_no_field_reads_are_known() -> None:
    table = rows([Record(1, {**BASE, "a": "1"}), Record(2, {**BASE, "b": "1", "rater": "x"})], Profile(), RUBRIC, "t")
    list(table)
    assert table.unused == ("a", "b", "rater")
    columns = ["prompt", "c", "label:q:anna"]
    assert rows([], Profile(), None, "t.csv", columns=columns).unused == ("c", "label:q:anna")


def test_bad_records_pass() -> None:
    bad = BadInput("t", 1, "broken")
    assert list(rows([bad], Profile(), None, "t")) == [bad]


@pytest.mark.parametrize(
    ("columns", "given", "said"),
    [
        (["prompt"], ["response=anser"], "no column anser, which response is mapped to; expected one of: prompt"),
        (
            ["prompt", "answer"],
            ["response=anser"],
            "no column anser, which response is mapped to; expected one of: answer",
        ),
        (["question"], [], "no prompt; expected a column mapped to prompt or to messages; the columns are: question"),
        (["prompt", "response"], [], "no model; expected a column mapped to it, or --set model=NAME"),
        (["prompt", "messages"], [], "prompt and messages both say what was asked; expected one of them"),
        (["prompt", "label:q:anna"], [], "labels without a response; expected a column mapped to response"),
        (["prompt", "label:q:anna", "label:q"], [], "labels both in a column a rater and in a row a rating"),
        (["prompt", "label:q"], [], "label:q without a rater; expected a column mapped to rater"),
        (["prompt", "a"], ["rater=a"], "a rater without labels; expected a column mapped to label:QUESTION"),
        (["prompt", "label:p:anna"], [], "label:p:anna: rubric r has no question p"),
        (["prompt", "gold:better"], [], "gold:better: the question compares responses"),
    ],
)
def test_a_header_that_is_not_enough_ends_the_file(columns: list[str], given: list[str], said: str) -> None:
    with pytest.raises(BadInput) as error:
        rows([], flags(maps=given), RUBRIC, "t.csv", columns=columns)
    assert str(error.value).startswith(f"t.csv:1: {said}")


def test_an_optional_column_may_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text('[map]\nreasoning = { column = "r", optional = true }')
    profile = read_profile(path)
    assert read(BASE, profile=profile, columns=list(BASE)) == [Row(1, USER, "So.", model="m")]
    assert row({**BASE, "r": "Hm."}, profile).reasoning == "Hm."


def test_a_json_record_without_a_mapped_key_is_bad_and_the_next_is_read() -> None:
    found = read(BASE, {"prompt": "Why?"}, {**BASE, "a": "x"}, profile=flags(maps=["response=response"]))
    assert [str(item) for item in found if isinstance(item, BadInput)] == [
        "t.json:2: no column response, which response is mapped to; expected one of: prompt"
    ]
    assert len(found) == 3


def test_a_json_record_without_a_label_is_not_labelled() -> None:
    found = read({**BASE, "a": "yes"}, BASE, profile=flags(maps=["label:q:anna=a", "gold:q=a"]))
    assert [(len(item.labels), len(item.golds)) for item in found if isinstance(item, Row)] == [(1, 1), (0, 0)]


def test_a_json_record_without_the_response_that_others_have_is_bad() -> None:
    found = read(BASE, {"prompt": "Why?"})
    assert str(found[1]) == "t.json:2: no response; expected one, as in the records before"


def test_a_json_record_with_a_response_that_others_do_not_have_is_bad() -> None:
    found = read({"prompt": "Why?"}, BASE)
    assert str(found[1]) == "t.json:2: a response; expected none, as in the records before"


def test_without_a_response_the_table_is_prompts() -> None:
    assert row({"prompt": "Why?"}) == Row(1, USER)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("prompt", None, "prompt is null; expected text"),
        ("prompt", " \n", "prompt is blank; expected text"),
        ("prompt", ["a"], "prompt is a list; expected text"),
        ("response", None, "response is null; expected text"),
        ("response", {"a": 1}, "response is an object without content; expected text, or a message of the assistant"),
        ("model", None, "model is blank; expected a name"),
        ("model", " ", "model is blank; expected a name"),
        ("reasoning", [], "reasoning is a list; expected text"),
        ("severity", "4", "severity is 4; expected a whole number from 0 to 3"),
        ("severity", "high", "severity is high; expected a whole number from 0 to 3"),
        ("severity", True, "severity is true; expected a whole number from 0 to 3"),
        ("severity", -1, "severity is -1; expected a whole number from 0 to 3"),
        ("sample", 0, "sample is 0; expected a whole number from 1"),
        ("sample", 1.5, "sample is 1.5; expected a whole number from 1"),
        ("tag", {"a": 1}, "tag is an object; expected text"),
        ("tag", [["a"]], "tag is a list; expected text"),
    ],
)
def test_a_wrong_cell_is_a_bad_record(field: str, value: object, said: str) -> None:
    assert wrong({**BASE, field: value}) == f"t.json:1: {said}"


@pytest.mark.parametrize("response", ["", "  ", " So.\n"])
def test_a_response_is_kept_as_it_is_even_when_blank(response: str) -> None:
    assert row({**BASE, "response": response}).text == response


@pytest.mark.parametrize(
    ("value", "text"), [(3, "3"), (2.5, "2.5"), (True, "true"), (False, "false"), (10**20, "1" + "0" * 20)]
)
def test_numbers_and_booleans_become_text_as_json_spells_them(value: object, text: str) -> None:
    found = row({**BASE, "id": value, "response": value, "prompt": value})
    assert (found.source_id, found.text, found.messages) == (text, text, (Message(Role.USER, text),))


@pytest.mark.parametrize("blank", [None, "", " \n"])
@pytest.mark.parametrize("field", ["reasoning", "lab", "id", "reference", "sample", "severity", "system"])
def test_a_blank_cell_says_nothing(field: str, blank: object) -> None:
    assert row({**BASE, field: blank}) == row(BASE)


def test_white_space_around_a_name_is_a_slip() -> None:
    assert row({**BASE, "model": " m\n", "tag": " t "}) == row({**BASE, "tag": "t"})


def test_equal_cells_of_other_types_are_not_the_same_prompt() -> None:
    found = read({**BASE, "prompt": 1}, {**BASE, "prompt": True}, {**BASE, "prompt": 1.0})
    assert [item.messages[0].content for item in found if isinstance(item, Row)] == ["1", "true", "1.0"]


def test_a_prompt_that_repeats_is_made_once() -> None:
    first, second = read(BASE, {**BASE, "response": "Else."})
    assert isinstance(first, Row)
    assert isinstance(second, Row)
    assert first.messages is second.messages


def test_tags_come_from_several_columns_and_lists_each_once() -> None:
    found = row({**BASE, "a": "x", "b": ["y", "x", " "], "c": None}, flags(maps=["tag=a", "tag=b", "tag=c"]))
    assert found.tags == ("x", "y")


MESSAGES = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Why?", "name": "u"}]


@pytest.mark.parametrize("value", [MESSAGES, json.dumps(MESSAGES)], ids=["list", "text"])
def test_messages_are_a_list_or_its_json(value: object) -> None:
    assert row({"messages": value}).messages == (Message(Role.SYSTEM, "Be kind."), Message(Role.USER, "Why?"))


@pytest.mark.parametrize("calls", [[{"b": 1, "a": True}], '[{"b": 1, "a": true}]'], ids=["list", "text"])
@pytest.mark.parametrize("content", ["", None])
def test_tool_calls_are_kept_as_canonical_json(calls: object, content: object) -> None:
    found = row({"messages": [{"role": "assistant", "content": content, "tool_calls": calls}]})
    assert found.messages == (Message(Role.ASSISTANT, "", '[{"a":true,"b":1}]'),)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "messages is null"),
        ([], "messages is an empty list"),
        ("Why?", "messages is no JSON"),
        ('"Why?"', "messages is text"),
        (["Why?"], "messages.0 is text"),
        ([{"role": "robot", "content": "x"}], "messages.0 has the role 'robot'; expected one of system, developer"),
        ([{"content": "x"}], "messages.0 has the role None"),
        ([{"role": "user"}], "the content of messages.0 is null; expected text"),
        ([{"role": "user", "content": [{"type": "text"}]}], "the text of messages.0.content.0 is null; expected text"),
        ([{"role": "user", "content": "x", "tool_calls": "["}], "the tool_calls of messages.0 are no JSON"),
    ],
)
def test_messages_that_are_none(value: object, said: str) -> None:
    assert wrong({"messages": value, "id": "x"}).startswith(f"t.json:1: {said}")


def test_what_cannot_be_stored_is_replaced_and_recorded_by_field() -> None:
    fields: dict[str, object] = {
        **BASE,
        "prompt": "a\0",
        "response": "\ud800b",
        "tag": ["t", "\0"],
        "label:why:x": "c\0",
    }
    first, again = read(fields, fields)
    assert isinstance(first, Row)
    assert isinstance(again, Row)
    assert (first.messages[0].content, first.text, first.tags) == ("a\ufffd", "\ufffdb", ("t", "\ufffd"))
    recorded = {"prompt": [[1, 0]], "response": [[0, 0xD800]], "tag.1": [[0, 0]], "label:why:x": [[1, 0]]}
    assert json.loads(str(first.replaced)) == recorded
    assert again.replaced == first.replaced


@pytest.fixture
def looking_up(tmp_path: Path) -> Profile:
    (tmp_path / "profiles").mkdir()
    path = tmp_path / "profiles" / "p.toml"
    path.write_text('[map]\nprompt = "n"\n[[lookup]]\nfield = "prompt"\nfile = "l.csv"\nkey = "k"\nvalue = "v"')
    return read_profile(path)


def test_a_lookup_lies_beside_the_profile_or_else_beside_the_table(tmp_path: Path, looking_up: Profile) -> None:
    file = str(tmp_path / "t.json")
    with pytest.raises(NotFound, match=r"l\.csv: the lookup of prompt is not in"):
        read({"n": 7}, profile=looking_up, file=file)
    (tmp_path / "profiles" / "l.csv").write_text("k,v\n7,Why?\n")
    assert read({"n": 7}, profile=looking_up, file=file) == [Row(1, USER)]
    (tmp_path / "l.csv").write_text("k,v\n7,Who?\n")
    assert read({"n": " 7"}, profile=looking_up, file=file) == [Row(1, (Message(Role.USER, "Who?"),))]


def test_a_key_that_the_lookup_does_not_have_is_a_bad_record(tmp_path: Path, looking_up: Profile) -> None:
    (tmp_path / "l.csv").write_text("k,v\n7,Why?\n")
    (found,) = read({"n": 8}, profile=looking_up, file=str(tmp_path / "t.json"))
    assert str(found).endswith("t.json:1: prompt is 8; expected a k of l.csv")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("k,w\n7,Why?\n", "l.csv:2: no column v; expected k, w"),
        ("k,v\n7,Why?\n7,Who?\n", "l.csv:3: k 7 occurs twice"),
        ("k,v\n7\n", "l.csv:2: the row has 1 cells"),
    ],
)
def test_a_lookup_that_cannot_be_used(content: str, said: str, tmp_path: Path, looking_up: Profile) -> None:
    (tmp_path / "l.csv").write_text(content)
    with pytest.raises(BadInput) as error:
        read({"n": 7}, profile=looking_up, file=str(tmp_path / "t.json"))
    assert said in str(error.value)


def test_a_table_is_read_from_end_to_end(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('prompt,answer,model\nWhy?,"So\nso.",m\nWhy?,,m\nWhy?,x\n')
    table = read_table(path)
    found = list(rows(table, flags(maps=["response=answer"]), None, str(path), columns=table.columns))
    assert found[:2] == [Row(2, USER, "So\nso.", model="m"), Row(4, USER, "", model="m")]
    assert str(found[2]).startswith(f"{path}:5: the row has 2 cells")


MISSING = ["NaN", "nan", "None", "null", "NA", "N/A", "<NA>", "-Infinity", " inf "]


@pytest.mark.parametrize("word", MISSING)
@pytest.mark.parametrize("field", ["prompt", "model"])
def test_a_word_for_a_missing_value_is_no_prompt_and_no_model(field: str, word: str) -> None:
    assert wrong({**BASE, field: word}).startswith(f"t.json:1: {field} is {word.strip()}, as other programs write")


@pytest.mark.parametrize("word", MISSING)
def test_a_response_may_be_such_a_word(word: str) -> None:
    assert row({**BASE, "response": word}).text == word


@pytest.mark.parametrize("word", MISSING)
@pytest.mark.parametrize("field", ["sample", "severity"])
def test_a_word_for_a_missing_value_is_no_number(field: str, word: str) -> None:
    assert row({**BASE, field: word}) == row(BASE)


@pytest.mark.parametrize("spelling", ["2", 2, 2.0, "2.0", "2."])
def test_a_whole_number_may_come_with_a_point(spelling: object) -> None:
    assert row({**BASE, "sample": spelling}).sample == 2


def test_a_number_that_is_too_large_is_refused() -> None:
    assert wrong({**BASE, "label:score:r": 1e999}).startswith("t.json:1: label:score:r is a number that is too large")


@pytest.mark.parametrize("name", [" response", "response\t", "\ufeffresponse", " \ufeff response "])
def test_blanks_and_marks_round_the_name_of_a_column_are_no_part_of_it(name: str) -> None:
    fields: dict[str, object] = {"prompt": "Why?", name: "So.", "model": "m"}
    assert row(fields) == row(BASE)


def test_an_accent_in_the_name_of_a_column_may_be_written_either_way() -> None:
    fields: dict[str, object] = {"prompt": "Why?", "re\u0301ponse": "So.", "model": "m"}
    assert row(fields, flags(maps=["response=r\u00e9ponse"])) == row(BASE)


def test_two_columns_of_one_name_are_refused() -> None:
    assert wrong({**BASE, " response": "x"}) == 't.json:1: two columns are named "response"; expected each name once'


def test_an_accent_in_a_model_or_a_rater_may_be_written_either_way() -> None:
    one, other = row({**BASE, "model": "re\u0301"}), row({**BASE, "model": "r\u00e9"})
    assert one.model == other.model == "r\u00e9"
    long = {**BASE, "label:q": "yes"}
    assert row({**long, "rater": "re\u0301"}).labels == row({**long, "rater": "r\u00e9"}).labels
    wide = [row({**BASE, f"label:q:{rater}": "yes"}).labels[0].rater for rater in ("re\u0301", " r\u00e9 ")]
    assert wide == ["r\u00e9", "r\u00e9"]


@pytest.mark.parametrize("empty", [{}, {"prompt": None, "response": "", "model": " "}])
def test_a_record_in_which_nothing_stands_is_passed_over(empty: dict[str, object]) -> None:
    assert read(empty, BASE, empty) == [row(BASE)._replace(line=2)]
