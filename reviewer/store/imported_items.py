"""What another file of ours had and this one takes over as it was: items that were handed out, labels, flags.

And which items of a study imported labels of people fill, so that nobody is asked to give those labels again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from reviewer.model import item_id
from reviewer.store import raters
from reviewer.store.engine import Engine, among
from reviewer.store.labels import NOT_LEFT_OUT, STANDS
from reviewer.store.studies import Study

Key = tuple[str, str, str, str, str]  # response, other response, item, question, rater
Said = tuple[str, str | None, int | None, str | None, str | None, str | None, str]


def study_of_item(engine: Engine, item: str) -> int | None:
    """Return the number of the study that has an item with this id."""
    found = engine.rows("select study from item where id = :id", {"id": item})
    return int(found[0][0]) if found else None


def items(engine: Engine, study: Study, shown: Sequence[tuple[str, int]], *, makes: bool) -> None:
    """Put responses, as (item id, response number), into items; with `makes` those are made where they are new.

    A response that another item of the study shows stays there. Call inside `engine.writing()`.
    """
    known: dict[str, int] = dict(
        among(engine, "select id, number from item where id in ({values})", [item for item, _ in shown])
    )
    new = [item for item in dict.fromkeys(item for item, _ in shown) if item not in known] if makes else []
    [(number, position)] = engine.rows(
        "select (select coalesce(max(number), 0) from item), items from study where number = :study",
        {"study": study.number},
    )
    prompts: dict[int, int] = dict(
        among(engine, "select number, prompt from response where number in ({values})", [one for _, one in shown])
    )
    first = dict(reversed(shown))
    known |= {item: number + place for place, item in enumerate(new, start=1)}
    engine.run_many(
        "insert into item (number, id, study, position, prompt, size, places, taken)"
        " values (:number, :id, :study, :position, :prompt, 0, :places, 0)",
        (
            {
                "number": known[item],
                "id": item,
                "study": study.number,
                "position": position + place,
                "prompt": prompts[first[item]],
                "places": study.design.overlap,
            }
            for place, item in enumerate(new)
        ),
    )
    engine.run_many(
        "update study_response set item = :item where study = :study and response = :response and item is null",
        ({"study": study.number, "response": one, "item": known[item]} for item, one in shown if item in known),
    )
    engine.run_many(
        "update item set size = (select count(*) from study_response where item = :item) where number = :item",
        ({"item": known[item]} for item in dict.fromkeys(item for item, _ in shown) if item in known),
    )
    engine.run("update study set items = items + :new where number = :study", {"new": len(new), "study": study.number})


def plans_items(engine: Engine, study: int) -> bool:
    """Tell whether the study has items that were not handed out yet, whose responses are still to be chosen."""
    return bool(engine.rows("select 1 from item where study = :study and id is null limit 1", {"study": study}))


def drawn(engine: Engine, study: int, responses: Iterable[tuple[int, int | None, int | None]]) -> None:
    """Put responses into the study, as (number, drawn, pool); call inside `engine.writing()`."""
    engine.run_many(
        "insert into study_response (study, response, drawn, pool) values (:study, :response, :drawn, :pool)"
        " on conflict (study, response) do nothing",
        ({"study": study, "response": one, "drawn": count, "pool": pool} for one, count, pool in responses),
    )


def standing(
    engine: Engine, responses: Sequence[str], shown: Sequence[str], rubric: str, study: str | None
) -> dict[Key, list[tuple[str, Said]]]:
    """Return the standing labels on responses and on items as a whole: their ids and what they say, in order."""
    columns = (
        "coalesce(label.response, ''), coalesce(label.other_response, ''),"
        " case when label.response is null then label.item else '' end, label.question, label.rater, label.id,"
        " label.state, label.value, label.confidence, label.note, label.raw, label.decided_at, label.saved_at"
    )
    counts = f"label.rubric = :rubric and (rater.kind <> 'human' or label.study = :study) and {STANDS}"
    found: dict[Key, list[tuple[str, Said]]] = {}
    for where, names in (
        ("label.response in ({values})", responses),
        ("coalesce(label.response, '') = '' and label.item in ({values})", shown),
    ):
        sql = f"select {columns} from label join rater on rater.name = label.rater where {where} and {counts}"
        for *key, identity, state, value, confidence, note, raw, decided_at, saved_at in among(
            engine, f"{sql} order by label.number", names, {"rubric": rubric, "study": study}
        ):
            response, other, item, question, rater = key
            said = (state, value, confidence, note, raw, decided_at, saved_at)
            found.setdefault((response, other, item, question, rater), []).append((identity, said))
    return found


def decided(engine: Engine, study: str) -> dict[tuple[str, str, str, str, str], list[tuple[str, str]]]:
    """Return, by unit and adjudicator, every decision ever made: its id and when, in order."""
    found: dict[tuple[str, str, str, str, str], list[tuple[str, str]]] = {}
    for *key, identity, decided_at in engine.stream(
        "select coalesce(response, ''), coalesce(other_response, ''), coalesce(item, ''), question, adjudicator, id,"
        " decided_at from adjudication where study = :study order by sequence",
        {"study": study},
    ):
        response, other, item, question, adjudicator = key
        found.setdefault((response, other, item, question, adjudicator), []).append((identity, decided_at))
    return found


def at_work(engine: Engine, study: str) -> list[str]:
    """Return who ever labelled, decided or flagged anything in the study."""
    sql = """
        select rater from label where study = :study union select adjudicator from adjudication where study = :study
        union select rater from flag where study = :study
    """
    return [name for (name,) in engine.rows(sql, {"study": study})]


def prompts(engine: Engine, responses: Sequence[int]) -> list[int]:
    """Return the prompts, in order of number, that `responses` answer."""
    sql = "select distinct prompt from response where number in ({values})"
    return sorted({prompt for (prompt,) in among(engine, sql, responses)})


class HeldResponse(NamedTuple):
    """A response that a study holds: its number, id and prompt, and the number and id of the item that shows it."""

    number: int
    id: str
    prompt: int
    item: int | None
    item_id: str | None


def held(engine: Engine, study: int, prompts: Sequence[int]) -> list[HeldResponse]:
    """Return the study's responses to `prompts`, but those that are withdrawn."""
    # In two steps: joined to them, the responses of the study would all be read, however few the prompts are.
    sql = "select number, id, prompt from response where prompt in ({values})"
    found = {number: (identity, prompt) for number, identity, prompt in among(engine, sql, prompts)}
    sql = """
        select study_response.response, item.number, item.id from study_response
        left join item on item.number = study_response.item
        where study_response.study = :study and study_response.response in ({values}) and withdrawn = 0
    """
    return [
        HeldResponse(number, *found[number], item, identity)
        for number, item, identity in among(engine, sql, list(found), {"study": study})
    ]


def uncut(engine: Engine, study: int, prompts: Sequence[int]) -> dict[int, list[int]]:
    """Return, by prompt, the study's items whose responses are still to be chosen."""
    found: dict[int, list[int]] = {}
    # Asked for by `is null`, all items of all studies that are still to be cut would be read.
    sql = "select prompt, number from item where study = :study and coalesce(id, '') = '' and prompt in ({values})"
    for prompt, number in among(engine, sql, prompts, {"study": study}):
        found.setdefault(prompt, []).append(number)
    return found


def has_people(engine: Engine, study: str) -> bool:
    """Tell whether labels of people were imported into the study."""
    sql = (
        "select 1 from label join rater on rater.name = label.rater"
        " where label.study = :study and label.origin = 'imported' and rater.kind = 'human' limit 1"
    )
    return bool(engine.rows(sql, {"study": study}))


def imported_raters(
    engine: Engine, study: str, responses: Sequence[str], shown: Sequence[str]
) -> Counter[tuple[str, str, str, str]]:
    """Count the people whose imported labels stand on responses and on items as a whole; a repeat is nobody more.

    By (response, other response, item, question); the first three are empty where the question is not about them.
    """
    found: Counter[tuple[str, str, str, str]] = Counter()
    first, again = raters.no_repeat(engine)
    # The study is no bare condition, so that labels are found by what they are about and not by reading all of a study.
    counts = (
        "coalesce(label.study, '') = :study and label.origin = 'imported' and rater.kind = 'human'"
        f" and label.state = 'label' and label.surplus = 0 and {STANDS} and {NOT_LEFT_OUT} and {first}"
    )
    for where, names in (
        ("label.response in ({values})", responses),
        ("coalesce(label.response, '') = '' and label.item in ({values})", shown),
    ):
        sql = (
            "select coalesce(label.response, ''), coalesce(label.other_response, ''),"
            " case when label.response is null then label.item else '' end, label.question, count(distinct label.rater)"
            f" from label join rater on rater.name = label.rater where {where} and {counts} group by 1, 2, 3, 4"
        )
        for response, other, item, question, people in among(engine, sql, names, {"study": study} | again):
            found[response, other, item, question] = people
    return found


def cut_alone(engine: Engine, study: Study, shown: Sequence[tuple[int, HeldResponse]]) -> None:
    """Have items that were still to be cut show one response each; call inside `engine.writing()`."""
    engine.run_many(
        "update item set id = :id, size = 1 where number = :item",
        [{"id": item_id(study.name, [response.id]), "item": item} for item, response in shown],
    )
    engine.run_many(
        "update study_response set item = :item where study = :study and response = :response",
        [{"item": item, "study": study.number, "response": response.number} for item, response in shown],
    )


def set_places(engine: Engine, study: Study, items: Iterable[tuple[int, bool]]) -> None:
    """Give each item as many places as the study wants raters, or where it is full none beyond those that are taken.

    Call inside `engine.writing()`.
    """
    engine.run_many(
        "update item set places = case when :full = 1 then taken else :overlap end"
        # One that shows nothing any more, since its responses are withdrawn, stays closed.
        " where number = :item and size > 0",
        ({"item": item, "full": int(full), "overlap": study.design.overlap} for item, full in items),
    )
