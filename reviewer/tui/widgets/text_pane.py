"""The pane that shows one foreign text. Knows the text, its marks and its place; nothing of what the text is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, NamedTuple, Self

from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from reviewer.text.visible import visible
from reviewer.tui.widgets.lines import Lines
from reviewer.tui.widgets.marks import Mark, MarkKind, Marks, PaneText
from reviewer.tui.widgets.painting import GUTTERS, Frame, Look, TextSpan, blank, offset_at, painted
from reviewer.tui.widgets.scroll_bar import QuickScrollBar

VEIL = "covered, press v to uncover"
# Characters wrapped in one go: some milliseconds, so that keys are answered in between.
_ASCII_SLICE, _SLICE = 65_536, 8_192
_SLICE_PAUSE = 1 / 60
_KEPT_ROWS = 512
# Stands among the lines for what is below the last.
_BELOW = -1


class _Page(NamedTuple):
    """The rows in sight as they were painted last."""

    crop: Region
    rows: list[Strip]


class TextPane(ScrollView):
    """One foreign text: wrapped, marked, scrolled by line, and covered where it must not be seen yet.

    Another text lays nothing out anew: the scrollbar is always there, so that no length of text changes the width. Its
    height is an estimate until a long text is wrapped to its end.
    """

    DEFAULT_CSS = """
    TextPane {
        width: 1fr;
        height: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        border: round $foreground 40%;
        border-title-color: $text-muted;
        & > .text-pane--role { text-style: bold; color: $text-accent; }
        & > .text-pane--difference { text-style: bold underline; color: $text-warning; }
        & > .text-pane--secret { text-style: bold reverse; color: $text-error; }
        & > .text-pane--find { text-style: underline; color: $text-primary; }
        & > .text-pane--find-current { text-style: reverse; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"text-pane--{kind.value}" for kind in MarkKind}
    # Keys belong to the screen, which has meanings of its own for the arrows.
    can_focus = False

    covered: reactive[bool] = reactive(False)

    @dataclass
    class Scrolled(Message):
        """The rater moved this pane; its first line is now line `y`."""

        pane: TextPane
        y: int

    @dataclass
    class Pressed(Message):
        """The rater clicked this pane."""

        pane: TextPane

    def __init__(
        self,
        content: PaneText | None = None,
        *,
        more: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Show `content`; `more` stands in the lower border while there is more than is in sight."""
        super().__init__(id=id, classes=classes)
        self._more = Content(more)
        content = content or PaneText("")
        self._text = visible(content.text)
        self._marks = Marks(content.marks)
        self._veil = VEIL
        self._title = Content("")
        self._lines = Lines(self._text, 0)
        self._look: Look | None = None
        self._frame: Frame | None = None
        self._selected: TextSpan | None = None
        self._strips: dict[int, Strip] = {}
        self._borders: dict[int, Strip] = {}
        self._page: _Page | None = None
        self._columns, self._rows = 0, 0

    @property
    def visible_text(self) -> str:
        """The text as it is shown, which the offsets of marks refer to."""
        return self._text

    @property
    def height_in_lines(self) -> int:
        """How many lines there are to scroll through: an estimate until a long text is wrapped to its end."""
        return 1 if self.covered else self._lines.height

    @property
    def lines_in_page(self) -> int:
        """How many lines a page goes on by: one less than are in sight, so that a reader finds the place."""
        return max(1, self._rows - 1)

    @property
    def kept_rows(self) -> int:
        """How many rows are kept as they were painted, for a rater who scrolls back to them."""
        return len(self._strips)

    def show(self, content: PaneText) -> None:
        """Show another text from its start."""
        self._text = visible(content.text)
        self._marks = Marks(content.marks)
        self._wrap()
        self._move(0)
        self.refresh()

    def mark(self, marks: tuple[Mark, ...]) -> None:
        """Mark the text anew, and nothing else."""
        self._marks = Marks(marks)
        self._strips.clear()
        self.refresh()

    def cover(self, words: str = VEIL) -> None:
        """Show `words` in place of the text until `covered` is set to False."""
        self._veil = visible(words)
        self.covered = True
        self.refresh()

    def entitle(self, title: Content) -> None:
        """Set the title in the border. What could hide or steer in it is shown plainly, at the cost of its styles.

        `border_title` would have all rows painted anew, which costs more than all else that an answer brings.
        """
        if title == self._title and title.spans == self._title.spans:
            return
        self._title = title
        plain = visible(title.plain, one_line=True)
        self._border_title = title if plain == title.plain else Content(plain)
        self._borders.clear()
        self.refresh(Region(0, 0, self.outer_size.width, 1).translate(-self.content_offset))

    def scroll_lines(self, count: int) -> None:
        """Scroll by `count` lines, up where negative, as the rater does."""
        self.go_to_line(self.scroll_offset.y + count)

    def scroll_page(self, count: int) -> None:
        """Scroll by `count` pages, up where negative, as the rater does."""
        self.scroll_lines(count * self.lines_in_page)

    def go_to_line(self, line: int) -> None:
        """Scroll so that `line` is the first, as the rater does."""
        self._reach(line)
        self.scroll_to(y=line, animate=False, immediate=True)

    def scroll_to_offset(self, offset: int) -> None:
        """Bring the line with `offset` into sight, if it is not."""
        if self.covered:
            return
        line = self._lines.line_at(offset)
        if not 0 <= line - self.scroll_offset.y < self._rows:
            self._reach(line)
            self._move(line - self._rows // 3)

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The scrollbar, made where there is none yet."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = QuickScrollBar()
            self._vertical_scrollbar.display = False
            self.app._start_widget(self, self._vertical_scrollbar)
        return self._vertical_scrollbar

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Paint anew, all or some regions."""
        self._page = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Render rows, of which those that were seen before come from a cache with their frame.

        Textual asks for all rows of all widgets whatever changes on the screen, puts the frame around every row anew,
        and a new row is filtered, cut and encoded anew: several times what the text costs. It is left to Textual where
        something else than scrolling goes on.
        """
        self._dress()
        if self._page is not None and self._page.crop == crop:
            return self._page.rows
        size = self.scrollable_content_region.size
        if (
            self.covered
            or size != (self._columns, self._rows)
            or crop.column_span != (0, self.outer_size.width)
            or self.opacity != 1
        ):
            return super().render_lines(crop)
        top, line = self.gutter.top, self.scroll_offset.y
        rows = [
            self._row(y - top, line + y - top) if 0 <= y - top < self._rows else self._border(y)
            for y in crop.line_range
        ]
        self._page = _Page(crop, rows)
        return rows

    def render_line(self, y: int) -> Strip:
        """Render the row `y` of the text, without a frame."""
        look, width = self._dress(), self._columns
        if self.covered:
            veil = Lines(self._veil, width - GUTTERS)
            veil.reach(self._rows)
            line = y - max(0, self._rows - len(veil)) // 2
            return painted(veil, line, Marks(), None, width, look) if 0 <= line < len(veil) else blank(width, look)
        line = y + self.scroll_offset.y
        known = 0 <= line < len(self._lines)
        return painted(self._lines, line, self._marks, self._selected, width, look) if known else blank(width, look)

    def notify_style_update(self) -> None:
        """Forget what was painted in other styles."""
        super().notify_style_update()
        self._look = None

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected part of the text, without the breaks of lines that only the width made."""
        span = self._span(selection)
        return None if span is None else (self._text[span.start : span.end], "\n")

    def selection_updated(self, selection: Selection | None) -> None:
        """Paint what is selected now."""
        self._selected = None if selection is None else self._span(selection)
        self._strips.clear()
        self.refresh()

    def watch_covered(self) -> None:
        """Start at the top, whichever side of the veil is shown."""
        self._set_height()
        self._move(0)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Wrap as far as is looked at, and tell that the pane moved."""
        super().watch_scroll_y(old_value, new_value)
        self._reach(round(new_value))
        if round(old_value) != round(new_value):
            self.post_message(self.Scrolled(self, self.scroll_offset.y))

    def on_resize(self) -> None:
        """Wrap for the new width; the text at the top stays at the top."""
        before = self._columns
        self._columns, self._rows = self.scrollable_content_region.size
        self._borders.clear()
        self._page = None
        if self._columns == before:
            self._reach(self.scroll_offset.y)
            self._tell_of_more()
            return
        self._frame = None
        top = self.scroll_offset.y
        offset = self._lines.start(top) if top < len(self._lines) else 0
        self._wrap()
        self._move(self._lines.line_at(offset))
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Tell that the pane was chosen."""
        event.stop()
        self.post_message(self.Pressed(self))

    def _dress(self) -> Look:
        """Return the styles to paint with. They are asked for once, until styles change."""
        if self._look is None:
            self._look = Look(
                self.rich_style,
                self.screen.get_component_rich_style("screen--selection", partial=True),
                {kind: self.get_component_rich_style(f"text-pane--{kind.value}", partial=True) for kind in MarkKind},
            )
            self._frame = self._page = None
            self._strips.clear()
            self._borders.clear()
        return self._look

    def _row(self, row: int, line: int) -> Strip:
        """Return a row with its frame, which shows `line`, or nothing below the last."""
        if line in self._strips:
            return self._strips[line]
        self._frame = self._frame or self._framed()
        if self.kept_rows >= _KEPT_ROWS:
            self._strips.clear()
        known = line if line < len(self._lines) else _BELOW
        if known not in self._strips:
            self._strips[known] = self._frame.around(self.render_line(row), self._dress())
        return self._strips[known]

    def _border(self, y: int) -> Strip:
        """Return the upper or the lower border."""
        if y not in self._borders:
            [self._borders[y]] = super().render_lines(Region(0, y, self.outer_size.width, 1))
        return self._borders[y]

    def _framed(self) -> Frame:
        """Return the frame, as Textual draws it around a row."""
        [row] = super().render_lines(Region(0, self.gutter.top, self.outer_size.width, 1))
        border = self.styles.border
        return Frame.of(
            row, bool(border.left[0]), bool(border.right[0]), tuple(self.get_line_filters()), self.background_colors[1]
        )

    def _wrap(self) -> None:
        """Start wrapping the text for the pane's width; what is not in sight follows in slices."""
        self._strips.clear()
        self._selected = None
        self._lines = Lines(self._text, self._columns - GUTTERS)
        if self._columns:
            self._continue(self._lines)
            self._reach(0)

    def _continue(self, lines: Lines) -> None:
        """Wrap one slice, unless another text has come, and see to the next."""
        if lines is not self._lines:
            return
        lines.extend(_ASCII_SLICE if self._text.isascii() else _SLICE)
        self._set_height()
        if not lines.complete:
            self.set_timer(_SLICE_PAUSE, partial(self._continue, lines))

    def _reach(self, line: int) -> None:
        """Wrap a page further than `line`."""
        self._lines.reach(line + 2 * self._rows)
        if self.virtual_size.height != self.height_in_lines:
            self._set_height()

    def _set_height(self) -> None:
        """Tell the scrollbar how many lines there are, without the new layout that the reactive would ask for."""
        if not self._columns:
            return
        self.set_reactive(Widget.virtual_size, Size(self._columns, self.height_in_lines))
        self.vertical_scrollbar.window_virtual_size = self.height_in_lines
        if self.scroll_y > self.max_scroll_y:
            self._move(self.max_scroll_y)
        self._tell_of_more()

    def _tell_of_more(self) -> None:
        """Say in the lower border how to see the rest, where there is a rest; see `entitle` on what this costs."""
        told = self._more if self.height_in_lines > self._rows else None
        if not self._more or told is self._border_subtitle:
            return
        self._border_subtitle = told
        self._borders.clear()
        self.refresh(Region(0, self.outer_size.height - 1, self.outer_size.width, 1).translate(-self.content_offset))

    def _move(self, line: int) -> None:
        """Scroll so that `line` is the first, without telling anyone."""
        with self.prevent(self.Scrolled):
            self.scroll_target_y = max(0, line)
            self.scroll_y = max(0, line)

    def _span(self, selection: Selection) -> TextSpan | None:
        """Return the range of the text that is selected."""
        if self.covered:
            return None
        first, last = selection
        start = 0 if first is None else offset_at(self._lines, *first.transpose)
        return TextSpan(start, len(self._text) if last is None else offset_at(self._lines, *last.transpose))
