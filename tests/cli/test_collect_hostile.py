"""`reviewer collect` of a server that misbehaves beside one that does not: nothing outside a request fails."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reviewer.cli.collect_from_home import HomeCollect
from tests.support.collection_files import write_models, write_suite
from tests.support.commands import Done, Run, rows
from tests.support.hostile_replies import nested
from tests.support.llm_server import ASKING, CHAT, KEY, Asked, Given, LLMServer, chat, error, message, responses

STORED = (
    "select name, count(*) from response join configuration on configuration.number = response.configuration"
    " group by name"
)
SO = {"type": "output_text", "text": "so"}


@pytest.fixture
def folder(tmp_path: Path, server: LLMServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TEST_KEY", KEY)
    write_models(tmp_path, server)
    write_suite(tmp_path, 4)
    return tmp_path


def collect(run: Run, *models: str, more: tuple[str, ...] = (), expected: int = 0) -> Done:
    chosen = [word for model in models for word in ("--model", model)]
    return run("collect", "--suite", "asked", "--models-file", "models.toml", *chosen, *more, expected=expected)


def at(path: str, given: Given) -> Callable[[Asked], Given | None]:
    return lambda asked: given if asked.path == path else None


@pytest.mark.parametrize(
    "body",
    [
        chat(7),
        chat([{"type": "text", "text": 7}]),
        {"choices": []},
        {"choices": [7]},
        nested(60_000),
        "<html>",
    ],
)
def test_a_reply_of_wrong_types_is_one_failure_and_the_other_models_are_stored(
    run: Run, folder: Path, server: LLMServer, body: Any
) -> None:
    server.behave = at(CHAT, Given(body))
    done = collect(run, "chat", "resp", "mess", expected=1)
    assert "chat: 4 failures (malformed 4), the last one: " in done.err
    assert rows(folder, STORED) == [("mess", 4), ("resp", 4)]
    assert rows(folder, "select reason, tries, count(*) from attempt group by 1, 2") == [("malformed", 3, 4)]
    server.behave = lambda _: None
    collect(run, "chat", "resp", "mess")
    assert rows(folder, STORED) == [("chat", 4), ("mess", 4), ("resp", 4)]


def test_parts_are_stored_as_answer_and_reasoning(run: Run, folder: Path, server: LLMServer) -> None:
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "so"}]
    server.behave = at(CHAT, Given(chat(parts)))
    collect(run, "chat")
    assert rows(folder, "select distinct text, reasoning from response") == [("so", "hm")]


def test_a_filtered_prompt_is_an_empty_answer_with_its_reason(run: Run, folder: Path, server: LLMServer) -> None:
    filtered = {"choices": [], "prompt_filter_results": [{"content_filter_results": {"hate": {"filtered": True}}}]}
    server.behave = at(CHAT, Given(filtered))
    collect(run, "chat")
    assert rows(folder, "select distinct text, stop_reason from response") == [("", "content_filter")]
    assert len(server.prompts) == 4


def test_a_collection_from_the_home_screen_goes_on(folder: Path, run: Run, server: LLMServer) -> None:
    (folder / "models.toml").rename(folder / "prompts" / "models.toml")
    server.behave = at(CHAT, Given({"choices": {}}))
    said = asyncio.run(
        HomeCollect(str(folder / "reviews.db")).run(["asked"], ["chat", "resp"], lambda _: None, asyncio.Event())
    )
    assert "resp: 4 answers stored" in said
    assert "chat: 4 failures (malformed 4)" in said


def test_a_redirect_stops_the_model_and_not_the_others(run: Run, folder: Path, server: LLMServer) -> None:
    server.behave = at(CHAT, Given("", 307, {"location": "http://127.0.0.1:9/"}))
    done = collect(run, "chat", "mess", more=("--concurrency", "1"), expected=1)
    assert "chat: stopped: the server sends its callers on to http://127.0.0.1:9" in done.err
    assert rows(folder, STORED) == [("mess", 4)]


@pytest.mark.parametrize("more", [(), ("--batch",)])
def test_a_key_that_is_repeated_is_stored_and_shown_nowhere(
    run: Run, folder: Path, server: LLMServer, more: tuple[str, ...]
) -> None:
    told = {
        "/v1/chat/completions": chat(f"{KEY}!", KEY, reasoning=KEY, tool_calls=[{KEY: KEY}]),
        "/v1/responses": responses([{**SO, "text": KEY}], {"type": "reasoning", "summary": [{"text": KEY}]}, id=KEY),
        "/v1/messages": message([{"type": "text", "text": KEY}], KEY, id=KEY, **{KEY: KEY}),
    }

    def behave(asked: Asked) -> Given | None:
        headers = {"x-request-id": KEY, "request-id": KEY}
        if asked.path in told and "0?" not in asked.last:
            return Given(told[asked.path], headers=headers)
        if asked.path in ASKING:
            return error(400, KEY, f"you sent {KEY}")
        given = server.healthy(asked)
        if "batches" in asked.path and isinstance(given.body, str):
            lines = [json.loads(line) for line in given.body.splitlines()]
            said = [{**line, "result": {"type": "succeeded", "message": told["/v1/messages"]}} for line in lines]
            return Given("".join(json.dumps(line) + "\n" for line in [*said, {"custom_id": KEY, "result": KEY}]))
        return Given({**given.body, KEY: KEY}) if isinstance(given.body, dict) else None

    server.behave = behave
    done = collect(run, "chat", "resp", "mess", more=("--verbose", *more), expected=1)
    again = collect(run, "chat", "resp", "mess", more=("--json", *more), expected=0 if more else 1)
    assert KEY not in done.out + done.err + again.out + again.err
    for file in folder.glob("reviews.db*"):
        assert KEY.encode() not in file.read_bytes()
    assert rows(folder, "select count(*) from response where text like '%[key]%'")[0][0] >= 4


def broken(server: LLMServer) -> Callable[[Asked], Given | None]:
    """Break every file of results: one line cut, one doubled, one of an unknown key, one of wrong types."""

    def behave(asked: Asked) -> Given | None:
        given = server.healthy(asked)
        if not isinstance(given.body, str) or not given.body.strip():
            return None
        first, second, third, fourth = given.body.splitlines()
        odd = [{"custom_id": "nobody", "result": 7}, {"custom_id": ["x"]}, 7]
        wrong = {"custom_id": json.loads(third)["custom_id"], "response": [7], "result": {"type": ["no"]}}
        lines = [first[:-9], second, second, json.dumps(wrong), fourth, *map(json.dumps, odd), nested(60_000)]
        return Given("\n".join(lines) + "\n")

    return behave


@pytest.mark.parametrize("model", ["chat", "resp", "mess"])
def test_broken_lines_of_a_batch_cost_only_their_own_requests(
    run: Run, folder: Path, server: LLMServer, model: str
) -> None:
    collect(run, model, more=("--batch",), expected=1)
    server.behave = broken(server)
    done = collect(run, model, more=("--batch",), expected=1)
    assert f"{model}: 2 answers stored now, 2 of 4 missing; 2 of them under way in 1 batch, 2 of those" in done.out
    assert f"{model}: 2 failures, the last one: " in done.err
    server.behave = lambda _: None
    collect(run, model, more=("--batch",))
    assert rows(folder, STORED) == [(model, 4)]
    found = {text for (text,) in rows(folder, "select message from attempt")}
    assert any("holds no result of it" in text for text in found)


def test_signs_that_pass_for_a_new_line_do_not_break_a_result(run: Run, folder: Path, server: LLMServer) -> None:
    collect(run, "chat", more=("--batch",), expected=1)

    def behave(asked: Asked) -> Given | None:
        given = server.healthy(asked)
        return Given(given.body.replace("re: ", "re:\u2028\x85 ")) if isinstance(given.body, str) else None

    server.behave = behave
    collect(run, "chat", more=("--batch",))
    assert rows(folder, "select count(*) from response where text like 're:\u2028\x85 Question%'") == [(4,)]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("paused", "batch-0 is paused, a state that is not known here; it is left as it is"),
        (7, "status is a number; expected a text"),
        (None, "status is absent; expected a text"),
    ],
)
def test_a_batch_in_a_state_that_nobody_knows_is_left_and_told(
    run: Run, folder: Path, server: LLMServer, state: Any, said: str
) -> None:
    collect(run, "chat", "mess", more=("--batch",), expected=1)
    server.batch_status = state
    done = collect(run, "chat", more=("--batch",), expected=1)
    assert "4 of them under way in 1 batch, 0 of those handed over now" in done.out
    assert said in done.err
    server.batch_status = "completed"
    collect(run, "chat", "mess", more=("--batch",))
    assert rows(folder, STORED) == [("chat", 4), ("mess", 4)]


def test_a_service_out_of_order_does_not_keep_the_next_from_being_visited(
    run: Run, folder: Path, server: LLMServer
) -> None:
    collect(run, "chat", "mess", more=("--batch",), expected=1)
    server.behave = lambda asked: error(500, message="broken") if "/messages/" not in asked.path else None
    done = collect(run, "chat", "mess", more=("--batch",), expected=1)
    assert "chat: stopped: " in done.err
    assert rows(folder, STORED) == [("mess", 4)]


def test_a_batch_that_the_service_does_not_know_is_handed_over_again(run: Run, folder: Path, server: LLMServer) -> None:
    collect(run, "mess", more=("--batch",), expected=1)
    server.batches.clear()
    done = collect(run, "mess", more=("--batch",), expected=1)
    assert "knows no batch msgbatch-0; what was in it is handed over again" in done.err
    collect(run, "mess", more=("--batch",))
    assert rows(folder, STORED) == [("mess", 4)]


def test_a_batch_whose_id_cannot_be_read_is_found_by_its_mark(run: Run, folder: Path, server: LLMServer) -> None:
    def behave(asked: Asked) -> Given | None:
        if asked.path != "/v1/batches" or asked.method != "POST":
            return None
        body = server.healthy(asked).body
        return Given({**body, "id": [7]}) if isinstance(body, dict) else None

    server.behave = behave
    done = collect(run, "chat", more=("--batch",), expected=1)
    assert "id is a list; expected a text" in done.err
    server.behave = lambda _: None
    collect(run, "chat", more=("--batch",))
    assert len(server.batches) == 1
    assert rows(folder, STORED) == [("chat", 4)]
