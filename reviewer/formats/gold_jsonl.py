"""Rows of our own gold JSON lines as records of a table, with columns named as FIELDs.

Labels come back under the pseudonyms they left with, graders' as labels of graders. Only what an adjudicator decided is
gold: what labels decided they decide again. A comparison cannot come back, since a row of a table holds one response.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reviewer.errors import BadInput
from reviewer.formats.export_jsonl import FORMAT
from reviewer.formats.record import Record
from reviewer.model import RaterKind

_OF_PROMPT = {
    "messages": "messages",
    "suite": "suite",
    "evaluation": "evaluation",
    "id": "name",
    "group": "group",
    "reference": "reference",
    "secret": "secret",
    "severity": "severity",
    "tag": "tags",
}
_OF_RESPONSE = {"response": "text", "reasoning": "reasoning", "stop_reason": "stop_reason", "sample": "sample"}
_OF_CONFIGURATION = {"model": "name", "provider": "provider", "lab": "lab"}


class _Wrong(Exception):
    """A row that is not as it was written: what is wrong, and what was expected."""

    def __init__(self, problem: str, expected: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.expected = expected


def gold_records(records: Iterable[Record | BadInput], file: str) -> Iterator[Record | BadInput]:
    """Yield the rows as records; one that is not in our format is yielded as the error it would be."""
    for record in records:
        if isinstance(record, BadInput):
            yield record
            continue
        try:
            yield Record(record.line, _fields(record.fields))
        except _Wrong as error:
            yield BadInput(file, record.line, error.problem, error.expected)


def _fields(row: dict[str, object]) -> dict[str, object]:
    if row.get("format") != FORMAT:
        raise _Wrong("no row of ours", f'"format": "{FORMAT}"')
    responses = _list(row, "responses")
    if row.get("item") is not None or len(responses) != 1:
        raise _Wrong("the question compares responses", "a question that is asked of one response")
    prompt, response = _object(row.get("prompt"), "prompt"), _object(responses[0], "responses.0")
    configuration = _object(response.get("configuration"), "configuration")
    fields: dict[str, object] = {}
    for part, names in ((prompt, _OF_PROMPT), (response, _OF_RESPONSE), (configuration, _OF_CONFIGURATION)):
        fields |= {field: part.get(name) for field, name in names.items()}
    question = _text(row, "question")
    for place, entry in enumerate(_list(row, "labels")):
        label = _object(entry, f"labels.{place}")
        kind = _text(label, "kind")
        if kind not in list(RaterKind):
            raise _Wrong(f"the kind of labels.{place} is {kind[:40]}", f"one of {', '.join(RaterKind)}")
        word = "label" if kind == RaterKind.HUMAN else kind
        value = label.get("value")
        fields[f"{word}:{question}:{_text(label, 'rater')}"] = label.get("raw") if value is None else value
    if row.get("how") == "adjudicated" and row.get("value") is not None:
        fields[f"gold:{question}"] = row["value"]
    return fields


def _object(value: object, name: str) -> Mapping[str, object]:
    if isinstance(value, dict):
        return value
    raise _Wrong(f"{name} is no object", "a row as it was exported")


def _list(row: Mapping[str, object], name: str) -> list[object]:
    value = row.get(name)
    if isinstance(value, list):
        return value
    raise _Wrong(f"{name} is no list", "a row as it was exported")


def _text(row: Mapping[str, object], name: str) -> str:
    value = row.get(name)
    if isinstance(value, str) and value:
        return value
    raise _Wrong(f"{name} is no text", "a row as it was exported")
