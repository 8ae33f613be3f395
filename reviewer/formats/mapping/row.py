"""What one record of a foreign table says, in the words of the program: a prompt, a response, its labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from reviewer.model import Message, RaterKind


@dataclass(frozen=True, slots=True)
class RowLabel:
    """One rater's label in a row.

    `value` is in the stored form of the question's scale, or None where the cell of a grader is no option. `raw` is the
    cell as it stood: always kept for what was not understood, else only where it differs from `value`. `probability`,
    from 0 to 1, is what a grader gave to `value`.
    """

    question: str
    rater: str
    kind: RaterKind
    value: str | None
    raw: str | None
    probability: float | None = None


class Row(NamedTuple):
    """One row of a table, understood.

    `text` is the response, None in a table of prompts alone. `golds` are pairs of a question and its decided value.
    Only our own files say what provider calls the `model` (`provider_model`) and with which `settings`.
    Rows with one number `labelled` are about one response, which a rater answers several questions on, or labels again.
    `replaced` is canonical JSON, {FIELD: [[offset, code point], …]}, of the characters that cannot be stored. A tuple,
    since a frozen dataclass of so many fields takes four times as long to make and a table has a million of them.
    """

    line: int
    messages: tuple[Message, ...]
    text: str | None = None
    reasoning: str | None = None
    stop_reason: str | None = None
    model: str | None = None
    provider: str | None = None
    lab: str | None = None
    sample: int | None = None
    source_id: str | None = None
    suite: str | None = None
    evaluation: str | None = None
    group: str | None = None
    reference: str | None = None
    secret: str | None = None
    severity: int | None = None
    tags: tuple[str, ...] = ()
    labels: tuple[RowLabel, ...] = ()
    golds: tuple[tuple[str, str], ...] = ()
    replaced: str | None = None
    tool_calls: str | None = None
    refusal: str | None = None
    provider_model: str | None = None
    settings: str | None = None
    labelled: int | None = None
