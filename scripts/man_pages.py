"""Makes the man pages in `docs/man`, one for each command, from what the program says of itself.

    python scripts/man_pages.py [FOLDER]

The same pages come out each time: they bear the version, and no date.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import fill

import click
from click_man.man import ManPage  # type: ignore[import-untyped]

from reviewer import __version__
from reviewer.cli.main import cli
from reviewer.definitions.provider import Provider

KEPT = "\b\n"  # what click has before a paragraph whose lines stay as they are
UNBROKEN = ".nh\n.ad l\n"  # no word is divided, and no blank put in: what is copied from a page must stay what it is
BOLD, PLAIN = r"\fB", r"\fP"
FOLDER = Path(__file__).parents[1] / "docs" / "man"
# What roff would take for an escape, or print as another character than a shell reads.
SIGNS = str.maketrans({"\\": r"\e", "-": r"\-", "'": r"\(aq", "~": r"\(ti", "^": r"\(ha"})
KEYS = sorted({one.traits.key_variable for one in Provider if one.traits.key_variable is not None})
FILES = {
    "./reviews.db": "The database, where none is named.",
    "./prompts/": "Rubrics, suites, graders, profiles and models.toml. What is not here is looked up in the copy inside"
    " the package.",
    "~/.config/reviewer/signing_key.pem": "The key that `reviewer seal` signs with, where there is one.",
}
ENVIRONMENT = {
    "REVIEWER_DB": "The database, where --db names none.",
    "REVIEWER_RATER": "Who rates or decides, where --rater names nobody.",
    ", ".join(KEYS): "The keys of the providers. They are never stored or shown.",
    "NO_COLOR": "Set to anything, it switches colours off.",
}
EXIT_STATUS = {"0": "Done.", "1": "It could not be done, or not all of it; stderr says why.", "2": "Wrong usage."}


class CommandPage(ManPage):  # type: ignore[misc]
    """The page of one command."""

    def __init__(self, context: click.Context) -> None:
        super().__init__(context.command_path)
        self.context = context
        self.short_help = roff(summary(context).removesuffix("."))
        self.description = inspect.cleandoc(context.command.help or "")
        self.synopsis = " ".join(context.command.collect_usage_pieces(context))
        options = (one for one in context.command.get_params(context) if isinstance(one, click.Option))
        self.options = [record for one in options if (record := one.get_help_record(context)) is not None]

    def replace_blank_lines(self, s: str) -> str:
        """Return text of the program as roff; what click's mark begins keeps its lines."""
        return "\n.PP\n".join(
            f".nf\n{roff(one.removeprefix(KEPT))}\n.fi" if one.startswith(KEPT) else prose(one)
            for one in s.split("\n\n")
        )

    def __str__(self) -> str:
        _, _, body = super().__str__().partition("\n")
        # Both names of an option in bold, not the first alone.
        body = re.sub(r"^\\fB(\S+),\\fP (\S+)", r"\\fB\1\\fP, \\fB\2\\fP", body, flags=re.MULTILINE)
        head = f'.TH "{name(self.context).upper()}" "1" "" "reviewer {__version__}" "Reviewer Manual"\n'
        return head + UNBROKEN + body + "".join(f".SH {title}\n{text}\n" for title, text in self.sections())

    def sections(self) -> Iterator[tuple[str, str]]:
        """Yield what stands below the options, as (title, roff)."""
        command, parent = self.context.command, self.context.parent
        below = list(children(self.context))
        if command.epilog:
            yield "NOTES", self.replace_blank_lines(command.epilog)
        if below:
            yield "COMMANDS", listed((name(one), summary(one)) for one in below)
        if parent is None:
            yield "FILES", listed(FILES.items())
            yield "ENVIRONMENT", listed(ENVIRONMENT.items())
            yield "EXIT STATUS", listed(EXIT_STATUS.items())
        near = ([] if parent is None else [parent]) + below
        yield "SEE ALSO", ",\n".join(map(reference, near))


def roff(text: str) -> str:
    """Return text in which nothing is taken for a request of roff; what stands in backquotes becomes bold."""
    bold = re.sub("`([^`]*)`", r"\\fB\1\\fP", text.translate(SIGNS))
    return re.sub("^[.]", r"\\&.", bold, flags=re.MULTILINE)


def prose(text: str) -> str:
    """Return a paragraph as roff, in lines of the length that is usual there."""
    return roff(fill(" ".join(text.split()), 72, break_long_words=False, break_on_hyphens=False))


def listed(entries: Iterable[tuple[str, str]]) -> str:
    """Return a list of terms, each with its text."""
    return "\n".join(f".TP\n{BOLD}{roff(term)}{PLAIN}\n{prose(text)}" for term, text in entries)


def summary(context: click.Context) -> str:
    """Return the first sentence of a command's help."""
    return context.command.get_short_help_str(limit=200)


def name(context: click.Context) -> str:
    """Return the name of the page of a command."""
    return context.command_path.replace(" ", "-")


def reference(context: click.Context) -> str:
    """Return roff that points to the page of a command."""
    return f"{BOLD}{roff(name(context))}{PLAIN}(1)"


def children(context: click.Context) -> Iterator[click.Context]:
    """Yield a context of each command directly below that of `context`."""
    group = context.command
    if isinstance(group, click.Group):
        for child in group.list_commands(context):
            if (command := group.get_command(context, child)) is not None:
                yield click.Context(command, context, child)


def write(context: click.Context, folder: Path) -> None:
    """Write the page of a command, and those of the commands below it."""
    (folder / f"{name(context)}.1").write_text(str(CommandPage(context)), encoding="utf-8")
    for child in children(context):
        write(child, folder)


if __name__ == "__main__":
    into = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    into.mkdir(parents=True, exist_ok=True)
    for old in into.glob("reviewer*.1"):  # of commands that are no more
        old.unlink()
    write(click.Context(cli, info_name="reviewer", **cli.context_settings), into)
