"""Where there is no database yet: the choice of one to open or make, before the application is opened on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from reviewer.text.visible import visible
from reviewer.tui.terminal_app import TerminalApp
from reviewer.tui.themes import THEMES


@dataclass(frozen=True, slots=True)
class StartChoice:
    """A database to start with: what is done, what it holds, and which file that is."""

    title: str
    holds: str
    path: str


class StartApp(TerminalApp[int]):
    """Offers `choices`, the first one chosen; returns the place of the one taken, or None where none was."""

    TITLE = "reviewer"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #welcome { height: auto; padding: 1 2; }
    #choices { height: auto; max-height: 1fr; margin: 0 1; border: round $surface-lighten-2; }
    #commands { height: auto; padding: 1 2; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape", "quit", "Quit", id="start.quit", tooltip="End the program; nothing is made"),
    ]

    def __init__(self, missing: str, choices: Sequence[StartChoice]) -> None:
        """Offer `choices`, since there is no database at the path `missing`."""
        super().__init__()
        self.animation_level = "none"
        self._missing = missing
        self._choices = choices
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def compose(self) -> ComposeResult:
        """Compose what is missing, the choices, and what else could be done."""
        yield Static(
            Content(
                "Review and grade model responses, blind and side by side.\n"
                "Responses and labels are kept in one file, a database. There is no"
                f" {visible(self._missing, one_line=True)} yet."
            ),
            id="welcome",
        )
        lines = (
            Content.assemble(
                (choice.title, "bold"), f"\n  {choice.holds}\n", (f"  {visible(choice.path, one_line=True)}", "dim")
            )
            for choice in self._choices
        )
        listed = OptionList(*(Option(line) for line in lines), id="choices", markup=False)
        listed.border_subtitle = Content("enter: take · ↑ ↓: choose · q: quit")
        yield listed
        yield Static(
            Content("reviewer --db FILE opens another one. reviewer import FILE brings responses in and makes one."),
            id="commands",
        )

    def on_mount(self) -> None:
        """Put the keys on the choices."""
        self.watch_signals()
        self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the chosen one."""
        self.exit(event.option_index)
