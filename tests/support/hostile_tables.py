"""Tables that other programs, careless hands and enemies write, and what one import of such a table does."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import shutil
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from reviewer.cli.import_source import TableSource
from reviewer.cli.options import now
from reviewer.definitions.rubric import Rubric
from reviewer.errors import ReviewerError
from reviewer.formats.mapping.profile import Profile
from reviewer.formats.tables.table_file import format_of
from reviewer.importing.check import prepare_study
from reviewer.importing.labels import ImportTarget
from reviewer.store import sqlite
from tests.support.stories import DEGREE, LEAD, VERDICT, rubric

ASKED: Rubric = rubric("hostile", VERDICT, DEGREE)
TABLES = ("prompt", "response", "label", "adjudication")

_HEADERS = (
    "prompt", "response", "model", "messages", "system", "id", "sample", "severity", "tag", "rater", "tool_calls",
    "group", "label:verdict", "label:verdict:ann", "model:verdict:judge", "gold:verdict", "label:degree:bob",
    "label:nothing:x", " prompt", "response\t", "\ufeffmodel", "Prompt", "", " ", "a" * 300, "\x1b]0;t\x07", "re\u0301",
    "r\u00e9", "=cmd", "{{x}}", "__class__", "label:", "label::", "label:verdict:", "\u202ex", "prompt\x00",
)  # fmt: skip
_CELLS = (
    "yes", "no", "Why?", "So.", "m", "", " ", "1", "1.0", "2.5", "-1", "1e999", "9" * 400, "NaN", "None", "NA", "null",
    "Infinity", "cannot_tell", "strong", "YES", "maybe", "a\nb", "a\r\nb", "a\rb", '"', '""', "'", ",", ";", "\t",
    "\x00", "\ud800", "\x1b[2J", "\u202eabc", "\ufeff", "e\u0301", "\U0001f600", "[]", "{}", "[1, 2", "=1+1",
    "{{ 6 * 7 }}", "x" * 5000, '[{"role": "user", "content": "Why?"}]',
    '[{"role": "user", "content": [{"type": "image_url"}]}]', "true", "0x1",
)  # fmt: skip
_VALUES: tuple[object, ...] = (
    None, True, False, 0, 1, 2.0, 1e300, float("nan"), float("inf"), [], {}, [None], ["yes"], {"a": {"b": [1]}},
    {"role": "assistant", "content": None}, [{"type": "text", "text": "So."}], [{"role": "user", "content": "Why?"}],
)  # fmt: skip
_ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1", "utf-7", "cp1252")
_USUAL = ("prompt", "response", "model")


class ImportOutcome(StrEnum):
    """What became of a table."""

    STORED = "stored whole"
    REFUSED = "refused, nothing stored"


@dataclass(frozen=True, slots=True)
class HostileTable:
    """A file to import."""

    name: str
    content: bytes


def hostile_table(chance: random.Random) -> HostileTable:
    """Return a table in some format, more often than not with some mistake in it."""
    suffix = chance.choice((".csv", ".tsv", ".json", ".jsonl"))
    headers = list(_USUAL) if chance.random() < 0.8 else []
    headers += chance.choices(_HEADERS, k=chance.randrange(4))
    if chance.random() < 0.3:
        chance.shuffle(headers)
    rows = [[_cell(chance, header) for header in headers] for _ in range(chance.randrange(8))]
    text = _separated(chance, headers, rows) if suffix in (".csv", ".tsv") else _json(chance, suffix, headers, rows)
    if chance.random() < 0.1:
        place = chance.randrange(len(text) + 1)
        text = (
            text[:place] + chance.choice(('"', "\n", "{", "\x00", ",", "\r", "")) + text[place + chance.randrange(3) :]
        )
    content = text.encode(chance.choice(_ENCODINGS), "replace")
    if chance.random() < 0.1:
        content = content[: chance.randrange(len(content) + 1)]
    if chance.random() < 0.1:
        content, suffix = gzip.compress(content), suffix + ".gz"
        if chance.random() < 0.3:
            content = content[: chance.randrange(len(content) + 1)]
    return HostileTable(f"t{suffix}", content)


def import_twice(folder: Path, table: HostileTable, empty: Path) -> ImportOutcome:
    """Import the table into a copy of the database `empty`, twice, and return what became of it.

    Raises:
        AssertionError: it was stored in part, its error names no place, or the second time added something.
        Exception: whatever is no error that a user can mend.
    """
    path = folder / table.name
    path.write_bytes(table.content)
    database = folder / "reviews.db"
    shutil.copyfile(empty, database)
    first = _import(path, database)
    stored = _counts(database)
    if first is not None:
        assert not any(stored), f"refused, and yet stored: {stored}"
        assert table.name in first or "expected" in first or "name" in first, f"no place: {first}"
        return ImportOutcome.REFUSED
    second = _import(path, database)
    assert second is None, f"refused the second time: {second}"
    assert _counts(database) == stored, f"the second time added to {stored}: {_counts(database)}"
    return ImportOutcome.STORED


def _cell(chance: random.Random, header: str) -> object:
    sensible = {"prompt": "Why?", "response": "So.", "model": "m", "rater": "ann", "sample": "1", "severity": "2"}
    if chance.random() < 0.85:
        known = "yes" if "verdict" in header else "strong" if "degree" in header else ""
        return sensible.get(header.strip(), known)
    return chance.choice(_CELLS)


def _separated(chance: random.Random, headers: list[str], rows: list[list[object]]) -> str:
    out = io.StringIO(newline="")
    delimiter = chance.choice(",;\t")
    end = chance.choice(("\n", "\r\n"))
    if chance.random() < 0.1:
        out.write(f"sep={delimiter}{end}")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(headers)
    for row in rows:
        writer.writerow(row if chance.random() < 0.95 else [*row[: chance.randrange(len(row) + 1)], "", "x"])
    return out.getvalue()


def _json(chance: random.Random, suffix: str, headers: list[str], rows: list[list[object]]) -> str:
    objects = [dict(zip(headers, row, strict=True)) for row in rows]
    for one in objects:
        for header in one:
            if chance.random() < 0.15:
                one[header] = chance.choice(_VALUES)
        if one and chance.random() < 0.1:
            del one[chance.choice(list(one))]
    if suffix == ".json" and chance.random() < 0.7:
        return json.dumps(objects, indent=chance.choice((None, 1)))
    return "".join(json.dumps(one, ensure_ascii=chance.random() < 0.5) + "\n" for one in objects)


def _import(path: Path, database: Path) -> str | None:
    """Import a table as the command does; return why it was refused, None where it was not."""
    try:
        long = b"rater" in path.read_bytes()[:2000]
        target = ImportTarget(path.name, "t", ASKED, "s", gold=True, long=long, file=path.name)
        source = TableSource(path, format_of(path), Profile(), target)
        with closing(sqlite.open_for_writing(str(database))) as engine:
            checked = source.check(engine, skip_bad=False, what="")
            study = prepare_study(engine, target, checked, LEAD, now())
            for _ in source.store(engine, study, what=""):
                pass
    except ReviewerError as error:
        return str(error)
    return None


def _counts(database: Path) -> list[int]:
    with closing(sqlite.open_for_reading(str(database))) as engine:
        return [int(engine.rows(f"select count(*) from {table}")[0][0]) for table in TABLES]
