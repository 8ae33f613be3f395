"""Foreign text on its way to a terminal, and on its way into the database.

Knows Unicode, and nothing of screens or storage. `visible` is the one door from foreign text to a terminal: what leaves
it can neither steer the terminal nor hide from the reader.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

# Parts of a character class, in the escapes of `re`.
_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
_LAYOUT = r"\t\n"
_SURROGATES = r"\ud800-\udfff"
_BIDI = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# Category Cf without the bidi controls, the joiners and the signs that have a shape of their own (the prepended
# concatenation marks, such as the Arabic number sign); then whatever else Unicode calls default-ignorable, assigned
# or not; then the two separators that some programs take for a new line.
_INVISIBLE = (
    r"\u00ad\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
    r"\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
    r"\u2028\u2029"
)
# What emoji, Persian, Malayalam, Mongolian and Han variants cannot do without: ZWNJ, ZWJ and variation selectors.
_JOINERS = r"\u200c\u200d\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"

_REPLACEMENT = "\ufffd"


class Storable(NamedTuple):
    """Text that the database can hold, and what stood where it was altered, as [offset, code point]."""

    text: str
    replaced: list[list[int]]


def visible(text: str, *, one_line: bool = False, everything: bool = False) -> str:
    """Return `text` with every character that could steer a terminal, or hide from a reader, made visible.

    Joiners and variation selectors stay, because scripts and emoji need them; `everything` shows those too. `one_line`
    is for names, titles and table cells: there a new line or a tab could pass for the program's own layout.
    """
    return _unsafe(one_line, everything).sub(_sign_of_match, text.replace("\r\n", "\n"))


def without_controls(text: str) -> str:
    """Return `text` with a sign in place of each control character that is no line end or tab.

    For files that somebody may print on a terminal, and that must say otherwise what the text says.
    """
    return _steering().sub(_sign_of_match, text)


def joiners(text: str) -> int:
    """Return how many joiners and variation selectors `visible` leaves in `text`: many in a hideout."""
    return 0 if text.isascii() else len(_joiner().findall(text))


def storable(text: str) -> Storable:
    """Return `text` with NUL and lone surrogates, which no database keeps, replaced by U+FFFD, and what they were."""
    if "\0" not in text and _encodable(text):
        return Storable(text, [])
    replaced = [[match.start(), ord(match[0])] for match in _unstorable().finditer(text)]
    return Storable(_unstorable().sub(_REPLACEMENT, text), replaced)


def _encodable(text: str) -> bool:
    """Tell whether `text` is without surrogates. Encoding finds them several times faster than a pattern does."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _sign_of_match(match: re.Match[str]) -> str:
    return _sign(match[0])


@cache
def _sign(character: str) -> str:
    """Return what stands for a character that must not be shown itself."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if re.fullmatch(f"[{_BIDI}]", character):
        return f"⟨{unicodedata.name(character)}⟩"
    return f"⟨U+{code:04X}⟩"


@cache
def _unsafe(one_line: bool, everything: bool) -> re.Pattern[str]:
    parts = [_CONTROLS, _SURROGATES, _BIDI, _INVISIBLE]
    if one_line:
        parts.append(_LAYOUT)
    if everything:
        parts.append(_JOINERS)
    return re.compile(f"[{''.join(parts)}]")


@cache
def _steering() -> re.Pattern[str]:
    return re.compile(f"(?!\\r\\n)[{_CONTROLS}]")


@cache
def _joiner() -> re.Pattern[str]:
    return re.compile(f"[{_JOINERS}]")


@cache
def _unstorable() -> re.Pattern[str]:
    return re.compile(f"[\\x00{_SURROGATES}]")
