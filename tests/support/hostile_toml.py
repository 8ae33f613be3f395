"""Definition files as careless hands, other programs and enemies write them, and what the commands make of them.

Each is one of the shipped files, changed as text, so that what is wrong stands among what is right.
"""

from __future__ import annotations

import csv
import os
import shutil
import sqlite3
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

from tests.support.folders import PROMPTS, SHIPPED_MODELS
from tests.support.fuzzing import CalledCommand, Tried, Wrong, call
from tests.support.stories import fill

DATABASE = "reviews.db"
MODEL = "claude-opus-4"
LONG = "x" * 70_000

# TOML for a value, right or wrong.
VALUES = (
    '""', '" "', '"x"', "'x'", '"""\nx\n"""', "true", "false", "0", "1", "-1", "2.5", "1e999", "inf", "nan", "-0",
    "9" * 400, "9" * 5000, "0x" + "f" * 300, "1_000", "1979-05-27T07:32:00Z", "1979-05-27", "07:32:00",
    "9999-12-31T23:59:60-23:59", "0000-01-01", "1979-13-41", "[]", "{}", "[[]]", "[1, \"x\"]", '["x"]', '{ x = 1 }',
    '{ column = 3 }', "[{}]", '"\\u0000"', '"\\ud800"', '"\\u001b]0;t\\u0007"', '"\\u202e"', '"\\U0010ffff"',
    '"e\\u0301"', '"' + "y" * 5000 + '"', "[" * 80 + "]" * 80, "[" * 3000 + "]" * 3000,
    "{ a = " * 60 + "1" + " }" * 60, '"../../etc/passwd"', '"{{ 6 * 7 }}"', '"%s%n"', '"[red]x[/nope]"',
    '"http://[::1"', '"https://user:word@host"', '"openai-chat"', '"replay"', '"nominal"', '"ordinal"', '"interval"',
    '"multi"', '"preference"', '"text"', '"item"', '"turn"', '"judge"', '"rule"', '"0"', '"\\n"',
)  # fmt: skip
# Bytes put anywhere.
PIECES = (
    "\x00", "\x1b[2J", "\x7f", "\x85", "\ufeff", "\u202e", "\u2028", "\r", "\r\n", "\n", '"', "'", '"""', "'''", "=",
    "[", "]", "[[", "]]", "{", "}", "#", "\\", "\t", ",", ".", "\u00e9", "e\u0301", "\U0001f600", "\u0130", "[a]\n",
    "a.b.c = 1\n", "\n[[question]]\n", "\n[[question.option]]\n", "\n[[prompt]]\n", "\n[[model]]\n", "\n[[rater]]\n",
    "\n[map]\n", "\n[x]\n[x]\n", "x = 1\nx = 2\n", "\n\"\" = 1\n", "\n\"\\u0000\" = 1\n", "\nid = 3\n",
    "\nversion = 0\n", f"\n[{'.'.join('a' * 400)}]\n", f"\n{'a.' * 300}a = 1\n", f"\n{LONG} = 1\n",
)  # fmt: skip
JSON_VALUES = (
    "null", "[]", "{}", "3", '"x"', "NaN", "1e999", "9" * 5000, "[" * 3000 + "]" * 3000, '"\\ud800"', '"\\u0000"',
    "true", '{"a": {"b": []}}', '[{"role": "user"}]', '[{"role": "nobody", "content": "x"}]', '[null]',
    '"' + LONG + '"',
)  # fmt: skip
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "utf-7", "cp1252", "cp037")
NAMES = ("x" * 200, "\u00e9", "a b", "-x", "a'b", "x;y", "\u202ex", "[red]", "CON", "%41")


def replaced_value(chance: Random, text: str) -> str:
    """Give one key another value."""
    lines = text.split("\n")
    places = [place for place, line in enumerate(lines) if " = " in line and not line.startswith("#")]
    if not places:
        return text
    place = chance.choice(places)
    key, _, value = lines[place].partition(" = ")
    others = [line.partition(" = ")[2] for line in lines if " = " in line]
    lines[place] = f"{key} = {chance.choice(VALUES) if chance.random() < 0.7 else chance.choice(others)}"
    if chance.random() < 0.1:
        lines.insert(place, f"{key} = {value}")
    return "\n".join(lines)


def replaced_key(chance: Random, text: str) -> str:
    """Give one value another key, or leave the key out."""
    lines = text.split("\n")
    places = [place for place, line in enumerate(lines) if " = " in line]
    if not places:
        return text
    place = chance.choice(places)
    keys = [line.partition(" = ")[0] for line in lines if " = " in line]
    odd = ("", '""', "x", "id.x", '"a b"', "'\u202e'", "\u00e9", "1", "-", LONG, '"\\u0000"', "__class__", "items")
    lines[place] = f"{chance.choice(keys + list(odd))} = {lines[place].partition(' = ')[2]}"
    return "\n".join(lines)


def cut(chance: Random, text: str) -> str:
    """Cut the text off, at its end or its start, or a part out of it."""
    first, last = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    return chance.choice((text[:first], text[last:], text[:first] + text[last:]))


def doubled(chance: Random, text: str) -> str:
    """Have the whole, or some of its lines, twice or many times."""
    lines = text.split("\n")
    first, last = sorted(chance.randrange(len(lines) + 1) for _ in range(2))
    times = chance.choice((1, 1, 1, 1, 20))
    if chance.random() < 0.2:
        return f"{text}\n{text}"
    return "\n".join([*lines[:last], *lines[first:last] * times, *lines[last:]])


def shuffled(chance: Random, text: str) -> str:
    """Exchange two lines."""
    lines = text.split("\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def with_piece(chance: Random, text: str) -> str:
    """Put something anywhere, or at the start of a line."""
    piece, place = chance.choice(PIECES), chance.randrange(len(text) + 1)
    if chance.random() < 0.6:
        place = text.rfind("\n", 0, place) + 1
    return text[:place] + piece + text[place:]


def other_ends(chance: Random, text: str) -> str:
    """End lines as other systems do."""
    return text.replace("\n", chance.choice(("\r\n", "\r", "\n\n", "\u2028", "\r\r\n")))


def nothing_of_it(chance: Random, text: str) -> str:
    """Have something else altogether."""
    return chance.choice(
        ("", "\n", "# nothing", "{}", "[]", "x", '{"id": "x"}', "\x00" * 100, text.upper(), "a" * 10**6)
    )


CHANGES: tuple[Callable[[Random, str], str], ...] = (
    *(replaced_value,) * 8, *(replaced_key,) * 3, *(with_piece,) * 3, cut, cut, doubled, shuffled, other_ends,
)  # fmt: skip


def changed(chance: Random, text: str) -> str:
    """Return the text with one to three changes, or now and then none."""
    if chance.random() < 0.03:
        return nothing_of_it(chance, text)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        text = chance.choice(CHANGES)(chance, text)
    return text


def encoded(chance: Random, text: str) -> bytes:
    """Return the text in bytes, mostly in the encoding that is asked for."""
    raw = text.encode("utf-8" if chance.random() < 0.9 else chance.choice(ENCODINGS), "replace")
    if chance.random() < 0.03:
        place = chance.randrange(len(raw) + 1)
        raw = raw[:place] + chance.choice((b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xfe\xff")) + raw[place:]
    return raw


def changed_lines(chance: Random, text: str) -> str:
    """Return JSON lines of which some are broken, there twice, or of other types."""
    found = []
    for line in text.splitlines()[: chance.choice((3, 10, 100))]:
        what = chance.randrange(12)
        if what == 0:
            found.append(line[: chance.randrange(len(line))])
        elif what == 1:
            found += [line, line]
        elif what == 2:
            place = line.find(": ", chance.randrange(len(line))) + 2
            end = line.find(", ", place)
            found.append(f"{line[:place]}{chance.choice(JSON_VALUES)}{line[end:] if end > 0 else '}'}")
        elif what == 3:
            found.append(
                chance.choice(("", "null", "[]", "3", '"x"', "{", "[" * 3000, "\ufeff{}", '{"id": "x"}', "\x00"))
            )
        else:
            found.append(line)
    return chance.choice(("\n", "\n", "\n", "\r\n", "\r", "\n\n")).join(found)


class HostileDefinitions:
    """Tries changed definitions, one after the other, in a folder that has a database and is worked in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kinds: tuple[Callable[[Random], list[CalledCommand]], ...] = (
            self._rubric,
            self._suite,
            self._lines_of_suite,
            self._models,
            self._profile,
            self._grader,
        )

    def attempt(self, chance: Random) -> Tried:
        """Change one definition, give it to the commands that read it, and return what came of that."""
        before = everything(self._folder / DATABASE)
        tried = Tried()
        for command in chance.choice(self._kinds)(chance):
            command.check(tried)
            accepted = command.status == 0
            tried.accepted, tried.refused = int(accepted), int(not accepted)
            after = everything(self._folder / DATABASE)
            if not accepted and after != before:
                tried.wrong.append((Wrong.PARTIAL, f"{command.words}: refused, and yet something is stored"))
            before = after
        return tried

    def _written(self, chance: Random, source: Path, text: str | None = None) -> Path:
        """Write a changed copy of `source`, more often than not under its own name."""
        name = source.name
        if chance.random() < 0.05:
            name = chance.choice(NAMES) + source.suffix
        path = self._folder / name
        path.write_bytes(encoded(chance, changed(chance, source.read_text(encoding="utf-8")) if text is None else text))
        return path

    def _rubric(self, chance: Random) -> list[CalledCommand]:
        path = self._written(chance, chance.choice(sorted((PROMPTS / "rubrics").glob("*.toml"))))
        check = call("rubric", "check", path, *as_json(chance))
        name = f"study-{chance.randrange(10**9)}"
        return [check, call("study", "create", name, "--rubric", path)]

    def _suite(self, chance: Random) -> list[CalledCommand]:
        source = chance.choice(sorted((PROMPTS / "suites").glob("*.toml")))
        return self._checked_suite(chance, self._written(chance, source), source.with_suffix(".jsonl"))

    def _lines_of_suite(self, chance: Random) -> list[CalledCommand]:
        source = chance.choice(sorted((PROMPTS / "suites").glob("*.jsonl")))
        head = Path(shutil.copy(source.with_suffix(".toml"), self._folder))
        lines = self._folder / source.name
        lines.write_bytes(encoded(chance, changed_lines(chance, source.read_text(encoding="utf-8"))))
        return self._checked_suite(chance, head, lines)

    def _checked_suite(self, chance: Random, path: Path, lines: Path) -> list[CalledCommand]:
        if lines.parent != self._folder and lines.exists():
            shutil.copy(lines, path.with_suffix(".jsonl"))
        check = call("suite", "check", path, *as_json(chance))
        return [check, call("collect", "--suite", path, "--model", MODEL, "--models-file", SHIPPED_MODELS, "--dry-run")]

    def _models(self, chance: Random) -> list[CalledCommand]:
        path = self._written(chance, SHIPPED_MODELS)
        name = chance.choice([*tomllib.loads(SHIPPED_MODELS.read_text(encoding="utf-8"))["model"]])["name"]
        suite = PROMPTS / "suites" / "over_refusal.toml"
        more = as_json(chance)
        return [call("collect", "--suite", suite, "--model", name, "--models-file", path, "--dry-run", *more)]

    def _profile(self, chance: Random) -> list[CalledCommand]:
        source = chance.choice([PROMPTS / "profiles" / f"{name}.toml" for name in ("xstest", "prompt_injection")])
        table = self._folder / "t.csv"
        write_table_for(source, table)
        common = ("import", table, "--profile", self._written(chance, source), "--set", "model=m")
        study = ("--study", f"study-{chance.randrange(10**9)}") if source.stem == "xstest" else ()
        return [call(*common, "--dry-run"), call(*common, *study)]

    def _grader(self, chance: Random) -> list[CalledCommand]:
        path = self._written(chance, chance.choice(sorted((PROMPTS / "graders").glob("*.toml"))))
        return [call("grader", "check", path, *as_json(chance))]


def as_json(chance: Random) -> tuple[str, ...]:
    """Return the option for JSON, every other time."""
    return ("--json",) if chance.random() < 0.5 else ()


def write_table_for(profile: Path, table: Path) -> None:
    """Write a table of two rows that the profile, as it is shipped, reads."""
    values = tomllib.loads(profile.read_text(encoding="utf-8"))
    raw = [name for options in values.get("value", {}).values() for name in options]
    row = {}
    for field, column in values["map"].items():
        for name in column if isinstance(column, list) else [column]:
            name = name["column"] if isinstance(name, dict) else name
            row[name] = raw[0] if field.startswith(("label:", "gold:")) else f"{field} of this row"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*row])
        writer.writeheader()
        writer.writerows([row, {name: value + "!" if " of " in value else value for name, value in row.items()}])


def everything(path: Path) -> dict[str, int]:
    """Return how many rows each table holds."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
        return {name: connection.execute(f'select count(*) from "{name}"').fetchone()[0] for (name,) in names}


@contextmanager
def hostile_definitions(folder: Path) -> Iterator[HostileDefinitions]:
    """Hand out what tries changed definitions, in `folder` and with its database, which is made."""
    from reviewer.store.sqlite import open_for_writing

    with closing(open_for_writing(str(folder / DATABASE))) as engine:
        fill(engine, prompts=range(3), configurations=["m1", "m2"])
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield HostileDefinitions(folder)
    finally:
        os.chdir(before)
