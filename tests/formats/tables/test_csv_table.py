from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import BadInput
from reviewer.formats.tables.csv_table import DELIMITERS, read_csv
from reviewer.formats.tables.record import Record
from tests.support.folders import DATA

SAMPLES = DATA / "formats" / "csv"

cells = st.text(max_size=20)


def read(content: str | bytes, delimiters: str = DELIMITERS) -> list[Record | BadInput]:
    raw = content.encode() if isinstance(content, str) else content
    return list(read_csv(io.BytesIO(raw), "t.csv", delimiters).records)


def problems(found: list[Record | BadInput]) -> list[str]:
    return [str(item) for item in found if isinstance(item, BadInput)]


def test_rows_are_records_with_their_line() -> None:
    assert read("a,b\n1,2\n3,4\n") == [Record(2, {"a": "1", "b": "2"}), Record(3, {"a": "3", "b": "4"})]


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_delimiter_is_found_in_the_header(delimiter: str) -> None:
    assert read(f"a{delimiter}b\n1{delimiter}2\n") == [Record(2, {"a": "1", "b": "2"})]


def test_the_delimiter_with_most_columns_is_taken() -> None:
    assert read_csv(io.BytesIO(b"a;b;c,d\n"), "t.csv").columns == ("a", "b", "c,d")


def test_a_delimiter_inside_quotes_does_not_count() -> None:
    assert read_csv(io.BytesIO(b'"a,b,c";d\n'), "t.csv").columns == ("a,b,c", "d")


def test_a_delimiter_that_is_given_is_kept() -> None:
    assert read_csv(io.BytesIO(b"a,b,c\td\n"), "t.csv", "\t").columns == ("a,b,c", "d")


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert read(b"\xef\xbb\xbfa,b\n1,2\n") == [Record(2, {"a": "1", "b": "2"})]


def test_line_breaks_in_quotes_move_the_lines_of_later_rows() -> None:
    found = read('a,b\r\n"1\r\n\r\n2",x\r\n3,y\r\n')
    assert found == [Record(2, {"a": "1\n\n2", "b": "x"}), Record(5, {"a": "3", "b": "y"})]


def test_a_file_saved_with_other_line_ends_holds_the_same() -> None:
    unix = 'a,b\n"1\n\n2",x\n3,y\n'
    assert read(unix.replace("\n", "\r\n")) == read(unix)


def test_line_ends_in_a_cell_that_are_not_those_of_the_file_are_kept() -> None:
    assert read('a,b\n"1\r\n2\r3",x\n') == [Record(2, {"a": "1\r\n2\r3", "b": "x"})]


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "\ufeffsep=;"])
def test_a_line_that_says_what_separates_is_no_row(line: str) -> None:
    assert read(f"{line}\r\na,b;c\r\n1;2\r\n") == [Record(3, {"a,b": "1", "c": "2"})]


def test_columns_without_a_name_may_be_empty() -> None:
    assert read("a,,b,\n1,,2, \n") == [Record(2, {"a": "1", "b": "2"})]
    assert read_csv(io.BytesIO(b"a,,b,\n"), "t.csv").columns == ("a", "b")


def test_a_column_without_a_name_that_holds_something_is_named() -> None:
    assert problems(read("a,,b\n1,,2\n1,x,2\n")) == [
        "t.csv:3: column 2 has no name and holds x; expected a name for each column that holds something"
    ]


def test_rows_in_which_nothing_stands_are_passed_over() -> None:
    assert read("a,b\n,\n1,2\n , \n,,,\n3,4\n") == [Record(3, {"a": "1", "b": "2"}), Record(6, {"a": "3", "b": "4"})]


def test_many_columns_are_read_in_one_pass() -> None:
    names = [f"c{number}" for number in range(10_000)]
    [record] = read(",".join(names) + "\n" + ",".join("x" * 10_000) + "\n")
    assert isinstance(record, Record)
    assert len(record.fields) == 10_000


def test_a_header_of_two_lines() -> None:
    assert read('"a\nb",c\n1,2\n') == [Record(3, {"a\nb": "1", "c": "2"})]


def test_empty_lines_are_skipped_and_counted() -> None:
    assert read("\n\na,b\n\n1,2\n\n\n3,4\n\n") == [Record(5, {"a": "1", "b": "2"}), Record(8, {"a": "3", "b": "4"})]


def test_a_cell_larger_than_the_csv_module_allows_by_itself() -> None:
    large = "x" * 1_000_000
    assert read(f"a\n{large}\n") == [Record(2, {"a": large})]


def test_a_row_of_another_width_is_a_bad_record_and_the_next_is_read() -> None:
    found = read("a,b\n1\n1,2,3\n1,2\n")
    assert problems(found) == [
        "t.csv:2: the row has 1 cells; expected 2, as in the header",
        "t.csv:3: the row has 3 cells; expected 2, as in the header",
    ]
    assert found[2] == Record(4, {"a": "1", "b": "2"})


def test_a_row_with_wrong_quotes_is_a_bad_record_and_the_next_is_read() -> None:
    found = read('a,b\n"1"x,2\n3,4\n')
    assert problems(found)[0].startswith("t.csv:2: broken row: ")
    assert found[1:] == [Record(3, {"a": "3", "b": "4"})]


def test_a_quote_left_open_does_not_pass_as_a_cell() -> None:
    found = read('a,b\n1,2\n3,"4\n5,6\n')
    assert found[0] == Record(2, {"a": "1", "b": "2"})
    assert problems(found) == ["t.csv:3: broken row: unexpected end of data; expected cells quoted as CSV quotes"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "t.csv:1: the file is empty"),
        ("\n \n", "t.csv:1: the file is empty"),
        ("a,b,a\n", 't.csv:1: two columns are named "a"'),
        ("\n,, \n", "t.csv:2: no column has a name"),
        ("a,b, a\n", 't.csv:1: two columns are named "a"'),
        ("\u00e9,e\u0301\n", 't.csv:1: two columns are named "\u00e9"'),
        ('"a", "b"\n', "t.csv:1: a blank stands before the quotes of column 2"),
        ('a,"b\n1,2\n', "t.csv:1: a quote in the header is never closed"),
        ('"a"x,b\n', "t.csv:1: broken header"),
        ("a,b\r1,2\r", "t.csv:1: broken header"),
    ],
)
def test_a_header_that_cannot_be_used_ends_the_file(content: str, problem: str) -> None:
    with pytest.raises(BadInput) as error:
        read(content)
    assert str(error.value).startswith(problem)


@given(st.lists(st.tuples(cells, cells), max_size=8), st.sampled_from(DELIMITERS), st.sampled_from(["\n", "\r\n"]))
def test_what_the_csv_module_writes_is_read_back(rows: list[tuple[str, str]], delimiter: str, end: str) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(("a", "b"))
    expected: list[Record | BadInput] = []
    for row in rows:
        if any(map(str.strip, row)):
            kept = [cell.replace("\r\n", "\n") if end == "\r\n" else cell for cell in row]
            expected.append(Record(file.getvalue().count("\n") + 1, dict(zip("ab", kept, strict=True))))
        writer.writerow(row)
    assert read(file.getvalue()) == expected


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="sample files are not here")
def test_spreadsheet_and_plain_sample_hold_the_same() -> None:
    plain, spreadsheet = [
        read((SAMPLES / name).read_bytes()) for name in ("utf8_comma.csv", "spreadsheet_semicolon_bom.csv")
    ]
    assert len(plain) == 16
    assert [r.fields for r in plain if isinstance(r, Record)] == [
        {column: str(cell).replace("\r\n", "\n") for column, cell in r.fields.items()}
        for r in spreadsheet
        if isinstance(r, Record)
    ]
