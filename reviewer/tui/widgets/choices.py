"""A list of which several may be chosen; a sign shows what is chosen, and not colour alone."""

from __future__ import annotations

from typing import Generic, TypeVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widgets import SelectionList

Value = TypeVar("Value")
BUTTON = 3  # segments that Textual puts before an option: the sides of its mark, and the mark between them


class Choices(SelectionList[Value], Generic[Value]):
    """A list whose options bear `[x]` where they are chosen and `[ ]` where not: Textual's bear an X either way."""

    def render_line(self, y: int) -> Strip:
        """Return one line, with a mark that tells without colour."""
        line = super().render_line(y)
        place = self.scroll_offset.y + y
        if place >= self.option_count:
            return line
        chosen = self.get_option_at_index(place).value in self.selected
        [_, mark, _], rest = list(line)[:BUTTON], list(line)[BUTTON:]
        signs = zip("[x]" if chosen else "[ ]", (mark.style,) * BUTTON, strict=True)
        return Strip([*(Segment(sign, style) for sign, style in signs), *rest])
