"""What the checks of rubrics, suites and graders say in the same way: framed texts, warnings, the next command."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.cli.terminal import counted, say, say_sentence

if TYPE_CHECKING:
    from reviewer.definitions.caution import Caution

FILE_HELP = "FILE is an id, as it is found in the folder prompts, or a path."


def terminal_size() -> tuple[int, int]:
    """Return columns and rows of the terminal; 80 and 24 where there is none."""
    size = shutil.get_terminal_size()
    return size.columns, size.lines


def say_rows(rows: Sequence[str]) -> None:
    """Write rows that were laid out for a screen."""
    for row in rows:
        say(row.rstrip())


def say_cautions(file: Path, cautions: Sequence[Caution]) -> None:
    """Write what may not be meant in the definition in `file`, in the order of its lines."""
    say()
    for caution, line in _with_lines(file, cautions):
        say_sentence(f"warning: {file}{'' if line is None else f':{line}'}: {caution}")
    say(f"No mistakes, {counted(len(cautions), 'warning')}." if cautions else "No mistakes, no warnings.")


def caution_values(file: Path, cautions: Sequence[Caution]) -> list[dict[str, object]]:
    """Return what may not be meant as plain values, in the order of the lines of `file`."""
    return [
        {"line": line, "about": caution.about, "problem": caution.problem, "expected": caution.expected or None}
        for caution, line in _with_lines(file, cautions)
    ]


def _with_lines(file: Path, cautions: Sequence[Caution]) -> list[tuple[Caution, int | None]]:
    """Return cautions with the line that each is about, those that are about no one line last."""
    from reviewer.definitions.toml_lines import line_of
    from reviewer.definitions.toml_table import read_text

    placed = [caution for caution in cautions if caution.path]
    text = read_text(file).replace("\r\n", "\n") if placed else ""
    found = sorted(((line_of(text, one.path), one) for one in placed), key=lambda pair: pair[0])
    return [*((one, line) for line, one in found), *((one, None) for one in cautions if not one.path)]
