"""JSON in the shapes that tables take: an array of objects, one object a line, one object after another.

The content tells the shape, since files named `.json` hold all three. An array is decoded object by object out of a
window on the file, never loaded whole.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from json import JSONDecodeError, JSONDecoder
from typing import BinaryIO

from reviewer.errors import BadInput
from reviewer.formats.tables.json_window import JsonWindow
from reviewer.formats.tables.record import Record
from reviewer.formats.tables.table_format import TableContent, TableFormat

AN_OBJECT = 'an object, {"column": value, …}'

_BLOCK = 1 << 16
_WHITE = " \t\r\n"


class RepeatedKey(ValueError):
    """A key that occurs twice in one object, of which the json module would silently keep the last."""


def read_json(stream: BinaryIO, file: str) -> Iterator[Record | BadInput]:
    """Yield the objects of `stream`; whatever else stands where an object should is a bad record.

    A broken line is one bad record, because the next line can be trusted. After a mistake in an array nothing can:
    it raises `BadInput`.
    """
    line, first = 1, stream.readline(_BLOCK).removeprefix(codecs.BOM_UTF8)
    while first and not first.strip():
        line += first.endswith(b"\n")
        first = stream.readline(_BLOCK)
    if first.lstrip().startswith(b"[") or _goes_on(first):
        return _values(JsonWindow(stream, file, first, line))
    rest = b"" if first.endswith(b"\n") else stream.readline()
    return _lines(chain([first + rest], stream), file, line)


def _content(stream: BinaryIO, file: str) -> TableContent:
    return TableContent(None, read_json(stream, file))


# Both names of JSON read all its shapes.
JSON = TableFormat("json", (".json",), _content)
JSON_LINES = TableFormat("jsonl", (".jsonl", ".ndjson"), _content)
GOLD = TableFormat("reviewer", (), _content, gold=True)


def _goes_on(first: bytes) -> bool:
    """Tell whether the line `first` begins an object that goes on over the next lines.

    It does if all that is wrong with the line is that it ends; within a string a line cannot end.
    """
    text = first.decode(errors="replace").strip(_WHITE)
    try:
        json.loads(text)
    except JSONDecodeError as error:
        return text.startswith("{") and error.pos >= len(text)
    except (ValueError, RecursionError):
        return False
    return False


def _lines(lines: Iterable[bytes], file: str, first: int) -> Iterator[Record | BadInput]:
    decode = JSONDecoder(object_pairs_hook=_members, parse_constant=missing_constant).raw_decode
    for line, raw in enumerate(lines, first):
        try:
            text = raw.decode().strip(_WHITE)
            if not text:
                continue
            value, end = decode(text)
            if end != len(text):
                raise JSONDecodeError("Extra data", text, end)
        except (ValueError, RecursionError) as error:
            yield BadInput(file, line, _problem(error, raw), AN_OBJECT)
            continue
        yield Record(line, value) if type(value) is dict else _no_object(value, file, line)


def _values(window: JsonWindow) -> Iterator[Record | BadInput]:
    """Yield the objects of an array, or objects that follow each other with nothing but white space between them."""
    decode = JSONDecoder(object_pairs_hook=_members, parse_constant=missing_constant).raw_decode
    array = window.skip("[")
    closed = array and window.skip("]")
    while not closed and window.peek():
        line = window.line()
        try:
            value = window.value(decode)
        except RepeatedKey as error:
            window.value(JSONDecoder(parse_constant=missing_constant).raw_decode)
            yield BadInput(window.file, line, str(error), "each key once")
        except ValueError:
            raise window.wrong("a number has too many digits", "a number that can be read") from None
        else:
            yield Record(line, value) if type(value) is dict else _no_object(value, window.file, line)
        if array and not window.skip(","):
            closed = window.skip("]")
            if not closed:
                raise window.wrong("the array goes on without a comma or ends early", '"," or "]"')
    if window.peek() or closed != array:
        raise window.wrong("more after the array" if closed else "the array is never closed", "one array of objects")


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return the object made of `pairs`. The decoder calls this for each object, at about a fifth of its own time."""
    members = dict(pairs)
    if len(members) != len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise RepeatedKey(f'the key "{repeated}" occurs twice in one object')
    return members


def missing_constant(_constant: str) -> None:
    """Return null for NaN and Infinity, which are no JSON: pandas and Python write them for a missing value."""


def _problem(error: ValueError | RecursionError, raw: bytes) -> str:
    """Say what is wrong with the line `raw`, and where in it."""
    match error:
        case JSONDecodeError():
            text = raw.decode()
            indent = len(text) - len(text.lstrip(_WHITE))
            return f"broken JSON at column {indent + error.pos + 1}: {error.msg}"
        case UnicodeDecodeError():
            return f"byte 0x{raw[error.start]:02x} at column {error.start + 1} is not UTF-8"
        case RecursionError():
            return "the JSON is nested too deep"
        case _:
            return str(error)


def _no_object(value: object, file: str, line: int) -> BadInput:
    return BadInput(file, line, f"{json_type(value)} where an object should be", AN_OBJECT)


def json_type(value: object) -> str:
    """Return the word of JSON for what `value` is."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"
