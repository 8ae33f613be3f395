"""What an application on a terminal owes it, however it ends: to leave it as it was, and to print nothing foreign."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from types import FrameType
from typing import Generic, TypeVar

from textual.app import App
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

from reviewer.tui.terminal_driver import TerminalDriver

SIGNALS = (signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP)
Result = TypeVar("Result")
Handler = Callable[[int, FrameType | None], object] | int | None


class TerminalApp(App[Result], Generic[Result]):
    """An application that also ends well by a signal or a failure.

    Attributes:
        ended_by: the signal by which it was asked to end, or None.
        failure: the fault of the program that ended it, or None; whoever ran the application reports it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ended_by: signal.Signals | None = None
        self._handlers: dict[signal.Signals, Handler] = {}
        self.failure: Exception | None = None

    def get_driver_class(self) -> type[Driver]:
        """Return the driver; on a terminal, one that no bytes can end."""
        found = super().get_driver_class()
        return TerminalDriver if found is LinuxDriver else found

    def watch_signals(self) -> None:
        """End as by the user when a signal asks for it; a second signal does what it did before."""
        if not self.is_headless:
            for number in SIGNALS:
                self._handlers[number] = signal.getsignal(number)
                asyncio.get_running_loop().add_signal_handler(number, self._end, number)

    def _end(self, number: signal.Signals) -> None:
        self.ended_by = number
        for one, handler in self._handlers.items():
            asyncio.get_running_loop().remove_signal_handler(one)
            signal.signal(one, handler)
        self.exit()

    def _handle_exception(self, error: Exception) -> None:
        self.failure = self.failure or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual would print the values of variables: texts of models, and names of configurations.
        self._close_messages_no_wait()
