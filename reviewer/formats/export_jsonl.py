"""Our own JSON lines: one row a unit with everything that bears on it, or one row a label.

`gold_jsonl` is the reader of the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from reviewer.formats.export_record import Answered, Asked, Given, GoldRecord, Ruled, plain
from reviewer.model import message_values
from reviewer.question import Question

FORMAT = "reviewer-gold/2"

# Every character beyond ASCII is escaped, so that a row that is printed cannot steer a terminal.
_encode = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":")).encode


def gold_lines(records: Iterable[GoldRecord]) -> Iterator[str]:
    """Yield one line a unit, undecided ones too."""
    for record in records:
        yield _encode(gold_row(record)) + "\n"


def label_lines(records: Iterable[GoldRecord]) -> Iterator[str]:
    """Yield one line for each label that stands."""
    for row in label_rows(records):
        yield _encode(row) + "\n"


def gold_row(record: GoldRecord) -> dict[str, object]:
    """Return everything about one unit as plain values."""
    question = record.question
    return {
        "format": FORMAT,
        "id": record.unit,
        "study": record.study,
        "question": question.id,
        "value": plain(question, record.value),
        "how": record.how,
        "reason": record.reason,
        "distribution": dict(record.distribution),
        "labels": [_label(question, label) for label in record.labels],
        "decisions": [_decision(question, decision) for decision in record.decisions],
        "split": record.split.value,
        "rubric": {"id": record.rubric.id, "version": record.rubric.version, "hash": record.rubric.hash},
        "design": {"panes": record.design.panes, "overlap": record.design.overlap, "policy": record.design.policy},
        "item": record.item,
        "flags": [flag._asdict() for flag in record.flags],
        "prompt": _prompt(record.prompt),
        "responses": [_response(one) for one in record.responses],
        "marks": [{"field": mark.field, "start": mark.start, "end": mark.end} for mark in record.marks],
        "masked": record.masked,
    }


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


def _label(question: Question, label: Given) -> dict[str, object]:
    return {
        "rater": label.rater,
        "kind": label.kind.value,
        "state": label.state.value,
        "value": plain(question, label.value),
        "confidence": label.confidence,
        "note": label.note,
        "raw": label.raw,
        "aids": label.aids,
        "panes": label.panes,
        "shown_at": label.shown_at,
        "decided_at": label.decided_at,
        "saved_at": label.saved_at,
    }


def _decision(question: Question, decision: Ruled) -> dict[str, object]:
    return {
        "adjudicator": decision.adjudicator,
        "ruling": decision.ruling,
        "value": plain(question, decision.value),
        "reason": decision.reason,
        "note": decision.note,
        "clause": decision.clause,
        "decided_at": decision.decided_at,
    }


def _prompt(prompt: Asked) -> dict[str, object]:
    return {
        "id": prompt.id,
        "messages": message_values(prompt.messages),
        "suite": prompt.suite,
        "evaluation": prompt.evaluation,
        "name": prompt.name,
        "group": prompt.group,
        "reference": prompt.reference,
        "secret": prompt.secret,
        "severity": prompt.severity,
        "tags": list(prompt.tags),
    }


def _response(response: Answered) -> dict[str, object]:
    return {
        "id": response.id,
        "configuration": {
            "name": response.configuration,
            "provider": response.provider,
            "model": response.model,
            "lab": response.lab,
            "settings": response.settings,
        },
        "sample": response.sample,
        "text": response.text,
        "reasoning": response.reasoning,
        "tool_calls": response.tool_calls,
        "stop_reason": response.stop_reason,
        "refusal": response.refusal,
        "drawn": response.drawn,
        "pool": response.pool,
        "item": response.item,
    }
