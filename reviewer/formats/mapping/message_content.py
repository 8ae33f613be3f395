"""What stands in a message as the providers spell it: text, or parts of which some are no text.

What cannot be shown to a rater as text is named where it stood, so that nobody rates a prompt with a part missing
unawares.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from reviewer.formats.mapping.cells import WrongCell
from reviewer.formats.tables.json_table import json_type

_TEXTS = ("text", "input_text", "output_text")
_NAMES = ("filename", "file_name", "title", "name", "file_id", "id")


class MessageContent(NamedTuple):
    """The text of a message, and the calls of tools that stood among its parts."""

    text: str
    calls: list[object]


def message_content(value: object, place: str, *, between: str = "\n") -> MessageContent:
    """Return what the content `value` of a message says, with `between` its parts.

    Raises:
        WrongCell: it is neither text nor a list of parts.
    """
    if isinstance(value, str):
        return MessageContent(value, [])
    if not isinstance(value, list):
        raise WrongCell(f"the content of {place} is {json_type(value)}", "text, or a list of parts")
    texts: list[str] = []
    calls: list[object] = []
    for number, part in enumerate(value):
        if isinstance(part, dict) and part.get("type") in ("tool_use", "function_call"):
            calls.append(part)
        else:
            texts.append(_part_text(part, f"{place}.content.{number}"))
    return MessageContent(between.join(texts), calls)


def _part_text(part: object, place: str) -> str:
    if isinstance(part, str):
        return part
    kind = part.get("type") if isinstance(part, dict) else None
    if not isinstance(part, dict) or not isinstance(kind, str):
        raise WrongCell(f"{place} is {json_type(part)} without a type", '{"type": "text", "text": …} or another part')
    if kind in _TEXTS or kind == "refusal":
        text = part.get("refusal" if kind == "refusal" else "text")
        if not isinstance(text, str):
            raise WrongCell(f"the text of {place} is {json_type(text)}", "text")
        return text
    if kind == "tool_result":
        content = part.get("content") or ""
        return f"[result of call {part.get('tool_use_id')}]\n{message_content(content, place).text}"
    return f"[{kind.removesuffix('_url').removeprefix('input_')}: {_what(part, kind)}]"


def _what(part: Mapping[str, object], kind: str) -> str:
    """Return a name for a part that is no text: its address or file, else its type and a hash of its data."""
    held = part.get(kind, part.get("source", part))
    for source in (held, part):
        if isinstance(source, str):
            return _address(source)
        if not isinstance(source, dict):
            continue
        for name in ("url", "image_url", "file_data", "data"):
            if isinstance(source.get(name), str):
                described = source.get("media_type") or source.get("format")
                address = _address(str(source[name]), data=name == "data")
                return f"{described}, {address}" if isinstance(described, str) else address
        for name in _NAMES:
            if isinstance(source.get(name), str):
                return str(source[name])
    return "without a name"


def _address(text: str, *, data: bool = False) -> str:
    if not data and not text.startswith("data:"):
        return text
    head, comma, body = text.partition(",")
    kind = head.removeprefix("data:").partition(";")[0] if comma else ""
    return (
        f"{kind}{', ' if kind else ''}sha256 {sha256((body or text).encode(errors='surrogatepass')).hexdigest()[:16]}"
    )
