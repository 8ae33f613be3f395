"""Handing out items: leases on places, and the one transaction that decides who gets which.

An item has as many places as the study's overlap, and none where imported labels fill it. A place is taken by a lease
or by a submitted set; `item.taken` counts both, and the table itself refuses more than there are. An expired lease
gives its place back when another rater asks for an item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from reviewer.model import Nothing, item_id
from reviewer.store.engine import Engine
from reviewer.store.studies import Study
from reviewer.study_design.blinding import start
from reviewer.study_design.pairing import choose_block, pair

# How many items of one kind are looked through for one that the rater has not had, before a new item is preferred. In a
# study where a few raters have run far ahead of all others, this keeps the next item at the same cost.
LOOK_AHEAD = 1000


class PlaceState(StrEnum):
    """What became of an item that was handed to a rater."""

    LEASED = "leased"
    DONE = "done"
    SKIPPED = "skipped"
    EXPIRED = "expired"
    SURPLUS = "surplus"


@dataclass(frozen=True, slots=True)
class AssignedItem:
    """An item in a rater's hands. `number` is this file's own; `id` is the same in every file."""

    number: int
    id: str
    turn: int
    shown_at: str


@dataclass(frozen=True, slots=True)
class RaterPlace:
    """A rater's place on an item."""

    state: PlaceState
    turn: int
    shown_at: str
    expires_at: str | None


def next_item(engine: Engine, study: Study, rater: str, *, now: str, until: str, latest: str) -> AssignedItem | Nothing:
    """Lease the rater's next item until `until`, or say why there is none; call inside `engine.writing()`.

    Leases of others that end before `now` have run out, and so have those that end after `latest`, which were given by
    a clock that was wrong and would hold their items for as long.

    What the rater has in hand comes first, the latest first; then items that others began and that are short of the
    overlap; then new ones; last those that the rater skipped.
    """
    _release_expired(engine, study.number, rater, now, latest)
    in_hand = _own(engine, study.number, rater, "place.state = 'leased'", "desc") or _own(
        engine, study.number, rater, "place.state = 'expired' and item.taken < item.places", "desc"
    )
    if in_hand is not None:
        return _lease(engine, study, in_hand, rater, now=now, until=until)
    [(quota, turn, done)] = engine.rows(
        "select quota, turn, done from study_rater where study = :study and rater = :rater",
        {"study": study.number, "rater": rater},
    )
    if quota is not None and done >= quota:
        return Nothing.QUOTA
    # Who has done all of them need not have all of them looked through, which takes long and holds the write lock.
    found = _fresh(engine, study, rater, turn) if done < study.items else None
    if found is None:
        found = _own(engine, study.number, rater, "place.state = 'skipped' and item.taken < item.places", "asc")
    if found is None:
        return _why_nothing(engine, study, rater, has_begun=turn > 0)
    return _lease(engine, study, found, rater, now=now, until=until)


def _release_expired(engine: Engine, study: int, rater: str, now: str, latest: str) -> None:
    """Take back the places of others whose leases ran out; the rater's own are about to be renewed."""
    expired = engine.rows(
        "select item, rater from place"
        " where study = :study and state = 'leased' and (expires_at < :now or expires_at > :latest)"
        " and rater <> :rater",
        {"study": study, "now": now, "latest": latest, "rater": rater},
    )
    for item, other in expired:
        engine.run(
            "update place set state = 'expired' where item = :item and rater = :rater", {"item": item, "rater": other}
        )
        engine.run("update item set taken = taken - 1 where number = :item", {"item": item})


def _own(engine: Engine, study: int, rater: str, condition: str, direction: str) -> int | None:
    found = engine.rows(
        "select place.item from place join item on item.number = place.item"
        f" where place.study = :study and place.rater = :rater and {condition}"
        f" order by place.turn {direction} limit 1",
        {"study": study, "rater": rater},
    )
    return found[0][0] if found else None


def _fresh(engine: Engine, study: Study, rater: str, turn: int) -> int | None:
    """Return an item with a free place that the rater never had: begun ones first, the fullest before others."""
    position = start(study.design.seed, rater, turn, study.items)
    fullest_first = range(study.design.overlap - 1, -1, -1)
    for look_ahead in (LOOK_AHEAD, study.items):
        for taken in fullest_first:
            for beginning, end in ((position, study.items), (0, position)):
                found = engine.rows(
                    "select number from (select number, position from item"
                    " where study = :study and taken = :taken and taken < places"
                    " and position >= :beginning and position < :end order by position limit :look_ahead) as near"
                    " where not exists (select 1 from place where place.item = near.number and place.rater = :rater)"
                    " order by position limit 1",
                    {
                        "study": study.number,
                        "taken": taken,
                        "beginning": beginning,
                        "end": end,
                        "look_ahead": look_ahead,
                        "rater": rater,
                    },
                )
                if found:
                    return int(found[0][0])
        if study.items <= LOOK_AHEAD:
            break
    return None


def _why_nothing(engine: Engine, study: Study, rater: str, *, has_begun: bool) -> Nothing:
    """Tell a finished rater from one who may come back when another's lease runs out, and one who is not needed."""
    leased = engine.rows(
        "select 1 from place where study = :study and state = 'leased' and rater <> :rater and not exists ("
        " select 1 from place mine where mine.item = place.item and mine.rater = :rater"
        " and mine.state in ('done', 'surplus')) limit 1",
        {"study": study.number, "rater": rater},
    )
    if leased:
        return Nothing.WAITING
    return Nothing.FINISHED if has_begun or not study.items else Nothing.FULL


def _lease(engine: Engine, study: Study, item: int, rater: str, *, now: str, until: str) -> AssignedItem:
    identity = _cut(engine, study, item)
    place = place_of(engine, item, rater)
    if place is not None and place.state is PlaceState.LEASED:
        renew(engine, item, rater, until=until)
        return AssignedItem(item, identity, place.turn, place.shown_at)
    turn = take_turn(engine, study.number, rater)
    shown_at = place.shown_at if place is not None else now
    engine.run("update item set taken = taken + 1 where number = :item", {"item": item})
    engine.run(
        "insert into place (item, rater, study, state, turn, shown_at, expires_at)"
        " values (:item, :rater, :study, 'leased', :turn, :shown_at, :until)"
        " on conflict (item, rater) do update set state = 'leased', turn = excluded.turn,"
        " expires_at = excluded.expires_at",
        {"item": item, "rater": rater, "study": study.number, "turn": turn, "shown_at": shown_at, "until": until},
    )
    return AssignedItem(item, identity, turn, shown_at)


def _cut(engine: Engine, study: Study, item: int) -> str:
    """Fix which responses the item shows, the first time it is handed out, and return its id."""
    [(identity, prompt, size, position)] = engine.rows(
        "select id, prompt, size, position from item where number = :item", {"item": item}
    )
    if identity is not None:
        return str(identity)
    candidates = _uncut_responses(engine, study.number, prompt)
    met = {
        (first, second): count
        for first, second, count in engine.rows(
            "select first, second, met from pairing where study = :study", {"study": study.number}
        )
    }
    # By id and position, which are the same in every file, and not by this file's numbers.
    block = choose_block(
        [(response, configuration) for response, (_, configuration) in candidates.items()],
        met,
        size,
        seed=study.design.seed,
        item=str(position),
    )
    identity = item_id(study.name, block)
    engine.run("update item set id = :id where number = :item", {"id": identity, "item": item})
    engine.run_many(
        "update study_response set item = :item where study = :study and response = :response",
        [{"item": item, "study": study.number, "response": candidates[response][0]} for response in block],
    )
    _count_pairs(engine, study.number, [candidates[response][1] for response in block])
    return identity


def _uncut_responses(engine: Engine, study: int, prompt: int) -> dict[str, tuple[int, int]]:
    """Return the responses to a prompt that no item of the study shows, by id, as (number, configuration)."""
    rows = engine.rows(
        "select response.id, response.number, configuration from response"
        " join study_response on study_response.response = response.number"
        " where response.prompt = :prompt and study_response.study = :study and study_response.item is null"
        " and withdrawn = 0",
        {"prompt": prompt, "study": study},
    )
    return {response: (number, configuration) for response, number, configuration in rows}


def _count_pairs(engine: Engine, study: int, configurations: Sequence[int]) -> None:
    """Count that these configurations met on one item of the study."""
    engine.run_many(
        "insert into pairing (study, first, second, met) values (:study, :first, :second, 1)"
        " on conflict (study, first, second) do update set met = pairing.met + 1",
        [
            {"study": study, "first": first, "second": second}
            for place, one in enumerate(configurations)
            for first, second in (pair(one, other) for other in configurations[place + 1 :])
        ],
    )


def place_of(engine: Engine, item: int, rater: str) -> RaterPlace | None:
    """Return the rater's place on the item, or None where the item was never in the rater's hands."""
    found = engine.rows(
        "select state, turn, shown_at, expires_at from place where item = :item and rater = :rater",
        {"item": item, "rater": rater},
    )
    if not found:
        return None
    state, turn, shown_at, expires_at = found[0]
    return RaterPlace(PlaceState(state), turn, shown_at, expires_at)


def set_place(engine: Engine, item: int, rater: str, state: PlaceState, *, turn: int, until: str | None) -> bool:
    """Move the rater's place on the item to `state`, and say whether that could be; call inside `engine.writing()`.

    False means that `state` takes a place and the item has none free; nothing is changed then.
    """
    holding = (PlaceState.LEASED, PlaceState.DONE)
    place = place_of(engine, item, rater)
    held = place is not None and place.state in holding
    wanted = state in holding
    if wanted and not held:
        if not engine.run("update item set taken = taken + 1 where number = :item and taken < places", {"item": item}):
            return False
    elif held and not wanted:
        engine.run("update item set taken = taken - 1 where number = :item", {"item": item})
    engine.run(
        "update place set state = :state, turn = :turn, expires_at = :until where item = :item and rater = :rater",
        {"state": state.value, "turn": turn, "until": until, "item": item, "rater": rater},
    )
    more = (state is PlaceState.DONE) - (place is not None and place.state is PlaceState.DONE)
    if more:
        engine.run(
            "update study_rater set done = done + :more where rater = :rater"
            " and study = (select study from item where number = :item)",
            {"more": more, "rater": rater, "item": item},
        )
    return True


def take_turn(engine: Engine, study: int, rater: str) -> int:
    """Count one more turn of the rater in the study and return its number; call inside `engine.writing()`."""
    engine.run(
        "update study_rater set turn = turn + 1 where study = :study and rater = :rater",
        {"study": study, "rater": rater},
    )
    return turns(engine, study, rater)


def turns(engine: Engine, study: int, rater: str) -> int:
    """Return how many turns the rater has had in the study."""
    [(turn,)] = engine.rows(
        "select turn from study_rater where study = :study and rater = :rater", {"study": study, "rater": rater}
    )
    return int(turn)


def renew(engine: Engine, item: int, rater: str, *, until: str) -> None:
    """Keep the rater's lease until `until`, where it still stands; call inside `engine.writing()`."""
    engine.run(
        "update place set expires_at = :until where item = :item and rater = :rater and state = 'leased'",
        {"until": until, "item": item, "rater": rater},
    )


def last_submitted(engine: Engine, study: int, rater: str) -> int | None:
    """Return the item that the rater submitted last and did not undo."""
    return _own(engine, study, rater, "place.state in ('done', 'surplus')", "desc")


def items_done(engine: Engine, study: int, rater: str) -> int:
    """Return how many items of the study the rater has submitted, within the overlap."""
    # Kept as a count: to count the places of a rater who has done 40,000 items took longer than all else together.
    found = engine.rows(
        "select done from study_rater where study = :study and rater = :rater", {"study": study, "rater": rater}
    )
    return int(found[0][0]) if found else 0
