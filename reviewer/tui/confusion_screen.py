"""The items behind a confusion, one by one, to be read: as raters saw them, and what they said without names."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from reviewer.adjudication.case import Case
from reviewer.session.agreement_view import AgreementView, ConfusionCases
from reviewer.session.terminal_session import Settings
from reviewer.studies.item_sheet import Item
from reviewer.tui.adjudicate_keys import READING
from reviewer.tui.dispute_view import DisputeView
from reviewer.tui.reading_screen import ReadingScreen
from reviewer.tui.session_calls import SessionCalls


class ConfusionScreen(ReadingScreen):
    """One item after the other; nothing can be answered here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "turn(1)", "Next", id="item.next", tooltip="Next item"),
        Binding("backspace", "turn(-1)", "Before", id="item.previous", tooltip="Item before"),
        Binding("left", "pane(-1)", "Pane", key_display="←→", id="pane.previous", tooltip="Previous pane"),
        Binding("right,tab", "pane(1)", "Pane", show=False, id="pane.next", tooltip="Next pane"),
        Binding("r", "reasoning", "Reasoning", show=False, id="read.reasoning", tooltip="The reasoning behind it"),
        *READING,
        Binding("escape,q", "leave", "Back", key_display="esc", id="screen.leave", tooltip="Back to the figures"),
    ]
    _view: DisputeView

    def __init__(self, calls: SessionCalls, view: AgreementView, confusion: ConfusionCases, settings: Settings) -> None:
        super().__init__(
            DisputeView(view.rubric, joint_scrolling=settings.joint_scrolling, severity_limit=settings.severity_limit),
            calls,
            view.study,
            view.rubric,
        )
        # Used on the session's thread alone.
        self._agreement = view
        self._confusion = confusion
        self._place = 0
        self._case: Case | None = None

    @property
    def item(self) -> Item | None:
        """The item that is shown."""
        return None if self._case is None else self._case.item

    def on_mount(self) -> None:
        """Show the first item."""
        self._act(self._show)

    async def _show(self) -> None:
        place = self._place
        case = self._case = await self._calls.do(lambda _: self._agreement.case(self._confusion, place))
        self._view.show_case(case)
        self._view.show_answers(case)
        self._begin_item()
        self._show_status()

    def _show_status(self) -> None:
        if self._case is not None:
            place = f"item {self._case.item.number:,} of {self._case.item.total:,}"
            self._view.show_place(self._study, place, "to be read only", 0)

    def action_turn(self, by: int) -> None:
        """Go to another item, after the last to the first."""
        if not self._busy:
            self._place = (self._place + by) % len(self._confusion.disputes)
            self._act(self._show)

    def action_leave(self) -> None:
        """Go back to the figures."""
        self.dismiss(None)
