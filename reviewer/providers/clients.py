"""The caller and the batch service of a configuration, with its key from the environment."""

from __future__ import annotations

from collections.abc import Mapping

from reviewer.definitions.model_config import Setup
from reviewer.errors import NotFound, ReviewerError
from reviewer.providers.batch_service import BatchService
from reviewer.providers.calls import Caller
from reviewer.providers.key_redaction import NO_KEY
from reviewer.providers.registry import access


def open_caller(setup: Setup, environment: Mapping[str, str]) -> Caller:
    """Return what calls the configuration. A key leaves only for the server that it belongs to.

    Raises:
        NotFound: the environment variable with the key is not set, or there is no recording.
    """
    return access(setup.provider).open_caller(setup, key_of(setup, environment))


def open_service(setup: Setup, environment: Mapping[str, str]) -> BatchService:
    """Return the batch service for a configuration.

    Raises:
        NotFound: the environment variable with the key is not set.
        ReviewerError: the provider has no batches.
    """
    opened = access(setup.provider).open_service
    if opened is None:
        raise ReviewerError(f"--batch: {setup.name}: provider {setup.provider.value} has no batches")
    return opened(setup, key_of(setup, environment))


def key_of(setup: Setup, environment: Mapping[str, str]) -> str:
    """Return the key for the configuration's server; one that needs none, or is named without a variable, is sent none.

    Raises:
        NotFound: the environment variable with the key is not set.
    """
    own = setup.provider.traits.key_variable
    if own is None or (setup.base_url is not None and setup.key_variable is None):
        return NO_KEY
    variable = setup.key_variable or own
    key = environment.get(variable, "")
    if not key.strip():
        raise NotFound(f"{setup.name}: the environment variable {variable} holds no key; set it and try again")
    return key
