"""What an import tells of a table that it takes in: words for missing values, names and prompts nearly the same."""

from __future__ import annotations

import pytest

from reviewer.formats.mapping.row import Row
from reviewer.importing.check import check
from reviewer.importing.labels import ImportTarget
from reviewer.model import Message, Role
from reviewer.store.engine import Engine
from tests.support.stories import PLAIN, Table, bring_in, row


def doubts(engine: Engine | None, *given: Row) -> tuple[str, ...]:
    return check(engine, given, ImportTarget("t.csv", "t", PLAIN, "s", gold=True, long=False), skip_bad=False).doubtful


@pytest.mark.parametrize("word", ["NaN", "None", " NA "])
def test_a_response_that_is_a_word_for_a_missing_value_is_told(word: str) -> None:
    [told] = doubts(None, row(1), row(2, word))
    assert told.startswith(f"t.csv:2: the response is {word.strip()}, as other programs write a missing value")


def test_names_that_differ_in_capitals_alone_are_told(engine: Engine) -> None:
    bring_in(engine, Table([row(1, model="Alpha", labels={"Ann": "yes"})]))
    told = doubts(engine, row(2, model="alpha", labels={"ann": "yes"}), row(3, model="alpha", labels={"ann": "no"}))
    assert [one.split(";")[0] for one in told] == [
        "t.csv:2: model alpha is another than Alpha",
        "t.csv:2: rater ann is another than Ann",
    ]


def test_names_that_differ_within_the_table_are_told() -> None:
    assert len(doubts(None, row(1, model="a"), row(2, model="A"), row(3, model="b"))) == 1


def test_the_same_names_are_no_doubt(engine: Engine) -> None:
    table = [row(1, model="a", labels={"ann": "yes"}), row(2, model="b")]
    bring_in(engine, Table(table))
    assert doubts(engine, *table) == ()


def asked(prompt: str, response: str = "t") -> Row:
    return row(1, response)._replace(messages=(Message(Role.USER, prompt),))


@pytest.mark.parametrize(("before", "after"), [("a\nb", "a\r\nb"), ("a\r\nb", "a\nb"), ("a\nb\nc", "a\r\nb\nc")])
def test_a_prompt_that_differs_in_its_line_ends_alone_is_told(engine: Engine, before: str, after: str) -> None:
    first = bring_in(engine, Table([asked(before), asked("a\nc"), asked("ab")], by=None, study=None))
    assert first.differing == []
    [told] = bring_in(engine, Table([asked(after)], by=None, study=None)).differing
    assert told.startswith("t.csv:2: the prompt differs from another one by its line ends alone; they are two prompts")


def test_prompts_of_one_table_that_differ_in_line_ends_are_told_once(engine: Engine) -> None:
    table = Table([asked("a\nb"), asked("a\r\nb"), asked("a\r\nb", "u"), asked("a\n b")], by=None, study=None)
    assert len(bring_in(engine, table).differing) == 1
    assert bring_in(engine, table).differing == []
