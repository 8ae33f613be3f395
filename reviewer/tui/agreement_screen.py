"""The agreement screen: how far raters agree, on what they do not, and the items behind it; live while they work."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from reviewer.errors import ReviewerError
from reviewer.session.agreement_view import AgreementView
from reviewer.session.terminal_session import Settings
from reviewer.text.visible import visible
from reviewer.tui import agreement_text
from reviewer.tui.agreement_keys import AGREEMENT_KEYS, PARTS
from reviewer.tui.confusion_screen import ConfusionScreen
from reviewer.tui.dialogs import Confirm
from reviewer.tui.session_calls import SessionCalls, is_open
from reviewer.tui.widgets.marks import PaneText
from reviewer.tui.widgets.text_pane import TextPane

CONFUSED, MODELS = PARTS.index("confused"), PARTS.index("models")
LOOKED_EVERY = 2.0  # seconds between two looks for new labels
NAMED = "This study is open, and its raters are blind. That you were shown its configurations is recorded. Show them?"


class AgreementScreen(Screen[None]):
    """The agreement in one study, part by part and question by question."""

    AUTO_FOCUS = None
    DEFAULT_CSS = """
    AgreementScreen > #about { height: 1; padding: 0 2; }
    AgreementScreen > #parts { height: 1; padding: 0 2; color: $text-muted; }
    AgreementScreen > #confused { height: 1fr; border: round $foreground 40%; display: none; }
    AgreementScreen.-confused > #confused { display: block; }
    AgreementScreen.-confused > #part { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = list(AGREEMENT_KEYS)

    def __init__(self, calls: SessionCalls, view: AgreementView, settings: Settings) -> None:
        super().__init__()
        self._calls = calls
        # Used on the session's thread alone, but for its study and questions, which never change.
        self._view = view
        self._settings = settings
        self._part = self._question = 0
        self._latest: tuple[int, int, int, int] | None = None
        self._confused: list[tuple[str, str]] = []
        self._may_name = False
        self._looking = False

    def compose(self) -> ComposeResult:
        """Compose the head, the part that is read, the list of confusions, and the footer."""
        yield Static(id="about")
        yield Static(id="parts")
        yield TextPane(id="part")
        yield OptionList(id="confused", markup=False)
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Show the first part, and look for new labels from now on."""
        self._again()
        self.set_interval(LOOKED_EVERY, self._look)

    def on_resize(self) -> None:
        """Lay the part out for the new width."""
        if self._latest is not None:
            self._again()

    @property
    def is_shown(self) -> bool:
        """Whether the part that was asked for is on screen."""
        return self._latest is not None and not self._looking

    def _again(self) -> None:
        self._head("measuring…")
        self._looking = True
        self.run_worker(self._measured(keep=False), group="measure", exclusive=True)

    def _look(self) -> None:
        if not self._looking and self.app.screen is self:
            self._looking = True
            self.run_worker(self._measured(keep=True), group="measure", exclusive=True)

    async def _measured(self, *, keep: bool) -> None:
        """Measure and show the part; with `keep` only where something came in since, and the place is kept."""
        part, number, room = self._part, self._question, max(self.size.width - 5, 40)
        try:
            latest = await self._calls.do(lambda _: self._view.latest())
            if not keep or latest != self._latest:
                if part == CONFUSED:
                    values, lines = await self._calls.do(
                        lambda _: agreement_text.confusions(self._view, self._view.questions[number], room)
                    )
                    if is_open(self):
                        self._list(list(values), lines)
                else:
                    text = await self._calls.do(lambda _: self._text(part, number, room))
                    if is_open(self):
                        self._read(text, keep=keep)
            self._latest = latest
        except ReviewerError as error:
            self.notify(visible(str(error)), severity="error", markup=False)
        finally:
            if (part, number) == (self._part, self._question):
                self._looking = False
        if is_open(self):
            self._head("live: what raters save shows here")

    def _text(self, part: int, number: int, room: int) -> PaneText:
        """Return a part as text; on the session's thread."""
        question = self._view.questions[number]
        made: tuple[Callable[[], PaneText], ...] = (
            lambda: agreement_text.figures(self._view, question, room),
            lambda: PaneText(""),
            lambda: agreement_text.raters(self._view, question, room),
            lambda: agreement_text.pairs(self._view, question, room),
            lambda: agreement_text.questions(self._view, room),
            lambda: agreement_text.evaluations(self._view, question, room),
            lambda: agreement_text.configurations(self._view, question, room),
        )
        return made[part]()

    def _head(self, state: str) -> None:
        question = self._view.questions[self._question]
        place = f"{self._question + 1}/{len(self._view.questions)}"
        about = f"{self._view.study}  ·  question {place}  ·  {question.id}: {question.text}"
        room = max(self.size.width - 4, 20)
        # A screen that is being left may be there still when its lines are gone.
        for line in self.query("#about").results(Static):
            line.update(Content(visible(about, one_line=True)).truncate(room, ellipsis=True))
        self.query_one("#part", TextPane).entitle(Content(state))
        names = (f"{number} {part}" for number, part in enumerate(PARTS, 1))
        self.query_one("#parts", Static).update(
            Content("  ".join(f"[{name}]" if place == self._part else name for place, name in enumerate(names)))
        )

    def _read(self, text: PaneText, *, keep: bool) -> None:
        self.remove_class("-confused")
        pane = self.query_one("#part", TextPane)
        line = round(pane.scroll_offset.y) if keep else 0
        pane.show(text)
        pane.go_to_line(line)
        self.set_focus(None)

    def _list(self, values: list[tuple[str, str]], lines: list[str]) -> None:
        self.add_class("-confused")
        listed = self.query_one("#confused", OptionList)
        chosen = listed.highlighted or 0
        self._confused = values
        listed.border_title = Content(lines[0] if values else "No two raters gave different values to one unit.")
        listed.border_subtitle = Content("enter: the items behind it") if values else None
        listed.clear_options()
        room = max(self.size.width - 6, 20)
        listed.add_options([Option(Content(line).truncate(room, ellipsis=True)) for line in lines[1:]])
        if values:
            listed.highlighted = min(chosen, len(values) - 1)
        listed.focus()

    # Keys.

    def action_part(self, place: int) -> None:
        """See another part; configurations only after it is recorded that they are shown."""
        if place == MODELS and not self._may_name:
            self.run_worker(self._named(), group="name", exclusive=True)
        else:
            self._go_to(place)

    def action_turn(self, by: int) -> None:
        """See the part before or after."""
        self.action_part((self._part + by) % len(PARTS))

    async def _named(self) -> None:
        try:
            if await self._calls.do(lambda _: self._view.is_open()):
                if not await self.app.push_screen_wait(Confirm(NAMED)):
                    return
                await self._calls.do(lambda session: session.unblind(self._view.study))
        except ReviewerError as error:
            self.notify(visible(str(error)), severity="error", markup=False)
            return
        self._may_name = True
        if is_open(self):
            self._go_to(MODELS)

    def _go_to(self, place: int) -> None:
        self._part = place
        self._again()

    def action_question(self, by: int) -> None:
        """See another question."""
        self._question = (self._question + by) % len(self._view.questions)
        self._again()

    def action_open(self) -> None:
        """Go to the list of confusions; there enter opens one."""
        if self._part != CONFUSED:
            self.action_part(CONFUSED)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index < len(self._confused):
            self.run_worker(self._opened(self._confused[event.option_index]), group="open", exclusive=True)

    async def _opened(self, values: tuple[str, str]) -> None:
        """Open the items behind a confusion, as raters saw them."""
        question = self._view.questions[self._question]
        try:
            found = await self._calls.do(lambda _: self._view.confusion_cases(question, values))
        except ReviewerError as error:
            self.notify(visible(str(error)), severity="error", markup=False)
            return
        if not is_open(self):
            return
        if found.waiting:
            self.notify(
                f"{found.waiting:,} of them still wait for labels, and are shown when they have them.", markup=False
            )
        if found.disputes:
            self.app.push_screen(ConfusionScreen(self._calls, self._view, found, self._settings))

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one("#part", TextPane).scroll_lines(by)

    def action_page(self, by: int) -> None:
        """Scroll by pages."""
        pane = self.query_one("#part", TextPane)
        pane.scroll_lines(by * pane.lines_in_page)

    def action_leave(self) -> None:
        """Go back to the studies."""
        self.dismiss(None)
