"""The collection screen: which suites, which models, and the progress."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar, Protocol

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static
from textual.widgets.selection_list import Selection

from reviewer.errors import ReviewerError
from reviewer.text.visible import visible
from reviewer.tui.dialogs import Confirm
from reviewer.tui.session_calls import is_open
from reviewer.tui.widgets.choices import Choices

PROGRESS_EVERY = 0.25  # seconds between two looks at the progress
Rows = list[list[str]]


class CollectService(Protocol):
    """Asks models and stores the answers; every method may raise ReviewerError, and none prints."""

    def suites(self) -> list[str]:
        """Return the ids of the suites there are."""

    def models(self) -> list[str]:
        """Return the names of the configurations there are."""

    def plan(self, suites: Sequence[str], models: Sequence[str]) -> str:
        """Return in words what is missing and what asking for it would take."""

    async def run(
        self,
        suites: Sequence[str],
        models: Sequence[str],
        began: Callable[[Callable[[], Rows]], None],
        stop: asyncio.Event,
    ) -> str:
        """Collect until done or `stop` is set, and return in words what was done."""


class CollectScreen(Screen[None]):
    """Lets a person choose, shows what it would take, and then the progress."""

    DEFAULT_CSS = """
    CollectScreen > #about { height: auto; padding: 1 2; color: $text-muted; }
    CollectScreen > Horizontal { height: 1fr; margin: 0 1; }
    CollectScreen Choices { width: 1fr; border: round $surface-lighten-2; }
    CollectScreen Choices:focus { border: round $primary; }
    CollectScreen > #state { height: auto; max-height: 50%; padding: 0 2 1 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "plan", "What it takes", id="collect.plan", tooltip="Count tokens and cost; send nothing"),
        Binding("r", "start", "Ask them", id="collect.start", tooltip="Ask for what is missing"),
        Binding("x", "stop", "Stop", id="collect.stop", tooltip="Stop asking; what was answered stays"),
        Binding("escape,q", "leave", "Back", id="collect.leave", tooltip="Back to the home screen"),
    ]

    def __init__(self, collecting: CollectService) -> None:
        """Look at what there is to ask, and whom.

        Raises:
            ReviewerError: the models file has a mistake.
        """
        super().__init__()
        self._collecting = collecting
        self._suites = collecting.suites()
        self._models = collecting.models()
        self._stop = asyncio.Event()
        self._asking = False
        self._rows: Callable[[], Rows] | None = None

    def compose(self) -> ComposeResult:
        """Compose the two lists and what is said of them."""
        yield Static(Content("space chooses, tab goes to the other list"), id="about")
        with Horizontal():
            yield _choices("suites", self._suites)
            yield _choices("models", self._models)
        yield Static(id="state")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin on the suites, and look now and then at the progress."""
        self.query_one("#suites").focus()
        self.set_interval(PROGRESS_EVERY, self._look)

    async def action_plan(self) -> None:
        """Say what is missing and what it would take."""
        if chosen := self._chosen():
            await self._say_plan(*chosen)

    def action_start(self) -> None:
        """Ask, once that is confirmed."""
        if (chosen := self._chosen()) and not self._asking:
            self.run_worker(self._run(*chosen), group="collect")

    def action_stop(self) -> None:
        """Stop asking."""
        if self._asking:
            self._stop.set()

    def action_leave(self) -> None:
        """Go back, once nothing is under way any more."""
        if self._asking:
            self.notify("Still asking: x stops it, and what was answered stays", markup=False)
        else:
            self.dismiss()

    async def _run(self, suites: list[str], models: list[str]) -> None:
        if not await self._say_plan(suites, models):
            return
        if not await self.app.push_screen_wait(Confirm("Send these requests?")):
            return
        self._asking = True
        self._stop.clear()
        try:
            self._say(await self._collecting.run(suites, models, self._began, self._stop))
        except ReviewerError as error:
            self._say(str(error))
        finally:
            self._asking, self._rows = False, None

    async def _say_plan(self, suites: list[str], models: list[str]) -> bool:
        try:
            self._say(await asyncio.to_thread(self._collecting.plan, suites, models))
        except ReviewerError as error:
            self._say(str(error))
            return False
        return True

    def _began(self, rows: Callable[[], Rows]) -> None:
        self._rows = rows

    def _look(self) -> None:
        if self._rows is not None:
            self._say(_table(self._rows()))

    def _say(self, text: str) -> None:
        if is_open(self):
            self.query_one("#state", Static).update(Content(visible(text)))

    def _chosen(self) -> tuple[list[str], list[str]] | None:
        suites = [self._suites[place] for place in sorted(self.query_one("#suites", Choices).selected)]
        models = [self._models[place] for place in sorted(self.query_one("#models", Choices).selected)]
        if suites and models:
            return suites, models
        self.notify("Choose one suite and one model at least, with space", markup=False)
        return None


def _choices(kind: str, names: Sequence[str]) -> Choices[int]:
    selections = [Selection(Content(visible(name, one_line=True)), place) for place, name in enumerate(names)]
    chosen: Choices[int] = Choices(*selections, id=kind)
    chosen.border_title = Content(kind)
    return chosen


def _table(rows: Rows) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
