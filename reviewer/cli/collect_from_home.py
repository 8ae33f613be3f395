"""Collecting from the home screen: what there is to ask and whom, what it would take, and doing it. Prints nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from reviewer.cli.collect_run import Order, collect, complaints, dollars, progress_words, watched_rows
from reviewer.collection.collector import Collector
from reviewer.collection.missing_samples import survey
from reviewer.definitions.lookup import folders, known, model_files
from reviewer.definitions.model_config import find_setup, read_setups
from reviewer.definitions.suite import find_suite
from reviewer.providers.token_estimate import expectation_words, plan_of
from reviewer.store.sqlite import open_for_reading


@dataclass(frozen=True, slots=True)
class HomeCollect:
    """Collects into the database at `path`."""

    path: str

    def suites(self) -> list[str]:
        """Return the ids of the suites there are."""
        return list(known(folders("suites")))

    def models(self) -> list[str]:
        """Return the names of the configurations in the models files.

        Raises:
            BadInput: a models file has a mistake.
        """
        return list(dict.fromkeys(name for file in model_files() for name in read_setups(file)))

    def plan(self, suites: Sequence[str], models: Sequence[str]) -> str:
        """Return what is missing, and what asking for it would take at most.

        Raises:
            ReviewerError: a suite or a models file has a mistake.
        """
        order = self._order(suites, models)
        engine = open_for_reading(self.path)
        try:
            works = survey(engine, order.suites, order.setups, order.samples)
        finally:
            engine.close()
        lines = []
        for work in works:
            plan = plan_of(work.setup, work.requests(), work.earlier)
            lines.append(
                f"{work.setup.name}: {plan.requests:,} of {work.total:,} to ask; about {plan.tokens_in:,} tokens in,"
                f" at most {plan.most_tokens_out:,} out"
            )
            if plan.most_cost is not None:
                costs = f"expected {dollars(plan.expected_cost)}, at most {dollars(plan.most_cost)}"
                lines[-1] += f"; {costs} ({expectation_words(plan)})"
        return "\n".join(lines)

    async def run(
        self,
        suites: Sequence[str],
        models: Sequence[str],
        began: Callable[[Callable[[], list[list[str]]]], None],
        stop: asyncio.Event,
    ) -> str:
        """Collect, and return what was done; `began` is handed what returns the progress, as rows of a table.

        Raises:
            ReviewerError: something is wrong with a key, a server, a model or the database.
        """

        @contextmanager
        def watch(collector: Collector) -> Iterator[None]:
            start = time.monotonic()
            began(lambda: watched_rows(collector.progress, time.monotonic() - start))
            yield

        collector = await collect(self._order(suites, models), watch, stop)
        return "\n".join(line for one in collector.progress for line in (progress_words(one), *complaints(one)))

    def _order(self, suites: Sequence[str], models: Sequence[str]) -> Order:
        return Order(
            self.path,
            [find_suite(name, folders("suites")) for name in suites],
            [find_setup(name, model_files()) for name in models],
        )
