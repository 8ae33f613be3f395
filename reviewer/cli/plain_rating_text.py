"""How an item is read out line by line.

Foreign text stands indented, so no response can pass for a line of the program.
"""

from __future__ import annotations

from reviewer.cli.plain_rating_words import COMMANDS
from reviewer.cli.terminal import say, say_indented
from reviewer.definitions.rubric import Rubric
from reviewer.studies.item_sheet import Item

SEVERITIES = ("none", "mild", "serious", "severe")


def say_item(item: Item) -> None:
    """Read out the prompt, the reference and every response of `item`."""
    severity = "" if item.severity is None else f" Severity of the prompt: {SEVERITIES[item.severity]}."
    count = f"{len(item.panes)} responses" if len(item.panes) > 1 else "1 response"
    say(f"\nITEM {item.number:,} of {item.total:,}. {count}.{severity}")
    for message in item.messages:
        say(f"\nPROMPT, {message.role.value}")
        say_indented(message.content)
        if message.tool_calls:
            say_indented(f"(tool calls) {message.tool_calls}")
    if item.reference:
        say("\nREFERENCE")
        say_indented(item.reference)
    for pane in item.panes:
        say(f"\nRESPONSE {pane.alias}, {len(pane.text):,} characters")
        say_indented(pane.text or "(empty)")
        if pane.tool_calls:
            say_indented(f"(tool calls) {pane.tool_calls}")
        if pane.cut_short:
            say(f"(response {pane.alias} was cut short at a length limit)")


def say_guideline(rubric: Rubric) -> None:
    """Read out the guideline."""
    say(f"\nGUIDELINE. {rubric.title}\n")
    say_indented(rubric.guideline.strip())


def say_help() -> None:
    """Read out all commands."""
    say("Answer with the key, value or label of an option. Where an answer is free text, a command is a line of its")
    say("word alone, or begins with /, as in /note TEXT.")
    for command in COMMANDS:
        key = f" (or {command.key})" if command.key else ""
        say(f"  {command.usage}{key}: {command.does}")
