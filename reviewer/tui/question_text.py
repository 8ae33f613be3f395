"""What the question bar shows of a sheet: the question that is put, and how far each pane is. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reviewer.definitions.question import FREE_SCALES, Question, Scale
from reviewer.definitions.rubric import Rubric
from reviewer.studies.item_sheet import Ask, Item, Sheet
from reviewer.tui.widgets.question_bar import Answered, Choice, Put

HINTS = {
    Scale.MULTI: "keys switch options on and off; ↓ goes on",
    Scale.TEXT: "e opens a line to write in; ↓ leaves it open",
    Scale.INTERVAL: "e opens a line for the number; ↓ leaves it open",
}


def put(sheet: Sheet) -> Put | None:
    """Return the question that is put now; None where all is answered."""
    ask = sheet.ask
    if ask is None:
        return None
    return put_on(sheet.item, ask, sheet.value(ask), f"{sheet.place + 1}/{len(sheet.asks)}")


def put_on(item: Item, ask: Ask, value: str | None, count: str) -> Put:
    """Return a question as it is put on `item`, with `value`, as it reads on screen, chosen."""
    return Put(
        about=_name(item, ask),
        count=count,
        text=ask.question.text,
        choices=_named(item, ask, _choices(ask.question, () if value is None else ask.question.selected(value))),
        hint=_hint(ask.question, value),
    )


def puts(rubric: Rubric) -> list[Put]:
    """Return every question of the rubric as it takes most room."""
    return [
        Put("A+B", "10/10", question.text, _choices(question, ()), hint=HINTS.get(question.scale, ""))
        for question in rubric.questions
    ]


def _choices(question: Question, chosen: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(option.key, option.label, option.value in chosen) for option in question.options)


def _named(item: Item, ask: Ask, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Say at the sides of a comparison which panes they are."""
    if ask.question.scale is not Scale.PREFERENCE:
        return choices
    sides = dict(zip(("first", "second"), (item.panes[place].alias for place in ask.panes), strict=True))
    return tuple(
        replace(choice, label=f"{sides[option.value]}: {choice.label}") if option.value in sides else choice
        for choice, option in zip(choices, ask.question.options, strict=True)
    )


def _hint(question: Question, value: str | None) -> str:
    if question.scale in FREE_SCALES and value is not None:
        return f"answered: {value}"
    return HINTS.get(question.scale, "")


def _name(item: Item, ask: Ask) -> str:
    return "+".join(item.panes[place].alias for place in ask.panes)


def answered(sheet: Sheet) -> tuple[Answered, ...]:
    """Return how far each pane, pair and the item itself are, in the order in which they are asked about."""
    return tuple(_answered(sheet))


def _answered(sheet: Sheet) -> Iterator[Answered]:
    by_name: dict[str, list[Ask]] = {}
    for ask in sheet.asks:
        by_name.setdefault(_name(sheet.item, ask) or "item", []).append(ask)
    for name, asks in by_name.items():
        words = [in_words(ask, value) for ask in asks if (value := sheet.value(ask)) is not None]
        complete = all(sheet.value(ask) is not None for ask in asks if ask.question.required)
        remark = sheet.draft.remarks.get(asks[0].subject)
        if remark is not None and remark.note:
            words.append("(note)")
        if remark is not None and remark.confidence is not None:
            words.append(f"(confidence {remark.confidence})")
        yield Answered(name, ", ".join(words), complete)


def in_words(ask: Ask, value: str) -> str:
    """Return an answer in the words of its options."""
    selected = ask.question.selected(value)
    return "/".join(ask.question.option(one).label for one in selected) if selected else value
