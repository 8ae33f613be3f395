"""A window on a long JSON text that moves forward only, so that memory stays flat.

Knows white space, lines and where a value ends; knows nothing of tables.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from json import JSONDecodeError
from typing import BinaryIO

from reviewer.errors import BadInput

BLOCK = 1 << 16
# An error this close to the end of the window may be mended by more text: the longest word that the end can cut in two
# is "-Infinity".
_MARGIN = 16
_WHITE = re.compile(r"[ \t\r\n]*")


class JsonWindow:
    """The part of a stream of UTF-8 JSON that is in memory, and a place in it."""

    __slots__ = ("_at", "_column", "_counted", "_decoder", "_ended", "_line", "_stream", "_text", "file")

    def __init__(self, stream: BinaryIO, file: str, first: bytes, line: int) -> None:
        """Begin with `first`, already read from `stream`, at `line` of `file`."""
        self.file = file
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._line = line
        self._column = 0  # characters of the current line that have left the window
        self._at = self._counted = 0
        self._text = ""
        self._ended = False
        self._take(first)

    def line(self) -> int:
        """Return the line of the file at the place."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def peek(self) -> str:
        """Pass white space and return the character that follows it, "" at the end."""
        while True:
            self._at = _WHITE.match(self._text, self._at).end()  # type: ignore[union-attr]  # it matches ""
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def skip(self, sign: str) -> bool:
        """Pass `sign` if that is what comes next, and tell whether it was."""
        found = self.peek() == sign
        self._at += found
        return found

    def value(self, decode: Callable[[str, int], tuple[object, int]]) -> object:
        """Pass one value and return it.

        Raises:
            BadInput: the text here is not JSON.
        """
        while True:
            try:
                value, end = decode(self._text, self._at)
            except JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated string") or error.pos > len(self._text) - _MARGIN
                if not (cut and self._more()):
                    raise self.wrong(f"broken JSON: {error.msg}", "JSON", at=error.pos) from None
            except RecursionError:
                raise self.wrong("the JSON is nested too deep", "an array of objects") from None
            else:
                # A number that touches the end may go on behind it.
                if end < len(self._text) or not self._more():
                    self._at = end
                    return value

    def wrong(self, problem: str, expected: str, *, at: int | None = None) -> BadInput:
        """Return the error that says what is wrong, with line and column of `at`, else of the place."""
        place = self._at if at is None else at
        line = self.line() + self._text.count("\n", self._at, place)
        start = self._text.rfind("\n", 0, place)
        column = place - start if start >= 0 else self._column + place + 1
        return BadInput(self.file, line, f"{problem} (column {column})", expected)

    def _more(self) -> bool:
        """Let go of what is behind the place and read on; tell whether anything came."""
        if self._ended:
            return False
        # As much again as is waiting: a long value is then tried a few times only, not once a block.
        block = self._stream.read(max(BLOCK, len(self._text) - self._at))
        self._ended = not block
        if block:
            self.line()
            start = self._text.rfind("\n", 0, self._at)
            self._column = self._at - start - 1 if start >= 0 else self._column + self._at
            self._text = self._text[self._at :]
            self._at = self._counted = 0
        self._take(block)
        return bool(block)

    def _take(self, block: bytes) -> None:
        try:
            self._text += self._decoder.decode(block, final=self._ended)
        except UnicodeDecodeError as error:
            line = self._line + self._text.count("\n") + error.object[: error.start].count(b"\n")
            raise BadInput(self.file, line, f"byte 0x{error.object[error.start]:02x} is not UTF-8", "UTF-8") from None
