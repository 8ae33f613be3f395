from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.grading.grader_review import judge_cautions, never_said, rule_cautions, taken
from reviewer.grading.sample_replies import sample_replies
from tests.support.folders import PROMPTS
from tests.support.judges import RULE, asked_of, definition, grader_in, judge, rubric_in

SHIPPED = PROMPTS / "graders"


def said_of_rule(folder: Path, checks: str) -> list[str]:
    rubric_in(folder)
    return [str(one) for one in rule_cautions(grader_in(folder, RULE + checks, "rule"))]


def check(value: str, condition: str = "") -> str:
    return f'[[check]]\nquestion = "verdict"\nvalue = "{value}"\n{condition}\n'


def said_of_judge(folder: Path, questions: str = '["verdict", "fault"]', without: str = "", guideline: str = "") -> str:
    _, rubric = judge(folder)
    text = definition(questions).replace(f"{{{{{without}}}}}", "")
    grader = grader_in(folder, text)
    rubric = replace(rubric, guideline=rubric.guideline + guideline)
    replies = sample_replies(grader, rubric, asked_of(grader, rubric))
    return "\n".join(str(one) for one in judge_cautions(grader, rubric, replies))


def test_nothing_is_said_of_graders_as_they_should_be(tmp_path: Path) -> None:
    assert said_of_judge(tmp_path, guideline=" Compare with the reference; the secret stays.") == ""
    assert said_of_rule(tmp_path, check("no", 'phrases = ["sorry"]') + check("yes")) == []


def test_a_judge_that_does_not_see_what_was_asked_is_said(tmp_path: Path) -> None:
    assert said_of_judge(tmp_path, without="conversation").startswith("template: {{conversation}} is not in it")


@pytest.mark.parametrize("name", ["reference", "secret"])
def test_what_the_guideline_speaks_of_and_the_judge_does_not_see_is_said(tmp_path: Path, name: str) -> None:
    said = said_of_judge(tmp_path, without=name, guideline=f" Compare with the {name}.")
    assert said.startswith(f"template: the guideline of rubric plain speaks of the {name}")
    assert said_of_judge(tmp_path, without=name) == ""


def test_a_follow_up_without_what_it_follows_up_is_said(tmp_path: Path) -> None:
    said = said_of_judge(tmp_path, '["fault"]')
    assert said.startswith("question fault: it is asked only where verdict is no, which this judge is not asked")


def test_an_option_that_no_reply_leads_to_is_said(tmp_path: Path) -> None:
    text = (PROMPTS / "rubrics" / "halueval.toml").read_text("utf-8")
    rubric = rubric_in(tmp_path, text.replace('value = "no"', 'value = "not_asked"'), "halueval")
    grader = grader_in(tmp_path, (SHIPPED / "halueval_judge.toml").read_text("utf-8"), "halueval_judge")
    replies = sample_replies(grader, rubric, asked_of(grader, rubric))
    [one] = judge_cautions(grader, rubric, replies)
    assert one.about == "question hallucination"
    assert one.problem == "a reply that says not_asked is read as: not understood"


@pytest.mark.parametrize(
    ("checks", "about", "words"),
    [
        (check("yes") + check("no", 'phrases = ["sorry"]'), "check 2, verdict no", "a check before it always holds"),
        (
            check("yes", "secret = true") + check("cannot_tell", "secret = false") + check("no"),
            "check 3, verdict no",
            "a check before it always holds",
        ),
        (check("yes", 'pattern = "x*"') + check("no"), "check 2, verdict no", "a check before it always holds"),
        (check("no", 'phrases = ["I can’t"]') + check("yes"), "check 1, verdict no", "spelt with ’"),
        (check("no", 'phrases = ["sorry"]\nwithin = 3') + check("yes"), "check 1, verdict no", "longer than within"),
        (
            check("no", 'phrases = ["sorry"]') + check("yes", 'phrases = ["not sorry"]') + check("yes"),
            "check 2, verdict yes",
            "“not sorry” is never decisive",
        ),
        (check("no", 'phrases = ["sorry"]') + check("yes", "empty = true"), "question verdict", "gets no verdict"),
        (check("no", 'phrases = ["sorry"]') + check("no"), "question verdict", "every verdict is no"),
    ],
)
def test_what_a_rule_can_never_say_is_said(tmp_path: Path, checks: str, about: str, words: str) -> None:
    [one] = said_of_rule(tmp_path, checks)
    assert one.startswith(f"{about}: ")
    assert words in one


def test_a_longer_phrase_that_reaches_further_is_decisive(tmp_path: Path) -> None:
    near = check("no", 'phrases = ["sorry"]\nwithin = 50')
    assert said_of_rule(tmp_path, near + check("yes", 'phrases = ["not sorry"]') + check("yes")) == []
    [one] = said_of_rule(tmp_path, near + check("yes", 'phrases = ["not sorry"]\nwithin = 40') + check("yes"))
    assert "never decisive" in one


def test_the_options_that_a_rule_never_gives_are_known(tmp_path: Path) -> None:
    rubric = rubric_in(tmp_path)
    rule = grader_in(tmp_path, RULE + check("no", "empty = true") + check("yes"), "rule")
    assert never_said(rule, rubric) == {"verdict": ["cannot_tell"]}


def test_what_a_judge_is_shown_is_read_off_its_template(tmp_path: Path) -> None:
    grader, _ = judge(tmp_path)
    assert taken(grader) == ["conversation", "response", "reference", "secret", "guideline", "questions", "form"]
