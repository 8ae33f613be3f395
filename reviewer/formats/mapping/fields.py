"""The FIELDs of an import: the names by which a profile or a flag says what a column is."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from reviewer.formats.tables.column_names import column_name
from reviewer.model import RaterKind

_MOST_LISTED = 20
_MOST_COMPARED = 1_000  # names; comparing one with each of more takes longer than reading a table does

FIELDS = (
    "prompt",
    "system",
    "messages",
    "response",
    "reasoning",
    "tool_calls",
    "stop_reason",
    "model",
    "provider",
    "lab",
    "sample",
    "id",
    "suite",
    "evaluation",
    "group",
    "reference",
    "secret",
    "severity",
    "tag",
    "rater",
)
ANSWER_FIELDS = (
    "label:QUESTION:RATER",
    "label:QUESTION",
    "gold:QUESTION",
    "probability[:QUESTION[:RATER]]",
)


@dataclass(frozen=True, slots=True)
class LabelField:
    """A column of labels: of the rater it names, or (`rater` None) of the one whom the row names.

    `kind` is the rater's where the column says it; else the profile does.
    """

    question: str
    rater: str | None
    kind: RaterKind | None = None


@dataclass(frozen=True, slots=True)
class GoldField:
    """A column of decided labels."""

    question: str


@dataclass(frozen=True, slots=True)
class ProbabilityField:
    """A column of the probabilities that a grader gave to its labels.

    `question` and `rater` are None where the name leaves them out: then one column of labels has to fit.
    """

    question: str | None
    rater: str | None


def answer_field(name: str) -> LabelField | GoldField | ProbabilityField | None:
    """Return what `label:…`, `gold:QUESTION` or `probability…` says; None for any other name.

    In our own files a grader's labels stand under `model:QUESTION:RATER` and `rule:QUESTION:RATER`.
    """
    match name.split(":", 2):
        case ["label", question, rater] if question and rater.strip():
            return LabelField(question, column_name(rater))
        case [RaterKind.MODEL | RaterKind.RULE as kind, question, rater] if question and rater.strip():
            return LabelField(question, column_name(rater), RaterKind(kind))
        case ["label", question] if question:
            return LabelField(question, None)
        case ["gold", question] if question:
            return GoldField(question)
        case ["probability"]:
            return ProbabilityField(None, None)
        case ["probability", question] if question:
            return ProbabilityField(question, None)
        case ["probability", question, rater] if question and rater.strip():
            return ProbabilityField(question, column_name(rater))
        case _:
            return None


def is_field(name: str) -> bool:
    """Tell whether `name` is a FIELD."""
    return name in FIELDS or answer_field(name) is not None


def field_expected(name: str) -> str:
    """Return what to write in place of `name`, which is no FIELD."""
    if name.startswith(("label", "gold", "probability")):
        return "one of " + ", ".join(ANSWER_FIELDS)
    near = difflib.get_close_matches(name, FIELDS, n=1)
    return near[0] if near else "one of " + ", ".join((*FIELDS, *ANSWER_FIELDS))


def listed(columns: Sequence[str]) -> str:
    """Return the first of `columns` as a list, and how many more there are."""
    more = f" and {len(columns) - _MOST_LISTED:,} more" if len(columns) > _MOST_LISTED else ""
    return ", ".join(columns[:_MOST_LISTED]) + more


def nearest(name: str, columns: Collection[str]) -> str:
    """Return `columns` as a list, those most like `name` first."""

    def distance(column: str) -> float:
        return -difflib.SequenceMatcher(None, name.lower(), column.lower()).ratio()

    return listed(list(columns) if len(columns) > _MOST_COMPARED else sorted(columns, key=distance))
