"""One call of a provider over its real SDK, against a server on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from reviewer.definitions.model_config import Setup
from reviewer.definitions.provider import Provider
from reviewer.model import Message, Role
from reviewer.providers.calls import ReceivedReply
from reviewer.providers.clients import open_caller
from tests.support.llm_server import KEY, LLMServer

PROVIDERS = [provider for provider in Provider if provider.traits.key_variable is not None]
ASK = (Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "Why?"))


def setup_for(server: LLMServer, provider: Provider, **more: Any) -> Setup:
    base = server.url if provider is Provider.ANTHROPIC else f"{server.url}/v1"
    return Setup("it", provider, "model-a", base_url=base, key_variable="TEST_KEY", **more)


def call(
    setup: Setup,
    messages: tuple[Message, ...] = ASK,
    sample: int = 1,
    schema: Mapping[str, Any] | None = None,
) -> ReceivedReply:
    async def once() -> ReceivedReply:
        caller = open_caller(setup, {"TEST_KEY": KEY})
        try:
            return await caller.call(messages, sample, schema)
        finally:
            await caller.close()

    return asyncio.run(once())


def check(setup: Setup) -> str | None:
    async def once() -> str | None:
        caller = open_caller(setup, {"TEST_KEY": KEY})
        try:
            return await caller.check()
        finally:
            await caller.close()

    return asyncio.run(once())
