"""An item on screen: prompt, responses, question, status. Shows what it is given, and knows how it is read.

It knows items and sheets, but no session: what is stored, and when, is the business of the screen around it.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from reviewer.definitions.rubric import Rubric
from reviewer.studies.item_sheet import Item, ItemSheet
from reviewer.tui.prompt_text import (
    SEVERITIES,
    hits,
    is_long,
    pane_note,
    prompt_text,
    response_text,
    secret_marks,
    watched_panes,
)
from reviewer.tui.question_text import answer_progress, current_question, longest_questions
from reviewer.tui.widgets.differences import differences
from reviewer.tui.widgets.marks import Mark, MarkKind, PaneText
from reviewer.tui.widgets.question_bar import QuestionBar
from reviewer.tui.widgets.side_by_side import Column, SideBySide
from reviewer.tui.widgets.status_line import Status, StatusLine
from reviewer.tui.widgets.text_pane import TextPane

# On a screen with no more rows than this the prompt takes what it needs, since the responses need the rest.
LOW = 30
LEAST_PROMPT, MOST_PROMPT = 3, 6


class ItemView(Vertical):
    """One item: mounted once; what it shows changes from item to item."""

    BLANK = True  # its children leave nothing of it to see
    DEFAULT_CSS = """
    ItemView { width: 1fr; height: 1fr; }
    ItemView > #prompt { height: 25%; min-height: 5; max-height: 14; }
    .-narrow ItemView > #prompt { height: 6; }
    ItemView > #prompt.-fitted { min-height: 3; }
    """

    def __init__(self, rubric: Rubric, *, joint_scrolling: bool, severity_limit: int) -> None:
        super().__init__()
        self._rubric = rubric
        self._severity_limit = severity_limit
        self._item: Item | None = None
        self._prompt = TextPane(more="[ ] scroll", id="prompt")
        self._responses = SideBySide(id="responses")
        self._responses.set_reactive(SideBySide.locked, joint_scrolling)
        self._bar = QuestionBar(id="question")
        self._status = StatusLine(id="status")
        self._hits: list[tuple[int, int, int]] = []
        self._hit = 0
        self._differing = False
        self._folded = False
        self._reasoning: frozenset[int] = frozenset()
        self._watched: frozenset[int] = frozenset()

    def compose(self) -> ComposeResult:
        """Compose the prompt, the panes, the question and the status."""
        yield self._prompt
        yield self._responses
        yield self._bar
        yield self._status

    def on_mount(self) -> None:
        """Give the question bar the height that it keeps."""
        self._prompt.entitle(Content("prompt"))
        self._bar.make_room(longest_questions(self._rubric))

    def on_resize(self) -> None:
        """Fit the question and the prompt to the new height, the prompt once it is wrapped for the new width."""
        self._bar.fit()
        self.call_after_refresh(self._fit_prompt)

    @property
    def focused(self) -> int:
        """The number of the focused pane, from 0."""
        return self._responses.focused

    @property
    def covered(self) -> bool:
        """Whether the item is covered, for its severity."""
        return self._prompt.covered

    def turn_options(self) -> None:
        """Show the next part of a question that does not fit."""
        self._bar.turn_page()

    def focus_pane(self, pane: int) -> None:
        """Focus a pane."""
        self._responses.focus_pane(pane)

    def show_item(self, item: Item) -> None:
        """Show another item from its start, covered where its severity is above the rater's limit."""
        self._item = item
        self._hits, self._hit, self._differing, self._reasoning = [], 0, False, frozenset()
        self._watched = frozenset()
        severity = item.severity or 0
        panes = (self._prompt, *self._responses.panes)
        for pane in panes:
            pane.covered = False
        self._folded = is_long(item.messages)
        self._prompt.show(self._prompt_text(item))
        self._prompt.entitle(
            Content("prompt" if item.severity is None else f"prompt · severity {SEVERITIES[severity]}")
        )
        self._responses.show(
            [Column(pane.alias, PaneText(response_text(pane)), pane_note(pane)) for pane in item.panes]
        )
        if severity > self._severity_limit:
            for pane in (self._prompt, *self._responses.panes):
                pane.cover(f"covered: severity {SEVERITIES[severity]}, press v to uncover")
        self._fit_prompt()

    def show_sheet(self, sheet: ItemSheet) -> None:
        """Show the question asked now and what is answered, and focus the pane that it is about."""
        ask = sheet.ask
        if ask is not None and ask.panes and self.focused not in ask.panes:
            self.focus_pane(ask.panes[0])
        self._bar.show(current_question(sheet), answer_progress(sheet))
        watched = frozenset(watched_panes(sheet))
        if watched != self._watched:
            self._watched = watched
            self._mark()

    def show_status(self, study: str, state: str, seconds: int) -> None:
        """Write the status line."""
        if self._item is not None:
            place = f"item {self._item.number:,} of {self._item.total:,}"
            hit = f"hit {self._hit + 1} of {len(self._hits)}" if self._hits else ""
            self._status.show(Status(study, place, state, seconds, hit or "? all keys"))

    def scroll_lines(self, by: int) -> None:
        """Scroll the responses by lines."""
        self._responses.scroll_lines(by)

    def scroll_pages(self, by: int) -> None:
        """Scroll the responses by pages."""
        self._responses.scroll_page(by)

    def scroll_prompt(self, by: int) -> None:
        """Scroll the prompt by lines."""
        self._prompt.scroll_lines(by)

    def zoom(self) -> None:
        """Show one pane at full width, or all."""
        self._responses.zoomed = not self._responses.zoomed

    def change_joint_scrolling(self) -> bool:
        """Lock or unlock joint scrolling, and tell which."""
        self._responses.locked = not self._responses.locked
        return self._responses.locked

    def fold(self) -> None:
        """Fold or unfold the earlier messages of the prompt."""
        if self._item is not None:
            self._folded = not self._folded
            self._prompt.show(self._prompt_text(self._item))
            self._fit_prompt()
            self._hits = []
            self._mark()

    def uncover(self) -> None:
        """Uncover what the rater's severity limit covers."""
        for pane in (self._prompt, *self._responses.panes):
            pane.covered = False
        self._fit_prompt()

    def find(self, words: str) -> int:
        """Mark `words` wherever they stand in the item, go to the first, and return how often they were found."""
        self._hits, self._hit = hits([pane.visible_text for pane in self._texts], words), 0
        self._go_to_hit()
        return len(self._hits)

    def find_next(self) -> None:
        """Go to the next hit, after the last to the first."""
        if self._hits:
            self._hit = (self._hit + 1) % len(self._hits)
            self._go_to_hit()

    def tell_apart(self) -> None:
        """Mark the words in which the focused pane and the next differ, or no longer."""
        self._differing = not self._differing and len(self._responses.panes) > 1
        self._mark()

    def show_reasoning(self) -> None:
        """Show the reasoning behind the focused response in its place, or the response again."""
        assert self._item is not None
        place = self.focused
        pane, shown = self._item.panes[place], self._responses.panes[place]
        self._reasoning ^= {place}
        if place in self._reasoning:
            self._responses.note(place, "reasoning")
            shown.show(PaneText(pane.reasoning or "(no reasoning is stored)"))
        else:
            self._responses.note(place, pane_note(pane))
            shown.show(PaneText(response_text(pane)))
        self._hits = []
        self._mark()

    def _fit_prompt(self) -> None:
        low = 0 < self.size.height <= LOW
        self._prompt.set_class(low, "-fitted")
        if low:
            self._prompt.styles.height = min(max(self._prompt.height_in_lines + 2, LEAST_PROMPT), MOST_PROMPT)
        else:
            self._prompt.styles.clear_rule("height")

    def _prompt_text(self, item: Item) -> PaneText:
        return prompt_text(item.messages, item.reference, folded=self._folded)

    @property
    def _texts(self) -> tuple[TextPane, ...]:
        return (self._prompt, *self._responses.panes)

    def _go_to_hit(self) -> None:
        self._mark()
        if not self._hits:
            return
        place, start, _ = self._hits[self._hit]
        if place:
            self.focus_pane(place - 1)
        self._texts[place].scroll_to_offset(start)

    def _mark(self) -> None:
        """Mark roles, differences and hits in every pane anew."""
        marks: list[list[Mark]] = [[] for _ in self._texts]
        if self._item is not None:
            marks[0] += self._prompt_text(self._item).marks
        if self._item is not None and self._item.secret:
            for place in self._watched:
                pane = self._texts[place + 1]
                marks[place + 1] += secret_marks(pane.visible_text, self._item.secret)
        if self._differing:
            left, right = self.focused + 1, (self.focused + 1) % len(self._responses.panes) + 1
            told = differences(self._texts[left].visible_text, self._texts[right].visible_text)
            marks[left] += told.left
            marks[right] += told.right
        for number, (place, start, end) in enumerate(self._hits):
            marks[place].append(Mark(start, end, MarkKind.FIND_CURRENT if number == self._hit else MarkKind.FIND))
        for pane, mine in zip(self._texts, marks, strict=True):
            pane.mark(tuple(mine))
