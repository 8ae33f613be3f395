"""The interfaces through which models are asked, and what a models file must know of each. Calls nothing.

How a configuration is called is said beside the code that calls it; see `reviewer.providers.registry`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never


class RefusableSetting(StrEnum):
    """A key of the models file that not every interface has a place for."""

    BASE_URL = "base_url"
    KEY_VARIABLE = "key_variable"
    MAX_TOKENS = "max_tokens"
    REASONING = "reasoning"
    SEED = "seed"
    STOP = "stop"
    STRUCTURED = "structured"
    SYSTEM_ROLE = "system_role"
    TEMPERATURE = "temperature"


@dataclass(frozen=True, slots=True)
class SettingRefusal:
    """Why an interface is not asked with a setting, and what is expected instead.

    `own_server_only` leaves the setting to servers that a `base_url` names, some of which take it.
    """

    setting: RefusableSetting
    problem: str
    expected: str
    own_server_only: bool = False


@dataclass(frozen=True, slots=True)
class ProviderTraits:
    """What belongs to an interface.

    Attributes:
        lab: whose models its own server has, so that `PROVIDER/NAME` needs no entry; None where no lab is meant.
        key_variable: the environment variable with the key of its own server; None where nothing is called.
        structured: whether its own server holds an answer to a JSON schema. Of another server it has to be said.
        recorded: whether answers come out of the file that `answers` names.
        least_budget: the tokens of thinking that it accepts at least; None where it takes no such number.
        refused: the settings that it is not asked with.
    """

    lab: str | None = None
    key_variable: str | None = None
    structured: bool = False
    recorded: bool = False
    least_budget: int | None = None
    refused: tuple[SettingRefusal, ...] = ()


class Provider(StrEnum):
    """Which interface a configuration is asked through."""

    OPENAI = "openai"  # the Responses API
    OPENAI_CHAT = "openai-chat"  # chat completions, which compatible servers speak
    ANTHROPIC = "anthropic"  # the Messages API
    REPLAY = "replay"  # answers out of a file

    @property
    def traits(self) -> ProviderTraits:
        """What belongs to the interface."""
        match self:
            case Provider.OPENAI:
                return _OPENAI
            case Provider.OPENAI_CHAT:
                return _OPENAI_CHAT
            case Provider.ANTHROPIC:
                return _ANTHROPIC
            case Provider.REPLAY:
                return _REPLAY
            case _:
                assert_never(self)


_OPENAI = ProviderTraits(
    lab="OpenAI",
    key_variable="OPENAI_API_KEY",
    structured=True,
    refused=(
        SettingRefusal(RefusableSetting.SEED, "seed is not part of the Responses API", "provider openai-chat"),
        SettingRefusal(RefusableSetting.STOP, "stop is not part of the Responses API", "provider openai-chat"),
    ),
)
_OPENAI_CHAT = ProviderTraits(key_variable="OPENAI_API_KEY")
_ANTHROPIC = ProviderTraits(
    lab="Anthropic",
    key_variable="ANTHROPIC_API_KEY",
    structured=True,
    least_budget=1024,
    refused=(
        SettingRefusal(RefusableSetting.SEED, "seed is not part of the Messages API", "no seed"),
        SettingRefusal(
            RefusableSetting.SYSTEM_ROLE,
            "the Messages API takes instructions in one place, whatever their role",
            "no system_role",
        ),
        SettingRefusal(
            RefusableSetting.TEMPERATURE,
            "temperature is no longer part of the Messages API",
            "none, or a base_url whose server takes it",
            own_server_only=True,
        ),
    ),
)
_REPLAY = ProviderTraits(
    recorded=True,
    refused=tuple(
        SettingRefusal(setting, f"a replay asks nobody, so {setting.value} has no effect", f"no {setting.value}")
        for setting in RefusableSetting
    ),
)


def without_entry() -> str:
    """Return in words how models are named that need no entry in a models file."""
    return " or ".join(f"{one.value}/NAME" for one in Provider if one.traits.lab is not None)
