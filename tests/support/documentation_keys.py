"""The screens that commands in the documentation open, worked with keys in a pseudo-terminal."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from tests.support.terminal import DOWN, ENTER, UP, Terminal

KEYS = {
    "enter": ENTER, "esc": "\x1b", "up": UP, "down": DOWN, "left": "\x1b[D", "right": "\x1b[C", "tab": "\t",
    "space": " ", "backspace": "\x7f", "interrupt": "\x03",
}  # fmt: skip
ENDED = "ended with"
# Keys that answer are ignored for a quarter of a second after an item came up, so that none answers the wrong one.
# What was ignored all the same is pressed again.
SETTLED, STILL, AGAIN, TRIES = 0.26, 0.05, 0.3, 6
ITEM, LEFT = re.compile(r": item [0-9]+ of ([0-9]+)"), re.compile(r": ([0-9]+) left")
PANES = re.compile(r"─ +(?:▶ )?[A-H] · ")
GUIDELINE, HOME = "enter: close", "all raters"
ANSWERED, COVERED, ALL_RATED = "All is answered", "press v to uncover", "Nothing is left for you in this study"
DECIDED, SAVED = "decision: ✓", "decision saved"


def work(command: str, notes: Mapping[str, str], folder: Path, environment: Mapping[str, str]) -> str:
    """Open the screen of a command, press what the comments before it say, and return what it left on the terminal."""
    # The shell outlives an interrupt and waits to be read; so the status is seen.
    shell = ["bash", "-c", f"trap : INT; {command}; status=$?; echo; echo {ENDED} $status; read"]
    with Terminal(shell, columns=120, rows=40, folder=folder, environment=environment) as terminal:
        if "rates" in notes:
            _rate(terminal, answers(notes["rates"]))
        elif "decides" in notes:
            _decide(terminal, notes["decides"].split())
        elif "stop" in notes:
            _press(terminal, [f"see:{notes['stop']}", "interrupt"])
        else:
            _press(terminal, shlex.split(notes["keys"]))
        return terminal.until(f"{ENDED} {notes.get('status', 0)}")


def answers(note: str) -> list[list[str]]:
    """Return the keys for each response of the first item, of the second … and of all others."""
    return [part.split() for part in note.split(",")]


def _press(terminal: Terminal, keys: list[str]) -> None:
    for key in keys:
        if key.startswith("see:"):
            terminal.until(key.removeprefix("see:"))
            terminal.quiet(SETTLED, SETTLED)
        else:
            terminal.send(KEYS.get(key, key))
            terminal.quiet(STILL, SETTLED)


def _rate(terminal: Terminal, given: list[list[str]]) -> None:
    """Answer item after item, uncovering what is covered, until nothing is left."""
    _press(terminal, [f"see:{GUIDELINE}", "enter"])
    items, number = 1, 0
    while number < items:
        number += 1
        found = ITEM.search(terminal.until(f": item {number} of "))
        assert found is not None
        items = int(found[1])
        terminal.quiet(SETTLED, SETTLED)
        if COVERED in terminal.text:
            _press(terminal, ["v"])
        keys = given[min(number, len(given)) - 1] * len(PANES.findall(terminal.text))
        terminal.send("".join(keys))
        _again(terminal, UP * len(keys) + "".join(keys), ANSWERED)
        terminal.send(ENTER)
    _press(terminal, [f"see:{ALL_RATED}", "enter"])
    _leave(terminal)


def _decide(terminal: Terminal, given: list[str]) -> None:
    """Decide one dispute after another, one for each key."""
    for key in given:
        found = LEFT.search(terminal.until(lambda text: LEFT.search(text) is not None))
        assert found is not None
        _again(terminal, key, DECIDED)
        terminal.quiet(STILL, SETTLED)
        left = int(found[1]) - 1
        terminal.send(ENTER)
        terminal.until(f": {left} left" if left else SAVED)
    _leave(terminal)


def _leave(terminal: Terminal) -> None:
    """Go back to the home screen, and end the program there."""
    _again(terminal, KEYS["esc"], HOME)
    terminal.quiet(SETTLED, SETTLED)
    terminal.send("q")


def _again(terminal: Terminal, keys: str, seen: str) -> None:
    """Press keys again and again until the screen shows `seen`; how it goes on is in the error where it never does."""
    for number in range(TRIES):
        # Longer each time: on a busy machine a key that is pressed twice may do something else the second time.
        if terminal.shows(seen, AGAIN * 2**number):
            return
        terminal.send(keys)
    terminal.until(seen)
