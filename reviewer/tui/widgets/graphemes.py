"""What a terminal draws as one sign, and how many cells it takes. Pure; knows Unicode and rich's table of widths.

Whatever is measured here is measured as Textual measures it, or the panes to the right would be pushed about.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import accumulate

from rich.cells import cell_len, get_character_cell_size

TAB = 4

_JOINER = "\u200d"
_EMOJI_STYLE = "\ufe0f"
# Extended_Pictographic in rough blocks: what an emoji sequence can be joined from.
_PICTURE = "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
# A joiner that joins no emoji. Textual would count the next character as nothing, and terminals draw it, so a line
# of such pairs would run over the panes beside it.
_STRAY_JOINER = re.compile(f"{_JOINER}(?![{_PICTURE}])|(?<![{_PICTURE}{_EMOJI_STYLE}\u20e3]){_JOINER}")
_JOINED = re.compile(f"(?<=[{_PICTURE}{_EMOJI_STYLE}\u20e3]){_JOINER}(?=[{_PICTURE}])")
# What is not torn from the sign after it: joiners, the viramas that make conjuncts, the signs that enclose a number.
_GLUE = frozenset(
    f"{_JOINER}\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
)
_FLAG_LETTERS = frozenset(map(chr, range(0x1F1E6, 0x1F200)))
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")


class _Widths(dict[str, int]):
    """Cells by character, filled as characters are met."""

    def __missing__(self, character: str) -> int:
        width = TAB if character == "\t" else get_character_cell_size(character)
        self[character] = width
        return width


_WIDTHS = _Widths()


def drawn(text: str) -> str:
    """Return what is written to the terminal for a piece of visible text: tabs as blanks, no stray joiners."""
    if not text.isascii():
        text = _STRAY_JOINER.sub("", text)
    return text.replace("\t", " " * TAB)


def running_cells(text: str) -> list[int]:
    """Return how many cells the first n characters of `text` take as drawn, for n from 0 to its length."""
    if _JOINER not in text and _EMOJI_STYLE not in text:
        return list(accumulate(map(_WIDTHS.__getitem__, text), initial=0))
    widths = list(map(_WIDTHS.__getitem__, text))
    for match in _JOINED.finditer(text):
        widths[match.end()] = 0
    _widen(text, widths)
    return list(accumulate(widths, initial=0))


def is_boundary(text: str, offset: int, start: int = 0) -> bool:
    """Return whether `text` may be cut at `offset` and tear no sign apart, where one is known to begin at `start`."""
    if not start < offset < len(text):
        return True
    before, after = text[offset - 1], text[offset]
    if before == "\n" or after == "\n":
        return True
    if before in _GLUE or not _WIDTHS[after]:
        return False
    if after in _FLAG_LETTERS and before in _FLAG_LETTERS:
        return _flag_letters_before(text, offset, start) % 2 == 0
    return True


def right_to_left(text: str) -> bool:
    """Return whether `text` holds letters that some terminals would reorder, across panes if nothing stops them."""
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


def boundary_before(text: str, offset: int, start: int) -> int:
    """Return the last place from `start` to `offset` where `text` may be cut; `start` if there is none."""
    while offset > start and not is_boundary(text, offset, start):
        offset -= 1
    return offset


def boundary_after(text: str, offset: int, end: int) -> int:
    """Return the first place from `offset` to `end` where `text` may be cut; `end` if there is none."""
    while offset < end and not is_boundary(text, offset):
        offset += 1
    return offset


def cells(text: str) -> int:
    """Return how many cells a piece of visible text takes as drawn."""
    return cell_len(drawn(text))


def _widen(text: str, widths: list[int]) -> None:
    """Add a cell where an emoji style makes the last drawn character wide, once, as Textual does."""
    for offset in (match.start() for match in re.finditer(_EMOJI_STYLE, text)):
        base = offset - 1
        while base > 0 and not widths[base] and text[base] != _EMOJI_STYLE:
            base -= 1
        if base >= 0 and widths[base] == 1 and _becomes_wide(text[base]):
            widths[offset] = 1


@cache
def _becomes_wide(character: str) -> bool:
    return cell_len(character + _EMOJI_STYLE) > cell_len(character)


def _flag_letters_before(text: str, offset: int, start: int) -> int:
    """Return how many letters of flags stand right before `offset`, from `start` on: two of them make a flag."""
    first = offset
    while first > start and text[first - 1] in _FLAG_LETTERS:
        first -= 1
    return offset - first
