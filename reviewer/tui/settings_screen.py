"""How the rater likes the screen: chosen here, remembered by the session."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from reviewer.session.terminal_session import Settings
from reviewer.tui.prompt_text import SEVERITIES
from reviewer.tui.themes import NAMES


class SettingsScreen(ModalScreen[Settings]):
    """Each line is a setting; enter gives it its next value."""

    DEFAULT_CSS = """
    SettingsScreen { align: center middle; }
    SettingsScreen > Vertical { width: 70; max-width: 90%; height: auto; padding: 1 2; }
    SettingsScreen > Vertical { border: round $accent; background: $surface; }
    SettingsScreen OptionList, SettingsScreen OptionList:focus { height: auto; border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close", id="settings.close", tooltip="Keep the settings and go back"),
    ]

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    def compose(self) -> ComposeResult:
        """Compose one line a setting."""
        with Vertical():
            yield Static(Content("Settings: enter changes, escape keeps them and goes back\n"))
            yield OptionList(id="settings", markup=False)

    def on_mount(self) -> None:
        """Show the settings."""
        self._show(0)
        self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Give the chosen setting its next value; a theme shows at once."""
        event.stop()
        before = self._settings
        match event.option_index:
            case 0:
                self._settings = replace(before, theme=_after(before.theme, NAMES))
                self.app.theme = self._settings.theme
            case 1:
                self._settings = replace(before, joint_scrolling=not before.joint_scrolling)
            case 2:
                self._settings = replace(before, submits_by_itself=not before.submits_by_itself)
            case _:
                self._settings = replace(before, severity_limit=(before.severity_limit + 1) % len(SEVERITIES))
        self._show(event.option_index)

    def action_close(self) -> None:
        """Give the settings back."""
        self.dismiss(self._settings)

    def _show(self, chosen: int) -> None:
        settings = self._settings
        lines = (
            f"Theme                                   {settings.theme}",
            f"Panes scroll together                   {'yes' if settings.joint_scrolling else 'no'}",
            f"Save by itself after the last answer    {'yes' if settings.submits_by_itself else 'no'}",
            f"Cover content of severity above         {SEVERITIES[settings.severity_limit]}",
        )
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options([Option(Content(line)) for line in lines])
        listed.highlighted = chosen


def _after(name: str, names: tuple[str, ...]) -> str:
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]
