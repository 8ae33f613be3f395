"""Which module calls which provider: the one place that names them all."""

from __future__ import annotations

from typing import assert_never

from reviewer.definitions.provider import Provider
from reviewer.providers.anthropic_access import ANTHROPIC
from reviewer.providers.openai_access import OPENAI, OPENAI_CHAT
from reviewer.providers.provider_access import ProviderAccess
from reviewer.providers.replay import REPLAY


def access(provider: Provider) -> ProviderAccess:
    """Return how the configurations of `provider` are called."""
    match provider:
        case Provider.OPENAI:
            return OPENAI
        case Provider.OPENAI_CHAT:
            return OPENAI_CHAT
        case Provider.ANTHROPIC:
            return ANTHROPIC
        case Provider.REPLAY:
            return REPLAY
        case _:
            assert_never(provider)
