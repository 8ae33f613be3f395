from __future__ import annotations

from pathlib import Path

import pytest

from reviewer.definitions.model_config import Reasoning, find_setup, read_setups
from reviewer.definitions.provider import Provider
from reviewer.errors import BadInput, NotFound
from tests.support.folders import SHIPPED_MODELS

ENTRY = '[[model]]\nname = "a"\nprovider = "{provider}"\nmodel = "m"\n{more}\n'


def write(folder: Path, more: str = "", provider: str = "openai") -> Path:
    path = folder / "models.toml"
    path.write_text(ENTRY.format(provider=provider, more=more))
    return path


def test_the_eight_configurations_of_the_exercise_are_shipped() -> None:
    setups = read_setups(SHIPPED_MODELS)
    exercise = {
        "claude-opus-4": ("claude-opus-4-20250514", Reasoning.ON),
        "claude-opus-4-no-thinking": ("claude-opus-4-20250514", Reasoning.OFF),
        "claude-sonnet-4": ("claude-sonnet-4-20250514", Reasoning.ON),
        "claude-sonnet-4-no-thinking": ("claude-sonnet-4-20250514", Reasoning.OFF),
        "gpt-4o": ("gpt-4o-2024-11-20", None),
        "gpt-4.1": ("gpt-4.1-2025-04-14", None),
        "o3": ("o3-2025-04-16", Reasoning.MEDIUM),
        "o4-mini": ("o4-mini-2025-04-16", Reasoning.MEDIUM),
    }
    assert {name: (setups[name].model, setups[name].reasoning) for name in exercise} == exercise


def test_settings_that_differ_make_another_configuration(tmp_path: Path) -> None:
    one = read_setups(write(tmp_path, "max_tokens = 5"))["a"].configuration
    other = read_setups(write(tmp_path, "max_tokens = 6"))["a"].configuration
    assert one.settings == '{"max_tokens":5}'
    assert one != other


def test_a_price_is_no_setting(tmp_path: Path) -> None:
    bare = read_setups(write(tmp_path))["a"]
    priced = read_setups(write(tmp_path, "price_in = 2\nprice_out = 10"))["a"]
    assert bare.configuration == priced.configuration
    assert bare.cost(1, 1) is None
    assert priced.cost(500_000, 100_000) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("provider", "more", "line", "said"),
    [
        ("opnai", "", 3, "provider is"),
        ("openai", "max_token = 5", 5, "unknown key max_token; expected max_tokens"),
        ("openai", "max_tokens = 0", 5, "max_tokens is 0"),
        ("openai", "price_in = 1", 1, "one of price_in and price_out is missing"),
        ("openai", "price_in = -1\nprice_out = 1", 5, "price_in is -1"),
        ("openai", 'base_url = "ftp://x"', 5, "base_url is ftp://x"),
        ("openai", 'base_url = "http://[::1"', 5, "base_url is http://[::1 (Invalid IPv6 URL)"),
        ("openai", 'base_url = "http://x:99999"', 5, "base_url is http://x:99999 (Port out of range"),
        ("openai", 'base_url = "http://x:0/v1"', 5, "base_url is http://x:0/v1"),
        ("openai", 'base_url = "http://me:secret@x"', 5, "base_url holds a name or a password"),
        ("openai", 'key_variable = "K"', 5, "key_variable without base_url"),
        ("openai", 'stop = ["a"]', 5, "stop is not part of the Responses API"),
        ("openai", 'system_role = "user"', 5, "system_role is user"),
        ("openai", "reasoning_budget = 2000", 5, "reasoning_budget is for provider anthropic"),
        ("anthropic", 'reasoning = "on"\nreasoning_budget = 1000', 6, "reasoning_budget is 1000"),
        ("anthropic", "seed = 1", 5, "seed is not part of the Messages API"),
        ("anthropic", "temperature = 0.5", 5, "temperature is no longer part of the Messages API"),
        ("replay", "", 1, "answers and provider = replay belong together"),
        ("openai", 'answers = "a.jsonl"', 5, "answers and provider = replay belong together"),
        ("openai", '[[model]]\nname = "a"\nprovider = "openai"\nmodel = "n"', 6, "a second model a"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, provider: str, more: str, line: int, said: str) -> None:
    with pytest.raises(BadInput) as error:
        read_setups(write(tmp_path, more, provider))
    assert (error.value.line, said in str(error.value)) == (line, True), str(error.value)


def test_a_name_is_found_in_the_first_file_that_has_it(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('[[model]]\nname = "o3"\nprovider = "openai"\nmodel = "mine"\n')
    assert find_setup("o3", [mine, SHIPPED_MODELS]).model == "mine"
    assert find_setup("gpt-4o", [mine, SHIPPED_MODELS]).model == "gpt-4o-2024-11-20"


def test_a_provider_and_a_name_need_no_entry() -> None:
    setup = find_setup("anthropic/claude-new", [SHIPPED_MODELS])
    assert (setup.provider, setup.model, setup.lab) == (Provider.ANTHROPIC, "claude-new", "Anthropic")


@pytest.mark.parametrize("name", ["gpt-4", "openai/", "google/gemini", ""])
def test_another_name_is_not_found(name: str) -> None:
    with pytest.raises(NotFound, match="not openai/NAME or anthropic/NAME"):
        find_setup(name, [SHIPPED_MODELS])
