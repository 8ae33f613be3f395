from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from reviewer.errors import BadInput, NotFound, ReviewerError
from reviewer.formats.tables.json_table import JSON_LINES
from reviewer.formats.tables.record import Record
from reviewer.formats.tables.registry import NAMES
from reviewer.formats.tables.table_file import format_of, read_table

CSV = "a,b\n1,2\n"
LINES = '{"a": "1", "b": "2"}\n'


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("t.csv", CSV, 2),
        ("t.CSV", CSV, 2),
        ("t.tsv", CSV.replace(",", "\t"), 2),
        ("t.jsonl", LINES, 1),
        ("t.ndjson", LINES, 1),
        ("t.json", LINES, 1),
        ("t.json", f"[{LINES}]", 1),
    ],
)
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_each_format_is_read_plain_or_compressed(
    name: str, content: str, line: int, compressed: bool, tmp_path: Path
) -> None:
    raw = gzip.compress(content.encode()) if compressed else content.encode()
    path = write(tmp_path / (name + ".gz" if compressed else name), raw)
    assert list(read_table(path)) == [Record(line, {"a": "1", "b": "2"})]


def test_compression_is_told_by_content(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", gzip.compress(CSV.encode()))
    assert list(read_table(path)) == [Record(2, {"a": "1", "b": "2"})]


def test_a_format_that_is_given_counts_more_than_the_suffix(tmp_path: Path) -> None:
    assert list(read_table(write(tmp_path / "t.txt", LINES), JSON_LINES)) == [Record(1, {"a": "1", "b": "2"})]


def test_tsv_is_cut_at_tabs_alone(tmp_path: Path) -> None:
    assert read_table(write(tmp_path / "t.tsv", "a,b,c\td\n")).columns == ("a,b,c", "d")


@pytest.mark.parametrize(("path", "format"), [("t.xlsx", None), ("t", None), ("t.gz", None), ("t.csv", "parquet")])
def test_an_unknown_format_lists_those_that_exist(path: str, format: str | None) -> None:
    with pytest.raises(ReviewerError, match=NAMES):
        format_of(Path(path), format)


def test_a_table_with_a_header_knows_its_columns_before_it_is_read(tmp_path: Path) -> None:
    assert read_table(write(tmp_path / "t.csv", CSV)).columns == ("a", "b")
    assert read_table(write(tmp_path / "t.jsonl", LINES)).columns is None


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_the_position_runs_to_the_size(compressed: bool, tmp_path: Path) -> None:
    content = (LINES * 100_000).encode()
    path = write(tmp_path / "t.jsonl", gzip.compress(content) if compressed else content)
    table = read_table(path)
    positions = [table.position for _ in table]
    assert table.size == path.stat().st_size
    assert positions == sorted(positions)
    assert table.position == table.size


def test_a_table_closes_its_file_when_read_or_told(tmp_path: Path) -> None:
    read, left = [read_table(write(tmp_path / "t.csv", CSV)) for _ in range(2)]
    list(read)
    left.close()
    assert read.position == left.position == read.size


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"t\.csv: cannot be read"):
        read_table(tmp_path / "t.csv")


@pytest.mark.parametrize("name", ["t.csv.gz", "t.jsonl.gz", "t.json.gz"])
def test_a_compressed_file_that_ends_early(name: str, tmp_path: Path) -> None:
    content = LINES * 10_000 if "jsonl" in name else CSV + "1,2\n" * 100_000
    content = "[" + ",".join([LINES] * 10_000) + "]" if ".json." in name else content
    path = write(tmp_path / name, gzip.compress(content.encode())[:-20])
    with pytest.raises(BadInput, match=r"broken gzip: .*; expected a complete gzip file"):
        list(read_table(path))


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_bytes_that_are_not_utf8_are_found_far_down(compressed: bool, tmp_path: Path) -> None:
    content = b"a,b\n" + b'1,"2\n"\n' * 50_000 + b"\xe9t\xe9,2\n"
    path = write(tmp_path / "t.csv", gzip.compress(content) if compressed else content)
    with pytest.raises(BadInput, match=r"t\.csv:100002: byte 0xe9 at column 1 is not UTF-8; expected UTF-8"):
        list(read_table(path))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.csv", "a,b\n\u00e9,\U0001f600\n"),
        ("t.tsv", "a\tb\n\u00e9\t\U0001f600\n"),
        ("t.jsonl", '{"a":"\u00e9","b":"\U0001f600"}\n'),
    ],
)
def test_a_mark_says_the_encoding(tmp_path: Path, name: str, text: str, encoding: str) -> None:
    path = tmp_path / name
    mark = "\ufeff" if encoding.endswith(("le", "be")) else ""
    path.write_bytes((mark + text).encode(encoding))
    assert [one.fields for one in read_table(path) if isinstance(one, Record)] == [{"a": "\u00e9", "b": "\U0001f600"}]


def test_a_character_that_is_cut_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("a,b\n1,2\n".encode("utf-16")[:-1])
    with pytest.raises(BadInput, match=r"t\.csv: broken utf-16-le: "):
        list(read_table(path))


def test_no_more_is_unpacked_than_is_allowed(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv.gz", gzip.compress(CSV.encode() + b"1,2\n" * 300_000))
    assert len(list(read_table(path, most_unpacked=2))) > 300_000
    with pytest.raises(
        BadInput, match=r"t\.csv\.gz: more than 1 MB are unpacked from it; expected less, or --most-unp"
    ):
        list(read_table(path, most_unpacked=1))
