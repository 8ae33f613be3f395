"""`reviewer suite check`: whether a suite is right, what it holds, and how raters and models will see its prompts."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reviewer.cli.completed_names import suite_names
from reviewer.cli.definition_check import (
    FILE_HELP,
    caution_values,
    say_cautions,
    say_rows,
    terminal_size,
)
from reviewer.cli.options import completed, json_option, next_command
from reviewer.cli.terminal import counted, say, say_indented, say_json, say_sentence
from reviewer.definitions.regular_file import is_regular
from reviewer.errors import NotFound, ReviewerError

if TYPE_CHECKING:
    from reviewer.definitions.rubric import Rubric
    from reviewer.definitions.suite_review import SuiteContents
    from reviewer.model import Suite, SuitePrompt

MOST_COUNTS = 12  # groups or tags that are counted one by one
MOST_NAMED = 5  # prompts that an error names


@click.group("suite")
def suite_group() -> None:
    """Check suites, and see their prompts as raters and models will."""


@suite_group.command("check", epilog=FILE_HELP)
@click.argument("file", shell_complete=completed(suite_names, or_file=True))
@click.option("--prompt", "prompt_name", metavar="ID", help="The prompt that is shown, instead of the first.")
@json_option
def check(file: str, prompt_name: str | None, *, as_json: bool) -> None:
    """Check the suite in FILE, count what it holds, and show a prompt as raters and models will see it."""
    from reviewer.definitions.caution import Caution
    from reviewer.definitions.suite import read_suite
    from reviewer.definitions.suite_review import contents, suite_cautions

    path = _head(file)
    suite = read_suite(path)
    shown = _member(suite, prompt_name)
    try:
        rubric, cautions = _rubric(suite), []
    except ReviewerError as error:
        rubric, cautions = None, [Caution("rubric", str(error), path=("rubric",))]
    cautions += suite_cautions(suite, rubric)
    held, templated = contents(suite), _from_templates(path, suite)
    if as_json:
        say_json(
            _document(suite, held, templated, rubric)
            | {"prompt": _prompt_values(suite, shown)}
            | {"warnings": caution_values(path, cautions)}
        )
        return
    _say_contents(suite, held, templated, rubric)
    _say_prompt(suite, shown)
    say_cautions(path, cautions)
    named = str(path) if file.endswith(".jsonl") else file
    say(f"Next: {next_command('collect', '--suite', named, '--model', 'CONFIG', '--dry-run')}")


def _head(file: str) -> Path:
    """Return the TOML file that `file` means; of a suite whose prompts are in a JSONL file, the head beside it."""
    from reviewer.definitions.lookup import find

    path = find("suites", file)
    if path.suffix != ".jsonl":
        return path
    head = path.with_suffix(".toml")
    if not is_regular(head):
        raise NotFound(f"{path}: the prompts of a suite without its head; expected a file {head.name} beside it")
    return head


def _rubric(suite: Suite) -> Rubric:
    from reviewer.definitions.lookup import folders
    from reviewer.definitions.rubric import find_rubric

    return find_rubric(suite.rubric, folders("rubrics"))


def _member(suite: Suite, name: str | None) -> SuitePrompt:
    if name is None:
        return suite.prompts[0]
    names = [member.name for member in suite.prompts]
    if name in names:
        return suite.prompts[names.index(name)]
    near = ", ".join(difflib.get_close_matches(name, names)) or ", ".join(names[:MOST_NAMED])
    raise NotFound(f"--prompt {name}: suite {suite.id} has no such prompt; expected one such as {near}")


def _from_templates(path: Path, suite: Suite) -> int:
    """Return how many prompts of the suite come from templates."""
    from reviewer.definitions.toml_table import read_toml

    head = read_toml(path)
    return len(suite.prompts) - len(head.tables("prompt")) if head.tables("template") else 0


def _say_contents(suite: Suite, held: SuiteContents, templated: int, rubric: Rubric | None) -> None:
    from reviewer.tui.prompt_text import SEVERITIES

    say_sentence(f"suite {suite.id}, version {suite.version}: {suite.title}")
    say(f"hash {suite.hash}")
    there = f"{suite.rubric} ({'cannot be read' if rubric is None else rubric.title})"
    say_sentence(f"evaluation {suite.evaluation}; rubric {there}; turns are {suite.turns}")
    made = ", all from templates" if templated == held.prompts else f", {templated:,} of them from templates"
    say_sentence(
        f"{counted(held.prompts, 'prompt')}{made if templated else ''}; with a reference {held.references:,},"
        f" with a secret {held.secrets:,}, over several turns {held.several_turns:,}"
    )
    say_sentence(f"groups: {_counts(held.groups)}")
    say_sentence(f"severity: {_counts({SEVERITIES[level]: number for level, number in held.severities.items()})}")
    say_sentence(f"tags: {_counts(held.tags)}")


def _counts(counts: dict[str, int]) -> str:
    shown = [f"{name} {number:,}" for name, number in list(counts.items())[:MOST_COUNTS]]
    more = len(counts) - len(shown)
    return ", ".join([*shown, *([f"and {more:,} more"] if more else [])]) or "none"


def _say_prompt(suite: Suite, member: SuitePrompt) -> None:
    """Show a prompt as it stands above the responses, and as it is sent."""
    from reviewer.model import message_values
    from reviewer.providers.calls import turns_of
    from reviewer.tui.preview_text import prompt_preview

    columns, _ = terminal_size()
    place = suite.prompts.index(member) + 1
    notes = [f"group {member.group}"] if member.group else []
    notes += [f"tags {', '.join(member.tags)}"] if member.tags else []
    said = f": {'; '.join(notes)}" if notes else ""
    say()
    say_sentence(f"Prompt {place:,} of {len(suite.prompts):,}, {member.name}{said}. Raters see:")
    say_rows(prompt_preview(member, columns))
    turns = turns_of(member.prompt.messages, played=_is_played(suite))
    if len(turns) > 1:
        say_sentence(f"A model is sent {len(turns)} requests, each with all before it and its own answers in between:")
    else:
        say("A model is sent one request:")
    for number, turn in enumerate(turns, 1):
        if len(turns) > 1:
            say(f"  request {number}")
        for message in message_values(turn):
            say_indented(json.dumps(message, ensure_ascii=False))
    kept = [word for word, text in (("reference", member.reference), ("secret", member.secret)) if text]
    if kept:
        say_sentence(f"Not sent: {' and '.join(kept)}.")


def _is_played(suite: Suite) -> bool:
    from reviewer.model import Turns

    return suite.turns is Turns.PLAYED


def _document(suite: Suite, held: SuiteContents, templated: int, rubric: Rubric | None) -> dict[str, object]:
    return {
        "suite": suite.id,
        "version": suite.version,
        "hash": suite.hash,
        "title": suite.title,
        "evaluation": suite.evaluation,
        "rubric": suite.rubric,
        "rubric_hash": None if rubric is None else rubric.hash,
        "turns": suite.turns.value,
        "prompts": held.prompts,
        "from_templates": templated,
        "with_reference": held.references,
        "with_secret": held.secrets,
        "several_turns": held.several_turns,
        "groups": held.groups,
        "severities": held.severities,
        "tags": held.tags,
    }


def _prompt_values(suite: Suite, member: SuitePrompt) -> dict[str, object]:
    from reviewer.model import message_values
    from reviewer.providers.calls import turns_of

    turns = turns_of(member.prompt.messages, played=_is_played(suite))
    return {
        "id": member.name,
        "hash": member.prompt.id,
        "requests": [message_values(turn) for turn in turns],
        "reference": member.reference,
        "secret": member.secret,
        "severity": member.severity,
        "group": member.group,
        "tags": list(member.tags),
    }
