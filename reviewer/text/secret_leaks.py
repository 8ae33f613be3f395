"""Where a text gives a secret away: as it is, or in a disguise that a reader misses.

Pure. Every disguise is looked for in the same way: a view of the text without what the disguise adds, and a needle made
of the secret. Chance cannot be distinguished from intent, so a short or common secret is found where none was meant.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class LeakForm(StrEnum):
    """In what form a text holds the secret."""

    VERBATIM = "verbatim"
    REVERSED = "reversed"
    SPACED = "spaced"
    BASE64 = "base64"
    HEX = "hex"
    ROT13 = "rot13"
    ACROSTIC = "acrostic"


@dataclass(frozen=True, slots=True)
class Leak:
    """A part of a text that holds the secret. Offsets are into the text as it came."""

    how: LeakForm
    start: int
    end: int


# A shorter secret is a word like any other: whatever disguise it is looked for in is found by chance.
SHORTEST = 4

_INVISIBLE = r"\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef"
_SEPARATOR = re.compile(rf"[\s\-‐-―−.·•…*_~|/,:;+{_INVISIBLE}]+")
_BESIDE_HEX = re.compile(r"0x|\\x|[\s%:,;-]+")
_LINE_BREAK = re.compile(r"[\r\n]+")
_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_STANDARD_SIGNS = str.maketrans("-_", "+/")

# Before the first letter of a line may stand marks and numbers of lists, emphasis, quotes; fewer before a sentence's.
_MARKS = r"(?:(?!\n)[\W_])"
_LINE_INITIAL = re.compile(rf"^{_MARKS}*+(?:\d{{1,3}}[.)]{_MARKS}*+)?[^\W_]", re.MULTILINE)
_SENTENCE_INITIAL = re.compile(
    rf"{_LINE_INITIAL.pattern}|[.!?…][\"'”’)*_]{{0,8}}+\s++{_MARKS}{{0,8}}+[^\W_]", re.MULTILINE
)
_WORD_INITIAL = re.compile(r"(?<![^\W_])(?<![^\W_]['’])[^\W_]")


@dataclass(frozen=True, slots=True)
class _View:
    """A text made of another, and where in that each of its characters stands; `at` None means in the same place."""

    text: str
    at: Sequence[int] | None = None

    def without(self, pattern: re.Pattern[str]) -> _View:
        """Return the view without what `pattern` matches."""
        parts: list[str] = []
        at: list[int] = []
        end = 0
        for match in pattern.finditer(self.text):
            parts.append(self.text[end : match.start()])
            at += range(end, match.start())
            end = match.end()
        if not parts:
            return self
        at += range(end, len(self.text))
        return _View("".join([*parts, self.text[end:]]), at if self.at is None else [self.at[place] for place in at])

    def matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
        """Yield where in the original text `pattern` matches, overlapping matches too."""
        start = 0
        while match := pattern.search(self.text, start):
            yield self._span(match.start(), match.end())
            start = match.start() + 1

    def finds(self, needle: str) -> Iterator[tuple[int, int]]:
        """Yield where in the original text `needle` stands, overlapping places too."""
        first = self.text.find(needle)
        while first >= 0:
            yield self._span(first, first + len(needle))
            first = self.text.find(needle, first + 1)

    def _span(self, start: int, end: int) -> tuple[int, int]:
        return (start, end) if self.at is None else (self.at[start], self.at[end - 1] + 1)


def leaks(text: str, secret: str) -> tuple[Leak, ...]:
    """Return where `text` holds `secret`, in order. What overlaps in the same form is one leak.

    White space around the secret is no part of it. A secret of fewer than `SHORTEST` characters counts only verbatim
    and as a whole word.
    """
    secret = secret.strip()
    needle = _folded(secret).text
    if not needle:
        return ()
    folded = _folded(text)
    if len(secret) < SHORTEST:
        return _merged(LeakForm.VERBATIM, folded.matches(re.compile(rf"(?<!\w){re.escape(needle)}(?!\w)")))
    verbatim = _merged(LeakForm.VERBATIM, folded.finds(needle))
    found = [*verbatim, *_turned(folded, needle)]
    found += _merged(LeakForm.SPACED, _spaced(text, folded, needle, verbatim))
    found += _merged(LeakForm.BASE64, _base64(text, secret))
    found += _merged(LeakForm.HEX, _hex(text, secret))
    found += _merged(LeakForm.ACROSTIC, _acrostic(text, needle))
    return tuple(sorted(found, key=lambda leak: (leak.start, leak.end)))


def _merged(how: LeakForm, spans: Iterable[tuple[int, int]]) -> tuple[Leak, ...]:
    """Return spans as leaks, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(Leak(how, start, end) for start, end in merged)


def _folded(text: str) -> _View:
    """Return a text without the difference of case, of styled letters (fullwidth, mathematical), of ways to accent."""
    if text.isascii():
        return _View(text.lower())
    parts = [_fold(character) for character in text]
    if all(len(part) == 1 for part in parts):
        return _View("".join(parts))
    return _View("".join(parts), [at for at, part in enumerate(parts) for _ in part])


@lru_cache(maxsize=4096)
def _fold(character: str) -> str:
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())


def _turned(folded: _View, needle: str) -> Iterator[Leak]:
    """Yield the secret back to front, and rotated, where that makes another word of it."""
    for how, turned in ((LeakForm.REVERSED, needle[::-1]), (LeakForm.ROT13, codecs.encode(needle, "rot13"))):
        if turned != needle:
            yield from _merged(how, folded.finds(turned))


def _spaced(text: str, folded: _View, needle: str, verbatim: Sequence[Leak]) -> Iterator[tuple[int, int]]:
    """Yield where the secret stands with separators in it that it has not by itself.

    Where they do not stand between all of its characters, it must begin and end like a word, or the end of one word and
    the beginning of the next would pass for it.
    """
    needle = _SEPARATOR.sub("", needle)
    if len(needle) < SHORTEST:
        return
    as_it_is = {(leak.start, leak.end) for leak in verbatim}
    letter_by_letter: re.Pattern[str] | None = None
    for start, end in folded.without(_SEPARATOR).finds(needle):
        part = _folded(text[start:end]).text
        if (start, end) in as_it_is or not _SEPARATOR.search(part):
            continue
        letter_by_letter = letter_by_letter or re.compile(rf"{_SEPARATOR.pattern}".join(map(re.escape, needle)))
        around = text[max(0, start - 1) : start], text[end : end + 1]
        if letter_by_letter.fullmatch(part) or not any(map(str.isalnum, around)):
            yield start, end


def _spellings(secret: str) -> list[bytes]:
    """Return the secret as bytes, in the cases in which it is likely to be encoded."""
    spellings = dict.fromkeys((secret, secret.lower(), secret.upper(), secret.capitalize(), secret.title()))
    return [spelling.encode("utf-8", "surrogatepass") for spelling in spellings]


def _hex(text: str, secret: str) -> Iterator[tuple[int, int]]:
    digits = _folded(text).without(_BESIDE_HEX)
    for raw in _spellings(secret):
        yield from digits.finds(raw.hex())


def _base64(text: str, secret: str) -> Iterator[tuple[int, int]]:
    signs = _View(text.translate(_STANDARD_SIGNS)).without(_LINE_BREAK)
    for raw in _spellings(secret):
        # What it would be in base64 is longer, and a pattern as long as that costs more than to look for it.
        for before in range(3) if len(signs.text) >= len(raw) else ():
            yield from signs.matches(_in_base64(raw, before))


def _in_base64(raw: bytes, before: int) -> re.Pattern[str]:
    """Return what matches `raw` in base64 with `before` bytes before it, apart from whole groups of three.

    The first and the last sign hold bits of what stands beside: any sign with the right bits of `raw` will do.
    """
    after = -(before + len(raw)) % 3
    low, high = (b64encode(bytes([fill]) * before + raw + bytes([fill]) * after).decode() for fill in (0, 255))
    first, last = (8 * before) // 6, -(-8 * (before + len(raw)) // 6)
    return re.compile("".join(map(_signs_between, low[first:last], high[first:last])))


def _signs_between(low: str, high: str) -> str:
    """Return a class of the signs that agree with both in the bits in which the two agree."""
    least, most = _SIGNS.index(low), _SIGNS.index(high)
    fixed = ~(least ^ most)
    return f"[{''.join(sign for value, sign in enumerate(_SIGNS) if value & fixed == least & fixed)}]"


def _acrostic(text: str, needle: str) -> Iterator[tuple[int, int]]:
    """Yield where the secret is spelt by the initials of lines, of sentences, or of words from a line's start on."""
    letters = "".join(filter(str.isalnum, needle))
    if len(letters) < SHORTEST:
        return
    for initial in (_LINE_INITIAL, _SENTENCE_INITIAL):
        yield from _initials(text, initial).finds(letters)
    starts = {match.end() - 1 for match in _LINE_INITIAL.finditer(text)}
    yield from (span for span in _initials(text, _WORD_INITIAL).finds(letters) if span[0] in starts)


def _initials(text: str, pattern: re.Pattern[str]) -> _View:
    """Return the letters that matches of `pattern` end with, folded, one for each."""
    matches = list(pattern.finditer(text))
    return _View("".join(_fold(text[match.end() - 1])[0] for match in matches), [match.end() - 1 for match in matches])
