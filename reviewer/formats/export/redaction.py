"""Marks where a text gives away what the suite keeps secret, and masks what is marked.

Masking keeps the length, so the offsets of marks hold in the masked text. It changes no label, no decided value and no
id; `fingerprint` is over those, so that equal fingerprints prove it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256

from reviewer.formats.export.record import GoldRecord, MarkedSpan
from reviewer.model import canonical, message_values
from reviewer.text.secret_leaks import leaks

MASK = "█"

Texts = Iterator[tuple[str, str | None]]


def marked(record: GoldRecord) -> GoldRecord:
    """Return `record` with its marks."""
    secret = record.prompt.secret
    if secret is None:
        return record
    spans = {
        MarkedSpan(name, start, end)
        for name, text in _texts(record)
        for start, end in ([] if text is None else _places(text, secret))
    }
    return record._replace(marks=tuple(sorted(spans, key=lambda span: (span.field, span.start, span.end))))


def masked(record: GoldRecord) -> GoldRecord:
    """Return `record` with everything that is marked masked, and without the secret itself."""
    marks = record.marks

    def hidden(field: str, text: str | None) -> str | None:
        if text is None:
            return None
        characters = list(text)
        for mark in marks:
            if mark.field == field:
                characters[mark.start : mark.end] = MASK * (mark.end - mark.start)
        return "".join(characters)

    return _with_texts(record, hidden)._replace(masked=True)


class Fingerprint:
    """A running SHA-256 over what units came to and who said what, without any text that may be masked."""

    def __init__(self) -> None:
        self._hash = sha256()

    def add(self, record: GoldRecord) -> None:
        """Take in one unit."""
        labels = [(one.rater, one.state, one.value, one.confidence, one.saved_at) for one in record.labels]
        decisions = [(one.adjudicator, one.ruling, one.value, one.decided_at) for one in record.decisions]
        said = [record.unit, record.value, record.how, record.reason, record.distribution, labels, decisions]
        self._hash.update(canonical(said).encode() + b"\n")

    def __str__(self) -> str:
        return self._hash.hexdigest()


def _places(text: str, secret: str) -> Iterator[tuple[int, int]]:
    """Yield where `text` holds the secret, in any disguise that is known; one too short for those, as it stands."""
    for leak in leaks(text, secret):
        yield leak.start, leak.end
    start = text.find(secret)
    while start >= 0:
        yield start, start + len(secret)
        start = text.find(secret, start + len(secret))


def _texts(record: GoldRecord) -> Texts:
    for place, message in enumerate(record.prompt.messages):
        yield f"prompt.messages.{place}.content", message.content
        yield f"prompt.messages.{place}.tool_calls", message.tool_calls
    yield "prompt.reference", record.prompt.reference
    for place, one in enumerate(record.responses):
        yield f"responses.{place}.text", one.text
        yield f"responses.{place}.reasoning", one.reasoning
        yield f"responses.{place}.tool_calls", one.tool_calls
        yield f"responses.{place}.refusal", one.refusal
    for place, label in enumerate(record.labels):
        yield f"labels.{place}.note", label.note
        yield f"labels.{place}.raw", label.raw
    for place, decision in enumerate(record.decisions):
        yield f"decisions.{place}.reason", decision.reason
        yield f"decisions.{place}.note", decision.note
        yield f"decisions.{place}.clause", decision.clause
    for place, flag in enumerate(record.flags):
        yield f"flags.{place}.reason", flag.reason


def _with_texts(record: GoldRecord, hidden: Callable[[str, str | None], str | None]) -> GoldRecord:
    prompt = record.prompt
    messages = [
        replace(
            message,
            content=hidden(f"prompt.messages.{place}.content", message.content) or "",
            tool_calls=hidden(f"prompt.messages.{place}.tool_calls", message.tool_calls),
        )
        for place, message in enumerate(prompt.messages)
    ]
    stored = canonical(message_values(messages))
    return record._replace(
        prompt=prompt._replace(stored=stored, reference=hidden("prompt.reference", prompt.reference), secret=None),
        responses=tuple(
            one._replace(
                text=hidden(f"responses.{place}.text", one.text) or "",
                reasoning=hidden(f"responses.{place}.reasoning", one.reasoning),
                tool_calls=hidden(f"responses.{place}.tool_calls", one.tool_calls),
                refusal=hidden(f"responses.{place}.refusal", one.refusal),
            )
            for place, one in enumerate(record.responses)
        ),
        labels=tuple(
            one._replace(note=hidden(f"labels.{place}.note", one.note), raw=hidden(f"labels.{place}.raw", one.raw))
            for place, one in enumerate(record.labels)
        ),
        decisions=tuple(
            replace(
                one,
                reason=hidden(f"decisions.{place}.reason", one.reason) or "",
                note=hidden(f"decisions.{place}.note", one.note),
                clause=hidden(f"decisions.{place}.clause", one.clause),
            )
            for place, one in enumerate(record.decisions)
        ),
        flags=tuple(
            one._replace(reason=hidden(f"flags.{place}.reason", one.reason) or "")
            for place, one in enumerate(record.flags)
        ),
    )
