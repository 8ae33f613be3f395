"""What the question bar shows of a sheet: the question asked now, and the progress of each pane. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
        choices=_choices(
            ask.question,
            () if value is None else ask.question.selected(value),
            [item.panes[place].alias for place in ask.panes],
        ),
        hint=_hint(ask.question, value),
    )


def longest_questions(rubric: Rubric) -> list[QuestionText]:
    """Return every question of the rubric as it takes most room."""
    return [
        QuestionText("A+B", "10/10", question.text, _choices(question, (), ("A", "B")), question.scale.traits.hint)
        for question in rubric.questions
    ]


def _choices(question: Question, chosen: tuple[str, ...], aliases: Sequence[str]) -> tuple[OptionChoice, ...]:
    """Return the options of a question; at the sides of a comparison, say which panes they are."""
    sides = dict(zip(SIDES, aliases, strict=True)) if question.scale.traits.compares_pair else {}
    return tuple(
        OptionChoice(
            option.key,
            f"{sides[option.value]}: {option.label}" if option.value in sides else option.label,
            option.value in chosen,
        )
        for option in question.options
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
