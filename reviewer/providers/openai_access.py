"""How OpenAI's two interfaces are called, the Responses API and chat completions."""

from __future__ import annotations

from reviewer.providers import openai_chat, openai_responses
from reviewer.providers.openai_batch import OpenAIBatches
from reviewer.providers.openai_client import OpenAICaller
from reviewer.providers.provider_access import ProviderAccess

OPENAI = ProviderAccess(
    open_caller=lambda setup, key: OpenAICaller(setup, key, openai_responses),
    open_service=lambda setup, key: OpenAIBatches(setup, key, openai_responses),
)
OPENAI_CHAT = ProviderAccess(
    open_caller=lambda setup, key: OpenAICaller(setup, key, openai_chat),
    open_service=lambda setup, key: OpenAIBatches(setup, key, openai_chat),
)
