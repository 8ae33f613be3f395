"""How many tokens a request will take, before it is sent."""

from __future__ import annotations

from reviewer.definitions.model_config import Setup
from reviewer.providers.calls import Request

CHARACTERS_A_TOKEN = 4  # of English text, and more or less of any other


def tokens_in(setup: Setup, request: Request) -> int:
    """Return about how many tokens are read in all turns; earlier answers are counted at their longest."""
    read = 0
    so_far = 0
    for turn in request.turns:
        so_far += sum(len(message.content) // CHARACTERS_A_TOKEN + 4 for message in turn)
        read += so_far
        so_far += setup.max_tokens
    return read


def tokens_out(setup: Setup, request: Request) -> int:
    """Return how many tokens may be written at most in all turns."""
    return setup.max_tokens * len(request.turns)


def most_cost(setup: Setup, request: Request) -> float:
    """Return the highest price of a request in US dollars, 0 where the configuration has no prices."""
    return setup.cost(tokens_in(setup, request), tokens_out(setup, request)) or 0.0
