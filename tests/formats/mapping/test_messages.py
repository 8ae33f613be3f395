"""Messages as providers spell them: parts, images, system texts beside, replies that only call tools."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from reviewer.model import Message, Role
from tests.support.mapped_rows import BASE, row, wrong

PNG = "iVBORw0KGgo="
HASH = sha256(PNG.encode()).hexdigest()[:16]
CALL: dict[str, object] = {"id": "c1", "type": "function", "function": {"name": "book", "arguments": "{}"}}
USE: dict[str, object] = {"type": "tool_use", "id": "c1", "name": "book", "input": {"n": 2}}


def asked(content: object, **more: object) -> tuple[Message, ...]:
    return row({"messages": [{"role": "user", "content": content}], "response": "So.", "model": "m", **more}).messages


def answered(response: object, **more: object) -> tuple[str | None, str | None]:
    found = row({**BASE, "response": response, **more})
    return found.text, found.tool_calls


def test_parts_of_text_are_one_text() -> None:
    parts = [{"type": "text", "text": "Is it polite?"}, {"type": "input_text", "text": "Hey you."}, "So?"]
    assert asked(parts) == (Message(Role.USER, "Is it polite?\nHey you.\nSo?"),)


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (
            {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
            "[image: https://example.org/a.png]",
        ),
        ({"type": "input_image", "image_url": "https://example.org/a.png"}, "[image: https://example.org/a.png]"),
        (
            {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
            "[image: https://example.org/a.png]",
        ),
        (
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}},
            f"[image: image/png, sha256 {HASH}]",
        ),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
            f"[image: image/png, sha256 {HASH}]",
        ),
        (
            {"type": "input_audio", "input_audio": {"data": PNG, "format": "wav"}},
            f"[audio: wav, sha256 {HASH}]",
        ),
        ({"type": "file", "file": {"file_id": "file-1"}}, "[file: file-1]"),
        ({"type": "document", "title": "Terms"}, "[document: Terms]"),
        ({"type": "mystery"}, "[mystery: without a name]"),
        (
            {"type": "tool_result", "tool_use_id": "c1", "content": [{"type": "text", "text": "Done."}]},
            "[result of call c1]\nDone.",
        ),
    ],
)
def test_a_part_that_is_no_text_is_named_where_it_stood(part: dict[str, object], name: str) -> None:
    [message] = asked([{"type": "text", "text": "Before."}, part, {"type": "text", "text": "After."}])
    assert message.content == f"Before.\n{name}\nAfter."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([1], "messages.0.content.0 is a number without a type"),
        ([{"text": "x"}], "messages.0.content.0 is an object without a type"),
        ({"text": "x"}, "the content of messages.0 is an object; expected text, or a list of parts"),
    ],
)
def test_what_is_no_content_is_named(content: object, said: str) -> None:
    fields: dict[str, object] = {"messages": [{"role": "user", "content": content}], "response": "So.", "model": "m"}
    assert wrong(fields).startswith(f"t.json:1: {said}")


@pytest.mark.parametrize("system", ["Be kind.", [{"type": "text", "text": "Be kind."}]])
def test_a_system_text_beside_the_messages_stands_above_them(system: object) -> None:
    assert asked("Why?", system=system) == (Message(Role.SYSTEM, "Be kind."), Message(Role.USER, "Why?"))


def test_a_system_text_that_stands_there_already_is_no_second_one() -> None:
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Why?"}]
    fields: dict[str, object] = {"messages": messages, "response": "So.", "model": "m"}
    assert row({**fields, "system": "Be kind."}) == row(fields) == row({**fields, "system": None})
    assert (
        wrong({**fields, "system": "Be curt."})
        == "t.json:1: system and messages have two system texts; expected one of them"
    )


@pytest.mark.parametrize(
    "more", [{"tool_calls": [CALL]}, {"tool_calls": json.dumps([CALL])}], ids=["a list", "the JSON text of one"]
)
def test_a_reply_may_only_call_tools(more: dict[str, object]) -> None:
    text, calls = answered(None, **more)
    assert text == ""
    assert json.loads(calls or "") == [CALL]


@pytest.mark.parametrize("nothing", [None, [], "", "NaN"])
def test_a_reply_that_neither_says_nor_calls_anything_is_missing(nothing: object) -> None:
    assert wrong({**BASE, "response": None, "tool_calls": nothing}) == "t.json:1: response is null; expected text"


@pytest.mark.parametrize(
    ("response", "text", "calls"),
    [
        ({"role": "assistant", "content": "So."}, "So.", None),
        ({"role": "assistant", "content": None, "tool_calls": [CALL]}, "", [CALL]),
        ({"role": "assistant", "content": None, "refusal": "No."}, "No.", None),
        ([{"type": "text", "text": "So"}, {"type": "text", "text": "."}], "So.", None),
        ([{"type": "text", "text": "So."}, USE], "So.", [USE]),
        ([USE], "", [USE]),
        ([], "", None),
    ],
)
def test_a_reply_may_be_a_message_or_its_parts(response: object, text: str, calls: object) -> None:
    found, said = answered(response)
    assert found == text
    assert (None if said is None else json.loads(said)) == calls


def test_a_turn_of_the_prompt_may_call_tools_among_its_parts() -> None:
    messages = [{"role": "assistant", "content": [USE]}, {"role": "user", "content": "Why?"}]
    [first, _] = row({"messages": messages, "response": "So.", "model": "m"}).messages
    assert (first.content, json.loads(first.tool_calls or "")) == ("", [USE])
