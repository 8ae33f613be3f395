"""Which responses to a prompt are shown together, so that every pair of configurations meets about equally often.

Pure: counts in, a choice out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import comb

from reviewer.study_design.blinding import rank

# Above this many possible blocks the block is grown one response at a time instead of chosen among all.
MOST_BLOCKS = 500


def sizes(responses: int, panes: int) -> list[int]:
    """Return how many responses each item of a prompt shows: at most `panes`, as even as can be.

    Five responses in four panes are 3 and 2, not 4 and 1: a response that stands alone meets nobody.
    """
    if responses == 0:
        return []
    blocks = -(-responses // panes)
    small, larger = divmod(responses, blocks)
    return [small + 1] * larger + [small] * (blocks - larger)


def pair(first: int, second: int) -> tuple[int, int]:
    """Return two configuration numbers in the order in which their meetings are counted."""
    return (first, second) if first <= second else (second, first)


def choose_block(
    candidates: Sequence[tuple[str, int]], met: Mapping[tuple[int, int], int], size: int, *, seed: int, item: str
) -> list[str]:
    """Return the ids of the `size` responses to show together.

    `candidates` are (response id, configuration number); `met` counts how often each pair of configurations has
    been shown together. The block whose pairs have met least wins, ties by `seed` and `item`. A configuration beside
    itself counts as the most met pair of all: two of its samples are shown together only where nothing else is left.
    """
    if size >= len(candidates):
        return [response for response, _ in candidates]
    worst = 1 + sum(met.values())
    shuffled = sorted(candidates, key=lambda candidate: rank(seed, "block", item, candidate[0]))

    def cost(first: tuple[str, int], second: tuple[str, int]) -> int:
        return worst if first[1] == second[1] else met.get(pair(first[1], second[1]), 0)

    def total(block: Iterable[tuple[str, int]]) -> int:
        return sum(cost(first, second) for first, second in combinations(block, 2))

    if comb(len(candidates), size) <= MOST_BLOCKS:
        return [response for response, _ in min(combinations(shuffled, size), key=total)]
    block = list(min(combinations(shuffled, 2), key=total)) if size > 1 else [shuffled[0]]
    while len(block) < size:
        rest = [candidate for candidate in shuffled if candidate not in block]
        block.append(min(rest, key=lambda candidate: sum(cost(candidate, chosen) for chosen in block)))
    return [response for response, _ in block]
