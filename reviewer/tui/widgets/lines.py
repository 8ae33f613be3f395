"""Where the lines of a wrapped text begin. Pure; knows text and cells, and nothing of widgets.

Nothing is dropped: the lines, one after the other, are the text. Wrapping is greedy and goes on from any line's start,
so that a text of any length is wrapped as far as it is looked at, and the rest a slice at a time.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from functools import lru_cache

from reviewer.tui.widgets.graphemes import boundary_before, is_boundary, running_cells

NARROWEST = 4
# Characters of one cell that never join with their neighbours: where they are alone, a pattern finds the lines.
SIMPLE = (
    r" -~\u00a1-\u00a8\u00aa-\u00ac\u00af-\u02ff\u0400-\u0482"
    r"\u2010-\u2027\u2030-\u203b\u2400-\u2421\u2500-\u25a9\u27e8\u27e9"
)
# A line holds at most so many characters a cell: a heap of accents is no sign of any language, and must end somewhere.
_DEPTH = 16
_WINDOW = 2048


class Lines:
    """The lines of a visible text in a width, as far as they are known.

    A line takes at most `width` cells, but for one blank at its end, on which the break happens: whoever draws the
    lines leaves a cell for it.
    """

    def __init__(self, text: str, width: int) -> None:
        self.text = text
        self.width = max(width, NARROWEST)
        self.complete = False
        self._starts = array("L", [0])
        self._simple_line = _simple_line(self.width)

    def __len__(self) -> int:
        """Return how many lines are known; the last one is known in full once the text is complete."""
        return len(self._starts) if self.complete else len(self._starts) - 1

    @property
    def height(self) -> int:
        """How many lines the text has: counted once complete, until then an estimate from the lines known."""
        if self.complete or not len(self):
            return max(1, len(self._starts))
        return max(len(self) + 1, len(self) * len(self.text) // self._starts[-1])

    def start(self, line: int) -> int:
        """Return the offset at which a known line starts."""
        return self._starts[line]

    def end(self, line: int) -> int:
        """Return the offset at which a known line ends, before its new line if it has one."""
        if line + 1 == len(self._starts):
            return len(self.text)
        end = self._starts[line + 1]
        return end - 1 if self.text[end - 1] == "\n" else end

    def line_at(self, offset: int) -> int:
        """Return the line that holds `offset`, wrapping as far as that takes."""
        offset = min(max(offset, 0), len(self.text))
        while not self.complete and self._starts[-1] <= offset:
            self.extend(offset + 1 - self._starts[-1])
        return bisect_right(self._starts, offset) - 1

    def reach(self, line: int) -> None:
        """Wrap until `line` is known or the text ends."""
        while not self.complete and len(self) <= line:
            self.extend((line + 1 - len(self)) * self.width)

    def extend(self, characters: int) -> None:
        """Wrap about `characters` more, at least one line."""
        text, match, add = self.text, self._simple_line.match, self._starts.append
        position = self._starts[-1]
        goal = position + max(characters, 1)
        while not self.complete and position < goal:
            if found := match(text, position):
                position = found.end()
                if position == len(text) and not text.endswith("\n", found.start()):
                    self.complete = True
                else:
                    add(position)
            else:
                position = self._wrap_window(position)

    def _wrap_window(self, start: int) -> int:
        """Wrap what the pattern does not know from `start`, up to the end of its paragraph or of a window.

        Cells are counted from the start of the window, so each window starts where a line does.
        """
        text, width = self.text, self.width
        depth = _DEPTH * width
        paragraph = text.find("\n", start, start + max(_WINDOW, depth + 1))
        stop = paragraph if paragraph >= 0 else min(len(text), start + max(_WINDOW, depth + 1))
        last = paragraph >= 0 or stop == len(text)
        running = running_cells(text[start:stop])
        line = start
        while True:
            fits = bisect_right(running, running[line - start] + width) - 1 + start
            fits = min(fits, line + depth)
            if fits == stop:
                if last:
                    return self._end_paragraph(stop)
                if line > start:
                    return line
            line, whole = self._break(line, fits, running, start)
            if line == stop and last:
                return self._end_paragraph(stop)
            self._starts.append(line)
            if not whole or line == stop:
                return line

    def _break(self, line: int, fits: int, running: list[int], start: int) -> tuple[int, bool]:
        """Return where the line that starts at `line` ends, the most that fits being `fits`, and if between signs."""
        text = self.text
        if fits < start + len(running) - 1 and text[fits] == " " and is_boundary(text, fits + 1, line):
            return fits + 1, True
        for end in range(fits, line, -1):
            before, after = text[end - 1], end - start
            blank = before in " \t"
            wide = running[after] - running[after - 1] == 2 or (
                after + 1 < len(running) and running[after + 1] - running[after] == 2
            )
            if (blank or wide) and is_boundary(text, end, line):
                return end, True
        end = boundary_before(text, fits, line)
        return (end, True) if end > line else (max(fits, line + 1), False)

    def _end_paragraph(self, end: int) -> int:
        """End the last line of a paragraph, which the new line at `end` belongs to."""
        if end == len(self.text):
            self.complete = True
            return end
        self._starts.append(end + 1)
        return end + 1


@lru_cache(16)
def _simple_line(width: int) -> re.Pattern[str]:
    """Return what matches one line of simple characters: the rest of a paragraph, or up to a blank, or a full line."""
    return re.compile(
        rf"[{SIMPLE}]{{0,{width}}}+ ?(?:\n|\Z)"
        rf"|(?=[{SIMPLE}]{{{width + 1}}}+)(?:[{SIMPLE}]{{0,{width}}} (?=[{SIMPLE}])|[{SIMPLE}]{{{width}}})"
    )
