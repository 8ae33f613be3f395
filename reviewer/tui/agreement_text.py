"""The parts of the agreement screen as text: tables laid out to the room there is, headings marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size

from reviewer.agreement import tables as tables
from reviewer.agreement.tables import Rows
from reviewer.agreement.target import target_sentence
from reviewer.definitions.question import Question
from reviewer.session.agreement_view import AgreementView
from reviewer.statistics.estimate_text import DOUBT
from reviewer.text.visible import visible
from reviewer.tui.widgets.marks import Mark, MarkKind, PaneText

BETWEEN = "  "
SENTENCE = 28  # characters from which a cell is a reason, and no figure or interval
NO_LABELS = "No label answers this question yet. Raters at work show here as they save."


class Page:
    """A text that grows by headed tables and sentences."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._text = ""
        self._marks: list[Mark] = []

    def table(self, rows: Rows) -> None:
        """Add a table; where it is too wide its long cells as notes, or each row as a list below its first cell."""
        if len(rows) < 2:
            return
        self._gap()
        for fitting, notes in ((rows, []), noted(rows)):
            lines = aligned(fitting)
            if max(map(cell_len, lines)) <= self._room:
                self._add(lines[:1], heading=True)
                self._add([*lines[1:], *notes])
                return
        head = [visible(cell, one_line=True) for cell in rows[0]]
        for row in rows[1:]:
            first, *rest = (visible(cell, one_line=True) for cell in row)
            self._add([f"{head[0]} {first}".strip()], heading=True)
            parts: list[str] = []
            for name, cell in zip(head[1:], rest, strict=True):
                if name or not parts:
                    parts.append(f"{name}: {cell}".removeprefix(": ") if cell.strip() else "")
                elif cell:  # what has no heading of its own belongs to the cell before
                    parts[-1] += f"{BETWEEN}{cell}"
            self._add([f"{BETWEEN}{part}" for part in parts if part])

    def say(self, *sentences: str) -> None:
        """Add sentences, each on a line of its own."""
        if sentences:
            self._gap()
            self._add([visible(sentence, one_line=True) for sentence in sentences])

    def done(self) -> PaneText:
        """Return the text."""
        return PaneText(self._text.removesuffix("\n"), tuple(self._marks))

    def _gap(self) -> None:
        self._text += "\n" if self._text else ""

    def _add(self, lines: Iterable[str], *, heading: bool = False) -> None:
        for line in lines:
            if heading:
                self._marks.append(Mark(len(self._text), len(self._text) + len(line), MarkKind.ROLE))
            self._text += f"{line}\n"


def noted(rows: Rows) -> tuple[Rows, list[str]]:
    """Return rows with a number for each sentence in them, but for heads and first cells; and the sentences by it."""
    numbers: dict[str, str] = {}

    def short(cell: str) -> str:
        return cell if len(cell) < SENTENCE else numbers.setdefault(cell, f"({len(numbers) + 1})")

    told = [[row[0], *map(short, row[1:])] for row in rows[1:]]
    return [rows[0], *told], [f"{number} {visible(cell, one_line=True)}" for cell, number in numbers.items()]


def aligned(rows: Rows) -> list[str]:
    """Return rows as lines with their cells below each other."""
    shown = [[visible(cell, one_line=True) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*shown, strict=True)]
    return [
        BETWEEN.join(set_cell_size(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in shown
    ]


def figures(view: AgreementView, question: Question, room: int) -> PaneText:
    """Return the coefficients with intervals and prevalence, warnings, and what the labels decide."""
    one, page = view.measured(question), Page(room)
    if one.agreement is None:
        page.say(NO_LABELS)
        return page.done()
    page.say(tables.head(one, one.agreement))
    page.table(tables.coefficients(one.agreement))
    left_out = [sentence] if (sentence := view.left_out()) else []
    page.say(*(f"! {warning}" for warning in (*left_out, *one.agreement.warnings)))
    page.table(tables.abstentions(one.agreement))
    page.table(tables.categories(one.agreement))
    model = view.consensus(question)
    if model is not None:
        page.table(tables.consensus(model))
        page.say(*([] if model.undefined is None else [f"Dawid-Skene: {model.undefined}"]))
    page.say(target_sentence(view.target(question)))
    page.say(
        "[low, high]: 95 % interval over other items (prompts, where they repeat);"
        f" {DOUBT} where it is likely too narrow."
    )
    return page.done()


def raters(view: AgreementView, question: Question, room: int) -> PaneText:
    """Return what is known of each rater."""
    one, found, page = view.measured(question), view.raters(question), Page(room)
    if one.agreement is None:
        page.say(NO_LABELS)
        return page.done()
    page.table(tables.raters(found, one.agreement, view.consensus(question)))
    page.table(tables.mistaken(found))
    page.table(tables.intra_rater(view.intra_rater(question)))
    page.say("as the others: the same as more than half of the other labels, where there is such a majority.")
    return page.done()


def pairs(view: AgreementView, question: Question, room: int) -> PaneText:
    """Return the map of pairs of raters, the pairs in figures, and people beside graders."""
    one, page = view.measured(question), Page(room)
    if one.agreement is None:
        page.say(NO_LABELS)
        return page.done()
    page.table(tables.matrix(one.agreement))
    page.table(tables.pairs(one.agreement))
    page.table(tables.kinds([view.kinds(question)]))
    return page.done()


def questions(view: AgreementView, room: int) -> PaneText:
    """Return all questions beside each other."""
    page = Page(room)
    found = tables.groups("", [("", view.measured(question)) for question in view.questions])
    page.table([row[1:] for row in found])
    return page.done()


def evaluations(view: AgreementView, question: Question, room: int) -> PaneText:
    """Return each evaluation alone."""
    page, found = Page(room), view.by_evaluation(question)
    page.table(tables.groups("evaluation", found))
    if not found:
        page.say("The prompts of this study are in no suite that names an evaluation.")
    return page.done()


def configurations(view: AgreementView, question: Question, room: int) -> PaneText:
    """Return each configuration alone, and by preference their strengths."""
    page = Page(room)
    page.table(tables.groups("configuration", view.by_configuration(question)))
    strong = view.strengths(question)
    if strong is not None:
        page.table(tables.strengths(strong))
    return page.done()


def confusions(view: AgreementView, question: Question, room: int) -> tuple[Sequence[tuple[str, str]], list[str]]:
    """Return the pairs of values that were confused, and one line for each below a heading."""
    one = view.measured(question)
    return [pair.values for pair in one.confused], aligned(tables.confusions(one, bar=room // 6))
