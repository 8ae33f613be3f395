"""Cells of probabilities: how probable a grader held the label that it gave in the same row."""

from __future__ import annotations

import re
from collections.abc import Callable

from reviewer.formats.mapping.cells import Fields, Get, WrongCell, spelled
from reviewer.text.missing_values import is_missing_value

ReadProbability = Callable[[Fields], float | None]

_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", re.ASCII)


def probability_reader(field: str, get: Get) -> ReadProbability:
    """Return what reads a cell with a probability, None where it is blank."""

    def read(fields: Fields) -> float | None:
        value = get(fields)
        text = "" if value is None else spelled(value, field).strip()
        if not text or is_missing_value(text):
            return None
        if not _NUMBER.fullmatch(text) or float(text) > 1.0:
            raise WrongCell(f"{field} is {text[:40]}", "a number from 0 to 1")
        return float(text)

    return read
