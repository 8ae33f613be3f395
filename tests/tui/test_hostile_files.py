"""Hostile names and contents of files through home, the dialogs of import and the collection, in a real terminal."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from reviewer.store.sqlite import open_for_reading
from tests.support.commands import Run
from tests.support.hostile_terminal import Step, drive, foreign_bytes
from tests.support.hostile_text import STEERING_NAME, STEERING_PARTS, STEERING_TEXT
from tests.support.terminal import ENTER, REVIEWER, Terminal

# What a file system takes: anything but NUL, half a pair and a slash.
FILE_NAME = STEERING_NAME.replace("/", "")
# Of a name in it no control is taken, but markup is.
MODELS = """
[[model]]
name = "m[/nope][@click=app.quit]"
provider = "openai-chat"
model = "m"
base_url = "http://127.0.0.1:9/v1"
"""

IMPORT: tuple[Step, ...] = (
    ("o", "File to import"),
    ("table.jsonl" + ENTER, "Profile, such as"),
    (ENTER, "Model that answered"),
    ("<" + ENTER, "1 rows, all good"),
    ("    ", "columns not used"),
    (ENTER, "Import these rows?"),
    ("y", "1 new responses"),
    ("o", "File to import"),
    ("<" + ENTER, "Profile, such as"),
    (ENTER, "Model that answered"),
    # The name was pasted, so it stands there made visible, and no file is called that.
    (ENTER, "is no such file"),
    ("o", "File to import"),
    ("bad.jsonl" + ENTER, "Profile, such as"),
    (ENTER, "Model that answered"),
    (ENTER, "bad.jsonl:1"),
    ("o", "File to import"),
    ("table.jsonl" + ENTER, "Profile, such as"),
    ("<" + ENTER, "Model that answered"),
    (ENTER, "prompt_injection, xstest"),
)
COLLECT: tuple[Step, ...] = (
    ("c", "m[/nope][@click"),
    ("\x1b", "-m[/nope]"),
)


def test_no_file_steers_the_terminal_by_its_name_or_by_what_it_holds(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / FILE_NAME
    folder.mkdir()
    path = folder / f"{FILE_NAME}.db"
    run("import", _table(tmp_path / "first.jsonl", "first"), "--db", path)
    (folder / "prompts").mkdir()
    (folder / "prompts" / "models.toml").write_text(MODELS)
    _table(folder / "table.jsonl", STEERING_TEXT)
    (folder / "bad.jsonl").write_text(
        json.dumps({"prompt": STEERING_TEXT, "response": STEERING_TEXT}) + "\n", encoding="utf-8"
    )
    with Terminal([*REVIEWER, "--db", str(path), "--rater", "r1"], columns=150, rows=50, folder=folder) as terminal:
        terminal.until("Next, make a study")
        drive(terminal, COLLECT)
        drive(terminal, IMPORT)
        terminal.send("q")
        terminal.drain()
        assert foreign_bytes(bytes(terminal.received)) == []
        assert STEERING_PARTS[3] not in terminal.received.decode("utf-8")
    with closing(open_for_reading(str(path))) as engine:
        assert engine.rows("select count(*) from response") == [(2,)]


def _table(file: Path, words: str) -> Path:
    row = {"prompt": f"p {words}", "response": f"r {words}", "reasoning": words, f"un{words}used": words}
    if words == "first":
        row["model"] = words
    file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    return file
