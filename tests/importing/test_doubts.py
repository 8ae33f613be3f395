"""What an import tells of a table that it takes in: words for missing values, names that are nearly the same."""

from __future__ import annotations

import pytest

from reviewer.formats.mapping.row import Row
from reviewer.importing.check import check
from reviewer.importing.labels import ImportTarget
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
