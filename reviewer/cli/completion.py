"""`reviewer completion`: what makes a shell complete words, and the answer to each TAB.

Scripts and protocol are click's. Here stands what they lack: options written `--name=value`, names with an `@` or a `:`
in bash, and help with a comma in fish.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    shell_complete,
)

from reviewer.cli.terminal import complain, printing

PROGRAM, VARIABLE = "reviewer", "_REVIEWER_COMPLETE"
BREAKS = frozenset("=:@")  # where bash takes a word apart before it hands it over


class WholeWords(ShellComplete):
    """Completes `--name=value` by whole words, as shells that do not take it apart expect."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """Return the items with the name of the option in front of each value, where it stands in the word."""
        items = super().get_completions(args, incomplete)
        name, equals, _ = incomplete.partition("=")
        if not (equals and name.startswith("-")):
            return items
        return [CompletionItem(name + equals + item.value, item.type, item.help) for item in items]


@add_completion_class
class WholeWordsInBash(WholeWords, BashComplete):
    """Puts together what bash took apart, and answers with the part that bash replaces: what follows the last break."""

    front = ""  # of the word to complete, what bash will leave as it is

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one to complete, and that word."""
        args, last = super().get_completion_args()
        words: list[str] = []
        apart = False
        for part in (*args, last):
            is_break = part != "" and BREAKS.issuperset(part)
            if words and (is_break or apart):
                words[-1] += part
            else:
                words.append(part)
            apart = is_break
        *before, word = words
        # Of the breaks an @ alone is replaced with what follows it.
        self.front = (word if apart else word.removesuffix(last)).removesuffix("@")
        return before, word

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Return the item as the script reads it."""
        return super().format_completion(CompletionItem(item.value.removeprefix(self.front), item.type))


@add_completion_class
class WholeWordsInZsh(WholeWords, ZshComplete):
    """Completes in zsh."""


@add_completion_class
class WholeWordsInFish(WholeWords, FishComplete):
    """Completes in fish, with a script that does not end the help at its first comma."""

    source_template = FishComplete.source_template.replace('string split ","', 'string split --max 1 ","')


# Shell -> what answers it, the line that loads its script, and the file from which the shell reads the line.
SHELLS: dict[str, tuple[type[ShellComplete], str, str]] = {
    "bash": (WholeWordsInBash, f'eval "$({PROGRAM} completion bash)"', "~/.bashrc"),
    "zsh": (WholeWordsInZsh, f'eval "$({PROGRAM} completion zsh)"', "~/.zshrc, below compinit"),
    "fish": (WholeWordsInFish, f"{PROGRAM} completion fish | source", f"~/.config/fish/completions/{PROGRAM}.fish"),
}


# A paragraph that begins with \b keeps its lines.
STARTUP_LINES = "\b\nTo have it in every shell, put one line in a file:\n" + "\n".join(
    f"  {file}\n      {line}" for _, line, file in SHELLS.values()
)


@click.command("completion", epilog=STARTUP_LINES)
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def completion_command(ctx: click.Context, shell: str) -> None:
    """Print the script that makes a shell complete commands, options and names.

    Studies, raters and graders are completed from the database: that of a --db typed before, else $REVIEWER_DB or
    ./reviews.db.
    """
    answers, line, file = SHELLS[shell]
    with printing() as out:
        out.write(answers(ctx.find_root().command, {}, PROGRAM, VARIABLE).source())
    if sys.stdout.isatty():
        complain(f"To have this in every {shell}, put this line in {file}:\n    {line}")


def answer_tab(command: click.Command) -> None:
    """Write what the shell asks for in the environment; where it cannot be had nothing: a TAB must not complain."""
    with suppress(Exception, KeyboardInterrupt):
        shell_complete(command, {}, PROGRAM, VARIABLE, os.environ[VARIABLE])
