"""What a judge is sent: the template with its gaps filled, the options in an order of their own, texts inside fences.

Foreign text stands between two lines that name a code. The code is a digest of the text itself, so no text can hold it:
nothing in a response can end its fence and pass for the judge's instructions.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from reviewer.definitions.question import Question
from reviewer.definitions.rubric import Rubric
from reviewer.definitions.scale import SIDES, AnswerForm
from reviewer.grading.definition import LETTERS, PLACEHOLDER, Grader, ReplyForm
from reviewer.grading.material import Material
from reviewer.model import Message, Role, digest
from reviewer.study_design.blinding import rank

NOT_ASKED = "not_asked"
NONE = "(none is given)"
CODE_LENGTH = 12
SHOWN_SIDES = ("A", "B")  # of two responses, in the order shown


@dataclass(frozen=True, slots=True)
class JudgePrompt:
    """A request to a judge: its messages, the JSON schema of its reply where that has one, and the orders chosen.

    `options` lists each question's values in the order shown. `swapped` says that, of two responses, the second was
    shown first.
    """

    messages: tuple[Message, ...]
    schema: dict[str, Any] | None
    options: dict[str, tuple[str, ...]]
    swapped: bool = False


def ask(grader: Grader, rubric: Rubric, material: Material, *, seed: int, repeat: int) -> JudgePrompt:
    """Return what the judge is sent about `material`; every repeat has orders of its own, fixed by `seed`."""
    questions = [rubric.question(name) for name in grader.questions]
    orders = {
        question.id: tuple(
            sorted(question.values, key=lambda value: rank(seed, "option", material.name, repeat, question.id, value))
        )
        for question in questions
    }
    swapped = len(material.responses) > 1 and bool(rank(seed, "side", material.name, repeat) & 1)
    filled = {
        "conversation": _conversation(material.messages),
        "response": _responses(material.responses[::-1] if swapped else material.responses),
        "reference": NONE if material.reference is None else fenced("REFERENCE", material.reference),
        "secret": NONE if material.secret is None else fenced("SECRET", material.secret),
        "guideline": rubric.guideline.strip(),
        "questions": "\n\n".join(_question(question, orders[question.id], grader.reading) for question in questions),
        "form": _form(questions, grader.reading),
    }
    # One pass over the template: a gap in what is filled in stays text.
    user = PLACEHOLDER.sub(lambda gap: filled[gap[1]], grader.template.strip())
    messages = [Message(Role.USER, user)]
    if grader.system:
        messages.insert(0, Message(Role.SYSTEM, grader.system.strip()))
    schema = _schema(questions, orders) if grader.reading is ReplyForm.JSON else None
    return JudgePrompt(tuple(messages), schema, orders, swapped)


def fenced(what: str, text: str) -> str:
    """Return `text` between two lines that it cannot imitate."""
    code = digest("fence", text)[:CODE_LENGTH]
    return f"<<<{what} {code}\n{text}\n{what} {code}>>>"


def _conversation(messages: Sequence[Message]) -> str:
    return "\n\n".join(fenced(message.role.value.upper(), message.content) for message in messages)


def _responses(texts: Sequence[str]) -> str:
    if len(texts) == 1:
        return fenced("RESPONSE", texts[0])
    return "\n\n".join(fenced(f"RESPONSE {side}", text) for side, text in zip(SHOWN_SIDES, texts, strict=True))


def _question(question: Question, order: Sequence[str], reading: ReplyForm) -> str:
    lines = [f"{question.id}: {question.text}"]
    if question.when is not None:
        values = " or ".join(question.when.values)
        lines[0] += f" (only if {question.when.question} is {values}, else {NOT_ASKED})"
    for place, value in enumerate(order):
        name = LETTERS[place] if reading is ReplyForm.LETTER else judge_value(question, value)
        lines.append(f"- {name}: {_label(question, value)}")
    return "\n".join(lines)


def judge_value(question: Question, value: str) -> str:
    """Return a value as the judge is to write it: of two responses, it knows sides, not which is stored first."""
    return SHOWN_SIDES[SIDES.index(value)] if _names_a_side(question, value) else value


def _label(question: Question, value: str) -> str:
    if _names_a_side(question, value):
        return f"response {judge_value(question, value)} is better"
    return question.option(value).label


def _names_a_side(question: Question, value: str) -> bool:
    return question.scale.traits.compares_pair and value in SIDES


def _form(questions: Sequence[Question], reading: ReplyForm) -> str:
    match reading:
        case ReplyForm.LETTER:
            letters = ", ".join(LETTERS[: len(questions[0].options)])
            return f"Answer with one letter ({letters}) and nothing else."
        case ReplyForm.LINES:
            shape = "\n".join(f"{question.id}: VALUE" for question in questions)
            return f"End your answer with these lines, each with one of its values, and nothing after them:\n{shape}"
        case ReplyForm.JSON:
            shape = json.dumps({question.id: _shape(question) for question in questions})
            return f"Answer with one JSON object of this form and nothing else:\n{shape}"


def _shape(question: Question) -> object:
    match question.scale.traits.form:
        case AnswerForm.ONE | AnswerForm.TEXT:
            return "VALUE"
        case AnswerForm.SEVERAL:
            return ["VALUE"]
        case AnswerForm.NUMBER:
            return 0
        case form:
            assert_never(form)


def _schema(questions: Sequence[Question], orders: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return the JSON schema of the reply in the form that both providers enforce: all keys required, none beside."""
    return {
        "type": "object",
        "properties": {question.id: _property(question, orders[question.id]) for question in questions},
        "required": [question.id for question in questions],
        "additionalProperties": False,
    }


def _property(question: Question, order: Sequence[str]) -> dict[str, Any]:
    names = [judge_value(question, value) for value in order]
    match question.scale.traits.form:
        case AnswerForm.ONE:
            return {"type": "string", "enum": names + ([NOT_ASKED] if question.when is not None else [])}
        case AnswerForm.SEVERAL:
            return {"type": "array", "items": {"type": "string", "enum": names}}
        case AnswerForm.NUMBER:
            return {"type": "number"}
        case AnswerForm.TEXT:
            return {"type": "string"}
        case form:
            assert_never(form)
