"""How many tokens requests will take and what they may cost, before they are sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reviewer.definitions.model_config import Setup
from reviewer.providers.calls import AnsweredRequest, Request

CHARACTERS_A_TOKEN = 4  # of English text; a character beyond ASCII is counted as a token of its own
MOST_CHARACTERS = 100  # that a token stands for, on average over a text; about 4 are usual
LEAST_SEEN = 5  # earlier answers before their length tells anything
MARGIN = 2  # so many times the longest earlier answer is held back for the next


@dataclass(frozen=True, slots=True)
class AnswerLengths:
    """How many tokens earlier answers of one configuration to the same kind of request took: number, sum, longest."""

    count: int = 0
    total: int = 0
    longest: int = 0

    def with_one(self, written: int) -> AnswerLengths:
        """Return the lengths with those of one more answer."""
        return AnswerLengths(self.count + 1, self.total + written, max(self.longest, written))

    @property
    def told(self) -> bool:
        """Whether there are enough to tell how long the next will be."""
        return self.count >= LEAST_SEEN


@dataclass(frozen=True, slots=True)
class CostPlan:
    """What requests will take. Costs are None without prices.

    `answers` counts the earlier answers from which the expectation comes; 0 where it is the most they may take.
    """

    requests: int
    tokens_in: int
    expected_tokens_out: int
    most_tokens_out: int
    expected_cost: float | None
    most_cost: float | None
    answers: int


def tokens_in(setup: Setup, request: Request) -> int:
    """Return about how many tokens are read in all turns; earlier answers are counted at their longest."""
    read = 0
    so_far = 0
    for turn in request.turns:
        so_far += sum(_tokens(message.content) + 4 for message in turn)
        read += so_far
        so_far += setup.max_tokens
    return read


def _tokens(text: str) -> int:
    ascii_ones = len(text) if text.isascii() else sum(map(str.isascii, text))
    return ascii_ones // CHARACTERS_A_TOKEN + len(text) - ascii_ones


def tokens_out(setup: Setup, request: Request) -> int:
    """Return how many tokens may be written at most in all turns."""
    return setup.max_tokens * len(request.turns)


def held_back(setup: Setup, request: Request, earlier: AnswerLengths) -> float:
    """Return what is set aside for a request in US dollars, 0 where the configuration has no prices.

    That is its highest price, or, where earlier answers tell, the price of one that is `MARGIN` times the longest.
    """
    written = tokens_out(setup, request)
    if earlier.told:
        written = min(written, MARGIN * earlier.longest)
    return setup.cost(tokens_in(setup, request), written) or 0.0


def cost_told(setup: Setup, answered: AnsweredRequest) -> float | None:
    """Return what an answer cost by the tokens that its server tells, None where those cannot be true.

    No token of any model stands for `MOST_CHARACTERS` on average, so that many characters are more than one.
    """
    usage = answered.usage
    if usage.read is None or usage.written is None:
        return None
    sent = sum(len(message.content) for turn in answered.request.turns[: len(answered.turns)] for message in turn)
    came = sum(len(turn.reply.text) for turn in answered.turns)
    if not usage.read or sent > usage.read * MOST_CHARACTERS or came > usage.written * MOST_CHARACTERS:
        return None
    return setup.cost(usage.read, usage.written) or 0.0


def plan_of(setup: Setup, requests: Iterable[Request], earlier: AnswerLengths) -> CostPlan:
    """Return what asking `requests` takes."""
    count = read = most = 0
    for request in requests:
        count += 1
        read += tokens_in(setup, request)
        most += tokens_out(setup, request)
    expected = min(most, round(count * earlier.total / earlier.count)) if earlier.told else most
    return CostPlan(
        count,
        read,
        expected,
        most,
        setup.cost(read, expected),
        setup.cost(read, most),
        earlier.count if earlier.told else 0,
    )


def expectation_words(plan: CostPlan) -> str:
    """Return in words where the expectation comes from."""
    if plan.answers:
        return f"expected from the length of {plan.answers:,} earlier answers"
    return "expected is the most they may cost, since too few earlier answers tell their length"
