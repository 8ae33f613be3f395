"""Whole numbers as they are typed: one, several between commas, or a range."""

from __future__ import annotations

import re

import click

NumberRanges = tuple[tuple[int, int], ...]
PART = re.compile(r"([0-9]+)(?:-([0-9]+))?", re.ASCII)


class NumbersType(click.ParamType[NumberRanges]):
    """Numbers from `least` to `most`, as in 3, 2,3,5 or 2-5; gives the ranges, a single number being a short one."""

    name = "numbers"

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def convert(
        self, value: str | NumberRanges, param: click.Parameter | None, ctx: click.Context | None
    ) -> NumberRanges:
        """Read the numbers."""
        if not isinstance(value, str):
            return value
        return tuple(self._range(part.strip(), param, ctx) for part in value.split(","))

    def _range(self, part: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        expected = f"expected numbers from {self.least} to {self.most:,}, as in 3, 2,3,5 or 2-5"
        found = PART.fullmatch(part)
        if found is None or len(part) > 2 * len(str(self.most)) + 1:
            self.fail(f"{part!r} is neither a number nor a range; {expected}", param, ctx)
        low = int(found[1])
        high = low if found[2] is None else int(found[2])
        if not self.least <= low <= high <= self.most:
            self.fail(f"{part}: {expected}", param, ctx)
        return low, high
