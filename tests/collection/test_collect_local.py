"""Both SDKs against real models on this machine, where `prompts/models.toml` finds their servers; else skipped."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.support.commands import Run
from tests.support.folders import SHIPPED_MODELS
from tests.support.local_models import LOCAL, is_up

SUITE = """
id = "short"
version = 1
title = "One question"
evaluation = "test"
rubric = "refusal"
source = "written for this test"
turns = "played"
[[prompt]]
id = "p"
messages = [
    { role = "system", content = "Answer in one word." },
    { role = "user", content = "What is the capital of France?" },
    { role = "user", content = "And of Italy?" },
]
"""


@pytest.mark.parametrize("name", [setup.name for setup in LOCAL])
def test_a_real_model_is_asked_turn_by_turn(run: Run, tmp_path: Path, name: str) -> None:
    [setup] = [setup for setup in LOCAL if setup.name == name]
    if not is_up(setup.base_url):
        pytest.skip(f"no server at {setup.base_url}")
    suites = tmp_path / "prompts" / "suites"
    suites.mkdir(parents=True)
    (suites / "short.toml").write_text(SUITE)
    run("collect", "--suite", "short", "--model", name, "--models-file", SHIPPED_MODELS)
    with sqlite3.connect(tmp_path / "reviews.db") as connection:
        [(text, usage, raw)] = connection.execute("select text, usage, raw from response")
    assert text.startswith("— answer 1 of 2 —\n")
    assert json.loads(usage)["written"] > 0
    assert [len(turn["received"]) > 0 for turn in json.loads(raw)] == [True, True]
