"""Rubrics and prompts as the screens would show them in a terminal of some width, as rows of plain text. Pure.

Everything is laid out by the functions that lay the screens out. What the style sheets say of widths and heights is
said here again, and the tests hold it against the screens themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style

from reviewer.definitions.caution import Caution
from reviewer.definitions.question import Question
from reviewer.definitions.rubric import Rubric
from reviewer.model import SuitePrompt
from reviewer.studies.item_sheet import ItemSheet
from reviewer.text.visible import visible
from reviewer.tui.prompt_text import SEVERITIES, flowing, is_long, prompt_text
from reviewer.tui.question_text import answer_progress, current_question, longest_questions
from reviewer.tui.widgets.lines import Lines
from reviewer.tui.widgets.marks import MarkKind, Marks
from reviewer.tui.widgets.painting import GUTTERS, Look, painted
from reviewer.tui.widgets.question_bar import bar_rows, height
from reviewer.tui.widgets.rows import fitted, shortened, shown

SMALLEST, SMALLEST_ROWS = 80, 24  # the terminal for which rubrics are written
MOST_ROWS = 1000
_BORDERS, _SCROLL_BAR = 2, 1
_WIDE, _WIDEST, _SHARE = 100, 100, 0.9  # dialogs.tcss: a dialog takes this share of a wide terminal, up to a limit
_PLAIN = Look(Style.null(), Style.null(), dict.fromkeys(MarkKind, Style.null()))


@dataclass(frozen=True, slots=True)
class GuidelinePreview:
    """The guideline in its dialog: the rows of its text, and how many of them a terminal shows at once."""

    rows: tuple[str, ...]
    in_sight: int


@dataclass(frozen=True, slots=True)
class QuestionPreview:
    """A question in its bar: the rows of its first part, how many more it needs, and how many end in an ellipsis."""

    rows: tuple[str, ...]
    unseen: int
    cut: int


def guideline_preview(rubric: Rubric, columns: int, rows: int) -> GuidelinePreview:
    """Return the guideline as raters read it before the first item, in a terminal of that size."""
    width = min(int(columns * _SHARE), _WIDEST) if columns >= _WIDE else columns
    return GuidelinePreview(tuple(_text_rows(flowing(rubric.guideline), width)), max(int(rows * _SHARE) - _BORDERS, 1))


def question_preview(rubric: Rubric, sheet: ItemSheet, columns: int) -> QuestionPreview:
    """Return the question that is asked now on `sheet` as raters see it below the responses, its first part."""
    room = columns - 2
    question, progress = current_question(sheet), answer_progress(sheet)
    in_sight = height(longest_questions(rubric), room, SMALLEST_ROWS)
    every, first = (bar_rows(question, progress, room, rows) for rows in (MOST_ROWS, in_sight))
    cut = sum(list(row) != fitted(row, room) for row in every)
    drawn = tuple("".join(run.text for run in fitted(row, room)) for row in first)
    return QuestionPreview(drawn, max(len(every) - in_sight, 0), cut)


def layout_cautions(question: Question, preview: QuestionPreview, place: int) -> Iterator[Caution]:
    """Yield what of question number `place` does not fit into the question bar, previewed in the `SMALLEST` width."""
    about, path = f"question {question.id}", ("question", place)
    if preview.cut:
        problem = f"an option is longer than the question bar at {SMALLEST} columns, and ends in …"
        yield Caution(about, problem, "a shorter label", path)
    if preview.unseen:
        problem = f"it needs more rows than the question bar has at {SMALLEST}×{SMALLEST_ROWS}: it is shown in parts"
        yield Caution(about, problem, "a shorter text, or fewer or shorter options", path)


def prompt_preview(member: SuitePrompt, columns: int) -> list[str]:
    """Return a prompt as raters see it above the responses, in its frame and at its full height."""
    messages = member.prompt.messages
    text = prompt_text(messages, member.reference, folded=is_long(messages)).text
    title = "prompt" if member.severity is None else f"prompt · severity {SEVERITIES[member.severity]}"
    return framed(tuple(_text_rows(text, columns)), title)


def framed(rows: Sequence[str], title: str) -> list[str]:
    """Return rows of one width in a frame with a title, as panes have it."""
    width = cell_len(rows[0]) + _SCROLL_BAR
    words = shortened(shown(title), width - 4)
    top = f"─ {words} {'─' * (width - cell_len(words) - 3)}"
    return [f"╭{top}╮", *(f"│{row}{' ' * _SCROLL_BAR}│" for row in rows), f"╰{'─' * width}╯"]


def _text_rows(text: str, width: int) -> Iterator[str]:
    """Yield a text as a pane of that outer width paints it, row by row."""
    inner = width - _BORDERS - _SCROLL_BAR
    lines = Lines(visible(text), inner - GUTTERS)
    while not lines.complete:
        lines.extend(len(lines.text) + 1)
    for line in range(len(lines)):
        yield painted(lines, line, Marks(), None, inner, _PLAIN).text
