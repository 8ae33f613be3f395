"""`reviewer collect` from suite to database, over the real SDKs, against a server on loopback."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.collection_files import write_models, write_suite
from tests.support.commands import Run, rows
from tests.support.llm_server import CHAT, KEY, Given, LLMServer, chat, error, responses


@pytest.fixture
def folder(tmp_path: Path, server: LLMServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TEST_KEY", KEY)
    write_models(tmp_path, server)
    write_suite(tmp_path, 10)
    return tmp_path


def collect(run: Run, *models: str, suite: str = "asked", more: tuple[str, ...] = (), expected: int = 0) -> Any:
    chosen = [word for model in models for word in ("--model", model)]
    return run("collect", "--suite", suite, "--models-file", "models.toml", *chosen, *more, expected=expected)


def test_every_interface_is_asked_and_every_answer_stored(run: Run, folder: Path) -> None:
    done = collect(run, "chat", "resp", "mess")
    assert "Next: reviewer study create asked --rubric refusal --suite asked --panes 3" in done.out
    answers = rows(
        folder,
        "select configuration.name, text from response"
        " join configuration on configuration.number = response.configuration",
    )
    assert Counter(answers) == {(name, f"re: Question {n}?"): 1 for name in ("chat", "resp", "mess") for n in range(10)}
    assert run("verify").status == 0


def test_everything_that_came_is_kept(run: Run, folder: Path, server: LLMServer) -> None:
    thought = {"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": "hm"}]}
    body = responses([{"type": "output_text", "text": "so", "annotations": []}], thought)
    server.behave = lambda asked: Given(body, headers={"x-request-id": "req-7"}) if asked.path != "/v1/models" else None
    write_suite(folder, 1)
    collect(run, "resp")
    [row] = rows(folder, "select text, reasoning, stop_reason, usage, source, source_id, raw from response")
    assert row[:3] == ("so", "hm", "completed")
    assert json.loads(row[3]) == {"read": 10, "written": 5, "reasoning": 3, "cached": 4}
    assert row[4:6] == (f"{server.url}/v1/", "resp-1")
    [turn] = json.loads(row[6])
    assert turn["received"] == body
    assert turn["sent"]["input"][0]["content"] == "Question 0?"
    assert (turn["request_id"], turn["model"], turn["tries"]) == ("req-7", "model-a-2026", 1)
    assert turn["sdk"].startswith("openai 3.")
    assert turn["seconds"] > 0


def test_a_refusal_is_no_label_and_an_empty_answer_is_stored_empty(run: Run, folder: Path, server: LLMServer) -> None:
    def behave(asked: Any) -> Given | None:
        if asked.path != CHAT:
            return None
        return Given(chat(None, refusal="I won't")) if "0?" in asked.last else Given(chat(""))

    server.behave = behave
    write_suite(folder, 2)
    collect(run, "chat")
    assert sorted(rows(folder, "select text, refusal from response"), key=str) == [("", "I won't"), ("", None)]
    assert rows(folder, "select count(*) from label") == [(0,)]


def test_the_same_command_again_asks_nothing(run: Run, folder: Path, server: LLMServer) -> None:
    collect(run, "chat", "mess")
    asked = len(server.prompts)
    done = collect(run, "chat", "mess")
    assert len(server.prompts) == asked
    assert "chat: 0 answers stored, 10 there before, 0 missing" in done.out


def test_more_samples_ask_only_for_those(run: Run, folder: Path, server: LLMServer) -> None:
    collect(run, "chat")
    collect(run, "chat", more=("--samples", "3"))
    assert len(server.prompts) == 30
    assert rows(folder, "select sample, count(*) from response group by sample") == [(1, 10), (2, 10), (3, 10)]


def test_a_played_prompt_is_stored_with_every_answer(run: Run, folder: Path) -> None:
    messages = [{"role": "user", "content": "One?"}, {"role": "user", "content": "Two?"}]
    write_suite(folder, 0, 'turns = "played"\n', name="played")
    line = json.dumps({"id": "p", "messages": messages})
    (folder / "prompts" / "suites" / "played.jsonl").write_text(line)
    collect(run, "mess", suite="played")
    [(text, raw)] = rows(folder, "select text, raw from response")
    assert text == "— answer 1 of 2 —\nre: One?\n\n— answer 2 of 2 —\nre: Two?"
    assert [len(turn["sent"]["messages"]) for turn in json.loads(raw)] == [1, 3]


def test_failures_are_kept_and_asked_again_on_the_next_run(run: Run, folder: Path, server: LLMServer) -> None:
    server.behave = lambda asked: error(400, message="too odd") if asked.path == CHAT and "3?" in asked.last else None
    done = collect(run, "chat", expected=1)
    assert "chat: 9 answers stored, 0 there before, 1 missing" in done.out
    assert "chat: 1 failure (bad_request 1)" in done.err
    [(reason, status, said, tries)] = rows(folder, "select reason, status, message, tries from attempt")
    assert (reason, status, tries) == ("bad_request", 400, 1)
    assert "too odd" in said
    server.behave = lambda _: None
    collect(run, "chat")
    assert len(server.prompts) == 11


def test_the_summary_as_json(run: Run, folder: Path) -> None:
    [summary] = collect(run, "chat", more=("--json",)).json()["configurations"]
    assert summary == {
        "configuration": "chat",
        "wanted": 10,
        "stored_before": 0,
        "answered": 10,
        "failed": 0,
        "missing": 0,
        "reasons": {},
        "stopped": None,
        "tokens_in": 100,
        "tokens_out": 50,
        "cost": pytest.approx(0.06),
    }


def test_every_request_is_told_where_that_is_asked_for(run: Run, folder: Path, server: LLMServer) -> None:
    refused = iter([error(500), error(500)])

    def behave(asked: Any) -> Given | None:
        if asked.path != CHAT or "2?" in asked.last:
            return error(400, message="too \x1b[2Jodd") if asked.path == CHAT else None
        return next(refused, None) if "1?" in asked.last else None

    server.behave = behave
    write_suite(folder, 3)
    done = collect(run, "chat", more=("--verbose",), expected=1)
    lines = sorted(line for line in done.err.splitlines() if line.startswith("chat p"))
    assert [line.partition(" s")[0] for line in lines] == ["chat p0", "chat p1", "chat p2"]
    assert re.fullmatch(r"chat p0 sample 1: answered, 1 try, \d+\.\d\d s", lines[0])
    assert re.fullmatch(r"chat p1 sample 1: answered, 3 tries, \d+\.\d\d s", lines[1])
    assert lines[2].startswith("chat p2 sample 1: bad_request 400, 1 try: ")
    assert "too ␛[2Jodd" in lines[2]


def test_a_dry_run_counts_and_sends_nothing(
    run: Run, folder: Path, server: LLMServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEST_KEY")
    [plan] = collect(run, "chat", more=("--dry-run", "--json")).json()["configurations"]
    assert (plan["wanted"], plan["stored"], plan["to_ask"], plan["most_tokens_out"]) == (10, 0, 10, 100)
    assert plan["most_cost"] == pytest.approx((plan["tokens_in"] * 100 + 100 * 1000) / 1e6)
    assert server.asked == []
    assert not (folder / "reviews.db").exists()


def test_the_money_given_is_not_overspent(run: Run, folder: Path) -> None:
    done = collect(run, "chat", more=("--max-cost", "0.05"), expected=1)
    assert "stopped: the next request could go over the limit of $0.05" in done.err
    [(stored,)] = rows(folder, "select count(*) from response")
    assert 0 < stored * 0.006 <= 0.05


def test_a_limit_without_prices_is_refused(run: Run, folder: Path) -> None:
    assert "mess has no price_in and price_out" in collect(run, "mess", more=("--max-cost", "1"), expected=1).err


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("chta", "chta: not a model of models.toml and not openai/NAME or anthropic/NAME (did you mean chat?)"),
        ("openai/gpt-4.1", "the environment variable OPENAI_API_KEY holds no key"),
    ],
)
def test_what_is_wrong_is_told_before_anything_starts(
    run: Run, folder: Path, server: LLMServer, monkeypatch: pytest.MonkeyPatch, model: str, said: str
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert said in collect(run, "chat", model, expected=1).err
    assert server.asked == []
    assert not (folder / "reviews.db").exists()


def test_an_unknown_model_is_told_before_anything_is_stored(run: Run, folder: Path, server: LLMServer) -> None:
    text = (folder / "models.toml").read_text().replace('"model-a"', '"model-x"')
    (folder / "models.toml").write_text(text)
    done = collect(run, "chat", "mess", expected=1)
    assert f"chat at {server.url}/v1/: it has no model model-x; it has: model-a, model-b" in done.err
    assert f"mess at {server.url}: it has no model model-x" in done.err
    assert server.prompts == []
    assert rows(folder, "select count(*) from suite") == [(0,)]


def test_a_name_with_other_settings_is_refused(run: Run, folder: Path, server: LLMServer) -> None:
    collect(run, "chat")
    text = (folder / "models.toml").read_text().replace("max_tokens = 10", "max_tokens = 11")
    (folder / "models.toml").write_text(text)
    assert "give the other settings a name of their own" in collect(run, "chat", expected=1).err


def test_the_key_is_nowhere(run: Run, folder: Path, server: LLMServer) -> None:
    def behave(asked: Any) -> Given | None:
        return error(400, message=f"you sent {KEY}") if asked.path == CHAT and "3?" in asked.last else None

    server.behave = behave
    done = collect(run, "chat", more=("--json", "--verbose"), expected=1)
    assert "you sent [key]" in done.err
    assert KEY not in done.out + done.err
    for file in folder.glob("reviews.db*"):
        assert KEY.encode() not in file.read_bytes()


def test_a_replay_answers_from_a_file(run: Run, folder: Path) -> None:
    recorded = [
        {"messages": [{"role": "user", "content": f"Question {n}?"}, {"role": "assistant", "content": f"A{n}"}]}
        for n in range(9)
    ]
    (folder / "said.jsonl").write_text("".join(json.dumps(line) + "\n" for line in recorded))
    entry = '[[model]]\nname = "said"\nprovider = "replay"\nmodel = "said"\nanswers = "said.jsonl"\n'
    (folder / "models.toml").write_text(entry)
    done = collect(run, "said", expected=1)
    assert "said: 9 answers stored, 0 there before, 1 missing" in done.out
    assert "not_recorded 1" in done.err


def start(folder: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "reviewer", "collect", "--suite", "asked", "--models-file", "models.toml"]
    return subprocess.Popen(
        [*command, "--model", "chat", "--model", "mess", "--concurrency", "4", *more],
        cwd=folder,
        env={**os.environ, "TEST_KEY": KEY},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(server: LLMServer, prompts: int) -> None:
    deadline = time.monotonic() + 30
    while len(server.prompts) < prompts and time.monotonic() < deadline:
        time.sleep(0.005)
    assert len(server.prompts) >= prompts


def slow(asked: Any) -> Given | None:
    if asked.path == "/v1/models":
        return None
    from tests.support.llm_server import answer

    return Given(answer(asked.path, asked.body), seconds=0.02)


def test_ctrl_c_keeps_what_was_answered_and_the_next_run_goes_on(run: Run, folder: Path, server: LLMServer) -> None:
    server.behave = slow
    write_suite(folder, 60)
    program = start(folder)
    wait_for(server, 20)
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=30)
    assert program.returncode == 1, err
    assert "stopped: stopped" in err
    assert "Next: the same command asks for what is missing" in out
    [(stored,)] = rows(folder, "select count(*) from response")
    assert 12 <= stored < 120
    collect(run, "chat", "mess")
    assert rows(folder, "select count(*), count(distinct prompt || ' ' || configuration) from response") == [(120, 120)]
    assert len(server.prompts) <= 120 + 8


def test_a_killed_run_loses_only_what_was_under_way(run: Run, folder: Path, server: LLMServer) -> None:
    server.behave = slow
    write_suite(folder, 60)
    for more in (15, 40, 75):
        program = start(folder)
        wait_for(server, more)
        program.kill()
        program.communicate()
    collect(run, "chat", "mess")
    assert rows(folder, "select count(*), count(distinct prompt || ' ' || configuration) from response") == [(120, 120)]
    assert len(server.prompts) <= 120 + 3 * 16


@pytest.mark.parametrize("model", ["chat", "resp", "mess"])
def test_a_batch_is_handed_over_left_and_fetched(run: Run, folder: Path, server: LLMServer, model: str) -> None:
    server.batch_status = "in_progress"
    done = collect(run, model, more=("--batch",), expected=1)
    assert f"{model}: 0 answers stored now, 10 of 10 missing; 10 of them under way in 1 batch, 10" in done.out
    done = collect(run, model, more=("--batch",), expected=1)
    assert "10 of them under way in 1 batch, 0 of those handed over now" in done.out
    server.batch_status = "completed"
    done = collect(run, model, more=("--batch",))
    assert f"{model}: 10 answers stored now, 0 of 10 missing" in done.out
    assert Counter(rows(folder, "select text from response")) == {(f"re: Question {n}?",): 1 for n in range(10)}
    assert server.prompts == []
    assert len(server.batches) == 1


@pytest.mark.parametrize("model", ["chat", "mess"])
def test_what_fails_in_a_batch_is_handed_over_again(run: Run, folder: Path, server: LLMServer, model: str) -> None:
    collect(run, model, more=("--batch",), expected=1)
    keys = {line["custom_id"] for line in lines_of(server, model)}
    server.failing = set(sorted(keys)[:3])
    if model == "chat":  # this server makes the results of OpenAI's batches when they are handed over
        server.batches.clear()
        with sqlite3.connect(folder / "reviews.db") as connection:
            connection.execute("update batch set state = 'fetched'")
        collect(run, model, more=("--batch",), expected=1)
    done = collect(run, model, more=("--batch",), expected=1)
    assert "7 answers stored now, 3 of 10 missing; 3 of them under way in 1 batch, 3 of those" in done.out
    assert rows(folder, "select count(*) from attempt") == [(3,)]
    server.failing = set()
    if model == "mess":
        collect(run, model, more=("--batch",))
        assert rows(folder, "select count(*) from response") == [(10,)]


def lines_of(server: LLMServer, model: str) -> list[dict[str, Any]]:
    if model == "mess":
        return list(server.batches["msgbatch-0"]["requests"])
    return [json.loads(line) for line in server.files["file-0"].splitlines()]


def test_a_batch_whose_handing_over_was_cut_off_is_found_by_its_mark(run: Run, folder: Path, server: LLMServer) -> None:
    collect(run, "chat", more=("--batch",), expected=1)
    with sqlite3.connect(folder / "reviews.db") as connection:
        connection.execute("update batch set state = 'submitting', id = null")
    collect(run, "chat", more=("--batch",))
    assert len(server.batches) == 1


def test_prompts_of_several_turns_are_left_out_of_batches(run: Run, folder: Path, server: LLMServer) -> None:
    write_suite(folder, 0, 'turns = "played"\n', name="played")
    messages = [{"role": "user", "content": "One?"}, {"role": "user", "content": "Two?"}]
    line = json.dumps({"id": "p", "messages": messages})
    (folder / "prompts" / "suites" / "played.jsonl").write_text(line)
    done = collect(run, "chat", suite="played", more=("--batch",), expected=1)
    assert "1 prompt of several turns need the answer before" in done.err
    assert server.batches == {}
