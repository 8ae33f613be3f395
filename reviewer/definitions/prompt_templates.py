"""Templates of prompts: a form with placeholders, taken over every combination of the values of its slots.

    [[slot.person]]                     # one value of the slot `person`
    id = "euler"
    text = "Leonhard Euler"             # what {person} stands for
    born = "1707"                       # what {person.born} stands for: any key, any text
    tags = ["mathematics"]              # added to those of the template; so is a higher severity

    [[template]]                        # all keys of a [[prompt]], with placeholders in their texts
    id = "born-{person.id}"
    messages = [{ role = "user", content = "When was {person|upper} born?" }]
    reference = "{person.born}"

A placeholder is `{SLOT}`, `{SLOT.KEY}`, and either with encodings after bars; `{{` and `}}` are braces. Prompts come in
the order of the templates, then of the slots and of their values in the file, the last slot changing fastest. Knows
nothing of what a prompt is: it hands on tables, filled in, that still stand where their template stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from reviewer.definitions.toml_table import ID, TomlTable
from reviewer.errors import BadInput
from reviewer.text.encoding import ENCODINGS

HIGHEST_SEVERITY = 3
MOST_PROMPTS = 100_000  # one suite; a product grows faster than whoever adds one more slot expects

_PART = re.compile(r"\{\{|\}\}|\{(?P<inside>[^{}]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Expansion:
    """A prompt's table, filled in, and what the values in it add: their tags, and the highest severity among theirs.

    `values` names them, as in `person euler`; a prompt that is no template's has none.
    """

    table: TomlTable
    tags: tuple[str, ...] = ()
    severity: int | None = None
    values: str = ""

    def blamed(self, error: BadInput) -> BadInput:
        """Return `error`, found in this prompt, so that it says which of the prompts of its line it is about."""
        if not self.values:
            return error
        return BadInput(error.file, error.line, f"{error.problem} (with {self.values})", error.expected)


@dataclass(frozen=True, slots=True)
class _Value:
    table: TomlTable
    id: str
    texts: Mapping[str, str]
    tags: tuple[str, ...]
    severity: int | None


@dataclass(frozen=True, slots=True)
class _Placeholder:
    slot: str
    key: str
    encodings: tuple[str, ...]


def expanded(head: TomlTable) -> list[Expansion]:
    """Return what the templates of `head` make of its slots."""
    templates = head.tables("template")
    slots = _slots(head)
    used: set[str] = set()
    found: list[Expansion] = []
    for template in templates:
        names = _names(template, slots)
        used |= set(names)
        if len(found) + prod(len(slots[name]) for name in names) > MOST_PROMPTS:
            raise template.wrong(None, f"more than {MOST_PROMPTS} prompts", "fewer values or fewer slots")
        combinations = product(*(slots[name] for name in names))
        for chosen in combinations:
            found.append(_filled(template, dict(zip(names, chosen, strict=True))))
    for name, values in slots.items():
        if name not in used:
            raise values[0].table.wrong(None, f"no template uses the slot {name}", f"{{{name}}} in a template")
    return found


def read_severity(table: TomlTable) -> int | None:
    """Return the severity that `table` gives, if it gives one."""
    severity = table.integer("severity", None)
    if severity is not None and not 0 <= severity <= HIGHEST_SEVERITY:
        raise table.wrong("severity", f"severity is {severity}", f"0 to {HIGHEST_SEVERITY}")
    return severity


def _slots(head: TomlTable) -> dict[str, list[_Value]]:
    table = head.table("slot", None)
    if table is None:
        return {}
    slots = {}
    for name in table.entries:
        if not ID.fullmatch(name):
            raise table.wrong(name, f"a slot named {name}", "small letters, digits and _")
        values = [_value(entry) for entry in table.tables(name)]
        if not values:
            raise table.wrong(name, f"the slot {name} has no value", f"one or more [[slot.{name}]]")
        seen = set()
        for value in values:
            if value.id in seen:
                raise value.table.wrong("id", f"a second {name} {value.id}", "an id of its own")
            seen.add(value.id)
        slots[name] = values
    return slots


def _value(table: TomlTable) -> _Value:
    name = table.line("id")
    tags, severity = table.texts("tags", ()), read_severity(table)
    texts = {key: table.prose(key) for key in table.entries if key not in ("tags", "severity")}
    return _Value(table, name, texts, tags, severity)


def _names(template: TomlTable, slots: Mapping[str, Sequence[_Value]]) -> list[str]:
    """Return the slots that `template` uses, in the order of the file; checks each of its placeholders."""
    found = set()
    for key, given in template.entries.items():
        for text in _texts(given):
            for match in _PART.finditer(text):
                placeholder = _placeholder(match, template, key)
                if placeholder is None:
                    continue
                if placeholder.slot not in slots:
                    there = ", ".join(slots) or "a [[slot]]"
                    raise template.wrong(key, f"{match[0]}: there is no slot {placeholder.slot}", there)
                for value in slots[placeholder.slot]:
                    if placeholder.key not in value.texts:
                        problem = f"no text {placeholder.key}, which a template asks for as {match[0]}"
                        raise value.table.wrong(None, problem, ", ".join(value.texts))
                found.add(placeholder.slot)
    if not found:
        raise template.wrong(None, "a template without a placeholder", "one, or a [[prompt]]")
    return [name for name in slots if name in found]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)


def _placeholder(match: re.Match[str], template: TomlTable, key: str) -> _Placeholder | None:
    """Return the placeholder that `match` is, or None for a doubled brace."""
    if match[0] in ("{{", "}}"):
        return None
    if match["inside"] is None:
        raise template.wrong(key, f"a lone {match[0]}", f"{match[0] * 2} for a brace")
    name, *encodings = match["inside"].split("|")
    slot, dot, inner = name.partition(".")
    if not ID.fullmatch(slot) or (dot and not inner):
        raise template.wrong(key, f"{match[0]} is no placeholder", "{SLOT}, {SLOT.KEY} or {SLOT|ENCODING}")
    for encoding in encodings:
        if encoding not in ENCODINGS:
            raise template.wrong(key, f"{match[0]}: there is no encoding {encoding}", "one of " + ", ".join(ENCODINGS))
    return _Placeholder(slot, inner or "text", tuple(encodings))


def _filled(template: TomlTable, chosen: Mapping[str, _Value]) -> Expansion:
    """Return `template` with `chosen` in the places of its slots."""

    def filled(value: object, key: str) -> object:
        if isinstance(value, str):
            return _PART.sub(lambda match: _replacement(match, template, key, chosen), value)
        if isinstance(value, list):
            return [filled(item, key) for item in value]
        if isinstance(value, dict):
            return {name: filled(item, key) for name, item in value.items()}
        return value

    severities = [value.severity for value in chosen.values() if value.severity is not None]
    return Expansion(
        replace(template, entries={key: filled(value, key) for key, value in template.entries.items()}, asked=set()),
        tags=tuple(tag for value in chosen.values() for tag in value.tags),
        severity=max(severities, default=None),
        values=", ".join(f"{slot} {value.id}" for slot, value in chosen.items()),
    )


def _replacement(match: re.Match[str], template: TomlTable, key: str, chosen: Mapping[str, _Value]) -> str:
    placeholder = _placeholder(match, template, key)
    if placeholder is None:
        return match[0][0]
    text = chosen[placeholder.slot].texts[placeholder.key]
    for encoding in placeholder.encodings:
        text = ENCODINGS[encoding](text)
    return text
