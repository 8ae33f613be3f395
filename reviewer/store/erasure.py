"""Erasing a response: its texts are replaced, the hash of each is kept in the act, so that proofs go on to hold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from reviewer.store import acts
from reviewer.store.acts import ActKind
from reviewer.store.engine import Engine

ERASED = "[erased]"  # what stands in place of every text
# The columns that hold what the model said, in whatever form.
RESPONSE_TEXTS = ("text", "reasoning", "tool_calls", "refusal", "raw")
GRADING_TEXTS = ("bait", "reply")


def text_hash(text: str) -> str:
    """Return SHA-256, in hexadecimal, over a stored text; a lone surrogate stands for a bad byte of a damaged file."""
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()


@dataclass(frozen=True, slots=True)
class ErasedTexts:
    """What is known of an erased response: the hash of each text that was there, by column, and of its gradings.

    `gradings` are the same by the number of the grading. Columns that were null are left out.
    """

    hashes: Mapping[str, str]
    gradings: Mapping[int, Mapping[str, str]]


def erased(engine: Engine) -> dict[str, ErasedTexts]:
    """Return what is known of every erased response, by id."""
    found = {}
    for act in acts.of_kind(engine, ActKind.ERASED):
        gradings = {int(number): hashes for number, hashes in act.details["gradings"].items()}
        found[act.subject or ""] = ErasedTexts(act.details["hashes"], gradings)
    return found
