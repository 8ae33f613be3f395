"""Whole collections, singly and in batches, of models whose server sends hostile replies, beside one whose does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import TypeVar

from reviewer.collection.ask_loop import Patience
from reviewer.collection.batches import visit
from reviewer.collection.collector import Collector, unusable
from reviewer.collection.missing_samples import MissingSamples, prepare, store, survey
from reviewer.definitions.model_config import Setup
from reviewer.definitions.provider import Provider
from reviewer.model import Message, Role, Suite, SuitePrompt, prompt_of
from reviewer.providers.calls import Outcome
from reviewer.providers.clients import open_caller, open_service
from reviewer.store.engine import Engine
from tests.support.hostile_replies import hostile
from tests.support.llm_server import KEY, Asked, Given, LLMServer
from tests.support.wire import PROVIDERS, setup_for

QUICK = Patience(first=0.001, longest=0.002, tries=2, malformed=2, deadline=5.0)
NOW = "2026-01-01T00:00:00.000000+00:00"
HANG = 60.0  # seconds after which a few requests on loopback count as hanging
ENVIRONMENT = {"TEST_KEY": KEY}
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class FuzzRound:
    """What came of one round: how many hostile replies were sent, which answers were lost, where the key was stored.

    `stored` counts the answers that hostile replies brought all the same.
    """

    replies: int
    stored: int
    lost: list[str]
    leaked: list[str]


class SameThread:
    """Stands for the thread that owns the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def call(self, do: Callable[[Engine], Value]) -> Future[Value]:
        done: Future[Value] = Future()
        done.set_result(do(self._engine))
        return done


class HostileServer:
    """Lets a server answer hostile replies to whoever asks for `model-a`, and counts them."""

    def __init__(self, server: LLMServer, random: Random) -> None:
        self.replies = 0
        self._server = server
        self._random = random
        server.behave = self._behave

    def _behave(self, asked: Asked) -> Given | None:
        if asked.body.get("model") == "model-b":
            return None
        self.replies += 1
        return hostile(self._random, asked, self._server)


def suite_of(name: str, prompts: int) -> Suite:
    """Return a suite that no other name has prompts of."""
    members = (
        SuitePrompt(f"p{number}", prompt_of([Message(Role.USER, f"{name}, question {number}?")]))
        for number in range(prompts)
    )
    return Suite(name, 1, "t", "e", "refusal", "made up", name, tuple(members))


def setups_for(server: LLMServer) -> list[Setup]:
    """Return a configuration a provider that meets hostile replies, and the one called `healthy` that does not."""
    base = setup_for(server, Provider.OPENAI_CHAT)
    hostile_ones = [
        Setup(
            provider.value,
            provider,
            "model-a",
            base_url=setup_for(server, provider).base_url,
            key_variable="TEST_KEY",
            price_in=1.0,
            price_out=1.0,
        )
        for provider in PROVIDERS
    ]
    healthy = Setup("healthy", base.provider, "model-b", base_url=base.base_url, key_variable="TEST_KEY")
    return [*hostile_ones, healthy]


def collect_hostile(engine: Engine, server: LLMServer, random: Random, name: str, prompts: int) -> FuzzRound:
    """Ask every configuration once for each prompt of a suite of its own, and store what comes."""
    suite = suite_of(name, prompts)
    replies, works = asyncio.run(asyncio.wait_for(_collect(engine, server, random, suite), HANG))
    lost = [f"{work.setup.name} of {name}" for work in works if work.missing and work.setup.name == "healthy"]
    lost += [
        f"{work.setup.name} of {name}: {member.member.name}"
        for work in works
        for member, _ in work.missing
        if work.setup.name != "healthy" and not _noted(engine, work, member.number)
    ]
    return FuzzRound(replies, _stored(engine), lost, leaks(engine))


async def _collect(
    engine: Engine, server: LLMServer, random: Random, suite: Suite
) -> tuple[int, Sequence[MissingSamples]]:
    setups = setups_for(server)
    works = prepare(engine, [suite], setups, 1, NOW)
    by_name = {work.setup.name: work for work in works}
    callers = {setup.name: open_caller(setup, ENVIRONMENT) for setup in setups}
    behaving = HostileServer(server, random)
    try:
        await unusable({name: caller for name, caller in callers.items() if name != "healthy"})
        collector = Collector(
            works, callers, concurrency=2, max_cost=1000.0, now=lambda: datetime.now(UTC), patience=QUICK
        )

        async def keep(outcomes: list[tuple[str, Outcome]]) -> int:
            return store(engine, [(by_name[name], outcome) for name, outcome in outcomes], NOW)

        await collector.run(keep, asyncio.Event())
    finally:
        await asyncio.gather(*(caller.close() for caller in callers.values()))
    stopped = {one.name for one in collector.progress if one.stopped is not None}
    left = survey(engine, [suite], setups, 1)
    return behaving.replies, [work for work in left if work.setup.name not in stopped - {"healthy"}]


def _noted(engine: Engine, work: MissingSamples, prompt: int) -> bool:
    found = engine.rows(
        "select 1 from attempt where prompt = :prompt and configuration = :configuration",
        {"prompt": prompt, "configuration": work.number},
    )
    return bool(found)


def batch_hostile(engine: Engine, server: LLMServer, random: Random, name: str, prompts: int) -> FuzzRound:
    """Hand a suite to each provider's batch service while it is hostile, fetch, and go on once it is in order."""
    suite = suite_of(name, prompts)
    replies, stored = asyncio.run(asyncio.wait_for(_batches(engine, server, random, suite), HANG))
    works = survey(engine, [suite], setups_for(server)[:-1], 1)
    lost = [f"{work.setup.name} of {name}: {len(work.missing)} in batches" for work in works if work.missing]
    return FuzzRound(replies, stored, lost, leaks(engine))


async def _batches(engine: Engine, server: LLMServer, random: Random, suite: Suite) -> tuple[int, int]:
    """Return how many hostile replies were sent, and how many answers they brought."""
    setups = setups_for(server)[:-1]
    behaving = HostileServer(server, random)
    stored = 0
    for hostile_visit in (True, True, False, False, False, False):
        if not hostile_visit:
            server.behave = lambda _: None
        for work in prepare(engine, [suite], setups, 1, NOW):
            service = open_service(work.setup, ENVIRONMENT)
            requests = list(work.requests())

            def keep(engine: Engine, outcomes: Sequence[Outcome], work: MissingSamples = work) -> int:
                return store(engine, [(work, outcome) for outcome in outcomes], NOW)

            try:
                await visit(SameThread(engine), service, f"{suite.id} {work.setup.name}", requests, keep, lambda: NOW)
            finally:
                await service.close()
        if hostile_visit:
            stored = _stored(engine)
    return behaving.replies, stored


def _stored(engine: Engine) -> int:
    [(stored,)] = engine.rows(
        "select count(*) from response join configuration on configuration.number = response.configuration"
        " where configuration.name <> 'healthy'"
    )
    return int(stored)


def leaks(engine: Engine) -> list[str]:
    """Return the columns in which the key is stored."""
    columns = {
        "response": ("text", "reasoning", "tool_calls", "stop_reason", "refusal", "usage", "raw", "source_id"),
        "attempt": ("reason", "message"),
        "batch": ("id",),
    }
    return [
        f"{table}.{column}"
        for table, names in columns.items()
        for column in names
        if engine.rows(f"select 1 from {table} where instr({column}, :key) limit 1", {"key": KEY})
    ]
