"""Ways to write a text so that it is not plain to see: what attacks on a model wrap a request in.

A closed list of pure functions by name, the other way round from `decoding`. Knows nothing of prompts or templates.
"""

from __future__ import annotations

import codecs
import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import quote

_LEET = str.maketrans("aeiostAEIOST", "431057431057")
_WORD = re.compile(r"[^\W\d_]+")
_ONSET = re.compile("(?:[Qq]u|[^AEIOUaeiou])*")
_SIGNS = "abcdefghijklmnopqrstuvwxyz0123456789"
_CODES = """
    .- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..
    ----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----."""
_MORSE = dict(zip(_SIGNS, _CODES.split(), strict=True))


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _hex(text: str) -> str:
    return text.encode().hex(" ")


def _rot13(text: str) -> str:
    return codecs.encode(text, "rot13")


def _reversed(text: str) -> str:
    return text[::-1]


def _words_reversed(text: str) -> str:
    return " ".join(reversed(text.split()))


def _spaced(text: str) -> str:
    """Put a space between letters, and two between words, so that words can still be told apart."""
    return "  ".join(" ".join(word) for word in text.split())


def _leetspeak(text: str) -> str:
    return text.translate(_LEET)


def _pig_latin(text: str) -> str:
    """Move the consonants that a word begins with to its end, and add `ay`; `way` where there are none."""

    def turned(match: re.Match[str]) -> str:
        onset = _ONSET.match(match[0])
        first = "" if onset is None else onset[0]
        rest = match[0][len(first) :]
        return f"{rest}{first.lower()}ay" if first and rest else f"{match[0]}{'way' if rest else 'ay'}"

    return _WORD.sub(turned, text)


def _morse(text: str) -> str:
    """Return the letters and digits in Morse, a stroke between words; all else has no place in it and is left out."""
    words = [[_MORSE[sign] for sign in word if sign in _MORSE] for word in text.lower().split()]
    return " / ".join(" ".join(signs) for signs in words if signs)


def _percent(text: str) -> str:
    return quote(text, safe="")


def _json(text: str) -> str:
    """Return the text as it stands between the quotes of a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _first_half(text: str) -> str:
    words = text.split()
    return " ".join(words[: (len(words) + 1) // 2])


def _second_half(text: str) -> str:
    words = text.split()
    return " ".join(words[(len(words) + 1) // 2 :])


ENCODINGS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "base64": _base64,
        "hex": _hex,
        "rot13": _rot13,
        "reversed": _reversed,
        "words_reversed": _words_reversed,
        "spaced": _spaced,
        "leetspeak": _leetspeak,
        "pig_latin": _pig_latin,
        "morse": _morse,
        "percent": _percent,
        "json": _json,
        "upper": str.upper,
        "lower": str.lower,
        "first_half": _first_half,
        "second_half": _second_half,
    }
)
