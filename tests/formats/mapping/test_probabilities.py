"""Probabilities that graders gave to their labels, in the cells of a table."""

from __future__ import annotations

import pytest

from reviewer.formats.mapping.fields import ProbabilityField, answer_field, is_field
from tests.support.mapped_rows import BASE, flags, row, wrong

JUDGED: dict[str, object] = {**BASE, "model:q:judge": "yes"}
MAPPED = flags(maps=["probability=p"])


@pytest.mark.parametrize(
    ("name", "question", "rater"),
    [
        ("probability", None, None),
        ("probability:q", "q", None),
        ("probability:q:judge@a:b", "q", "judge@a:b"),
    ],
)
def test_the_fields_of_probabilities(name: str, question: str | None, rater: str | None) -> None:
    assert answer_field(name) == ProbabilityField(question, rater)


@pytest.mark.parametrize("name", ["probability:", "probability::r", "probability:q:", "probabilities"])
def test_what_is_no_field_of_probabilities(name: str) -> None:
    assert not is_field(name)


@pytest.mark.parametrize(
    ("cell", "stated"),
    [(0, 0.0), (1, 1.0), (0.25, 0.25), (" 0.9 ", 0.9), (".5", 0.5), ("1.", 1.0), ("1e-3", 0.001), ("1.000", 1.0)],
)
def test_a_number_from_0_to_1_goes_with_the_label(cell: object, stated: float) -> None:
    [label] = row({**JUDGED, "p": cell}, MAPPED).labels
    assert (label.value, label.probability) == ("yes", stated)


@pytest.mark.parametrize("cell", [None, "", " ", "NaN", "NA", "null"])
def test_a_blank_cell_is_no_probability(cell: object) -> None:
    assert [label.probability for label in row({**JUDGED, "p": cell}, MAPPED).labels] == [None]


@pytest.mark.parametrize("cell", ["1.01", "-0.1", "-0", "90%", "0,9", "high", "1_0", "٠", "0x1", "1e999", True])
def test_what_is_no_number_from_0_to_1_is_a_bad_record(cell: object) -> None:
    said = wrong({**JUDGED, "p": cell}, MAPPED)
    assert said.startswith("t.json:1: probability is ")
    assert said.endswith("; expected a number from 0 to 1")


def test_of_several_graders_each_has_a_column_of_its_own() -> None:
    fields = {**JUDGED, "model:q:other": "no", "probability:q:judge": 0.9, "probability:q:other": 0.6}
    assert [(one.rater, one.probability) for one in row(fields).labels] == [("judge", 0.9), ("other", 0.6)]
    assert "belongs to a column of a grader's labels, and 2 fit" in wrong({**fields, "probability:q": 0.9})


def test_the_one_grader_beside_people_needs_no_name() -> None:
    found = row({**JUDGED, "label:q:ann": "no", "probability:q": 0.9}).labels
    assert {one.rater: one.probability for one in found} == {"judge": 0.9, "ann": None}


def test_a_column_that_only_happens_to_be_called_probability_is_left_alone() -> None:
    assert row({**JUDGED, "probability": 0.9}) == row(JUDGED)
    assert row({**BASE, "label:q:ann": "no", "probability": "likely"}).labels[0].value == "no"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"label:q:ann": "yes", "probability:q": 0.9}, "probability:q is beside the labels of ann, who is human"),
        ({"gold:q": "yes", "probability:q": 0.9}, "probability:q belongs to a column of a grader's labels, and none"),
        ({"model:q:judge": "yes", "probability:many": 1}, "probability:many belongs to a column of a grader's labels"),
        ({"model:q:judge": "", "probability:q": 0.9}, "a probability of 0.9 beside no label of q"),
        (
            {"model:q:judge": "yes", "probability:q": 1, "probability:q:judge": 1},
            "probability:q:judge is not the only column of probabilities beside its labels",
        ),
    ],
)
def test_a_probability_that_is_beside_no_label_of_a_grader_is_refused(fields: dict[str, object], said: str) -> None:
    assert wrong({**BASE, **fields}).startswith(f"t.json:1: {said}")


def test_in_a_row_a_rating_the_rater_of_the_row_gave_it_and_is_no_person() -> None:
    profile = flags(maps=["rater=who", "probability=p"], rater_kinds=["judge=rule"])
    fields: dict[str, object] = {**BASE, "label:q": "yes", "p": 0.9}
    assert [one.probability for one in row({**fields, "who": "judge"}, profile).labels] == [0.9]
    assert row({**fields, "who": "ann", "p": ""}, profile).labels[0].probability is None
    said = wrong({**fields, "who": "ann"}, profile)
    assert said.startswith("t.json:1: a probability of 0.9 beside label:q of ann, who is human; expected a grader")


def test_a_reply_that_is_no_label_has_none() -> None:
    found = row({**BASE, "model:q:judge": "perhaps", "p": 0.9}, flags(maps=["probability=p"], replies=["judge"]))
    assert [(one.value, one.raw, one.probability) for one in found.labels] == [(None, "perhaps", None)]
