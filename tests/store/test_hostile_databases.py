"""Whatever happened to a database: reading it, rating in it and starting on it end with a result or with a message.

No label that was there is gone afterwards, what was called saved is there, and `verify` says where a chain is altered.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.hostile_databases import HostileDatabases, hostile_databases


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileDatabases]:
    with hostile_databases(tmp_path_factory.mktemp("databases")) as made:
        yield made


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_a_changed_database_is_used_or_refused_and_loses_no_label(hostile: HostileDatabases, seed: int) -> None:
    tried = hostile.attempt(Random(seed))
    assert tried.wrong == []


def test_some_databases_are_used_and_some_are_refused(hostile: HostileDatabases) -> None:
    tries = [hostile.attempt(Random(f"some {number}")) for number in range(12)]
    assert sum(tried.accepted for tried in tries) >= 3
    assert sum(tried.refused for tried in tries) >= 3
