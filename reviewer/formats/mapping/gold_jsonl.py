"""Rows of our own gold JSON lines, read back as they were written.

Raters come back under the pseudonyms they left with, and adjudicators too. What a row says of the unit's value is left
out: labels and decisions come to the same again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from reviewer.definitions.question import Per, Question
from reviewer.definitions.rubric import Rubric
from reviewer.errors import BadInput
from reviewer.formats.export.jsonl import FORMAT
from reviewer.formats.export.record import DecisionRecord, DesignRecord, FlagRecord, LabelRecord
from reviewer.formats.mapping.gold_row import GoldResponse, GoldRow
from reviewer.formats.mapping.row import Row
from reviewer.formats.tables.record import Record
from reviewer.model import LabelState, Message, RaterKind, Role, prompt_of, response_id
from reviewer.study_design.decision_policy import Ruling
from reviewer.text.visible import storable

AS_WRITTEN = "a row as it was exported"

Value = TypeVar("Value")
Member = Mapping[str, object]


class _Wrong(Exception):
    """A row that is not as it was written: what is wrong, and what was expected."""

    def __init__(self, problem: str, expected: str = AS_WRITTEN) -> None:
        super().__init__(problem)
        self.problem = problem
        self.expected = expected


def gold_rows(records: Iterable[Record | BadInput], file: str, rubric: Rubric) -> Iterator[GoldRow | BadInput]:
    """Yield the rows; one that is not in our format, or no answer to `rubric`, is yielded as the error it would be."""
    for record in records:
        if isinstance(record, BadInput):
            yield record
            continue
        try:
            yield _row(record.line, record.fields, rubric)
        except _Wrong as error:
            yield BadInput(file, record.line, error.problem, error.expected)


def _row(line: int, row: Member, rubric: Rubric) -> GoldRow:
    if row.get("format") != FORMAT:
        raise _Wrong("no row of ours", f'"format": "{FORMAT}"')
    answers = _object(row, "rubric")
    if answers.get("hash") != rubric.hash:
        raise _Wrong(
            f"answers rubric {_text(answers, 'id')}, hash {_text(answers, 'hash')[:12]}",
            f"rubric {rubric.id}, hash {rubric.hash[:12]}",
        )
    name = _text(row, "question")
    question = next((one for one in rubric.questions if one.id == name), None)
    if question is None:
        raise _Wrong(f"rubric {rubric.id} asks no question {name[:40]}")
    responses = tuple(_response(line, row, one) for one in _objects(row, "responses"))
    item = _maybe(row, "item", str)
    if not responses or (question.per is Per.RESPONSE and (item is not None or len(responses) != 1)):
        raise _Wrong(f"{len(responses)} responses to question {name}")
    design = _object(row, "design")
    return GoldRow(
        line=line,
        question=name,
        item=item,
        design=DesignRecord(_given(design, "panes", int), _given(design, "overlap", int), _text(design, "policy")),
        responses=responses,
        labels=tuple(_label(question, one) for one in _objects(row, "labels")),
        decisions=tuple(_decision(question, one) for one in _objects(row, "decisions")),
        flags=tuple(
            FlagRecord(
                _text(one, "rater"),
                _text(one, "item"),
                _maybe(one, "response", str),
                _given(one, "reason", str),
                _text(one, "saved_at"),
            )
            for one in _objects(row, "flags")
        ),
    )


def _response(line: int, row: Member, response: Member) -> GoldResponse:
    prompt, configuration = _object(row, "prompt"), _object(response, "configuration")
    messages = tuple(_message(one) for one in _objects(prompt, "messages"))
    identity, model, text = _text(response, "id"), _text(configuration, "name"), _given(response, "text", str)
    sample = _given(response, "sample", int)
    # What was masked cannot be held against the hash that names it.
    if not row.get("masked") and response_id(prompt_of(messages).id, model, text, sample) != identity:
        raise _Wrong(f"response {identity[:12]} or its prompt was altered: its id is the hash of another content")
    tags = _given(prompt, "tags", list)
    severity = _maybe(prompt, "severity", int)
    if severity is not None and not 0 <= severity <= 3:
        raise _Wrong(f"severity {severity}", "0 to 3")
    return GoldResponse(
        identity,
        Row(
            line,
            messages,
            text=text,
            reasoning=_maybe(response, "reasoning", str),
            stop_reason=_maybe(response, "stop_reason", str),
            model=model,
            provider=_maybe(configuration, "provider", str),
            lab=_maybe(configuration, "lab", str),
            sample=sample,
            source_id=_maybe(prompt, "name", str),
            suite=_maybe(prompt, "suite", str),
            evaluation=_maybe(prompt, "evaluation", str),
            group=_maybe(prompt, "group", str),
            reference=_maybe(prompt, "reference", str),
            secret=_maybe(prompt, "secret", str),
            severity=severity,
            tags=tuple(str(tag) for tag in tags),
            tool_calls=_maybe(response, "tool_calls", str),
            refusal=_maybe(response, "refusal", str),
            provider_model=_maybe(configuration, "model", str),
            settings=_maybe(configuration, "settings", str),
        ),
        _maybe(response, "item", str),
        _maybe(response, "drawn", int),
        _maybe(response, "pool", int),
    )


def _message(message: Member) -> Message:
    role = _text(message, "role")
    if role not in list(Role):
        raise _Wrong(f"role {role[:40]}", f"one of {', '.join(Role)}")
    return Message(Role(role), _given(message, "content", str), _maybe(message, "tool_calls", str))


def _label(question: Question, label: Member) -> LabelRecord:
    kind, state = _text(label, "kind"), _text(label, "state")
    if kind not in list(RaterKind):
        raise _Wrong(f"a rater of kind {kind[:40]}", f"one of {', '.join(RaterKind)}")
    # A person gives an answer or none; a row that withdraws one is never exported.
    states = [LabelState.LABEL] if kind == RaterKind.HUMAN else [*LabelState][:3]
    if state not in states:
        raise _Wrong(f"a label of {kind} in state {state[:40]}", f"one of {', '.join(states)}")
    value = label.get("value")
    if (value is None) is (state == LabelState.LABEL):
        raise _Wrong(f"value {value!r:.40} in state {state}", "a value where there is a label, and only there")
    confidence = _maybe(label, "confidence", int)
    if confidence is not None and not 1 <= confidence <= 3:
        raise _Wrong(f"confidence {confidence}", "1 to 3")
    return LabelRecord(
        rater=_text(label, "rater"),
        kind=RaterKind(kind),
        state=LabelState(state),
        value=_accepted(question, value),
        confidence=confidence,
        note=_maybe(label, "note", str),
        raw=_maybe(label, "raw", str),
        decided_at=_maybe(label, "decided_at", str),
        saved_at=_text(label, "saved_at"),
        shown_at=_maybe(label, "shown_at", str),
        panes=tuple(str(pane) for pane in _given(label, "panes", list)),
        aids=_maybe(label, "aids", str),
        grader=_maybe(label, "grader", str),
    )


def _decision(question: Question, decision: Member) -> DecisionRecord:
    ruling, value = _text(decision, "ruling"), decision.get("value")
    if ruling not in list(Ruling) or ruling == Ruling.RETRACTED:
        raise _Wrong(f"a decision that is {ruling[:40]}", "decided, bad_item or ambiguous")
    return DecisionRecord(
        _text(decision, "adjudicator"),
        ruling,
        _accepted(question, value),
        _given(decision, "reason", str),
        _maybe(decision, "note", str),
        _text(decision, "decided_at"),
        _maybe(decision, "clause", str),
    )


def _accepted(question: Question, value: object) -> str | None:
    try:
        return None if value is None else question.accept(value)
    except ValueError as error:
        raise _Wrong(str(error)) from None


def _object(row: Member, name: str) -> Member:
    return _given(row, name, dict)


def _objects(row: Member, name: str) -> list[Member]:
    found = _given(row, name, list)
    if not all(isinstance(one, dict) for one in found):
        raise _Wrong(f"{name} holds what is no object")
    return found


def _text(row: Member, name: str) -> str:
    value = _given(row, name, str)
    if not value:
        raise _Wrong(f"{name} is empty")
    return value


def _maybe(row: Member, name: str, kind: type[Value]) -> Value | None:
    return None if row.get(name) is None else _given(row, name, kind)


def _given(row: Member, name: str, kind: type[Value]) -> Value:
    value = row.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _Wrong(f"{name} is no {'text' if kind is str else kind.__name__}")
    return storable(value).text if isinstance(value, str) else value  # type: ignore[return-value]
