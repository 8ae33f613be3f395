"""Each interface over the real SDK, against a server on loopback: what is sent, what is kept of what comes back."""

from __future__ import annotations

from typing import Any

import pytest

from reviewer.definitions.model_config import Reasoning
from reviewer.definitions.provider import Provider
from reviewer.model import Message, Role
from reviewer.providers.calls import Usage
from tests.support.llm_server import KEY, Given, LLMServer, chat, message, responses
from tests.support.wire import ASK, PROVIDERS, call, setup_for


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_answer_comes_with_model_id_and_request_id(server: LLMServer, provider: Provider) -> None:
    received = call(setup_for(server, provider))
    assert received.reply.text == "re: Why?"
    assert received.reply.model == "model-a-2026"
    assert received.reply.refusal is None
    assert received.request_id == "req-1"


@pytest.mark.parametrize(
    ("provider", "usage"),
    [
        (Provider.OPENAI, Usage(10, 5, reasoning=3, cached=4)),
        (Provider.OPENAI_CHAT, Usage(10, 5)),
        (Provider.ANTHROPIC, Usage(10, 5, cached=5)),  # the provider's input_tokens leave cached ones out
    ],
)
def test_tokens_are_counted_alike(server: LLMServer, provider: Provider, usage: Usage) -> None:
    assert call(setup_for(server, provider)).reply.usage == usage


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_key_travels_as_bearer(server: LLMServer, provider: Provider) -> None:
    call(setup_for(server, provider))
    assert server.prompts[0].headers["authorization"] == f"Bearer {KEY}"


def test_system_messages_lead_in_the_form_of_each_interface(server: LLMServer) -> None:
    for provider in PROVIDERS:
        call(setup_for(server, provider))
    openai, compatible, anthropic = (asked.body for asked in server.prompts)
    assert [item["role"] for item in openai["input"]] == ["system", "user"]
    assert [item["type"] for item in openai["input"]] == ["message", "message"]
    assert [item["role"] for item in compatible["messages"]] == ["system", "user"]
    assert anthropic["system"] == "Be brief."
    assert [item["role"] for item in anthropic["messages"]] == ["user"]


def test_instructions_go_in_the_role_that_the_configuration_names(server: LLMServer) -> None:
    call(setup_for(server, Provider.OPENAI, system_role=Role.DEVELOPER))
    assert server.prompts[0].body["input"][0]["role"] == "developer"


def test_a_later_system_message_stays_where_it_is(server: LLMServer) -> None:
    call(setup_for(server, Provider.ANTHROPIC), (*ASK, Message(Role.SYSTEM, "Now stop."), Message(Role.USER, "Go on")))
    assert [item["role"] for item in server.prompts[0].body["messages"]] == ["user", "system", "user"]


def test_only_what_the_configuration_says_is_sent(server: LLMServer) -> None:
    for provider in PROVIDERS:
        call(setup_for(server, provider))
    for asked in server.prompts:
        assert not {"temperature", "seed", "reasoning", "reasoning_effort", "thinking", "stop"} & asked.body.keys()


@pytest.mark.parametrize(
    ("provider", "settings", "sent"),
    [
        (Provider.OPENAI, {"reasoning": Reasoning.OFF}, {"reasoning": {"effort": "none"}}),
        (Provider.OPENAI, {"reasoning": Reasoning.HIGH}, {"reasoning": {"effort": "high", "summary": "auto"}}),
        (Provider.OPENAI, {"temperature": 0.5}, {"temperature": 0.5, "max_output_tokens": 4096, "store": False}),
        (Provider.OPENAI_CHAT, {"reasoning": Reasoning.LOW}, {"reasoning_effort": "low"}),
        (Provider.OPENAI_CHAT, {"stop": ("X",), "temperature": 0.0}, {"stop": ["X"], "temperature": 0.0}),
        (Provider.ANTHROPIC, {"reasoning": Reasoning.OFF}, {"thinking": {"type": "disabled"}}),
        (Provider.ANTHROPIC, {"reasoning": Reasoning.ON}, {"thinking": {"type": "adaptive"}}),
        (
            Provider.ANTHROPIC,
            {"reasoning": Reasoning.ON, "reasoning_budget": 2000},
            {"thinking": {"type": "enabled", "budget_tokens": 2000}},
        ),
        (
            Provider.ANTHROPIC,
            {"reasoning": Reasoning.MAX},
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}},
        ),
        (Provider.ANTHROPIC, {"temperature": 0.5, "stop": ("X",)}, {"temperature": 0.5, "stop_sequences": ["X"]}),
        (Provider.ANTHROPIC, {"max_tokens": 60_000}, {"max_tokens": 60_000}),
    ],
)
def test_settings_are_sent(
    server: LLMServer, provider: Provider, settings: dict[str, Any], sent: dict[str, object]
) -> None:
    received = call(setup_for(server, provider, **settings))
    body = server.prompts[0].body
    assert {key: body.get(key) for key in sent} == sent
    assert {key: received.sent.get(key) for key in sent} == sent


def test_each_sample_has_a_seed_of_its_own(server: LLMServer) -> None:
    for sample in (1, 3):
        call(setup_for(server, Provider.OPENAI_CHAT, seed=7), sample=sample)
    assert [asked.body["seed"] for asked in server.prompts] == [7, 9]


def test_a_schema_goes_where_the_interface_takes_it(server: LLMServer) -> None:
    schema = {"type": "object", "properties": {}}
    for provider in PROVIDERS:
        call(setup_for(server, provider), schema=schema)
    openai, compatible, anthropic = (asked.body for asked in server.prompts)
    assert openai["text"]["format"]["schema"] == schema
    assert compatible["response_format"]["json_schema"]["schema"] == schema
    assert anthropic["output_config"]["format"] == {"type": "json_schema", "schema": schema}


SUMMARY = {"type": "reasoning", "id": "rs-1", "summary": [{"type": "summary_text", "text": "I think"}]}


@pytest.mark.parametrize(
    ("provider", "body", "text", "refusal", "stop"),
    [
        (Provider.OPENAI, responses([{"type": "refusal", "refusal": "I won't"}]), "", "I won't", "completed"),
        (Provider.OPENAI_CHAT, chat(None, refusal="I won't"), "", "I won't", "stop"),
        (Provider.OPENAI_CHAT, chat(None, "content_filter"), "", None, "content_filter"),
        (
            Provider.ANTHROPIC,
            message([], "refusal", stop_details={"type": "refusal", "category": "cyber", "explanation": None}),
            "",
            "cyber",
            "refusal",
        ),
        (Provider.ANTHROPIC, message([], "refusal"), "", "refusal", "refusal"),
        (Provider.ANTHROPIC, message([{"type": "text", "text": "No."}], "refusal"), "No.", "refusal", "refusal"),
    ],
)
def test_a_refusal_is_kept_apart_from_the_text(
    server: LLMServer, provider: Provider, body: dict[str, Any], text: str, refusal: str | None, stop: str
) -> None:
    server.behave = lambda _: Given(body)
    reply = call(setup_for(server, provider)).reply
    assert (reply.text, reply.refusal, reply.stop_reason) == (text, refusal, stop)


@pytest.mark.parametrize(
    ("provider", "body"),
    [
        (Provider.OPENAI, responses([{"type": "output_text", "text": "", "annotations": []}])),
        (Provider.OPENAI_CHAT, chat("")),
        (Provider.ANTHROPIC, message([{"type": "text", "text": ""}])),
    ],
)
def test_an_empty_answer_is_an_answer(server: LLMServer, provider: Provider, body: dict[str, Any]) -> None:
    server.behave = lambda _: Given(body)
    reply = call(setup_for(server, provider)).reply
    assert (reply.text, reply.refusal) == ("", None)


@pytest.mark.parametrize(
    ("provider", "body"),
    [
        (Provider.OPENAI, responses([{"type": "output_text", "text": "so", "annotations": []}], SUMMARY)),
        (Provider.OPENAI_CHAT, chat("so", reasoning_content="I think")),
        (
            Provider.ANTHROPIC,
            message([{"type": "thinking", "thinking": "I think", "signature": "s"}, {"type": "text", "text": "so"}]),
        ),
    ],
)
def test_reasoning_is_kept_apart_from_the_text(server: LLMServer, provider: Provider, body: dict[str, Any]) -> None:
    server.behave = lambda _: Given(body)
    reply = call(setup_for(server, provider)).reply
    assert (reply.text, reply.reasoning) == ("so", "I think")


@pytest.mark.parametrize(
    ("provider", "body"),
    [
        (
            Provider.OPENAI,
            responses([], {"type": "function_call", "id": "f", "call_id": "c", "name": "look", "arguments": "{}"}),
        ),
        (
            Provider.OPENAI_CHAT,
            chat(None, "tool_calls", tool_calls=[{"id": "c", "type": "function", "function": {"name": "look"}}]),
        ),
        (Provider.ANTHROPIC, message([{"type": "tool_use", "id": "c", "name": "look", "input": {}}], "tool_use")),
    ],
)
def test_tool_calls_are_kept(server: LLMServer, provider: Provider, body: dict[str, Any]) -> None:
    server.behave = lambda _: Given(body)
    assert "look" in (call(setup_for(server, provider)).reply.tool_calls or "")


@pytest.mark.parametrize(
    ("provider", "body", "stop"),
    [
        (
            Provider.OPENAI,
            responses([], status="incomplete", incomplete_details={"reason": "max_output_tokens"}),
            "max_output_tokens",
        ),
        (Provider.OPENAI_CHAT, chat("a", "length"), "length"),
        (Provider.ANTHROPIC, message([], "model_context_window_exceeded"), "model_context_window_exceeded"),
    ],
)
def test_the_stop_reason_is_the_providers(
    server: LLMServer, provider: Provider, body: dict[str, Any], stop: str
) -> None:
    server.behave = lambda _: Given(body)
    assert call(setup_for(server, provider)).reply.stop_reason == stop
