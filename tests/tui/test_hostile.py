"""Foreign text through every screen in a real terminal: nothing of it may steer the terminal."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import shutil
import subprocess
import time
import unicodedata
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.store.sqlite import open_for_reading, open_for_writing
from tests.support.commands import RUBRIC, Run, write_rubric
from tests.support.stories import Clock, rate_all, sit
from tests.support.terminal import PATIENCE, REVIEWER, Terminal
from tests.tui.test_terminal import DOWN, ENTER, OPEN, TOP

# What a prompt, a response, a rubric, a note or a file may hold: markup that runs, titles, links and clipboards, what
# clears the screen or hides text, C1, bidirectional and zero-width characters, tags, and what no database keeps.
HOSTILE = (
    "[red]markup[/nope] [@click=app.quit]press[/] [@click=app.bell]here[/]",
    "\x1b]0;title\x07 \x1b]2;title\x1b\\ \x1b]52;c;aGlqYWNrZWQ=\x07 \x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\",
    "\x1bPtmux;\x1b\x1b]52;c;aGlqYWNrZWQ=\x07\x1b\\ \x1b[2J \x1b[8;1337m \x1bc \x1b_G1337\x1b\\ \x1bkname\x1b\\",
    "\x9b2J \x9b8;1337m \x9d0;title\x9c \x90 \x85",
    "\u202eright to left\u202c \u2066isolate\u2069 \u200emark",
    "zero\u200bwidth\u2060word\ufeffjoiner\u00adsoft",
    "\U000e0041\U000e0042 tags",
    "line\u2028separator\u2029paragraph\rreturn\x08\x0b\x0c\x7f\x07",
)


# Of a JSON file alone; import replaces these.
UNSTORABLE = "a\x00b \ud800 c \udfff"


ALL = " ".join(HOSTILE)


NAME = "s[/nope]\x1b]0;title\x07\x9b2J\u202e\u200b\U000e0041"


# Such as a key press cannot be: a terminal marks what is pasted, and would end the mark where ESC begins another.
PASTED = " ".join(HOSTILE).replace("\x1b", "").replace("\r", "")


# What Textual sends of its own: cursor, colours, modes, the Kitty keyboard protocol, the shape of the mouse pointer.
OF_TEXTUAL = re.compile(
    r"\x1b\[[0-9;]*[Hm]|\x1b\[\?[0-9]+[hl]|\x1b\[\?[0-9]+\$p|\x1b\[[<>][0-9]*u|\x1b\]22;[a-z-]*\x07"
)


JOINERS = {"\u200c", "\u200d"}


def hostile_study(run: Run, folder: Path) -> Path:
    """Make a study in which all that is foreign is hostile, its own name too; return its database."""
    guideline = "Read the response and say"
    # As TOML spells it: one escape for what JSON makes two halves of.
    rubric = RUBRIC.replace(guideline, guideline + "".join(f"\\U{ord(char):08x}" for char in ALL))
    for words in ("Is it right?", "Which faults?", "It is wrong", "A wrong fact", "Anything else?"):
        rubric = rubric.replace(words, f"{words} {HOSTILE[0]}")
    write_rubric(folder, rubric)
    hidden = base64.b64encode(ALL.encode()).decode()
    rows = [
        {
            "prompt": f"prompt {prompt} {ALL} {UNSTORABLE}",
            "system": f"{ALL} {UNSTORABLE}",
            "response": f"{model} says {ALL} {hidden} {UNSTORABLE}\n{ALL}",
            "reasoning": f"thought {ALL} {UNSTORABLE}",
            "reference": f"reference {ALL} {UNSTORABLE}",
            "model": f"{model} {ALL}",
            "suite": "suite",
            "severity": 3,
            "tag": [ALL],
            "id": f"{prompt} {model} {ALL}",
        }
        for prompt in range(2)
        for model in ("alpha", "beta")
    ]
    table = folder / "hostile.jsonl"
    table.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    run("import", table)
    run("study", "create", "s", "--rubric", "plain", "--panes", "2", "--overlap", "3", "--suite", "suite")
    path = folder / "reviews.db"
    with closing(open_for_writing(str(path))) as engine, engine.writing():
        # No command takes such a name, but a file from elsewhere may hold one.
        engine.run_many("update study set name = :name", [{"name": NAME}])
    return path


def foreign_bytes(received: bytes) -> list[str]:
    """Return what reached the terminal beside text and what Textual sends of its own."""
    rest = OF_TEXTUAL.sub("", received.decode("utf-8"))
    return [
        ascii(rest[max(at - 20, 0) : at + 20])
        for at, char in enumerate(rest)
        if char not in "\r\n" and char not in JOINERS and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ]


Step = tuple[str, str]


# Keys, and what the screen shows then, or after `-` does not show any more; `<` stands for pasting what is hostile.
HOME: tuple[Step, ...] = (
    ("g", "Read the response and say"),
    ("\x1b", "-Read the response and say"),
    ("?", "Search finished items"),
    ("\x1b", "-Search finished items"),
    (",", "Panes scroll together"),
    (ENTER, "reviewer-light"),
    ("\x1b", "-Panes scroll together"),
    ("/", "enter searches"),
    ("<" + ENTER, "nothing found"),
    ("\x1b", "-nothing found"),
    ("p", "Search for"),
    ("theme", "Theme, scrolling"),
    ("\x1b", "-Theme, scrolling"),
    (ENTER, "enter: close"),
    (ENTER, "press v to uncover"),
)


RATE: tuple[Step, ...] = (
    ("v", "says [red]markup[/nope]"),
    ("d", "item 1 of"),
    ("z", "[A]"),
    ("z", "-[A]"),
    ("  kk]][", "item 1 of"),
    ("/", "Find in the item"),
    ("markup" + ENTER, "hit 1 of"),
    ("n", "hit 2 of"),
    ("x", "Decoded from A"),
    (" ", "Decoded from A"),
    ("\x1b", "-Decoded from A"),
    ("g", "Read the response and say"),
    ("\x1b", "-Read the response and say"),
    ("?", "Word differences"),
    ("\x1b", "-Word differences"),
    ("p", "Search for"),
    ("diff", "Word differences"),
    ("\x1b", "-Word differences"),
    (TOP + "2", "Which faults?"),
    ("c", "Note, kept"),
    ("<" + ENTER, "(note)"),
    ("1" + DOWN, "Anything else?"),
    ("e", "Anything else?"),
    ("<" + ENTER, "B 4/5"),
    ("1", "All is answered"),
    # From here on notices may lie over what is at the bottom.
    ("l", "scrolls alone"),
    ("l", "scroll together"),
    ("/", "Find in the item"),
    ("<" + ENTER, "Not found"),
    ("f", "What is wrong with"),
    ("<" + ENTER, "is flagged"),
    ("i", "Recorded"),
    (TOP, "-All is answered"),
    ("r", "A · reasoning"),
    (ENTER, "item 2 of"),
    ("\x1b", "enter rates"),
)


AFTER: tuple[Step, ...] = (
    ("/", "enter searches"),
    ("markup" + ENTER, "found among"),
    (ENTER, "— response —"),
    ("\x1b", "-— response —"),
    ("\x1b", "-found among"),
    (ENTER, "item 2 of"),
    ("u", "taken back"),
    ("c", "Note, kept"),
    ("\x1b", "-Note, kept"),
    (DOWN + DOWN + DOWN, "item 1 of"),
    ("\x1b", "enter rates"),
)


AGREEMENT: tuple[Step, ...] = (
    ("m", "percent_agreement"),
    ("2", "yes / no"),
    (ENTER, "to be read only"),
    ("v", "given:"),
    ("x", "Decoded from A"),
    ("\x1b", "-Decoded from A"),
    ("\x1b", "yes / no"),
    ("3", "the others gave"),
    ("4", "Cohen κ"),
    ("5", "fault"),
    ("6", "[6 suites]"),
    ("7", "Show them?"),
    ("y", "configuration"),
    ("?", "What was confused"),
    ("\x1b", "-What was confused"),
    ("\x1b", "enter rates"),
)


def drive(terminal: Terminal, steps: Sequence[Step]) -> None:
    """Take step after step, each seen on the screen, and let what it paints come to an end."""
    for keys, seen in steps:
        before, pastes, after = keys.partition("<")
        terminal.send(before)
        if pastes:
            terminal.paste(PASTED)
        terminal.send(after)
        there, words = not seen.startswith("-"), seen.removeprefix("-")
        assert terminal.shows(lambda text: (words in text) is there, 5), f"{keys!r}, {seen}\n{terminal.text}"  # noqa: B023
        terminal.quiet(0.05, 0.1)


def test_nothing_foreign_reaches_the_terminal_from_any_screen(run: Run, tmp_path: Path) -> None:
    path = hostile_study(run, tmp_path)
    with closing(open_for_writing(str(path))) as engine:
        # Such a name no command takes either.
        rate_all(sit(engine, f"r2 {NAME}", Clock(), NAME), {"verdict": "yes"})
        rate_all(sit(engine, f"r3 {NAME}", Clock(), NAME), {"verdict": "no", "fault": '["fact"]'})
    with Terminal([*REVIEWER, "--db", str(path), "--rater", "r1"], columns=150, rows=50) as terminal:
        terminal.until("enter rates")
        drive(terminal, HOME)
        terminal.until("item 1 of")
        drive(terminal, RATE[:1])
        press_markup(terminal)
        take_back(terminal)
        terminal.send(TOP)
        terminal.until("A 1/4")
        drive(terminal, RATE[1:])
        drive(terminal, AFTER)
        with closing(open_for_writing(str(path))) as engine, engine.writing():
            # Only what waits for no label any more is opened.
            engine.run("update study set overlap = 2 where name = :name", {"name": NAME})
        drive(terminal, AGREEMENT)
        terminal.send("q")
        terminal.drain()
        assert foreign_bytes(bytes(terminal.received)) == []
    with closing(open_for_reading(str(path))) as engine:
        stored_notes = engine.rows("select note from label where note is not null union select reason from flag")
    assert stored_notes, "nothing was pasted into a note or a reason"


def take_back(terminal: Terminal) -> None:
    """Take back what clicks answered: one on an option answers, whatever its label looks like."""
    for _ in range(20):
        if OPEN(terminal.text):
            return
        terminal.send("u")
        terminal.quiet(0.1, 0.5)


def press_markup(terminal: Terminal) -> None:
    """Click wherever the screen shows what would be an action if it were taken for markup."""
    for row, line in enumerate(terminal.lines, 1):
        for found in re.finditer(r"press\[|here\[", line):
            at = f"{found.start() + 1};{row}"
            terminal.send(f"\x1b[<0;{at}M\x1b[<0;{at}m")
    terminal.quiet(0.05, 0.1)


def test_a_title_and_a_clipboard_of_tmux_stay_as_they_were(run: Run, tmp_path: Path) -> None:
    tmux = shutil.which("tmux")
    if tmux is None:
        pytest.skip("tmux is not installed")
    path = hostile_study(run, tmp_path)
    server = [tmux, "-S", str(tmp_path / "socket"), "-f", os.devnull]

    def ask(*arguments: str) -> str:
        return subprocess.run([*server, *arguments], capture_output=True, text=True, check=True).stdout

    def press(keys: str, seen: str) -> None:
        ask("send-keys", "-t", "s", keys)
        late = time.monotonic() + PATIENCE
        while seen not in ask("capture-pane", "-p", "-t", "s"):
            assert time.monotonic() < late, f"{keys!r}, {seen}\n{ask('capture-pane', '-p', '-t', 's')}"
            time.sleep(0.02)

    # A shell with nothing to do keeps the server while it is set to let everything through.
    ask("new-session", "-d", "-s", "idle", "sleep 600")
    try:
        for option in ("set-clipboard", "allow-passthrough", "allow-rename", "set-titles"):
            ask("set-option", "-g", option, "on")
        ask("set-buffer", "as it was")
        rate = shlex.join([*REVIEWER, "rate", NAME, "--db", str(path), "--rater", "r1"])
        ask("new-session", "-d", "-s", "s", "-n", "window", "-x", "150", "-y", "50", rate)
        ask("select-pane", "-t", "s", "-T", "as it was")
        press("", "Read the response and say")
        press("Enter", "press v to uncover")
        press("v", "says [red]markup[/nope]")
        for keys, seen in (
            ("x", "Decoded from A"),
            ("Escape", "says [red]"),
            ("g", "Read the response"),
            ("q", "says [red]"),
        ):
            press(keys, seen)
        assert ask("display-message", "-p", "-t", "s", "#{pane_title} #{window_name}") == "as it was window\n"
        assert ask("show-buffer") == "as it was"
        assert len(ask("list-buffers").splitlines()) == 1
    finally:
        ask("kill-server")
