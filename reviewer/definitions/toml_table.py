"""Definition files: TOML that users write, read so that every mistake is reported with its file and line.

Knows how values are found and refused, not what any of them means. The parser gives no places, so a line is worked out
only once there is something to report.
"""

from __future__ import annotations

import difflib
import json
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from pathlib import Path
from typing import TypeVar

from reviewer.definitions.regular_file import require_regular
from reviewer.definitions.toml_lines import Step, line_of, statement_lengths
from reviewer.errors import BadInput, NotFound

LARGEST = sys.float_info.max  # infinity and not-a-number fail a comparison with it
LAST_VERSION = 999_999_999  # databases keep no number of any length
MISSPELLED = 0.75  # likeness from which a key is taken for a misspelling of one that is missing
SHOWN = 60  # characters of a wrong value that an error repeats

ID = re.compile(r"[a-z0-9_]+")
ERROR_LINE = re.compile(r" \(at (?:line ([0-9]+), column [0-9]+|end of document)\)$")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Absent(Enum):
    """What a getter is given in place of a default when the key must be there."""

    REFUSED = "refused"


T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class TomlSource:
    """Where a definition comes from: TOML text, one line of a file, or (with neither) something without lines."""

    name: str
    toml: str | None = None
    line: int | None = None

    def line_of(self, path: tuple[Step, ...]) -> int | None:
        """Return the line at which `path` is, where there are lines."""
        return self.line if self.toml is None else line_of(self.toml, path)


@dataclass(frozen=True, slots=True)
class TomlTable:
    """A table of a definition and where it stands. A getter checks type and presence; `done` refuses what is left.

    The keys that were asked for are the ones that are known, so each is named once, where it is read.
    """

    entries: Mapping[str, object]
    source: TomlSource
    path: tuple[Step, ...] = ()
    asked: set[str] = field(default_factory=set, compare=False, repr=False)

    def keys(self) -> tuple[str, ...]:
        """Return the keys that are there, in the order of the file."""
        return tuple(self.entries)

    def value(self, key: str, default: T | Absent = Absent.REFUSED) -> object | T:
        """Return what stands under `key`, of whatever type."""
        self.asked.add(key)
        return self.entries[key] if key in self.entries else self._default(key, default)

    def text(self, key: str, default: T | Absent = Absent.REFUSED) -> str | T:
        """Return the text under `key`."""
        self.asked.add(key)
        if key not in self.entries:
            return self._default(key, default)
        return self._checked_text(key, self.entries[key])

    def identifier(self, key: str) -> str:
        """Return the text under `key`, which names something in other files, in the database and on command lines."""
        name = self.text(key)
        if ID.fullmatch(name):
            return name
        raise self._mistyped(key, "small letters, digits and _")

    def line(self, key: str, default: T | Absent = Absent.REFUSED) -> str | T:
        """Return the text under `key`, which is not blank and fits on one line."""
        value = self.text(key, default)
        if key not in self.entries or (isinstance(value, str) and value.strip() and value.isprintable()):
            return value
        raise self._mistyped(key, "one line of text")

    def prose(self, key: str, default: T | Absent = Absent.REFUSED) -> str | T:
        """Return the text under `key`, which is not blank."""
        value = self.text(key, default)
        if key not in self.entries or (isinstance(value, str) and value.strip()):
            return value
        raise self.wrong(key, f"{key} is empty", "text")

    def integer(self, key: str, default: T | Absent = Absent.REFUSED) -> int | T:
        """Return the whole number under `key`."""
        self.asked.add(key)
        if key not in self.entries:
            return self._default(key, default)
        value = self.entries[key]
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise self._mistyped(key, "a whole number")

    def number(self, key: str, default: T | Absent = Absent.REFUSED) -> float | T:
        """Return the finite number under `key`."""
        self.asked.add(key)
        if key not in self.entries:
            return self._default(key, default)
        value = self.entries[key]
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST:
            return float(value)
        raise self._mistyped(key, "a number")

    def boolean(self, key: str, default: T | Absent = Absent.REFUSED) -> bool | T:
        """Return the truth value under `key`."""
        self.asked.add(key)
        if key not in self.entries:
            return self._default(key, default)
        value = self.entries[key]
        if isinstance(value, bool):
            return value
        raise self._mistyped(key, "true or false")

    def texts(self, key: str, default: T | Absent = Absent.REFUSED) -> tuple[str, ...] | T:
        """Return the array of texts under `key`."""
        self.asked.add(key)
        if key not in self.entries:
            return self._default(key, default)
        value = self.entries[key]
        if isinstance(value, list):
            return tuple(self._checked_text(key, item) for item in value)
        raise self._mistyped(key, "an array of texts")

    def choice(self, key: str, kind: type[Choice], default: T | Absent = Absent.REFUSED) -> Choice | T:
        """Return the member of `kind` whose value is the text under `key`."""
        self.asked.add(key)
        if key not in self.entries:
            return self._default(key, default)
        value = self.entries[key]
        for member in kind:
            if member.value == value:
                return member
        raise self._mistyped(key, "one of " + ", ".join(kind))

    def table(self, key: str, default: T | Absent = Absent.REFUSED) -> TomlTable | T:
        """Return the table under `key`."""
        self.asked.add(key)
        if key not in self.entries:
            return self._default(key, default)
        value = self.entries[key]
        if isinstance(value, dict):
            return TomlTable(value, self.source, (*self.path, key))
        raise self._mistyped(key, "a table")

    def tables(self, key: str) -> list[TomlTable]:
        """Return the array of tables under `key`; an array that is not there is empty."""
        self.asked.add(key)
        value = self.entries.get(key, [])
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            return [TomlTable(item, self.source, (*self.path, key, index)) for index, item in enumerate(value)]
        raise self._mistyped(key, "an array of tables")

    def done(self) -> None:
        """Refuse a key that nothing asked for."""
        for key in self.entries:
            if key not in self.asked:
                near = difflib.get_close_matches(key, self.asked, n=1)
                raise self.wrong(key, f"unknown key {key}", near[0] if near else ", ".join(sorted(self.asked)))

    def wrong(self, key: str | None, problem: str, expected: str = "") -> BadInput:
        """Return the error to raise for what is under `key`, or for the table itself if there is no such key."""
        path = self.path if key is None or key not in self.entries else (*self.path, key)
        line = self.source.line_of(path)
        if line is None and self.path:
            problem = f"{_spelled(self.path)}: {problem}"
        return BadInput(self.source.name, line, problem, expected)

    def _default(self, key: str, default: T | Absent) -> T:
        if not isinstance(default, Absent):
            return default
        unknown = [name for name in self.entries if name not in self.asked]
        for name in difflib.get_close_matches(key, unknown, n=1, cutoff=MISSPELLED):
            raise self.wrong(name, f"unknown key {name}", key)
        raise self.wrong(None, f"{key} is missing")

    def _checked_text(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            raise self._mistyped(key, "text")
        if UNSTORABLE.search(value):
            raise self.wrong(key, f"{key} holds a NUL character or half of a surrogate pair", "text that can be stored")
        return value

    def _mistyped(self, key: str, expected: str) -> BadInput:
        return self.wrong(key, f"{key} is {_shown(self.entries[key])}", expected)


def read_text(path: Path) -> str:
    """Return the text of a definition file, which is UTF-8.

    Raises:
        NotFound: there is no regular file there that can be read.
        BadInput: it is not UTF-8; names the first line that is not.
    """
    require_regular(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path}: cannot be read: {error.strerror}") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadInput(str(path), line, "not UTF-8", "a text file in UTF-8") from None


def read_toml(path: Path) -> TomlTable:
    """Return the TOML file at `path` as a table."""
    text = read_text(path).replace("\r\n", "\n")
    try:
        values = tomllib.loads(text)
    except ValueError as error:  # a number too long to read is not reported as a TOMLDecodeError
        problem, line = str(error), None
        if place := ERROR_LINE.search(problem):
            problem = problem[: place.start()]
            # At the end of the document it is the start of what never ends that has to be mended.
            line = int(place[1]) if place[1] else sum(statement_lengths(text)) + 1
        raise BadInput(str(path), line, f"not TOML: {problem}") from None
    except RecursionError:
        raise BadInput(str(path), None, "nested too deeply", "a definition of a few levels") from None
    return TomlTable(values, TomlSource(str(path), toml=text))


def check_stem(table: TomlTable, path: Path) -> None:
    """Refuse a definition whose id is not the stem of its file, since the id has to lead to the file."""
    name = table.identifier("id")
    if name != path.stem:
        raise table.wrong("id", f"id is {name} in a file named {path.name}", path.stem)


def read_version(table: TomlTable) -> int:
    """Return the version of a definition; 0 is kept for what imports make."""
    version = table.integer("version")
    if not 1 <= version <= LAST_VERSION:
        raise table.wrong("version", f"version is {_shown(version)}", f"1 to {LAST_VERSION}")
    return version


def json_table(body: str, source: TomlSource) -> TomlTable:
    """Return the JSON object in `body` as a table."""
    try:
        values = json.loads(body, parse_constant=_refuse_constant)
    except ValueError as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise BadInput(source.name, source.line, f"not JSON: {reason}") from None
    except RecursionError:
        raise BadInput(source.name, source.line, "nested too deeply", "a definition of a few levels") from None
    if not isinstance(values, dict):
        raise BadInput(source.name, source.line, f"holds {_shown(values)}", "a JSON object")
    return TomlTable(values, source)


def _shown(value: object) -> str:
    """Return a wrong value as an error repeats it: on one line, and short."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "an array"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _spelled(path: tuple[Step, ...]) -> str:
    """Return a path as people count: `question 2, option 1`."""
    words = [f" {step + 1}" if isinstance(step, int) else f", {step}" for step in path]
    return "".join(words).removeprefix(", ")


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
