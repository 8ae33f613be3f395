"""At which line of a TOML file something stands, which the standard parser does not say.

Works by parsing parts of the text, so it needs no grammar of its own and cannot disagree with the parser.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left

Step = str | int  # a key of a table, or an index (from 0) into an array
# A first line on which a text of several lines begins, and does not end, captures what ends it.
OPENS_TEXT = re.compile(r"""[^"'#]*(\"{3}|'{3})(?!.*\1)""")


def line_of(text: str, path: tuple[Step, ...]) -> int:
    """Return the line of valid TOML at which `path` first appears, or its first line if the value has several.

    A document that is cut between two statements is valid, and what it holds only grows, so the statement that brings
    `path` is found by halving.
    """
    lines = text.split("\n")
    starts = [0]
    for length in statement_lengths(text):
        starts.append(starts[-1] + length)
    ends = starts[1:]
    found = bisect_left(ends, True, key=lambda end: _reaches(_parsed(lines[:end]), path))
    return starts[found] + 1


def statement_lengths(text: str) -> list[int]:
    """Return how many lines each statement takes (a blank line or a comment counts as one), up to one that never ends.

    A line completes a statement if the lines since the last one are valid TOML. The first line is tried, and after it
    only a line on which a value of several lines can end: trying all would cost the square of a long guideline.
    """
    lengths = []
    start = 0
    closing: str | None = None
    lines = text.split("\n")
    for end, line in enumerate(lines, 1):
        if end - start > 1:
            if closing is not None and closing not in line:
                continue
            closing = None
            if "#" not in line and not line.rstrip().endswith(('"""', "'''", "]", "}")):
                continue
        try:
            _parsed(lines[start:end])
        except tomllib.TOMLDecodeError:
            if end - start == 1:
                opened = OPENS_TEXT.match(line)
                closing = None if opened is None else opened[1]
            continue
        lengths.append(end - start)
        start = end
    return lengths


def _parsed(lines: list[str]) -> dict[str, object]:
    # With the end of its last line, which may be two characters long.
    return tomllib.loads("\n".join(lines) + "\n")


def _reaches(value: object, path: tuple[Step, ...]) -> bool:
    for step in path:
        if isinstance(value, list):
            value = dict(enumerate(value))
        if not isinstance(value, dict) or step not in value:
            return False
        value = value[step]
    return True
