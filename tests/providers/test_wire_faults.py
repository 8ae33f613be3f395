"""What servers answer beside answers: errors, waits, replies that cannot be read, and lists of models."""

from __future__ import annotations

import asyncio

import pytest

from reviewer.definitions.model_config import Setup
from reviewer.definitions.provider import Provider
from reviewer.errors import NotFound
from reviewer.providers.calls import CallFailed
from reviewer.providers.clients import open_caller
from reviewer.providers.failures import FailureReason
from tests.support.llm_server import KEY, Given, LLMServer, chat, error
from tests.support.wire import ASK, PROVIDERS, call, check, setup_for

STATUSES = {
    400: FailureReason.BAD_REQUEST,
    401: FailureReason.UNAUTHORIZED,
    402: FailureReason.QUOTA,
    403: FailureReason.FORBIDDEN,
    404: FailureReason.NOT_FOUND,
    408: FailureReason.TIMEOUT,
    409: FailureReason.CONFLICT,
    413: FailureReason.TOO_LARGE,
    422: FailureReason.UNPROCESSABLE,
    429: FailureReason.RATE_LIMITED,
    500: FailureReason.SERVER,
    529: FailureReason.SERVER,
}
TRIED_AGAIN = {408, 409, 429, 500, 529}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("status", STATUSES)
def test_an_error_is_told_by_its_status_and_asked_once(server: LLMServer, provider: Provider, status: int) -> None:
    server.behave = lambda _: error(status)
    with pytest.raises(CallFailed) as failed:
        call(setup_for(server, provider))
    failure = failed.value.failure
    assert (failure.reason, failure.again) == (STATUSES[status], status in TRIED_AGAIN)
    assert len(server.prompts) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_exhausted_quota_is_no_rate_limit(server: LLMServer, provider: Provider) -> None:
    code = "billing_error" if provider is Provider.ANTHROPIC else "insufficient_quota"
    server.behave = lambda _: error(429, code)
    with pytest.raises(CallFailed) as failed:
        call(setup_for(server, provider))
    assert failed.value.failure.reason is FailureReason.QUOTA
    assert failed.value.failure.hopeless


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "7"}, 7.0),
        ({"retry_after_ms": "250", "retry_after": "9"}, 0.25),
        ({"retry_after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "nan"}, None),
        ({}, None),
    ],
)
def test_the_wait_that_a_server_asks_for_is_read(
    server: LLMServer, provider: Provider, headers: dict[str, str], seconds: float | None
) -> None:
    server.behave = lambda _: error(429, **headers)
    with pytest.raises(CallFailed) as failed:
        call(setup_for(server, provider))
    assert failed.value.failure.wait == seconds


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (Given('{"id": "x", "cho', cut=False), FailureReason.MALFORMED),
        (Given("[]"), FailureReason.MALFORMED),
        (Given({"id": "x"}), FailureReason.MALFORMED),
        (Given({"choices": [], "output": [{}], "content": [3]}), FailureReason.MALFORMED),
        (Given(chat("a long answer " * 100), cut=True), FailureReason.CONNECTION),
    ],
)
def test_a_reply_that_cannot_be_read_is_tried_again(
    server: LLMServer, provider: Provider, given: Given, reason: FailureReason
) -> None:
    server.behave = lambda _: given
    with pytest.raises(CallFailed) as failed:
        call(setup_for(server, provider))
    assert failed.value.failure.reason is reason
    assert failed.value.failure.again


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_key_is_taken_out_of_what_a_server_says(server: LLMServer, provider: Provider) -> None:
    server.behave = lambda _: error(401, message=f"wrong key {KEY}")
    with pytest.raises(CallFailed) as failed:
        call(setup_for(server, provider))
    assert KEY not in failed.value.failure.message
    assert "wrong key [key]" in failed.value.failure.message


@pytest.mark.parametrize("provider", PROVIDERS)
def test_check_finds_nothing_wrong(server: LLMServer, provider: Provider) -> None:
    assert check(setup_for(server, provider)) is None


@pytest.mark.parametrize("provider", PROVIDERS)
def test_check_names_the_models_there_are(server: LLMServer, provider: Provider) -> None:
    setup = setup_for(server, provider)
    problem = check(Setup(setup.name, provider, "other", base_url=setup.base_url, key_variable="TEST_KEY"))
    assert problem == "it has no model other; it has: model-a, model-b"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_check_tells_a_refused_key(server: LLMServer, provider: Provider) -> None:
    server.behave = lambda _: error(401, message=f"bad {KEY}")
    problem = check(setup_for(server, provider))
    assert problem is not None
    assert "bad [key]" in problem


@pytest.mark.parametrize("provider", PROVIDERS)
def test_check_passes_over_a_server_that_lists_no_models(server: LLMServer, provider: Provider) -> None:
    server.behave = lambda _: error(404)
    assert check(setup_for(server, provider)) is None


@pytest.mark.parametrize("provider", PROVIDERS)
def test_check_tells_that_no_server_answers(provider: Provider) -> None:
    problem = check(Setup("it", provider, "m", base_url="http://127.0.0.1:9/v1", key_variable="TEST_KEY"))
    assert problem is not None
    assert problem.startswith("no server answers")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_missing_key_is_named(provider: Provider) -> None:
    with pytest.raises(NotFound, match=r"environment variable [A-Z]+_API_KEY holds no key"):
        open_caller(Setup("it", provider, "m"), {})


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_key_of_the_providers_own_does_not_leave_for_another_server(server: LLMServer, provider: Provider) -> None:
    setup = Setup("it", provider, "model-a", base_url=setup_for(server, provider).base_url)

    async def once() -> None:
        caller = open_caller(setup, {"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": KEY})
        await caller.call(ASK, 1, None)
        await caller.close()

    asyncio.run(once())
    assert KEY not in str(server.prompts[0].headers)
