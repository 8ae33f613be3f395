"""The files of a collection: the suite to ask, and the models to ask, which one server on loopback plays."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.llm_server import LLMServer

SUITE = """
id = "asked"
version = 1
title = "What is asked in tests"
evaluation = "test"
rubric = "refusal"
source = "made up for this test"
"""


def write_models(folder: Path, server: LLMServer) -> None:
    entries = [
        ("chat", "openai-chat", f"{server.url}/v1", "price_in = 100.0\nprice_out = 1000.0\nmax_tokens = 10\n"),
        ("resp", "openai", f"{server.url}/v1", ""),
        ("mess", "anthropic", server.url, ""),
    ]
    text = "".join(
        f'[[model]]\nname = "{name}"\nprovider = "{provider}"\nmodel = "model-a"\nbase_url = "{url}"\n'
        f'key_variable = "TEST_KEY"\n{more}\n'
        for name, provider, url, more in entries
    )
    (folder / "models.toml").write_text(text)


def write_suite(folder: Path, prompts: int, more: str = "", name: str = "asked") -> None:
    suites = folder / "prompts" / "suites"
    suites.mkdir(parents=True, exist_ok=True)
    (suites / f"{name}.toml").write_text(SUITE.replace("asked", name, 1) + more)
    lines = [{"id": f"p{n}", "messages": [{"role": "user", "content": f"Question {n}?"}]} for n in range(prompts)]
    (suites / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
