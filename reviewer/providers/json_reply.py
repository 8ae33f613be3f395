"""A reply as JSON, and the one way in which its fields are read: each by the type that it should have.

What a server sends may have any type. A field that the answer can do without is left out where it has another; one that
holds the answer makes the reply malformed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from reviewer.providers.calls import CallFailed, Json
from reviewer.providers.failures import Failure, FailureReason, of_status
from reviewer.providers.key_redaction import LONGEST_MESSAGE, KeyRedaction

DEEPEST = 64  # levels of nesting; replies have about ten, and what stores them recurses
MOST_TOKENS = 10_000_000  # of one reply; a larger count is no count
TEXT_PARTS = frozenset({"text", "output_text", "input_text"})
THINKING_PARTS = frozenset({"thinking", "reasoning", "reasoning_text", "summary_text"})


def malformed(problem: str, status: int | None = None) -> CallFailed:
    """Return the failure of a reply that cannot be read."""
    return CallFailed(Failure(FailureReason.MALFORMED, problem, status))


def parsed(raw: bytes | str, hidden: KeyRedaction, *, status: int | None = None, place: str = "the reply") -> Json:
    """Return a reply as a JSON object without the key; numbers that JSON does not know (NaN, 1e999) as text.

    Raises:
        CallFailed: it is none, or is nested more than `DEEPEST` levels.
    """
    # JSON is UTF-8 (RFC 8259 §8.1), whatever charset a header names.
    text = raw.decode("utf-8-sig", "replace") if isinstance(raw, bytes) else raw
    try:
        value = json.loads(text, parse_constant=str, parse_float=_float)
    except ValueError as error:
        raise malformed(hidden.words(f"{place} is no JSON: {error}"), status) from None
    except RecursionError:
        raise malformed(f"{place} is nested more than {DEEPEST} levels", status) from None
    if not isinstance(value, dict):
        raise malformed(f"{place} is no JSON object but {_kind(value)}", status)
    if _too_deep(value):
        raise malformed(f"{place} is nested more than {DEEPEST} levels", status)
    return hidden.json(value)


def _float(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _too_deep(value: object) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


@dataclass(frozen=True, slots=True)
class ReplyField:
    """A value in a reply, of any type, and its place there in words. What is absent is None."""

    value: object
    place: str = "the reply"

    def at(self, name: str) -> ReplyField:
        """Return a field of an object; absent where this is no object."""
        inner = self.value.get(name) if isinstance(self.value, dict) else None
        return ReplyField(inner, name if self.place == "the reply" else f"{self.place}.{name}")

    def items(self) -> Iterator[ReplyField]:
        """Yield the values of a list, each of which must be an object; absent is empty.

        Raises:
            CallFailed: this is no list, or one of its values is no object.
        """
        if self.value is None:
            return
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        for number, value in enumerate(self.value):
            one = ReplyField(value, f"{self.place}[{number}]")
            if not isinstance(value, dict):
                raise one.wrong("an object")
            yield one

    def known_items(self) -> list[ReplyField]:
        """Return the objects of a list, and nothing where this is none."""
        values = self.value if isinstance(self.value, list) else []
        return [ReplyField(value, self.place) for value in values if isinstance(value, dict)]

    def text(self) -> str | None:
        """Return a text; None where this is absent or has another type."""
        return self.value if isinstance(self.value, str) else None

    def count(self) -> int | None:
        """Return a number of tokens or requests; None where this is no such number."""
        value = self.value
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        return value if 0 <= value <= MOST_TOKENS else None

    def told(self) -> str | None:
        """Return whatever was said in words: a text, the texts of a list of parts, else the value as JSON.

        What is absent, empty or false is None.
        """
        if not self.value:
            return None
        if isinstance(self.value, str):
            return self.value
        if isinstance(self.value, list | dict):
            parts = _tolerant_texts(self.value)
            if parts:
                return "\n\n".join(parts)
        return json.dumps(self.value, ensure_ascii=False)

    def wrong(self, expected: str) -> CallFailed:
        """Return the failure of a reply in which this has another type than is `expected`."""
        return malformed(f"{self.place} is {_kind(self.value)}; expected {expected}")


def error_in(whole: ReplyField) -> CallFailed | None:
    """Return the failure that a reply without an answer tells in a field `error`, as some servers do with status 200.

    A number as its code is a status (OpenRouter); without one the server is taken to have failed.
    """
    error = whole.at("error")
    if not error.value:
        return None
    said = error.at("message").told() or error.told()
    words = [word for name in ("code", "type") if (word := error.at(name).text()) is not None]
    status = error.at("code").count() or 500
    if not 400 <= status < 600:
        status = 500
    problem = f"the reply holds an error: {said}"[:LONGEST_MESSAGE]
    failure = of_status(status, words, problem, {}, datetime.now(UTC))
    return CallFailed(replace(failure, status=None))


@dataclass(slots=True)
class ContentParts:
    """The parts of an answer's content, by what they are; `text` is None where there is no part of text."""

    texts: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the text of the answer."""
        return "".join(self.texts)


def content_parts(content: ReplyField) -> ContentParts:
    """Return what content says: a text, or a list of texts and of parts that name their type.

    Parts of other types hold no text of the answer and are left out.

    Raises:
        CallFailed: the content, or a part of text in it, has another type.
    """
    found = ContentParts()
    if content.value is None:
        return found
    if isinstance(content.value, str):
        found.texts.append(content.value)
        return found
    if not isinstance(content.value, list):
        raise content.wrong("a text or a list of parts")
    for number, value in enumerate(content.value):
        part = ReplyField(value, f"{content.place}[{number}]")
        if isinstance(value, str):
            found.texts.append(value)
        elif isinstance(value, dict):
            _add_part(found, part)
        else:
            raise part.wrong("a text or a part")
    return found


def _add_part(found: ContentParts, part: ReplyField) -> None:
    kind = part.at("type").value
    if kind is None or (isinstance(kind, str) and kind in TEXT_PARTS):
        text = part.at("text")
        if not isinstance(text.value, str):
            raise text.wrong("a text")
        found.texts.append(text.value)
    elif not isinstance(kind, str):
        raise part.at("type").wrong("a text")
    elif kind in THINKING_PARTS:
        thought = next((told for name in ("thinking", "text", "reasoning") if (told := part.at(name).told())), None)
        if thought is not None:
            found.thoughts.append(thought)
    elif kind == "refusal":
        found.refusals.append(part.at("refusal").told() or "refusal")


def _tolerant_texts(value: object) -> list[str]:
    """Return the texts in a list of parts, or in one part; nothing of what has another form."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        inner = next((value[name] for name in ("text", "thinking", "reasoning", "content") if value.get(name)), None)
        return _tolerant_texts(inner)
    if isinstance(value, list):
        return [text for one in value for text in _tolerant_texts(one)]
    return []


def calls_text(calls: object) -> str | None:
    """Return tool calls as the JSON text of a list; None where there are none."""
    if not calls:
        return None
    return json.dumps(calls if isinstance(calls, list) else [calls], ensure_ascii=False)


def _kind(value: object) -> str:
    if value is None:
        return "absent"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "an object"
