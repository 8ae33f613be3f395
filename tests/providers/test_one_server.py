"""A key stays with its server: no other is sent it, and where the server repeats it, it is taken out."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from reviewer.definitions.provider import Provider
from reviewer.providers.batch_service import BatchService
from reviewer.providers.calls import CallFailed, ReceivedReply
from reviewer.providers.clients import open_service
from reviewer.providers.failures import FailureReason
from reviewer.providers.key_redaction import NO_KEY, KeyRedaction
from tests.support.llm_server import KEY, MESSAGES, Asked, Given, LLMServer, answer, chat, message, responses, served
from tests.support.wire import PROVIDERS, call, check, setup_for

ODD_KEY = "sk+of/this=test and more"


@pytest.fixture
def other() -> Iterator[LLMServer]:
    """A second server on loopback, at another port."""
    with served() as state:
        yield state


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_server_is_refused(
    server: LLMServer, other: LLMServer, provider: Provider, status: int
) -> None:
    server.behave = lambda asked: Given("", status, {"location": other.url + asked.path})
    with pytest.raises(CallFailed) as failed:
        call(setup_for(server, provider))
    assert failed.value.failure.reason is FailureReason.REDIRECTED
    assert f"sends its callers on to {other.url}" in failed.value.failure.message
    assert failed.value.failure.hopeless
    assert other.asked == []


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("place", ["https://127.0.0.1:9/", "//127.0.0.1:9/", "http://localhost:9/", "ftp://127.0.0.1/"])
def test_another_scheme_host_or_port_is_another_server(server: LLMServer, provider: Provider, place: str) -> None:
    server.behave = lambda _: Given("", 307, {"location": place})
    with pytest.raises(CallFailed) as failed:
        call(setup_for(server, provider))
    assert failed.value.failure.reason is FailureReason.REDIRECTED


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_redirect_on_the_same_server_is_followed(server: LLMServer, provider: Provider) -> None:
    def behave(asked: Asked) -> Given:
        if asked.path.endswith("/"):
            return Given(answer(asked.path.rstrip("/"), asked.body))
        return Given("", 307, {"location": f"{asked.path}/"})

    server.behave = behave
    assert call(setup_for(server, provider)).reply.text == "re: Why?"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_check_tells_of_a_redirect(server: LLMServer, other: LLMServer, provider: Provider) -> None:
    server.behave = lambda asked: Given("", 307, {"location": other.url + asked.path})
    assert f"sends its callers on to {other.url}" in (check(setup_for(server, provider)) or "")
    assert other.asked == []


async def results(service: BatchService, batch: str) -> list[tuple[str, ReceivedReply]]:
    try:
        return [(key, came) async for key, came in service.results(batch, {"k": {}}) if isinstance(came, ReceivedReply)]
    finally:
        await service.close()


def test_results_of_a_batch_are_not_fetched_from_another_server(server: LLMServer, other: LLMServer) -> None:
    def behave(asked: Asked) -> Given | None:
        known = server.healthy(asked)
        return Given({**known.body, "results_url": f"{other.url}/r"}) if isinstance(known.body, dict) else None

    server.behave = behave
    server.batches["b"] = {"requests": [{"custom_id": "k", "params": {"messages": [{"content": "?"}]}}]}
    service = open_service(setup_for(server, Provider.ANTHROPIC), {"TEST_KEY": KEY})
    with pytest.raises(CallFailed) as failed:
        asyncio.run(results(service, "b"))
    assert failed.value.failure.reason is FailureReason.REDIRECTED
    assert other.asked == []


def spellings(key: str) -> list[str]:
    return [
        key,
        quote(key, safe=""),
        b64encode(key.encode()).decode(),
        b64encode(f"Basic user:{key}".encode()).decode(),
        b64encode(f"x{key}y".encode()).decode().replace("+", "-").replace("/", "_"),
    ]


@pytest.mark.parametrize("spelt", spellings(KEY))
@pytest.mark.parametrize(
    ("provider", "body"),
    [
        (Provider.OPENAI_CHAT, chat("you sent KEY", reasoning="KEY", tool_calls=[{"id": "KEY"}], refusal="KEY")),
        (Provider.OPENAI_CHAT, {**chat([{"type": "text", "text": "KEY"}], "KEY"), "id": "KEY", "model": "KEY"}),
        (Provider.OPENAI, responses([{"type": "output_text", "text": "KEY"}], id="KEY", KEY="KEY", status="KEY")),
        (Provider.ANTHROPIC, message([{"type": "text", "text": "KEY"}], "KEY", id="KEY", model="KEY")),
    ],
)
def test_a_key_that_is_repeated_is_kept_nowhere(
    server: LLMServer, provider: Provider, body: dict[str, object], spelt: str
) -> None:
    given = json.loads(json.dumps(body).replace("KEY", spelt))
    server.behave = lambda _: Given(given, headers={"x-request-id": spelt, "request-id": spelt})
    received = call(setup_for(server, provider))
    assert spelt not in repr(received)
    assert KEY not in repr(received)
    assert "[key]" in received.reply.text


def test_a_key_in_two_parts_does_not_come_together(server: LLMServer) -> None:
    halves = [{"type": "text", "text": part} for part in (KEY[:9], KEY[9:])]
    server.behave = lambda asked: Given(message(halves)) if asked.path == MESSAGES else None
    assert call(setup_for(server, Provider.ANTHROPIC)).reply.text == "[key]"


@pytest.mark.parametrize("spelt", [*spellings(ODD_KEY), quote(ODD_KEY, safe="").lower()])
def test_a_key_of_other_signs_is_found_in_each_spelling(spelt: str) -> None:
    assert "[key]" in KeyRedaction(ODD_KEY).words(f"it was {spelt}")
    assert ODD_KEY not in KeyRedaction(ODD_KEY).words(f"it was {spelt}")


@pytest.mark.parametrize("key", [NO_KEY, "EMPTY", "x"])
def test_a_word_in_place_of_a_key_is_left_in_answers(key: str) -> None:
    said = {"text": "none of the boxes is EMPTY, x"}
    assert KeyRedaction(key).json(said) == said


def test_a_short_key_is_still_taken_out_of_explanations() -> None:
    assert KeyRedaction("abc").words("wrong key abc") == "wrong key [key]"
    assert KeyRedaction(NO_KEY).words("none is there") == "none is there"
