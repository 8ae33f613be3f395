"""A judge's reply as verdicts: a label where the reply is exactly one, else declined or not understood.

Nothing is searched for inside a reply: a letter in a word, or a verdict that the judge quotes from the response, is not
the judge's own. SimpleQA's published pattern takes the first of A, B and C anywhere, so that "CORRECT" counts as C
(`simpleqa_eval.py` in openai/simple-evals).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from reviewer.definitions.option_spelling import accepted
from reviewer.definitions.question import Question
from reviewer.definitions.rubric import Rubric
from reviewer.definitions.scale import SIDES
from reviewer.grading.definition import LETTERS, Grader, ReplyForm
from reviewer.grading.judge_prompt import NOT_ASKED, SHOWN_SIDES, JudgePrompt, judge_value
from reviewer.grading.material import GraderVerdict
from reviewer.model import LabelState

FENCE = re.compile(r"\A```[a-z]*\n(.*)\n```\Z", re.DOTALL)
# Possessive, and the end is stripped apart: a line of many marks would else be tried in every division.
ANSWER_LINE = re.compile(r"[*_`\s]*+([a-z0-9_]++)[*_`]*+\s*+:\s*+(.*)")
MARKS = re.compile(r"\A[*_`\s]*+")
# How models decline, at the beginning of a reply that holds no verdict.
DECLINES = re.compile(
    r"(?:i'm|i am) (?:(?:very |really )?sorry|unable|not able|not comfortable)|sorry,|i apologi[sz]e"
    r"|i (?:can't|cannot|can not|won't|will not|must decline|do not feel comfortable|don't feel comfortable)"
)
DECLINED_STOPS = frozenset({"refusal", "content_filter"})


@dataclass(frozen=True, slots=True)
class JudgeReply:
    """What a judge replied: its text, the refusal that its provider sets apart, and why it stopped."""

    text: str
    refusal: str | None = None
    stop_reason: str | None = None


def read(grader: Grader, rubric: Rubric, asked: JudgePrompt, said: JudgeReply) -> list[GraderVerdict]:
    """Return one verdict for each question that the reply had to answer.

    A follow-up whose condition does not hold has none. Where the reply is no verdict, the questions that are always
    asked are `refused` or `unparsed`.
    """
    questions = [rubric.question(name) for name in grader.questions]
    if said.refusal or said.stop_reason in DECLINED_STOPS:
        return _without(questions, LabelState.REFUSED)
    given = _given(grader, asked, said.text.strip(), questions)
    if given is None:
        declined = DECLINES.match(said.text.strip().casefold().replace("’", "'"))
        return _without(questions, LabelState.REFUSED if declined else LabelState.UNPARSED)
    verdicts: dict[str, GraderVerdict] = {}
    for question in questions:
        if question.when is not None and question.when.question in grader.questions:
            parent = verdicts.get(question.when.question)
            if parent is None or parent.value is None:
                continue
            chosen = rubric.question(parent.question).selected(parent.value)
            if not set(chosen) & set(question.when.values):
                continue
        verdicts[question.id] = _verdict(question, given.get(question.id), asked)
    return list(verdicts.values())


def _without(questions: list[Question], state: LabelState) -> list[GraderVerdict]:
    return [GraderVerdict(question.id, state) for question in questions if question.when is None] or [
        GraderVerdict(question.id, state) for question in questions
    ]


def _verdict(question: Question, answer: object, asked: JudgePrompt) -> GraderVerdict:
    if isinstance(answer, str):
        answer = answer.strip()
        if answer == NOT_ASKED:
            return GraderVerdict(question.id, LabelState.UNPARSED)
        if question.scale.traits.compares_pair and answer in SHOWN_SIDES:
            sides = SIDES[::-1] if asked.swapped else SIDES
            answer = sides[SHOWN_SIDES.index(answer)]
        elif question.scale.traits.compares_pair and answer in SIDES:
            return GraderVerdict(question.id, LabelState.UNPARSED)  # which of them it means nobody can tell
    try:
        return GraderVerdict(question.id, LabelState.LABEL, accepted(question, answer))
    except ValueError:
        return GraderVerdict(question.id, LabelState.UNPARSED)


def _given(grader: Grader, asked: JudgePrompt, text: str, questions: list[Question]) -> Mapping[str, object] | None:
    """Return the answers that the reply spells, by question; None where it has another form."""
    match grader.reading:
        case ReplyForm.LETTER:
            [question] = questions
            order = asked.options[question.id]
            bare = text.strip("*_`().: \n")
            if len(bare) != 1 or bare not in LETTERS[: len(order)]:
                return None
            return {question.id: judge_value(question, order[LETTERS.index(bare)])}
        case ReplyForm.LINES:
            return _last_lines(text, len(questions), {question.id for question in questions})
        case ReplyForm.JSON:
            return _object(text)


def _last_lines(text: str, count: int, names: set[str]) -> Mapping[str, object] | None:
    """Return the answers of the last lines; a line of another form ends them."""
    given: dict[str, object] = {}
    lines = [line for line in text.split("\n") if line.strip()]
    for line in reversed(lines[-count:]):
        match = ANSWER_LINE.fullmatch(line)
        if match is None or match[1] not in names or match[1] in given:
            break
        given[match[1]] = MARKS.sub("", match[2][::-1], count=1)[::-1]
    return given or None


def _object(text: str) -> Mapping[str, object] | None:
    """Return the reply as one JSON object, alone or inside one code fence; a key said twice is no answer."""
    fenced = FENCE.match(text)
    try:
        value = json.loads(fenced[1] if fenced else text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found
