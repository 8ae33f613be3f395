"""Every setting of the models file, with every provider: it is sent, or refused by its line."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from reviewer.definitions.model_config import Setup, read_setups
from reviewer.definitions.provider import Provider
from reviewer.errors import BadInput
from tests.support.llm_server import Asked, LLMServer
from tests.support.wire import PROVIDERS, call

# What says which configuration it is, and what its answers cost: nothing of this is for the server.
NOT_SENT = {"name", "provider", "model", "lab", "answers", "price_in", "price_out"}
GIVEN = {
    "base_url": (),
    "key_variable": ('key_variable = "TEST_KEY"',),
    "reasoning": ('reasoning = "high"',),
    "reasoning_budget": ('reasoning = "on"', "reasoning_budget = 2000"),
    "max_tokens": ("max_tokens = 3000",),
    "temperature": ("temperature = 0.5",),
    "seed": ("seed = 7",),
    "stop": ('stop = ["X"]',),
    "system_role": ('system_role = "developer"',),
    "structured": ("structured = true",),
}
SENT_BEFORE = {"reasoning_budget": ('reasoning = "on"',)}
FIRST_LINE = 6  # of the lines that an entry is given beside those that it must have
SCHEMA = {"type": "object", "properties": {}}


def test_every_setting_is_looked_at() -> None:
    assert {field.name for field in fields(Setup)} - NOT_SENT == GIVEN.keys()


def entry(folder: Path, server: LLMServer, provider: Provider, *lines: str) -> Setup:
    base = server.url if provider is Provider.ANTHROPIC else f"{server.url}/v1"
    head = ['[[model]]\nname = "it"', f'provider = "{provider}"', 'model = "model-a"']
    place = [f'base_url = "{base}"'] if not provider.traits.recorded else ['answers = "a.jsonl"']
    (folder / "models.toml").write_text("\n".join([*head, *place, *lines]) + "\n")
    return read_setups(folder / "models.toml")["it"]


def refusal(folder: Path, server: LLMServer, provider: Provider, *lines: str) -> BadInput | None:
    try:
        entry(folder, server, provider, *lines)
    except BadInput as error:
        return error
    return None


def asked(server: LLMServer, setup: Setup) -> Asked:
    call(setup, schema=SCHEMA if setup.structured else None)
    return server.prompts[-1]


def sent(asked: Asked) -> tuple[object, object]:
    return asked.body, asked.headers["authorization"]


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("setting", sorted(GIVEN.keys() - {"base_url"}))
def test_a_setting_is_sent_or_refused(tmp_path: Path, server: LLMServer, provider: Provider, setting: str) -> None:
    before = SENT_BEFORE.get(setting, ())
    without = asked(server, entry(tmp_path, server, provider, *before))
    refused = refusal(tmp_path, server, provider, *GIVEN[setting])
    if refused is None:
        assert sent(asked(server, entry(tmp_path, server, provider, *GIVEN[setting]))) != sent(without)
    else:
        assert (refused.line, setting in str(refused)) == (FIRST_LINE + len(before), True)


@pytest.mark.parametrize("setting", sorted(GIVEN))
def test_a_replay_sends_nothing_and_refuses_what_it_would_send(tmp_path: Path, server: LLMServer, setting: str) -> None:
    lines = GIVEN[setting] or (f'base_url = "{server.url}"',)
    with pytest.raises(BadInput) as error:
        entry(tmp_path, server, Provider.REPLAY, *lines)
    assert (error.value.file, error.value.line) == (str(tmp_path / "models.toml"), FIRST_LINE)


@pytest.mark.parametrize(
    ("provider", "setting", "said"),
    [
        (Provider.OPENAI, "seed", "seed is not part of the Responses API; expected provider openai-chat"),
        (Provider.OPENAI, "stop", "stop is not part of the Responses API"),
        (Provider.ANTHROPIC, "seed", "seed is not part of the Messages API"),
        (Provider.ANTHROPIC, "system_role", "takes instructions in one place, whatever their role"),
    ],
)
def test_a_refusal_says_why(tmp_path: Path, server: LLMServer, provider: Provider, setting: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        entry(tmp_path, server, provider, *GIVEN[setting])
