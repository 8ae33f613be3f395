"""The reliability card as text: Markdown for people, JSON for programs. Knows nothing of what is in a card."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from reviewer.formats.export.export_format import ExportInput, TextExport
from reviewer.formats.export.reliability_card import card
from reviewer.text.visible import without_controls

NOTHING = "None.\n"


def _card(source: ExportInput) -> dict[str, object]:
    return card(source.subject(), source.records, source.agreement())


def card_markdown(source: ExportInput) -> Iterator[str]:
    """Yield the card as Markdown."""
    text = markdown(_card(source))
    yield text if source.raw else without_controls(text)


def card_json(source: ExportInput) -> Iterator[str]:
    """Yield the card as one JSON object."""
    yield json.dumps(_card(source), allow_nan=False, indent=2) + "\n"


CARD = TextExport(
    name="card",
    suffix=".md",
    description="how far the labels can be trusted: the reliability card",
    lines=card_markdown,
)
CARD_JSON = TextExport(
    name="card-json",
    suffix=".json",
    description="the reliability card for programs",
    printable=True,
    lines=card_json,
)


def markdown(found: Mapping[str, object]) -> str:
    """Return the card as Markdown, section by section; every text in it that is not ours stands as code."""
    title = {name: value for name, value in found.items() if not isinstance(value, dict | list)}
    parts = [f"# Reliability card: {_code(title['study'])}\n\nMade by {title['software']}.\n"]
    for name, value in found.items():
        if name not in title:
            parts.append(f"## {name.capitalize()}\n\n{''.join(_list(value, 0)) or NOTHING}")
    return "\n".join(parts)


def _list(value: object, depth: int) -> Iterable[str]:
    indent = "  " * depth
    if isinstance(value, dict):
        if set(value) == {"value", "low", "high", "undefined"}:
            yield f"{indent}- {spelled(value)}\n"
            return
        for name, entry in value.items():
            if isinstance(entry, dict) and set(entry) == {"value", "low", "high", "undefined"}:
                yield f"{indent}- {_code(name)}: {spelled(entry)}\n"
            elif isinstance(entry, dict | list) and entry:
                yield f"{indent}- {_code(name)}:\n"
                yield from _list(entry, depth + 1)
            else:
                yield f"{indent}- {_code(name)}: {'none' if entry in (None, {}, []) else _code(entry)}\n"
    elif isinstance(value, list):
        for entry in value:
            if isinstance(entry, dict):
                first, *_ = entry.values()
                yield f"{indent}- {_code(first)}\n"
                yield from _list(dict(list(entry.items())[1:]), depth + 1)
            else:
                yield f"{indent}- {_code(entry)}\n"


def spelled(value: Mapping[str, object]) -> str:
    """Return an estimate, as plain values, in one line."""
    if value["value"] is None:
        return f"undefined: {value['undefined']}"
    low, high = value["low"], value["high"]
    interval = f" ({low:.3f} to {high:.3f})" if isinstance(low, float) and isinstance(high, float) else ""
    return f"{value['value']:.3f}{interval}"


def _code(value: object) -> str:
    """Return a value as code that no backtick or line break in it can end."""
    if isinstance(value, float):
        return f"{value:.3f}"
    text = " ".join(str(value).split()) or " "
    if "`" not in text:
        return f"`{text}`"
    fence = "`" * (max(map(len, "".join(c if c == "`" else " " for c in text).split())) + 1)
    return f"{fence} {text} {fence}"
