"""Every format that can be imported: it reads a sample, is found by its suffixes, and stands in errors and help."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from reviewer.formats import tables
from reviewer.formats.tables.record import Record
from reviewer.formats.tables.registry import NAMES, TABLE_FORMATS
from reviewer.formats.tables.table_file import format_of, read_table
from reviewer.formats.tables.table_format import TableFormat
from tests.support.commands import Run
from tests.support.declarations import declared

OBJECTS = '{"a": "1", "b": "2"}\n{"b": "4", "a": "3"}\n'
SAMPLES = {
    "csv": "a,b\n1,2\n3,4\n",
    "tsv": "a\tb\n1\t2\n3\t4\n",
    "json": OBJECTS,
    "jsonl": OBJECTS,
    "reviewer": OBJECTS,
}


def sample(format: TableFormat) -> str:
    assert format.name in SAMPLES, f"no sample of {format.name} to read here"
    return SAMPLES[format.name]


@pytest.mark.parametrize("name", sorted(declared(tables, TableFormat)))
def test_what_is_declared_is_registered(name: str) -> None:
    assert declared(tables, TableFormat)[name] in TABLE_FORMATS, f"{name} is not in registry.TABLE_FORMATS"


def test_no_name_and_no_suffix_means_two_formats() -> None:
    names = [one.name for one in TABLE_FORMATS]
    suffixes = [suffix for one in TABLE_FORMATS for suffix in one.suffixes]
    assert len(names) == len(set(names))
    assert len(suffixes) == len(set(suffixes))


@pytest.mark.parametrize("format", TABLE_FORMATS, ids=lambda one: one.name)
def test_a_sample_is_read(format: TableFormat, tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_text(sample(format))
    found = list(read_table(path, format))
    assert [record.fields for record in found if isinstance(record, Record)] == [
        {"a": "1", "b": "2"},
        {"a": "3", "b": "4"},
    ]


@pytest.mark.parametrize("format", TABLE_FORMATS, ids=lambda one: one.name)
def test_columns_are_known_before_the_first_record_or_with_each(format: TableFormat) -> None:
    table = format.read(io.BytesIO(sample(format).encode()), "t")
    assert table.columns in (None, ("a", "b"))


@pytest.mark.parametrize("format", TABLE_FORMATS, ids=lambda one: one.name)
def test_it_is_found_by_name_and_by_suffix(format: TableFormat) -> None:
    assert format_of(Path("t"), format.name) is format
    for suffix in format.suffixes:
        assert suffix == suffix.lower()
        assert format_of(Path(f"t{suffix.upper()}")) is format
        assert format_of(Path(f"t{suffix}.gz")) is format


@pytest.mark.parametrize("format", TABLE_FORMATS, ids=lambda one: one.name)
def test_the_help_of_import_names_it(format: TableFormat, run: Run) -> None:
    assert format.name in NAMES.split(", ")
    assert f"{NAMES};" in " ".join(run("import", "--help").out.split())


@pytest.mark.parametrize("format", [one for one in TABLE_FORMATS if one.gold], ids=lambda one: one.name)
@pytest.mark.parametrize("option", [("--set", "model=m"), ("--map", "a=b"), ("--rater-kind", "r=rule")])
def test_gold_says_itself_what_it_means(format: TableFormat, option: tuple[str, str], run: Run, tmp_path: Path) -> None:
    (tmp_path / "t").write_text(sample(format))
    told = run("import", "t", "--format", format.name, *option, expected=2).err
    assert f"--format {format.name} says itself what its rows mean" in told
    assert "no row of ours" in run("import", "t", "--format", format.name, expected=1).err
