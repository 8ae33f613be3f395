"""Questions: what an answer may be, and the one form in which it is stored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.definitions.question import Option, Per, Question
from reviewer.definitions.scale import Scale

OPTIONS = tuple(Option(value, value.upper(), str(key)) for key, value in enumerate("abc", 1))


def question(scale: Scale) -> Question:
    return Question("q", "?", Per.RESPONSE, scale, options=OPTIONS)


@pytest.mark.parametrize(
    ("scale", "value", "stored"),
    [
        (Scale.NOMINAL, "a", "a"),
        (Scale.ORDINAL, "c", "c"),
        (Scale.PREFERENCE, "b", "b"),
        (Scale.MULTI, ["c", "a", "c"], '["a","c"]'),
        (Scale.MULTI, ("b",), '["b"]'),
        (Scale.MULTI, ' ["b", "a"]', '["a","b"]'),
        (Scale.MULTI, "c | a", '["a","c"]'),
        (Scale.MULTI, "b", '["b"]'),
        (Scale.INTERVAL, 3, "3"),
        (Scale.INTERVAL, 3.0, "3"),
        (Scale.INTERVAL, " 2.50 ", "2.5"),
        (Scale.INTERVAL, "-0", "0"),
        (Scale.INTERVAL, "1e3", "1000"),
        (Scale.TEXT, " kept as is\n", " kept as is\n"),
    ],
)
def test_an_answer_is_stored_in_one_form(scale: Scale, value: object, stored: str) -> None:
    assert question(scale).accept(value) == stored


@pytest.mark.parametrize(
    ("scale", "value", "words"),
    [
        (Scale.NOMINAL, "d", "expected one of a, b, c"),
        (Scale.NOMINAL, "A", "expected one of a, b, c"),
        (Scale.NOMINAL, 1, "expected one of a, b, c"),
        (Scale.NOMINAL, None, "expected one of a, b, c"),
        (Scale.PREFERENCE, "", "expected one of a, b, c"),
        (Scale.MULTI, [], "expected one or more of a, b, c"),
        (Scale.MULTI, "", "expected one of a, b, c"),
        (Scale.MULTI, '["a"', "is no JSON array"),
        (Scale.MULTI, ["a", 1], "expected one of a, b, c"),
        (Scale.MULTI, 3, "expected one or more of a, b, c"),
        (Scale.INTERVAL, True, "is no number"),
        (Scale.INTERVAL, float("nan"), "is no number"),
        (Scale.INTERVAL, "1e999", "is no number"),
        (Scale.INTERVAL, "1_000", "is no number"),
        (Scale.INTERVAL, "three", "expected one such as 3 or 2.5"),
        (Scale.INTERVAL, None, "is no number"),
        (Scale.TEXT, " \n", "expected text"),
        (Scale.TEXT, 3, "expected text"),
    ],
)
def test_what_is_no_answer_is_refused_with_what_would_be(scale: Scale, value: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        question(scale).accept(value)


@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_a_number_comes_back_as_the_same_number(number: float) -> None:
    stored = question(Scale.INTERVAL).accept(number)
    assert question(Scale.INTERVAL).plain(stored) == float(number)
    assert question(Scale.INTERVAL).accept(stored) == stored


@given(st.lists(st.sampled_from("abc"), min_size=1))
def test_choices_come_back_as_the_same_set(values: list[str]) -> None:
    stored = question(Scale.MULTI).accept(values)
    assert question(Scale.MULTI).plain(stored) == sorted(set(values))
    assert question(Scale.MULTI).accept(stored) == question(Scale.MULTI).accept("|".join(values)) == stored


@pytest.mark.parametrize("scale", [Scale.NOMINAL, Scale.ORDINAL, Scale.PREFERENCE, Scale.TEXT])
def test_other_answers_are_plain_as_they_are(scale: Scale) -> None:
    assert question(scale).plain(question(scale).accept("a")) == "a"
