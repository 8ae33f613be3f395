"""A dispute on screen: the item as raters saw it, what they said in columns without names, the question, status."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content

from reviewer.adjudication.case import Case, RaterAnswers
from reviewer.adjudication.queue import CODES, AdjudicatorChoice
from reviewer.definitions.rubric import Rubric
from reviewer.studies.item_sheet import AskedQuestion, in_words, translated
from reviewer.study_design.decision_policy import Ruling
from reviewer.text.visible import visible
from reviewer.tui.item_view import ItemView
from reviewer.tui.question_text import item_question
from reviewer.tui.widgets import question_bar
from reviewer.tui.widgets.marks import Mark, MarkKind, PaneText
from reviewer.tui.widgets.status_line import Status
from reviewer.tui.widgets.text_pane import TextPane

RULINGS = {Ruling.BAD_ITEM: "no label: the item is bad", Ruling.AMBIGUOUS: "truly ambiguous"}

MOST_ROWS = 6


class DisputeView(ItemView):
    """One dispute: mounted once; what it shows changes from dispute to dispute."""

    DEFAULT_CSS = """
    DisputeView > #raters { height: 4; }
    """

    def __init__(self, rubric: Rubric, *, joint_scrolling: bool, severity_limit: int) -> None:
        super().__init__(rubric, joint_scrolling=joint_scrolling, severity_limit=severity_limit)
        self._raters = TextPane(id="raters")

    def compose(self) -> ComposeResult:
        """Compose the item with the raters' columns below it."""
        yield self._prompt
        yield self._responses
        yield self._raters
        yield self._bar
        yield self._status

    def show_case(self, case: Case) -> None:
        """Show another dispute from its start."""
        self.show_item(case.item)
        if case.ask.panes:
            self.focus_pane(case.ask.panes[0])
        notes = sum(bool(column.note) for column in case.columns)
        self._raters.styles.height = min(len(case.columns) + len(case.decisions) + notes or 1, MOST_ROWS) + 2
        self._raters.covered = False
        if self.covered:
            self._raters.cover()
        if case.item.secret:
            self._watched = frozenset(range(len(case.item.panes)))
            self._mark()

    def show_choice(self, case: Case, choice: AdjudicatorChoice, column: int) -> None:
        """Show the question with what is chosen, and which column is focused."""
        content, offset = columns(self._rubric, case, column)
        self._raters.show(content)
        self._raters.scroll_to_offset(offset)
        self._raters.entitle(Content(visible(f"raters · in dispute: {case.dispute.reason}", one_line=True)))
        words = _chosen(case.ask, choice)
        remarks = [f"why: {choice.code}"] if choice.code != CODES[0] else []
        remarks += [f"clause: {choice.clause}"] if choice.clause else []
        remarks += [f"note: {choice.note}"] if choice.note else []
        said = " · ".join([words or "not decided", *remarks])
        self._bar.show(
            item_question(case.item, case.ask, choice.value, ""),
            [question_bar.AnswerProgress("decision:", said, bool(words))],
        )

    def show_answers(self, case: Case) -> None:
        """Show the question and what raters said, without anything to choose."""
        content, _ = columns(self._rubric, case, -1)
        self._raters.show(content)
        self._raters.entitle(Content(visible(f"raters · {case.dispute.reason}", one_line=True)))
        given = case.dispute.distribution.items()
        said = ", ".join(
            f"{in_words(case.ask.question, translated(case.item, case.ask, value))} {count}" for value, count in given
        )
        self._bar.show(
            item_question(case.item, case.ask, None, ""), [question_bar.AnswerProgress("given:", said, True)]
        )

    def show_place(self, study: str, place: str, state: str, seconds: int) -> None:
        """Write the status line."""
        hit = f"hit {self._hit + 1} of {len(self._hits)}" if self._hits else ""
        self._status.show(Status(study, place, state, seconds, hit or "? all keys"))

    def uncover(self) -> None:
        """Uncover the item and what was said of it."""
        super().uncover()
        self._raters.covered = False


def columns(rubric: Rubric, case: Case, focused: int) -> tuple[PaneText, int]:
    """Return what the raters said, one a row, the focused one marked; and where its row begins."""
    text, marks, offset = "", [], 0
    for place, column in enumerate(case.columns):
        name = f"{'▶' if place == focused else ' '} rater {place + 1}: "
        if place == focused:
            offset = len(text)
        marks.append(Mark(len(text), len(text) + len(name), MarkKind.ROLE))
        text += f"{name}{_said(rubric, case, column)}\n"
    for decision in case.decisions:
        name = "  an adjudicator: "
        marks.append(Mark(len(text), len(text) + len(name), MarkKind.ROLE))
        text += f"{name}{visible(decision, one_line=True)}\n"
    return PaneText(text.removesuffix("\n") or "Nobody labelled this.", tuple(marks)), offset


def _said(rubric: Rubric, case: Case, column: RaterAnswers) -> str:
    parts = []
    for question, value in column.values.items():
        words = in_words(rubric.question(question), value)
        parts.append(words if question == case.dispute.question else f"{question}: {words}")
    if column.confidence is not None:
        parts.append(f"confidence {column.confidence}")
    if column.note:
        parts.append(f"note: {column.note}")
    return visible(" · ".join(parts), one_line=True)


def _chosen(ask: AskedQuestion, choice: AdjudicatorChoice) -> str:
    if choice.ruling is not Ruling.DECIDED:
        return RULINGS[choice.ruling]
    return "" if choice.value is None else in_words(ask.question, choice.value)
