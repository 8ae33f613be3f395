"""Replies whose fields have other types than they should: read as what they can be, else a failure with its reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reviewer.definitions.provider import Provider
from reviewer.providers.calls import CallFailed, Usage
from reviewer.providers.failures import Failure, FailureReason
from tests.support.hostile_replies import nested
from tests.support.llm_server import Asked, Given, LLMServer, chat, error, message, responses
from tests.support.wire import PROVIDERS, call, check, setup_for

TEXT = {"type": "text", "text": "It was 1809."}
THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "Let me see."}]}


def in_form(provider: Provider, content: Any, **more: Any) -> dict[str, Any]:
    """Return a reply with that content, in the form of an interface."""
    if provider is Provider.OPENAI_CHAT:
        return {**chat(content), **more}
    if provider is Provider.ANTHROPIC:
        return message(content, **more)
    return responses(content, **more)


def failure(server: LLMServer, provider: Provider, given: Given) -> Failure:
    server.behave = lambda _: given
    with pytest.raises(CallFailed) as failed:
        call(setup_for(server, provider))
    return failed.value.failure


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("content", "text", "reasoning"),
    [
        ("as it is", "as it is", None),
        ([THOUGHT, TEXT], "It was 1809.", "Let me see."),
        (["one, ", TEXT], "one, It was 1809.", None),
        ([{"text": "of no type"}], "of no type", None),
        ([{"type": "reasoning", "text": "hm"}, {"type": "image", "data": 7}, TEXT], "It was 1809.", "hm"),
        ([{"type": "thinking", "thinking": 7}, TEXT], "It was 1809.", "7"),
        ("", "", None),
    ],
)
def test_parts_of_text_are_the_answer_and_parts_of_thinking_the_reasoning(
    server: LLMServer, provider: Provider, content: object, text: str, reasoning: str | None
) -> None:
    server.behave = lambda _: Given(in_form(provider, content))
    reply = call(setup_for(server, provider)).reply
    assert (reply.text, reply.reasoning, reply.refusal) == (text, reasoning, None)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (7, "content is a number; expected a text or a list of parts"),
        (True, "content is true or false; expected a text or a list of parts"),
        ({"a": 1}, "content is an object; expected a text or a list of parts"),
        ([7], "content[0] is a number; expected a text or a part"),
        ([TEXT, {"type": "text", "text": ["no"]}], "content[1].text is a list; expected a text"),
        ([{"type": 7, "text": "x"}], "content[0].type is a number; expected a text"),
    ],
)
def test_content_that_is_no_text_is_one_malformed_reply(
    server: LLMServer, provider: Provider, content: object, said: str
) -> None:
    failed = failure(server, provider, Given(in_form(provider, content)))
    assert failed.reason is FailureReason.MALFORMED
    assert failed.message.endswith(said)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("wrong", [7, True, ["a"], {"a": 1}, None])
def test_what_an_answer_can_do_without_is_left_out_where_it_has_another_type(
    server: LLMServer, provider: Provider, wrong: object
) -> None:
    body = in_form(provider, [TEXT], id=wrong, model=wrong, usage=wrong, incomplete_details=wrong, stop_details=wrong)
    server.behave = lambda _: Given(body)
    reply = call(setup_for(server, provider)).reply
    assert (reply.text, reply.id, reply.model, reply.usage) == ("It was 1809.", None, None, Usage())


@pytest.mark.parametrize("wrong", [-1, "10", None, 10**12, 1.5, True, [3], {}])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_number_of_tokens_that_is_none_is_not_known(server: LLMServer, provider: Provider, wrong: object) -> None:
    usage = dict.fromkeys(("prompt_tokens", "completion_tokens", "input_tokens", "output_tokens"), wrong)
    server.behave = lambda _: Given(in_form(provider, [TEXT], usage=usage))
    assert call(setup_for(server, provider)).reply.usage == Usage()


@pytest.mark.parametrize(
    ("calls", "kept"),
    [
        ([{"id": "c"}], '[{"id": "c"}]'),
        ({"id": "c"}, '[{"id": "c"}]'),
        ("look", '["look"]'),
        (7, "[7]"),
        (None, None),
        ([], None),
    ],
)
def test_tool_calls_of_any_type_are_kept_as_a_list(server: LLMServer, calls: object, kept: str | None) -> None:
    server.behave = lambda _: Given(chat("so", tool_calls=calls))
    assert call(setup_for(server, Provider.OPENAI_CHAT)).reply.tool_calls == kept


@pytest.mark.parametrize(
    ("refusal", "kept"), [("No.", "No."), ([{"type": "refusal", "text": "No."}], "No."), (True, "true"), (False, None)]
)
def test_a_refusal_of_any_type_is_a_refusal(server: LLMServer, refusal: object, kept: str | None) -> None:
    server.behave = lambda _: Given(chat(None, refusal=refusal))
    assert call(setup_for(server, Provider.OPENAI_CHAT)).reply.refusal == kept


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (nested(60_000), "nested more than 64 levels"),
        ('{"id": ' + nested(70) + "}", "nested more than 64 levels"),
        ("7", "the reply is no JSON object but a number"),
        ("", "the reply is no JSON"),
        ('{"id": ' + "9" * 5000 + "}", "the reply is no JSON"),
        (b"\xff\xfe{}", "the reply is no JSON"),
    ],
)
def test_a_whole_that_is_no_reply_is_malformed(
    server: LLMServer, provider: Provider, body: str | bytes, said: str
) -> None:
    failed = failure(server, provider, Given(body))
    assert failed.reason is FailureReason.MALFORMED
    assert said in failed.message


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("charset", ["base64", "idna", "undefined", "latin-1", "no-such", ""])
def test_a_reply_is_utf_8_whatever_its_header_says(server: LLMServer, provider: Provider, charset: str) -> None:
    headers = {"content-type": f"application/json; charset={charset}"}
    server.behave = lambda _: Given(in_form(provider, "schön"), headers=headers)
    assert call(setup_for(server, provider)).reply.text == "schön"
    assert failure(server, provider, Given(error(429).body, 429, headers)).reason is FailureReason.RATE_LIMITED


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_reply_that_is_not_packed_as_it_says_is_malformed(server: LLMServer, provider: Provider) -> None:
    packed = Given(in_form(provider, "so"), headers={"content-encoding": "gzip"})
    failed = failure(server, provider, packed)
    assert failed.reason is FailureReason.MALFORMED
    assert "is not encoded as it says" in failed.message
    assert check(setup_for(server, provider)) is None


@pytest.mark.parametrize("provider", PROVIDERS)
def test_numbers_that_json_does_not_know_are_kept_as_words(server: LLMServer, provider: Provider) -> None:
    body = in_form(provider, "so", odd=[float("nan"), float("-inf")], large=0)
    server.behave = lambda _: Given(json.dumps(body).replace('"large": 0', '"large": 1e999'))
    kept = call(setup_for(server, provider)).reply.body
    assert (kept["odd"], kept["large"]) == (["NaN", "-Infinity"], "1e999")


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    "said",
    [[], "no", 7, {"code": ["insufficient_quota"], "type": {}, "message": 7}, {"code": 3, "message": [{"a": None}]}],
)
def test_an_error_of_another_form_is_told_by_its_status(server: LLMServer, provider: Provider, said: object) -> None:
    failed = failure(server, provider, Given({"type": [], "error": said}, 429))
    assert (failed.reason, failed.status) == (FailureReason.RATE_LIMITED, 429)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0.0),
        ("Mon, 01 Jan 2001 00:00:00 +99999999", None),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        ("Thu, 32 Foo 2026", None),
        (", ,", None),
        ("1e999", None),
        ("-5", 0.0),
    ],
)
def test_a_wait_beyond_the_calendar_is_no_wait(
    server: LLMServer, provider: Provider, asked: str, seconds: float | None
) -> None:
    failed = failure(server, provider, Given(error(429).body, 429, {"retry-after": asked}))
    assert (failed.reason, failed.wait) == (FailureReason.RATE_LIMITED, seconds)


FILTERED_PROMPT = {"prompt_filter_results": [{"content_filter_results": {"hate": {"filtered": True}}}]}


@pytest.mark.parametrize(
    ("provider", "body", "stop"),
    [
        (Provider.OPENAI_CHAT, {"choices": [], **FILTERED_PROMPT}, "content_filter"),
        (Provider.OPENAI_CHAT, {"choices": [], "prompt_feedback": {"block_reason": "SAFETY"}}, "content_filter"),
        (
            Provider.OPENAI,
            {"output": [], "status": "incomplete", "incomplete_details": {"reason": "content_filter"}},
            "content_filter",
        ),
        (Provider.ANTHROPIC, {"content": [], "stop_reason": "refusal"}, "refusal"),
        (Provider.ANTHROPIC, {"content": [], "stop_reason": "max_tokens"}, "max_tokens"),
    ],
)
def test_nothing_is_an_answer_where_the_reply_says_what_stopped_it(
    server: LLMServer, provider: Provider, body: dict[str, Any], stop: str
) -> None:
    server.behave = lambda _: Given(body)
    reply = call(setup_for(server, provider)).reply
    assert (reply.text, reply.stop_reason) == ("", stop)


@pytest.mark.parametrize(
    ("provider", "body", "said"),
    [
        (Provider.OPENAI_CHAT, {"choices": []}, "choices is empty"),
        (Provider.OPENAI_CHAT, {"choices": [], "prompt_filter_results": [7, {}]}, "choices is empty"),
        (Provider.OPENAI_CHAT, {"choices": {"a": 1}}, "choices is an object; expected a list"),
        (Provider.OPENAI_CHAT, {"choices": [[]]}, "choices[0] is a list; expected an object"),
        (Provider.OPENAI_CHAT, {"choices": [{"message": "so"}]}, "choices[0].message is a text; expected an object"),
        (Provider.OPENAI, {"output": [], "status": "completed"}, "output is empty"),
        (Provider.OPENAI, {"output": "so"}, "output is a text; expected a list"),
        (Provider.OPENAI, {"output": [{"type": 7}]}, "output[0].type is a number; expected a text"),
        (Provider.ANTHROPIC, {"content": [], "stop_reason": "end_turn"}, "content is empty"),
        (Provider.ANTHROPIC, {"content": None, "stop_reason": ["refusal"]}, "content is empty"),
    ],
)
def test_nothing_without_a_reason_is_a_failure(
    server: LLMServer, provider: Provider, body: dict[str, Any], said: str
) -> None:
    failed = failure(server, provider, Given(body))
    assert failed.reason is FailureReason.MALFORMED
    assert said in failed.message


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"message": "all busy", "code": 503}, FailureReason.SERVER),
        ({"message": "slow down", "code": 429}, FailureReason.RATE_LIMITED),
        ({"message": "no such thing", "code": "x"}, FailureReason.SERVER),
        ("out of order", FailureReason.SERVER),
    ],
)
def test_an_error_in_place_of_an_answer_is_told(
    server: LLMServer, provider: Provider, said: Any, reason: FailureReason
) -> None:
    failed = failure(server, provider, Given({"error": said}))
    assert failed.reason is reason
    assert (said if isinstance(said, str) else said["message"]) in failed.message


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    "listed",
    [
        "",
        "[]",
        nested(60_000),
        {"data": 7},
        {"data": [7, None, {"id": 7}, {"id": None}, {}]},
        {"data": {"id": "x"}},
        {"data": [{"id": "other"}, {"id": ["model-a"]}], "has_more": "yes"},
    ],
)
def test_a_list_of_models_that_cannot_be_read_tells_nothing(server: LLMServer, provider: Provider, listed: Any) -> None:
    server.behave = lambda _: Given(listed)
    problem = check(setup_for(server, provider))
    whole = provider is not Provider.ANTHROPIC and isinstance(listed, dict) and "has_more" in listed
    assert problem == ("it has no model model-a; it has: other" if whole else None)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_list_of_models_is_asked_for_once(server: LLMServer, provider: Provider) -> None:
    server.behave = lambda _: Given({"data": [{"id": "other"}], "has_more": True, "last_id": "other"})
    check(setup_for(server, provider))
    assert len(server.asked) == 1


def test_a_thought_is_no_answer_of_its_own(server: LLMServer) -> None:
    def behave(asked: Asked) -> Given:
        return Given(in_form(Provider.OPENAI_CHAT, [THOUGHT], odd=asked.path))

    server.behave = behave
    reply = call(setup_for(server, Provider.OPENAI_CHAT)).reply
    assert (reply.text, reply.reasoning) == ("", "Let me see.")
