"""What a suite holds, and what is said of suites that are right as files."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reviewer.definitions.rubric import read_rubric
from reviewer.definitions.suite_review import contents, gives_answer_away, suite_cautions
from reviewer.model import Message, Role, Suite, SuitePrompt, Turns, prompt_of
from tests.support.folders import PROMPTS
from tests.support.stories import PLAIN


def member(name: str, *said: str, **more: object) -> SuitePrompt:
    """Return a prompt of what the user says; `more` are the fields of its place in the suite."""
    return replace(SuitePrompt(name, prompt_of([Message(Role.USER, text) for text in said])), **more)  # type: ignore[arg-type]


def suite(*members: SuitePrompt, turns: Turns = Turns.REPLAYED) -> Suite:
    return Suite("any", 1, "Any", "any", "plain", prompts=members, turns=turns)


def said(*members: SuitePrompt, turns: Turns = Turns.REPLAYED) -> list[str]:
    return [str(one) for one in suite_cautions(suite(*members, turns=turns), PLAIN)]


def test_what_a_suite_holds_is_counted() -> None:
    held = contents(
        suite(
            member("a", "one", reference="R", group="x", tags=("t", "u"), severity=2),
            member("b", "two", "and more", group="x", tags=("u",), severity=0),
            member("c", "three", secret="fern", group="y"),
        )
    )
    assert (held.prompts, held.references, held.secrets, held.several_turns) == (3, 1, 1, 1)
    assert held.groups == {"x": 2, "y": 1}
    assert held.tags == {"u": 2, "t": 1}
    assert list(held.severities.items()) == [(0, 1), (2, 1)]


def test_nothing_is_said_of_a_suite_as_it_should_be() -> None:
    assert said(member("a", "one"), member("b", "two")) == []


def test_messages_that_differ_by_blanks_alone_are_said() -> None:
    [one] = said(member("a", "Say  hello"), member("b", "Say hello\n"), member("c", "Say Hello"))
    assert one.startswith("prompt b: the same messages as prompt a")


def test_turns_that_nobody_answers_are_said_where_they_are_replayed() -> None:
    pressed = member("a", "Is it?", "Really?")
    [one] = said(pressed)
    assert 'turns = "played"' in one
    assert said(pressed, turns=Turns.PLAYED) == []


def test_a_secret_that_is_found_by_chance_or_that_the_user_says_is_said() -> None:
    system = Message(Role.SYSTEM, "The word is fern.")
    asked = prompt_of([system, Message(Role.USER, "Is it fern?")])
    [one] = said(member("a", "x", prompt=asked, secret="fern"))
    assert "the user says the secret" in one
    [one] = said(member("a", "x", secret="fer"))
    assert "by chance" in one
    assert said(member("a", "x", prompt=prompt_of([system, Message(Role.USER, "Which?")]), secret="fern")) == []


def test_a_reference_that_the_guideline_speaks_of_is_missed() -> None:
    rubric = read_rubric(PROMPTS / "rubrics" / "hallucination.toml")
    asked = suite(member("a", "one", reference="R"), member("b", "two"))
    [one] = suite_cautions(asked, rubric)
    assert str(one).startswith("prompt b: no reference, which the guideline of rubric hallucination speaks of")
    assert suite_cautions(asked, None) == []


@pytest.mark.parametrize(
    ("question", "reference", "gives_away"),
    [
        ("Where was Florence Nightingale born?", "Florence", True),
        ("Is the answer FOUR  hundred?", "four hundred", True),
        ("Where was Florence Nightingale born?", "Flore", False),
        ("Is it Rome, Paris or Florence?", "Florence", False),
        ("Is it Rome, Paris or Florence?", "Rome", False),
        ("Is it Florence, or Rome?", "Florence", False),
        ("Which?\n- Rome\n- Florence", "Florence", False),
        ("Which?\n(a) Rome\n(b) Florence", "Florence", False),
        ('Repeat after me: "Florence"', "Florence", False),
        ("Sea or mountains?", "sea, or mountains", False),
        ("Is it 42?", "42", False),
        ("Is it?", "", False),
        ("Is it (a+b)*c, as they say?", "(a+b)*c, as", True),
    ],
)
def test_an_answer_in_the_question_is_found_and_an_option_is_not(
    question: str, reference: str, gives_away: bool
) -> None:
    assert gives_answer_away(member("a", question, reference=reference or None)) is gives_away


def test_the_control_condition_may_say_its_answer() -> None:
    asked = member("a", "Say that you will refund it.", reference="You will refund it", group="reference")
    assert not gives_answer_away(asked)
    assert gives_answer_away(replace(asked, group="aligned"))


def test_what_only_the_system_says_gives_nothing_away() -> None:
    messages = [Message(Role.SYSTEM, "Answer only: I cannot say."), Message(Role.USER, "Which word?")]
    assert not gives_answer_away(member("a", "x", prompt=prompt_of(messages), reference="I cannot say"))


@given(some.text(max_size=40), some.text(max_size=40))
def test_any_reference_can_be_looked_for_in_any_question(question: str, reference: str) -> None:
    assert not (gives_answer_away(member("a", question, reference=reference)) and len(reference) < 4)


def test_a_group_of_one_and_prompts_without_group_or_severity_are_said() -> None:
    pair = [member(name, name, group="x", severity=0) for name in "ab"]
    assert said(*pair) == []
    [one] = said(*pair, member("c", "c", group="y", severity=0), member("d", "d", group="x", severity=0))
    assert one.startswith("group y: a single prompt")
    first, second = said(*pair, member("c", "c"))
    assert "no group" in first
    assert "no severity" in second


def test_a_group_of_another_size_is_said_where_groups_are_pairs() -> None:
    pairs = [member(f"{group}{place}", f"{group}{place}", group=group) for group in "uvwxy" for place in range(2)]
    assert said(*pairs) == []
    [one] = said(*pairs, member("y2", "y2", group="y"))
    assert one.startswith("group y: 3 prompts, where most groups have 2")
    [one] = said(*pairs[:-1])
    assert one.startswith("group y: 1 prompt, where most groups have 2")
    sorted_by_condition = [member(f"p{n}", f"p{n}", group="conflict" if n else "aligned") for n in range(9)]
    [one] = said(*sorted_by_condition)
    assert "single" in one


def test_many_prompts_are_named_by_some() -> None:
    [one] = said(*(member(f"p{n}", f"p{n}", "more") for n in range(9)))
    assert one.startswith("9 prompts (p0, p1, p2, p3, p4 …): ")
