"""Search over what the rater may see: while blind, the items the rater has finished."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from reviewer.errors import ReviewerError
from reviewer.model import FoundItem, messages_of
from reviewer.text.visible import visible
from reviewer.tui.dialogs import ReadText
from reviewer.tui.prompt_text import prompt_text
from reviewer.tui.session_calls import SessionCalls, is_open

SNIPPET = 160


class SearchScreen(Screen[None]):
    """Words in, finished items out; enter reads one."""

    DEFAULT_CSS = """
    SearchScreen > #found { height: 1fr; margin: 0 1; border: round $surface-lighten-2; }
    SearchScreen > #count { height: 1; padding: 0 3; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Back", id="search.close", tooltip="Back to the studies"),
        Binding("down", "list", "Results", show=False, id="search.list", tooltip="Go to the results"),
    ]

    def __init__(self, calls: SessionCalls) -> None:
        super().__init__()
        self._calls = calls
        self._found: list[FoundItem] = []

    def compose(self) -> ComposeResult:
        """Compose the line to write in and the list of what was found."""
        yield Input(placeholder="words in what you have rated; study:NAME keeps to one study", id="words")
        yield Static(Content("enter searches · f1: all keys, since ? is typed here"), id="count")
        yield OptionList(id="found", markup=False)
        yield Footer(show_command_palette=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Search."""
        self.run_worker(self._search(event.value), group="search", exclusive=True)

    async def _search(self, words: str) -> None:
        try:
            self._found = await self._calls.do(lambda session: session.search(words))
        except ReviewerError as error:
            self.notify(visible(str(error)), severity="error", markup=False)
            return
        if not is_open(self):
            return
        listed = self.query_one("#found", OptionList)
        listed.clear_options()
        room = max(self.size.width - 8, 20)
        listed.add_options(
            [Option(Content(_line(found, words)).truncate(room, ellipsis=True)) for found in self._found]
        )
        count = f"{len(self._found):,}" if self._found else "nothing"
        self.query_one("#count", Static).update(Content(f"{count} found among the items you have finished"))
        if self._found:
            listed.highlighted = 0
            listed.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Read what was found."""
        event.stop()
        found = self._found[event.option_index]
        prompt = prompt_text(messages_of(found.messages), None, folded=False).text
        self.app.push_screen(ReadText(found.study, f"{prompt}\n\n— response —\n{found.text}"))

    def action_list(self) -> None:
        """Go to the results."""
        self.query_one("#found", OptionList).focus()

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)


def _line(found: FoundItem, words: str) -> str:
    """Return the study and the part of the response around the first of the words."""
    text = visible(found.text, one_line=True)
    first = next(iter(words.split()), "")
    at = max(text.lower().find(first.lower()) - 20, 0)
    at = text.find(" ", at - 1) + 1 if at else 0  # where a word begins; a text without a blank stands from its start
    return f"{visible(found.study, one_line=True)}  {text[at : at + SNIPPET]}"
