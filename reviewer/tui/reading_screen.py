"""A screen on which an item is read: scrolling, zoom, differences. What is done about it, its subclass says."""

from __future__ import annotations

from textual.screen import Screen

from reviewer.tui.item_view import ItemView


class ReadingScreen(Screen[None]):
    """A screen with one item in view, and the keys to read it by."""

    AUTO_FOCUS = None
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  # as Textual declares it

    def __init__(self, view: ItemView) -> None:
        super().__init__()
        self._view = view

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

    def action_differences(self) -> None:
        """Mark word differences, or no longer."""
        self._view.tell_apart()
