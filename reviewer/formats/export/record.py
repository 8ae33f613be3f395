"""What every export is written from: one unit with its evidence, its labels and what they decide.

Pure. Raters are pseudonyms here already; values are as they are stored, and `plain` is how other programs expect them.
What a unit is made of is a tuple: a frozen dataclass of so many fields takes four times as long to make.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from reviewer.definitions.question import Question
from reviewer.model import LabelState, Message, RaterKind, digest, messages_of, without_repeat

_PSEUDONYM = re.compile(r"rater-[0-9a-f]{12}")


class Split(StrEnum):
    """Which half of the gold a unit belongs to: the one to tune a grader on, or the one to test it on."""

    TUNE = "tune"
    TEST = "test"


class LabelRecord(NamedTuple):
    """One rater's standing answer to the question; `value` is None where a grader gave none.

    `grader` is the hash of the definition by which a grader gave it.
    """

    rater: str
    kind: RaterKind
    state: LabelState
    value: str | None
    confidence: int | None
    note: str | None
    raw: str | None
    decided_at: str | None
    saved_at: str
    shown_at: str | None = None
    panes: tuple[str, ...] = ()
    aids: str | None = None
    grader: str | None = None


class FlagRecord(NamedTuple):
    """A rater's mark that something is wrong with a response, or where that is None with all that an item shows."""

    rater: str
    item: str
    response: str | None
    reason: str
    saved_at: str


class DesignRecord(NamedTuple):
    """What of the study's design bears on what is decided of a unit."""

    panes: int
    overlap: int
    policy: str


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """One standing decision of an adjudicator on the unit."""

    adjudicator: str
    ruling: str
    value: str | None
    reason: str
    note: str | None
    decided_at: str
    clause: str | None = None


class ResponseRecord(NamedTuple):
    """A response with its configuration; `drawn` of `pool` were drawn for the study, None where all were taken.

    `item` is the one in which raters of the study saw it, None where it was not handed out.
    """

    id: str
    text: str
    reasoning: str | None
    tool_calls: str | None
    stop_reason: str | None
    refusal: str | None
    sample: int
    configuration: str
    provider: str | None
    model: str | None
    lab: str | None
    settings: str | None
    drawn: int | None
    pool: int | None
    item: str | None = None


class PromptRecord(NamedTuple):
    """A prompt, with what the first suite that it is in says of it.

    `stored` is canonical JSON of the messages, as it is stored: what only writes them on need not take them apart.
    """

    id: str
    stored: str
    suite: str | None = None
    evaluation: str | None = None
    name: str | None = None
    group: str | None = None
    reference: str | None = None
    secret: str | None = None
    severity: int | None = None
    tags: tuple[str, ...] = ()

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages."""
        return messages_of(self.stored)


@dataclass(frozen=True, slots=True)
class RubricRecord:
    """Which text of which rubric the labels answer."""

    id: str
    version: int
    hash: str


@dataclass(frozen=True, slots=True)
class MarkedSpan:
    """A part of a text that must not be shown to everybody. `field` names the text, as `responses.0.text` does."""

    field: str
    start: int
    end: int


class GoldRecord(NamedTuple):
    """One unit: a response, a pair of them, or an item with all that it shows, under one question.

    `item` is given where the question is about the item as a whole. `how` and `reason` are the words of `disputes`, and
    `not asked` for a follow-up whose parent was not decided to ask it. `dispute` is why an adjudicator had to decide.
    """

    study: str
    rubric: RubricRecord
    question: Question
    item: str | None
    prompt: PromptRecord
    responses: tuple[ResponseRecord, ...]
    value: str | None
    how: str
    reason: str | None
    distribution: Mapping[str, int]
    labels: tuple[LabelRecord, ...]
    decisions: tuple[DecisionRecord, ...]
    design: DesignRecord
    flags: tuple[FlagRecord, ...] = ()
    dispute: str | None = None
    marks: tuple[MarkedSpan, ...] = ()
    masked: bool = False

    @property
    def unit(self) -> str:
        """A name for the unit that is the same in every file."""
        return digest("unit", self.rubric.hash, self.question.id, self.item or "", *[one.id for one in self.responses])

    @property
    def split(self) -> Split:
        """The half that the unit's prompt falls into by its id, a hash, so that no prompt is in both."""
        return Split.TUNE if int(self.prompt.id[-1], 16) % 2 == 0 else Split.TEST

    @property
    def decided(self) -> bool:
        """Whether there is a value to hold a grader against."""
        return self.value is not None


@lru_cache(maxsize=1024)
def pseudonym(study: str, rater: str) -> str:
    """Return the name under which a person leaves the house: the same in every export of `study`.

    A name that is a pseudonym already stays, so that an export of what was imported is the same file again. Whoever has
    a list of names can try them all: this hides who a rater is from a reader, not from a search. A repeat stays one.
    """
    name, again = without_repeat(rater)
    return rater if _PSEUDONYM.fullmatch(name) else f"rater-{digest('pseudonym', study, name)[:12]}{again}"


def plain(question: Question, value: str | None) -> object:
    """Return a stored value as the JSON value that other programs expect."""
    return None if value is None else question.plain(value)


def spoken(question: Question, value: str) -> str:
    """Return a stored value as a grader would say it: several choices with `|` between them."""
    return question.spelled(value)
