"""The application: opens the session on its thread, holds the theme, moves between screens."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from functools import partial
from typing import ClassVar, Protocol

from textual import on
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from reviewer.errors import ReviewerError
from reviewer.session.owner_thread import OwnerThread
from reviewer.session.terminal_session import EnteredStudy, Settings, TerminalSession
from reviewer.text.visible import visible
from reviewer.tui.adjudicate_screen import AdjudicateScreen
from reviewer.tui.collect_screen import CollectScreen, CollectService
from reviewer.tui.dialogs import AskText, Confirm, ReadText, ShowKeys
from reviewer.tui.home_screen import HomeScreen
from reviewer.tui.prompt_text import flowing
from reviewer.tui.rate_screen import RateScreen
from reviewer.tui.search_screen import SearchScreen
from reviewer.tui.session_calls import SessionCalls, is_open
from reviewer.tui.settings_screen import SettingsScreen
from reviewer.tui.terminal_app import TerminalApp
from reviewer.tui.themes import NAMES, THEMES


class Importer(Protocol):
    """Brings the responses of a table in; both raise ReviewerError, and neither prints."""

    def preview(self, file: str, profile: str, model: str) -> str:
        """Return what the table would bring, without storing anything."""

    def run(self, file: str, profile: str, model: str) -> str:
        """Import the table and return what that added."""


class ReviewerApp(TerminalApp[None]):
    """The home screen and what is opened from it. `study` names one to be taken up at once."""

    TITLE = "reviewer"
    # Above the questions and the status, which a rater has to see.
    CSS = "ToastRack { dock: top; align: right top; margin: 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "keys", "Keys", key_display="?", id="app.keys", tooltip="All keys of this screen"),
        Binding("f1", "keys", "Keys", show=False, id="app.keys_typing", tooltip="All keys, also while you type"),
        Binding("p", "command_palette", "Palette", show=False, id="app.palette", tooltip="Every act by name"),
    ]

    def __init__(
        self,
        open_session: Callable[[], TerminalSession],
        rater: str,
        tell_others: Callable[[EnteredStudy], list[str]],
        open_importer: Callable[[], Importer],
        open_collecting: Callable[[], CollectService],
        study: str | None,
        program: str = "reviewer",
    ) -> None:
        """Open the session on a thread of its own; `tell_others` says in words which other terminals are at work.

        What imports and what collects is opened when it is asked for. `program` is how a command on this database
        begins, for the screens that say what to type next.
        """
        super().__init__()
        # An animated page took half a second for what one frame shows.
        self.animation_level = "none"
        self._thread = OwnerThread(open_session)
        self._calls = SessionCalls(self._thread)
        self._tell_others = tell_others
        self._open_importer = open_importer
        self._open_collecting = open_collecting
        self._entering = False
        self._first = study
        # Whether `study` is taken up to decide its disputes, and what others decided is to be looked at a second time.
        self.adjudicates = self.second = False
        self._settings = Settings()
        self._home = HomeScreen(rater, program)
        self._program = program
        for theme in THEMES:
            self.register_theme(theme)

    async def on_mount(self) -> None:
        """Show the home screen, or the study that was asked for."""
        self.watch_signals()
        self._settings = await self._calls.do(lambda session: session.settings())
        self.theme = self._settings.theme if self._settings.theme in NAMES else Settings().theme
        await self.push_screen(self._home)
        # What is loaded stays: without this, full collections of 40 ms land on keys.
        self.call_after_refresh(gc.freeze)
        if self._first is not None and self.adjudicates:
            self._adjudicate(self._first)
        elif self._first is not None:
            self._rate(self._first)

    async def on_unmount(self) -> None:
        """Finish what the session was asked, and close it."""
        gc.unfreeze()
        self._thread.close(lambda session: session.close())

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every act of the screen by name in the palette, beside the themes."""
        for active in screen.active_bindings.values():
            binding = active.binding
            if active.node is screen and binding.tooltip:
                title = f"{binding.description}: {binding.tooltip}"
                act = partial(self.call_later, screen.run_action, binding.action)
                yield SystemCommand(title, f"key {self.get_key_display(binding)}", act)
        for name in NAMES:
            yield SystemCommand(f"Theme {name}", "changes the colours now", partial(self._wear, name))

    def _wear(self, theme: str) -> None:
        self.theme = theme
        self._keep_settings(replace(self._settings, theme=theme))

    @on(HomeScreen.Again)
    async def _again(self) -> None:
        try:
            home = await self._calls.do(lambda session: session.home())
        except ReviewerError as error:
            self.notify(visible(str(error)), severity="error", markup=False)
        else:
            if not is_open(self._home):
                return
            self._home.show(home)
            self.run_worker(
                self._count_disputes([study.name for study in home.studies]), group="disputes", exclusive=True
            )

    async def _count_disputes(self, names: list[str]) -> None:
        """Count what waits for an adjudicator, study by study, so that a rater who goes on waits for one at most."""
        found: dict[str, int] = {}
        try:
            for name in names:
                found[name] = await self._calls.do(lambda session, name=name: session.disputes(name)) or 0  # type: ignore[misc]
        except ReviewerError as error:
            self.notify(visible(str(error)), severity="error", markup=False)
        if is_open(self._home):
            self._home.tell_disputes(found)

    @on(HomeScreen.Rate)
    def _rate_chosen(self, event: HomeScreen.Rate) -> None:
        if type(event) is HomeScreen.Rate:
            self._rate(event.study)

    @on(HomeScreen.Adjudicate)
    def _adjudicate_chosen(self, event: HomeScreen.Adjudicate) -> None:
        event.stop()
        self._adjudicate(event.study)

    @on(HomeScreen.Agreement)
    def _agreement_chosen(self, event: HomeScreen.Agreement) -> None:
        event.stop()
        self._enter(self._open_agreement(event.study))

    def _rate(self, study: str) -> None:
        self._enter(self._open_study(study))

    def _adjudicate(self, study: str) -> None:
        self._enter(self._open_disputes(study))

    def _enter(self, opening: Coroutine[None, None, None]) -> None:
        # A second enter, pressed before the screen is there, would open it twice.
        if self._entering:
            opening.close()
            return
        self._entering = True
        self.run_worker(self._entered(opening), group="enter")

    async def _entered(self, opening: Coroutine[None, None, None]) -> None:
        try:
            await opening
        finally:
            self._entering = False

    async def _open_disputes(self, study: str) -> None:
        try:
            adjudication = await self._calls.do(lambda session: session.adjudicate(study, second=self.second))
        except ReviewerError as error:
            self.notify(visible(str(error)), severity="error", markup=False)
            return
        await self.push_screen(AdjudicateScreen(self._calls, adjudication, self._settings, self._program))

    async def _open_agreement(self, study: str) -> None:
        # It computes with numpy, which nobody who only rates has to wait for.
        from reviewer.tui.agreement_screen import AgreementScreen

        try:
            view = await self._calls.do(lambda session: session.agreement(study))
        except ReviewerError as error:
            self.notify(visible(str(error)), severity="error", markup=False)
            return
        if view.questions:
            await self.push_screen(AgreementScreen(self._calls, view, self._settings))
        else:
            self.notify("Every question of this study is answered in free words; they are not compared.", markup=False)

    async def _open_study(self, study: str) -> None:
        try:
            entered = await self._calls.do(lambda session: session.enter(study))
            rubric = await self._calls.do(lambda session: session.rating.rubric)
        except ReviewerError as error:
            self.notify(visible(str(error)), severity="error", markup=False)
            return
        for other in self._tell_others(entered):
            self.notify(visible(other), severity="warning", markup=False, timeout=15)
        read_first = not entered.has_begun
        await self.push_screen(RateScreen(self._calls, study, rubric, self._settings, read_first=read_first))

    @on(HomeScreen.Guideline)
    async def _guideline(self, event: HomeScreen.Guideline) -> None:
        event.stop()
        try:
            title, guideline = await self._calls.do(lambda session: session.guideline(event.study))
        except ReviewerError as error:
            self.notify(visible(str(error)), severity="error", markup=False)
        else:
            self.push_screen(ReadText(title, flowing(guideline)))

    @on(HomeScreen.Search)
    def _search(self) -> None:
        self.push_screen(SearchScreen(self._calls))

    @on(HomeScreen.ImportWanted)
    def _import(self) -> None:
        self.run_worker(self._importing(), group="import")

    async def _importing(self) -> None:
        """Ask for a file, show what it would bring, and bring it in once that is confirmed."""
        file = await self.push_screen_wait(AskText("File to import: CSV, TSV, JSON or JSON lines"))
        if not file:
            return
        profile = await self.push_screen_wait(AskText("Profile, such as xstest; empty if the columns name themselves"))
        model = await self.push_screen_wait(AskText("Model that answered; empty if a column names it"))
        if profile is None or model is None:
            return
        importer = self._open_importer()
        try:
            preview = await asyncio.to_thread(importer.preview, file, profile, model)
            await self.push_screen_wait(ReadText("What would come in", preview))
            if await self.push_screen_wait(Confirm("Import these rows?")):
                self.notify("Importing…", markup=False)
                added = await asyncio.to_thread(importer.run, file, profile, model)
                self.notify(visible(added), markup=False)
                self._home.post_message(HomeScreen.Again())
        except ReviewerError as error:
            self.notify(visible(str(error)), severity="error", markup=False, timeout=15)

    @on(HomeScreen.CollectWanted)
    def _collect(self) -> None:
        try:
            self.push_screen(CollectScreen(self._open_collecting()))
        except ReviewerError as error:
            self.notify(visible(str(error)), severity="error", markup=False)

    @on(HomeScreen.SettingsWanted)
    def _change_settings(self) -> None:
        self.push_screen(SettingsScreen(self._settings), self._keep_settings)

    def _keep_settings(self, settings: Settings | None) -> None:
        if settings is not None and settings != self._settings:
            self._settings = settings
            self.run_worker(self._store_settings(settings), group="settings")

    async def _store_settings(self, settings: Settings) -> None:
        try:
            await self._calls.do(lambda session: session.keep_settings(settings))
        except ReviewerError as error:
            self.notify(visible(str(error)), severity="error", markup=False)

    def action_keys(self) -> None:
        """Show all keys of the screen that is on top."""
        rows = [
            (binding.id.partition(".")[0] if binding.id else "app", self.get_key_display(binding), binding.tooltip)
            for binding in (active.binding for active in self.screen.active_bindings.values())
            if binding.tooltip
        ]
        self.push_screen(ShowKeys(sorted(rows, key=lambda row: row[0])))
