"""Whatever a definition file looks like: a command that reads it ends with a result, or with a message."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.hostile_toml import HostileDefinitions, hostile_definitions


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileDefinitions]:
    with hostile_definitions(tmp_path_factory.mktemp("definitions")) as made:
        yield made


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_a_definition_is_read_or_refused_and_nothing_is_stored_in_part(hostile: HostileDefinitions, seed: int) -> None:
    tried = hostile.attempt(Random(seed))
    assert tried.wrong == []


def test_some_definitions_are_read_and_some_are_refused(hostile: HostileDefinitions) -> None:
    tries = [hostile.attempt(Random(f"some {number}")) for number in range(40)]
    assert sum(tried.accepted for tried in tries) >= 3
    assert sum(tried.refused for tried in tries) >= 10
