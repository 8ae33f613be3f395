"""Responses that are withdrawn from a study and raters who are left out of it: what becomes of items and places."""

from __future__ import annotations

from reviewer.store.engine import Engine
from reviewer.store.studies import Study, plan_items


def set_withdrawn(engine: Engine, study: Study, response: int, *, withdrawn: bool, least: int) -> None:
    """Take a response, by number, out of what is handed out in the study, or put it back.

    The other responses of its item go on to be rated; where they are fewer than `least` the item shows nothing any
    more: its size is 0, and it has no place beyond those that are done. Call inside `engine.writing()`.
    """
    engine.run(
        "update study_response set withdrawn = :withdrawn where study = :study and response = :response",
        {"withdrawn": int(withdrawn), "study": study.number, "response": response},
    )
    [(item, prompt)] = engine.rows(
        "select item, prompt from study_response join response on response.number = study_response.response"
        " where study = :study and response = :response",
        {"study": study.number, "response": response},
    )
    if item is None:
        plan_items(engine, study, least, prompt)
        return
    [(shown,)] = engine.rows("select count(*) from study_response where item = :item and withdrawn = 0", {"item": item})
    if shown >= least:
        engine.run(
            "update item set size = :shown, places = case when size = 0 then :overlap else places end"
            " where number = :item",
            {"shown": shown, "overlap": study.design.overlap, "item": item},
        )
        return
    ended = engine.run("update place set state = 'expired' where item = :item and state = 'leased'", {"item": item})
    engine.run(
        "update item set size = 0, taken = taken - :ended, places = taken - :ended where number = :item",
        {"ended": ended, "item": item},
    )


def free_places(engine: Engine, study: Study, rater: str) -> int:
    """Give the rater's places in the study to others, and return how many items the rater had done.

    Call inside `engine.writing()`.
    """
    held = engine.rows(
        "select item, state from place where study = :study and rater = :rater and state in ('leased', 'done')",
        {"study": study.number, "rater": rater},
    )
    engine.run_many(
        # An item that shows nothing any more stays without a free place.
        "update item set taken = taken - 1, places = case when size = 0 then places - 1 else places end"
        " where number = :item",
        ({"item": item} for item, _ in held),
    )
    engine.run(
        "update place set state = case when state = 'done' then 'surplus' else 'expired' end"
        " where study = :study and rater = :rater and state in ('leased', 'done')",
        {"study": study.number, "rater": rater},
    )
    engine.run(
        "update study_rater set done = 0 where study = :study and rater = :rater",
        {"study": study.number, "rater": rater},
    )
    return sum(state == "done" for _, state in held)


def member(engine: Engine, study: int, response: str) -> int | None:
    """Return the number of the response with this id where it is in the study."""
    found = engine.rows(
        "select number from response join study_response on study_response.response = response.number"
        " where response.id = :response and study_response.study = :study",
        {"response": response, "study": study},
    )
    return int(found[0][0]) if found else None


def beginning_with(engine: Engine, beginning: str, study: int | None) -> list[str]:
    """Return the ids, two at most, of the responses whose id begins so: all of them, or those of a study."""
    within = "" if study is None else " and number in (select response from study_response where study = :study)"
    rows = engine.rows(
        f"select id from response where id >= :beginning and id < :after{within} order by id limit 2",
        {"beginning": beginning, "after": beginning + "g", "study": study},
    )
    return [identity for (identity,) in rows]


def numbers(engine: Engine, study: int) -> list[int]:
    """Return the numbers of all responses of the study, withdrawn ones too."""
    rows = engine.rows("select response from study_response where study = :study", {"study": study})
    return [number for (number,) in rows]


def members(engine: Engine, study: int) -> list[str]:
    """Return the ids of all responses of the study, withdrawn ones too."""
    rows = engine.rows(
        "select id from response where number in (select response from study_response where study = :study)",
        {"study": study},
    )
    return [identity for (identity,) in rows]


def studies_of(engine: Engine, response: str) -> list[str]:
    """Return the names of the open studies in which the response is and from which it is not withdrawn."""
    rows = engine.rows(
        "select study.name from study join study_response on study_response.study = study.number"
        " join response on response.number = study_response.response"
        " where response.id = :response and withdrawn = 0 and study.state = 'open' order by study.number",
        {"response": response},
    )
    return [name for (name,) in rows]
