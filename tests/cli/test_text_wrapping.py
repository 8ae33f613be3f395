"""Tables and sentences on a narrow terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reviewer.cli.text_wrapping import GAP, blocks, filled, without_constants

COLUMNS = ["name", "by", "one", "two", "three"]
ROWS = [["a", "x", "0.1", "0.22", "0.333"], ["b", "x", "0.4", "0.5", "0.6"]]


def test_what_is_the_same_everywhere_is_said_once() -> None:
    assert without_constants(COLUMNS, ROWS) == (
        ["by x"],
        ["name", "one", "two", "three"],
        [["a", "0.1", "0.22", "0.333"], ["b", "0.4", "0.5", "0.6"]],
    )


def test_one_row_has_nothing_that_repeats() -> None:
    assert without_constants(COLUMNS, ROWS[:1]) == ([], COLUMNS, ROWS[:1])


def test_a_table_that_fits_is_one_block() -> None:
    assert blocks([4, 2, 3], 1, 80) == [[0, 1, 2]]


def test_a_table_of_keys_alone_is_one_block() -> None:
    assert blocks([4, 2], 2, 80) == [[0, 1]]


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12), st.integers(40, 90))
def test_every_column_stands_in_one_block_behind_the_keys(widths: list[int], room: int) -> None:
    made = blocks([3, *widths], 1, room)
    assert [place for block in made for place in block[1:]] == list(range(1, len(widths) + 1))
    assert {block[0] for block in made} == {0}
    taken = [sum([3, *widths][place] for place in block) + GAP * (len(block) - 1) for block in made]
    assert all(cells <= room or len(block) == 2 for cells, block in zip(taken, made, strict=True))


def test_a_sentence_is_broken_between_words_under_its_sign() -> None:
    lines = filled("one two three four five six seven eight nine ten", 40, "! ").split("\n")
    assert len(lines) == 2
    assert lines[0].startswith("! one")
    assert lines[1].startswith("  ")
    assert filled("as it is", None, "! ") == "! as it is"
