"""Definitions of graders: what is refused, and the ones that are shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewer.definitions.lookup import folders, known
from reviewer.errors import BadInput, NotFound
from reviewer.grading.definition import GraderKind, find_grader, read_grader
from tests.support.judges import RULE, definition, grader_in, judge, rubric_in

SHIPPED = sorted(known([folders("graders")[1]]))


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_grader_fits_its_rubric(name: str) -> None:
    grader = find_grader(name, folders("graders")[1:], folders("rubrics")[1:])
    assert grader.id == name
    assert grader.source


def test_every_shipped_rubric_has_a_judge() -> None:
    graders = [read_grader(path, folders("rubrics")[1:]) for path in known([folders("graders")[1]]).values()]
    judged = {grader.rubric for grader in graders if grader.kind is GraderKind.JUDGE}
    assert judged == set(known([folders("rubrics")[1]]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('["verdict", "fault"]', '["missing"]'), "no question missing; expected one of verdict, fault, comment"),
        (('["verdict", "fault"]', '["comment"]'), "free text"),
        (('["verdict", "fault"]', "[]"), "questions are none"),
        (('["verdict", "fault"]', '["verdict", "verdict"]'), "each once"),
        (('reading = "json"', 'reading = "letter"'), "a letter answers one question"),
        (('reading = "json"', 'reading = "words"'), "one of json, letter, lines"),
        (("{{guideline}}", "{{model}}"), "there is no {{model}}"),
        (("{{response}}", ""), "{{response}} is missing"),
        (("{{form}}", ""), "{{form}} is missing"),
        (("{{questions}}", ""), "{{questions}} is missing"),
        (('kind = "judge"', 'kind = "oracle"'), "one of judge, rule"),
        (('rubric = "plain"', 'rubric = "plane"'), "plane: not one of the rubrics"),
        (('title = "A judge"', 'title = "A judge"\ncolour = "red"'), "colour"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_judge_that_cannot_work_is_refused_with_its_line(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    rubric_in(tmp_path)
    with pytest.raises(BadInput) as refused:
        grader_in(tmp_path, definition().replace(*change))
    assert message in str(refused.value)
    assert "judge.toml:" in str(refused.value)


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ("", "check"),
        ('question = "verdict"\nvalue = "maybe"', "no option of verdict"),
        ('question = "fault"\nvalue = "fact"', "question is fault"),
        ('question = "verdict"\nvalue = "no"\npattern = "("', "not a regular expression"),
        ('question = "verdict"\nvalue = "no"\nleaks = ["morse"]', "there is no form morse"),
        ('question = "verdict"\nvalue = "no"\nphrases = [" "]', "a phrase is empty"),
        ('question = "verdict"\nvalue = "no"\nwithin = 5', "within is 5"),
        ('question = "verdict"\nvalue = "no"\nempty = true\nsecret = true', "several conditions"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(tmp_path: Path, check: str, message: str) -> None:
    rubric_in(tmp_path)
    with pytest.raises(BadInput) as refused:
        grader_in(tmp_path, RULE + (f"[[check]]\n{check}\n" if check else ""), "rule")
    assert message in str(refused.value)


def test_the_hash_is_of_what_could_change_a_verdict(tmp_path: Path) -> None:
    grader, _ = judge(tmp_path)
    commented = grader_in(tmp_path, "# a comment\n" + definition())
    reworded = grader_in(tmp_path, definition().replace("Grade.", "Judge."))
    assert commented.hash == grader.hash
    assert reworded.hash != grader.hash


def test_a_grader_that_is_not_there_is_named_with_the_nearest() -> None:
    with pytest.raises(NotFound, match="did you mean refusal_judge"):
        find_grader("refusal_juge", folders("graders")[1:], folders("rubrics")[1:])
