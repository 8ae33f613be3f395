"""Erasing a response: its texts are replaced, the hash of each is kept in the act, so that proofs go on to hold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from reviewer.store import acts, search
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


def erase(engine: Engine, response: str) -> dict[str, object]:
    """Replace the texts of a response, by id, and of its gradings; call inside `engine.writing()`.

    Returns the hashes of what was there, in the form in which the act keeps them.
    """
    columns = ", ".join(f"response.{column}" for column in RESPONSE_TEXTS)
    [(number, messages, indexed, *texts)] = engine.rows(
        f"select response.number, messages, response.number <= (select up_to from words_indexed), {columns}"
        " from response join prompt on prompt.number = response.prompt where response.id = :response",
        {"response": response},
    )
    if indexed:
        engine.forget_words((number, search.words_of(messages), texts[0]))
        engine.index_words([(number, search.words_of(messages), ERASED)])
    kept = _replace(engine, "response", number, dict(zip(RESPONSE_TEXTS, texts, strict=True)))
    gradings = {}
    rows = engine.rows(
        f"select number, {', '.join(GRADING_TEXTS)} from grading"
        " where response = :response or other_response = :response",
        {"response": response},
    )
    for grading, *said in rows:
        gradings[str(grading)] = _replace(engine, "grading", grading, dict(zip(GRADING_TEXTS, said, strict=True)))
    return {"hashes": kept, "gradings": gradings}


def _replace(engine: Engine, table: str, number: int, texts: Mapping[str, str | None]) -> dict[str, str]:
    """Put `ERASED` in place of each of `texts`, by column, that is not null, and return their hashes."""
    there = {column: text for column, text in texts.items() if text is not None}
    if there:
        changes = ", ".join(f"{column} = :erased" for column in there)
        engine.run(f"update {table} set {changes} where number = :number", {"erased": ERASED, "number": number})
    return {column: text_hash(text) for column, text in there.items()}
