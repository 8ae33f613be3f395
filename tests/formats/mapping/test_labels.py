"""Labels and gold in the cells of a table."""

from __future__ import annotations

import pytest

from reviewer.errors import BadInput
from reviewer.formats.mapping.row_reader import RowLabel
from reviewer.model import RaterKind
from tests.support.mapped_rows import BASE, flags, read, row, wrong


def label(cell: object, question: str = "q", **given: list[str]) -> tuple[RowLabel, ...]:
    return row({**BASE, f"label:{question}:r": cell}, flags(**given)).labels


@pytest.mark.parametrize("cell", [None, "", " \n", []])
def test_a_blank_cell_is_no_label(cell: object) -> None:
    assert label(cell) == ()
    assert row({**BASE, "gold:q": cell}).golds == ()


@pytest.mark.parametrize(
    ("question", "cell", "value", "raw"),
    [
        ("q", "yes", "yes", None),
        ("q", " yes\n", "yes", " yes\n"),
        ("q", "1_yes", "yes", "1_yes"),
        ("q", 1, "yes", "1"),
        ("q", True, "no", "true"),
        ("many", "no|yes", '["yes","no"]', "no|yes"),
        ("many", ["no"], '["no"]', None),
        ("many", '["yes"]', '["yes"]', None),
        ("many", "1 | no", '["yes","no"]', "1 | no"),
        ("many", ["1"], '["yes"]', '["1"]'),
        ("score", "3.0", "3", "3.0"),
        ("score", 2.5, "2.5", None),
        ("why", " because", "because", " because"),
    ],
)
def test_a_cell_that_is_an_answer(question: str, cell: object, value: str, raw: str | None) -> None:
    values = (
        ["q:1_yes=yes", "q:1=yes", "q:true=no"] if question == "q" else ["many:1=yes"] if question == "many" else []
    )
    assert label(cell, question, values=values) == (RowLabel(question, "r", RaterKind.HUMAN, value, raw),)


@pytest.mark.parametrize(
    ("question", "cell"), [("q", "maybe"), ("many", "yes|maybe"), ("score", "high"), ("q", ["yes"])]
)
def test_a_human_label_that_is_no_option_is_a_bad_record(question: str, cell: object) -> None:
    assert f"t.json:1: label:{question}:r: " in wrong({**BASE, f"label:{question}:r": cell})


def test_a_label_that_is_an_object_is_a_bad_record() -> None:
    assert wrong({**BASE, "label:q:r": {}}) == "t.json:1: label:q:r is an object; expected text"


@pytest.mark.parametrize("kind", [RaterKind.MODEL, RaterKind.RULE])
def test_a_graders_reply_that_is_no_option_is_unparsed(kind: RaterKind) -> None:
    found = label(" I cannot say.", rater_kinds=[f"r={kind}"], replies=["r"])
    assert found == (RowLabel("q", "r", kind, None, " I cannot say."),)


@pytest.mark.parametrize("kind", [RaterKind.MODEL, RaterKind.RULE])
def test_a_cell_that_nobody_says_the_grader_wrote_is_a_bad_record_and_no_error_of_the_grader(kind: RaterKind) -> None:
    said = wrong({**BASE, "label:q:r": "maybe"}, flags(rater_kinds=[f"r={kind}"]))
    assert said.startswith("t.json:1: label:q:r: 'maybe' is no option of q; expected one of")
    assert said.endswith("or --replies r, where the cells are what this grader replied")


@pytest.mark.parametrize("column", ["label:q:r", "model:q:r", "gold:q"])
@pytest.mark.parametrize("cell", ["Yes", "YES", " yes ", "yes\u00a0"])
def test_capitals_and_blanks_make_no_other_answer(column: str, cell: str) -> None:
    found = row({**BASE, column: cell})
    assert [one.value for one in found.labels] + [value for _, value in found.golds] == ["yes"]


def test_capitals_are_read_in_each_of_several_choices_and_in_what_a_raw_value_stands_for() -> None:
    assert label("NO|Yes", "many")[0].value == '["yes","no"]'
    assert label("ja", values=["q:JA=yes"])[0].value == "yes"


def test_capitals_that_tell_two_raw_values_apart_are_not_passed_over() -> None:
    values = ["q:A=yes", "q:a=no"]
    assert [label(cell, values=values)[0].value for cell in ("A", "a")] == ["yes", "no"]
    both = {**BASE, "label:q:r": "ÉTÉ"}
    assert "'ÉTÉ' is no option" in wrong(both, flags(values=["q:Été=yes", "q:été=no"]))


def test_gold_that_is_no_option_is_a_bad_record() -> None:
    assert wrong({**BASE, "gold:q": "maybe"}).startswith("t.json:1: gold:q: 'maybe' is no option of q; expected one of")


def test_gold_is_translated() -> None:
    assert row({**BASE, "gold:q": "1"}, flags(values=["q:1=yes"])).golds == (("q", "yes"),)


def test_without_a_rubric_labels_are_not_read() -> None:
    fields: dict[str, object] = {**BASE, "label:p:r": "yes", "gold:p": "yes", "rater": "x"}
    assert row(fields, rubric=None) == row(BASE)


def test_long_tables_name_the_rater_in_the_row() -> None:
    fields: dict[str, object] = {**BASE, "who": " grader ", "label:q": "maybe", "label:many": "yes"}
    found = row(fields, flags(maps=["rater=who"], rater_kinds=["grader=model"], replies=["grader"]))
    assert found.labels == (
        RowLabel("q", "grader", RaterKind.MODEL, None, "maybe"),
        RowLabel("many", "grader", RaterKind.MODEL, '["yes"]', "yes"),
    )


def test_long_labels_of_one_rater() -> None:
    found = row({**BASE, "label:q": "yes"}, flags(sets=["rater=anna"]))
    assert found.labels == (RowLabel("q", "anna", RaterKind.HUMAN, "yes", None),)


def test_a_rating_without_a_rater_is_a_bad_record_and_a_rater_without_a_rating_is_not() -> None:
    assert wrong({**BASE, "rater": "", "label:q": "yes"}) == "t.json:1: rater is blank; expected a name"
    assert row({**BASE, "rater": "", "label:q": ""}).labels == ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"values": ["p:1=yes"]}, "value p: rubric r has no question p"),
        ({"values": ["q:1=maybe"]}, "a value for q: 'maybe' is no option of q"),
    ],
)
def test_values_are_checked_against_the_rubric(given: dict[str, list[str]], said: str) -> None:
    with pytest.raises(BadInput) as error:
        read(BASE, profile=flags(**given))
    assert str(error.value).startswith(f"t.json:1: {said}")


def test_a_kind_for_a_rater_without_labels_is_a_slip() -> None:
    columns = [*BASE, "label:q:grader"]
    with pytest.raises(BadInput, match="rater gradr has a kind and no labels; expected one of: grader"):
        read(profile=flags(rater_kinds=["gradr=model"]), columns=columns)


# What other programs make of a cell


@pytest.mark.parametrize("word", ["NaN", "nan", "None", "null", "NA", "<NA>", "Infinity", "-inf"])
@pytest.mark.parametrize("column", ["label:q:r", "model:q:r", "label:score:r", "label:many:r", "label:why:r", "gold:q"])
def test_a_word_for_a_missing_value_is_no_answer_of_anybody(column: str, word: str) -> None:
    assert row({**BASE, column: word}) == row(BASE)


def test_a_word_that_is_an_option_is_an_answer() -> None:
    assert row({**BASE, "label:level:r": "none"}).labels[0].value == "none"
    assert row({**BASE, "label:q:r": "NA"}, flags(values=["q:NA=no"])).labels[0].value == "no"


def test_a_word_that_is_an_option_but_for_its_capitals_is_not_passed_over() -> None:
    assert wrong({**BASE, "label:level:r": "None"}).startswith("t.json:1: label:level:r: 'None' is no option of level")


@pytest.mark.parametrize("kind", ["label", "model"])
@pytest.mark.parametrize("cell", [3, 3.0, "3.0", "3.", " 3 ", "03", "3e0"])
def test_a_number_is_the_option_that_it_equals(kind: str, cell: object) -> None:
    assert [label.value for label in row({**BASE, f"{kind}:level:r": cell}).labels] == ["3"]


def test_a_number_between_options_is_none() -> None:
    assert wrong({**BASE, "label:level:r": 3.5}).startswith("t.json:1: label:level:r: '3.5' is no option of level")


def test_a_number_may_be_what_a_raw_value_stands_for() -> None:
    assert row({**BASE, "label:q:r": 1.0}, flags(values=["q:1=yes"])).labels[0].value == "yes"
    assert row({**BASE, "label:many:r": [1.0]}, flags(values=["many:1=yes"])).labels[0].value == '["yes"]'


def test_a_raw_value_is_the_same_however_its_accents_are_written() -> None:
    assert (
        row({**BASE, "label:q:r": "oui, re\u0301ellement"}, flags(values=["q:oui, r\u00e9ellement=yes"]))
        .labels[0]
        .value
        == "yes"
    )


def test_an_empty_list_in_a_cell_is_no_answer() -> None:
    assert row({**BASE, "label:many:r": "[]"}) == row({**BASE, "label:many:r": []}) == row(BASE)
