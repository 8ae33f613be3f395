"""One line: where the rater is, whether the draft is kept or the item saved, and the time on it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content
from textual.widgets import Static

from reviewer.text import visible


@dataclass(frozen=True, slots=True)
class Status:
    """What the line says; `seconds` is active time on the item."""

    place: str
    state: str
    seconds: int
    remarks: str = ""


class StatusLine(Static):
    """A line of fixed height, so that writing it lays nothing out."""

    DEFAULT_CSS = """
    StatusLine { width: 1fr; height: 1; padding: 0 1; background: $panel; color: $text; }
    """
    ALLOW_SELECT = False

    def show(self, status: Status) -> None:
        """Write the line."""
        minutes, seconds = divmod(status.seconds, 60)
        words = [status.place, status.state, f"{minutes}:{seconds:02}", status.remarks]
        line = "  ·  ".join(visible(word, one_line=True) for word in words if word)
        self.update(Content(line), layout=False)
