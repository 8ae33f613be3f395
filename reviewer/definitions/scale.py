"""The scales on which questions are answered: what each one is, and the forms that an answer is stored and read in.

Everything in which scales differ stands here as a trait. The rest of the program asks for the trait that it means and
names no scale.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from reprlib import repr as shown
from typing import Protocol, assert_never

from reviewer.model import canonical

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")

# The two options that every question about a pair has: which response is better, in the order they are stored in.
FIRST, SECOND = SIDES = ("first", "second")
OTHER_SIDE = {FIRST: SECOND, SECOND: FIRST}

_WRITE_NUMBER = "e opens a line for the number; ↓ leaves it open"
_WRITE_TEXT = "e opens a line to write in; ↓ leaves it open"


class AnswerForm(StrEnum):
    """What an answer consists of."""

    ONE = "one option"
    SEVERAL = "several options"
    NUMBER = "a number"
    TEXT = "text"


class Distance(StrEnum):
    """How far two answers are apart, which decides how agreement is measured."""

    NOMINAL = "nominal"  # the same, or not
    ORDINAL = "ordinal"  # by their ranks
    INTERVAL = "interval"  # by the difference of their numbers
    SET = "set"  # by the options that they share


class AnswerStorage(Protocol):
    """How answers of one form are checked, kept as text, and written for others."""

    def accepted(self, value: object, options: Sequence[str], question: str, /) -> str:
        """Return the text that an answer is kept as; `options` are the values of the `question`, where it has any.

        Raises:
            ValueError: `value` is no answer; the text says what would be one.
        """
        ...

    def selected(self, stored: str, /) -> tuple[str, ...]:
        """Return the values of the options that a stored answer chooses; none where answers are typed."""
        ...

    def plain(self, stored: str, /) -> str | float | list[str]:
        """Return a stored answer as the JSON value that other programs expect."""
        ...

    def spelled(self, stored: str, /) -> str:
        """Return a stored answer as a person would write it into a table: several options with `|` between them."""
        ...


class _OneOption:
    """Kept as the value of the option."""

    def accepted(self, value: object, options: Sequence[str], question: str, /) -> str:
        if isinstance(value, str) and value in options:
            return value
        raise ValueError(f"{shown(value)} is no option of {question}; expected one of {', '.join(options)}")

    def selected(self, stored: str, /) -> tuple[str, ...]:
        return (stored,)

    def plain(self, stored: str, /) -> str:
        return stored

    def spelled(self, stored: str, /) -> str:
        return stored


class _SeveralOptions:
    """Kept as a JSON array in the order of the options, so that equal sets are equal text."""

    def accepted(self, value: object, options: Sequence[str], question: str, /) -> str:
        if isinstance(value, str):
            value = _choices(value)
        if not isinstance(value, list | tuple) or not value:
            raise ValueError(f"{shown(value)} chooses nothing; expected one or more of {', '.join(options)}")
        chosen = {_ONE_OPTION.accepted(part, options, question) for part in value}
        return canonical([option for option in options if option in chosen])

    def selected(self, stored: str, /) -> tuple[str, ...]:
        return tuple(json.loads(stored))

    def plain(self, stored: str, /) -> list[str]:
        return list(self.selected(stored))

    def spelled(self, stored: str, /) -> str:
        return "|".join(self.selected(stored))


class _Number:
    """Kept as the shortest text that reads back as the same number, so that equal numbers are equal text."""

    def accepted(self, value: object, _options: Sequence[str], _question: str, /) -> str:
        spelled = str(value).strip()
        if not NUMBER.fullmatch(spelled) or not math.isfinite(float(spelled)):
            raise ValueError(f"{shown(value)} is no number; expected one such as 3 or 2.5")
        number = float(spelled)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)

    def selected(self, _stored: str, /) -> tuple[str, ...]:
        return ()

    def plain(self, stored: str, /) -> float:
        return float(stored)

    def spelled(self, stored: str, /) -> str:
        return stored


class _FreeText:
    """Kept as it was typed."""

    def accepted(self, value: object, _options: Sequence[str], _question: str, /) -> str:
        if isinstance(value, str) and value.strip():
            return value
        raise ValueError(f"{shown(value)} says nothing; expected text")

    def selected(self, _stored: str, /) -> tuple[str, ...]:
        return ()

    def plain(self, stored: str, /) -> str:
        return stored

    def spelled(self, stored: str, /) -> str:
        return stored


def _choices(text: str) -> object:
    """Return the choices in `text`: a JSON array, or values with `|` between them."""
    if not text.lstrip().startswith("["):
        return [part.strip() for part in text.split("|")]
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError(f"{shown(text)} is no JSON array; expected one, or values with | between them") from None


_ONE_OPTION = _OneOption()


def _storage(form: AnswerForm) -> AnswerStorage:
    match form:
        case AnswerForm.ONE:
            return _ONE_OPTION
        case AnswerForm.SEVERAL:
            return _SeveralOptions()
        case AnswerForm.NUMBER:
            return _Number()
        case AnswerForm.TEXT:
            return _FreeText()
        case _:
            assert_never(form)


@dataclass(frozen=True, slots=True)
class ScaleTraits:
    """What a scale is, in the terms that the rest of the program asks for.

    Attributes:
        form: what an answer consists of.
        distance: how far two answers are apart. None where answers cannot be compared: they are not measured, labels
            are not merged, and no grader is asked.
        compares_pair: the question is about a pair of responses, and `SIDES` among its options name the better one.
        hint: how to answer on the rating screen, where the options do not say it.
        line_hint: the same where rating is line by line.
        storage: how answers are checked, kept and written, by their form.
        typed: the answer is typed; every other scale has options.
        ordered: answers, but for "cannot tell", have a place in an order.
    """

    form: AnswerForm
    distance: Distance | None
    compares_pair: bool = False
    hint: str = ""
    line_hint: str = ""
    storage: AnswerStorage = field(init=False)
    typed: bool = field(init=False)
    ordered: bool = field(init=False)

    def __post_init__(self) -> None:
        # Kept instead of worked out anew: they are asked for once a label.
        object.__setattr__(self, "storage", _storage(self.form))
        object.__setattr__(self, "typed", self.form in (AnswerForm.NUMBER, AnswerForm.TEXT))
        object.__setattr__(self, "ordered", self.distance in (Distance.ORDINAL, Distance.INTERVAL))


class Scale(StrEnum):
    """What kind of answer a question takes, by its name in files."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    MULTI = "multi"
    PREFERENCE = "preference"
    TEXT = "text"

    @cached_property  # after the first time a plain attribute: it is asked for once a label
    def traits(self) -> ScaleTraits:
        """Return what the scale is."""
        return _traits(self)


def _traits(scale: Scale) -> ScaleTraits:
    match scale:
        case Scale.NOMINAL:
            return ScaleTraits(AnswerForm.ONE, Distance.NOMINAL)
        case Scale.ORDINAL:
            return ScaleTraits(AnswerForm.ONE, Distance.ORDINAL)
        case Scale.INTERVAL:
            return ScaleTraits(AnswerForm.NUMBER, Distance.INTERVAL, hint=_WRITE_NUMBER)
        case Scale.MULTI:
            return ScaleTraits(
                AnswerForm.SEVERAL,
                Distance.SET,
                hint="keys switch options on and off; ↓ goes on",
                line_hint="one or more keys, separated by spaces",
            )
        case Scale.PREFERENCE:
            return ScaleTraits(AnswerForm.ONE, Distance.NOMINAL, compares_pair=True)
        case Scale.TEXT:
            return ScaleTraits(AnswerForm.TEXT, None, hint=_WRITE_TEXT)
        case _:
            assert_never(scale)
