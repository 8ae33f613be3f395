"""The one thread that owns a connection: every call runs there, in the order asked."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

Owned = TypeVar("Owned")
Result = TypeVar("Result")


class OwnerThread(Generic[Owned]):
    """Opens a value on a thread of its own and runs every call there.

    Callers on any thread get a future; calls never overlap and never overtake one another, so an undo cannot run before
    the label that it undoes.
    """

    def __init__(self, open_value: Callable[[], Owned]) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._value = self._pool.submit(open_value)

    def call(self, do: Callable[[Owned], Result]) -> Future[Result]:
        """Queue `do`; the future holds what it returns or raises."""
        return self._pool.submit(lambda: do(self._value.result()))

    def close(self, release: Callable[[Owned], None]) -> None:
        """Run what is queued, then `release` the value on its thread, and end the thread."""
        self._pool.submit(lambda: release(self._value.result()) if self._value.exception() is None else None).result()
        self._pool.shutdown()
