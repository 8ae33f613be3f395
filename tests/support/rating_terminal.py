"""A rater in a real pseudo-terminal: each answer seen before the next is given, and each item before it is saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.terminal import ENTER, OPEN, REVIEWER, TOP, Terminal

# On a new item keys are ignored for a while, and nothing on the screen says until when: the first answer is given
# again in such steps until it shows.
AGAIN = 0.06


@dataclass(frozen=True, slots=True)
class Pressed:
    """The answer to one question: the keys that give it and go on, the words they show, what must come to be stored."""

    keys: str
    words: str
    question: str
    value: str | list[str]


@dataclass(slots=True)
class Rated:
    """What was pressed on one item, pane by pane, and what the panes showed; the remarks are about pane B."""

    panes: Sequence[Sequence[Pressed]]
    note: str | None = None
    confidence: int | None = None
    shown: tuple[str, ...] = ()


def rating(database: Path | str, study: str = "s") -> Terminal:
    """Start to rate, as one types it."""
    return Terminal([*REVIEWER, "rate", study, "--db", str(database), "--rater", "r1"], columns=100, rows=30)


def begin(terminal: Terminal) -> None:
    """Close the guideline and come to the first item."""
    terminal.until("enter: close")
    terminal.send(ENTER)
    terminal.until(": item 1 of")


def shown(alias: str, words: str) -> Callable[[str], bool]:
    """Return what tells whether the screen says that a pane is answered in these words."""
    pattern = re.compile(rf" {alias} [✓·] {re.escape(words)}")
    return lambda text: pattern.search(text) is not None


def open_panes(terminal: Terminal) -> int:
    """Wait for an item without answers and return how many panes it has: one where a prompt has no more responses."""
    found = OPEN(terminal.until(lambda text: OPEN(text) is not None))
    return 2 if found is not None and found[1] else 1


def rate(terminal: Terminal, item: Rated) -> None:
    """Answer one item key by key, each answer seen before the next is given, and keep what stood in the panes."""
    assert open_panes(terminal) == len(item.panes)
    for alias, answers in zip("AB", item.panes, strict=False):
        for place, pressed in enumerate(answers):
            words = ", ".join(one.words for one in answers[: place + 1])
            if alias == "A" and place == 0:
                terminal.send(TOP + pressed.keys)
                while not terminal.shows(shown(alias, words), AGAIN):
                    terminal.send(TOP + pressed.keys)
            else:
                terminal.send(pressed.keys)
                terminal.until(shown(alias, words))
    terminal.until("All is answered")
    if item.note is not None:
        terminal.send("c")
        terminal.until("Note, kept with the labels")
        terminal.send(item.note + ENTER)
        terminal.until("(note)")
    if item.confidence is not None:
        terminal.send("w" * item.confidence)
        terminal.until(f"(confidence {item.confidence})")
    lines = terminal.lines
    width = len(lines[0]) // len(item.panes)
    item.shown = tuple(
        "\n".join(line[place * width : (place + 1) * width] for line in lines) for place in range(len(item.panes))
    )
