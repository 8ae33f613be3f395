"""What collecting keeps beside the responses: which samples are there, what failed, which batches are out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reviewer.store.engine import Engine, among

Sample = tuple[int, int]  # a prompt's number, and a sample of it from 1


def present(engine: Engine, configuration: int, prompts: Sequence[int]) -> set[Sample]:
    """Return the samples that a configuration has given to those of `prompts` (numbers)."""
    rows = among(
        engine,
        "select prompt, sample from response where configuration = :configuration and prompt in ({values})",
        prompts,
        {"configuration": configuration},
    )
    return set(rows)


def lengths(engine: Engine, configuration: int) -> tuple[int, int, int]:
    """Return of how many responses of a configuration the tokens written are known, their sum, and the most of one."""
    rows = engine.rows(
        "select count(written), coalesce(sum(written), 0), coalesce(max(written), 0) from ("
        " select json_extract(usage, '$.written') as written from response"
        " where configuration = :configuration and json_valid(usage) and json_type(usage, '$.written') = 'integer')"
        " where written > 0",
        {"configuration": configuration},
    )
    [(count, total, longest)] = rows
    return count, total, longest


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sample that was asked for and given up. `prompt` and `configuration` are numbers."""

    prompt: int
    configuration: int
    sample: int
    reason: str
    status: int | None
    message: str
    tries: int


def add_attempts(engine: Engine, attempts: Iterable[Attempt], now: str) -> None:
    """Keep failed attempts; call inside `engine.writing()`."""
    engine.run_many(
        "insert into attempt (prompt, configuration, sample, reason, status, message, tries, failed_at)"
        " values (:prompt, :configuration, :sample, :reason, :status, :message, :tries, :now)",
        (
            {
                "prompt": attempt.prompt,
                "configuration": attempt.configuration,
                "sample": attempt.sample,
                "reason": attempt.reason,
                "status": attempt.status,
                "message": attempt.message,
                "tries": attempt.tries,
                "now": now,
            }
            for attempt in attempts
        ),
    )


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of requests that was handed to a provider and not fetched. `id` is the provider's, if known."""

    number: int
    id: str | None
    submitted_at: str


def open_batches(engine: Engine, errand: str) -> list[Batch]:
    """Return the batches of an errand (what is asked, and of whom) that are not fetched, oldest first."""
    rows = engine.rows(
        "select number, id, submitted_at from batch where errand = :errand and state <> 'fetched' order by number",
        {"errand": errand},
    )
    return [Batch(number, identity, submitted_at) for number, identity, submitted_at in rows]


def begin_batch(engine: Engine, errand: str, keys: Iterable[str], now: str) -> int:
    """Note that a batch is about to be handed over; call inside `engine.writing()`. Returns its number."""
    [(number,)] = engine.rows("select coalesce(max(number), 0) + 1 from batch")
    engine.run(
        "insert into batch (number, errand, state, submitted_at) values (:number, :errand, 'submitting', :now)",
        {"number": number, "errand": errand, "now": now},
    )
    engine.run_many(
        "insert into batch_request (batch, key) values (:batch, :key)", ({"batch": number, "key": key} for key in keys)
    )
    return int(number)


def submitted(engine: Engine, batch: int, identity: str) -> None:
    """Note the provider's id of a batch; call inside `engine.writing()`."""
    engine.run("update batch set state = 'submitted', id = :id where number = :batch", {"id": identity, "batch": batch})


def forget_batch(engine: Engine, batch: int) -> None:
    """Drop a batch that the provider never got; call inside `engine.writing()`."""
    engine.run("delete from batch_request where batch = :batch", {"batch": batch})
    engine.run("delete from batch where number = :batch", {"batch": batch})


def fetched(engine: Engine, batch: int, now: str) -> None:
    """Note that all of a batch is stored; call inside `engine.writing()`."""
    change = "update batch set state = 'fetched', fetched_at = :now where number = :batch"
    engine.run(change, {"now": now, "batch": batch})


def batched(engine: Engine, batch: int) -> frozenset[str]:
    """Return the keys of the requests in a batch."""
    rows = engine.rows("select key from batch_request where batch = :batch", {"batch": batch})
    return frozenset(key for (key,) in rows)
