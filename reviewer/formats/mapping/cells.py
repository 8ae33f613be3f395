"""One cell of a table, of whatever type its format gave it, as the value that a FIELD takes.

A cell that cannot be one raises `WrongCell`; whoever knows the line makes the error of it. `Notes` collect, by FIELD,
what could not be stored as it stood.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable

from reviewer.formats.tables.column_names import column_name
from reviewer.formats.tables.json_table import json_type
from reviewer.model import Message, Role
from reviewer.text.missing_values import is_missing_value
from reviewer.text.visible import storable

Fields = dict[str, object]
Notes = dict[str, list[list[int]]]
Get = Callable[[Fields], object]
Step = Callable[[Fields, Notes], object]
Translate = Callable[[object], object]

# FIELDs that hold one name or code: white space around one is a slip, and no part of it.
NAMES = frozenset({"stop_reason", "model", "provider", "lab", "id", "suite", "evaluation", "group", "rater"})

_DIGITS = re.compile(r"[0-9]{1,9}")
_WHOLE = re.compile(r"(?<=[0-9])\.0*$")  # how pandas goes on with a whole number in a column with gaps


class WrongCell(Exception):
    """A cell that is not what its FIELD takes: what is wrong, and what was expected."""

    def __init__(self, problem: str, expected: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.expected = expected


def spelled(value: object, field: str) -> str:
    """Return a cell as text: numbers and booleans as JSON spells them."""
    match value:
        case str():
            return value
        case float() if not math.isfinite(value):
            raise WrongCell(f"{field} is a number that is too large", "one that can be read")
        case int() | float():
            return json.dumps(value)
        case _:
            raise WrongCell(f"{field} is {json_type(value)}", "text")


def text_step(field: str, get: Get, *, blank: bool) -> Step:
    """Return the step that reads text which must be there; `blank` text may be an answer, but null never is.

    So may be a word by which other programs write that a value is missing: a model does answer "None". Nobody asks it.
    """

    def step(fields: Fields, notes: Notes) -> str:
        value = get(fields)
        text = value if type(value) is str else spelled(value, field)
        if not blank:
            check_present(text, field, "text")
        return stored(text, field, notes)

    return step


def name_step(field: str, get: Get) -> Step:
    """Return the step that reads a name which must be there."""
    read = optional_step(field, get)

    def step(fields: Fields, notes: Notes) -> object:
        name = read(fields, notes)
        check_present(str(name or ""), field, "a name")
        return name

    return step


def check_present(text: str, field: str, expected: str) -> None:
    """Refuse text that says nothing.

    Raises:
        WrongCell: it is blank, or a word by which other programs write that a value is missing.
    """
    if not text.strip():
        raise WrongCell(f"{field} is blank", expected)
    if is_missing_value(text):
        raise WrongCell(f"{field} is {text.strip()}, as other programs write a missing value", expected)


def optional_step(field: str, get: Get) -> Step:
    """Return the step that reads text which may be missing: null, or blank."""
    is_name = field in NAMES

    def step(fields: Fields, notes: Notes) -> str | None:
        value = get(fields)
        if value is None:
            return None
        text = value if type(value) is str else spelled(value, field)
        if is_name:
            text = column_name(text)
        return stored(text, field, notes) if text and not text.isspace() else None

    return step


def number_step(field: str, get: Get, lowest: int, highest: int | None) -> Step:
    """Return the step that reads a whole number which may be missing."""
    expected = f"a whole number from {lowest}" + ("" if highest is None else f" to {highest}")

    def step(fields: Fields, _notes: Notes) -> int | None:
        value = get(fields)
        text = "" if value is None else spelled(value, field).strip()
        if not text or is_missing_value(text):
            return None
        text = _WHOLE.sub("", text)
        if not _DIGITS.fullmatch(text) or int(text) < lowest or (highest is not None and int(text) > highest):
            raise WrongCell(f"{field} is {text[:40]}", expected)
        return int(text)

    return step


def tags_step(gets: list[Get]) -> Step:
    """Return the step that reads tags out of cells that hold one tag each, or a list of tags."""

    def step(fields: Fields, notes: Notes) -> tuple[str, ...]:
        tags: dict[str, None] = {}
        for get in gets:
            value = get(fields)
            for part in value if isinstance(value, list) else [] if value is None else [value]:
                if text := spelled(part, "tag").strip():
                    tags[stored(text, f"tag.{len(tags)}", notes)] = None
        return tuple(tags)

    return step


def prompt_step(prompt: Get, system: Get | None) -> Step:
    """Return the step that makes messages of a prompt, under a system message where that is not blank."""
    user_text = text_step("prompt", prompt, blank=False)
    system_text = None if system is None else optional_step("system", system)

    def step(fields: Fields, notes: Notes) -> tuple[Message, ...]:
        content = user_text(fields, notes)
        above = None if system_text is None else system_text(fields, notes)
        user = Message(Role.USER, str(content))
        return (user,) if above is None else (Message(Role.SYSTEM, str(above)), user)

    return step


def remembered(step: Step, gets: list[Get]) -> Step:
    """Return `step`, not done again while the cells it reads stay the same: prompts come in runs, one a response."""
    last: list[object] | None = None
    result: object = None
    noted: Notes = {}

    def again(fields: Fields, notes: Notes) -> object:
        nonlocal last, result, noted
        cells = [get(fields) for get in gets]
        if cells != last:
            noted = {}
            result = step(fields, noted)
            # Other cells could be equal and yet not the same, as 1 and true are.
            last = cells if all(cell is None or isinstance(cell, str) for cell in cells) else None
        notes.update(noted)
        return result

    return again


def stored(text: str, field: str, notes: Notes) -> str:
    """Return `text` as it can be stored, and note under `field` what that replaced."""
    kept = storable(text)
    if kept.replaced:
        notes[field] = kept.replaced
    return kept.text
