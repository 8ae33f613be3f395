"""The way from screens to the desk: every call runs on the one thread that owns the database, in the order asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from reviewer.session.owner_thread import OwnerThread
from reviewer.session.terminal_session import Desk

Result = TypeVar("Result")


class Calls:
    """Asks the desk without holding the screen up."""

    def __init__(self, thread: OwnerThread[Desk]) -> None:
        self._thread = thread

    async def do(self, call: Callable[[Desk], Result]) -> Result:
        """Run `call` and wait for what it returns, while keys and paint go on."""
        return await asyncio.wrap_future(self._thread.call(call))

    def send(self, call: Callable[[Desk], Result], then: Callable[[Future[Result]], None]) -> None:
        """Queue `call`; `then` is told what became of it, on the thread of the desk, so it may only post a message."""
        self._thread.call(call).add_done_callback(then)
