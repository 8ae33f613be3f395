"""Hostile replies of every kind, in whole collections: nothing ends the run, nothing else is lost, no key is stored."""

from __future__ import annotations

import itertools
import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewer.store.engine import Engine
from tests.support.llm_server import LLMServer
from tests.support.reply_fuzzing import batch_hostile, collect_hostile

ROUNDS = itertools.count()
FIXTURES_STAY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=5, derandomize=True, database=None, suppress_health_check=FIXTURES_STAY)
@given(chance=st.randoms(use_true_random=False))
def test_hostile_replies_cost_no_other_answer(engine: Engine, server: LLMServer, chance: random.Random) -> None:
    came = collect_hostile(engine, server, chance, f"round {next(ROUNDS)}", 12)
    assert (came.lost, came.leaked) == ([], [])
    assert came.replies >= 3


@settings(max_examples=3, derandomize=True, database=None, suppress_health_check=FIXTURES_STAY)
@given(chance=st.randoms(use_true_random=False))
def test_a_batch_service_in_order_again_has_everything(
    engine: Engine, server: LLMServer, chance: random.Random
) -> None:
    came = batch_hostile(engine, server, chance, f"round {next(ROUNDS)}", 6)
    assert (came.lost, came.leaked) == ([], [])
    assert came.replies >= 3
