"""Killed, or out of room, in the midst of an act that writes: nothing acknowledged is lost or doubled, nothing half.

`REVIEWER_KILLS` sets how many kills are tried of each; `benchmarks/kills.py` tries hundreds.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from reviewer.store.sqlite import open_for_writing
from tests.support.commands import Run
from tests.support.full_disks import LimitedFiles
from tests.support.interrupted_acts import (
    AdjudicatingAct,
    CollectingAct,
    GradingAct,
    ImportingAct,
    InterruptedAct,
    RatingAct,
)
from tests.support.llm_server import KEY, LLMServer

KILLS = int(os.environ.get("REVIEWER_KILLS", "2"))
Make = Callable[[Path, LLMServer], InterruptedAct]
MAKE: dict[str, Make] = {
    "rating": lambda folder, _: RatingAct(folder, 40 * KILLS),
    "adjudicating": lambda folder, _: AdjudicatingAct(folder, 40 * KILLS),
    "importing": lambda folder, _: ImportingAct(folder, 500),
    "collecting": lambda folder, server: CollectingAct(folder, server, 80 * KILLS, 0.04),
    "grading": lambda folder, server: GradingAct(folder, server, 80 * KILLS, 0.04),
}


@pytest.fixture(params=MAKE)
def act(
    request: pytest.FixtureRequest, run: Run, tmp_path: Path, server: LLMServer, monkeypatch: pytest.MonkeyPatch
) -> InterruptedAct:
    monkeypatch.setenv("TEST_KEY", KEY)
    return MAKE[request.param](tmp_path, server)


def test_a_kill_loses_nothing_that_was_acknowledged_and_leaves_nothing_half(run: Run, act: InterruptedAct) -> None:
    chance = Random(3)
    for _ in range(KILLS):
        act.live(chance)
        assert act.audit().holds
        open_for_writing(act.database).close()
        run("verify", "--db", act.database)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="this system limits no other process")
def test_a_full_disk_is_said_loses_nothing_and_the_act_goes_on_once_there_is_room(
    run: Run, act: InterruptedAct
) -> None:
    act.fill_up(LimitedFiles())
    assert act.audit().holds
    run("verify", "--db", act.database)
    with closing(open_for_writing(act.database)) as engine:
        assert engine.faults() == []
