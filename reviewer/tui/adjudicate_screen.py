"""The adjudication screen: disputes one by one, each decision on disk before the next dispute is shown.

What is chosen is kept as a draft behind; a decision is called *saved* only when it is on disk.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.message import Message

from reviewer.adjudication.case import Case
from reviewer.adjudication.queue import CODES, AdjudicationSession, AdjudicatorChoice, QueueProgress
from reviewer.definitions.scale import AnswerForm
from reviewer.errors import ReviewerError
from reviewer.session.terminal_session import Settings
from reviewer.studies.item_sheet import Item
from reviewer.study_design.decision_policy import Ruling
from reviewer.text.visible import visible
from reviewer.tui.adjudicate_keys import ADJUDICATE_KEYS, ADOPT_KEY, WRITE_KEY
from reviewer.tui.dialogs import AskText, ReadText
from reviewer.tui.dispute_view import DisputeView
from reviewer.tui.reading_screen import ReadingScreen
from reviewer.tui.session_calls import SessionCalls
from reviewer.tui.widgets.question_bar import QuestionBar

# What stands in the status while a choice is on disk as a draft, and is no decision yet.
DRAFT = "draft kept: enter saves"


class AdjudicateScreen(ReadingScreen):
    """One adjudicator at the disputes of one study."""

    BINDINGS: ClassVar[list[BindingType]] = list(ADJUDICATE_KEYS)
    _view: DisputeView

    @dataclass
    class Kept(Message):
        """What became of a draft: `failed` is None where it is on disk."""

        case: Case
        choice: AdjudicatorChoice
        failed: BaseException | None

    def __init__(
        self, calls: SessionCalls, adjudication: AdjudicationSession, settings: Settings, program: str
    ) -> None:
        """Decide the disputes of `adjudication`; `program` is how a command on this database begins."""
        rubric = adjudication.rubric
        super().__init__(
            DisputeView(rubric, joint_scrolling=settings.joint_scrolling, severity_limit=settings.severity_limit),
            calls,
            adjudication.name,
            rubric,
        )
        # Used on the session's thread alone, but for its name and rubric, which never change.
        self._adjudication = adjudication
        self._program = program
        self._case: Case | None = None
        self._progress = QueueProgress(0, 0, {})
        self._choice = self._on_disk = AdjudicatorChoice(None)
        self._column = 0
        for key in sorted({option.key for question in rubric.questions for option in question.options}):
            if key not in (ADOPT_KEY, WRITE_KEY):
                self._bindings.bind(key, f"answer('{key}')", show=False)

    @property
    def case(self) -> Case | None:
        """The dispute that is shown, None before the first and after the last."""
        return self._case

    @property
    def item(self) -> Item | None:
        """The item that is disputed, None before the first and after the last."""
        return None if self.case is None else self.case.item

    def on_mount(self) -> None:
        """Take the first dispute."""
        self.set_interval(1, self._show_status)
        self._act(self._begin)

    async def _begin(self) -> None:
        await self._next("")

    async def _next(self, state: str) -> None:
        """Show the dispute at the head of the queue from its start; leave where there is none."""
        case, draft, self._progress = await self._calls.do(lambda _: self._taken())
        if case is None:
            self._case = None
            await self.app.push_screen_wait(ReadText(self._study, f"{state}\n\n{self._all_decided()}".strip()))
            self.dismiss(None)
            return
        self._case, self._column = case, 0
        self._choice = self._on_disk = draft
        self._state = state if draft == AdjudicatorChoice(None) else f"{state}  ·  {DRAFT}".removeprefix("  ·  ")
        self._view.show_case(case)
        self._show()
        self._begin_item()

    def _taken(self) -> tuple[Case | None, AdjudicatorChoice, QueueProgress]:
        """Return the next dispute, what was chosen on it before, and the study's progress; on the session's thread."""
        case = self._adjudication.next_case()
        return (
            case,
            AdjudicatorChoice(None) if case is None else self._adjudication.draft(case),
            self._adjudication.progress,
        )

    def _all_decided(self) -> str:
        merged = ", ".join(f"{how} {count:,}" for how, count in self._progress.merged.items()) or "none"
        return (
            f"No dispute is left in this study.\nDecided by adjudicators: {self._progress.decided:,}\n"
            f"Merged by themselves: {merged}\n\nNext: {self._program} gold {self._study}\n"
            f"What was confused and how it was settled: {self._program} adjudicate {self._study} --report"
        )

    async def _decide(self) -> None:
        case, choice = self._case, self._choice
        if case is None:
            return
        self._say("saving…")
        try:
            await self._calls.do(lambda _: self._adjudication.decide(case, choice))
        except ReviewerError:
            self._say("not saved")
            raise
        await self._next("decision saved")

    async def _undo(self) -> None:
        if self._choice != AdjudicatorChoice(None):
            self._choose(AdjudicatorChoice(None))
            return
        found = await self._calls.do(lambda _: self._adjudication.undo())
        if found is None:
            self.notify("There is nothing to undo.", markup=False)
        else:
            await self._next("the last decision is taken back")

    async def _defer(self) -> None:
        case = self._case
        if case is not None:
            await self._calls.do(lambda _: self._adjudication.defer(case))
            await self._next("deferred")

    async def _note(self) -> None:
        note = await self.app.push_screen_wait(AskText("Note, kept with the decision", self._choice.note))
        if note is not None:
            self._choose(replace(self._choice, note=note))

    async def _clause(self) -> None:
        title = "The clause of the rubric that decides"
        clause = await self.app.push_screen_wait(AskText(title, self._choice.clause))
        if clause is not None:
            self._choose(replace(self._choice, clause=clause))

    async def _write(self) -> None:
        case = self._case
        if case is None:
            return
        question, before = case.ask.question, self._choice.value or ""
        number = question.scale.traits.form is AnswerForm.NUMBER
        text = await self.app.push_screen_wait(AskText(question.text, before, number=number))
        if not text:
            return
        try:
            self._choose(replace(self._choice, value=question.accept(text), ruling=Ruling.DECIDED))
        except ValueError as error:
            self.notify(visible(str(error)), severity="error", markup=False)

    # Keys.

    def action_answer(self, key: str) -> None:
        """Choose a value, whether a rater gave it or not."""
        case = self._case
        option = None if case is None else case.ask.question.by_key(key)
        if case is None or option is None or not self._may_judge():
            return
        value: str | None = option.value
        if case.ask.question.scale.traits.form is AnswerForm.SEVERAL:
            before = self._choice.value
            chosen = set(() if before is None else case.ask.question.selected(before)) ^ {option.value}
            value = case.ask.question.accept(sorted(chosen)) if chosen else None
        self._choose(replace(self._choice, value=value, ruling=Ruling.DECIDED))

    @on(QuestionBar.Pressed)
    def _option_pressed(self, event: QuestionBar.Pressed) -> None:
        self.action_answer(event.key)

    def action_adopt(self, key: str) -> None:
        """Choose what the focused rater said, unless the question has an option by this key."""
        case = self._case
        if case is None or not self._may_judge():
            return
        if case.ask.question.by_key(key) is not None:
            self.action_answer(key)
            return
        value = case.columns[self._column].values.get(case.dispute.question) if case.columns else None
        if value is None:
            self.notify("This rater said nothing to the question.", markup=False)
        else:
            self._choose(replace(self._choice, value=value, ruling=Ruling.DECIDED))

    def action_rule(self, ruling: str) -> None:
        """Decide that the unit has no label."""
        if self._may_judge():
            self._choose(replace(self._choice, value=None, ruling=Ruling(ruling)))

    def action_code(self) -> None:
        """Go round the reasons why raters differ."""
        if self._may_judge():
            code = CODES[(CODES.index(self._choice.code) + 1) % len(CODES)]
            self._choose(replace(self._choice, code=code))

    def action_decide(self) -> None:
        """Save the decision."""
        case = self._case
        if case is None or not self._may_judge():
            return
        if self._choice.value is not None or self._choice.ruling is not Ruling.DECIDED:
            self._act(self._decide)
        elif case.ask.question.scale.traits.typed:
            self._act(self._write)
        else:
            self.notify("Choose a value first, or a to adopt what a rater said.", markup=False)

    def action_write(self, key: str) -> None:
        """Write the answer to a question that has no options."""
        case = self._case
        if case is None or not self._may_judge():
            return
        if case.ask.question.scale.traits.typed:
            self._act(self._write)
        else:
            self.action_answer(key)

    def action_column(self, by: int) -> None:
        """Go to another rater's column."""
        if self._case is not None and self._case.columns:
            self._column = (self._column + by) % len(self._case.columns)
            self._show()

    def action_undo(self) -> None:
        """Forget what is chosen, or take the last decision back."""
        self._act(self._undo)

    def action_defer(self) -> None:
        """Leave the dispute."""
        if self.is_ready:
            self._act(self._defer)

    def action_note(self) -> None:
        """Write a note."""
        if self._may_judge():
            self._act(self._note)

    def action_clause(self) -> None:
        """Name the clause."""
        if self._may_judge():
            self._act(self._clause)

    def action_leave(self) -> None:
        """Go back to the studies."""
        if not self._busy:
            self.dismiss(None)

    # Showing.

    def _choose(self, choice: AdjudicatorChoice) -> None:
        """Show a choice at once and keep it as a draft behind."""
        case = self._case
        if case is None:
            return
        self._choice = choice
        self._state = "keeping the draft…"
        self._show()

        def told(future: Future[None]) -> None:
            self.post_message(self.Kept(case, choice, future.exception()))

        self._calls.send(lambda _: self._adjudication.keep(case, choice), told)

    @on(Kept)
    def _told(self, event: Kept) -> None:
        """Say that the draft is kept; where it could not be, go back to the choice that is on disk."""
        if event.case is not self._case:
            return
        if event.failed is None:
            self._on_disk = event.choice
        if event.choice is not self._choice:
            return  # a later one is being kept in its place
        if event.failed is None:
            self._say("" if event.choice == AdjudicatorChoice(None) else DRAFT)
            return
        self._choice = self._on_disk
        self._state = "the last choice could not be kept"
        self._show()
        self.notify(visible(str(event.failed)), severity="error", markup=False)

    def _show(self) -> None:
        if self._case is not None:
            self._view.show_choice(self._case, self._choice, self._column)
        self._show_status()

    def _show_status(self) -> None:
        if self._case is not None:
            place = f"{self._progress.left:,} left, {self._progress.decided:,} decided"
            self._view.show_place(self._study, place, self._state, self._attention.seconds)
