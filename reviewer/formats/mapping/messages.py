"""Cells that hold messages as the providers spell them: what was asked, and what was answered."""

from __future__ import annotations

import json

from reviewer.formats.mapping.cells import Fields, Get, Notes, Step, WrongCell, optional_step, stored, text_step
from reviewer.formats.mapping.message_content import message_content
from reviewer.formats.tables.json_table import json_type, missing_constant
from reviewer.model import Message, Role, canonical
from reviewer.text.missing_values import is_missing_value

_A_MESSAGE = '{"role": …, "content": text}'


def messages_step(get: Get, system: Get | None) -> Step:
    """Return the step that reads a list of messages, or the JSON text of one.

    `system` reads the text above them, where a provider keeps that beside the messages.
    """

    def step(fields: Fields, notes: Notes) -> tuple[Message, ...]:
        value = get(fields)
        if isinstance(value, str):
            try:
                value = json.loads(value, parse_constant=missing_constant)
            except (ValueError, RecursionError):
                raise WrongCell("messages is no JSON", f"a list of {_A_MESSAGE}") from None
        if not isinstance(value, list) or not value:
            found = "an empty list" if value == [] else json_type(value)
            raise WrongCell(f"messages is {found}", f"a list of {_A_MESSAGE}")
        messages = tuple(_message(part, f"messages.{index}", notes) for index, part in enumerate(value))
        above = None if system is None else _system_text(system(fields), notes)
        if above is None or Message(Role.SYSTEM, above) in messages:
            return messages
        if any(message.role is Role.SYSTEM for message in messages):
            raise WrongCell("system and messages have two system texts", "one of them")
        return (Message(Role.SYSTEM, above), *messages)

    return step


def response_step(get: Get, calls: Get | None) -> Step:
    """Return the step that reads a response: text, or a message of the assistant, or the parts of one.

    A reply may call tools and say nothing; `calls` reads what it calls, where that stands in a column of its own.
    """
    plain = text_step("response", get, blank=True)

    def step(fields: Fields, notes: Notes) -> str:
        value = get(fields)
        if value is None and calls is not None and _calls(calls(fields), "response"):
            return ""
        if isinstance(value, list | dict):
            return stored(_reply(value)[0], "response", notes)
        return str(plain(fields, notes))

    return step


def tool_calls_step(response: Get, calls: Get | None) -> Step:
    """Return the step that reads which tools a response calls."""

    def step(fields: Fields, notes: Notes) -> str | None:
        value = None if calls is None else _calls(calls(fields), "the response")
        said = response(fields)
        if value is None and isinstance(said, list | dict):
            value = _reply(said)[1]
        return None if value is None else stored(value, "tool_calls", notes)

    return step


def _reply(value: list[object] | dict[str, object]) -> tuple[str, str | None]:
    """Return the text and the tool calls of a reply, as a message or as the parts of one."""
    message = value if isinstance(value, dict) else {"content": value}
    if "content" not in message:
        raise WrongCell("response is an object without content", "text, or a message of the assistant")
    calls = _calls(message.get("tool_calls"), "response")
    refusal = message.get("refusal")
    if message["content"] is None and isinstance(refusal, str):
        return refusal, calls
    if message["content"] is None and calls is not None:
        return "", calls
    content = message_content(message["content"], "response", between="")  # as answers that are collected are joined
    return content.text, calls or (canonical(content.calls) if content.calls else None)


def _system_text(value: object, notes: Notes) -> str | None:
    if isinstance(value, list):
        value = message_content(value, "system").text
    text = optional_step("system", lambda _: value)({}, notes)
    return None if text is None else str(text)


def _message(part: object, place: str, notes: Notes) -> Message:
    if not isinstance(part, dict):
        raise WrongCell(f"{place} is {json_type(part)}", _A_MESSAGE)
    role, content, calls = part.get("role"), part.get("content"), _calls(part.get("tool_calls"), place)
    if role not in list(Role):
        raise WrongCell(f"{place} has the role {role!r}", f"one of {', '.join(Role)}")
    if content is None and calls is not None:  # how providers write a turn that only calls tools
        content = ""
    text, parts = message_content(content, place)
    if parts and calls is None:
        calls = canonical(parts)
    return Message(Role(role), stored(text, place, notes), calls and stored(calls, f"{place}.tool_calls", notes))


def _calls(value: object, place: str) -> str | None:
    """Return tool calls as canonical JSON, whether they come as JSON text or as what that stands for."""
    if isinstance(value, str):
        if not value.strip() or is_missing_value(value):
            return None
        try:
            value = json.loads(value, parse_constant=missing_constant)
        except (ValueError, RecursionError):
            raise WrongCell(f"the tool_calls of {place} are no JSON", "a list, or the JSON text of one") from None
    return canonical(value) if value else None
