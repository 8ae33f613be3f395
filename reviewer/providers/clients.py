"""The right caller for a configuration, with its key from the environment."""

from __future__ import annotations

from collections.abc import Mapping

from reviewer.definitions.model_config import Provider, Setup
from reviewer.errors import NotFound, ReviewerError
from reviewer.providers.batch_service import BatchService
from reviewer.providers.calls import Caller

KEYS = {
    Provider.OPENAI: "OPENAI_API_KEY",
    Provider.OPENAI_CHAT: "OPENAI_API_KEY",
    Provider.ANTHROPIC: "ANTHROPIC_API_KEY",
}
NO_KEY = "none"  # what servers without keys are sent, since the SDKs insist on one


def open_caller(setup: Setup, environment: Mapping[str, str]) -> Caller:
    """Return what calls the configuration. A key leaves only for the server that it belongs to.

    Raises:
        NotFound: the environment variable with the key is not set, or there is no recording.
    """
    if setup.provider is Provider.REPLAY:
        from reviewer.providers.replay import Replay

        if setup.answers is None:
            raise ReviewerError(f"{setup.name}: a replay needs answers = FILE in the models file")
        return Replay(setup.answers, setup.model)
    key = key_of(setup, environment)
    if setup.provider is Provider.ANTHROPIC:
        from reviewer.providers import anthropic_messages

        return anthropic_messages.AnthropicMessages(setup, anthropic_messages.open_client(setup.base_url, key), [key])
    from reviewer.providers import openai_chat, openai_responses
    from reviewer.providers.openai_client import OpenAICaller

    return OpenAICaller(setup, key, openai_responses if setup.provider is Provider.OPENAI else openai_chat)


def open_service(setup: Setup, environment: Mapping[str, str]) -> BatchService:
    """Return the batch service for a configuration.

    Raises:
        NotFound: the environment variable with the key is not set.
        ReviewerError: the provider has no batches.
    """
    if setup.provider is Provider.REPLAY:
        raise ReviewerError(f"--batch: {setup.name} is replayed from a file, which has no batches")
    key = key_of(setup, environment)
    if setup.provider is Provider.ANTHROPIC:
        from reviewer.providers.anthropic_batch import AnthropicBatches

        return AnthropicBatches(setup, key)
    from reviewer.providers.openai_batch import OpenAIBatches

    return OpenAIBatches(setup, key)


def key_of(setup: Setup, environment: Mapping[str, str]) -> str:
    """Return the key for the configuration's server; a server that is named without a variable is sent none.

    Raises:
        NotFound: the environment variable with the key is not set.
    """
    if setup.base_url is not None and setup.key_variable is None:
        return NO_KEY
    variable = setup.key_variable or KEYS[setup.provider]
    key = environment.get(variable, "")
    if not key.strip():
        raise NotFound(f"{setup.name}: the environment variable {variable} holds no key; set it and try again")
    return key
