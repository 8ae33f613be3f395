"""What a provider's own module declares: how its configurations are called, singly and in batches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reviewer.definitions.model_config import Setup
from reviewer.providers.batch_service import BatchService
from reviewer.providers.calls import Caller


@dataclass(frozen=True, slots=True)
class ProviderAccess:
    """How the configurations of one provider are called.

    Both take a configuration and the key of its server. `open_service` is None where there are no batches.
    """

    open_caller: Callable[[Setup, str], Caller]
    open_service: Callable[[Setup, str], BatchService] | None = None
