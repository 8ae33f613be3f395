"""Suites: named, versioned sets of prompts, checked whole when they are read.

A suite is a TOML file with its prompts in it, or a TOML head with a JSONL file of the same stem beside it, one prompt
a line. Knows nothing of collecting, rating or storing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reviewer.definition import Source, Table, check_stem, json_table, read_text, read_toml, read_version
from reviewer.model import Message, Role, Suite, SuitePrompt, canonical, digest, message_values, prompt_of
from reviewer.shipped import find_in

HIGHEST_SEVERITY = 3
INSTRUCTING = (Role.SYSTEM, Role.DEVELOPER)  # who can hand a model a secret to keep
ANSWERED = (Role.USER, Role.TOOL)  # whose message a model answers


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
    )
    tables = _prompt_tables(head, path.with_suffix(".jsonl"))
    head.done()
    suite = replace(suite, prompts=_prompts(tables))
    return replace(suite, hash=digest("suite", _content(suite)))


def _prompt_tables(head: Table, rows: Path) -> list[Table]:
    """Return the prompts of the TOML file itself, or of the file `rows` beside it."""
    tables = head.tables("prompt")
    if rows.exists():
        if tables:
            raise tables[0].wrong(None, f"a prompt here and a file {rows.name} beside it", "prompts in one of the two")
        lines = enumerate(read_text(rows).split("\n"), 1)
        tables = [json_table(line, Source(str(rows), line=number)) for number, line in lines if line.strip()]
    if not tables:
        raise head.wrong(None, "no prompt", f"one or more [[prompt]], or lines in a file {rows.name} beside it")
    return tables


def _prompts(tables: Sequence[Table]) -> tuple[SuitePrompt, ...]:
    by_name: dict[str, SuitePrompt] = {}
    by_messages: dict[str, SuitePrompt] = {}
    for table in tables:
        member = _prompt(table)
        if member.name in by_name:
            raise table.wrong("id", f"a second prompt {member.name}", "an id of its own")
        if member.prompt.id in by_messages:
            twin = by_messages[member.prompt.id]
            raise table.wrong("messages", f"the same messages as prompt {twin.name}", "each prompt once")
        by_name[member.name] = member
        by_messages[member.prompt.id] = member
    return tuple(by_name.values())


def _prompt(table: Table) -> SuitePrompt:
    name = table.line("id")
    messages = _messages(table)
    secret = table.prose("secret", None)
    if secret is not None and not any(secret in message.content for message in messages if message.role in INSTRUCTING):
        raise table.wrong("secret", "the secret is in no system or developer message", "one that the model was given")
    severity = table.integer("severity", None)
    if severity is not None and not 0 <= severity <= HIGHEST_SEVERITY:
        raise table.wrong("severity", f"severity is {severity}", f"0 to {HIGHEST_SEVERITY}")
    member = SuitePrompt(
        name=name,
        prompt=prompt_of(messages),
        reference=table.prose("reference", None),
        secret=secret,
        severity=severity,
        tags=table.texts("tags", ()),
        group=table.line("group", None),
        provenance=table.prose("provenance", None),
    )
    table.done()
    return member


def _messages(table: Table) -> list[Message]:
    table.value("messages")  # an array of tables may be left out, but not this one
    messages = [_message(entry) for entry in table.tables("messages")]
    if not messages:
        raise table.wrong("messages", "messages is empty", "one or more messages")
    if messages[-1].role not in ANSWERED:
        problem = f"the last message is from {messages[-1].role}"
        raise table.wrong("messages", problem, "one that is answered: from user or tool")
    return messages


def _message(table: Table) -> Message:
    role = table.choice("role", Role)
    tool_calls = _tool_calls(table)
    content = table.prose("content") if tool_calls is None else table.text("content", "")
    if tool_calls is not None and role is not Role.ASSISTANT:
        raise table.wrong("tool_calls", f"tool_calls in a message from {role}", "them only from assistant")
    table.done()
    return Message(role, content, tool_calls)


def _tool_calls(table: Table) -> str | None:
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
    """Return what the hash of a suite covers, the same for both forms of file."""
    return {
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
