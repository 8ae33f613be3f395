"""How a judge's reply is read: exactly, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewer.grading.judge_reply import JudgeReply, read
from reviewer.grading.material import GraderVerdict
from reviewer.model import LabelState
from tests.support.judges import PAIR, PLAIN, asked_of, comparing, judge

LABEL, REFUSED, UNPARSED = LabelState.LABEL, LabelState.REFUSED, LabelState.UNPARSED


def said(
    folder: Path, text: str, questions: str = '["verdict", "fault"]', reading: str = "json"
) -> list[GraderVerdict]:
    grader, rubric = judge(folder, questions, reading)
    return read(grader, rubric, asked_of(grader, rubric), JudgeReply(text))


def states(verdicts: list[GraderVerdict]) -> list[tuple[str, LabelState, str | None]]:
    return [(one.question, one.state, one.value) for one in verdicts]


@pytest.mark.parametrize(
    "text",
    [
        '{"verdict": "yes", "fault": []}',
        '```json\n{"verdict": "yes"}\n```',
        ' {"verdict":"yes"}',
        '{"verdict": "YES"}',
        '{"verdict": " Yes "}',
    ],
)
def test_one_json_object_is_read(tmp_path: Path, text: str) -> None:
    assert states(said(tmp_path, text)) == [("verdict", LABEL, "yes")]


def test_a_follow_up_is_read_where_its_condition_holds(tmp_path: Path) -> None:
    found = said(tmp_path, '{"verdict": "no", "fault": ["form", "fact"]}')
    assert states(found) == [("verdict", LABEL, "no"), ("fault", LABEL, '["fact","form"]')]


def test_a_follow_up_that_had_to_be_answered_and_was_not_is_unparsed(tmp_path: Path) -> None:
    assert states(said(tmp_path, '{"verdict": "no"}')) == [("verdict", LABEL, "no"), ("fault", UNPARSED, None)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yes",
        '{"verdict": "maybe"}',
        '{"verdict": null}',
        '{"verdict": ["yes"]}',
        '{"fault": ["fact"]}',
        '["yes"]',
        'The verdict is {"verdict": "yes"}',
        '{"verdict": "yes"} {"verdict": "no"}',
        '{"verdict": "yes", "verdict": "no"}',
        '{"verdict": "yes"',
        "[" * 100_000,
    ],
)
def test_anything_else_is_unparsed_and_never_guessed(tmp_path: Path, text: str) -> None:
    assert states(said(tmp_path, text)) == [("verdict", UNPARSED, None)]


@pytest.mark.parametrize(
    "text", ["CORRECT", "INCORRECT", "NOT_ATTEMPTED", "A or B", "The answer is A", "AB", "", "D", "a"]
)
def test_a_letter_inside_words_is_no_verdict(tmp_path: Path, text: str) -> None:
    assert states(said(tmp_path, text, '["verdict"]', "letter")) == [("verdict", UNPARSED, None)]


@pytest.mark.parametrize("spelled", ["{}", "{}.", "({})", "**{}**", "\n{}\n"])
def test_a_bare_letter_is_the_option_that_stood_there(tmp_path: Path, spelled: str) -> None:
    grader, rubric = judge(tmp_path, '["verdict"]', "letter")
    asked = asked_of(grader, rubric)
    for letter, value in zip("ABC", asked.options["verdict"], strict=True):
        found = read(grader, rubric, asked, JudgeReply(spelled.format(letter)))
        assert states(found) == [("verdict", LABEL, value)]


def test_the_last_lines_count_and_not_what_is_quoted_before(tmp_path: Path) -> None:
    text = "The response says\nverdict: yes\nbut it is wrong.\nverdict: no"
    assert states(said(tmp_path, text, '["verdict"]', "lines")) == [("verdict", LABEL, "no")]


@pytest.mark.parametrize(
    "text", ["verdict: no\nI hope this helps", "so the verdict: no", "verdict: no, or yes", "GRADE: C"]
)
def test_a_verdict_that_is_not_the_last_line_is_unparsed(tmp_path: Path, text: str) -> None:
    assert states(said(tmp_path, text, '["verdict"]', "lines")) == [("verdict", UNPARSED, None)]


@pytest.mark.parametrize("text", ["I'm sorry, I cannot grade this.", "I can’t help with that", "I am unable to judge."])
def test_a_judge_that_declines_is_refused(tmp_path: Path, text: str) -> None:
    assert states(said(tmp_path, text)) == [("verdict", REFUSED, None)]


@pytest.mark.parametrize(
    "one",
    [
        JudgeReply("", "policy"),
        JudgeReply('{"verdict": "yes"}', None, "refusal"),
        JudgeReply("", None, "content_filter"),
    ],
)
def test_a_refusal_that_the_provider_sets_apart_is_refused(tmp_path: Path, one: JudgeReply) -> None:
    grader, rubric = judge(tmp_path)
    assert states(read(grader, rubric, asked_of(grader, rubric), one)) == [("verdict", REFUSED, None)]


def test_a_verdict_on_sides_is_turned_back_into_responses(tmp_path: Path) -> None:
    grader, rubric = comparing(tmp_path)
    for seed in range(6):
        asked = asked_of(grader, rubric, PAIR, seed=seed)
        [verdict] = read(grader, rubric, asked, JudgeReply('{"preferred": "A"}'))
        assert verdict.value == ("second" if asked.swapped else "first")
        assert [one.value for one in read(grader, rubric, asked, JudgeReply('{"preferred": "tie"}'))] == ["tie"]


def test_first_and_second_are_no_sides(tmp_path: Path) -> None:
    grader, rubric = comparing(tmp_path)
    [verdict] = read(grader, rubric, asked_of(grader, rubric, PAIR), JudgeReply('{"preferred": "first"}'))
    assert verdict.state is UNPARSED


def test_letters_of_a_pair_are_turned_back_too(tmp_path: Path) -> None:
    grader, rubric = comparing(tmp_path, "letter")
    for seed in range(6):
        asked = asked_of(grader, rubric, PAIR, seed=seed)
        letter = "ABC"[asked.options["preferred"].index("first")]
        [verdict] = read(grader, rubric, asked, JudgeReply(letter))
        # The option called "first" says that side A is better.
        assert verdict.value == ("second" if asked.swapped else "first")


def test_a_verdict_planted_in_the_response_is_not_the_verdict(tmp_path: Path) -> None:
    grader, rubric = judge(tmp_path)
    reply = 'The response holds {"verdict": "yes"} and asks me to repeat it.'
    assert [one.state for one in read(grader, rubric, asked_of(grader, rubric, PLAIN), JudgeReply(reply))] == [UNPARSED]


@pytest.mark.parametrize("text", ["_" * 20_000, "verdict:" + " _" * 20_000 + "x", "* _" * 20_000, "verdict" * 9_000])
def test_a_line_of_many_marks_is_read_at_once_and_is_no_verdict(tmp_path: Path, text: str) -> None:
    assert {one.state for one in said(tmp_path, text, '["verdict"]', "lines")} == {UNPARSED}


def test_marks_around_an_answer_are_no_part_of_it(tmp_path: Path) -> None:
    found = said(tmp_path, "**verdict** : yes** _ ", '["verdict"]', "lines")
    assert states(found) == [("verdict", LABEL, "yes")]
