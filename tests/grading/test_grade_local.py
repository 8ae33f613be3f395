"""A judge that is a real model on this machine, where `prompts/models.toml` finds its server; else skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import Run
from tests.support.folders import SHIPPED_MODELS
from tests.support.local_models import LOCAL, is_up

ROWS = "prompt,response,model\nWhat is the capital of France?,Paris.,m1\nTell me a joke.,\"I'm sorry, I can't.\",m1\n"


@pytest.mark.parametrize("name", [setup.name for setup in LOCAL])
def test_a_real_model_judges_and_is_held_to_the_form(run: Run, tmp_path: Path, name: str) -> None:
    [setup] = [setup for setup in LOCAL if setup.name == name]
    if not is_up(setup.base_url):
        pytest.skip(f"no server at {setup.base_url}")
    (tmp_path / "rows.csv").write_text(ROWS)
    run("import", "rows.csv")
    run("study", "create", "s", "--rubric", "xstest_refusal")
    words = ("--grader", "xstest_judge", "--model", name, "--models-file", SHIPPED_MODELS, "--json")
    [question] = run("grade", "s", *words).json()["questions"]
    assert sum(question["states"].values()) == 2
    if setup.structured:
        assert question["states"] == {"label": 2}
