from __future__ import annotations

import random
import re
from difflib import SequenceMatcher

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from reviewer.text.visible import visible
from reviewer.tui.widgets.differences import differences
from reviewer.tui.widgets.graphemes import boundary_before, cells, drawn, is_boundary, right_to_left, running_cells
from reviewer.tui.widgets.lines import NARROWEST, SIMPLE, Lines
from reviewer.tui.widgets.marks import Mark, MarkKind, Marks

FAMILY = "👨‍👩‍👧"
SIGNS = [
    "a",
    "word",
    " ",
    "  ",
    "\t",
    "\n",
    "中",
    "é",
    "e\u0301",
    FAMILY,
    "👍🏽",
    "🇫🇷",
    "❤️",
    "1️⃣",
    "क्षि",
    "مرحبا",
    "\u200d",
    "\ufe0f",
    "한",
    "\u1100\u1161\u11a8",
]
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(SIGNS)).map("".join)).map(visible)
WIDTHS = st.integers(min_value=1, max_value=30)


def wrapped(text: str, width: int) -> Lines:
    lines = Lines(text, width)
    while not lines.complete:
        lines.extend(1)
    return lines


def texts(lines: Lines) -> list[str]:
    return [lines.text[lines.start(line) : lines.end(line)] for line in range(len(lines))]


@given(TEXTS, WIDTHS)
@example("👍🏽" * 40, 5)
@example("a\u200d" * 400, 4)
@example("\u0301" * 400, 4)
@example("word" + " " * 40 + "word", 7)
def test_lines_are_the_text_and_none_is_too_wide(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert (
        "".join(
            text[lines.start(n) : [*map(lines.start, range(len(lines))), len(text)][n + 1]] for n in range(len(lines))
        )
        == text
    )
    for line in texts(lines):
        assert "\n" not in line
        assert cells(line) <= lines.width or cells(line.removesuffix(" ")) <= lines.width


@given(st.lists(st.sampled_from([FAMILY, "👍🏽", "🇫🇷", "❤️", "e\u0301", "ab ", "中"])), st.integers(4, 20))
def test_no_sign_is_torn_apart(signs: list[str], width: int) -> None:
    text = "".join(signs)
    ends = {sum(map(len, signs[:count])) for count in range(len(signs) + 1)}
    lines = wrapped(text, width)
    assert all(lines.start(line) in ends or text[lines.start(line) - 1] in "ab" for line in range(len(lines)))


@given(TEXTS, WIDTHS, st.integers(1, 50))
def test_lines_do_not_depend_on_how_far_was_wrapped_at_once(text: str, width: int, step: int) -> None:
    lines = Lines(text, width)
    while not lines.complete:
        lines.extend(step)
    assert texts(lines) == texts(wrapped(text, width))


@given(TEXTS, WIDTHS)
def test_every_offset_is_on_its_line(text: str, width: int) -> None:
    lines = wrapped(text, width)
    for offset in range(len(text) + 1):
        line = Lines(text, width).line_at(offset)
        assert lines.start(line) <= offset
        assert line + 1 == len(lines) or offset < lines.start(line + 1)


@given(TEXTS.filter(lambda text: "\n" not in text))
def test_cells_are_counted_as_they_are_drawn(text: str) -> None:
    assert running_cells(text)[-1] == cell_len(drawn(text))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, [""]),
        ("\n", 10, ["", ""]),
        ("one two", 7, ["one two"]),
        ("one two", 6, ["one ", "two"]),
        ("one two ", 7, ["one two "]),
        ("one two\n", 7, ["one two", ""]),
        ("one two \nthree", 7, ["one two ", "three"]),
        ("one\n\ntwo", 9, ["one", "", "two"]),
        ("seventeen letters", 5, ["seven", "teen ", "lette", "rs"]),
        ("中文字符中文", 5, ["中文", "字符", "中文"]),
        ("ab 中文字符", 7, ["ab 中文", "字符"]),
        ("\tx", 5, ["\tx"]),
        ("one two\tthree four", 13, ["one two\t", "three four"]),
        ("one two é\u0301 four", 9, ["one two é\u0301 ", "four"]),
        ("\txy", 5, ["\t", "xy"]),
        ("🇫🇷🇩🇪🇫🇷", 5, ["🇫🇷🇩🇪", "🇫🇷"]),
        (f"{FAMILY}{FAMILY}{FAMILY}", 4, [f"{FAMILY}{FAMILY}", FAMILY]),
    ],
)
def test_wrapping(text: str, width: int, lines: list[str]) -> None:
    assert texts(wrapped(text, width)) == lines


def test_simple_characters_take_one_cell_and_join_with_nothing() -> None:
    simple = [character for character in map(chr, range(0x3000)) if re.match(f"[{SIMPLE}]", character)]
    assert len(simple) > 700
    assert all(get_character_cell_size(character) == 1 for character in simple)
    assert all(is_boundary(f"a{character}a", 1) and is_boundary(f"a{character}a", 2) for character in simple)


def test_a_pane_has_a_least_width() -> None:
    assert Lines("中", 0).width == NARROWEST


def test_the_height_of_a_long_text_is_an_estimate_at_first() -> None:
    text = "some words in a row. " * 50_000
    lines = Lines(text, 60)
    lines.extend(10_000)
    estimate = lines.height
    assert not lines.complete
    lines.extend(len(text))
    assert lines.complete
    assert abs(estimate - len(lines)) < 0.05 * len(lines)


def test_a_joiner_that_joins_no_emoji_is_not_drawn_so_that_no_letter_is_counted_as_nothing() -> None:
    assert cell_len(drawn("a\u200db\u200dc")) == 3
    assert drawn(FAMILY) == FAMILY


def test_right_to_left_is_told() -> None:
    assert right_to_left("abc مرحبا")
    assert right_to_left("שלום")
    assert not right_to_left("中文 é")


def test_a_cut_goes_back_to_the_start_of_a_sign() -> None:
    assert boundary_before(f"ab{FAMILY}", 4, 0) == 2


def test_marks_are_found_by_range_whatever_they_overlap() -> None:
    marks = [Mark(start, start + 3 + start % 40, MarkKind.FIND) for start in range(0, 500, 7)] + [
        Mark(0, 500, MarkKind.ROLE)
    ]
    random.Random(1).shuffle(marks)
    for start in range(0, 500, 13):
        expected = {mark for mark in marks if mark.start < start + 10 and mark.end > start}
        assert set(Marks(marks).within(start, start + 10)) == expected
    assert Marks(marks).within(100, 110)[0].kind is MarkKind.ROLE
    assert Marks().within(0, 10) == []


def marked(text: str, marks: tuple[Mark, ...]) -> list[str]:
    return [text[mark.start : mark.end] for mark in marks]


@pytest.mark.parametrize(
    ("left", "right", "lost", "gained"),
    [
        ("", "", [], []),
        ("same words", "same  words", [], []),
        ("I can help with that.", "I cannot help with that!", ["can", "."], ["cannot", "!"]),
        ("", "all of it", [], ["all of it"]),
        ("one\ntwo", "", ["one", "two"], []),
        ("a b c", "a c", ["b"], []),
    ],
)
def test_differences(left: str, right: str, lost: list[str], gained: list[str]) -> None:
    found = differences(left, right)
    assert marked(left, found.left) == lost
    assert marked(right, found.right) == gained


@given(
    st.lists(st.sampled_from(["abcde", "fghij", "klmno"]), max_size=60),
    st.lists(st.sampled_from(["abcde", "xyz", "klmno"]), max_size=60),
)
def test_what_does_not_differ_is_the_same_on_both_sides(left: list[str], right: list[str]) -> None:
    before, after = " ".join(left), " ".join(right)
    found = differences(before, after)
    assert without(before, found.left) == without(after, found.right)


def without(text: str, marks: tuple[Mark, ...]) -> list[str]:
    for mark in reversed(marks):
        text = text[: mark.start] + text[mark.end :]
    return text.split()


def test_one_changed_word_among_many_is_found_as_difflib_finds_it() -> None:
    words = random.Random(3).choices(["the", "of", "and", "to", "a", "in", "is", "it", "you", "that"], k=3000)
    left = [*words[:1500], "pivot", *words[1500:]]
    right = [*words[:700], "inserted", *words[700:1500], "pivot", *words[1500:2999]]
    found = differences(" ".join(left), " ".join(right))
    assert marked(" ".join(right), found.right) == ["inserted"]
    assert len(found.left) == 1
    assert SequenceMatcher(None, left, right, autojunk=False).ratio() > 0.99
