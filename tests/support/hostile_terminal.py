"""A terminal that is driven step by step through what is hostile, and what of that reached it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from tests.support.hostile_text import STEERING_PARTS
from tests.support.terminal import PATIENCE, Terminal

# Such as a key press cannot be: a terminal marks what is pasted, and would end the mark where ESC begins another.
PASTED = " ".join(STEERING_PARTS).replace("\x1b", "").replace("\r", "")
# What Textual sends of its own: cursor, colours, modes, the Kitty keyboard protocol, the shape of the mouse pointer.
OF_TEXTUAL = re.compile(
    r"\x1b\[[0-9;]*[Hm]|\x1b\[\?[0-9]+[hl]|\x1b\[\?[0-9]+\$p|\x1b\[[<>][0-9]*u|\x1b\]22;[a-z-]*\x07"
)
JOINERS = {"\u200c", "\u200d"}


def foreign_bytes(received: bytes) -> list[str]:
    """Return what reached the terminal beside text and what Textual sends of its own."""
    rest = OF_TEXTUAL.sub("", received.decode("utf-8"))
    return [
        ascii(rest[max(at - 20, 0) : at + 20])
        for at, char in enumerate(rest)
        if char not in "\r\n" and char not in JOINERS and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ]


Step = tuple[str, str]


def drive(terminal: Terminal, steps: Sequence[Step]) -> None:
    """Take step after step, each seen on the screen, and let what it paints come to an end.

    A step without keys waits until keys count on a new item.
    """
    for keys, seen in steps:
        before, pastes, after = keys.partition("<")
        terminal.send(before)
        if pastes:
            terminal.paste(PASTED)
        terminal.send(after)
        there, words = not seen.startswith("-"), seen.removeprefix("-")
        assert terminal.shows(lambda text: (words in text) is there, PATIENCE), f"{keys!r}, {seen}\n{terminal.text}"  # noqa: B023
        terminal.quiet(*((0.05, 0.1) if keys else (0.4, 0.5)))
