"""The rating screen: acts of the rater in, calls to the session out, and what came of them back on screen.

Answers show at once and are kept as a draft behind; the word *saved* stands only for what is on disk.
"""

from __future__ import annotations

import gc
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.message import Message

from reviewer.definitions.rubric import Rubric
from reviewer.definitions.scale import AnswerForm
from reviewer.errors import ReviewerError, StoreError
from reviewer.model import RECOGNISED, Nothing, Remark, Subject, utc
from reviewer.session.terminal_session import FoundNext, Settings
from reviewer.studies.item_sheet import Item, ItemSheet
from reviewer.studies.rating import RENEW_EVERY, why_nothing
from reviewer.text.visible import visible
from reviewer.tui.dialogs import AskText, ReadText
from reviewer.tui.item_view import ItemView
from reviewer.tui.prompt_text import flowing
from reviewer.tui.rate_keys import RATE_KEYS, WRITE_KEY
from reviewer.tui.reading_screen import ReadingScreen
from reviewer.tui.session_calls import SessionCalls
from reviewer.tui.widgets.question_bar import QuestionBar

SLOW_SECONDS = 0.1  # a save that takes longer is shown while it is under way


class RateScreen(ReadingScreen):
    """One rater at one study, item after item."""

    BINDINGS: ClassVar[list[BindingType]] = list(RATE_KEYS)

    @dataclass
    class Kept(Message):
        """What became of the draft of a sheet: `failed` is None where it is on disk."""

        sheet: ItemSheet
        failed: BaseException | None

    def __init__(
        self, calls: SessionCalls, study: str, rubric: Rubric, settings: Settings, *, read_first: bool
    ) -> None:
        super().__init__(
            ItemView(rubric, joint_scrolling=settings.joint_scrolling, severity_limit=settings.severity_limit),
            calls,
            study,
            rubric,
        )
        self._settings = settings
        self._read_first = read_first
        self._sheet: ItemSheet | None = None
        self._on_disk: ItemSheet | None = None  # the last sheet of the item whose draft is kept
        # What was done with the last item, while the next one could not be handed out; empty otherwise.
        self._waiting = ""
        keys = {option.key for question in rubric.questions for option in question.options}
        for key in sorted(keys):
            self._bindings.bind(key, f"answer('{key}')", show=False)

    @property
    def item(self) -> Item | None:
        """The item that is rated, None before the first and after the last."""
        return None if self._sheet is None else self._sheet.item

    def on_unmount(self) -> None:
        """Give the collector back to the program."""
        gc.enable()

    def on_mount(self) -> None:
        """Take the first item, and keep its lease while the screen is open."""
        self.set_interval(1, self._show_status)
        self.set_interval(RENEW_EVERY.total_seconds(), self._renew)
        self._act(self._begin)

    async def _begin(self) -> None:
        if self._read_first:
            await self.app.push_screen_wait(ReadText(self._rubric.title, flowing(self._rubric.guideline)))
        await self._take(await self._calls.do(lambda session: session.next_item()), "")

    async def _take(self, found: FoundNext, state: str) -> None:
        """Show an item from its start; leave where there is none. Where there is an error, `enter` asks again."""
        self._waiting = ""
        if isinstance(found, StoreError):
            self._sheet, self._waiting = None, state
            self._say(f"{state}; enter takes the next item")
            raise found
        if isinstance(found, Nothing):
            self._sheet = None
            why = why_nothing(found, self._study, self._rubric.id)
            await self.app.push_screen_wait(ReadText(self._study, f"{state}\n\n{why}".strip()))
            self._leave()
            return
        item, draft = found
        sheet = self._sheet = self._on_disk = ItemSheet(self._rubric, item, draft).resumed()
        self._state = state or ("draft kept" if draft.answers else "")
        self._view.show_item(item)
        self._show(sheet)
        self._begin_item()

    def _lift_guard(self) -> None:
        # Full collections took 40 ms and fell on keys. They are made here, where no key counts yet, and what was loaded
        # up to the first item is left out of all that follow.
        if gc.isenabled():
            gc.freeze()
            gc.disable()
        gc.collect()
        super()._lift_guard()

    async def _submit(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        saving = True

        def tell_slow() -> None:
            if saving:
                self._say("saving…")

        # Said at once it would be painted, and the next item would wait for the frame after.
        slow = self.set_timer(SLOW_SECONDS, tell_slow)
        try:
            saved, found = await self._calls.do(lambda session: session.submit(sheet.item, sheet.draft))
        except ReviewerError:
            self._say("not saved")
            raise
        finally:
            saving = False
            slow.stop()
        if saved.surplus:
            late = "Too late to count: the places on this item were taken. The set is kept apart as surplus."
            self.notify(late, severity="warning", markup=False)
        await self._take(found, f"item {sheet.item.number:,} saved")

    async def _go_on(self) -> None:
        await self._take(await self._calls.do(lambda session: session.next_item()), self._waiting)

    async def _undo(self) -> None:
        sheet = self._sheet
        undone = None if sheet is None else sheet.undone()
        if undone is not None:
            self._keep(undone)
            return
        found = await self._calls.do(lambda session: session.undo())
        if found is None:
            self.notify("There is nothing to undo.", markup=False)
        else:
            await self._take(found, "taken back, a draft again")

    async def _skip(self) -> None:
        sheet = self._sheet
        if sheet is not None:
            await self._take(await self._calls.do(lambda session: session.skip(sheet.item)), "skipped")

    async def _flag(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        pane = sheet.item.panes[self._view.focused]
        reason = await self.app.push_screen_wait(AskText(f"What is wrong with {pane.alias}, or with the item?"))
        if reason:
            await self._calls.do(lambda session: session.rating.flag(sheet.item, pane.response, reason))
            self.notify(f"{pane.alias} is flagged.", markup=False)

    async def _recognised(self) -> None:
        sheet = self._sheet
        if sheet is not None:
            pane = sheet.item.panes[self._view.focused]
            await self._calls.do(lambda session: session.rating.flag(sheet.item, pane.response, RECOGNISED))
            self.notify(f"Recorded: you can tell which model {pane.alias} is.", markup=False)

    async def _note(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        subject = self._subject(sheet)
        before = sheet.draft.remarks.get(subject, Remark()).note
        note = await self.app.push_screen_wait(AskText("Note, kept with the labels", before))
        if note is not None:
            self._keep(sheet.remarked(subject, note=note))

    async def _write(self) -> None:
        """Open a line for free text or a number."""
        sheet = self._sheet
        ask = None if sheet is None else sheet.ask
        if sheet is None or ask is None:
            return
        number = ask.question.scale.traits.form is AnswerForm.NUMBER
        text = await self.app.push_screen_wait(AskText(ask.question.text, sheet.value(ask) or "", number=number))
        if not text:
            return
        try:
            self._keep(sheet.answer(ask, ask.question.accept(text), utc(datetime.now(UTC))).past_optional())
        except ValueError as error:
            self.notify(visible(str(error)), severity="error", markup=False)

    # Drafts: shown at once, kept behind.

    def _keep(self, sheet: ItemSheet) -> None:
        self._sheet = sheet
        self._state = "keeping the draft…"
        self._show(sheet)

        def told(future: Future[None]) -> None:
            self.post_message(self.Kept(sheet, future.exception()))

        self._calls.send(lambda session: session.rating.save_draft(sheet.item, sheet.draft), told)
        if self._settings.submits_by_itself and sheet.ask is None and sheet.answered:
            self._act(self._submit)

    @on(Kept)
    def _told(self, event: Kept) -> None:
        """Say that the draft is kept; where it could not be, take back every answer that is not on disk."""
        sheet = self._sheet
        if sheet is None or event.sheet.item is not sheet.item:
            return
        if event.failed is None:
            self._on_disk = event.sheet
        if event.sheet.draft is not sheet.draft:
            return  # a later one is being kept, and holds this one's answers
        if event.failed is None:
            self._say("draft kept")
            return
        self._state = "the last answer could not be kept"
        self._put(self._on_disk or sheet)
        self.notify(visible(str(event.failed)), severity="error", markup=False)

    def _renew(self) -> None:
        item = None if self._sheet is None else self._sheet.item
        self._calls.send(lambda session: session.renew(item), lambda _: None)

    # Keys.

    def action_answer(self, key: str) -> None:
        """Answer the question asked now."""
        sheet = self._sheet
        ask = None if sheet is None else sheet.ask
        if sheet is None or ask is None or not self._may_judge():
            return
        option = ask.question.by_key(key)
        if option is None:
            return
        if ask.question.scale.traits.form is AnswerForm.SEVERAL:
            self._keep(sheet.toggled(ask, option.value, utc(datetime.now(UTC))))
        else:
            self._keep(sheet.answer(ask, option.value, utc(datetime.now(UTC))).past_optional())

    def action_submit(self) -> None:
        """Save the item; where something is missing, go there."""
        if self._waiting:
            self._act(self._go_on)
            return
        sheet = self._sheet
        if sheet is None or not self._may_judge():
            return
        if sheet.missing is None:
            self._act(self._submit)
            return
        ask = sheet.ask
        if ask is not None and ask.question.scale.traits.typed and ask == sheet.missing:
            self._act(self._write)
            return
        self._put(sheet.at(len(sheet.asks)))
        self.notify("This question needs an answer first.", markup=False)

    def action_write(self) -> None:
        """Write the answer to a question that has no options."""
        ask = None if self._sheet is None else self._sheet.ask
        if ask is None or not self._may_judge():
            return
        if ask.question.scale.traits.typed:
            self._act(self._write)
        else:
            self.action_answer(WRITE_KEY)

    def action_undo(self) -> None:
        """Take back the last answer, or the last submitted item."""
        self._act(self._undo)

    def action_skip(self) -> None:
        """Leave the item."""
        if self.is_ready:
            self._act(self._skip)

    def action_flag(self) -> None:
        """Flag the focused response."""
        if self.is_ready:
            self._act(self._flag)

    def action_recognised(self) -> None:
        """Record that the rater can tell the model."""
        if self._may_judge():
            self._act(self._recognised)

    def action_note(self) -> None:
        """Write a note."""
        if self._may_judge():
            self._act(self._note)

    def action_clear(self) -> None:
        """Clear the answer to the question asked now."""
        sheet = self._sheet
        if sheet is not None and sheet.ask is not None and self._may_judge():
            self._keep(sheet.cleared(sheet.ask))

    def action_confidence(self) -> None:
        """Go round 1, 2, 3."""
        sheet = self._sheet
        if sheet is not None and self._may_judge():
            subject = self._subject(sheet)
            before = sheet.draft.remarks.get(subject, Remark()).confidence
            self._keep(sheet.remarked(subject, confidence=(before or 0) % 3 + 1))

    def action_question(self, by: int) -> None:
        """Go to another question."""
        if self._sheet is not None:
            self._put(self._sheet.at(self._sheet.place + by))

    def action_pane(self, by: int) -> None:
        """Go to another pane, and to what is still open about it."""
        sheet = self._sheet
        if sheet is not None:
            super().action_pane(by)
            self._put(sheet.at_pane(self._view.focused))

    @on(QuestionBar.Pressed)
    def _option_pressed(self, event: QuestionBar.Pressed) -> None:
        event.stop()
        self.action_answer(event.key)

    def action_leave(self) -> None:
        """Go back to the studies; drafts are kept."""
        if not self._busy:
            self._leave()

    def action_reasoning(self) -> None:
        """Show the reasoning behind the focused response, once that is answered."""
        sheet = self._sheet
        if sheet is None or not self._is_seen():
            return
        pane = sheet.item.panes[self._view.focused]
        if sheet.is_answered(pane.response):
            super().action_reasoning()
        else:
            self.notify(f"The reasoning of {pane.alias} is shown once {pane.alias} is answered.", markup=False)

    # Showing.

    def _leave(self) -> None:
        self._calls.send(lambda session: session.leave(), lambda _: None)
        self.dismiss(None)

    def _subject(self, sheet: ItemSheet) -> Subject:
        """Return what a remark is about: what the question is about, or the focused response once all is answered."""
        ask = sheet.ask
        return ask.subject if ask is not None else Subject(sheet.item.panes[self._view.focused].response)

    def _put(self, sheet: ItemSheet) -> None:
        self._sheet = sheet
        self._show(sheet)

    def _show(self, sheet: ItemSheet) -> None:
        self._view.show_sheet(sheet)
        self._show_status()

    def _show_status(self) -> None:
        if self._sheet is not None or self._waiting:
            self._view.show_status(self._study, self._state, self._attention.seconds)
