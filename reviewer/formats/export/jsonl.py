"""Our own JSON lines: one row a unit with everything that bears on it, or one row a label.

`gold_jsonl` is the reader of the first. A line is put together from parts that are JSON already: made into one object
first and then encoded, a million of them took twice as long.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from typing import assert_never

from reviewer.definitions.question import Question
from reviewer.definitions.scale import AnswerForm
from reviewer.formats.export.export_format import TextExport
from reviewer.formats.export.record import (
    DecisionRecord,
    DesignRecord,
    GoldRecord,
    LabelRecord,
    PromptRecord,
    ResponseRecord,
    RubricRecord,
    plain,
)
from reviewer.formats.tables.json_table import GOLD

FORMAT = "reviewer-gold/2"

# Every character beyond ASCII is escaped, so that a row that is printed cannot steer a terminal.
_encode = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":")).encode
_text = encode_basestring_ascii


def gold_lines(records: Iterable[GoldRecord]) -> Iterator[str]:
    """Yield one line a unit, undecided ones too."""
    for record in records:
        question = record.question
        labels = ",".join([_label_json(question, label) for label in record.labels])
        decisions = (
            ",".join([_encode(_decision(question, one)) for one in record.decisions]) if record.decisions else ""
        )
        flags = ",".join([_encode(flag._asdict()) for flag in record.flags]) if record.flags else ""
        marks = ",".join([_encode(asdict(mark)) for mark in record.marks]) if record.marks else ""
        given = ",".join([f"{_text(value)}:{count}" for value, count in record.distribution.items()])
        yield (
            f'{{"format":"{FORMAT}","id":"{record.unit}","study":{_text(record.study)},"question":{_text(question.id)}'
            f',"value":{_value(question, record.value)},"how":{_text(record.how)},"reason":{_maybe(record.reason)}'
            f',"dispute":{_maybe(record.dispute)}'
            f',"distribution":{{{given}}},"labels":[{labels}],"decisions":[{decisions}]'
            f',"split":"{record.split.value}",{_study(record.rubric, record.design)},"item":{_maybe(record.item)}'
            f',"flags":[{flags}],"prompt":{_prompt(record.prompt)}'
            f',"responses":[{",".join([_response(one) for one in record.responses])}],"marks":[{marks}]'
            f',"masked":{"true" if record.masked else "false"}}}\n'
        )


def gold_row(record: GoldRecord) -> dict[str, object]:
    """Return everything about one unit as plain values."""
    [line] = gold_lines([record])
    row: dict[str, object] = json.loads(line)
    return row


def label_lines(records: Iterable[GoldRecord]) -> Iterator[str]:
    """Yield one line for each label that stands."""
    for row in label_rows(records):
        yield _encode(row) + "\n"


def label_rows(records: Iterable[GoldRecord]) -> Iterator[dict[str, object]]:
    """Yield each label that stands as plain values, with what it is about."""
    for record in records:
        first, *others = record.responses
        for label in record.labels:
            yield {
                "study": record.study,
                "response": first.id if record.item is None else None,
                "other_response": others[0].id if others and record.item is None else None,
                "item": record.item,
                "configuration": first.configuration if record.item is None else None,
                "other_configuration": others[0].configuration if others and record.item is None else None,
                "rubric": record.rubric.id,
                "rubric_hash": record.rubric.hash,
                "question": record.question.id,
                **_label(record.question, label),
            }


JSONL = TextExport(
    name="jsonl",
    suffix=".jsonl",
    description="each unit with all that bears on it",
    printable=True,
    read_back=GOLD,
    lines=lambda source: gold_lines(source.records),
)
LABELS_JSONL = TextExport(
    name="labels-jsonl",
    suffix=".jsonl",
    description="each label that stands",
    printable=True,
    lines=lambda source: label_lines(source.records),
)


def _label(question: Question, label: LabelRecord) -> dict[str, object]:
    return {
        "rater": label.rater,
        "kind": label.kind.value,
        "state": label.state.value,
        "value": plain(question, label.value),
        "confidence": label.confidence,
        "note": label.note,
        "raw": label.raw,
        "grader": label.grader,
        "decided_at": label.decided_at,
        "saved_at": label.saved_at,
    }


def _decision(question: Question, decision: DecisionRecord) -> dict[str, object]:
    return {
        "adjudicator": decision.adjudicator,
        "ruling": decision.ruling,
        "value": plain(question, decision.value),
        "reason": decision.reason,
        "note": decision.note,
        "clause": decision.clause,
        "decided_at": decision.decided_at,
    }


def _maybe(text: str | None) -> str:
    return "null" if text is None else _text(text)


def _number(number: int | None) -> str:
    return "null" if number is None else str(number)


def _value(question: Question, value: str | None) -> str:
    """Return a stored value as JSON; one choice and words are the text that they are stored as."""
    if value is None:
        return "null"
    match question.scale.traits.form:
        case AnswerForm.ONE | AnswerForm.TEXT:
            return _text(value)
        case AnswerForm.SEVERAL | AnswerForm.NUMBER:
            return _encode(plain(question, value))
        case form:
            assert_never(form)


def _label_json(question: Question, label: LabelRecord) -> str:
    panes = ",".join([_text(pane) for pane in label.panes])
    return (
        f'{{"rater":{_text(label.rater)},"kind":"{label.kind.value}","state":"{label.state.value}"'
        f',"value":{_value(question, label.value)},"confidence":{_number(label.confidence)},"note":{_maybe(label.note)}'
        f',"raw":{_maybe(label.raw)},"grader":{_maybe(label.grader)},"aids":{_maybe(label.aids)},"panes":[{panes}]'
        f',"shown_at":{_maybe(label.shown_at)},"decided_at":{_maybe(label.decided_at)},"saved_at":{_text(label.saved_at)}}}'
    )


@lru_cache(maxsize=16)
def _study(rubric: RubricRecord, design: DesignRecord) -> str:
    """Return what is the same in every row of a study."""
    answers = {"id": rubric.id, "version": rubric.version, "hash": rubric.hash}
    return _encode({"rubric": answers, "design": design._asdict()})[1:-1]


def _prompt(prompt: PromptRecord) -> str:
    escaped = prompt.stored.isascii() and "\x7f" not in prompt.stored
    stored = prompt.stored if escaped else _encode(json.loads(prompt.stored))
    tags = _encode(prompt.tags) if prompt.tags else "[]"
    return (
        f'{{"id":"{prompt.id}","messages":{stored},"suite":{_maybe(prompt.suite)}'
        f',"evaluation":{_maybe(prompt.evaluation)},"name":{_maybe(prompt.name)},"group":{_maybe(prompt.group)}'
        f',"reference":{_maybe(prompt.reference)},"secret":{_maybe(prompt.secret)}'
        f',"severity":{_number(prompt.severity)},"tags":{tags}}}'
    )


@lru_cache(maxsize=1024)
def _configuration(name: str, provider: str | None, model: str | None, lab: str | None, settings: str | None) -> str:
    return _encode({"name": name, "provider": provider, "model": model, "lab": lab, "settings": settings})


def _response(one: ResponseRecord) -> str:
    named = _configuration(one.configuration, one.provider, one.model, one.lab, one.settings)
    return (
        f'{{"id":"{one.id}","configuration":{named},"sample":{one.sample},"text":{_text(one.text)}'
        f',"reasoning":{_maybe(one.reasoning)},"tool_calls":{_maybe(one.tool_calls)}'
        f',"stop_reason":{_maybe(one.stop_reason)},"refusal":{_maybe(one.refusal)},"drawn":{_number(one.drawn)}'
        f',"pool":{_number(one.pool)},"item":{_maybe(one.item)}}}'
    )
