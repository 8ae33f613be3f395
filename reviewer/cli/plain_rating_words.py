"""What a rater can type where rating is line by line: answers and commands, and how a line is known to be one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from reviewer.definitions.question import Question
from reviewer.definitions.scale import AnswerForm


@dataclass(frozen=True, slots=True)
class Command:
    """A word that the rater can type, its key on the rating screen, and what it does."""

    word: str
    key: str
    usage: str
    does: str


COMMANDS = (
    Command("submit", "", "submit (or an empty line)", "save the item, once all is answered"),
    Command("undo", "u", "undo", "take back the last answer, or the last submitted item"),
    Command("clear", "", "clear", "clear the answer to this question"),
    Command("back", "", "back", "go to the question before"),
    Command("next", "", "next", "go to the next question"),
    Command("skip", "s", "skip", "leave the item; it comes back at the end"),
    Command("flag", "f", "flag REASON, or flag @B REASON", "say that something is wrong with the item, or with B"),
    Command("note", "c", "note TEXT, or note @B TEXT", "keep a note with the labels of this response, or of B"),
    Command("confidence", "w", "confidence 1-3, or confidence @B 1-3", "say how sure you are"),
    Command("recognised", "i", "recognised, or recognised @B", "I can tell which model this is"),
    Command("reasoning", "r", "reasoning, or reasoning @B", "show the model's reasoning, once B is answered"),
    Command("guideline", "g", "guideline", "read the guideline"),
    Command("again", "", "again", "read the item again"),
    Command("help", "?", "help", "read this list"),
    Command("quit", "", "quit (or the end of input)", "stop; drafts are kept"),
)


def find_command(word: str) -> Command | None:
    """Return the command that `word` names, by its word in any case or by its key."""
    return next((one for one in COMMANDS if word.lower() == one.word or (one.key and word == one.key)), None)


def read_answer(question: Question, text: str) -> str | None:
    """Return the stored form of what the rater typed, or None where it is no answer to `question`."""
    match question.scale.traits.form:
        case AnswerForm.ONE:
            return _option(question, text)
        case AnswerForm.SEVERAL:
            chosen = [_option(question, word) for word in text.replace(",", " ").split()]
            return None if None in chosen or not chosen else _accepted(question, chosen)
        case AnswerForm.NUMBER:
            return _accepted(question, text)
        case AnswerForm.TEXT:
            is_command = text.startswith("/") or text.lower() in {command.word for command in COMMANDS}
            return None if is_command else text
        case form:
            assert_never(form)


def _option(question: Question, text: str) -> str | None:
    by_key = question.by_key(text)
    if by_key is not None:
        return by_key.value
    return next(
        (option.value for option in question.options if text.lower() in (option.value, option.label.lower())), None
    )


def _accepted(question: Question, value: object) -> str | None:
    try:
        return question.accept(value)
    except ValueError:
        return None
