"""What in a database this program cannot have written: searched once something has failed on it.

Reading trusts what is stored, since it was checked when it was written. Where another program, a disk or a bad copy has
changed the file since, a read fails somewhere with an error that says nothing of that; this module finds the place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from reviewer.definitions.rubric import Rubric, rubric_from_json
from reviewer.errors import ReviewerError
from reviewer.model import LabelState, Origin, RaterKind, Turns, messages_of
from reviewer.store import chain, responses, rubrics
from reviewer.store.assignment import PlaceState
from reviewer.store.engine import Engine, Row
from reviewer.store.items import read_draft
from reviewer.study_design.decision_policy import Ruling, read_policy

_COLUMNS = """
    select 'table ' || made.name || ', column ' || line.name, line.type, line."notnull", line.pk
    from sqlite_master made join pragma_table_info(made.name) line where made.type = 'table'
"""
_INDEXES = "select 'index ' || name from sqlite_master where type = 'index'"
# Without those that SQLite keeps for itself and for the search.
_TABLES = """
    select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'
    and name not like 'response\\_words%' escape '\\' order by name
"""
# Items that were handed out, and have no longer all their responses.
_LACKING = """
    select number from item where id is not null
    and size <> 0 and size <> (select count(*) from study_response where study_response.item = item.number
        and withdrawn = 0)
"""


def find_damage(engine: Engine, pattern: Engine) -> str | None:
    """Return the first thing that is wrong in a database, None where nothing is found.

    `pattern` is an empty database as this version makes it.

    Raises:
        StoreError: SQLite itself calls the file damaged.
    """
    engine.forgive()
    return next(_problems(engine, pattern), None)


def _problems(engine: Engine, pattern: Engine) -> Iterator[str]:
    yield from _of_tables(engine, pattern)
    yield from engine.faults()
    for (table,) in pattern.rows(_TABLES):
        yield from _of_rows(engine, table)
    if len(engine.rows("select 1 from words_indexed")) != 1:
        yield "table words_indexed: it does not hold one row"
    unlikely = engine.rows("select number from label where probability not between 0 and 1")
    yield from (f"table label, row {row}: its probability is not between 0 and 1" for (row,) in unlikely)
    yield from (f"table item, row {item}: it lacks responses" for (item,) in engine.rows(_LACKING))
    yield from _of_labels(engine)
    yield from (f"{one.table} {one.id}: its content does not fit its id" for one in responses.mismatches(engine))
    yield from (f"rubric {one}: its content does not fit its hash" for one in rubrics.altered(engine))
    yield from (f"{report.broken}: {report.problem}" for report in chain.verify(engine) if report.broken)


def _of_tables(engine: Engine, pattern: Engine) -> Iterator[str]:
    """Yield what is missing or different; what another program added beside does no harm."""
    there = {place: kind for place, *kind in engine.rows(_COLUMNS)}
    for place, *kind in pattern.rows(_COLUMNS):
        if there.get(place) != kind:
            yield f"{place}: {'it is missing' if place not in there else 'it is another one'}"
    indexes = engine.rows(_INDEXES)
    yield from (f"{index[0]}: it is missing" for index in pattern.rows(_INDEXES) if index not in indexes)


def _of_rows(engine: Engine, table: str) -> Iterator[str]:
    names = [name for (name,) in engine.rows("select name from pragma_table_info(:table)", {"table": table})]
    columns = ", ".join(f'"{name}"' for name in names)
    for number, *values in engine.stream(f'select rowid, {columns} from "{table}"'):
        for name, value in zip(names, values, strict=True):
            if isinstance(value, str) and (problem := _of_text(table, name, value)):
                yield f"table {table}, row {number}, column {name}: it {problem}"


def _of_text(table: str, name: str, text: str) -> str | None:
    """Return what is wrong with a text of a column, None where nothing is."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        return "is no UTF-8"
    check = _moment if name.endswith("_at") and text else FORMS.get((table, name))
    try:
        return None if check is None or check(text) else "is not as this program writes it"
    except (ReviewerError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return "is not as this program writes it"


def _of_labels(engine: Engine) -> Iterator[str]:
    """Yield answers and decisions that are none to their question."""
    by_hash = {rubric: rubric_from_json(body) for rubric, body in engine.rows("select hash, body from rubric")}
    for table, answered in (("label", f"state = '{LabelState.LABEL.value}'"), ("adjudication", "value is not null")):
        rows = engine.stream(f"select number, rubric, question, value from {table} where {answered}")
        for row in rows:
            if not _answers(by_hash, row):
                yield f"table {table}, row {row[0]}: it is no answer to its question"


def _answers(by_hash: Mapping[str, Rubric], row: Row) -> bool:
    _, rubric, name, value = row
    question = next((one for one in by_hash[rubric].questions if one.id == name), None)
    try:
        return question is not None and question.accept(question.plain(value)) == value
    except (ValueError, TypeError, AttributeError, RecursionError):
        return False


def _moment(text: str) -> bool:
    return datetime.fromisoformat(text).tzinfo is not None


def _texts(text: str) -> bool:
    found = json.loads(text)
    return isinstance(found, list) and all(isinstance(one, str) for one in found)


def _object(text: str) -> bool:
    return isinstance(json.loads(text), dict)


def _messages(text: str) -> bool:
    return all(isinstance(message.content, str) for message in messages_of(text))


# How each text that is read by more than its column's type has to be. SQLite's own check of a file that is opened for
# reading passes over the conditions of the tables.
FORMS: Mapping[tuple[str, str], Callable[[str], object]] = {
    ("rater", "kind"): RaterKind,
    ("suite", "turns"): Turns,
    ("place", "state"): PlaceState,
    ("label", "state"): LabelState,
    ("label", "origin"): Origin,
    ("adjudication", "state"): Ruling,
    ("prompt", "messages"): _messages,
    ("suite_prompt", "tags"): _texts,
    ("label", "panes"): _texts,
    ("rubric", "body"): rubric_from_json,
    ("study", "policy"): read_policy,
    ("study", "drawn_from"): _object,
    ("draft", "body"): read_draft,
    ("setting", "body"): _object,
    ("grader", "body"): _object,
    ("grading", "options"): _object,
    ("adjudication_draft", "body"): lambda text: len(json.loads(text)) == 5,
    ("unblinding", "at"): _moment,
}
