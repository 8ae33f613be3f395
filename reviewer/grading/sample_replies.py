"""Replies that a judge could give, each read as the judge's own would be. Pure; asks no model.

Among them are the replies that name each option just as they should: an option whose own reply is read as something
else can never be a verdict.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reviewer.definitions.question import Question
from reviewer.definitions.rubric import Rubric
from reviewer.definitions.scale import SIDES, AnswerForm
from reviewer.grading.definition import LETTERS, Grader, ReplyForm
from reviewer.grading.judge_prompt import NOT_ASKED, JudgePrompt, judge_value
from reviewer.grading.judge_reply import JudgeReply, read
from reviewer.grading.material import GraderVerdict
from reviewer.model import LabelState

NO_OPTION = "no_such_option"
DECLINED = "I'm sorry, but I can't help with that."
NUMBER = "1"

Answers = Mapping[str, str | None]  # by question; None where a follow-up is not asked


@dataclass(frozen=True, slots=True)
class SampleReply:
    """A reply, what is odd about it, and what it is read as; `meant` are the answers that it spells as asked for."""

    what: str
    reply: str
    verdicts: tuple[GraderVerdict, ...]
    meant: Answers | None = None

    @property
    def misread(self) -> list[str]:
        """The questions whose answer is read as another one, or as none."""
        if self.meant is None:
            return []
        told = {verdict.question: verdict.value for verdict in self.verdicts}
        return [question for question, value in self.meant.items() if told.get(question) != value]


def sample_replies(grader: Grader, rubric: Rubric, asked: JudgePrompt) -> list[SampleReply]:
    """Return sample replies to `asked`: one for each option that is left, then the ones that judges give as well."""
    every = list(_answers(grader, rubric))
    found = [_sample("", _spelled(grader, rubric, asked, one), grader, rubric, asked, one) for one in every]
    first = _spelled(grader, rubric, asked, every[0])
    other = _spelled(grader, rubric, asked, every[-1])
    for what, reply in (
        ("words around it", f"My verdict: {first}. I hope that helps!"),
        *([("in a code fence", f"```json\n{first}\n```")] if grader.reading is ReplyForm.JSON else []),
        ("two verdicts", f"{first}\n{other}"),
        ("no option", _spelled(grader, rubric, asked, {**every[0], grader.questions[0]: NO_OPTION})),
        ("declined", DECLINED),
        ("empty", ""),
    ):
        found.append(_sample(what, reply, grader, rubric, asked))
    return found


def _sample(
    what: str, reply: str, grader: Grader, rubric: Rubric, asked: JudgePrompt, meant: Answers | None = None
) -> SampleReply:
    return SampleReply(what, reply, tuple(read(grader, rubric, asked, JudgeReply(reply))), meant)


def _answers(grader: Grader, rubric: Rubric) -> Iterator[Answers]:
    """Yield answers to all questions until each option was among them, the conditions of follow-ups kept."""
    questions = [rubric.question(name) for name in grader.questions]
    left = {(question.id, value) for question in questions for value in _values(question)}
    while left:
        target, wanted = next(
            (question, value) for question in questions for value in _values(question) if (question.id, value) in left
        )
        needed = {target.id: wanted} | _needed(rubric, target)
        answers: dict[str, str | None] = {}
        for question in questions:
            values = _values(question)
            fresh = next((value for value in values if (question.id, value) in left), values[0])
            answers[question.id] = needed.get(question.id, fresh) if _is_asked(grader, question, answers) else None
        left -= {(name, value) for name, value in answers.items() if value is not None}
        yield {name: _stored(rubric.question(name), value) for name, value in answers.items()}


def _values(question: Question) -> tuple[str, ...]:
    return question.values or (NUMBER,)


def _stored(question: Question, value: str | None) -> str | None:
    return None if value is None else question.accept(value)


def _needed(rubric: Rubric, question: Question) -> dict[str, str]:
    """Return the answers to other questions without which `question` is not asked."""
    found = {}
    while question.when is not None:
        found[question.when.question] = question.when.values[0]
        question = rubric.question(question.when.question)
    return found


def _is_asked(grader: Grader, question: Question, answers: Answers) -> bool:
    if question.when is None or question.when.question not in grader.questions:
        return True
    return answers[question.when.question] in question.when.values


def _spelled(grader: Grader, rubric: Rubric, asked: JudgePrompt, answers: Answers) -> str:
    """Return the reply that gives `answers` in the form that the judge is asked for."""
    shown = {name: _shown(rubric.question(name), value, asked) for name, value in answers.items()}
    match grader.reading:
        case ReplyForm.LETTER:
            [(name, [value])] = shown.items()
            names = [judge_value(rubric.question(name), one) for one in asked.options[name]]
            return LETTERS[names.index(value)] if value in names else value
        case ReplyForm.LINES:
            return "\n".join(f"{name}: {'|'.join(values) or NOT_ASKED}" for name, values in shown.items())
        case ReplyForm.JSON:
            return json.dumps({name: _json_value(rubric.question(name), values) for name, values in shown.items()})


def _shown(question: Question, stored: str | None, asked: JudgePrompt) -> list[str]:
    """Return the options of a stored answer as the judge is to write them: of two responses by the side shown."""
    if stored is None:
        return []
    if stored == NO_OPTION:
        return [NO_OPTION]
    values = question.selected(stored) or (stored,)
    if question.scale.traits.compares_pair and asked.swapped:
        values = tuple(SIDES[1 - SIDES.index(value)] if value in SIDES else value for value in values)
    return [judge_value(question, value) for value in values]


def _json_value(question: Question, values: list[str]) -> object:
    match question.scale.traits.form:
        case AnswerForm.SEVERAL:
            return values
        case AnswerForm.NUMBER:
            return 0 if not values else NO_OPTION if values == [NO_OPTION] else float(values[0])
        case _:
            return values[0] if values else NOT_ASKED


def verdicts_in_words(grader: Grader, verdicts: Sequence[GraderVerdict]) -> str:
    """Return what a grader says; which question a verdict answers only where it is asked several."""
    words = {LabelState.REFUSED: "declined", LabelState.UNPARSED: "not understood"}
    named = len(grader.questions) > 1
    said = (f"{one.question} " * named + str(words.get(one.state, one.value)) for one in verdicts)
    return ", ".join(said) or "no verdict"
