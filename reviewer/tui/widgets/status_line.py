"""One line: where the rater is, whether the draft is kept or the item saved, and the time on it."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len

from reviewer.tui.widgets.rows import RowList, StyledText, shortened, shown

BETWEEN = "  ·  "
# Of a study's name so much is left, however narrow the screen.
SHORTEST_NAME = 8


@dataclass(frozen=True, slots=True)
class Status:
    """What the line says; `seconds` is active time on the item."""

    study: str
    place: str
    state: str
    seconds: int
    remarks: str = ""


class StatusLine(RowList):
    """A line on which a long name of a study is what gives way."""

    DEFAULT_CSS = """
    StatusLine { background: $panel; color: $text; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._status: Status | None = None

    def show(self, status: Status) -> None:
        """Write the line."""
        self._status = status
        minutes, seconds = divmod(status.seconds, 60)
        words = [status.place, status.state, f"{minutes}:{seconds:02}", status.remarks]
        rest = ": " + BETWEEN.join(shown(word) for word in words if word)
        name = shortened(shown(status.study), max(self.columns - cell_len(rest), SHORTEST_NAME))
        self.put([[StyledText(name + rest)]])

    def on_resize(self) -> None:
        """Shorten the name for the new width."""
        if self._status is not None:
            self.show(self._status)
