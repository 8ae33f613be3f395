"""Suites: named, versioned sets of prompts, checked whole when they are read.

A suite is a TOML file with its prompts or templates of prompts in it, or a TOML head with a JSONL file of the same stem
beside it, one prompt a line. Knows nothing of collecting, rating or storing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reviewer.definitions.lookup import find_in
from reviewer.definitions.prompt_templates import Expansion, expanded, read_severity
from reviewer.definitions.regular_file import is_there
from reviewer.definitions.toml_table import (
    TomlSource,
    TomlTable,
    check_stem,
    json_table,
    read_text,
    read_toml,
    read_version,
)
from reviewer.errors import BadInput
from reviewer.model import Message, Role, Suite, SuitePrompt, Turns, canonical, digest, message_values, prompt_of

INSTRUCTING = (Role.SYSTEM, Role.DEVELOPER)  # who can hand a model a secret to keep
ANSWERED = (Role.USER, Role.TOOL)  # whose message a model answers
MADE_IN_PLAY = (Role.ASSISTANT, Role.TOOL)  # what a prompt cannot hold whose turns are answered by the model itself


def find_suite(name: str, folders: Sequence[Path]) -> Suite:
    """Return the suite that `name` means: the id of a file in one of `folders`, else a path to a file."""
    return read_suite(find_in(folders, name, kind="suites"))


def read_suite(path: Path) -> Suite:
    """Return the suite whose TOML file (or TOML head) is at `path`; the name of the file must be the suite's id."""
    head = read_toml(path)
    check_stem(head, path)
    suite = Suite(
        id=head.identifier("id"),
        version=read_version(head),
        title=head.line("title"),
        evaluation=head.identifier("evaluation"),
        rubric=head.identifier("rubric"),
        source=head.prose("source", ""),
        turns=head.choice("turns", Turns, Turns.REPLAYED),
    )
    expansions = _prompt_tables(head, path.with_suffix(".jsonl"))
    head.done()
    suite = replace(suite, prompts=_prompts(expansions, suite.turns))
    return replace(suite, hash=suite_hash(suite))


def suite_hash(suite: Suite) -> str:
    """Return the hash of a suite's content, whatever `hash` it bears; prompts count in their order."""
    return digest("suite", _content(suite))


def _prompt_tables(head: TomlTable, rows: Path) -> list[Expansion]:
    """Return the prompts of the TOML file itself, those of its templates last, or of the file `rows` beside it."""
    found = [*map(Expansion, head.tables("prompt")), *expanded(head)]
    if is_there(rows):
        if found:
            problem = f"a prompt here and a file {rows.name} beside it"
            raise found[0].table.wrong(None, problem, "prompts in one of the two")
        lines = enumerate(read_text(rows).split("\n"), 1)
        tables = [json_table(line, TomlSource(str(rows), line=number)) for number, line in lines if line.strip()]
        found = [Expansion(table) for table in tables]
    if not found:
        raise head.wrong(None, "no prompt", f"one or more [[prompt]], or lines in a file {rows.name} beside it")
    return found


def _prompts(expansions: Sequence[Expansion], turns: Turns) -> tuple[SuitePrompt, ...]:
    by_name: dict[str, SuitePrompt] = {}
    by_messages: dict[str, SuitePrompt] = {}
    for expansion in expansions:
        table = expansion.table
        try:
            member = _prompt(expansion, turns)
        except BadInput as error:
            raise expansion.blamed(error) from None
        if member.name in by_name:
            problem = table.wrong("id", f"a second prompt {member.name}", "an id of its own")
            raise expansion.blamed(problem)
        if member.prompt.id in by_messages:
            twin = by_messages[member.prompt.id]
            problem = table.wrong("messages", f"the same messages as prompt {twin.name}", "each prompt once")
            raise expansion.blamed(problem)
        by_name[member.name] = member
        by_messages[member.prompt.id] = member
    return tuple(by_name.values())


def _prompt(expansion: Expansion, turns: Turns) -> SuitePrompt:
    table = expansion.table
    name = table.line("id")
    messages = _messages(table, turns)
    secret = table.prose("secret", None)
    if secret is not None and not any(secret in message.content for message in messages if message.role in INSTRUCTING):
        raise table.wrong("secret", "the secret is in no system or developer message", "one that the model was given")
    severities = [severity for severity in (read_severity(table), expansion.severity) if severity is not None]
    member = SuitePrompt(
        name=name,
        prompt=prompt_of(messages),
        reference=table.prose("reference", None),
        secret=secret,
        severity=max(severities, default=None),
        tags=(*table.texts("tags", ()), *expansion.tags),
        group=table.line("group", None),
        provenance=table.prose("provenance", None),
    )
    table.done()
    return member


def _messages(table: TomlTable, turns: Turns) -> list[Message]:
    table.value("messages")  # an array of tables may be left out, but not this one
    messages = [_message(entry, turns) for entry in table.tables("messages")]
    if not messages:
        raise table.wrong("messages", "messages is empty", "one or more messages")
    if messages[-1].role not in ANSWERED:
        problem = f"the last message is from {messages[-1].role}"
        raise table.wrong("messages", problem, "one that is answered: from user or tool")
    return messages


def _message(table: TomlTable, turns: Turns) -> Message:
    role = table.choice("role", Role)
    if turns is Turns.PLAYED and role in MADE_IN_PLAY:
        expected = 'only what is said to the model, or turns = "replayed" in the head'
        raise table.wrong("role", f"a message from {role} where turns are played", expected)
    tool_calls = _tool_calls(table)
    content = table.prose("content") if tool_calls is None else table.text("content", "")
    if tool_calls is not None and role is not Role.ASSISTANT:
        raise table.wrong("tool_calls", f"tool_calls in a message from {role}", "them only from assistant")
    table.done()
    return Message(role, content, tool_calls)


def _tool_calls(table: TomlTable) -> str | None:
    """Return the tool calls of a message as JSON text; they may be given as such text or as an array."""
    given = table.value("tool_calls", None)
    if given is None:
        return None
    try:
        calls = json.loads(given) if isinstance(given, str) else given
        text = given if isinstance(given, str) else canonical(given)
        text.encode()
    except (TypeError, ValueError):  # dates, and halves of surrogate pairs, have no place in JSON
        calls = None
    if not isinstance(calls, list) or not calls:
        raise table.wrong("tool_calls", "tool_calls is no JSON array", "the calls as the provider spells them")
    return text


def _content(suite: Suite) -> dict[str, object]:
    """Return what the hash of a suite covers: the prompts, however the file spells them.

    How turns are taken is left out where it is as by default, so that a suite from before there was a choice is itself.
    """
    turns = {} if suite.turns is Turns.REPLAYED else {"turns": suite.turns.value}
    return turns | {
        "id": suite.id,
        "version": suite.version,
        "title": suite.title,
        "evaluation": suite.evaluation,
        "rubric": suite.rubric,
        "source": suite.source,
        "prompts": [
            {
                "id": member.name,
                "messages": message_values(member.prompt.messages),
                "reference": member.reference,
                "secret": member.secret,
                "severity": member.severity,
                "tags": member.tags,
                "group": member.group,
                "provenance": member.provenance,
            }
            for member in suite.prompts
        ],
    }


def differing(before: SuitePrompt, after: SuitePrompt) -> list[str]:
    """Return which of reference, secret, severity and group two sayings about one prompt of a suite contradict."""
    pairs = {
        "reference": (before.reference, after.reference),
        "secret": (before.secret, after.secret),
        "severity": (before.severity, after.severity),
        "group": (before.group, after.group),
    }
    return [word for word, (old, new) in pairs.items() if old is not None and new is not None and old != new]


def merged(before: SuitePrompt, after: SuitePrompt) -> SuitePrompt:
    """Return `before` with what only `after` says, and the tags of both."""
    return replace(
        before,
        reference=after.reference if before.reference is None else before.reference,
        secret=after.secret if before.secret is None else before.secret,
        severity=after.severity if before.severity is None else before.severity,
        group=after.group if before.group is None else before.group,
        tags=tuple(dict.fromkeys((*before.tags, *after.tags))),
    )
