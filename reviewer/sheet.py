"""An item as a blind rater sees it, the questions put on it, and the answers drafted there. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from reviewer.model import Answer, Draft, Message, Remark, Subject
from reviewer.question import Per, Question, Scale
from reviewer.rubric import Rubric, asked
from reviewer.store.handout import Handed

OTHER_SIDE = {"first": "second", "second": "first"}


@dataclass(frozen=True, slots=True)
class Pane:
    """One response as a blind rater sees it. `cut_short` says that it ended at a length limit."""

    alias: str
    response: str
    text: str
    reasoning: str | None
    tool_calls: str | None
    cut_short: bool


@dataclass(frozen=True, slots=True)
class Item:
    """What is on screen at once, panes in this rater's order. `number` of `total` counts this rater's items from 1."""

    handed: Handed
    messages: tuple[Message, ...]
    panes: tuple[Pane, ...]
    reference: str | None
    severity: int | None
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class Ask:
    """A question as it is put on an item: about which panes (none: the whole item), stored under which subject."""

    question: Question
    subject: Subject
    panes: tuple[int, ...]


def questions(rubric: Rubric, item: Item, draft: Draft) -> list[Ask]:
    """Return what is asked on `item` now, in order: pane by pane, then each pair of panes, then the whole item."""
    asks = []
    for place, pane in enumerate(item.panes):
        subject = Subject(pane.response)
        asks += [Ask(question, subject, (place,)) for question in asked(rubric, Per.RESPONSE, _given(draft, subject))]
    for left, right in combinations(range(len(item.panes)), 2):
        subject = Subject(*sorted((item.panes[left].response, item.panes[right].response)))
        asks += [
            Ask(question, subject, (left, right))
            for question in asked(rubric, Per.ITEM, _given(draft, subject))
            if compares(rubric, question)
        ]
    asks += [
        Ask(question, Subject(), ())
        for question in asked(rubric, Per.ITEM, _given(draft, Subject()))
        if not compares(rubric, question)
    ]
    return asks


def compares(rubric: Rubric, question: Question) -> bool:
    """Return whether `question` is about a pair of responses: a preference, or a follow-up of one."""
    if question.when is not None:
        return compares(rubric, rubric.question(question.when.question))
    return question.scale is Scale.PREFERENCE


def translated(item: Item, ask: Ask, value: str) -> str:
    """Turn a preference from sides of the screen into order of response id, or back: the same swap does both.

    Preferences are stored by response, so that a label means the same whatever the order of the panes was.
    """
    if ask.question.scale is Scale.PREFERENCE:
        left, right = (item.panes[place].response for place in ask.panes)
        return OTHER_SIDE.get(value, value) if left > right else value
    return value


def about(item: Item, ask: Ask) -> str:
    """Return which panes a question is about, as a prefix such as `A: ` or `A and B: `."""
    names = " and ".join(item.panes[place].alias for place in ask.panes)
    return f"{names}: " if names else ""


def with_answer(draft: Draft, ask: Ask, value: str, now: str) -> Draft:
    """Return `draft` with the stored `value` as the answer to `ask`."""
    return replace(draft, answers={**draft.answers, (ask.subject, ask.question.id): Answer(value, now)})


def without_answer(draft: Draft, ask: Ask) -> Draft:
    """Return `draft` without an answer to `ask`."""
    key = (ask.subject, ask.question.id)
    return replace(draft, answers={asked: answer for asked, answer in draft.answers.items() if asked != key})


def with_remark(draft: Draft, subject: Subject, *, note: str | None = None, confidence: int | None = None) -> Draft:
    """Return `draft` with a note, a confidence, or both, on `subject`; None leaves what is there."""
    before = draft.remarks.get(subject, Remark())
    after = Remark(before.note if note is None else note, before.confidence if confidence is None else confidence)
    return replace(draft, remarks={**draft.remarks, subject: after})


def _given(draft: Draft, subject: Subject) -> Mapping[str, str]:
    return {question: answer.value for (about, question), answer in draft.answers.items() if about == subject}
