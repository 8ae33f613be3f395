"""What keeps raters blind: the order of items, the order of panes, and the names that stand in for configurations.

Pure, seeded, reproducible: the same study seed, rater and item give the same answer on every machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

ALIASES = "ABCDEFGH"


def rank(seed: int, *names: object) -> int:
    """Return a number of 64 bits that is fixed by `seed` and `names` and otherwise as good as random."""
    key = "\x1f".join(str(name) for name in (seed, *names))
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")


def item_key(seed: int, prompt: str, block: int) -> int:
    """Return where block number `block` of the prompt with id `prompt` falls in the study's shuffle of its items."""
    return rank(seed, "item", prompt, block)


def start(seed: int, rater: str, turn: int, items: int) -> int:
    """Return the position from which the rater's turn number `turn` looks for an item, of `items` positions.

    Positions are the study's shuffle. Each turn starts at a point of the rater's own, so two raters meet the items in
    unrelated orders, and one look in an index finds the next one however large the study is.
    """
    return rank(seed, "turn", rater, turn) % items if items else 0


def pane_order(seed: int, rater: str, item: str, responses: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of `responses` in the order in which this rater sees them on this item."""
    return tuple(sorted(responses, key=lambda response: rank(seed, "pane", rater, item, response)))


def alias(pane: int) -> str:
    """Return the name shown for pane number `pane`, from 0."""
    return ALIASES[pane]
