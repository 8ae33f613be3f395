"""The way from screens to the session: every call runs on the one thread that owns the database, in the order asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from textual.screen import Screen

from reviewer.session.owner_thread import OwnerThread
from reviewer.session.terminal_session import TerminalSession

Result = TypeVar("Result")


class SessionCalls:
    """Asks the session without holding the screen up."""

    def __init__(self, thread: OwnerThread[TerminalSession]) -> None:
        self._thread = thread

    async def do(self, call: Callable[[TerminalSession], Result]) -> Result:
        """Run `call` and wait for what it returns, while keys and paint go on."""
        return await asyncio.wrap_future(self._thread.call(call))

    def send(self, call: Callable[[TerminalSession], Result], then: Callable[[Future[Result]], None]) -> None:
        """Queue `call`; `then` gets its result on the thread of the session, so it may only post a message."""
        self._thread.call(call).add_done_callback(then)


def is_open(screen: Screen[Any]) -> bool:
    """Return whether a screen is still there to show what a call returned: it may have been left meanwhile."""
    return screen.is_attached and screen in screen.app.screen_stack
