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
SHARE = 3  # of the screen's rows, one in so many may be the bar's, where that is more than HIGHEST
MORE = ","  # the key that goes on to the options that did not fit
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
        self._page = 0

    def make_room(self, puts: Sequence[QuestionText]) -> None:
        """Take the height that the longest of all `puts` needs: no question lays the screen out anew."""
        self._all = tuple(puts)
        self.fit()

    def show(self, put: QuestionText | None, answered: Sequence[AnswerProgress]) -> None:
        """Show a question, or that all is answered, and what is answered so far."""
        if self._put is None or put is None or put.text != self._put.text or put.about != self._put.about:
            self._page = 0
        self._put = put
        self._answered = tuple(answered)
        self.put(self._said())

    def on_resize(self) -> None:
        """Fit the options to the new width."""
        self.fit()
        self.put(self._said())

    def on_click(self, event: events.Click) -> None:
        """Tell which option was clicked."""
        event.stop()
        key = self.named(event.x, event.y)
        if key == MORE:
            self.turn_page()
        elif key:
            self.post_message(self.Pressed(key))

    def turn_page(self) -> None:
        """Show the next of the rows that do not fit, or the first again after the last."""
        self._page += 1
        self.put(self._said())

    def fit(self) -> None:
        """Take the height that the questions need in the width and on the screen that there are now."""
        if self._all and self.size.width:
            self.styles.height = height(self._all, self.columns, self.app.size.height)

    def _said(self) -> list[Row]:
        if not self._answered:
            return []
        room = height(self._all, self.columns, self.app.size.height)
        return bar_rows(self._put, self._answered, self.columns, room, self._page)


def height(puts: Sequence[QuestionText], columns: int, screen_rows: int) -> int:
    """Return how many rows the bar takes where all of `puts` may be asked; of a longer question it shows a part."""
    longest = max((len([*_title(put, columns), *_answers(put, columns)]) for put in puts), default=0)
    return min(max(1 + longest, LOWEST), max(HIGHEST, screen_rows // SHARE))


def bar_rows(
    put: QuestionText | None, answered: Sequence[AnswerProgress], columns: int, room: int, page: int = 0
) -> list[Row]:
    """Return what the bar says in `room` rows: what is answered, and below it the question, or that all is answered.

    Where the question needs more, `page` says which part of it is shown, and the last row that there is more.
    """
    if put is None:
        waits = StyledText("All is answered: enter saves the item, u takes the last answer back", Tone.STRONG)
        return [_state(answered), [waits]]
    title, answers = list(_title(put, columns)), list(_answers(put, columns))
    room -= 1
    if len(title) + len(answers) <= room:
        return [_state(answered), *title, *answers]
    if len(title) > room // 2:
        title, answers = [], [*title, *answers]
    part = max(room - len(title) - 1, 1)
    parts = [answers[first : first + part] for first in range(0, len(answers), part)]
    shown_part = parts[page % len(parts)]
    hidden = len(put.choices) - len({run.name for row in shown_part for run in row if run.name})
    words = f"{hidden} more option{'s' * (hidden != 1)}" if hidden else "more"
    return [_state(answered), *title, *shown_part, [StyledText(f" ▼ {words}: {MORE} goes on", Tone.HINT, MORE)]]


def _state(answered: Sequence[AnswerProgress]) -> Row:
    row: list[StyledText] = []
    for one in answered:
        words = shown(f"{one.name} {'✓' if one.complete else OPEN} {one.answers}".rstrip())
        row += [StyledText("   "), StyledText(words, Tone.DONE if one.complete else Tone.OPEN)]
    return row[1:]


def _title(put: QuestionText, columns: int) -> Iterator[Row]:
    """Yield the rows of a question's words."""
    lines = Lines(shown(" ".join(part for part in (put.about, put.count, put.text) if part)), columns)
    lines.extend(len(lines.text))
    for line in range(len(lines)):
        yield [StyledText(lines.text[lines.start(line) : lines.end(line)], Tone.STRONG)]


def _answers(put: QuestionText, columns: int) -> Iterator[Row]:
    """Yield the rows of the options, and of how to answer where no option does."""
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
