"""Invisible characters of a text, and what they say. Pure.

Emoji, flags and several scripts are written with such characters: what they need is ordinary and passed over.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations


@dataclass(frozen=True, slots=True)
class Invisible:
    """A part of a text with invisible characters, and what they say, or else how many of which there are."""

    start: int
    end: int
    decoded: str


_NO_TAGS = re.compile(r"[^\U000e0020-\U000e007e]+")
_SELECTORS = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
_BYTE_OF = {chr(code): byte for byte, code in enumerate((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))}
_RUN = re.compile(r"[\u180e\u200b-\u200d\u2060-\u2064\ufeff\ufe00-\ufe0f\U000e0000-\U000e007f\U000e0100-\U000e01ef]+")
# The style of an emoji or a Han sign, then what joins letters and emoji.
_ORDINARY = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]?[\u200c\u200d]?")
_BYTE_ORDER_MARK = "\ufeff"
_FLAG = "\U0001f3f4"
_REGION = re.compile(r"[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")
_FEWEST_BITS = 16


def invisible(text: str) -> Iterator[Invisible]:
    """Yield runs of invisible characters; all of a text as one, if they say something together and not alone."""
    if text.isascii():
        return
    runs = [run for run in _RUN.finditer(text) if not _belongs(run)]
    together = _message("".join(run[0] for run in runs))
    if together and len(runs) > 1 and not any(_message(run[0]) for run in runs):
        yield Invisible(runs[0].start(), runs[-1].end(), together)
        return
    for run in runs:
        if not _ORDINARY.fullmatch(run[0]):
            yield Invisible(*run.span(), _message(run[0]) or _names(run[0]))


def _belongs(run: re.Match[str]) -> bool:
    """Tell whether a run is the rest of the flag before it, or the mark that a file begins with."""
    if run.start() == 0:
        return run[0] == _BYTE_ORDER_MARK
    return run.string[run.start() - 1] == _FLAG and _REGION.fullmatch(run[0]) is not None


@lru_cache(maxsize=256)
def _message(run: str) -> str | None:
    """Return what invisible characters say: tags are ASCII, variation selectors bytes, others in turn bits."""
    if tags := _NO_TAGS.sub("", run):
        return "".join(chr(ord(tag) - 0xE0000) for tag in tags)
    raw = bytes(map(_BYTE_OF.__getitem__, "".join(_SELECTORS.findall(run))))
    for selected in (raw, raw[1:]):  # the first may belong to the emoji that the rest hides behind
        if len(selected) > 1 and (text := _printable(selected)):
            return text
    return _from_bits(_SELECTORS.sub("", run))


def _from_bits(signs: str) -> str | None:
    """Return the text that two signs write as bits of 8 or 7 to a letter; a third one may stand between letters."""
    kinds = sorted({*signs})
    if len(signs) < _FEWEST_BITS or len(kinds) not in (2, 3):
        return None
    for order in permutations(kinds):
        bits = signs.translate(dict(zip(map(ord, order), "01 ", strict=False)))
        cuts = [re.findall("." * size, bits) for size in (8, 7) if len(bits) % size == 0 and len(kinds) == 2]
        for letters in cuts or [bits.split()]:
            fit = all(5 < len(letter) < 9 for letter in letters)
            if fit and (text := _printable(bytes(int(letter, 2) for letter in letters))):
                return text
    return None


def _printable(raw: bytes) -> str | None:
    """Return `raw` as text if all of it is printable."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    return text if text.strip() and text.replace("\n", " ").isprintable() else None


@lru_cache(maxsize=256)
def _names(run: str) -> str:
    """Return how many of which characters stand in a run, in order of first appearance."""
    counts = Counter(run)
    return ", ".join(f"{count} {unicodedata.name(sign, f'U+{ord(sign):04X}')}" for sign, count in counts.items())
