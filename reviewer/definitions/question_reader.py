"""Questions read from the tables of a rubric's definition, each checked against those before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from reviewer.definitions.question import FREE_SCALES, Condition, Option, Per, Question, Scale
from reviewer.definitions.toml_table import ID, TomlTable

VALUE = re.compile(r"[A-Za-z0-9_.-]+")
# The keys of the rating screen that answer; all others move, scroll or open something there.
KEY = re.compile(r"[0-9abehmoqtyA-Z]")
KEYS = "one of 0-9 a b e h m o q t y A-Z, which the rating screen keeps for answers"
LATER_PER = ("turn", "span")
SIDES = ("first", "second")
OUTCOMES = (*SIDES, "tie", "both_bad")


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
    if question.scale in FREE_SCALES:
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
    if scale is Scale.PREFERENCE:
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
    if scale in FREE_SCALES and tables:
        raise tables[0].wrong(None, f"an option on the scale {scale}", "none: the answer is typed")
    if scale not in FREE_SCALES and not tables:
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
    if number is not None and (scale is not Scale.ORDINAL or abstain):
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
            raise table.wrong("option", f"a preference without the option {side}", "first and second")
    for entry, option in zip(table.tables("option"), options, strict=True):
        if option.abstain == (option.value in OUTCOMES):
            problem = f"{option.value} is no outcome of a preference"
            raise entry.wrong("value", problem, ", ".join(OUTCOMES) + ", or another value that abstains")


def _listed(questions: Mapping[str, Question]) -> str:
    return "one of " + ", ".join(questions) if questions else "no condition on the first question"
