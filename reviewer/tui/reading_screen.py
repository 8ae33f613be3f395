"""A screen on which an item is read: acts one at a time, scrolling, finding. What is done, a subclass says."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from unicodedata import normalize

from textual import on
from textual.app import ComposeResult
from textual.events import Key
from textual.screen import Screen
from textual.widgets import Footer

from reviewer.definitions.rubric import Rubric
from reviewer.errors import ReviewerError
from reviewer.studies.item_sheet import Item
from reviewer.text.visible import visible
from reviewer.tui.dialogs import AskText, ReadText
from reviewer.tui.item_view import ItemView
from reviewer.tui.prompt_text import decoded, flowing
from reviewer.tui.session_calls import SessionCalls
from reviewer.tui.time_on_item import TimeOnItem
from reviewer.tui.widgets.side_by_side import SideBySide

# Keys that were meant for the item before must not answer this one.
GUARD_SECONDS = 0.25


class ReadingScreen(Screen[None]):
    """A screen with one item in view, and the keys to read it by."""

    AUTO_FOCUS = None
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  # as Textual declares it

    def __init__(self, view: ItemView, calls: SessionCalls, study: str, rubric: Rubric) -> None:
        super().__init__()
        self._view = view
        self._calls = calls
        self._study = study
        self._rubric = rubric
        self._state = ""
        self._busy = False
        self._guarded = True
        self._attention = TimeOnItem()
        self._unknown_keys: set[str] = set()

    @property
    @abstractmethod
    def item(self) -> Item | None:
        """The item that is shown, None before the first and after the last."""

    @property
    def is_ready(self) -> bool:
        """Whether an item is shown, keys count, and no act is under way."""
        return self.item is not None and not self._busy and not self._guarded

    def compose(self) -> ComposeResult:
        """Compose the item and the footer."""
        yield self._view
        yield Footer(show_command_palette=False, compact=True)

    async def on_key(self, event: Key) -> None:
        """Count the time between keys as time spent on the item, but not a break; say of an unknown key that it is one.

        Full-width digits and letters, which an input method for East Asian scripts types, are taken as plain ones.
        """
        self._attention.key()
        if not event.is_printable or event.character is None or event.key in self.active_bindings:
            return
        event.stop()
        plain = normalize("NFKC", event.character)
        meant = self.active_bindings.get(plain) if plain != event.character else None
        if meant is not None and meant.enabled:
            await self.run_action(meant.binding.action)
        elif event.character not in self._unknown_keys:
            self._unknown_keys.add(event.character)
            layout = "" if event.character.isascii() else ": is another keyboard layout on?"
            self.notify(f"{visible(event.character)} is no key here{layout}  (? lists the keys)", markup=False)

    # Acts that wait for the session or a dialog. One at a time: what would start another meanwhile does nothing.

    def _act(self, act: Callable[[], Awaitable[None]]) -> None:
        if not self._busy:
            self._busy = True
            self.run_worker(self._acting(act), group="act")

    async def _acting(self, act: Callable[[], Awaitable[None]]) -> None:
        try:
            await act()
        except ReviewerError as error:
            self.notify(visible(str(error)), severity="error", markup=False)
        finally:
            self._busy = False

    def _begin_item(self) -> None:
        """Start the clock of an item that is about to be shown, and let no key count until it is painted and seen."""
        self._attention.begin()
        self._guarded = True
        self.call_after_refresh(lambda: self.set_timer(GUARD_SECONDS, self._lift_guard))

    def _lift_guard(self) -> None:
        self._guarded = False

    def _say(self, state: str) -> None:
        self._state = state
        self._show_status()

    @abstractmethod
    def _show_status(self) -> None:
        """Show the study, the state and the time."""

    async def _find(self) -> None:
        words = await self.app.push_screen_wait(AskText("Find in the item"))
        if words and not self._view.find(words):
            self.notify("Not found in this item.", markup=False)
        self._show_status()

    def action_find(self) -> None:
        """Find words in the item."""
        self._act(self._find)

    def action_find_next(self) -> None:
        """Go to the next hit."""
        self._view.find_next()
        self._show_status()

    def action_guideline(self) -> None:
        """Read the guideline."""
        self.app.push_screen(ReadText(self._rubric.title, flowing(self._rubric.guideline)))

    def _is_seen(self) -> bool:
        """Tell whether content is shown, and not covered; where it is covered, point at the key that shows it."""
        if self.item is not None and self._view.covered:
            self.notify("The content is covered; v uncovers it first.", markup=False)
        return self.item is not None and not self._view.covered

    def _may_judge(self) -> bool:
        """Tell whether an act that judges the item counts now, whatever key or click it came by.

        An act that needs no look at the content, such as to leave the item for later, asks `is_ready`; one that only
        shows more of it asks `_is_seen`.
        """
        return self.is_ready and self._is_seen()

    def action_decode(self) -> None:
        """Show what is encoded or hidden in the focused response."""
        item = self.item
        if item is not None and self._is_seen():
            pane = item.panes[self._view.focused]
            self.app.push_screen(ReadText(f"Decoded from {pane.alias}: shown, never run", decoded(pane.text)))

    def action_pane(self, by: int) -> None:
        """Go to another pane."""
        if self.item is not None:
            self._view.focus_pane((self._view.focused + by) % len(self.item.panes))

    @on(SideBySide.PaneChosen)
    def _pane_chosen(self, event: SideBySide.PaneChosen) -> None:
        """Go to the pane that was clicked."""
        self.action_pane(event.index - self._view.focused)

    def action_reasoning(self) -> None:
        """Show the reasoning behind the focused response."""
        if self._is_seen():
            self._view.show_reasoning()

    def action_scroll(self, by: int) -> None:
        """Scroll the responses by lines."""
        self._view.scroll_lines(by)

    def action_page(self, by: int) -> None:
        """Scroll the responses by pages."""
        self._view.scroll_pages(by)

    def action_prompt(self, by: int) -> None:
        """Scroll the prompt."""
        self._view.scroll_prompt(by)

    def action_fold(self) -> None:
        """Fold or unfold the earlier messages of the prompt."""
        self._view.fold()

    def action_zoom(self) -> None:
        """Show one pane at full width, or all."""
        self._view.zoom()

    def action_lock(self) -> None:
        """Lock or unlock joint scrolling."""
        together = self._view.change_joint_scrolling()
        self.notify("Panes scroll together." if together else "Each pane scrolls alone.", markup=False)

    def action_uncover(self) -> None:
        """Uncover what the severity limit covers."""
        self._view.uncover()

    def action_options(self) -> None:
        """Show the next part of a question that does not fit."""
        self._view.turn_options()

    def action_differences(self) -> None:
        """Mark word differences, or no longer."""
        self._view.tell_apart()
