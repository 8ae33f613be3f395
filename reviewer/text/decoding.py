"""What is hidden in a text: encoded, reversed or invisible parts, and what they say.

Pure. What is found is shown and never run. It is as foreign as the text it stands in, and goes through the same door
to a terminal.
"""

from __future__ import annotations

import codecs
import html
import re
import unicodedata
from base64 import b64decode
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

from reviewer.text.invisible import invisible


class Encoding(StrEnum):
    """How a part of a text is hidden."""

    BASE64 = "base64"
    HEX = "hex"
    ROT13 = "rot13"
    REVERSED = "reversed"
    ESCAPES = "escapes"
    ZERO_WIDTH = "zero-width"


@dataclass(frozen=True, slots=True)
class DecodedPart:
    """A part of a text that hides something, and what that is. Offsets are into the text as it came."""

    kind: Encoding
    start: int
    end: int
    decoded: str


_BYTE = "[0-9A-Fa-f]{2}"
_HEX = re.compile(
    rf"(?:\\x{_BYTE}){{4,}}"
    rf"|(?<![0-9A-Za-z])(?:(?:0x)?(?:{_BYTE}){{4,}}+(?![0-9A-Za-z])"
    rf"|(?:0x|\\x)?{_BYTE}(?:[ \t\n,:;-]{{1,2}}(?:0x|\\x)?{_BYTE}(?![0-9A-Za-z])){{3,}})"
)
_NOT_HEX = re.compile(r"0x|[^0-9A-Fa-f]")
# Numbers are digits too: bare ones hide something only if they are many, and all of them letters.
_BARE_DIGITS = re.compile(r"[\d\s,:;-]+")
_FEWEST_BARE_BYTES = 6
_PLAIN_WORDS = re.compile("[A-Z]?[a-z ]+|[A-Z ]+")

_SIGNS = r"A-Za-z0-9+/_\-"
_FEWEST_SIGNS = 12
# Long lines are lines of one code; it is usual to break it at 64 or 76 signs.
_BASE64 = re.compile(rf"(?<![{_SIGNS}])(?:[{_SIGNS}]{{60,}}+\r?\n)*+[{_SIGNS}]{{4,}}+={{0,2}}")
_BASE64_PART = re.compile("[A-Za-z0-9]{10,}={0,2}")

_ESCAPE = (
    rf"\\u[0-9A-Fa-f]{{4}}|\\u\{{[0-9A-Fa-f]{{1,6}}\}}|\\U[0-9A-Fa-f]{{8}}|\\x{_BYTE}|%{_BYTE}"
    r"|&#\d{1,7};|&#[xX][0-9A-Fa-f]{1,6};|&[A-Za-z][A-Za-z0-9]{1,31};"
)
_ESCAPES = re.compile(f"(?:{_ESCAPE})+")
_SAME_ESCAPES = re.compile(rf"(?P<bytes>(?:[%\\]x?{_BYTE})+)|(?P<code>\\[uU]\{{?(?P<number>[0-9A-Fa-f]+)\}}?)|&[^;]+;")
_ONE_ESCAPE = re.compile(_ESCAPE)

_WORD = re.compile("[A-Za-z]{3,}")
# What a text is looked at in, the larger first: paragraphs, lines, quoted parts.
_PARTS = (
    re.compile(r"[^\n]+(?:\n[^\n]+)*"),
    re.compile(r"[^\n]+"),
    re.compile(r"\"[^\"\n]+\"|“[^“”\n]+”|«[^«»\n]+»|`[^`\n]+`|(?<!\w)'[^'\n]+'(?!\w)|\([^()\n]+\)|(?<=: )[^\n]+"),
)
_QUOTES = "\"'“”«»`()"
# Common words, but for those that are words of prose or code when turned round or rotated: time, keep, one, are, put.
_COMMON_WORDS = """
    about after again all also always and another answer any asked attack because before best but can cannot code could
    day did does down each end every explain find first following for from get give going good great had has have hello
    help here him his how human ignore important information instructions into just key kill know large last less let
    like little long look made make man many may message more most much must name need never not nothing now number only
    open order other our out over password people please point poison possible prompt provide question read really right
    rules said same say secret see send set should show simple small some something still such system take tell text
    than that the their them then there these they thing think this those through tonight two under until use used user
    very want was water way weapon well were what when where which while who why will with without word work world would
    write year yes you your"""
_COMMON = frozenset(_WORD.findall(_COMMON_WORDS))
_SHARE_OF_WORDS = 0.3
_FEWEST_LETTERS = 5
_SHORT = 16
_FEWEST_CHARACTERS = 8
_TOKEN = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+|\d+|[^\w\s]+|_+")


def findings(text: str) -> tuple[DecodedPart, ...]:
    """Return what is hidden in `text`, in the order in which it stands there; in time linear in its length.

    What may as well be ordinary prose, code or an address is left out, so a short or a broken code may be missed.
    """
    coded = list(_hex(text))
    # A number in hex is made of the signs of base64, and may be written in escapes.
    coded += [finding for finding in [*_escapes(text), *_base64(text)] if not _overlaps(finding, coded)]
    found = [DecodedPart(Encoding.ZERO_WIDTH, part.start, part.end, part.decoded) for part in invisible(text)]
    found += [*coded, *_in_words(text, _Words(text), 0, len(text), 0)]
    return tuple(sorted(found, key=lambda finding: (finding.start, finding.end)))


def _overlaps(finding: DecodedPart, others: Sequence[DecodedPart]) -> bool:
    """Tell whether `finding` overlaps one of `others`, which are in order and apart from each other."""
    place = bisect_left(others, finding.end, key=lambda other: other.start) - 1
    return place >= 0 and others[place].end > finding.start


def _hex(text: str) -> Iterator[DecodedPart]:
    for match in _HEX.finditer(text):
        decoded = _readable(bytes.fromhex(_NOT_HEX.sub("", match[0])))
        if decoded is None:
            continue
        if not _BARE_DIGITS.fullmatch(match[0]) or _spells(decoded):
            yield DecodedPart(Encoding.HEX, *match.span(), decoded)


def _spells(decoded: str) -> bool:
    """Tell whether bare digits are more than a number or a count: all letters, and not in the order of the alphabet."""
    long_enough = len(decoded) >= _FEWEST_BARE_BYTES
    return long_enough and [*decoded] != sorted(decoded) and _PLAIN_WORDS.fullmatch(decoded) is not None


def _base64(text: str) -> Iterator[DecodedPart]:
    for match in _BASE64.finditer(text):
        # The signs of base64 hold the slashes and dashes of addresses, of which a code may be one part.
        for span in (match.span(), *(part.span() for part in _BASE64_PART.finditer(text, *match.span()))):
            decoded = _from_base64(text[slice(*span)])
            if decoded is not None:
                yield DecodedPart(Encoding.BASE64, *span, decoded)
                if span == match.span():
                    break


def _from_base64(code: str) -> str | None:
    signs = "".join(code.rstrip("=").split())
    standard, in_addresses = "+" in signs or "/" in signs, "-" in signs or "_" in signs
    if len(code) < _FEWEST_SIGNS or len(signs) % 4 == 1 or signs.isdigit() or (standard and in_addresses):
        return None
    decoded = _readable(b64decode(signs + "=" * (-len(signs) % 4), altchars=b"-_" if in_addresses else None))
    # Read from the wrong place, the path before a code begins like noise.
    return None if decoded is None or ("/" in signs and "\ufffd" in decoded) else decoded


def _escapes(text: str) -> Iterator[DecodedPart]:
    for match in _ESCAPES.finditer(text):
        decoded = _SAME_ESCAPES.sub(_unescaped, match[0])
        decoded = decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if _hides(text, match, decoded):
            yield DecodedPart(Encoding.ESCAPES, *match.span(), decoded)


def _unescaped(match: re.Match[str]) -> str:
    """Return what escapes of one sort stand for. Bytes are taken together, since several make a character."""
    if match["bytes"]:
        return bytes.fromhex(re.sub(r"[%\\x]", "", match["bytes"])).decode("utf-8", "replace")
    if match["code"]:
        number = int(match["number"], 16)
        return chr(number) if number <= 0x10FFFF else "\ufffd"
    return html.unescape(match[0])


def _hides(text: str, match: re.Match[str], decoded: str) -> bool:
    """Tell whether escapes hide something: ordinary ones stand alone, or for what cannot be written otherwise.

    One that stands for a letter inside a word hides it; `%41` may be part of a format.
    """
    if decoded == match[0] or not any(map(str.isalnum, decoded)):
        return False
    first = _ONE_ESCAPE.match(match[0])
    if first is not None and first.end() < len(match[0]):
        return True
    beside = text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]
    return decoded.isascii() and not match[0].startswith("%") and any(map(str.isalpha, beside))


def _readable(raw: bytes) -> str | None:
    """Return `raw` as text if it is mostly printable. A short one could be so by chance, and must look like words."""
    text = raw.decode("utf-8", "replace")
    unreadable = len(text) - sum(map(str.isprintable, text)) - sum(map(text.count, "\t\n\r")) + text.count("\ufffd")
    if not text.strip() or len({*text}) < min(len(text) / 2, _FEWEST_CHARACTERS) or unreadable > 0.1 * len(text):
        return None
    if len(text) < _SHORT:
        tokens = _TOKEN.findall(text)
        scripts = {unicodedata.name(character, "").split(" ")[0] for character in text if character.isalpha()}
        if unreadable or len(scripts) != 1 or sum(map(len, tokens)) < 2 * len(tokens):
            return None
    return text


class _Words:
    """The words of a text, and how many of them up to each are common ones: as they stand, in rot13, and reversed."""

    def __init__(self, text: str) -> None:
        matches = list(_WORD.finditer(text))
        words = [match[0].lower() for match in matches]
        self._starts = [match.start() for match in matches]
        self._ends = [match.end() for match in matches]
        self._plain = list(accumulate((word in _COMMON for word in words), initial=0))
        self._veiled = {
            Encoding.ROT13: _counted(words, frozenset(codecs.encode(word, "rot13") for word in _COMMON)),
            Encoding.REVERSED: _counted(words, frozenset(word[::-1] for word in _COMMON)),
        }

    def veil(self, start: int, end: int) -> Encoding | None:
        """Return in what way a part of the text has to be read to be language, if it is none as it stands."""
        first, last = bisect_left(self._starts, start), bisect_right(self._ends, end)
        for kind, (hits, letters) in self._veiled.items():
            count = hits[last] - hits[first]
            share = count >= _SHARE_OF_WORDS * (last - first) and (count > 1 or last - first == 1)
            enough = letters[last] - letters[first] >= _FEWEST_LETTERS
            if share and enough and count > 2 * (self._plain[last] - self._plain[first]):
                return kind
        return None


def _counted(words: list[str], wanted: frozenset[str]) -> tuple[list[int], list[int]]:
    """Return how many of the words up to each are wanted, and how many letters those have; not what is plain too."""
    wanted -= _COMMON
    letters = [len(word) if word in wanted else 0 for word in words]
    return list(accumulate(map(bool, letters), initial=0)), list(accumulate(letters, initial=0))


def _in_words(text: str, words: _Words, start: int, end: int, depth: int) -> Iterator[DecodedPart]:
    """Yield the largest parts from `start` to `end` that are language once turned round or rotated."""
    kind = words.veil(start, end)
    if kind is None:
        if depth < len(_PARTS):
            for match in _PARTS[depth].finditer(text, start, end):
                yield from _in_words(text, words, *match.span(), depth + 1)
        return
    part = text[start:end]
    start += len(part) - len(part.lstrip().lstrip(_QUOTES))
    part = text[start:end].rstrip().rstrip(_QUOTES)
    decoded = codecs.encode(part, "rot13") if kind is Encoding.ROT13 else part[::-1]
    yield DecodedPart(kind, start, start + len(part), decoded)
