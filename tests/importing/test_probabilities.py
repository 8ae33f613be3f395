"""Probabilities that come in with the labels of graders: once, and changed only by a table that says otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewer.errors import BadInput
from reviewer.formats.mapping.row import Row, RowLabel
from reviewer.importing.repeats import Repeats
from reviewer.model import RaterKind
from reviewer.store import verdicts
from reviewer.store.engine import Engine
from tests.support.stories import PLAIN, Table, bring_in, label_rows, row

SAID = RowLabel("verdict", "judge", RaterKind.MODEL, "yes", None)


def judged(*stated: float | None) -> list[Row]:
    """Return a row a response, each with the judge's label and how probable it held that."""
    return [
        row(number)._replace(line=number + 2, labels=(replace(SAID, probability=one),))
        for number, one in enumerate(stated)
    ]


def test_a_table_again_adds_nothing(engine: Engine) -> None:
    bring_in(engine, Table(judged(0.5, None, 1.0)))
    bring_in(engine, Table(judged(0.5, None, 1.0)))
    assert label_rows(engine, "value, probability") == [("yes", 0.5), ("yes", None), ("yes", 1.0)]


def test_a_table_without_probabilities_takes_none_away(engine: Engine) -> None:
    bring_in(engine, Table(judged(0.5)))
    tally = bring_in(engine, Table(judged(None)))
    assert (tally.known_labels, len(label_rows(engine))) == (1, 1)


@pytest.mark.parametrize("before", [None, 0.5])
def test_another_probability_is_another_label_that_takes_the_place_of_the_first(
    engine: Engine, before: float | None
) -> None:
    bring_in(engine, Table(judged(before)))
    tally = bring_in(engine, Table(judged(0.75)))
    assert tally.changed_labels == 1
    assert label_rows(engine, "probability, supersedes") == [(before, None), (0.75, "judge#1")]
    assert list(verdicts.probabilities(engine, PLAIN.hash, "judge", "verdict").values()) == [0.75]


def test_a_label_given_again_with_another_probability_does_not_count_once(engine: Engine) -> None:
    [first] = judged(0.5)
    again = [first, first._replace(line=3, labels=(replace(SAID, probability=0.75),))]
    with pytest.raises(BadInput, match="judge answers verdict of a response again, another answer than on line 2"):
        bring_in(engine, Table(again, long=True, repeats=Repeats.ONCE))
