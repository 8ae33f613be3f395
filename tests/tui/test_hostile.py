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
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.store.sqlite import open_for_reading, open_for_writing
from tests.support.commands import RUBRIC, Run, write_rubric
from tests.support.hostile_terminal import Step, drive, foreign_bytes
from tests.support.hostile_text import STEERING_NAME, STEERING_PARTS, STEERING_TEXT, UNSTORABLE
from tests.support.stories import Clock, rate_all, sit
from tests.support.terminal import DOWN, ENTER, OPEN, PATIENCE, REVIEWER, TOP, Terminal


def hostile_study(run: Run, folder: Path) -> Path:
    """Make a study in which all that is foreign is hostile, its own name too; return its database."""
    guideline = "Read the response and say"
    # As TOML spells it: one escape for what JSON makes two halves of.
    rubric = RUBRIC.replace(guideline, guideline + "".join(f"\\U{ord(char):08x}" for char in STEERING_TEXT))
    for words in ("Is it right?", "Which faults?", "It is wrong", "A wrong fact", "Anything else?"):
        rubric = rubric.replace(words, f"{words} {STEERING_PARTS[0]}")
    write_rubric(folder, rubric)
    hidden = base64.b64encode(STEERING_TEXT.encode()).decode()
    rows = [
        {
            "prompt": f"prompt {prompt} {STEERING_TEXT} {UNSTORABLE}",
            "system": f"{STEERING_TEXT} {UNSTORABLE}",
            "response": f"{model} says {STEERING_TEXT} {hidden} {UNSTORABLE}\n{STEERING_TEXT}",
            "reasoning": f"thought {STEERING_TEXT} {UNSTORABLE}",
            "reference": f"reference {STEERING_TEXT} {UNSTORABLE}",
            "model": f"{model} {STEERING_TEXT}",
            "suite": "suite",
            "severity": 3,
            "tag": [STEERING_TEXT],
            "id": f"{prompt} {model} {STEERING_TEXT}",
        }
        for prompt in range(2)
        for model in ("alpha", "beta")
    ]
    table = folder / "hostile.jsonl"
    table.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    run("import", table)
    run("study", "create", "s", "--rubric", "plain", "--panes", "2", "--overlap", "3", "--suite", "suite")
    path = folder / "reviews.db"
    with closing(open_for_writing(str(path))) as engine:
        engine.rows("pragma foreign_keys = off")
        with engine.writing():
            # No command takes such a name, but a file from elsewhere may hold one.
            for change in ("study set name = :name", "act set study = :name where study is not null"):
                engine.run(f"update {change}", {"name": STEERING_NAME})
    return path


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
    ("v", "says [red]markup[/nope]"),
    ("", "taken back"),
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
    ("x", "Decoded from B"),
    ("\x1b", "-Decoded from B"),
    ("\x1b", "-to be read only"),
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


def test_nothing_foreign_reaches_the_terminal_from_any_screen(run: Run, tmp_path: Path) -> None:
    path = hostile_study(run, tmp_path)
    with closing(open_for_writing(str(path))) as engine:
        # Such a name no command takes either.
        rate_all(sit(engine, f"r2 {STEERING_NAME}", Clock(), STEERING_NAME), {"verdict": "yes"})
        rate_all(sit(engine, f"r3 {STEERING_NAME}", Clock(), STEERING_NAME), {"verdict": "no", "fault": '["fact"]'})
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
            engine.run("update study set overlap = 2 where name = :name", {"name": STEERING_NAME})
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
        rate = shlex.join([*REVIEWER, "rate", STEERING_NAME, "--db", str(path), "--rater", "r1"])
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
