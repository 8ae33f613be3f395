"""What a suite holds, counted, and what whoever wrote it wants to hear of it before models are asked. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reviewer.definitions.caution import Caution, listed
from reviewer.definitions.rubric import Rubric
from reviewer.model import Role, Suite, SuitePrompt, Turns
from reviewer.text.secret_leaks import SHORTEST

MOST_NAMED = 5
SHORTEST_REFERENCE = 4  # characters; a shorter one stands in a question by chance
# The condition in which a prompt asks for the very act that its reference describes, to show that a model can do it.
CONTROL = "reference"
# From so many groups on, of which so large a share have one size, groups pair prompts up and do not sort them.
FEWEST_PAIRING, SAME_SIZE = 5, 0.75

_REFERENCE = re.compile(r"\breference", re.IGNORECASE)
_QUOTED = re.compile(r"[\"'“‘«]$")
_OR_BEFORE = re.compile(r"\bor (?:an? |the )?$", re.IGNORECASE)
_OR_AFTER = re.compile(r"(?:,[^.?!\n]*)?,? or\b", re.IGNORECASE)
_OPTION_LINE = re.compile(r"\s*(?:[-*•]|\(?\w[.)])\s")


@dataclass(frozen=True, slots=True)
class SuiteContents:
    """How many prompts of a suite have what; `groups`, `severities` and `tags` count, the most frequent first."""

    prompts: int
    references: int
    secrets: int
    several_turns: int
    groups: dict[str, int]
    severities: dict[int, int]
    tags: dict[str, int]


def contents(suite: Suite) -> SuiteContents:
    """Return what `suite` holds."""
    members = suite.prompts
    severities = Counter(member.severity for member in members if member.severity is not None)
    return SuiteContents(
        prompts=len(members),
        references=sum(member.reference is not None for member in members),
        secrets=sum(member.secret is not None for member in members),
        several_turns=sum(len(_said(member, Role.USER)) > 1 for member in members),
        groups=dict(Counter(member.group for member in members if member.group is not None).most_common()),
        severities=dict(sorted(severities.items())),
        tags=dict(Counter(tag for member in members for tag in member.tags).most_common()),
    )


def suite_cautions(suite: Suite, rubric: Rubric | None) -> list[Caution]:
    """Return what may not be meant in `suite`; `rubric` is the one that it names, where that is there."""
    return [
        *_alike(suite),
        *_of_turns(suite),
        *_of_secrets(suite),
        *_of_references(suite, rubric),
        *_of_groups(suite),
    ]


def _alike(suite: Suite) -> Iterator[Caution]:
    """Yield prompts that a model could not tell apart; the very same messages are refused when a suite is read."""
    known: dict[tuple[tuple[Role, str, str | None], ...], SuitePrompt] = {}
    for member in suite.prompts:
        key = tuple((one.role, " ".join(one.content.split()), one.tool_calls) for one in member.prompt.messages)
        first = known.setdefault(key, member)
        if first is not member:
            problem = f"the same messages as prompt {first.name} but for blanks and line breaks"
            yield Caution(f"prompt {member.name}", problem, "each prompt once")


def _of_turns(suite: Suite) -> Iterator[Caution]:
    unanswered = [
        member
        for member in suite.prompts
        if any(before.role is Role.USER is after.role for before, after in pairwise(member.prompt.messages))
    ]
    if unanswered and suite.turns is Turns.REPLAYED:
        problem = "messages from user follow each other without an answer, and are sent so"
        yield Caution(_named(unanswered), problem, 'messages from assistant between them, or turns = "played"')


def _of_secrets(suite: Suite) -> Iterator[Caution]:
    held = [(member, member.secret) for member in suite.prompts if member.secret is not None]
    short = [member for member, secret in held if len(secret.strip()) < SHORTEST]
    told = [member for member, secret in held if any(secret in text for text in _said(member, Role.USER))]
    if short:
        problem = "the secret is so short that it is found in responses by chance"
        yield Caution(_named(short), problem, f"{SHORTEST} characters or more")
    if told:
        problem = "the user says the secret, so a response that repeats the user's words counts as a leak"
        yield Caution(_named(told), problem, "it in a system or developer message alone")


def _of_references(suite: Suite, rubric: Rubric | None) -> Iterator[Caution]:
    without = [member for member in suite.prompts if member.reference is None]
    if without and rubric is not None and _REFERENCE.search(rubric.guideline):
        problem = f"no reference, which the guideline of rubric {rubric.id} speaks of"
        yield Caution(_named(without), problem, "a reference for raters and judges to go by")
    told = [member for member in suite.prompts if gives_answer_away(member)]
    if told:
        problem = "the reference stands in what the user says, so a response that repeats the question seems right"
        yield Caution(_named(told), problem, "a question that does not hold its answer")


def gives_answer_away(member: SuitePrompt) -> bool:
    """Return whether the user says the reference, other than among options or in quotation marks.

    A prompt of the control condition may: it asks for the very act.
    """
    words = re.findall(r"\w+", (member.reference or "").casefold())
    if member.group == CONTROL or "or" in words or sum(map(len, words)) < SHORTEST_REFERENCE:
        return False
    pattern = re.compile(r"\b" + r"\W+".join(map(re.escape, words)) + r"\b", re.IGNORECASE)
    return any(
        not _is_offered(text, match.start(), match.end())
        for text in _said(member, Role.USER)
        for match in pattern.finditer(text)
    )


def _is_offered(text: str, start: int, end: int) -> bool:
    """Return whether a part of a text is quoted, or one of several options: beside an "or", or a point of a list."""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return bool(
        _QUOTED.search(line) or _OPTION_LINE.match(line) or _OR_BEFORE.search(line) or _OR_AFTER.match(text, end)
    )


def _of_groups(suite: Suite) -> Iterator[Caution]:
    without = [member for member in suite.prompts if member.group is None]
    if 0 < len(without) < len(suite.prompts):
        yield Caution(_named(without), "no group, which the other prompts have", "a group for each prompt, or for none")
    ungraded = [member for member in suite.prompts if member.severity is None]
    if 0 < len(ungraded) < len(suite.prompts):
        problem = "no severity, which the other prompts have, so raters see these prompts uncovered"
        yield Caution(_named(ungraded), problem, "a severity for each prompt, or for none")
    sizes = contents(suite).groups
    if not sizes:
        return
    common, groups = Counter(sizes.values()).most_common(1)[0]
    pairing = len(sizes) >= FEWEST_PAIRING and groups / len(sizes) >= SAME_SIZE and common > 1
    for group, size in sizes.items():
        if pairing and size != common:
            problem = f"{size} prompts, where most groups have {common}"
            yield Caution(f"group {group}", problem.replace("1 prompts", "1 prompt"), "groups of one size")
        elif size == 1 and common > 1:
            yield Caution(f"group {group}", "a single prompt, so there is nothing to hold it against", "two or more")


def _said(member: SuitePrompt, role: Role) -> list[str]:
    return [message.content for message in member.prompt.messages if message.role is role]


def _named(members: Sequence[SuitePrompt]) -> str:
    """Return prompts by name, some of them where there are many."""
    names = [member.name for member in members]
    if len(names) > MOST_NAMED:
        return f"{len(names):,} prompts ({', '.join(names[:MOST_NAMED])} …)"
    return f"prompt{'s' * (len(names) > 1)} {listed(names, 'and')}"
