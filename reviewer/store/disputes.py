"""What an adjudicator is shown of a dispute, and what a dispute weighs. Raters and configurations are left out."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.model import messages_of
from reviewer.store import raters
from reviewer.store.engine import Engine
from reviewer.store.items import ItemContent, ShownResponse
from reviewer.store.labels import COUNTS_IN_STUDY, STANDS


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """What one person answered to one question, under a `rater` that must not be shown."""

    rater: str
    question: str
    value: str
    note: str | None
    confidence: int | None


def answers_on(engine: Engine, study: str, response: str, other: str, item: str) -> list[PersonAnswer]:
    """Return what people's labels on one subject say now, in the order in which they were stored; no repeats."""
    first, again = raters.no_repeat(engine)
    subject = "label.item = :item and label.response is null" if item else "label.response = :response"
    sql = f"""
        select label.rater, label.question, label.value, label.note, label.confidence
        from label join rater on rater.name = label.rater
        where {subject} and coalesce(label.other_response, '') = :other and rater.kind = 'human'
            and {first} and {COUNTS_IN_STUDY} and label.state = 'label' and label.surplus = 0 and {STANDS}
        order by label.number
    """
    values = {"study": study, "response": response, "other": other, "item": item} | again
    return [PersonAnswer(*row) for row in engine.rows(sql, values)]


def item_of(engine: Engine, study: int, response: str, item: str) -> tuple[int, str] | None:
    """Return the number and id of the item that raters saw, None for a response that was never handed out."""
    if item:
        found = engine.rows("select number, id from item where id = :item", {"item": item})
    else:
        found = engine.rows(
            "select item.number, item.id from response"
            " join study_response on study_response.response = response.number and study_response.study = :study"
            " join item on item.number = study_response.item where response.id = :response and item.id is not null",
            {"study": study, "response": response},
        )
    return (int(found[0][0]), str(found[0][1])) if found else None


def alone(engine: Engine, response: str) -> ItemContent:
    """Return a response that is part of no item, with its prompt."""
    [(prompt, messages, *shown)] = engine.rows(
        "select prompt.number, messages, response.id, text, reasoning, tool_calls, stop_reason, refusal from response"
        " join prompt on prompt.number = response.prompt where response.id = :response",
        {"response": response},
    )
    [(reference, secret, severity)] = engine.rows(
        "select max(reference), max(secret), max(severity) from suite_prompt where prompt = :prompt", {"prompt": prompt}
    )
    return ItemContent(messages_of(messages), (ShownResponse(*shown),), reference, secret, severity)


def weights(engine: Engine, study: int) -> dict[str, tuple[int, int]]:
    """Return of each response in the study how many its configuration has there, and the severity of its prompt."""
    sql = """
        with severe as (select prompt, max(severity) as severity from suite_prompt group by prompt)
        select response.id, count(*) over (partition by response.configuration), coalesce(severe.severity, 0)
        from study_response join response on response.number = study_response.response
        left join severe on severe.prompt = response.prompt
        where study_response.study = :study and withdrawn = 0
    """
    return {response: (count, severity) for response, count, severity in engine.rows(sql, {"study": study})}


def severities(engine: Engine, study: int) -> dict[str, int]:
    """Return the severity of the prompt of each item that was handed out."""
    sql = """
        select item.id, coalesce(max(severity), 0) from item
        left join suite_prompt on suite_prompt.prompt = item.prompt
        where item.study = :study and item.id is not null group by item.id
    """
    return dict(engine.rows(sql, {"study": study}))


@dataclass(frozen=True, slots=True)
class LastDecision:
    """A decision that an adjudicator may take back: its id and its unit."""

    id: str
    response: str
    other_response: str
    item: str
    question: str


def decided_since(
    engine: Engine, study: str, adjudicator: str, number: int
) -> tuple[int, set[tuple[str, str, str, str]]]:
    """Return what others than `adjudicator` decided after decision `number` and did not take back, and the newest.

    As (its number, or `number` where there is none, and the units).
    """
    found = engine.rows(
        "select number, coalesce(response, ''), coalesce(other_response, ''), coalesce(item, ''), question"
        " from adjudication where study = :study and adjudicator <> :adjudicator and number > :number"
        " and coalesce(state, 'decided') <> 'retracted'"
        " and not exists (select 1 from adjudication later where later.supersedes = adjudication.id)",
        {"study": study, "adjudicator": adjudicator, "number": number},
    )
    return max((one[0] for one in found), default=number), {(one[1], one[2], one[3], one[4]) for one in found}


def last_decision(engine: Engine, study: str, adjudicator: str) -> LastDecision | None:
    """Return the last decision of `adjudicator` in the study that stands."""
    found = engine.rows(
        "select id, coalesce(response, ''), coalesce(other_response, ''), coalesce(item, ''), question"
        " from adjudication where study = :study and adjudicator = :adjudicator"
        " and coalesce(state, 'decided') <> 'retracted'"
        " and not exists (select 1 from adjudication later where later.supersedes = adjudication.id)"
        " order by sequence desc limit 1",
        {"study": study, "adjudicator": adjudicator},
    )
    return LastDecision(*found[0]) if found else None
