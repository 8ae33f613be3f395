"""What is said of rubrics that are right as files: each thing once, where it is, and nothing where it is not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reviewer.definitions.rubric_review import rubric_cautions
from tests.support.stories import YES_NO, option, rubric

ONE: Mapping[str, object] = {"id": "q", "text": "Is it?", "per": "response", "scale": "nominal", "option": YES_NO}
RATE: Mapping[str, object] = {"id": "r", "question": "q", "of": ["yes"], "worse": "high"}


def said(*questions: Mapping[str, object], rates: tuple[Mapping[str, object], ...] = (RATE,)) -> list[str]:
    return [str(one) for one in rubric_cautions(rubric("any", *questions, rates=rates))]


def asked(**changes: object) -> Mapping[str, object]:
    return {**ONE, **changes}


def test_nothing_is_said_of_a_rubric_as_it_should_be() -> None:
    assert said(ONE) == []


@pytest.mark.parametrize(
    ("question", "rates", "about", "words"),
    [
        (asked(option=[option("yes", "1"), option("no", "2")]), (RATE,), "question q", "has to guess"),
        (
            asked(option=[option("yes", "1"), option("unsure", "2"), option("no", "3")]),
            (RATE,),
            "question q",
            "option unsure says that the rater cannot tell",
        ),
        (
            asked(option=[option("yes", "1"), option("cannot_tell", "0")]),
            (RATE,),
            "question q",
            "option cannot_tell says that the rater cannot tell",
        ),
        (
            asked(option=[option("yes", "1"), option("cannot_tell", "0", abstain=True)]),
            ({**RATE, "among": ["yes", "cannot_tell"]},),
            "question q",
            "yes is the only answer there is",
        ),
        (
            asked(option=[{**option("no", "2"), "label": "Yes "}, {**option("yes", "1"), "label": "yes"}, *YES_NO[2:]]),
            (RATE,),
            "question q",
            "options no and yes read the same",
        ),
        (
            asked(option=[option("yes", "a"), option("no", "A"), *YES_NO[2:]]),
            (RATE,),
            "question q",
            "keys a and A differ only by shift",
        ),
        (asked(text="Is\u200b it?"), (RATE,), "question q", "shown as ⟨U+200B⟩"),
        (ONE, (), "rates", "reports count nothing of q"),
        (ONE, ({**RATE, "worse": "neither"},), "rates", "none has a worse end"),
        (ONE, ({**RATE, "of": ["yes", "no"]},), "rate r", "it is 1 whatever is answered"),
    ],
)
def test_what_may_not_be_meant_is_said_once(
    question: Mapping[str, object], rates: tuple[Mapping[str, object], ...], about: str, words: str
) -> None:
    [one] = said(question, rates=rates)
    assert one.startswith(f"{about}: ")
    assert words in one


def test_numbers_out_of_order_are_said() -> None:
    values = [{**option(value, key), "number": number} for value, key, number in (("yes", "1", 1), ("no", "2", 3))]
    last = {**option("more", "3"), "number": 2}
    [one] = said(asked(scale="ordinal", option=[*values, last, *YES_NO[2:]]))
    assert "go up and down: 1, 3, 2" in one
    assert said(asked(scale="ordinal", option=[*values, {**last, "number": 3}, *YES_NO[2:]])) == []


def test_a_condition_that_excludes_nothing_is_said() -> None:
    when = {"question": "q", "is": ["yes", "no", "cannot_tell"]}
    [one] = said(ONE, asked(id="more", when=when))
    assert one.startswith("question more: its condition holds for every answer to q")
    assert said(ONE, asked(id="more", when={**when, "is": ["yes"]})) == []


def test_an_abstaining_option_on_another_key_is_said() -> None:
    [one] = said(ONE, asked(id="more", option=[*YES_NO[:2], option("cannot_tell", "9", abstain=True)]))
    assert one.startswith("question more: cannot_tell is on key 9, and on key 0 in question q")


def test_a_number_that_must_be_typed_is_said_and_a_text_is_not() -> None:
    typed = {"id": "typed", "text": "How many?", "per": "response", "scale": "interval"}
    [one] = said(ONE, typed)
    assert one.startswith("question typed: a number is required")
    assert said(ONE, {**typed, "required": False}) == []
    assert said(ONE, {**typed, "scale": "text"}) == []


def test_no_rate_is_missed_where_none_is_possible() -> None:
    preferred = {"id": "p", "text": "Which?", "per": "item", "scale": "preference"}
    sides = [option("first", "1"), option("second", "2"), option("cannot_tell", "0", abstain=True)]
    assert said({**preferred, "option": sides}, rates=()) == []


def test_each_says_where_in_the_file_it_is() -> None:
    more = asked(id="more", option=[option("yes", "a"), option("no", "A"), *YES_NO[2:]])
    [one] = rubric_cautions(rubric("any", ONE, more, rates=(RATE,)))
    assert one.path == ("question", 1, "option", 1)


@given(some.lists(some.booleans(), min_size=2, max_size=9), some.booleans())
def test_raters_have_to_guess_exactly_where_nothing_abstains_and_an_answer_is_required(
    abstains: list[bool], required: bool
) -> None:
    options = [
        option(f"v{place}", str(place), abstain=one and not any(abstains[:place])) for place, one in enumerate(abstains)
    ]
    found = said(asked(option=options, required=required), rates=({**RATE, "of": ["v0"], "among": ["v0", "v1"]},))
    assert any("has to guess" in one for one in found) == (required and not any(abstains))
