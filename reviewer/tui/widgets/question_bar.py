"""The question asked now, its options with their keys, and what is answered. Knows values, not the rubric."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.message import Message

from reviewer.tui.widgets.lines import Lines
from reviewer.tui.widgets.rows import Row, RowList, StyledText, Tone, shown

CHOSEN, OPEN = "●", "·"
LOWEST, HIGHEST = 3, 9
# More rows of options than this are not set in columns where fewer are enough.
MOST_ROWS_IN_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class OptionChoice:
    """An option as it is offered."""

    key: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class QuestionText:
    """A question as it is shown. `about` names the panes, `hint` says how to answer where no option does."""

    about: str
    count: str
    text: str
    choices: tuple[OptionChoice, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class AnswerProgress:
    """The progress of one pane, pair or item: its name, and the answers given in words."""

    name: str
    answers: str
    complete: bool


class QuestionBar(RowList):
    """One question and the state of all answers, in a height that does not change from question to question."""

    DEFAULT_CSS = """
    QuestionBar { height: 6; background: $surface; }
    """

    @dataclass
    class Pressed(Message):
        """An option was clicked; `key` is the one that chooses it."""

        key: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._put: QuestionText | None = None
        self._answered: tuple[AnswerProgress, ...] = ()
        self._all: tuple[QuestionText, ...] = ()

    def make_room(self, puts: Sequence[QuestionText]) -> None:
        """Take the height that the longest of all `puts` needs: no question lays the screen out anew."""
        self._all = tuple(puts)
        self._fit()

    def show(self, put: QuestionText | None, answered: Sequence[AnswerProgress]) -> None:
        """Show a question, or that all is answered, and what is answered so far."""
        self._put = put
        self._answered = tuple(answered)
        self.put(self._said())

    def on_resize(self) -> None:
        """Fit the options to the new width."""
        self._fit()
        self.put(self._said())

    def on_click(self, event: events.Click) -> None:
        """Tell which option was clicked."""
        event.stop()
        key = self.named(event.x, event.y)
        if key:
            self.post_message(self.Pressed(key))

    def _fit(self) -> None:
        if self._all and self.size.width:
            self.styles.height = height(self._all, self.columns)

    def _said(self) -> list[Row]:
        return bar_rows(self._put, self._answered, self.columns) if self._answered else []


def height(puts: Sequence[QuestionText], columns: int) -> int:
    """Return how many rows the bar takes where all of `puts` may be asked; a longer question is not seen to its end."""
    return min(max(1 + max(len(list(_question(put, columns))) for put in puts), LOWEST), HIGHEST)


def bar_rows(put: QuestionText | None, answered: Sequence[AnswerProgress], columns: int) -> list[Row]:
    """Return what the bar says: what is answered, and below it the question asked now, or that all is answered."""
    if put is None:
        waits = StyledText("All is answered: enter saves the item, u takes the last answer back", Tone.STRONG)
        return [_state(answered), [waits]]
    return [_state(answered), *_question(put, columns)]


def _state(answered: Sequence[AnswerProgress]) -> Row:
    row: list[StyledText] = []
    for one in answered:
        words = shown(f"{one.name} {'✓' if one.complete else OPEN} {one.answers}".rstrip())
        row += [StyledText("   "), StyledText(words, Tone.DONE if one.complete else Tone.OPEN)]
    return row[1:]


def _question(put: QuestionText, columns: int) -> Iterator[Row]:
    """Yield the rows of a question: its words, the options, how to answer where no option does."""
    lines = Lines(shown(" ".join(part for part in (put.about, put.count, put.text) if part)), columns)
    lines.extend(len(lines.text))
    for line in range(len(lines)):
        yield [StyledText(lines.text[lines.start(line) : lines.end(line)], Tone.STRONG)]
    yield from _options([_option(choice) for choice in put.choices], columns)
    if put.hint:
        yield [StyledText(shown(put.hint), Tone.HINT)]


def _option(choice: OptionChoice) -> StyledText:
    words = shown(f" {choice.key} {choice.label} {CHOSEN if choice.chosen else ' '}")
    return StyledText(words, Tone.CHOSEN if choice.chosen else Tone.PLAIN, choice.key)


def _options(options: Sequence[StyledText], columns: int) -> Iterator[Row]:
    """Yield the options, none broken in two: in as many columns as there is room for, or else as close as they stand.

    A blank stands between two of them, and none after the last of a row.
    """
    if not options:
        return
    own = [cell_len(option.text) + 1 for option in options]
    fitting = (count for count in range(len(options), 0, -1) if sum(_widest(own, count)) <= columns + 1)
    count = next(fitting, 1)
    widths = _widest(own, count)
    rows = [range(first, min(first + count, len(options))) for first in range(0, len(options), count)]
    closest = list(_closest(own, columns + 1))
    if len(closest) < len(rows) > MOST_ROWS_IN_COLUMNS:
        widths, rows = own, closest
    for row in rows:
        gaps = [StyledText(" " * (widths[place % len(widths)] - own[place] + 1)) for place in row]
        yield [run for place, gap in zip(row, gaps, strict=True) for run in (options[place], gap)][:-1]


def _widest(own: Sequence[int], count: int) -> list[int]:
    """Return how wide each of `count` columns is."""
    return [max(own[column::count]) for column in range(count)]


def _closest(own: Sequence[int], columns: int) -> Iterator[range]:
    """Yield which options stand in each row where none gives way to a column."""
    first = used = 0
    for place, width in enumerate(own):
        if used and used + width > columns:
            yield range(first, place)
            first, used = place, 0
        used += width
    yield range(first, len(own))
