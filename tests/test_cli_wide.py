"""Tables and sentences on a narrow terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reviewer.cli.wide import GAP, blocks, filled, without_constants

COLUMNS = ["name", "by", "one", "two", "three"]
ROWS = [["a", "x", "0.1", "0.22", "0.333"], ["b", "x", "0.4", "0.5", "0.6"]]


def width(block: list[list[str]]) -> int:
    return sum(max(map(len, cells)) + GAP for cells in zip(*block, strict=True))


def test_what_is_the_same_everywhere_is_said_once() -> None:
    assert without_constants(COLUMNS, ROWS) == (
        ["by x"],
        ["name", "one", "two", "three"],
        [["a", "0.1", "0.22", "0.333"], ["b", "0.4", "0.5", "0.6"]],
    )


def test_one_row_has_nothing_that_repeats() -> None:
    assert without_constants(COLUMNS, ROWS[:1]) == ([], COLUMNS, ROWS[:1])


def test_a_table_that_fits_is_one_block() -> None:
    assert blocks(COLUMNS, ROWS, 2, 80) == [[COLUMNS, *ROWS]]


def test_a_table_of_keys_alone_is_one_block() -> None:
    assert blocks(COLUMNS[:2], [row[:2] for row in ROWS], 2, 80) == [[COLUMNS[:2], *(row[:2] for row in ROWS)]]


@given(st.lists(st.text("abc", min_size=1, max_size=30), min_size=1, max_size=12), st.integers(40, 90))
def test_every_column_stands_in_one_block_behind_the_keys(columns: list[str], room: int) -> None:
    made = blocks(["key", *columns], [["k", *columns]], 1, room)
    assert [name for block in made for name in block[0][1:]] == columns
    assert {block[0][0] for block in made} == {"key"}
    assert all(width(block) <= room or len(block[0]) == 2 for block in made)


def test_a_sentence_is_broken_between_words_under_its_sign() -> None:
    lines = filled("one two three four five six seven eight nine ten", 40, "! ").split("\n")
    assert len(lines) == 2
    assert lines[0].startswith("! one")
    assert lines[1].startswith("  ")
    assert filled("as it is", None, "! ") == "! as it is"
