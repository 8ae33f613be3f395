from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.text.visible import joiners, storable, visible

EVERY_CHARACTER = [chr(code) for code in range(sys.maxunicode + 1)]
# The signs of category Cf that have a shape: Unicode calls them prepended concatenation marks.
SHAPED = {*map(chr, range(0x600, 0x606)), *"\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"}
JOINERS = {
    *"\u200c\u200d\u180b\u180c\u180d\u180f",
    *map(chr, range(0xFE00, 0xFE10)),
    *map(chr, range(0xE0100, 0xE01F0)),
}
# Invisible, though of a category that letters and marks have, or of none yet.
FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u2065\u3164\uffa0\ufff0\U000e0fff"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"

any_text = st.text(st.characters(exclude_categories=()))


@pytest.fixture(scope="module")
def shown() -> dict[str, str]:
    return {character: visible(character) for character in EVERY_CHARACTER}


def test_no_character_steers_a_terminal(shown: dict[str, str]) -> None:
    left = {character for sign in shown.values() for character in sign if unicodedata.category(character) == "Cc"}
    assert left == {"\n", "\t"}


def test_no_surrogate_is_left(shown: dict[str, str]) -> None:
    assert not any(unicodedata.category(character) == "Cs" for sign in shown.values() for character in sign)


def test_only_joiners_and_signs_with_a_shape_are_left_of_the_format_characters(shown: dict[str, str]) -> None:
    left = {character for sign in shown.values() for character in sign if unicodedata.category(character) == "Cf"}
    assert left == SHAPED | {"\u200c", "\u200d"}


def test_no_line_or_paragraph_separator_is_left(shown: dict[str, str]) -> None:
    assert not any(unicodedata.category(character) in ("Zl", "Zp") for sign in shown.values() for character in sign)


@pytest.mark.parametrize("character", FILLERS, ids=ascii)
def test_fillers_are_shown(character: str) -> None:
    assert visible(character) == f"⟨U+{ord(character):04X}⟩"


def test_letters_marks_numbers_signs_and_spaces_stay(shown: dict[str, str]) -> None:
    changed = {character for character, sign in shown.items() if sign != character}
    kept = {character for character in changed if unicodedata.category(character)[0] in "LMNPS"}
    assert kept == set(FILLERS) - {"\u2065", "\ufff0", "\U000e0fff"}
    assert not any(unicodedata.category(character) == "Zs" for character in changed)


def test_everything_shows_the_joiners_too(shown: dict[str, str]) -> None:
    more = {c for c in EVERY_CHARACTER if visible(c, everything=True) != shown[c]}
    assert more == JOINERS


def test_the_joiners_counted_are_those_left() -> None:
    assert {character for character in EVERY_CHARACTER if joiners(character)} == JOINERS


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("\x7f", "␡"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("\u202e", "⟨RIGHT-TO-LEFT OVERRIDE⟩"),
        ("\u200f", "⟨RIGHT-TO-LEFT MARK⟩"),
        ("\u061c", "⟨ARABIC LETTER MARK⟩"),
        ("\u2066", "⟨LEFT-TO-RIGHT ISOLATE⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("\u200b\ufeff\u00ad", "⟨U+200B⟩⟨U+FEFF⟩⟨U+00AD⟩"),
        ("\u2028", "⟨U+2028⟩"),
        ("[red]x[/red]", "[red]x[/red]"),
    ],
)
def test_signs(text: str, sign: str) -> None:
    assert visible(text) == sign


def test_a_line_end_of_two_characters_is_one() -> None:
    assert visible("a\r\nb\rc") == "a\nb␍c"


def test_one_line_shows_new_lines_and_tabs() -> None:
    assert visible("a\r\n\tb", one_line=True) == "a␊␉b"


@pytest.mark.parametrize("text", [FAMILY, "\u2764\ufe0f", "می\u200cخواهم", "ന്\u200d", "\U0001f1eb\U0001f1f7"])
def test_what_scripts_and_emoji_need_is_untouched(text: str) -> None:
    assert visible(text, one_line=True) == text


def test_joiners_of_a_sequence_are_counted() -> None:
    assert joiners(f"plain {FAMILY} \u2764\ufe0f") == 3


@given(any_text, st.booleans(), st.booleans())
def test_what_is_visible_stays_as_it_is(text: str, one_line: bool, everything: bool) -> None:
    once = visible(text, one_line=one_line, everything=everything)
    assert visible(once, one_line=one_line, everything=everything) == once


@given(any_text, any_text)
def test_text_is_shown_character_by_character(left: str, right: str) -> None:
    assert visible(left + "." + right) == visible(left) + "." + visible(right)


@given(any_text)
def test_one_line_is_one_line(text: str) -> None:
    assert len(visible(text, one_line=True).splitlines()) <= 1


@given(any_text)
def test_storable_text_can_be_encoded_and_the_record_restores_it(text: str) -> None:
    kept = storable(text)
    kept.text.encode()
    assert "\0" not in kept.text
    characters = list(kept.text)
    for offset, code in kept.replaced:
        assert characters[offset] == "\ufffd"
        characters[offset] = chr(code)
    assert "".join(characters) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("plain", ("plain", [])),
        ("naïve 谁", ("naïve 谁", [])),
        ("a\0b", ("a\ufffdb", [[1, 0]])),
        ("é\udc00\0", ("é\ufffd\ufffd", [[1, 0xDC00], [2, 0]])),
        ("\ufffd", ("\ufffd", [])),
    ],
)
def test_storable(text: str, kept: tuple[str, list[list[int]]]) -> None:
    assert storable(text) == kept
