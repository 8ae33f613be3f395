"""Every export format: it writes a gold_story that is read again, hides what is masked, and is told of in the help."""

from __future__ import annotations

import csv
import io
import json
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from reviewer.formats import export
from reviewer.formats.export.export_format import ExportFormat
from reviewer.formats.export.registry import EXPORT_FORMATS, format_named
from tests.support.commands import Run
from tests.support.declarations import declared
from tests.support.folders import ROOT

LONGEST_DESCRIPTION = 58  # signs that a line of the help has room for in a terminal of 80 columns
SECRET = "xylophone"
READERS: dict[str, Callable[[bytes], list[Any]]] = {
    ".jsonl": lambda written: [json.loads(line) for line in written.splitlines()],
    ".json": lambda written: [json.loads(written)],
    ".csv": lambda written: list(csv.DictReader(io.StringIO(written.decode()))),
    ".parquet": lambda written: pq.read_table(io.BytesIO(written)).to_pylist(),
    ".md": lambda written: written.decode().splitlines(),
}


def of_each(*formats: ExportFormat) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("format", formats, ids=lambda one: one.name)


def read_again(run: Run, format: ExportFormat, *more: str) -> list[Any]:
    assert format.suffix in READERS, f"nothing here reads {format.suffix}, the suffix of {format.name}"
    path = Path(f"out{format.suffix}")
    run("export", "s", "--format", format.name, "-o", path, *more)
    return READERS[format.suffix](path.read_bytes())


@pytest.mark.parametrize("name", sorted(declared(export, ExportFormat)))  # type: ignore[type-abstract]
def test_what_is_declared_is_registered(name: str) -> None:
    found = declared(export, ExportFormat)[name]  # type: ignore[type-abstract]
    assert found in EXPORT_FORMATS, f"{name} is not in registry.EXPORT_FORMATS"


def test_no_name_means_two_formats() -> None:
    assert len({one.name for one in EXPORT_FORMATS}) == len(EXPORT_FORMATS)


@of_each(*EXPORT_FORMATS)
def test_it_is_found_by_its_name(format: ExportFormat) -> None:
    assert format_named(format.name) is format


@of_each(*EXPORT_FORMATS)
def test_what_it_writes_is_read_again(format: ExportFormat, gold_story: Run) -> None:
    assert read_again(gold_story, format)


@of_each(*EXPORT_FORMATS)
def test_what_is_left_out_is_said(format: ExportFormat, gold_story: Run) -> None:
    told = gold_story("export", "s", "--format", format.name, "-o", "out").err
    assert (", left out" in told) == format.decided_only


@of_each(*EXPORT_FORMATS)
def test_a_masked_secret_is_not_given_away(format: ExportFormat, gold_story: Run) -> None:
    assert SECRET not in str(read_again(gold_story, format, "--redact"))


def test_a_secret_that_is_not_masked_is_there_to_be_found(gold_story: Run) -> None:
    assert sum(SECRET in str(read_again(gold_story, format)) for format in EXPORT_FORMATS) > 1


@of_each(*[one for one in EXPORT_FORMATS if one.printable])
def test_what_is_printed_cannot_steer_a_terminal(format: ExportFormat, gold_story: Run) -> None:
    out = gold_story("export", "s", "--format", format.name).out
    assert out.replace("\n", "").isprintable()
    assert out.isascii()


@of_each(*[one for one in EXPORT_FORMATS if not one.printable])
def test_what_could_steer_a_terminal_is_not_printed(
    format: ExportFormat, gold_story: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    done = gold_story("export", "s", "--format", format.name, expected=1)
    assert f"--format {format.name} is not for a terminal; expected -o PATH, or a pipe" in done.err
    assert done.out == ""


@of_each(*[one for one in EXPORT_FORMATS if one.read_back is not None])
def test_what_is_read_back_comes_by_the_command_that_is_told(
    format: ExportFormat, gold_story: Run, tmp_path: Path
) -> None:
    gold = gold_story("gold", "s", "--json").json()
    told = gold_story("export", "s", "--format", format.name, "-o", f"out{format.suffix}").err
    [command] = [line.removeprefix("Next: reviewer ") for line in told.splitlines() if line.startswith("Next: ")]
    (tmp_path / "reviews.db").rename(tmp_path / "old.db")
    gold_story(*command.split())
    assert gold_story("gold", "s", "--json").json() == gold


@of_each(*[one for one in EXPORT_FORMATS if one.read_back is None])
def test_nothing_is_told_of_reading_back_what_is_not(format: ExportFormat, gold_story: Run) -> None:
    assert "Next: " not in gold_story("export", "s", "--format", format.name, "-o", "out").err


@of_each(*[one for one in EXPORT_FORMATS if one.extra is not None])
def test_its_extra_can_be_installed(format: ExportFormat) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert format.extra is not None
    assert format.extra.name in extras
    format.extra.require()


@of_each(*EXPORT_FORMATS)
def test_the_help_of_export_says_what_is_in_it(format: ExportFormat, run: Run) -> None:
    assert 0 < len(format.description) <= LONGEST_DESCRIPTION
    lines = [" ".join(line.split()) for line in run("export", "--help").out.splitlines()]
    assert f"{format.name} {format.description}" in lines
