"""What graders said: their standing verdicts under a rubric, wherever they came in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from reviewer.model import LabelState
from reviewer.store.engine import Engine
from reviewer.store.labels import STANDS


def graders(engine: Engine, rubric: str) -> list[tuple[str, str]]:
    """Return the graders that gave verdicts under the rubric with that hash, as (name, kind), in order of name."""
    return engine.rows(
        "select name, kind from rater where kind <> 'human' and exists ("
        " select 1 from label where label.rater = rater.name and label.rubric = :rubric) order by name",
        {"rubric": rubric},
    )


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """What a grader says now of one question about a response, or about a pair of them; `value` None is no label."""

    response: str
    other_response: str
    question: str
    state: LabelState
    value: str | None


def standing(engine: Engine, rubric: str, grader: str) -> Iterator[StoredVerdict]:
    """Yield the verdicts of `grader` that stand, those on one response together."""
    sql = f"""
        select response, coalesce(other_response, ''), question, state, value from label
        where rater = :grader and rubric = :rubric and response is not null and state <> 'retracted' and {STANDS}
        order by response, other_response, number
    """
    for response, other, question, state, value in engine.stream(sql, {"grader": grader, "rubric": rubric}):
        yield StoredVerdict(response, other, question, LabelState(state), value)


def probabilities(engine: Engine, rubric: str, grader: str, question: str) -> dict[tuple[str, str], float]:
    """Return the probabilities that `grader` gave to its verdicts that stand, by response and other response."""
    sql = f"""
        select response, coalesce(other_response, ''), probability from label
        where rater = :grader and rubric = :rubric and question = :question and response is not null
            and state = 'label' and probability is not null and {STANDS}
    """
    rows = engine.stream(sql, {"grader": grader, "rubric": rubric, "question": question})
    return {(response, other): probability for response, other, probability in rows}


@dataclass(frozen=True, slots=True)
class DatedVerdict:
    """What a grader, or a repeat of it, said at a time, whether or not it stands; `value` None is no label."""

    rater: str
    response: str
    other_response: str
    question: str
    value: str | None
    saved_at: str


def dated(engine: Engine, rubric: str, grader: str) -> Iterator[DatedVerdict]:
    """Yield all that `grader` and raters named like its repeats ever said, in order of time."""
    sql = """
        select rater, response, coalesce(other_response, ''), question, value, saved_at from label
        where (rater = :grader or substr(rater, 1, length(:grader) + 1) = :grader || '#')
            and rubric = :rubric and response is not null and state <> 'retracted'
        order by saved_at, number
    """
    for row in engine.stream(sql, {"grader": grader, "rubric": rubric}):
        yield DatedVerdict(*row)


def answers(engine: Engine, rubric: str, grader: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each response that `grader` labelled by itself, with its answers by question."""
    alone = (one for one in standing(engine, rubric, grader) if not one.other_response)
    for response, given in groupby(alone, key=lambda one: one.response):
        found = {one.question: one.value for one in given if one.value is not None}
        if found:
            yield response, found


def differing(engine: Engine, rubric: str, graders: Sequence[str], questions: Collection[str]) -> frozenset[str]:
    """Return the ids of the responses on which two of `graders` give different values to one of `questions`."""
    first: dict[tuple[str, str], str] = {}
    found = set()
    for grader in graders:
        for response, given in answers(engine, rubric, grader):
            for question in questions & given.keys():
                if first.setdefault((response, question), given[question]) != given[question]:
                    found.add(response)
    return frozenset(found)
