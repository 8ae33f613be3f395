"""The question that is put now, its options with their keys, and what is answered. Knows values, not the rubric."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from reviewer.text import visible

CHOSEN, OPEN = "●", "·"
LOWEST, HIGHEST = 3, 8


@dataclass(frozen=True, slots=True)
class Choice:
    """An option as it is offered."""

    key: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Put:
    """A question as it is put. `about` names the panes, `hint` says how to answer where no option does."""

    about: str
    count: str
    text: str
    choices: tuple[Choice, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """How far one pane, pair or item is: its name, and the answers given in words."""

    name: str
    answers: str
    complete: bool


class QuestionBar(Static):
    """One question and the state of all answers, in a height that does not change from question to question."""

    DEFAULT_CSS = """
    QuestionBar { width: 1fr; height: 6; padding: 0 1; background: $surface; }
    """
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(Content(""), id=id)
        self._put: Put | None = None
        self._answered: tuple[Answered, ...] = ()
        self._longest: Put | None = None

    def make_room(self, longest: Put) -> None:
        """Take the height that the `longest` question needs, whatever is put: no question lays the screen out anew."""
        self._longest = longest
        self._fit()

    def _fit(self) -> None:
        if self._longest is not None and self.size.width:
            rows = 2 + len(list(_rows(self._longest.choices, self._columns))) + bool(self._longest.hint)
            self.styles.height = min(max(rows, LOWEST), HIGHEST)

    def show(self, put: Put | None, answered: Sequence[Answered]) -> None:
        """Show a question, or that all is answered, and what is answered so far."""
        self._put = put
        self._answered = tuple(answered)
        self.update(self._content(), layout=False)

    def on_resize(self) -> None:
        """Fit the options to the new width."""
        self._fit()
        self.update(self._content(), layout=False)

    @property
    def _columns(self) -> int:
        return max(self.content_size.width, 20)

    def _content(self) -> Content:
        if not self._answered:
            return Content("")
        lines = [self._state()]
        if self._put is None:
            lines.append(Content.styled("All is answered: enter saves the item, u takes the last answer back", "bold"))
        else:
            put = self._put
            about = f"{put.about} " if put.about else ""
            head = visible(f"{about}{put.count} {put.text}", one_line=True)
            lines.append(Content.styled(head, "bold"))
            lines += _rows(put.choices, self._columns)
            if put.hint:
                lines.append(Content.styled(put.hint, "italic"))
        return Content("\n").join(lines)

    def _state(self) -> Content:
        parts = []
        for one in self._answered:
            sign = "✓" if one.complete else OPEN
            words = visible(f"{one.name} {sign} {one.answers}".rstrip(), one_line=True)
            parts.append(Content.styled(words, "$text-success" if one.complete else "$text-muted"))
        line = Content("   ").join(parts)
        return line.truncate(self._columns, ellipsis=True)


def _rows(choices: Sequence[Choice], columns: int) -> Iterator[Content]:
    """Yield the options in lines of at most `columns` cells, none broken in two."""
    line: list[Content] = []
    used = 0
    for choice in choices:
        words = visible(f" {choice.key} {choice.label} {CHOSEN if choice.chosen else ' '}", one_line=True)
        width = cell_len(words) + 1
        if line and used + width > columns:
            yield Content(" ").join(line)
            line, used = [], 0
        line.append(Content.styled(words, "bold reverse" if choice.chosen else ""))
        used += width
    if line:
        yield Content(" ").join(line)
