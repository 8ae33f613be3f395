"""What keeps raters blind: the order of items, the order of panes, and the names that stand in for configurations.

Pure, seeded, reproducible: the same study seed, rater and item give the same answer on every machine.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

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


def pane_order(seed: int, rater: str, prompt: str, shown: Mapping[str, str]) -> tuple[str, ...]:
    """Return the ids of the responses of an item in the order in which this rater sees them.

    `shown` is what is seen of each, by id, and `prompt` what is seen of the prompt. The order follows from these alone:
    an id depends on the configuration's name, and of an order by ids a rater who knows the seed could learn from it.
    Responses that look the same stand in order of id, which nobody can tell by looking.
    """
    return tuple(sorted(shown, key=lambda one: (rank(seed, "pane", rater, prompt, shown[one]), one)))


BLIND_LENGTH = 20  # hexadecimal digits: 80 bits, so that of a million names no two are the same


def blind_name(secret: str, identity: str) -> str:
    """Return what stands for the id of a response or item wherever a rater may see it.

    An id is a hash over the configuration's name, among others that a rater knows: whoever has a list of such names can
    recompute it. This is HMAC-SHA256 of it, keyed by the study's `secret`, which only those see who are not blind.
    """
    return hmac.new(secret.encode(), identity.encode(), hashlib.sha256).hexdigest()[:BLIND_LENGTH]


def alias(pane: int) -> str:
    """Return the name shown for pane number `pane`, from 0."""
    return ALIASES[pane]
