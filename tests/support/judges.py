"""Graders for tests: definitions written into a folder, a rubric to answer, and material to show."""

from __future__ import annotations

from pathlib import Path

from reviewer.definitions.rubric import Rubric, read_rubric
from reviewer.grading.definition import Grader, read_grader
from reviewer.grading.judge_prompt import JudgePrompt, ask
from reviewer.grading.material import Material
from reviewer.model import Message, Role
from tests.support.commands import PREFERENCE, RUBRIC

HEAD = """
id = "{name}"
version = 1
kind = "judge"
rubric = "{rubric}"
questions = {questions}
title = "A judge"
source = "this test"
reading = "{reading}"
system = "Grade."
"""
TEMPLATE = '''template = """
{{conversation}}
{{response}}
{{reference}}
{{secret}}
{{guideline}}
{{questions}}
{{form}}
"""
'''
RULE = """
id = "rule"
version = 1
kind = "rule"
rubric = "plain"
questions = ["verdict"]
title = "A rule"
source = "this test"
"""
PLAIN = Material("r1", (Message(Role.USER, "What is 1?"),), ("It is 1.",))
PAIR = Material("r1+r2", (Message(Role.USER, "What is 1?"),), ("first text", "second text"))


def rubric_in(folder: Path, text: str = RUBRIC, name: str = "plain") -> Rubric:
    rubrics = folder / "prompts" / "rubrics"
    rubrics.mkdir(parents=True, exist_ok=True)
    (rubrics / f"{name}.toml").write_text(text, encoding="utf-8")
    return read_rubric(rubrics / f"{name}.toml")


def definition(questions: str = '["verdict", "fault"]', reading: str = "json", rubric: str = "plain") -> str:
    return HEAD.format(name="judge", rubric=rubric, questions=questions, reading=reading) + TEMPLATE


def grader_in(folder: Path, text: str, name: str = "judge") -> Grader:
    graders = folder / "prompts" / "graders"
    graders.mkdir(parents=True, exist_ok=True)
    (graders / f"{name}.toml").write_text(text, encoding="utf-8")
    return read_grader(graders / f"{name}.toml", [folder / "prompts" / "rubrics"])


def judge(folder: Path, questions: str = '["verdict", "fault"]', reading: str = "json") -> tuple[Grader, Rubric]:
    rubric = rubric_in(folder)
    return grader_in(folder, definition(questions, reading)), rubric


def comparing(folder: Path, reading: str = "json") -> tuple[Grader, Rubric]:
    rubric = rubric_in(folder, PREFERENCE, "better")
    return grader_in(folder, definition('["preferred"]', reading, "better")), rubric


def asked_of(
    grader: Grader, rubric: Rubric, material: Material = PLAIN, *, seed: int = 0, repeat: int = 1
) -> JudgePrompt:
    return ask(grader, rubric, material, seed=seed, repeat=repeat)
