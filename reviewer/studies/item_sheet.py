"""An item as a blind rater sees it, the questions put on it, and the answers drafted there. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, replace
from itertools import combinations

from reviewer.definitions.question import Per, Question
from reviewer.definitions.rubric import Rubric, asked
from reviewer.definitions.scale import OTHER_SIDE
from reviewer.model import Answer, Draft, Message, Remark, Subject, canonical, message_values
from reviewer.store.assignment import AssignedItem
from reviewer.store.items import ItemContent
from reviewer.study_design.blinding import alias, pane_order

CUT_SHORT = frozenset({"length", "max_tokens", "max_output_tokens", "model_context_window_exceeded"})


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
    """What is on screen at once, panes in this rater's order. `number` of `total` counts this rater's items from 1.

    `secret` is given only where the study's `aids` show raters where it leaks: `before` or `after` they answered.
    """

    handed: AssignedItem
    messages: tuple[Message, ...]
    panes: tuple[Pane, ...]
    reference: str | None
    secret: str | None
    aids: str
    severity: int | None
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as it is asked of an item: about which panes (none: the whole item), stored under which subject."""

    question: Question
    subject: Subject
    panes: tuple[int, ...]


def panes_of(content: ItemContent, seed: int, viewer: str) -> tuple[Pane, ...]:
    """Return the responses of an item in the order in which `viewer` sees them, under aliases."""
    shown = {one.id: canonical(list(astuple(one)[1:])) for one in content.responses}
    order = pane_order(seed, viewer, canonical(message_values(content.messages)), shown)
    by_id = {response.id: response for response in content.responses}
    return tuple(
        Pane(
            alias=alias(place),
            response=response.id,
            # What a provider returns in a refusal field is what its user sees.
            text=response.text or response.refusal or "",
            reasoning=response.reasoning,
            tool_calls=response.tool_calls,
            cut_short=response.stop_reason in CUT_SHORT,
        )
        for place, response in enumerate(by_id[identity] for identity in order)
    )


def questions(rubric: Rubric, item: Item, draft: Draft) -> list[AskedQuestion]:
    """Return what is asked on `item` now, in order: pane by pane, then each pair of panes, then the whole item."""
    asks = []
    for place, pane in enumerate(item.panes):
        subject = Subject(pane.response)
        asks += [
            AskedQuestion(question, subject, (place,))
            for question in asked(rubric, Per.RESPONSE, _given(draft, subject))
        ]
    for left, right in combinations(range(len(item.panes)), 2):
        subject = Subject(*sorted((item.panes[left].response, item.panes[right].response)))
        asks += [
            AskedQuestion(question, subject, (left, right))
            for question in asked(rubric, Per.ITEM, _given(draft, subject))
            if compares(rubric, question)
        ]
    asks += [
        AskedQuestion(question, Subject(), ())
        for question in asked(rubric, Per.ITEM, _given(draft, Subject()))
        if not compares(rubric, question)
    ]
    return asks


def compares(rubric: Rubric, question: Question) -> bool:
    """Return whether `question` is about a pair of responses: a preference, or a follow-up of one."""
    if question.when is not None:
        return compares(rubric, rubric.question(question.when.question))
    return question.scale.traits.compares_pair


def translated(item: Item, ask: AskedQuestion, value: str) -> str:
    """Turn a preference from sides of the screen into order of response id, or back: the same swap does both.

    Preferences are stored by response, so that a label means the same whatever the order of the panes was.
    """
    if ask.question.scale.traits.compares_pair:
        left, right = (item.panes[place].response for place in ask.panes)
        return OTHER_SIDE.get(value, value) if left > right else value
    return value


def in_words(question: Question, value: str) -> str:
    """Return an answer, as it reads on screen, in the labels of its options; what was typed stays as it is."""
    selected = question.selected(value)
    return "/".join(question.option(one).label for one in selected) if selected else value


def about(item: Item, ask: AskedQuestion) -> str:
    """Return which panes a question is about, as a prefix such as `A: ` or `A and B: `."""
    names = " and ".join(item.panes[place].alias for place in ask.panes)
    return f"{names}: " if names else ""


def with_answer(draft: Draft, ask: AskedQuestion, value: str, now: str) -> Draft:
    """Return `draft` with the stored `value` as the answer to `ask`."""
    return replace(draft, answers={**draft.answers, (ask.subject, ask.question.id): Answer(value, now)})


def without_answer(draft: Draft, ask: AskedQuestion) -> Draft:
    """Return `draft` without an answer to `ask`."""
    key = (ask.subject, ask.question.id)
    return replace(draft, answers={other: answer for other, answer in draft.answers.items() if other != key})


def with_remark(draft: Draft, subject: Subject, *, note: str | None = None, confidence: int | None = None) -> Draft:
    """Return `draft` with a note, a confidence, or both, on `subject`; None leaves what is there."""
    before = draft.remarks.get(subject, Remark())
    after = Remark(before.note if note is None else note, before.confidence if confidence is None else confidence)
    return replace(draft, remarks={**draft.remarks, subject: after})


def _given(draft: Draft, subject: Subject) -> Mapping[str, str]:
    return {question: answer.value for (about, question), answer in draft.answers.items() if about == subject}


@dataclass(frozen=True, slots=True)
class ItemSheet:
    """An item being filled in: the draft, the question asked now, and what was answered since it was taken up.

    Each act gives a new sheet. `place` counts the questions from 0; past the last one, nothing required is missing.
    """

    rubric: Rubric
    item: Item
    draft: Draft
    place: int = 0
    answered: tuple[AskedQuestion, ...] = ()

    @property
    def asks(self) -> list[AskedQuestion]:
        """What is asked on the item, as the draft stands."""
        return questions(self.rubric, self.item, self.draft)

    @property
    def ask(self) -> AskedQuestion | None:
        """The question asked now; None where the item waits to be submitted."""
        asks = self.asks
        return asks[self.place] if self.place < len(asks) else None

    @property
    def missing(self) -> AskedQuestion | None:
        """The first required question without an answer."""
        return next((ask for ask in self.asks if ask.question.required and self.value(ask) is None), None)

    def value(self, ask: AskedQuestion) -> str | None:
        """Return the answer to `ask` as it reads on screen, where `first` is the left one of two panes."""
        answer = self.draft.answers.get((ask.subject, ask.question.id))
        return None if answer is None else translated(self.item, ask, answer.value)

    def at(self, place: int) -> ItemSheet:
        """Return the sheet at question number `place`; past the end, at what is still missing."""
        asks = self.asks
        if place >= len(asks):
            missing = self.missing
            place = len(asks) if missing is None else asks.index(missing)
        return replace(self, place=max(place, 0))

    def at_pane(self, pane: int) -> ItemSheet:
        """Return the sheet with the first open question about one pane put, or its first where none is open."""
        asks = self.asks
        mine = [place for place, ask in enumerate(asks) if ask.panes == (pane,)]
        still_open = [place for place in mine if self.value(asks[place]) is None]
        return self.at((still_open or mine)[0]) if mine else self

    def past_optional(self) -> ItemSheet:
        """Return the sheet with the next question put that must be answered or that a key answers.

        What may be left open and has to be written is stepped over; it can still be gone to.
        """
        asks = self.asks
        place = self.place
        while place < len(asks) and not asks[place].question.required and asks[place].question.scale.traits.typed:
            place += 1
        return self.at(place)

    def resumed(self) -> ItemSheet:
        """Return the sheet with the question after the last answered one put."""
        return self.at(
            max((place + 1 for place, ask in enumerate(self.asks) if self.value(ask) is not None), default=0)
        )

    def answer(self, ask: AskedQuestion, value: str, now: str) -> ItemSheet:
        """Return the sheet with `value`, as it reads on screen, as the answer to `ask`, and the next question put."""
        draft = with_answer(self.draft, ask, translated(self.item, ask, value), now)
        place = self.asks.index(ask) + 1
        return replace(self, draft=draft, answered=(*self.answered, ask)).at(place)

    def toggled(self, ask: AskedQuestion, option: str, now: str) -> ItemSheet:
        """Return the sheet with `option` chosen beside the others, or no longer; the question stays put."""
        value = self.value(ask)
        chosen = set(() if value is None else ask.question.selected(value)) ^ {option}
        changed = self.answer(ask, ask.question.accept(sorted(chosen)), now) if chosen else self.cleared(ask)
        return changed.at(self.place)

    def cleared(self, ask: AskedQuestion) -> ItemSheet:
        """Return the sheet without an answer to `ask`."""
        return replace(self, draft=without_answer(self.draft, ask))

    def undone(self) -> ItemSheet | None:
        """Return the sheet without the answer given last, its question put again; None where none was given."""
        if not self.answered:
            return None
        *before, last = self.answered
        sheet = replace(self.cleared(last), answered=tuple(before))
        return sheet.at(sheet.asks.index(last) if last in sheet.asks else 0)

    def remarked(self, subject: Subject, *, note: str | None = None, confidence: int | None = None) -> ItemSheet:
        """Return the sheet with a note, a confidence, or both, on `subject`; None leaves what is there."""
        return replace(self, draft=with_remark(self.draft, subject, note=note, confidence=confidence))

    def is_answered(self, response: str) -> bool:
        """Return whether all that is required about one response is answered."""
        mine = [ask for ask in self.asks if ask.subject == Subject(response) and ask.question.required]
        return all(self.value(ask) is not None for ask in mine)
