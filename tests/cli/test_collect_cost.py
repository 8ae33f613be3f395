"""`--max-cost` and what a dry run expects, whatever the server says of tokens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.collection_files import write_models, write_suite
from tests.support.commands import Done, Run, rows
from tests.support.llm_server import CHAT, KEY, Asked, Given, LLMServer, chat, error

LIMIT = 0.05
RESERVE = (6 * 100 + 10 * 1000) / 1e6  # US dollars: about 6 tokens are read, and 10 may be written
MOST_REQUESTS = int(LIMIT / RESERVE)


@pytest.fixture
def folder(tmp_path: Path, server: LLMServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TEST_KEY", KEY)
    write_models(tmp_path, server)
    write_suite(tmp_path, 10)
    return tmp_path


def collect(run: Run, *more: str, suite: str = "asked", expected: int = 0) -> Done:
    chosen = ("--suite", suite, "--model", "chat", "--models-file", "models.toml")
    return run("collect", *chosen, *more, expected=expected)


def usage(read: object, written: object) -> dict[str, object]:
    return {"prompt_tokens": read, "completion_tokens": written}


@pytest.mark.parametrize(
    "told",
    [
        None,
        {},
        7,
        usage(None, None),
        usage(-1_000_000, -1_000_000),
        usage(10**30, 10**30),
        usage("10", "5"),
        usage(0, 5),
        usage(10, 0),
        usage([10], {"a": 5}),
        usage(True, True),
    ],
)
def test_tokens_that_cannot_be_true_cost_what_was_set_aside(
    run: Run, folder: Path, server: LLMServer, told: object
) -> None:
    server.behave = lambda asked: Given({**chat("so"), "usage": told}) if asked.path == CHAT else None
    done = collect(run, "--max-cost", str(LIMIT), expected=1)
    assert len(server.prompts) == MOST_REQUESTS
    assert (
        f"chat: {MOST_REQUESTS} answers without believable numbers of tokens, counted at what was set aside" in done.err
    )
    assert "stopped: the next request could go over the limit of $0.05" in done.err


def test_few_tokens_for_a_long_text_cannot_be_true(run: Run, folder: Path, server: LLMServer) -> None:
    body = {**chat("a long text " * 100), "usage": usage(10, 1)}
    server.behave = lambda asked: Given(body) if asked.path == CHAT else None
    collect(run, "--max-cost", str(LIMIT), expected=1)
    assert len(server.prompts) == MOST_REQUESTS


@pytest.mark.parametrize(
    "given", [Given({"choices": []}), Given("<html>"), error(500), Given(chat("so " * 500), cut=True)]
)
def test_each_try_that_reached_the_server_counts(run: Run, folder: Path, server: LLMServer, given: Given) -> None:
    server.behave = lambda asked: given if asked.path == CHAT else None
    [summary] = collect(run, "--max-cost", str(LIMIT), "--json", expected=1).json()["configurations"]
    assert len(server.prompts) <= MOST_REQUESTS
    assert summary["cost"] == pytest.approx(len(server.prompts) * RESERVE)
    assert summary["stopped"].startswith("the next request could go over the limit of $0.05")


@pytest.mark.parametrize("status", [400, 429, 503])
def test_a_refused_try_costs_nothing(run: Run, folder: Path, server: LLMServer, status: int) -> None:
    refused: list[Asked] = []

    def behave(asked: Asked) -> Given | None:
        if asked.path != CHAT or len(refused) >= 8:
            return None
        refused.append(asked)
        return error(status)

    server.behave = behave
    [summary] = collect(run, "--max-cost", "1", "--json", expected=1 if status == 400 else 0).json()["configurations"]
    assert summary["cost"] == pytest.approx(summary["answered"] * 0.006)


def test_what_failed_tries_cost_is_told_without_a_limit_too(run: Run, folder: Path, server: LLMServer) -> None:
    def behave(asked: Asked) -> Given | None:
        return Given({"choices": []}) if asked.path == CHAT and "n 3?" in asked.last else None

    server.behave = behave
    [summary] = collect(run, "--json", expected=1).json()["configurations"]
    assert summary["cost"] == pytest.approx(9 * 0.006 + 3 * RESERVE)


def test_earlier_answers_tell_how_much_is_set_aside(run: Run, folder: Path, server: LLMServer) -> None:
    text = (folder / "models.toml").read_text().replace("max_tokens = 10", "max_tokens = 100000")
    (folder / "models.toml").write_text(text)
    assert "$100.001 is set aside for it" in collect(run, "--max-cost", "1", expected=1).err
    assert server.prompts == []
    write_suite(folder, 5, name="few")
    collect(run, suite="few")
    collect(run, "--max-cost", "1")
    assert rows(folder, "select count(*) from response") == [(10,)]


def test_a_plan_without_earlier_answers_says_that_it_expects_the_most(run: Run, folder: Path) -> None:
    done = collect(run, "--dry-run")
    assert "chat: expected is the most they may cost, since too few earlier answers tell their length" in done.out
    [plan] = collect(run, "--dry-run", "--json").json()["configurations"]
    assert plan["expected_cost"] == plan["most_cost"] == pytest.approx(10 * RESERVE)
    assert (plan["expected_tokens_out"], plan["expected_from_answers"]) == (100, 0)


def test_a_plan_expects_answers_as_long_as_the_earlier_ones(run: Run, folder: Path) -> None:
    collect(run)
    done = collect(run, "--dry-run", "--samples", "3")
    assert "chat: expected from the length of 10 earlier answers" in done.out
    [plan] = collect(run, "--dry-run", "--samples", "3", "--json").json()["configurations"]
    assert (plan["expected_tokens_out"], plan["most_tokens_out"]) == (100, 200)
    assert plan["expected_cost"] == pytest.approx((20 * 6 * 100 + 100 * 1000) / 1e6)
    head, row = (line.split("  ") for line in done.out.splitlines()[:2])
    assert [cell.strip() for cell in head if cell][-2:] == ["cost, expected", "cost, at most"]
    assert [cell.strip() for cell in row if cell][-2:] == ["$0.11", "$0.21"]


@pytest.mark.parametrize(("text", "tokens"), [("abcd" * 10, 14), ("中文" * 10, 24), ("é.", 5)])
def test_a_character_beyond_ascii_is_counted_as_a_token(
    run: Run, folder: Path, server: LLMServer, text: str, tokens: int
) -> None:
    line: dict[str, Any] = {"id": "p", "messages": [{"role": "user", "content": text}]}
    (folder / "prompts" / "suites" / "asked.jsonl").write_text(json.dumps(line))
    [plan] = collect(run, "--dry-run", "--json").json()["configurations"]
    assert plan["tokens_in"] == tokens
