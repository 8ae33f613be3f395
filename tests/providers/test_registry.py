"""Every provider: it can be opened, refuses what it says it does not take, and is named where people look for it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from reviewer.definitions.model_config import Reasoning, Setup, find_setup, read_setups
from reviewer.definitions.provider import Provider, RefusableSetting, SettingRefusal
from reviewer.errors import BadInput, NotFound, ReviewerError
from reviewer.providers.clients import open_caller, open_service
from reviewer.providers.registry import access
from tests.support.commands import Run
from tests.support.folders import DOCS

KEY = "sk-of-this-test"
ANSWERED = '{"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "!"}]}\n'
GIVEN = {
    RefusableSetting.BASE_URL: 'base_url = "http://127.0.0.1:9"',
    RefusableSetting.KEY_VARIABLE: 'key_variable = "TEST_KEY"',
    RefusableSetting.MAX_TOKENS: "max_tokens = 3000",
    RefusableSetting.REASONING: 'reasoning = "low"',
    RefusableSetting.STRUCTURED: "structured = true",
    RefusableSetting.SYSTEM_ROLE: 'system_role = "developer"',
    RefusableSetting.SEED: "seed = 1",
    RefusableSetting.STOP: 'stop = ["a"]',
    RefusableSetting.TEMPERATURE: "temperature = 0.5",
}
ABOUT_A_SERVER = {RefusableSetting.KEY_VARIABLE, RefusableSetting.STRUCTURED}  # and so given with its address
REFUSED = [(provider, refusal) for provider in Provider for refusal in provider.traits.refused]
OF_LABS = [provider for provider in Provider if provider.traits.lab is not None]
WITH_BATCHES = [provider for provider in Provider if access(provider).open_service is not None]


def entry(folder: Path, provider: Provider, *lines: str) -> Setup:
    """Return the configuration `it` of a models file that holds no more than it must, and `lines`."""
    (folder / "answers.jsonl").write_text(ANSWERED)
    answers = ['answers = "answers.jsonl"'] if provider.traits.recorded else []
    file = folder / "models.toml"
    needed = ["[[model]]", 'name = "it"', f'provider = "{provider.value}"', 'model = "m"']
    file.write_text("\n".join([*needed, *answers, *lines]) + "\n")
    return read_setups(file)["it"]


def keys(provider: Provider) -> dict[str, str]:
    return {} if provider.traits.key_variable is None else {provider.traits.key_variable: KEY}


@pytest.mark.parametrize("provider", Provider)
def test_its_configurations_can_be_called(provider: Provider, tmp_path: Path) -> None:
    caller = open_caller(entry(tmp_path, provider), keys(provider))
    asyncio.run(caller.close())
    assert caller.sdk
    assert caller.server


@pytest.mark.parametrize("provider", WITH_BATCHES)
def test_its_batches_can_be_opened(provider: Provider, tmp_path: Path) -> None:
    service = open_service(entry(tmp_path, provider), keys(provider))
    asyncio.run(service.close())
    assert service.limits.requests > 0


@pytest.mark.parametrize("provider", sorted({*Provider} - {*WITH_BATCHES}))
def test_without_batches_it_says_so(provider: Provider, tmp_path: Path) -> None:
    with pytest.raises(ReviewerError, match=f"it: provider {provider} has no batches"):
        open_service(entry(tmp_path, provider), keys(provider))


@pytest.mark.parametrize("provider", [provider for provider in Provider if provider.traits.key_variable is not None])
def test_its_key_is_asked_for_by_name(provider: Provider, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=f"environment variable {provider.traits.key_variable} holds no key"):
        open_caller(entry(tmp_path, provider), {})


@pytest.mark.parametrize(("provider", "refusal"), REFUSED)
def test_what_it_does_not_take_is_refused(provider: Provider, refusal: SettingRefusal, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        entry(tmp_path, provider, GIVEN[refusal.setting])
    assert f"{refusal.problem}; expected {refusal.expected}" in str(error.value)


@pytest.mark.parametrize(("provider", "refusal"), [one for one in REFUSED if not one[0].traits.recorded])
def test_another_server_may_take_it(provider: Provider, refusal: SettingRefusal, tmp_path: Path) -> None:
    lines = ('base_url = "http://127.0.0.1:9"', GIVEN[refusal.setting])
    if refusal.own_server_only:
        entry(tmp_path, provider, *lines)
    else:
        with pytest.raises(BadInput, match=refusal.problem):
            entry(tmp_path, provider, *lines)


@pytest.mark.parametrize("provider", Provider)
@pytest.mark.parametrize("setting", RefusableSetting)
def test_what_it_does_not_refuse_it_takes(provider: Provider, setting: RefusableSetting, tmp_path: Path) -> None:
    if setting not in {refusal.setting for refusal in provider.traits.refused}:
        place = (GIVEN[RefusableSetting.BASE_URL],) if setting in ABOUT_A_SERVER else ()
        assert entry(tmp_path, provider, *place, GIVEN[setting]) != entry(tmp_path, provider, *place)


@pytest.mark.parametrize("provider", Provider)
def test_a_budget_is_for_those_that_name_their_least(provider: Provider, tmp_path: Path) -> None:
    least = provider.traits.least_budget
    lines = (f'reasoning = "{Reasoning.ON}"', f"reasoning_budget = {least or 2000}")
    if least is None:
        with pytest.raises(BadInput, match="reasoning"):
            entry(tmp_path, provider, *lines)
    else:
        assert entry(tmp_path, provider, *lines).reasoning_budget == least
        with pytest.raises(BadInput, match=f"expected {least} to "):
            entry(tmp_path, provider, lines[0], f"reasoning_budget = {least - 1}")


@pytest.mark.parametrize("provider", OF_LABS)
def test_a_model_of_its_lab_needs_no_entry(provider: Provider) -> None:
    setup = find_setup(f"{provider}/new", [])
    assert (setup.provider, setup.model, setup.lab) == (provider, "new", provider.traits.lab)
    assert setup.structured == provider.traits.structured


@pytest.mark.parametrize("provider", OF_LABS)
def test_the_help_of_collect_says_so(provider: Provider, run: Run) -> None:
    assert f"{provider}/NAME" in run("collect", "--help").out


@pytest.mark.parametrize("provider", Provider)
def test_the_documentation_tells_of_it(provider: Provider) -> None:
    page = DOCS / "jobs" / "collect.md"
    assert f"| `{provider}` |" in page.read_text(encoding="utf-8"), f"{page.name} says nothing of provider {provider}"
