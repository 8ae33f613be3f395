"""Studies: their design, the responses in them, the items that these make, and their progress."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import zip_longest

from reviewer.definitions.rubric import Rubric
from reviewer.errors import NotFound, Refused
from reviewer.model import RaterKind, canonical
from reviewer.store import rubrics
from reviewer.store.engine import Engine, Row
from reviewer.store.labels import COUNTS_IN_STUDY, STANDS
from reviewer.store.sampling_pools import DrawnFrom
from reviewer.study_design.blinding import item_key
from reviewer.study_design.pairing import sizes
from reviewer.study_design.sampling import ChosenResponse

PART = 10_000


@dataclass(frozen=True, slots=True)
class StudyDesign:
    """How a study is rated. `sample` is the rule by which its responses were drawn; `assigned` closes it to others."""

    panes: int
    overlap: int
    seed: int
    policy: str
    sample: str = "all"
    aids: str = "off"
    assigned: bool = False


@dataclass(frozen=True, slots=True)
class Study:
    """A study as stored, with its rubric, which is frozen. `items` counts the items cut and still to be cut.

    `secret` keys the names under which raters see responses and items: see `blinding.blind_name`.
    """

    number: int
    name: str
    rubric: Rubric
    open: bool
    design: StudyDesign
    items: int
    created_at: str
    closed_at: str | None
    secret: str = field(repr=False)


def create(
    engine: Engine, name: str, rubric: Rubric, design: StudyDesign, now: str, drawn_from: DrawnFrom | None = None
) -> Study:
    """Make a study without responses under a rubric that is stored; call inside `engine.writing()`.

    Raises:
        Refused: the name is taken.
    """
    if engine.rows("select 1 from study where name = :name", {"name": name}):
        raise Refused(f"study {name} exists already; choose another name")
    [(number,)] = engine.rows("select coalesce(max(number), 0) + 1 from study")
    engine.run(
        "insert into study (number, name, rubric, state, panes, overlap, seed, policy, sample, aids, assigned, items,"
        " created_at, drawn_from, secret) values (:number, :name, :rubric, 'open', :panes, :overlap, :seed, :policy,"
        " :sample, :aids, :assigned, 0, :now, :drawn_from, :secret)",
        {
            "number": number,
            "name": name,
            "rubric": rubric.hash,
            "panes": design.panes,
            "overlap": design.overlap,
            "seed": design.seed,
            "policy": design.policy,
            "sample": design.sample,
            "aids": design.aids,
            "assigned": int(design.assigned),
            "now": now,
            "drawn_from": None if drawn_from is None else canonical(asdict(drawn_from)),
            "secret": secrets.token_hex(32),
        },
    )
    return load(engine, name)


_SELECT = (
    "select number, name, rubric, state = 'open', panes, overlap, seed, policy, sample, aids, assigned, items,"
    " created_at, closed_at, secret from study"
)


def load(engine: Engine, name: str) -> Study:
    """Return the study called `name`.

    Raises:
        NotFound: no such study; the error names those that exist.
    """
    study = find(engine, name)
    if study is None:
        known = ", ".join(known for (known,) in engine.rows("select name from study order by name"))
        raise NotFound(f"no study {name}; there are: {known or 'none yet'}")
    return study


def find(engine: Engine, name: str) -> Study | None:
    """Return the study called `name`, None where there is none."""
    found = engine.rows(f"{_SELECT} where name = :name", {"name": name})
    return _study(engine, found[0]) if found else None


def reload(engine: Engine, study: Study) -> Study:
    """Return the study as it is now: opened or closed, and with as many items, since it was loaded."""
    [(is_open, items, closed)] = engine.rows(
        "select state = 'open', items, closed_at from study where number = :study", {"study": study.number}
    )
    return replace(study, open=bool(is_open), items=items, closed_at=closed)


def every(engine: Engine) -> list[Study]:
    """Return all studies in the order in which they were made."""
    return [_study(engine, row) for row in engine.rows(f"{_SELECT} order by number")]


def _study(engine: Engine, row: Row) -> Study:
    number, name, rubric, is_open, panes, overlap, seed, policy, sample, aids, assigned, items, *rest = row
    design = StudyDesign(panes, overlap, seed, policy, sample, aids, bool(assigned))
    return Study(number, name, rubrics.load(engine, rubric), bool(is_open), design, items, *rest)


def close(engine: Engine, study: int, now: str) -> None:
    """Close the study to rating and extension; call inside `engine.writing()`."""
    engine.run(
        "update study set state = 'closed', closed_at = :now where number = :study", {"study": study, "now": now}
    )


def assign(engine: Engine, study: int, rater: str, quota: int | None) -> None:
    """Let `rater` rate in the study, at most `quota` items where given; call inside `engine.writing()`."""
    engine.run(
        "insert into study_rater (study, rater, quota, turn, done) values (:study, :rater, :quota, 0, 0)"
        " on conflict (study, rater) do update set quota = excluded.quota",
        {"study": study, "rater": rater, "quota": quota},
    )


def is_assigned(engine: Engine, study: int, rater: str) -> bool:
    """Return whether the rater has begun the study or was assigned to it."""
    return bool(
        engine.rows(
            "select 1 from study_rater where study = :study and rater = :rater", {"study": study, "rater": rater}
        )
    )


def share(engine: Engine, study: Study, rater: str) -> int:
    """Return how many items the rater may rate: the study's, or the quota; none where others are assigned."""
    found = engine.rows(
        "select quota from study_rater where study = :study and rater = :rater",
        {"study": study.number, "rater": rater},
    )
    if not found and study.design.assigned:
        return 0
    quota = found[0][0] if found else None
    items = ratable_items(engine, study)
    return items if quota is None else min(int(quota), items)


def ratable_items(engine: Engine, study: Study) -> int:
    """Return how many items the study has, without those that lost their responses to withdrawals."""
    return study.items - _lost(engine, study.number)[0]


def extend(engine: Engine, study: Study, chosen: Sequence[ChosenResponse], *, least: int) -> int:
    """Add responses to the study and make the items that they need; call inside `engine.writing()`.

    Items that were handed out stay as they were cut; a prompt's other responses share its uncut items anew. No item is
    made for fewer than `least` responses: one alone cannot be compared. Returns how many of `chosen` were new.
    """
    before = _responses(engine, study.number)
    for first in range(0, len(chosen), PART):
        engine.run_many(
            "insert into study_response (study, response, drawn, pool) values (:study, :response, :drawn, :pool)"
            " on conflict (study, response) do nothing",
            (
                {"study": study.number, "response": one.response, "drawn": one.drawn, "pool": one.pool}
                for one in chosen[first : first + PART]
            ),
        )
    added = _responses(engine, study.number) - before
    if added:
        plan_items(engine, reload(engine, study), least)
    return added


def _responses(engine: Engine, study: int) -> int:
    [(count,)] = engine.rows(
        "select count(*) from study_response where study = :study and withdrawn = 0", {"study": study}
    )
    return int(count)


def plan_items(engine: Engine, study: Study, least: int, prompt: int | None = None) -> None:
    """Make the study's uncut items fit its responses that no item shows yet, of one prompt (by number) or of all.

    An uncut item that is not needed any more keeps its position and has no place. Call inside `engine.writing()`.
    """
    only = "" if prompt is None else " and prompt = :prompt"
    parameters = {"study": study.number, "prompt": prompt}
    waiting = engine.stream(
        "select response.prompt, prompt.id, count(*) from study_response"
        " join response on response.number = study_response.response join prompt on prompt.number = response.prompt"
        " where study_response.study = :study and study_response.item is null and withdrawn = 0"
        f"{only.replace('prompt =', 'response.prompt =')} group by response.prompt, prompt.id",
        parameters,
    )
    uncut: dict[int, list[int]] = {}
    for of, number in engine.rows(
        f"select prompt, number from item where study = :study and id is null{only} order by number", parameters
    ):
        uncut.setdefault(of, []).append(number)
    blocks: dict[int, int] = dict(
        engine.rows(f"select prompt, count(*) from item where study = :study{only} group by prompt", parameters)
    )
    resized: list[dict[str, int]] = []
    new: list[tuple[int, int, int]] = []
    for of, identity, count in waiting:
        planned = [size for size in sizes(count, study.design.panes) if size >= least]
        kept = uncut.pop(of, [])
        resized.extend({"number": number, "size": size} for number, size in zip_longest(kept, planned, fillvalue=0))
        block = blocks.get(of, 0)
        for size in planned[len(kept) :]:
            new.append((item_key(study.design.seed, identity, block), of, size))
            block += 1
    resized.extend({"number": number, "size": 0} for left in uncut.values() for number in left)
    engine.run_many(
        "update item set size = :size, places = case when :size = 0 then 0 when size = 0 then :overlap else places end"
        " where number = :number",
        [one | {"overlap": study.design.overlap} for one in resized if one["number"]],
    )
    _add_items(engine, study, sorted(new))


def _add_items(engine: Engine, study: Study, new: Sequence[tuple[int, int, int]]) -> None:
    """Add items, as (key of the order, prompt, size), behind those that the study has."""
    [(number,)] = engine.rows("select coalesce(max(number), 0) from item")
    engine.run_many(
        "insert into item (number, study, position, prompt, size, places, taken)"
        " values (:number, :study, :position, :prompt, :size, :places, 0)",
        (
            {
                "number": number + place,
                "study": study.number,
                "position": study.items + place - 1,
                "prompt": prompt,
                "size": size,
                "places": study.design.overlap,
            }
            for place, (_, prompt, size) in enumerate(new, start=1)
        ),
    )
    engine.run(
        "update study set items = items + :more where number = :study", {"more": len(new), "study": study.number}
    )


@dataclass(frozen=True, slots=True)
class StudyExtent:
    """How much there is to rate: responses, items, pairs that share an item, and how many configurations are behind."""

    responses: int
    items: int
    pairs: int
    configurations: int


def extent(engine: Engine, study: int) -> StudyExtent:
    """Return how much there is to rate in the study."""
    [(items, pairs)] = engine.rows(
        "select count(*), coalesce(sum(size * (size - 1) / 2), 0) from item where study = :study and size > 0",
        {"study": study},
    )
    [(configurations,)] = engine.rows(
        "select count(distinct configuration) from response"
        " where number in (select response from study_response where study = :study and withdrawn = 0)",
        {"study": study},
    )
    return StudyExtent(_responses(engine, study), int(items), int(pairs), int(configurations))


# Above this many items it is not counted which of them others have filled: home would take longer than to rate one.
COUNTED_ITEMS = 20_000


def is_full(engine: Engine, study: Study) -> bool:
    """Return whether every item of the study has its raters: none has a place left, and none is being rated."""
    if not study.items:
        return False
    number = {"study": study.number}
    return not (
        # In this order the index of items with a place is read, and not every item.
        engine.rows(
            "select 1 from item where study = :study and taken < places order by taken, position limit 1", number
        )
        or engine.rows(
            "select 1 from place where study = :study and state = 'leased' order by expires_at limit 1", number
        )
    )


def still_free(engine: Engine, study: Study, rater: str) -> int:
    """Return how many items the rater has in hand or could be handed; of a large study, how many items there are."""
    if study.items > COUNTED_ITEMS and is_full(engine, study):
        return 0
    if study.items > COUNTED_ITEMS:
        return study.items
    [(free,)] = engine.rows(
        "select count(*) from item left join place on place.item = item.number and place.rater = :rater"
        " where item.study = :study and (place.state = 'leased' or item.taken < item.places"
        " and (place.state is null or place.state in ('skipped', 'expired')))",
        {"study": study.number, "rater": rater},
    )
    return int(free)


def filled(engine: Engine, study: int) -> tuple[int, int]:
    """Return how many places of the study's items hold a submitted set, and how many places there are."""
    [(done,)] = engine.rows("select coalesce(sum(done), 0) from study_rater where study = :study", {"study": study})
    [(items, overlap)] = engine.rows("select items, overlap from study where number = :study", {"study": study})
    return int(done), int(items) * int(overlap) - _lost(engine, study)[1]


def _lost(engine: Engine, study: int) -> tuple[int, int]:
    """Return how many items withdrawn responses took with them, and how many places of items."""
    if not engine.rows(
        "select 1 from act join study on study.name = act.study"
        " where study.number = :study and kind = 'withdrew' limit 1",
        {"study": study},
    ):
        return 0, 0  # the usual case, in which no item need be looked at
    [(items, places)] = engine.rows(
        "select count(case when places = 0 then 1 end), coalesce(sum(overlap - places), 0) from item"
        " join study on study.number = item.study"
        " where item.study = :study and size = 0",
        {"study": study},
    )
    return int(items), int(places)


@dataclass(frozen=True, slots=True)
class RaterProgress:
    """What one rater has done in a study: items, and labels that stand."""

    rater: str
    kind: RaterKind
    items: int
    labels: int


def progress(engine: Engine, name: str) -> list[RaterProgress]:
    """Return what each rater has done in the study, raters that are assigned and have not begun among them."""
    sql = f"""
        select label.rater, rater.kind, count(distinct coalesce(label.item, label.response)), count(*)
        from label join rater on rater.name = label.rater
        where {COUNTS_IN_STUDY} and label.state = 'label' and label.surplus = 0 and {STANDS}
        group by label.rater, rater.kind
    """
    done = {
        rater: RaterProgress(rater, RaterKind(kind), items, labels)
        for rater, kind, items, labels in engine.rows(sql, {"study": name})
    }
    for rater, kind in at_work(engine, name).items():
        done.setdefault(rater, RaterProgress(rater, kind, 0, 0))
    return [done[rater] for rater in sorted(done)]


def at_work(engine: Engine, name: str) -> dict[str, RaterKind]:
    """Return who has begun the study or is assigned to it, with the kind of each."""
    found = engine.rows(
        "select rater.name, rater.kind from study_rater join rater on rater.name = study_rater.rater"
        " join study on study.number = study_rater.study where study.name = :study",
        {"study": name},
    )
    return {rater: RaterKind(kind) for rater, kind in found}


@dataclass(frozen=True, slots=True)
class SharedResponses:
    """Responses that two studies have in common: the numbers of their configurations, and of each study's own."""

    study: str
    open: bool
    shared: frozenset[int]
    own: frozenset[int]


def sharing(engine: Engine, study: int) -> list[SharedResponses]:
    """Return the other studies that have responses in common with this one, in the order in which they were made."""
    found = []
    for other, name, state in engine.rows(
        "select number, name, state from study where number <> :study order by number", {"study": study}
    ):
        shared = engine.rows(
            "select distinct configuration from study_response mine"
            " join study_response other on other.study = :other and other.response = mine.response"
            " join response on response.number = mine.response where mine.study = :study",
            {"study": study, "other": other},
        )
        if shared:
            own = configuration_numbers(engine, other)
            found.append(SharedResponses(name, state == "open", frozenset(one for (one,) in shared), own))
    return found


def configuration_numbers(engine: Engine, study: int) -> frozenset[int]:
    """Return the numbers of the configurations whose responses are in the study."""
    rows = engine.rows(
        "select distinct configuration from response"
        " where number in (select response from study_response where study = :study)",
        {"study": study},
    )
    return frozenset(number for (number,) in rows)


def configurations(engine: Engine, study: int) -> list[tuple[str, int]]:
    """Return the name of each configuration in the study and its number of responses. Not for a rater's eyes."""
    return engine.rows(
        "select configuration.name, count(*) from study_response"
        " join response on response.number = study_response.response"
        " join configuration on configuration.number = response.configuration"
        " where study_response.study = :study and withdrawn = 0"
        " group by configuration.name order by configuration.name",
        {"study": study},
    )
