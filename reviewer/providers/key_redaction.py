"""Keeps a key of ours out of whatever a server says: a server may repeat the key that it was sent.

Looked for are the key itself, its percent-encoding, and its base64 in any position of a longer text (as in the header
of Basic authentication). A server that means to hide the key can always spell it otherwise.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

from reviewer.providers.calls import Reply

HIDDEN = "[key]"
NO_KEY = "none"  # what servers without keys are sent, since the SDKs insist on one
SHORTEST_SECRET = 8  # characters; shorter "keys" are words such as EMPTY, which answers may hold by themselves
LONGEST_MESSAGE = 500  # characters of a server's words that are kept
Value = TypeVar("Value")


class KeyRedaction:
    """Takes one key out of texts. `NO_KEY` is no secret."""

    def __init__(self, key: str) -> None:
        known = bool(key.strip()) and key != NO_KEY
        self._in_words = re.compile("|".join(map(re.escape, _forms(key)))) if known else None
        self._in_replies = self._in_words if len(key) >= SHORTEST_SECRET else None

    def words(self, text: str) -> str:
        """Return a server's words of explanation, shortened, without the key."""
        if self._in_words is not None:
            text = self._in_words.sub(HIDDEN, text)
        return text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1] + "…"

    def text(self, text: str | None) -> str | None:
        """Return a text of a reply without the key."""
        return text if text is None or self._in_replies is None else self._in_replies.sub(HIDDEN, text)

    def json(self, value: Value) -> Value:
        """Return a JSON value without the key, in names too. The nesting must be bounded."""
        return value if self._in_replies is None else _cleaned(value, self._in_replies)

    def reply(self, reply: Reply) -> Reply:
        """Return a reply without the key, also where it only comes together when parts are joined."""
        if self._in_replies is None:
            return reply
        return replace(
            reply,
            text=self._in_replies.sub(HIDDEN, reply.text),
            refusal=self.text(reply.refusal),
            reasoning=self.text(reply.reasoning),
            tool_calls=self.text(reply.tool_calls),
        )


def _cleaned(value: Value, pattern: re.Pattern[str]) -> Value:
    cleaned: object = value
    if isinstance(value, str):
        cleaned = pattern.sub(HIDDEN, value)
    elif isinstance(value, list):
        cleaned = [_cleaned(one, pattern) for one in value]
    elif isinstance(value, dict):
        cleaned = {_cleaned(name, pattern): _cleaned(one, pattern) for name, one in value.items()}
    return cleaned  # type: ignore[return-value]  # each branch keeps the type


def _forms(key: str) -> list[str]:
    """Return how the key may be spelt, the longest first, since a pattern takes the first that fits."""
    quoted = quote(key, safe="")
    forms = {key, quoted, re.sub("%..", lambda code: code[0].lower(), quoted)}
    raw = key.encode("utf-8", "surrogateescape")
    if len(raw) >= SHORTEST_SECRET:
        for before in range(3):
            # Signs that hold bits of what stands beside the key are left out.
            first, last = -(-8 * before // 6), 8 * (before + len(raw)) // 6
            spelt = b64encode(bytes(before) + raw).decode()[first:last]
            forms |= {spelt, spelt.translate(str.maketrans("+/", "-_"))}
    return sorted(forms, key=len, reverse=True)
