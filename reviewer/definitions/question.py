"""One question of a rubric: its scale, its options, and what an answer to it may be.

An answer is kept as text. `accept` is the only way from what a rater, a file or a grader says to that stored form.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from reprlib import repr as shown

from reviewer.errors import NotFound
from reviewer.model import canonical

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


class Scale(StrEnum):
    """What kind of answer a question takes, which also decides how agreement on it is measured."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    MULTI = "multi"
    PREFERENCE = "preference"
    TEXT = "text"


FREE_SCALES = frozenset({Scale.INTERVAL, Scale.TEXT})  # answered by typing; every other scale has options


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
    """What is asked, about what, on which scale; with `when`, only if that condition holds."""

    id: str
    text: str
    per: Per
    scale: Scale
    required: bool = True
    when: Condition | None = None
    options: tuple[Option, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """The values of the options, in the order declared."""
        return tuple(option.value for option in self.options)

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
        match self.scale:
            case Scale.TEXT:
                return _accept_text(value)
            case Scale.INTERVAL:
                return _accept_number(value)
            case Scale.MULTI:
                return self._accept_several(value)
            case Scale.NOMINAL | Scale.ORDINAL | Scale.PREFERENCE:
                return self._accept_one(value)

    def selected(self, stored: str) -> tuple[str, ...]:
        """Return the values of the options that a stored answer chooses; none on a scale without options."""
        if self.scale in FREE_SCALES:
            return ()
        return tuple(json.loads(stored)) if self.scale is Scale.MULTI else (stored,)

    def plain(self, stored: str) -> str | float | list[str]:
        """Return a stored answer as the JSON value that other programs expect."""
        match self.scale:
            case Scale.INTERVAL:
                return float(stored)
            case Scale.MULTI:
                return list(self.selected(stored))
            case _:
                return stored

    def abstains(self, stored: str) -> bool:
        """Return whether a stored answer says "cannot tell"."""
        return any(self.option(value).abstain for value in self.selected(stored))

    def positions(self) -> dict[str, float]:
        """Return where each option but "cannot tell" stands on the scale: its number, else its rank from 0."""
        places = [option for option in self.options if not option.abstain]
        return {
            option.value: float(rank) if option.number is None else option.number for rank, option in enumerate(places)
        }

    def _accept_one(self, value: object) -> str:
        if isinstance(value, str) and value in self.values:
            return value
        raise ValueError(f"{shown(value)} is no option of {self.id}; expected one of {', '.join(self.values)}")

    def _accept_several(self, value: object) -> str:
        """Store the choices as a JSON array in the order of the options, so that equal sets are equal text."""
        if isinstance(value, str):
            value = _parts(value)
        if not isinstance(value, list | tuple) or not value:
            raise ValueError(f"{shown(value)} chooses nothing; expected one or more of {', '.join(self.values)}")
        chosen = {self._accept_one(part) for part in value}
        return canonical([option for option in self.values if option in chosen])


def _parts(text: str) -> object:
    """Return the choices in `text`: a JSON array, or values with `|` between them."""
    if not text.lstrip().startswith("["):
        return [part.strip() for part in text.split("|")]
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError(f"{shown(text)} is no JSON array; expected one, or values with | between them") from None


def _accept_text(value: object) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise ValueError(f"{shown(value)} says nothing; expected text")


def _accept_number(value: object) -> str:
    """Store equal numbers as equal text, the shortest that reads back as the same number."""
    spelled = str(value).strip()
    if not NUMBER.fullmatch(spelled) or not math.isfinite(float(spelled)):
        raise ValueError(f"{shown(value)} is no number; expected one such as 3 or 2.5")
    number = float(spelled)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
