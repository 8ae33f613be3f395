"""Labels and flags: added to their chains, never changed; and what stands of them now."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reviewer.model import RECOGNISED, Label, LabelState, Origin
from reviewer.store import raters
from reviewer.store.acts import LEFT_OUT_RATERS, WITHDRAWN_RESPONSES
from reviewer.store.chain import FLAG_COLUMNS, LABEL_COLUMNS, Link
from reviewer.store.engine import Engine, Row, among

# A row stands while no later row supersedes it. Kept as a condition, not a mark: the table is only ever added to.
STANDS = "not exists (select 1 from label later where later.supersedes = label.id)"

# Human labels belong to their study; a grader's to every study that holds the response under the same rubric.
BELONGS_TO_STUDY = """(
    label.study = :study and rater.kind = 'human'
    or rater.kind <> 'human' and label.rubric = (select rubric from study where name = :study) and exists (
        select 1 from study_response
        join response on response.number = study_response.response
        join study on study.number = study_response.study
        where study.name = :study and response.id = label.response
    )
)"""

# An item as a whole cannot be spoken of any more when a response that it showed is withdrawn.
ITEMS_OF_WITHDRAWN = f"""
    select item.id from response join study_response on study_response.response = response.number
    join item on item.number = study_response.item join study on study.number = study_response.study
    where study.name = :study and item.id is not null and response.id in ({WITHDRAWN_RESPONSES})
"""

# Labels but of raters who are left out and on what is withdrawn. Few studies have such; the first part, which is worked
# out once and not for each label, spares the others the rest, which takes as long as all else.
NOT_LEFT_OUT = f"""(
    (select count(*) from act where act.study = :study and act.kind in ('withdrew', 'left out')) = 0
    or label.rater not in ({LEFT_OUT_RATERS})
    and coalesce(label.response, '') not in ({WITHDRAWN_RESPONSES})
    and coalesce(label.other_response, '') not in ({WITHDRAWN_RESPONSES})
    and (label.response is not null or label.item not in ({ITEMS_OF_WITHDRAWN}))
)"""

# What counts in a study.
COUNTS_IN_STUDY = f"({BELONGS_TO_STUDY} and {NOT_LEFT_OUT})"


_SELECT = f"select {', '.join(f'label.{column}' for column in LABEL_COLUMNS)} from label"


@dataclass(frozen=True, slots=True)
class NewLabel:
    """A label before it takes its place in a chain. `panes` lists response ids in the order shown.

    `confidence` is a person's, from 1 to 3; `probability`, from 0 to 1, is what a grader gave to `value`.
    """

    study: str | None
    response: str | None
    other_response: str | None
    item: str | None
    question: str
    rubric: str
    state: LabelState
    value: str | None
    origin: Origin
    saved_at: str
    note: str | None = None
    confidence: int | None = None
    raw: str | None = None
    aids: str | None = None
    surplus: bool = False
    supersedes: str | None = None
    panes: tuple[str, ...] = ()
    shown_at: str | None = None
    decided_at: str | None = None
    grader: str | None = None
    probability: float | None = None


def add(engine: Engine, rater: str, labels: Iterable[NewLabel]) -> list[str]:
    """Add `labels` to the rater's chain in order and return their ids; call inside `engine.writing()`."""
    link = Link(engine, "label", LABEL_COLUMNS, rater)
    ids = [
        link.add(
            {
                "study": label.study,
                "response": label.response,
                "other_response": label.other_response,
                "item": label.item,
                "question": label.question,
                "rubric": label.rubric,
                "rater": rater,
                "state": label.state.value,
                "value": label.value,
                "note": label.note,
                "confidence": label.confidence,
                "origin": label.origin.value,
                "raw": label.raw,
                "aids": label.aids,
                "surplus": int(label.surplus),
                "supersedes": label.supersedes,
                "panes": json.dumps(label.panes),
                "shown_at": label.shown_at,
                "decided_at": label.decided_at,
                "saved_at": label.saved_at,
                "grader": label.grader,
                # As SQLite gives it back, since that is what is hashed again: 1 as 1.0, and no zero below zero.
                "probability": None if label.probability is None else abs(float(label.probability)),
            }
        )
        for label in labels
    ]
    link.close()
    return ids


def of_study(engine: Engine, study: str, rater: str | None = None) -> Iterator[Label]:
    """Yield the labels that belong to `study` as stored, every one, in the order in which they were stored."""
    only = " and label.rater = :rater" if rater is not None else ""
    sql = f"{_SELECT} join rater on rater.name = label.rater where {BELONGS_TO_STUDY}{only} order by label.number"
    return map(_label, engine.stream(sql, {"study": study, "rater": rater}))


def standing_on_item(engine: Engine, item: str, rater: str) -> list[Label]:
    """Return the rater's labels on the item with id `item` that nothing supersedes, retracted ones too."""
    sql = f"{_SELECT} where label.item = :item and label.rater = :rater and {STANDS} order by label.number"
    return [_label(row) for row in engine.rows(sql, {"item": item, "rater": rater})]


def standing_of_rater(
    engine: Engine, study: str, rater: str, item: str, responses: Sequence[str]
) -> dict[tuple[str, str, str], str]:
    """Return the ids of the rater's standing rows on an item of `study`, and on its responses however they came.

    By (response, other response, question), each empty where it is null. A label that was imported under the rater's
    name is superseded by what the rater says here.
    """
    columns = "coalesce(response, ''), coalesce(other_response, ''), question, id, study"
    # Two queries, each by an index of its own: joined by `or`, or with the study as a condition, they would read every
    # label of the study.
    on_responses = among(
        engine,
        f"select {columns} from label where response in ({{values}}) and rater = :rater and {STANDS}",
        responses,
        {"rater": rater},
    )
    on_item = engine.rows(
        f"select {columns} from label where item = :item and rater = :rater and {STANDS}",
        {"item": item, "rater": rater},
    )
    rows = [*on_responses, *on_item]
    return {(response, other, question): identity for response, other, question, identity, of in rows if of == study}


class UnitLabel(NamedTuple):
    """What one rater's standing label says of one unit of a study.

    A tuple, since there are as many as labels and a frozen dataclass takes four times as long to make.
    """

    response: str
    other_response: str
    item: str
    question: str
    rater: str
    human: bool
    value: str
    saved_at: str


def standing_in_study(engine: Engine, study: str) -> Iterator[UnitLabel]:
    """Yield the answers that count now in `study`, all labels of a unit together: no surplus, nothing withdrawn.

    Repeats are left out, since they decide nothing.
    """
    again = raters.repeats(engine)
    sql = f"""
        select coalesce(label.response, ''), coalesce(label.other_response, ''),
            case when label.response is null then label.item else '' end as whole_item,
            label.question, label.rater, rater.kind = 'human', label.value, label.saved_at
        from label join rater on rater.name = label.rater
        where {COUNTS_IN_STUDY} and label.state = 'label' and label.surplus = 0 and {STANDS}
        order by label.response, label.other_response, whole_item, label.question, label.number
    """
    for response, other, item, question, rater, human, value, saved_at in engine.stream(sql, {"study": study}):
        if rater not in again:
            yield UnitLabel(response, other, item, question, rater, bool(human), value, saved_at)


@dataclass(frozen=True, slots=True)
class StandingLabel:
    """The standing row of one rater on one unit: its id and what it says."""

    id: str
    state: LabelState
    value: str | None
    raw: str | None
    probability: float | None


def standing_on_responses(
    engine: Engine, responses: Sequence[str], rubric: str, study: str | None
) -> dict[tuple[str, str, str], StandingLabel]:
    """Return standing labels on `responses` by (response, question, rater).

    Those of people are looked for in `study`; a grader's wherever they came in.
    """
    sql = f"""
        select label.response, label.question, label.rater, label.id, label.state, label.value, label.raw,
            label.probability
        from label join rater on rater.name = label.rater
        where label.response in ({{values}}) and label.other_response is null and label.rubric = :rubric and {STANDS}
            and (rater.kind <> 'human' or label.study = :study)
    """
    return {
        (response, question, rater): StandingLabel(identity, LabelState(state), value, raw, probability)
        for response, question, rater, identity, state, value, raw, probability in among(
            engine, sql, responses, {"rubric": rubric, "study": study}
        )
    }


def add_flag(engine: Engine, rater: str, *, study: str, item: str, response: str | None, reason: str, now: str) -> str:
    """Add a flag to the rater's chain and return its id; call inside `engine.writing()`."""
    link = Link(engine, "flag", FLAG_COLUMNS, rater)
    identity = link.add(
        {"study": study, "item": item, "response": response, "rater": rater, "reason": reason, "saved_at": now}
    )
    link.close()
    return identity


def flags(engine: Engine, study: str) -> list[tuple[str, str, str | None, str, str]]:
    """Return every flag in `study` as (rater, item, response, reason, saved_at), in the order in which they came."""
    return engine.rows(
        "select rater, item, response, reason, saved_at from flag where study = :study order by saved_at, number",
        {"study": study},
    )


def flagged(engine: Engine, study: str) -> frozenset[str]:
    """Return the ids of the responses and items of `study` that someone flagged as wrong.

    A flag on an item holds for every response that it shows. A rater who can tell the model flags no fault.
    """
    sql = """
        select coalesce(flag.response, flag.item) from flag where study = :study and reason <> :recognised
        union
        select response.id from flag
            join item on item.id = flag.item
            join study_response on study_response.item = item.number
            join response on response.number = study_response.response
        where flag.study = :study and flag.response is null and reason <> :recognised
    """
    return frozenset(name for (name,) in engine.rows(sql, {"study": study, "recognised": RECOGNISED}))


def has_gold(engine: Engine, study: str) -> bool:
    """Return whether a person labelled anything in `study`, or anything in it was decided."""
    found = engine.rows(
        "select 1 where exists (select 1 from label where study = :study and state = 'label')"
        " or exists (select 1 from adjudication where study = :study)",
        {"study": study},
    )
    return bool(found)


def counts(engine: Engine, study: str) -> dict[str, int]:
    """Return how many answers count now in `study`, by question."""
    sql = f"""
        select label.question, count(*) from label join rater on rater.name = label.rater
        where {COUNTS_IN_STUDY} and label.state = 'label' and label.surplus = 0 and {STANDS}
        group by label.question
    """
    return dict(engine.rows(sql, {"study": study}))


def at_most(engine: Engine, study: str, number: int) -> bool:
    """Tell whether people gave at most `number` labels in `study`, without counting further."""
    [(found,)] = engine.rows(
        "select count(*) from (select 1 from label where study = :study limit :number + 1) as counted",
        {"study": study, "number": number},
    )
    return bool(found <= number)


def recent(engine: Engine, rater: str) -> list[tuple[str, int, str]]:
    """Return the studies in which `rater` labelled last: the name, how many items, and when, the latest first."""
    return engine.rows(
        "select study, count(distinct item), max(saved_at) from label"
        " where rater = :rater and origin = 'rated' group by study order by max(saved_at) desc limit 3",
        {"rater": rater},
    )


def _label(row: Row) -> Label:
    values = dict(zip(LABEL_COLUMNS, row, strict=True))
    values["state"] = LabelState(values["state"])
    values["origin"] = Origin(values["origin"])
    values["surplus"] = bool(values["surplus"])
    values["panes"] = tuple(json.loads(values["panes"]))
    return Label(**values)
