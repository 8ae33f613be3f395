"""What the store keeps beside labels, and how it is searched: the same for every engine."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace

import pytest

from reviewer.errors import NotFound, Refused
from reviewer.model import (
    Configuration,
    Message,
    Prompt,
    Rater,
    RaterKind,
    Role,
    Suite,
    SuitePrompt,
    messages_of,
    prompt_of,
)
from reviewer.session.owner_thread import OwnerThread
from reviewer.store import engine as store_engine
from reviewer.store import raters, responses, rubrics, search, studies
from reviewer.store.engine import Engine
from reviewer.store.raters import OpenTerminal
from tests.support.databases import in_one_step
from tests.support.stories import NOW, PLAIN, VERDICT, YES_NO, Open, fill, option, rubric

STORED = Configuration("m", "openai", "gpt", "OpenAI", "{}")


@pytest.mark.parametrize("again", [STORED, Configuration("m"), Configuration("m", lab="OpenAI")])
def test_a_configuration_that_claims_nothing_else_is_the_same(engine: Engine, again: Configuration) -> None:
    with engine.writing():
        first = responses.ensure_configuration(engine, STORED)
        assert responses.ensure_configuration(engine, again) == first


@pytest.mark.parametrize(
    ("field", "value"), [("provider", "anthropic"), ("model", "gpt-4"), ("lab", "L"), ("settings", '{"n":1}')]
)
def test_a_configuration_reused_with_other_settings_is_refused(engine: Engine, field: str, value: str) -> None:
    in_one_step(engine, lambda: responses.ensure_configuration(engine, STORED))
    with pytest.raises(Refused, match=f"configuration m is stored with {field}"), engine.writing():
        responses.ensure_configuration(engine, replace(STORED, **{field: value}))


def test_a_configuration_is_called_as_its_model_where_none_is_given(engine: Engine) -> None:
    in_one_step(engine, lambda: responses.ensure_configuration(engine, Configuration("m")))
    assert engine.rows("select model from configuration") == [("m",)]


def test_a_prompt_is_stored_once(engine: Engine) -> None:
    prompts = [prompt_of([Message(Role.USER, text)]) for text in "ab"]
    with engine.writing():
        assert responses.ensure_prompts(engine, prompts)[1] == {prompt.id for prompt in prompts}
        assert responses.ensure_prompts(engine, prompts)[1] == set()


def test_more_ids_than_one_statement_takes_can_be_looked_up(
    engine: Engine, response: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_engine, "AMONG", 2)
    ids = ["a", "b", "c", response, "d"]
    assert responses.numbers_of(engine, "response", ids) == {response: 1}


def suite(version: int = 1, *members: SuitePrompt, content: str = "h") -> Suite:
    return Suite("hierarchy", version, hash=content, prompts=members)


def member(text: str, **more: object) -> SuitePrompt:
    place = SuitePrompt(text, prompt_of([Message(Role.USER, text)]))
    return replace(place, **more)  # type: ignore[arg-type]


def test_a_version_of_a_suite_with_other_content_is_refused(engine: Engine) -> None:
    in_one_step(engine, lambda: responses.ensure_suite(engine, suite(), NOW))
    with pytest.raises(Refused, match="raise the version"), engine.writing():
        responses.ensure_suite(engine, suite(content="other"), NOW)


def test_a_suite_is_its_newest_version_and_what_imports_added(engine: Engine) -> None:
    with engine.writing():
        numbers = {version: responses.ensure_suite(engine, suite(version), NOW) for version in (1, 3, 2, 0)}
    assert sorted(responses.suite_numbers(engine, "hierarchy")) == sorted([numbers[0], numbers[3]])


def test_a_suite_that_is_not_stored_is_answered_with_those_that_are(engine: Engine) -> None:
    in_one_step(engine, lambda: responses.ensure_suite(engine, suite(), NOW))
    with pytest.raises(NotFound, match="stored are: hierarchy"):
        responses.suite_numbers(engine, "refusal")


def test_the_place_of_a_prompt_in_a_suite_comes_back_as_it_was_stored(engine: Engine) -> None:
    place = member("a", reference="r", secret="s", severity=3, tags=("x", "y"), group="conflict", provenance="p")
    with engine.writing():
        number = responses.ensure_suite(engine, suite(1, place), NOW)
    without_text = replace(place, prompt=Prompt(place.prompt.id, ()))
    assert responses.members(engine, number, [1]) == {place.prompt.id: without_text}


def test_messages_come_back_as_they_were_stored(engine: Engine) -> None:
    messages = (
        Message(Role.SYSTEM, "é\n"),
        Message(Role.ASSISTANT, "", tool_calls='[{"a":1}]'),
        Message(Role.TOOL, "t"),
    )
    in_one_step(engine, lambda: responses.ensure_prompts(engine, [prompt_of(messages)]))
    [(text,)] = engine.rows("select messages from prompt")
    assert messages_of(text) == messages


def test_evidence_is_counted(engine: Engine, response: str) -> None:
    assert responses.counts(engine) == {"prompt": 1, "response": 1, "configuration": 1, "suite": 0}


def test_a_rater_of_one_kind_cannot_become_another(engine: Engine, response: str) -> None:
    with pytest.raises(Refused, match="r1 is of kind human, not model"), engine.writing():
        raters.ensure(engine, Rater("r1", RaterKind.MODEL), NOW)


def test_raters_have_kinds(engine: Engine, response: str) -> None:
    in_one_step(engine, lambda: raters.ensure(engine, Rater("g@m", RaterKind.MODEL), NOW))
    assert raters.kinds(engine) == {"g@m": RaterKind.MODEL, "r1": RaterKind.HUMAN}


def session(token: str, rater: str = "r1") -> OpenTerminal:
    return OpenTerminal(token, 1, rater, "host", 5, NOW)


def test_a_rater_who_enters_again_is_told_of_the_other_terminal(engine: Engine, response: str) -> None:
    with engine.writing():
        assert raters.open_session(engine, session("a")) == []
        assert raters.open_session(engine, session("b")) == [session("a")]


def test_a_terminal_that_was_left_is_forgotten(engine: Engine, response: str) -> None:
    with engine.writing():
        raters.open_session(engine, session("a"))
        raters.close_session(engine, "a")
        assert raters.open_session(engine, session("b")) == []


def test_a_terminal_was_last_seen_when_it_said_so(engine: Engine, response: str) -> None:
    with engine.writing():
        raters.open_session(engine, session("a"))
        raters.see_session(engine, "a", "later")
        assert [one.seen_at for one in raters.open_session(engine, session("b"))] == ["later"]


def test_a_rubric_in_use_cannot_lose_an_option(engine: Engine, response: str) -> None:
    smaller = rubric("plain", {**VERDICT, "option": YES_NO[:2]})
    with pytest.raises(Refused, match=r"cannot lose verdict/cannot_tell; give the changed rubric version 2"):
        in_one_step(engine, lambda: rubrics.ensure(engine, smaller, NOW))


@pytest.mark.parametrize(
    ("options", "version"), [(YES_NO[:2], 2), ([*YES_NO, option("maybe", "3")], 1)], ids=["new version", "more"]
)
def test_a_rubric_in_use_may_gain_options_or_become_another_version(
    engine: Engine, response: str, options: list[dict[str, object]], version: int
) -> None:
    other = rubric("plain", {**VERDICT, "option": options}, version=version)
    in_one_step(engine, lambda: rubrics.ensure(engine, other, NOW))
    assert rubrics.load(engine, other.hash) == other


def test_a_rubric_that_nothing_uses_may_lose_an_option(engine: Engine) -> None:
    smaller = rubric("plain", {**VERDICT, "option": YES_NO[:2]})
    for one in (PLAIN, smaller):
        in_one_step(engine, lambda one=one: rubrics.ensure(engine, one, NOW))  # type: ignore[misc]
    assert rubrics.load(engine, smaller.hash) == smaller


def test_a_rubric_that_is_not_stored_is_not_found(engine: Engine) -> None:
    with pytest.raises(NotFound):
        rubrics.load(engine, "no such hash")


def test_a_study_that_is_not_there_is_answered_with_those_that_are(engine: Engine, response: str) -> None:
    with pytest.raises(NotFound, match="no study t; there are: s"):
        studies.load(engine, "t")


def indexed(engine: Engine) -> list[int]:
    return list(search.index_responses(engine))


def test_a_response_is_found_by_its_words_once_indexed(engine: Engine) -> None:
    fill(engine, prompts=[1, 2], configurations=["m"])
    indexed(engine)
    assert engine.find_words("ANSWER 2") == [2]


def test_a_response_is_found_by_the_words_of_its_prompt(engine: Engine) -> None:
    fill(engine, prompts=[77], configurations=["m"])
    indexed(engine)
    assert engine.find_words("prompt 77") == [1]


def test_only_what_is_new_is_indexed(engine: Engine) -> None:
    fill(engine, prompts=[1, 2], configurations=["m"])
    indexed(engine)
    fill(engine, prompts=[3], configurations=["m"])
    assert (search.left_to_index(engine), indexed(engine), search.left_to_index(engine)) == (1, [1], 0)


def test_indexing_that_was_stopped_goes_on_where_it_stopped(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PART", 2)
    fill(engine, prompts=range(5), configurations=["m"])
    parts = search.index_responses(engine)
    next(parts)
    del parts
    assert indexed(engine) == [2, 1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        *((query, []) for query in ('"', "answer AND", "NOT answer", "(", "text:answer", "-", "a\0b", "'", "answ*")),
        ("answer*", [1]),
    ],
)
def test_no_query_is_taken_for_the_language_of_the_index(engine: Engine, query: str, found: list[int]) -> None:
    fill(engine, prompts=[1], configurations=["m"])
    indexed(engine)
    assert engine.find_words(query) == found


def test_no_word_finds_nothing(engine: Engine) -> None:
    assert engine.find_words("  ") == []


def test_rows_can_be_streamed_while_rows_are_written(engine: Engine) -> None:
    fill(engine, prompts=range(3), configurations=["m"])
    numbers = engine.stream("select number from response order by number")
    assert next(numbers) == (1,)
    fill(engine, prompts=[9], configurations=["m"])
    assert [number for (number,) in numbers][:2] == [2, 3]


def test_a_stream_that_was_left_hinders_nobody(engine: Engine, open_engine: Open) -> None:
    fill(engine, prompts=range(3), configurations=["m"])
    numbers = engine.stream("select number from response order by number")
    next(numbers)
    with closing(open_engine()) as other:
        fill(other, prompts=[9], configurations=["m"])
    assert engine.rows("select count(*) from response") in ([(3,)], [(4,)])
    numbers.close()  # type: ignore[attr-defined]
    assert engine.rows("select count(*) from response") == [(4,)]


def test_calls_run_on_one_thread_in_the_order_asked(open_engine: Open) -> None:
    thread = OwnerThread(open_engine)
    done: list[tuple[int, int]] = []
    futures = [thread.call(lambda _, n=n: done.append((n, threading.get_ident()))) for n in range(50)]  # type: ignore[misc]
    for future in futures:
        future.result()
    thread.close(lambda engine: engine.close())
    assert [number for number, _ in done] == list(range(50))
    assert {ident for _, ident in done} not in ({threading.get_ident()}, set())
    assert len({ident for _, ident in done}) == 1


def test_a_call_that_fails_leaves_the_next_one_working(open_engine: Open) -> None:
    thread = OwnerThread(open_engine)
    failing: Future[object] = thread.call(lambda engine: studies.load(engine, "none"))
    assert thread.call(studies.every).result() == []
    thread.close(lambda engine: engine.close())
    assert isinstance(failing.exception(), NotFound)


def test_what_is_queued_still_runs_when_the_thread_is_closed(open_engine: Open) -> None:
    thread = OwnerThread(open_engine)
    last = thread.call(studies.every)
    thread.close(lambda engine: engine.close())
    assert last.result() == []


def refuse() -> Engine:
    raise NotFound("no such database")


def test_every_call_says_why_the_database_could_not_be_opened() -> None:
    thread = OwnerThread(refuse)
    with pytest.raises(NotFound, match="no such database"):
        thread.call(studies.every).result()
    thread.close(lambda engine: engine.close())
