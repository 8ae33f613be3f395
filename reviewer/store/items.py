"""What an item holds, and a rater's drafts on it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from reviewer.model import Answer, Draft, Message, Remark, Subject, messages_of
from reviewer.store.engine import Engine


@dataclass(frozen=True, slots=True)
class ShownResponse:
    """What may be shown of a response while raters are blind: no configuration, nothing that names a provider."""

    id: str
    text: str
    reasoning: str | None
    tool_calls: str | None
    stop_reason: str | None
    refusal: str | None


@dataclass(frozen=True, slots=True)
class ItemContent:
    """What an item shows, responses in order of id. `severity` is the highest that a suite gives the prompt."""

    messages: tuple[Message, ...]
    responses: tuple[ShownResponse, ...]
    reference: str | None
    secret: str | None
    severity: int | None


def content(engine: Engine, item: int) -> ItemContent:
    """Return what the item, once cut, shows; a response that is withdrawn is not shown any more."""
    [(prompt, messages)] = engine.rows(
        "select prompt.number, messages from item join prompt on prompt.number = item.prompt where item.number = :item",
        {"item": item},
    )
    responses = engine.rows(
        "select id, text, reasoning, tool_calls, stop_reason, refusal from response"
        " where number in (select response from study_response where item = :item and withdrawn = 0) order by id",
        {"item": item},
    )
    [(reference, secret, severity)] = engine.rows(
        "select max(reference), max(secret), max(severity) from suite_prompt where prompt = :prompt", {"prompt": prompt}
    )
    return ItemContent(
        messages_of(messages), tuple(ShownResponse(*row) for row in responses), reference, secret, severity
    )


def identity(engine: Engine, item: int) -> str:
    """Return the id of an item that was handed out."""
    [(found,)] = engine.rows("select id from item where number = :item", {"item": item})
    return str(found)


def save_draft(engine: Engine, item: int, rater: str, draft: Draft, now: str) -> None:
    """Keep the rater's draft on the item in place of the one before; call inside `engine.writing()`."""
    engine.run(
        "insert into draft (item, rater, body, saved_at) values (:item, :rater, :body, :now)"
        " on conflict (item, rater) do update set body = excluded.body, saved_at = excluded.saved_at",
        {"item": item, "rater": rater, "body": _write(draft), "now": now},
    )


def load_draft(engine: Engine, item: int, rater: str) -> Draft:
    """Return the rater's draft on the item, an empty one where there is none."""
    found = engine.rows("select body from draft where item = :item and rater = :rater", {"item": item, "rater": rater})
    return read_draft(found[0][0]) if found else Draft()


def drop_draft(engine: Engine, item: int, rater: str) -> None:
    """Forget the rater's draft on the item; call inside `engine.writing()`."""
    engine.run("delete from draft where item = :item and rater = :rater", {"item": item, "rater": rater})


def _write(draft: Draft) -> str:
    return json.dumps(
        {
            "answers": [
                [subject.response, subject.other, question, answer.value, answer.decided_at]
                for (subject, question), answer in draft.answers.items()
            ],
            "remarks": [
                [subject.response, subject.other, remark.note, remark.confidence]
                for subject, remark in draft.remarks.items()
            ],
        }
    )


def read_draft(body: str) -> Draft:
    """Return the draft whose stored form is `body`."""
    values = json.loads(body)
    return Draft(
        {
            (Subject(response, other), question): Answer(value, decided_at)
            for response, other, question, value, decided_at in values["answers"]
        },
        {Subject(response, other): Remark(note, confidence) for response, other, note, confidence in values["remarks"]},
    )
