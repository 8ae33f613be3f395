"""What the question bar shows of a sheet: the question asked now, and the progress of each pane. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reviewer.definitions.question import Question
from reviewer.definitions.rubric import Rubric
from reviewer.definitions.scale import SIDES
from reviewer.studies.item_sheet import AskedQuestion, Item, ItemSheet, in_words
from reviewer.tui.widgets.question_bar import AnswerProgress, OptionChoice, QuestionText


def current_question(sheet: ItemSheet) -> QuestionText | None:
    """Return the question asked now; None where all is answered."""
    ask = sheet.ask
    if ask is None:
        return None
    return item_question(sheet.item, ask, sheet.value(ask), f"{sheet.place + 1}/{len(sheet.asks)}")


def item_question(item: Item, ask: AskedQuestion, value: str | None, count: str) -> QuestionText:
    """Return a question as it is asked of `item`, with `value`, as it reads on screen, chosen."""
    return QuestionText(
        about=_name(item, ask),
        count=count,
        text=ask.question.text,
        choices=_named(item, ask, _choices(ask.question, () if value is None else ask.question.selected(value))),
        hint=_hint(ask.question, value),
    )


def longest_questions(rubric: Rubric) -> list[QuestionText]:
    """Return every question of the rubric as it takes most room."""
    return [
        QuestionText("A+B", "10/10", question.text, _choices(question, ()), hint=question.scale.traits.hint)
        for question in rubric.questions
    ]


def _choices(question: Question, chosen: tuple[str, ...]) -> tuple[OptionChoice, ...]:
    return tuple(OptionChoice(option.key, option.label, option.value in chosen) for option in question.options)


def _named(item: Item, ask: AskedQuestion, choices: tuple[OptionChoice, ...]) -> tuple[OptionChoice, ...]:
    """Say at the sides of a comparison which panes they are."""
    if not ask.question.scale.traits.compares_pair:
        return choices
    sides = dict(zip(SIDES, (item.panes[place].alias for place in ask.panes), strict=True))
    return tuple(
        replace(choice, label=f"{sides[option.value]}: {choice.label}") if option.value in sides else choice
        for choice, option in zip(choices, ask.question.options, strict=True)
    )


def _hint(question: Question, value: str | None) -> str:
    if question.scale.traits.typed and value is not None:
        return f"answered: {value}"
    return question.scale.traits.hint


def _name(item: Item, ask: AskedQuestion) -> str:
    return "+".join(item.panes[place].alias for place in ask.panes)


def answer_progress(sheet: ItemSheet) -> tuple[AnswerProgress, ...]:
    """Return the progress of each pane, each pair and the item itself, in the order in which they are asked about."""
    return tuple(_answered(sheet))


def _answered(sheet: ItemSheet) -> Iterator[AnswerProgress]:
    by_name: dict[str, list[AskedQuestion]] = {}
    for ask in sheet.asks:
        by_name.setdefault(_name(sheet.item, ask) or "item", []).append(ask)
    for name, asks in by_name.items():
        words = [in_words(ask.question, value) for ask in asks if (value := sheet.value(ask)) is not None]
        complete = all(sheet.value(ask) is not None for ask in asks if ask.question.required)
        remark = sheet.draft.remarks.get(asks[0].subject)
        if remark is not None and remark.note:
            words.append("(note)")
        if remark is not None and remark.confidence is not None:
            words.append(f"(confidence {remark.confidence})")
        yield AnswerProgress(name, ", ".join(words), complete)
