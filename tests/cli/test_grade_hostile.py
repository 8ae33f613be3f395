"""`reviewer grade` by a judge whose server misbehaves: each request fails by itself, and the same command goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Done, Run, rows, write_table
from tests.support.judges import definition, grader_in, rubric_in
from tests.support.llm_server import CHAT, KEY, Asked, Given, LLMServer, chat

RIGHT = '{"verdict": "yes", "fault": []}'
ODD = "What is 1?"  # what two of the six responses answer


def deep(levels: int) -> Any:
    """Return JSON of so many levels."""
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.fixture
def folder(tmp_path: Path, run: Run, server: LLMServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study of 6 responses, and a judge."""
    monkeypatch.setenv("TEST_KEY", KEY)
    (tmp_path / "models.toml").write_text(
        f'[[model]]\nname = "chat"\nprovider = "openai-chat"\nmodel = "model-a"\nbase_url = "{server.url}/v1"\n'
        'key_variable = "TEST_KEY"\nprice_in = 1.0\nprice_out = 1000.0\nmax_tokens = 1000\n'
    )
    rubric_in(tmp_path)
    grader_in(tmp_path, definition())
    run("import", write_table(tmp_path))
    run("study", "create", "s", "--rubric", "plain")
    return tmp_path


def grade(run: Run, *more: str, expected: int = 0) -> Done:
    return run(
        "grade", "s", "--grader", "judge", "--model", "chat", "--models-file", "models.toml", *more, expected=expected
    )


@pytest.mark.parametrize(
    "body",
    [
        chat(7),
        {"choices": []},
        {"choices": "no"},
        "<html>",
        {**chat(RIGHT), "more": deep(300)},
    ],
)
def test_a_reply_of_wrong_types_is_one_failure_and_the_other_verdicts_are_stored(
    run: Run, folder: Path, server: LLMServer, body: Any
) -> None:
    def behave(asked: Asked) -> Given | None:
        if asked.path != CHAT:
            return None
        return Given(body if ODD in asked.last else chat(RIGHT))

    server.behave = behave
    grade(run, expected=1)
    assert rows(folder, "select count(*) from grading where failure like 'malformed: %'") == [(2,)]
    assert rows(folder, "select state, count(*) from label group by 1") == [("label", 4)]
    server.behave = lambda asked: Given(chat(RIGHT)) if asked.path == CHAT else None
    grade(run)
    assert rows(folder, "select state, count(*) from label group by 1") == [("label", 6)]


def test_parts_of_text_are_the_verdict(run: Run, folder: Path, server: LLMServer) -> None:
    parts = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": RIGHT}]
    server.behave = lambda asked: Given({**chat(parts), "more": deep(60)}) if asked.path == CHAT else None
    grade(run)
    assert rows(folder, "select state, count(*) from label group by 1") == [("label", 6)]


@pytest.mark.parametrize(
    "verdict", ["1e999", "NaN", "9" * 5000, "[" * 500 + "]" * 500, "{}", '"\\ud800"', "true", '["yes", ["no"]]']
)
def test_a_verdict_of_another_type_is_not_understood(run: Run, folder: Path, server: LLMServer, verdict: str) -> None:
    text = f'{{"verdict": {verdict}, "fault": {verdict}}}'
    server.behave = lambda asked: Given(chat(text)) if asked.path == CHAT else None
    grade(run)
    standing = "where not exists (select 1 from label later where later.supersedes = label.id)"
    assert rows(folder, f"select distinct state from label {standing}") == [("unparsed",)]


def test_a_filter_that_stops_the_judge_is_a_judge_that_declines(run: Run, folder: Path, server: LLMServer) -> None:
    filtered = {"choices": [], "prompt_feedback": {"block_reason": "SAFETY"}}
    server.behave = lambda asked: Given(filtered) if asked.path == CHAT else None
    grade(run)
    assert rows(folder, "select state, count(*) from label group by 1") == [("refused", 6)]


def test_a_key_that_is_repeated_is_stored_nowhere(run: Run, folder: Path, server: LLMServer) -> None:
    server.behave = lambda asked: Given(chat(f"{KEY} {RIGHT}", KEY, odd=KEY)) if asked.path == CHAT else None
    done = grade(run)
    assert KEY not in done.out + done.err
    for file in folder.glob("reviews.db*"):
        assert KEY.encode() not in file.read_bytes()


def test_a_batch_of_results_that_cannot_be_read_is_handed_over_again(run: Run, folder: Path, server: LLMServer) -> None:
    grade(run, "--batch", expected=1)

    def behave(asked: Asked) -> Given | None:
        given = server.healthy(asked)
        if not isinstance(given.body, str) or not given.body:
            return None
        first, second, *others = given.body.splitlines()
        return Given("\n".join([first[:-5], second, second, *others, "7"]))

    server.behave = behave
    done = grade(run, "--batch", expected=1)
    assert "1 failure, the last one: " in done.err
    assert "holds no result of it" in done.err
    assert rows(folder, "select count(*) from grading where failure is null") == [(5,)]


def test_money_for_one_verdict_is_enough_for_more_once_their_length_is_known(
    run: Run, folder: Path, server: LLMServer
) -> None:
    server.behave = lambda asked: Given(chat(RIGHT)) if asked.path == CHAT else None
    # A verdict of 5 tokens costs half a cent, and the most that one can take a dollar.
    done = grade(run, "--max-cost", "1", expected=1)
    assert "stopped: the next request could go over the limit of $1: $1.0" in done.err
    assert server.prompts == []
    plan = grade(run, "--dry-run")
    assert "chat: expected is the most they may cost, since too few earlier answers tell their length" in plan.out
    grade(run)
    [plan_now] = grade(run, "--repeats", "3", "--dry-run", "--json").json()["configurations"]
    assert (plan_now["expected_tokens_out"], plan_now["most_tokens_out"]) == (60, 12_000)
    assert plan_now["expected_from_answers"] == 6
    grade(run, "--repeats", "2", "--max-cost", "1")
    assert len(server.prompts) == 12
