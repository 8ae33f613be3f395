"""Sample replies are read by the judge's own reader; the ones as asked for name every option and are read as it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewer.definitions.rubric import read_rubric
from reviewer.grading.definition import Grader, GraderKind, ReplyForm, read_grader
from reviewer.grading.judge_prompt import ask
from reviewer.grading.sample_replies import SampleReply, sample_replies, verdicts_in_words
from reviewer.model import LabelState
from tests.support.folders import PROMPTS
from tests.support.judges import PAIR, PLAIN, asked_of, comparing, definition, grader_in, judge, rubric_in

SHIPPED = [read_grader(path, [PROMPTS / "rubrics"]) for path in sorted((PROMPTS / "graders").glob("*.toml"))]
JUDGES = [grader for grader in SHIPPED if grader.kind is GraderKind.JUDGE]


def read_as(replies: list[SampleReply], what: str) -> list[tuple[LabelState, str | None]]:
    [one] = [reply for reply in replies if reply.what == what]
    return [(verdict.state, verdict.value) for verdict in one.verdicts]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("grader", JUDGES, ids=lambda grader: grader.id)
def test_each_option_of_a_shipped_judge_is_named_and_read_as_itself(grader: Grader, seed: int) -> None:
    rubric = read_rubric(PROMPTS / "rubrics" / f"{grader.rubric}.toml")
    pair = rubric.question(grader.questions[0]).scale.traits.compares_pair
    replies = sample_replies(grader, rubric, ask(grader, rubric, PAIR if pair else PLAIN, seed=seed, repeat=1))
    plain = [reply for reply in replies if reply.meant is not None]
    assert [reply.misread for reply in plain] == [[]] * len(plain)
    told = {(verdict.question, verdict.value) for reply in plain for verdict in reply.verdicts}
    assert told == {(name, value) for name in grader.questions for value in rubric.question(name).values}


@pytest.mark.parametrize("reading", list(ReplyForm))
def test_what_else_judges_reply_is_read_as_no_label(tmp_path: Path, reading: ReplyForm) -> None:
    grader, rubric = judge(tmp_path, '["verdict"]', reading)
    replies = sample_replies(grader, rubric, asked_of(grader, rubric))
    unparsed = [(LabelState.UNPARSED, None)]
    assert read_as(replies, "empty") == unparsed
    assert read_as(replies, "no option") == unparsed
    assert read_as(replies, "words around it") == unparsed
    assert read_as(replies, "declined") == [(LabelState.REFUSED, None)]
    # Of lines the last ones count, so that a judge may think before them.
    last = [(LabelState.LABEL, "cannot_tell")]
    assert read_as(replies, "two verdicts") == (last if reading is ReplyForm.LINES else unparsed)


def test_a_code_fence_is_a_sample_of_json_alone(tmp_path: Path) -> None:
    for reading in ReplyForm:
        grader, rubric = judge(tmp_path, '["verdict"]', reading)
        replies = sample_replies(grader, rubric, asked_of(grader, rubric))
        assert [reply.what for reply in replies].count("in a code fence") == (reading is ReplyForm.JSON)


@pytest.mark.parametrize("reading", list(ReplyForm))
def test_sides_are_spelt_as_they_are_shown(tmp_path: Path, reading: ReplyForm) -> None:
    grader, rubric = comparing(tmp_path, reading)
    swaps = set()
    for seed in range(8):
        asked = asked_of(grader, rubric, PAIR, seed=seed)
        swaps.add(asked.swapped)
        assert not any(reply.misread for reply in sample_replies(grader, rubric, asked))
    assert swaps == {True, False}


def test_an_option_that_no_reply_can_name_is_misread(tmp_path: Path) -> None:
    rubric_in(tmp_path, NOT_ASKED)
    rubric = read_rubric(tmp_path / "prompts" / "rubrics" / "plain.toml")
    grader = grader_in(tmp_path, definition('["verdict"]'))
    replies = sample_replies(grader, rubric, asked_of(grader, rubric))
    assert [reply.misread for reply in replies if reply.misread] == [["verdict"]]


NOT_ASKED = """
id = "plain"
version = 1
title = "Was it asked?"
guideline = "Say whether it was asked."
[[question]]
id = "verdict"
text = "Was it asked?"
per = "response"
scale = "nominal"
[[question.option]]
value = "asked"
key = "1"
[[question.option]]
value = "not_asked"
key = "2"
"""


@pytest.mark.parametrize("reading", [ReplyForm.JSON, ReplyForm.LINES])
def test_numbers_and_several_options_are_spelt_and_read(tmp_path: Path, reading: ReplyForm) -> None:
    rubric = rubric_in(tmp_path, NOT_ASKED.replace("not_asked", "skipped") + TYPED)
    grader = grader_in(tmp_path, definition('["verdict", "count", "faults"]', reading))
    replies = sample_replies(grader, rubric, asked_of(grader, rubric))
    assert not any(reply.misread for reply in replies)
    told = {(verdict.question, verdict.value) for reply in replies for verdict in reply.verdicts}
    assert {("count", "1"), ("faults", '["fact"]'), ("faults", '["form"]')} <= told


TYPED = """
[[question]]
id = "count"
text = "How often?"
per = "response"
scale = "interval"
[[question]]
id = "faults"
text = "Which faults?"
per = "response"
scale = "multi"
when = { question = "verdict", is = ["skipped"] }
[[question.option]]
value = "fact"
key = "1"
[[question.option]]
value = "form"
key = "2"
"""


def test_verdicts_are_named_where_there_are_several_questions(tmp_path: Path) -> None:
    grader, rubric = judge(tmp_path)
    [first, *_] = sample_replies(grader, rubric, asked_of(grader, rubric))
    assert verdicts_in_words(grader, first.verdicts) == "verdict yes"
    grader, rubric = judge(tmp_path, '["verdict"]')
    [first, *_] = sample_replies(grader, rubric, asked_of(grader, rubric))
    assert verdicts_in_words(grader, first.verdicts) == "yes"
    assert verdicts_in_words(grader, ()) == "no verdict"
