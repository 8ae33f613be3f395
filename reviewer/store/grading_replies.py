"""What graders are shown, and what was kept of each grading: orders, bait, the raw reply, or why there was none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reviewer.model import LabelState, Message, messages_of
from reviewer.store.engine import Engine, among
from reviewer.store.labels import STANDS

Unit = tuple[str, str]  # the id of a response, and that of the other one of a pair, else ""


def responses(engine: Engine, study: int) -> list[str]:
    """Return the ids of the study's responses in order of number."""
    rows = engine.rows(
        "select response.id from study_response join response on response.number = study_response.response"
        " where study_response.study = :study and withdrawn = 0 order by response.number",
        {"study": study},
    )
    return [identity for (identity,) in rows]


def pairs(engine: Engine, study: int) -> list[Unit]:
    """Return every two responses of the study that answer one prompt, each pair in order of id."""
    rows = engine.rows(
        "select case when one.id < other.id then one.id else other.id end,"
        " case when one.id < other.id then other.id else one.id end"
        " from study_response first join response one on one.number = first.response"
        " join response other on other.prompt = one.prompt and other.number > one.number"
        " join study_response second on second.response = other.number and second.study = first.study"
        " where first.study = :study and first.withdrawn = 0 and second.withdrawn = 0"
        " order by one.number, other.number",
        {"study": study},
    )
    return [(first, second) for first, second in rows]


@dataclass(frozen=True, slots=True)
class ShownToGrader:
    """What a grader may be shown of a response; its configuration is not among it."""

    messages: tuple[Message, ...]
    text: str
    reference: str | None
    secret: str | None


def shown(engine: Engine, ids: Sequence[str]) -> dict[str, ShownToGrader]:
    """Return what graders are shown of the responses with these ids.

    A response without text whose provider declined in a field of its own is shown as what it says there.
    """
    rows = among(
        engine,
        "select response.id, prompt.messages, response.text, response.refusal,"
        " (select reference from suite_prompt where prompt = prompt.number and reference is not null limit 1),"
        " (select secret from suite_prompt where prompt = prompt.number and secret is not null limit 1)"
        " from response join prompt on prompt.number = response.prompt where response.id in ({values})",
        ids,
    )
    return {
        identity: ShownToGrader(messages_of(messages), text or refusal or "", reference, secret)
        for identity, messages, text, refusal, reference, secret in rows
    }


def ensure_grader(engine: Engine, hash_: str, name: str, version: int, body: str, now: str) -> None:
    """Store a grader's definition where it is new; call inside `engine.writing()`."""
    engine.run(
        "insert into grader (hash, id, version, body, stored_at, number)"
        " values (:hash, :id, :version, :body, :now, (select coalesce(max(number), 0) + 1 from grader))"
        " on conflict (hash) do nothing",
        {"hash": hash_, "id": name, "version": version, "body": body, "now": now},
    )


@dataclass(frozen=True, slots=True)
class GradingAttempt:
    """One try at a verdict. `options` is JSON of the orders shown, `reply` all that was sent and came, as JSON.

    `bait` is the part of the response that imitates a verdict. Where no reply came, `failure` says why.
    """

    unit: Unit
    options: str
    bait: str | None = None
    failure: str | None = None
    reply: str | None = None


def add(engine: Engine, grader: str, rater: str, gradings: Iterable[GradingAttempt], now: str) -> None:
    """Keep gradings by `rater`, whose definition has the hash `grader`; call inside `engine.writing()`."""
    engine.run_many(
        "insert into grading (grader, rater, response, other_response, options, bait, failure, reply, graded_at)"
        " values (:grader, :rater, :response, :other, :options, :bait, :failure, :reply, :now)",
        (
            {
                "grader": grader,
                "rater": rater,
                "response": one.unit[0],
                "other": one.unit[1] or None,
                "options": one.options,
                "bait": one.bait,
                "failure": one.failure,
                "reply": one.reply,
                "now": now,
            }
            for one in gradings
        ),
    )


def replies(engine: Engine, grader: str, rater: str) -> dict[Unit, int]:
    """Return how many replies `rater` gave on each unit under the definition with the hash `grader`."""
    rows = engine.rows(
        "select response, coalesce(other_response, ''), count(*) from grading"
        " where grader = :grader and rater = :rater and failure is null group by 1, 2",
        {"grader": grader, "rater": rater},
    )
    return {(response, other): count for response, other, count in rows}


def first_reply(engine: Engine, rater: str) -> str | None:
    """Return when `rater` first replied to anything; None where it never did."""
    [(first,)] = engine.rows(
        "select min(graded_at) from grading where rater = :rater and failure is null", {"rater": rater}
    )
    return None if first is None else str(first)


def lengths(engine: Engine, grader: str, rater: str) -> tuple[int, int, int]:
    """Return of how many replies of `rater` and its repeats the tokens written are known, their sum, and the most."""
    rows = engine.rows(
        "select count(written), coalesce(sum(written), 0), coalesce(max(written), 0) from ("
        " select json_extract(reply, '$.reply.usage.written') as written from grading where grader = :grader"
        " and (rater = :rater or substr(rater, 1, length(:rater) + 1) = :rater || '#') and json_valid(reply)"
        " and json_type(reply, '$.reply.usage.written') = 'integer') where written > 0",
        {"grader": grader, "rater": rater},
    )
    [(count, total, longest)] = rows
    return count, total, longest


def not_understood(engine: Engine, grader: str, rater: str) -> set[Unit]:
    """Return the units on which a verdict that stands, under that definition, was not understood."""
    rows = engine.rows(
        "select distinct response, coalesce(other_response, '') from label"
        f" where rater = :rater and grader = :grader and state = 'unparsed' and {STANDS}",
        {"grader": grader, "rater": rater},
    )
    return {(response, other) for response, other in rows}


@dataclass(frozen=True, slots=True)
class StandingVerdict:
    """A grader's standing row on one unit."""

    unit: Unit
    question: str
    id: str
    state: LabelState


def standing(engine: Engine, rater: str, rubric: str, ids: Sequence[str]) -> list[StandingVerdict]:
    """Return the standing rows of `rater` under `rubric` on units whose first response is among `ids`."""
    rows = among(
        engine,
        "select response, coalesce(other_response, ''), question, id, state from label"
        f" where response in ({{values}}) and rater = :rater and rubric = :rubric and {STANDS}",
        ids,
        {"rater": rater, "rubric": rubric},
    )
    return [
        StandingVerdict((response, other), question, identity, LabelState(state))
        for response, other, question, identity, state in rows
    ]


def kept(engine: Engine, grader: str, raters: Sequence[str]) -> Iterator[tuple[str, Unit, str, str | None]]:
    """Yield (rater, unit, options, bait) of the last reply of each of `raters` on each unit under that definition."""
    rows = among(
        engine,
        "select rater, response, coalesce(other_response, ''), options, bait from grading where number in ("
        " select max(number) from grading where grader = :grader and failure is null and rater in ({values})"
        " group by rater, response, other_response) order by number",
        raters,
        {"grader": grader},
    )
    for rater, response, other, options, bait in rows:
        yield rater, (response, other), options, bait
