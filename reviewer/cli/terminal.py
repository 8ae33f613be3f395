"""Writing to the terminal: the only way out for text, and always through `visible`."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from reviewer.cli.text_wrapping import GAP, blocks, filled
from reviewer.errors import ReviewerError
from reviewer.text.visible import visible

INDENT = "    "
LONGEST_WORD, WORD_SHOWN = 1000, 100  # characters of a word in a message, and of each of its ends where it is longer


class EndedBySignal(BaseException):
    """A signal asked the program to end; whatever it holds open is let go on the way out."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(number)
        self.number = number


class OutputFailed(ReviewerError):
    """What was to be printed could not be written, as on a full disk."""


def open_closed_streams() -> None:
    """Put something in place of the standard streams that the caller closed, which Python knows as None.

    There is nothing to read, a message is lost, and what is to be printed fails as on a full disk. It also keeps the
    next file that is opened, the database for one, from becoming standard output.
    """
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_RDONLY))
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


@contextmanager
def printing() -> Iterator[TextIO]:
    """Hand out stdout to write to.

    Raises:
        OutputFailed: it cannot be written. A reader that went away is a BrokenPipeError, which is no failure.
    """
    try:
        yield sys.stdout
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.filename is not None:
            raise  # of another file, which was read meanwhile
        raise OutputFailed(f"stdout: cannot be written: {error.strerror}") from error


def flush_output() -> None:
    """Write what stdout still holds back.

    Raises:
        OutputFailed: see `printing`.
    """
    with printing() as out:
        out.flush()


def drop_output() -> None:
    """Forget what stdout still holds back; Python would try to write it at the end, and complain once more."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _print(text: str) -> None:
    with printing() as out:
        out.write(text)


def say(text: str = "") -> None:
    """Write one or more lines to stdout, with nothing in them that could steer the terminal."""
    _print(visible(text) + "\n")


def say_sentence(text: str) -> None:
    """Write a sentence to stdout, on a terminal broken between words under its own indent."""
    indent = text[: len(text) - len(text.lstrip(" "))]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    _print(filled(visible(text.strip(" "), one_line=True), room, indent) + "\n")


def complain(text: str) -> None:
    """Write to stderr what went wrong, or what the user should know beside the result."""
    with suppress(OSError):  # what stdout could not take is said by what wrote it
        sys.stdout.flush()
    with suppress(OSError):  # a message that nothing takes is lost; the exit status is not
        sys.stderr.write(visible(text) + "\n")
        sys.stderr.flush()


def shortened(message: str) -> str:
    """Return a message in which words that would fill the screen, as a name of 5,000 characters, lack their middle."""
    return re.sub(
        rf"\S{{{LONGEST_WORD + 1},}}", lambda word: f"{word[0][:WORD_SHOWN]}…{word[0][-WORD_SHOWN:]}", message
    )


def say_indented(text: str) -> None:
    """Write foreign text with every line indented, so that none of it can pass for a line of the program.

    On a terminal lines are broken between words, since the terminal itself would go on at its left edge. Elsewhere they
    stay whole.
    """
    width = shutil.get_terminal_size().columns - len(INDENT) if sys.stdout.isatty() else None
    for line in visible(text).split("\n"):
        for part in [line] if width is None else _broken(line.expandtabs(), max(width, 20)):
            _print(f"{INDENT}{part}\n")


def _broken(line: str, width: int) -> Iterator[str]:
    """Yield `line` in parts of at most `width` cells, broken between words where that can be."""
    from rich.cells import cell_len, chop_cells

    part = ""
    for word in re.findall(r"\s*\S+|\s+", line):
        if cell_len(part + word) <= width:
            part += word
            continue
        if part:
            yield part
        *full, part = chop_cells(word.lstrip() if part else word, width) or [""]
        yield from full
    yield part


def say_json(document: object) -> None:
    """Write one JSON document to stdout. Every character beyond ASCII is escaped, so it cannot steer a terminal."""
    with printing() as out:
        json.dump(document, out, allow_nan=False, indent=2)
        out.write("\n")


def say_json_rows(head: dict[str, object], name: str, rows: Iterable[object]) -> None:
    """Write the JSON object `head` with one more member `name`, an array of `rows`, without holding them all."""
    opening = json.dumps(head)[:-1]
    _print(f"{opening}{', ' if head else ''}{json.dumps(name)}: [")
    encode = json.JSONEncoder(allow_nan=False).encode
    separator = "\n"
    for row in rows:
        _print(separator + encode(row))
        separator = ",\n"
    _print("\n]}\n")


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return the number with its noun, as in `1 item` and `1,200 items`; `plural` where that is not with an s."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {plural or noun + 's'}"


def say_line(cells: Iterable[object]) -> None:
    """Write cells as one line, separated by tabs: for listings too long to be laid out in columns."""
    _print("\t".join(visible(str(cell), one_line=True) for cell in cells) + "\n")


def table(
    rows: Iterable[Iterable[object]],
    *,
    right: frozenset[int] = frozenset(),
    keys: int | None = None,
    drawn: bool = False,
) -> None:
    """Write rows in columns; `right` names the columns, from 0, that hold numbers. Cells are made one line each.

    With `keys`, a table wider than the terminal is written in blocks of columns, the first `keys` of them in each;
    `drawn` says that its last column is a picture, which is left out there.
    """
    cells = [[visible(str(cell), one_line=True) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    shown = [list(range(len(widths)))]
    if keys is not None and sys.stdout.isatty():
        room = shutil.get_terminal_size().columns
        if sum(widths) + GAP * (len(widths) - 1) > room:
            shown = blocks(widths[: len(widths) - drawn], keys, room)
    for block in shown:
        for row in cells:
            aligned = (
                row[place].rjust(widths[place]) if place in right else row[place].ljust(widths[place])
                for place in block
            )
            _print((" " * GAP).join(aligned).rstrip() + "\n")


@contextmanager
def progress(what: str, total: float) -> Iterator[Callable[[float], None]]:
    """Show on stderr, where that is a terminal, how much of `total` is done; the function handed out takes that."""
    if not sys.stderr.isatty():
        yield lambda done: None  # noqa: ARG005
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(visible(what, one_line=True), total=total)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def watched(rows: Callable[[], list[list[str]]]) -> Iterator[None]:
    """Show on stderr, where that is a terminal, a table that is made anew several times a second."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.live import Live
    from rich.table import Table
    from rich.text import Text

    def drawn() -> Table:
        head, *body = rows()
        drawing = Table(box=None, pad_edge=False, header_style="bold")
        for place, title in enumerate(head):
            drawing.add_column(title, justify="right" if place else "left", overflow="ellipsis", no_wrap=True)
        for row in body:
            drawing.add_row(*(Text(visible(cell, one_line=True)) for cell in row))
        return drawing

    with Live(get_renderable=drawn, console=Console(stderr=True), transient=True, refresh_per_second=4):
        yield
