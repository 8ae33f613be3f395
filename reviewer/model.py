"""The words of the program as values: suites, prompts, configurations, responses, raters, labels.

Knows no file, no database and no terminal. Ids are hashes of content, so the same thing has the same id in every file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

ID_LENGTH = 40  # hexadecimal digits: 160 bits of SHA-256
RECOGNISED = "recognised"  # the reason of a flag that says: I can tell which model this is


class Role(StrEnum):
    """Who speaks in a prompt, in the order of authority that hierarchy suites test."""

    SYSTEM = "system"
    DEVELOPER = "developer"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class Turns(StrEnum):
    """What becomes of a prompt with several messages from the user: the model is asked after each, or once at the end.

    Played, its own answers stand in between; replayed, the messages are sent just as they are written.
    """

    PLAYED = "played"
    REPLAYED = "replayed"


class RaterKind(StrEnum):
    """What a rater is; a grader is a rater of kind `model` or `rule`."""

    HUMAN = "human"
    MODEL = "model"
    RULE = "rule"


class LabelState(StrEnum):
    """What a row of the label table says: an answer, no answer, or that an earlier row is withdrawn."""

    LABEL = "label"
    REFUSED = "refused"
    UNPARSED = "unparsed"
    RETRACTED = "retracted"


class Origin(StrEnum):
    """How a label came here."""

    RATED = "rated"
    IMPORTED = "imported"
    GRADED = "graded"


class Nothing(StrEnum):
    """Why there is no item for a rater."""

    FINISHED = "finished"
    FULL = "full"
    QUOTA = "quota"
    WAITING = "waiting"
    CLOSED = "closed"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt. `tool_calls` is JSON text as the provider spells it, or None."""

    role: Role
    content: str
    tool_calls: str | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model was asked; `id` is the hash of the messages."""

    id: str
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class SuitePrompt:
    """A prompt's place in a suite, with what the suite says of it. `severity` runs from 0 to 3."""

    name: str
    prompt: Prompt
    reference: str | None = None
    secret: str | None = None
    severity: int | None = None
    tags: tuple[str, ...] = ()
    group: str | None = None
    provenance: str | None = None


@dataclass(frozen=True, slots=True)
class Suite:
    """A named, versioned set of prompts. `hash` is over its content; `version` 0 is a suite that imports add to."""

    id: str
    version: int
    title: str = ""
    evaluation: str = ""
    rubric: str = ""
    source: str = ""
    hash: str = ""
    prompts: tuple[SuitePrompt, ...] = ()
    turns: Turns = Turns.REPLAYED


@dataclass(frozen=True, slots=True)
class Configuration:
    """Provider, model and settings under one name. `settings` is canonical JSON; None in a field claims nothing."""

    name: str
    provider: str | None = None
    model: str | None = None
    lab: str | None = None
    settings: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """One sample of a configuration on a prompt.

    `tool_calls`, `usage` and `raw` are JSON text. `replaced` is the record of `text.storable`, as JSON, or None.
    """

    id: str
    prompt: str
    configuration: str
    sample: int
    text: str
    reasoning: str | None = None
    tool_calls: str | None = None
    stop_reason: str | None = None
    refusal: str | None = None
    usage: str | None = None
    raw: str | None = None
    source: str | None = None
    source_id: str | None = None
    replaced: str | None = None


@dataclass(frozen=True, slots=True)
class Rater:
    """Whoever gives labels."""

    name: str
    kind: RaterKind = RaterKind.HUMAN


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the name under which somebody works here (`--rater`), and the login name that the system knows."""

    name: str
    login: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What one answer is about: a response, a pair of responses in order of id, or (both empty) the whole item."""

    response: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A rater's answer to one question about one subject; `value` is in the stored form of the question's scale."""

    value: str
    decided_at: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rater adds to the answers about one subject. `confidence` is 1, 2 or 3."""

    note: str = ""
    confidence: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A rater's answers on one item before they are submitted."""

    answers: dict[tuple[Subject, str], Answer] = field(default_factory=dict)
    remarks: dict[Subject, Remark] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Label:
    """One row of the label table, as it is chained.

    `id` is `RATER#SEQUENCE`; `supersedes` is the id of the row that this one replaces; `panes` lists response ids in
    the order shown; times are UTC, ISO-8601. `grader` is the hash of the definition by which a grader gave the label,
    `probability` how probable it held `value`, from 0 to 1; people have a `confidence`, from 1 to 3.
    `hash` is over everything else in the row, by the formula that `hash_version` numbers.
    """

    id: str
    study: str | None
    response: str | None
    other_response: str | None
    item: str | None
    question: str
    rubric: str
    rater: str
    sequence: int
    state: LabelState
    value: str | None
    note: str | None
    confidence: int | None
    origin: Origin
    raw: str | None
    aids: str | None
    surplus: bool
    supersedes: str | None
    panes: tuple[str, ...]
    shown_at: str | None
    decided_at: str | None
    saved_at: str
    grader: str | None
    probability: float | None
    previous_hash: str
    hash_version: int
    hash: str


@dataclass(frozen=True, slots=True)
class FoundItem:
    """An item that a search found: its study, the prompt's messages as JSON, and the response that holds the words."""

    study: str
    item: int
    messages: str
    response: str
    text: str


def repeat_name(rater: str, number: int) -> str:
    """Return the name under which the labels that `rater` gave for the time with that number (from 1) are stored."""
    return rater if number == 1 else f"{rater}#{number}"


def repeat_of(name: str, raters: Container[str]) -> str | None:
    """Return whose repeat `name` is among all `raters`, None where it is nobody's.

    What a rater says again shows how steady the rater is: it is nobody else's opinion, and decides nothing. Where
    nobody is called "reader", somebody called "reader#2" is a rater of her own.
    """
    first, again = without_repeat(name)
    return first if again and first in raters else None


def without_repeat(name: str) -> tuple[str, str]:
    """Return what stands before `#2`, `#3` … at the end of a rater's name, and that end; else the name and nothing."""
    first, hash_, number = name.rpartition("#")
    if not first or not number.isascii() or not number.isdigit() or number.startswith("0") or number == "1":
        return name, ""
    return first, hash_ + number


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: object) -> str:
    """Return JSON that is the same for equal values: sorted keys, no spaces, text as it is."""
    return _CANONICAL.encode(value)


def digest(*parts: object) -> str:
    """Return the id of `parts`: the first 40 hexadecimal digits of SHA-256 over them, joined by NUL.

    A text stands as it is (no text that is stored holds a NUL), any other value as its canonical JSON.
    """
    joined = "\0".join([part if isinstance(part, str) else canonical(part) for part in parts])
    # No stored text holds a lone surrogate; one that is read from a damaged file stands for a bad byte.
    return hashlib.sha256(joined.encode(errors="surrogateescape")).hexdigest()[:ID_LENGTH]


def message_values(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Return `messages` as plain values, without the fields that are empty: the form that is stored and hashed."""
    return [
        {"role": message.role.value, "content": message.content}
        | ({} if message.tool_calls is None else {"tool_calls": message.tool_calls})
        for message in messages
    ]


def messages_of(stored: str) -> tuple[Message, ...]:
    """Return the messages whose canonical JSON is `stored`."""
    return tuple(
        Message(Role(message["role"]), message["content"], message.get("tool_calls")) for message in json.loads(stored)
    )


def prompt_of(messages: Sequence[Message]) -> Prompt:
    """Return the prompt made of `messages`."""
    return Prompt(digest("prompt", message_values(messages)), tuple(messages))


def response_id(prompt: str, configuration: str, text: str, sample: int) -> str:
    """Return the id of sample number `sample` (from 1) of `configuration` on the prompt with id `prompt`."""
    return digest("response", prompt, configuration, text, sample)


def item_id(study: str, responses: Iterable[str]) -> str:
    """Return the id of the item of `study` that shows the responses with these ids."""
    return digest("item", study, sorted(responses))


def utc(moment: datetime) -> str:
    """Return an aware `moment` as UTC ISO-8601 text of fixed width, so that text order is order in time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
