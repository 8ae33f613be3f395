"""What lies behind the counts of ratings: units, times and panes, and who won against whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reviewer.store import raters
from reviewer.store.engine import Engine
from reviewer.store.labels import COUNTS_IN_STUDY
from reviewer.store.rating_strata import CENSUS, Stratum, StudyStrata
from reviewer.store.ratings import IN_SCOPE, LABELS, UNIT, Scope

Subject = tuple[str, str, str]

_SUBJECT = """coalesce(label.response, ''), coalesce(label.other_response, ''),
    case when label.response is null then label.item else '' end"""


def latest(engine: Engine) -> tuple[int, int, int, int]:
    """Return numbers that grow whenever a label, a decision, a flag or an act is added."""
    [found] = engine.rows(
        "select (select coalesce(max(number), 0) from label), (select coalesce(max(number), 0) from adjudication),"
        " (select coalesce(max(number), 0) from flag), (select coalesce(max(number), 0) from act)"
    )
    return found


class TimedLabel(NamedTuple):
    """One standing label with when it was given; `item`, `shown_at` and `decided_at` are None where it was imported."""

    subject: Subject
    item: str | None
    rater: str
    value: str
    panes: str
    shown_at: str | None
    decided_at: str | None
    saved_at: str


def timed(engine: Engine, scope: Scope) -> Iterator[TimedLabel]:
    """Yield every label in `scope`, those of a unit one after the other in the order in which they were stored."""
    sql = f"""
        select {_SUBJECT}, label.item, label.rater, label.value, label.panes, label.shown_at, label.decided_at,
            label.saved_at
        from label join rater on rater.name = label.rater where {COUNTS_IN_STUDY} and {IN_SCOPE}
        order by label.response, label.other_response, case when label.response is null then label.item end,
            label.number
    """
    for response, other, whole, *rest in engine.stream(sql, scope.parameters):
        yield TimedLabel((response, other, whole), *rest)


def given_both(
    engine: Engine, scope: Scope, names: Sequence[str], one: Sequence[str], other: Sequence[str]
) -> list[tuple[Subject, int]]:
    """Return the units to which raters among `names` gave one of the values `one` and one of `other`.

    With each goes how many people labelled it.
    """
    first, again = raters.no_repeat(engine)
    sets = {"rater": names, "one": one, "other": other}
    listed = {name: ", ".join(f":{name}{place}" for place in range(len(values))) for name, values in sets.items()}
    chosen = "sum(case when label.rater in ({}) and label.value in ({}) then 1 else 0 end) > 0"
    sql = f"""
        select {_SUBJECT}, count(distinct case when rater.kind = 'human' and {first} then label.rater end)
        from label join rater on rater.name = label.rater where label.number in ({LABELS})
        group by {UNIT}
        having {chosen.format(listed["rater"], listed["one"])} and {chosen.format(listed["rater"], listed["other"])}
        order by 1, 2, 3
    """
    parameters = scope.parameters | again
    parameters |= {f"{name}{place}": value for name, values in sets.items() for place, value in enumerate(values)}
    return [((response, second, item), people) for response, second, item, people in engine.rows(sql, parameters)]


class Meeting(NamedTuple):
    """How often one preference was given between two configurations on a prompt, by number, in order of response."""

    first: str
    second: str
    value: str
    labels: int
    prompt: int
    stratum: Stratum


def meetings(engine: Engine, scope: Scope, names: Sequence[str], strata: StudyStrata | None) -> list[Meeting]:
    """Return the preferences between two different configurations."""
    listed = ", ".join(f":rater{place}" for place in range(len(names)))
    found = engine.rows(
        f"""
        select one.name, other.name, label.value, count(*), first.prompt, one.number, drawn, pool from label
        join response first on first.id = label.response join configuration one on one.number = first.configuration
        join response second on second.id = label.other_response
        join configuration other on other.number = second.configuration
        left join study_response on study_response.response = first.number
            and study_response.study = (select number from study where name = :study)
        where label.number in ({LABELS}) and label.rater in ({listed}) and one.number <> other.number
        group by one.name, other.name, label.value, first.prompt, one.number, drawn, pool order by 1, 2, 3, 5
        """,
        scope.parameters | {f"rater{place}": name for place, name in enumerate(names)},
    )
    return [
        Meeting(first, second, value, labels, prompt, CENSUS if strata is None else strata.of((number, drawn, pool)))
        for first, second, value, labels, prompt, number, drawn, pool in found
    ]
