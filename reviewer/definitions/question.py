"""The questions of a rubric: what each one asks, what an answer to it may be, and how they are read from TOML.

An answer is kept as text. `accept` is the only way from what a rater, a file or a grader says to that stored form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from reviewer.definitions.scale import SIDES, Scale
from reviewer.definitions.toml_table import ID, TomlTable
from reviewer.errors import NotFound

VALUE = re.compile(r"[A-Za-z0-9_.-]+")
# The keys of the rating screen that answer; all others move, scroll or open something there.
KEY = re.compile(r"[0-9abehmoqtyA-Z]")
KEYS = "one of 0-9 a b e h m o q t y A-Z, which the rating screen keeps for answers"
LATER_PER = ("turn", "span")
OUTCOMES = (*SIDES, "tie", "both_bad")


class Per(StrEnum):
    """What a question is asked about: each response on screen, or the item as a whole."""

    RESPONSE = "response"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that a question offers.

    `maps` says what the same answer is called elsewhere, by name of the scheme. `abstain` marks "cannot tell": a
    category in agreement that never wins a majority.
    """

    value: str
    label: str
    key: str
    number: float | None = None
    abstain: bool = False
    maps: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when the answer to `question` is, or for several choices contains, one of `values`."""

    question: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, about what, on which scale; with `when`, only if that condition holds.

    `values` are those of the options, in the order declared.
    """

    id: str
    text: str
    per: Per
    scale: Scale
    required: bool = True
    when: Condition | None = None
    options: tuple[Option, ...] = ()
    values: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Kept instead of worked out anew: every label that is read is held against them.
        object.__setattr__(self, "values", tuple(option.value for option in self.options))

    def option(self, value: str) -> Option:
        """Return the option with that `value`.

        Raises:
            NotFound: names the values that exist.
        """
        for option in self.options:
            if option.value == value:
                return option
        raise NotFound(f"question {self.id} has no option {value}; there are: {', '.join(self.values) or 'none'}")

    def by_key(self, key: str) -> Option | None:
        """Return the option that `key` chooses on the rating screen, if there is one."""
        return next((option for option in self.options if option.key == key), None)

    def accept(self, value: object) -> str:
        """Check an answer and return the form in which it is stored.

        Raises:
            ValueError: `value` is no answer to this question; the text says what would be one.
        """
        return self.scale.traits.storage.accepted(value, self.values, self.id)

    def selected(self, stored: str) -> tuple[str, ...]:
        """Return the values of the options that a stored answer chooses; none on a scale without options."""
        return self.scale.traits.storage.selected(stored)

    def plain(self, stored: str) -> str | float | list[str]:
        """Return a stored answer as the JSON value that other programs expect."""
        return self.scale.traits.storage.plain(stored)

    def spelled(self, stored: str) -> str:
        """Return a stored answer as a person would write it into a table: several options with `|` between them."""
        return self.scale.traits.storage.spelled(stored)

    def abstains(self, stored: str) -> bool:
        """Return whether a stored answer says "cannot tell"."""
        return any(self.option(value).abstain for value in self.selected(stored))

    def positions(self) -> dict[str, float]:
        """Return where each option but "cannot tell" stands on the scale: its number, else its rank from 0."""
        places = [option for option in self.options if not option.abstain]
        return {
            option.value: float(rank) if option.number is None else option.number for rank, option in enumerate(places)
        }


def read_questions(tables: Sequence[TomlTable]) -> tuple[Question, ...]:
    """Return the questions in `tables`, in order."""
    questions: dict[str, Question] = {}
    for table in tables:
        question = _question(table, questions)
        questions[question.id] = question
    return tuple(questions.values())


def read_condition(table: TomlTable, questions: Mapping[str, Question]) -> Condition:
    """Return the condition in `table`, which must ask for options of one of `questions`."""
    name = table.text("question")
    values = table.texts("is")
    table.done()
    if name not in questions:
        raise table.wrong("question", f"condition on {name}, which is no question before it", _listed(questions))
    check_values(table, "is", values, questions[name])
    return Condition(name, values)


def check_values(table: TomlTable, key: str, values: Sequence[str], question: Question) -> None:
    """Refuse what stands under `key` unless it is one or more options of `question`, each once."""
    if question.scale.traits.typed:
        raise table.wrong("question", f"question {question.id} has no options", "a question with options")
    if not values:
        raise table.wrong(key, f"{key} is empty", "one or more of " + ", ".join(question.values))
    for position, value in enumerate(values):
        if value not in question.values:
            problem = f"{value} is no option of question {question.id}"
            raise table.wrong(key, problem, "one of " + ", ".join(question.values))
        if value in values[:position]:
            raise table.wrong(key, f"{value} is named twice", "each value once")


def _question(table: TomlTable, earlier: Mapping[str, Question]) -> Question:
    name = table.identifier("id")
    if name in earlier:
        raise table.wrong("id", f"a second question {name}", "an id of its own")
    text = table.prose("text")
    if table.value("per", None) in LATER_PER:
        raise table.wrong("per", f'per = "{table.text("per")}" is not possible yet', "response or item")
    per = table.choice("per", Per)
    scale = table.choice("scale", Scale)
    required = table.boolean("required", True)
    condition = table.table("when", None)
    when = None if condition is None else _when(condition, per, earlier)
    options = _options(table, scale)
    if scale.traits.compares_pair:
        _check_preference(table, per, options)
    table.done()
    return Question(name, text, per, scale, required, when, options)


def _when(table: TomlTable, per: Per, earlier: Mapping[str, Question]) -> Condition:
    when = read_condition(table, earlier)
    if earlier[when.question].per is not per:
        problem = f"condition on {when.question}, which is asked per {earlier[when.question].per}"
        raise table.wrong("question", problem, f"a question asked per {per}")
    return when


def _options(table: TomlTable, scale: Scale) -> tuple[Option, ...]:
    options: list[Option] = []
    tables = table.tables("option")
    if scale.traits.typed and tables:
        raise tables[0].wrong(None, f"an option on the scale {scale}", "none: the answer is typed")
    if not scale.traits.typed and not tables:
        raise table.wrong(None, f"no option on the scale {scale}", "one or more [[question.option]]")
    for entry in tables:
        option = _option(entry, scale)
        for other in options:
            if option.value == other.value:
                raise entry.wrong("value", f"a second option {option.value}", "a value of its own")
            if option.key == other.key:
                raise entry.wrong("key", f"key {option.key} already chooses {other.value}", "a key of its own")
            if option.abstain and other.abstain:
                raise entry.wrong("abstain", f"{other.value} already abstains", "one such option in a question")
            if not option.abstain and not other.abstain and (option.number is None) != (other.number is None):
                problem = f"a number on only one of {other.value} and {option.value}"
                raise entry.wrong("number", problem, "a number on every option or on none")
        options.append(option)
    return tuple(options)


def _option(table: TomlTable, scale: Scale) -> Option:
    value = table.text("value")
    if not VALUE.fullmatch(value):
        raise table.wrong("value", f"value is {value!r}", "letters, digits and _ . -")
    label = table.line("label", value)
    key = table.text("key")
    if not KEY.fullmatch(key):
        raise table.wrong("key", f"key is {key!r}", KEYS)
    abstain = table.boolean("abstain", False)
    number = table.number("number", None)
    if number is not None and (not scale.traits.ordered or abstain):
        raise table.wrong("number", "a number on an option that has no place in an order", "none")
    maps = table.table("maps", None)
    table.done()
    return Option(value, label, key, number, abstain, {} if maps is None else _maps(maps))


def _maps(table: TomlTable) -> dict[str, str]:
    for scheme in table.entries:
        if not ID.fullmatch(scheme):
            raise table.wrong(scheme, f"{scheme!r} names no scheme", "small letters, digits and _")
    return {scheme: table.text(scheme) for scheme in table.entries}


def _check_preference(table: TomlTable, per: Per, options: Sequence[Option]) -> None:
    if per is not Per.ITEM:
        raise table.wrong("per", f'a preference with per = "{per}"', 'per = "item"')
    for side in SIDES:
        if side not in (option.value for option in options):
            raise table.wrong("option", f"a preference without the option {side}", " and ".join(SIDES))
    for entry, option in zip(table.tables("option"), options, strict=True):
        if option.abstain == (option.value in OUTCOMES):
            problem = f"{option.value} is no outcome of a preference"
            raise entry.wrong("value", problem, ", ".join(OUTCOMES) + ", or another value that abstains")


def _listed(questions: Mapping[str, Question]) -> str:
    return "one of " + ", ".join(questions) if questions else "no condition on the first question"
