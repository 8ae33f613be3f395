"""What the checks of rubrics, suites and graders say in the same way: framed texts, warnings, the next command."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.cli.terminal import counted, say, say_sentence

if TYPE_CHECKING:
    from reviewer.definitions.caution import Caution

FILE_HELP = "FILE is an id that is found in prompts/, or a path."


def terminal_size() -> tuple[int, int]:
    """Return columns and rows of the terminal; 80 and 24 where there is none."""
    size = shutil.get_terminal_size()
    return size.columns, size.lines


def say_rows(rows: Sequence[str]) -> None:
    """Write rows that were laid out for a screen."""
    for row in rows:
        say(row.rstrip())


def say_cautions(file: Path, cautions: Sequence[Caution]) -> None:
    """Write what may not be meant in the definition in `file`, each with its line."""
    say()
    for caution, line in zip(cautions, _lines(file, cautions), strict=True):
        say_sentence(f"warning: {file}{'' if line is None else f':{line}'}: {caution}")
    say(f"No mistakes, {counted(len(cautions), 'warning')}." if cautions else "No mistakes, no warnings.")


def caution_values(file: Path, cautions: Sequence[Caution]) -> list[dict[str, object]]:
    """Return warnings as plain values."""
    return [
        {"line": line, "about": caution.about, "problem": caution.problem, "expected": caution.expected or None}
        for caution, line in zip(cautions, _lines(file, cautions), strict=True)
    ]


def say_next(*words: str) -> None:
    """Write the command that comes next; words in capitals and options of it stand as they are."""
    say("Next: " + " ".join(words))


def quoted(name: str) -> str:
    """Return a name as it is typed in a shell."""
    return shlex.quote(name)


def _lines(file: Path, cautions: Sequence[Caution]) -> list[int | None]:
    from reviewer.definitions.toml_lines import line_of
    from reviewer.definitions.toml_table import read_text

    if not any(caution.path for caution in cautions):
        return [None] * len(cautions)
    text = read_text(file).replace("\r\n", "\n")
    return [line_of(text, caution.path) if caution.path else None for caution in cautions]
