"""What does not fit in a database, told without a seal: content against its hash, state against the acts that made it.

Studies of before there were acts have no act of creation, and are not asked what only acts could tell.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any

from reviewer.definitions.suite import suite_hash
from reviewer.model import Origin, Prompt, Suite, SuitePrompt, Turns, digest, item_id, messages_of
from reviewer.store import erasure, responses, rubrics, sealed_tables
from reviewer.store.acts import ActKind
from reviewer.store.engine import Engine, Row
from reviewer.store.studies import StudyDesign
from reviewer.study_design.blinding import blind_name

_ID = "its content does not fit its id"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a table that was changed past the program: what it is about, and the problem in words."""

    table: str
    id: str
    problem: str


@dataclass(frozen=True, slots=True)
class ErasedResponse:
    """A response whose texts were lawfully replaced: by whom, when and why."""

    response: str
    who: str
    at: str
    reason: str


def erased_responses(engine: Engine) -> list[ErasedResponse]:
    """Return the erased responses with what their acts say, in the order in which they were erased.

    A response goes by its id, or where an open study holds it by the name that raters of the first such study see.
    """
    rows = engine.rows(
        "select coalesce(subject, ''), actor, done_at, coalesce(reason, '') from act where kind = :kind"
        " order by number",
        {"kind": ActKind.ERASED.value},
    )
    return [ErasedResponse(_seen_name(engine, response), *said) for response, *said in rows]


def _seen_name(engine: Engine, response: str) -> str:
    secrets = engine.rows(
        "select secret from study join study_response on study_response.study = study.number"
        " join response on response.number = study_response.response"
        " where response.id = :response and study.state = 'open' order by study.number limit 1",
        {"response": response},
    )
    return blind_name(secrets[0][0], response) if secrets else response


def findings(engine: Engine) -> Iterator[Finding]:
    """Yield everything that does not fit, table by table; call inside `engine.snapshot()`."""
    engine.forgive()
    yield from _rubrics(engine)
    yield from _graders(engine)
    yield from _suites(engine)
    yield from _responses(engine)
    acts = _acts_by_study(engine)
    yield from _studies(engine, acts)
    yield from _assignments(engine, acts)
    yield from _withdrawals(engine, acts)
    yield from _items(engine, acts)


def _rubrics(engine: Engine) -> Iterator[Finding]:
    altered = set(rubrics.altered(engine))
    for stored, name, version, body in engine.rows("select hash, id, version, body from rubric order by hash"):
        if stored in altered:
            yield Finding("rubric", stored, _ID)
        elif not _says(body, id=name, version=version):
            yield Finding("rubric", stored, f"it is stored as {name} version {version}, and its text says another")


def _graders(engine: Engine) -> Iterator[Finding]:
    for stored, name, version, body in engine.rows("select hash, id, version, body from grader order by hash"):
        if digest("grader", body) != stored:
            yield Finding("grader", stored, _ID)
        elif not _says(body, id=name, version=version):
            yield Finding("grader", stored, f"it is stored as {name} version {version}, and its text says another")


def _says(body: str, **values: object) -> bool:
    entries = _object(body)
    return all(entries.get(name) == value for name, value in values.items())


def _object(text: str | None) -> Mapping[str, Any]:
    """Return the JSON object that `text` holds, an empty one where it holds none: its chain or hash tells that."""
    try:
        found = json.loads(text or "")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _suites(engine: Engine) -> Iterator[Finding]:
    """Check the suites that were read from files, where their prompts still tell the order in which they stood there.

    The hash is over the prompts in the file's order. Prompts that came with the suite have that order; one that was
    stored before has a lower number, and then only a hash that fits says something.
    """
    for number, stored, stored_at, *head in engine.rows(
        "select number, hash, stored_at, id, version, title, evaluation, rubric, source, turns from suite"
        " where version > 0 order by number"
    ):
        name, version, title, evaluation, rubric, source, turns = head
        rows = engine.rows(
            "select prompt.number, prompt.id, prompt.messages, name, reference, secret, severity, tags, grouping_name,"
            " provenance from suite_prompt join prompt on prompt.number = suite_prompt.prompt"
            " where suite = :suite order by prompt.number",
            {"suite": number},
        )
        try:
            members = tuple(_member(row) for row in rows)
            suite = Suite(name, version, title, evaluation, rubric, source, stored, members, Turns(turns))
            fits = suite_hash(suite) == stored
        except (AttributeError, KeyError, TypeError, ValueError):
            fits = False  # no such JSON was ever stored
        if not fits and _came_with(engine, number, stored_at, [row[0] for row in rows]):
            yield Finding("suite", f"{name} version {version}", "its head and prompts do not fit its hash")


def _member(row: Row) -> SuitePrompt:
    _, identity, messages, name, reference, secret, severity, tags, group, provenance = row
    prompt = Prompt(identity, messages_of(messages))
    return SuitePrompt(name, prompt, reference, secret, severity, tuple(json.loads(tags)), group, provenance)


def _came_with(engine: Engine, suite: int, stored_at: str, prompts: Sequence[int]) -> bool:
    """Tell whether no prompt of a suite was there before it: then they were numbered in the file's order."""
    if not prompts or list(prompts) != list(range(prompts[0], prompts[0] + len(prompts))):
        return not prompts
    within = "between :first and :last"
    found = engine.rows(
        f"select 1 from suite_prompt where suite < :suite and prompt {within}"
        f" union all select 1 from response where prompt {within} and stored_at < :stored_at limit 1",
        {"suite": suite, "first": prompts[0], "last": prompts[-1], "stored_at": stored_at},
    )
    return not found


def _responses(engine: Engine) -> Iterator[Finding]:
    """Check prompts and responses by their ids, erased ones by what they hold now."""
    kept = sealed_tables.kept_hashes(engine)
    gone = kept.get("response", {})
    for one in responses.mismatches(engine):
        if not (one.table == "response" and one.id in gone):
            yield Finding(one.table, one.id, _ID)
    for table, key, columns in (
        ("response", "id", erasure.RESPONSE_TEXTS),
        ("grading", "number", erasure.GRADING_TEXTS),
    ):
        for name, hashes in kept.get(table, {}).items():
            rows = engine.rows(f"select {', '.join(columns)} from {table} where {key} = :name", {"name": name})
            expected = tuple(erasure.ERASED if column in hashes else None for column in columns)
            if rows != [expected]:
                yield Finding(table, str(name), "it was erased, and is not as that left it")


@dataclass(frozen=True, slots=True)
class _StudyAct:
    """An act on a study, read without trust in what it holds."""

    id: str
    kind: str
    subject: str | None
    details: Mapping[str, Any]
    done_at: str


_Acts = Mapping[str, Sequence[_StudyAct]]


def _acts_by_study(engine: Engine) -> dict[str, list[_StudyAct]]:
    found: dict[str, list[_StudyAct]] = {}
    for study, identity, kind, subject, details, done_at in engine.stream(
        "select study, id, kind, subject, details, done_at from act where study is not null order by number"
    ):
        found.setdefault(study, []).append(_StudyAct(identity, kind, subject, _object(details), done_at))
    return found


def _of_kind(acts: _Acts, study: str, kind: ActKind) -> list[_StudyAct]:
    return [act for act in acts.get(study, ()) if act.kind == kind.value]


def _studies(engine: Engine, acts: _Acts) -> Iterator[Finding]:
    """Check that each study is as it was created, and closed if and only if somebody closed it."""
    names = [one.name for one in fields(StudyDesign)]
    there = set()
    for name, rubric, state, closed_at, *values in engine.rows(
        f"select name, rubric, state, closed_at, {', '.join(names)} from study order by number"
    ):
        there.add(name)
        created = _of_kind(acts, name, ActKind.CREATED)
        for act in created[:1]:
            yield from _design(name, act, {"rubric": rubric, **dict(zip(names, values, strict=True))})
        closed = _of_kind(acts, name, ActKind.CLOSED)
        if closed and (state, closed_at) != ("closed", closed[0].done_at):
            how = "open" if state == "open" else f"closed as of {closed_at}"
            yield Finding("study", name, f"it is {how}, and {closed[0].id} closed it at {closed[0].done_at}")
        elif created and not closed and state != "open":
            yield Finding("study", name, "it is closed, and no act closed it")
    for name in acts:
        if name not in there and _of_kind(acts, name, ActKind.CREATED):
            yield Finding(
                "study", name, f"{_of_kind(acts, name, ActKind.CREATED)[0].id} created it, and it is not there"
            )


def _design(study: str, created: _StudyAct, now: Mapping[str, object]) -> Iterator[Finding]:
    design = created.details.get("design")
    then = {**created.details, **(design if isinstance(design, dict) else {})}
    for name, value in now.items():
        if name in then and then[name] != value:
            yield Finding("study", study, f"its {name} is {value}, and {created.id} created it with {then[name]}")


def _assignments(engine: Engine, acts: _Acts) -> Iterator[Finding]:
    """Check who may rate how much against the acts of assigning, in studies whose creation is recorded."""
    for study, assigned in engine.rows("select name, assigned from study order by number"):
        if not _of_kind(acts, study, ActKind.CREATED):
            continue
        given = {act.subject: act for act in _of_kind(acts, study, ActKind.ASSIGNED)}
        rows: dict[str, int | None] = dict(
            engine.rows(
                "select rater, quota from study_rater"
                " where study = (select number from study where name = :study) order by rater",
                {"study": study},
            )
        )
        for rater, quota in rows.items():
            act = given.get(rater)
            if act is None and assigned:
                yield Finding("study", study, f"{rater} may rate in it, and no act assigned {rater}")
            elif quota != (None if act is None else act.details.get("quota")):
                words = "no act gave one" if act is None else f"{act.id} gave {act.details.get('quota')}"
                yield Finding("study", study, f"the quota of {rater} is {quota}, and {words}")
        for assigned_rater, assigning in given.items():
            if assigned_rater not in rows:
                yield Finding("study", study, f"{assigning.id} assigned {assigned_rater}, who is not among its raters")


def _withdrawals(engine: Engine, acts: _Acts) -> Iterator[Finding]:
    """Check which responses of a study are withdrawn against the acts that withdrew and restored them."""
    standing: dict[tuple[str, str], str] = {}
    for study, done in acts.items():
        for act in done:
            key = (study, act.subject or "")
            if act.kind == ActKind.WITHDREW:
                standing[key] = act.id
            elif act.kind == ActKind.RESTORED:
                standing.pop(key, None)
    for study, response in engine.stream(
        "select study.name, response.id from study_response join study on study.number = study_response.study"
        " join response on response.number = study_response.response where study_response.withdrawn <> 0"
        " order by study.number, response.number"
    ):
        if standing.pop((study, response), None) is None:
            yield Finding("study_response", f"{study} {response}", "it is withdrawn, and no act says so")
    for (study, response), withdrew in standing.items():
        yield Finding("study_response", f"{study} {response}", f"it is not withdrawn, and {withdrew} withdrew it")


def _items(engine: Engine, acts: _Acts) -> Iterator[Finding]:
    """Check the items that were handed out against the responses that they show.

    An item that an import took over from another file has the id that it had there. What people rated here on such an
    item names the responses that they were shown, and those are among the item's still.
    """
    rows = engine.stream(
        "select item.id, study.name, response.id from item join study on study.number = item.study"
        " left join study_response on study_response.item = item.number and study_response.study = item.study"
        " left join response on response.number = study_response.response"
        " where item.id is not null order by item.number"
    )
    for (item, study), found in groupby(rows, key=lambda row: (row[0], row[1])):
        shown = [response for _, _, response in found if response is not None]
        if item_id(study, shown) == item:
            continue
        made_here = _of_kind(acts, study, ActKind.CREATED) and not _of_kind(acts, study, ActKind.IMPORTED)
        if made_here or not _covers(engine, item, shown):
            yield Finding("item", item, f"it shows other responses of study {study} than when it was handed out")


def _covers(engine: Engine, item: str, shown: Sequence[str]) -> bool:
    """Tell whether every label that was rated here on an item was given on responses that it shows."""
    rated = engine.rows(
        "select panes from label where item = :item and origin = :rated", {"item": item, "rated": Origin.RATED.value}
    )
    return all(pane in shown for (panes,) in rated for pane in _panes(panes))


def _panes(stored: str) -> list[str]:
    try:
        found = json.loads(stored)
    except ValueError:
        return []
    return [str(pane) for pane in found] if isinstance(found, list) else []
