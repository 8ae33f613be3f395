"""How many requests may be under way to one model, learned from what the server says.

The limit grows by one a round and is cut by a factor (additive increase, multiplicative decrease). A cut needs a share
of refusals that chance refusals do not reach, since cutting does not help against those.
"""

from __future__ import annotations

import asyncio
from collections import deque

from reviewer.providers.failures import Failure

CUT = 0.7
OVERLOADED = 0.35  # share of refused requests that means: fewer at a time
LEAST_SEEN = 30  # outcomes before a share means anything
CLEAR_WAIT = 2.0  # a server that asks for so many seconds means everybody
MOST_WAIT = 120.0  # seconds; whoever asks for more is taken up again another day


class ConcurrencyGate:
    """Lets at most `limit` requests through at a time, and none while the server has asked for a pause.

    Used from one event loop. `closed` holds why no more are let through, once that is so;
    `paused_until` is a time of the event loop, 0 where there is no pause.
    """

    def __init__(self, most: int) -> None:
        self.limit = float(most)
        self.in_flight = 0
        self.closed: Failure | None = None
        self.paused_until = 0.0
        self._most = most
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._seen = 0
        self._refused = 0
        self._ignored = 0

    async def enter(self) -> bool:
        """Wait for a place; False if the gate is closed."""
        while self.closed is None and not self._free():
            place = asyncio.get_running_loop().create_future()
            self._waiting.append(place)
            await place
        if self.closed is not None:
            return False
        self.in_flight += 1
        return True

    def leave(self) -> None:
        """Give the place back."""
        self.in_flight -= 1
        self._wake()

    def answered(self) -> None:
        """Learn from a request that the server took."""
        self._count(refused=False)
        if not self._refused:
            self.limit = min(self.limit + 1 / self.limit, float(self._most))

    def refused(self, failure: Failure) -> None:
        """Learn from a request that the server had no room for."""
        self._count(refused=True)
        wait = failure.wait or 0.0
        if wait > MOST_WAIT:
            self.close(failure)
            return
        overloaded = self._seen >= LEAST_SEEN and self._refused >= OVERLOADED * self._seen
        if overloaded:
            self.limit = max(self.limit * CUT, 1.0)
            # What is under way now was sent under the old limit and says nothing about the new one.
            self._seen, self._refused, self._ignored = 0, 0, self.in_flight
        if overloaded or wait >= CLEAR_WAIT:
            self._pause(wait)

    def close(self, failure: Failure) -> None:
        """Let nothing more through."""
        self.closed = failure
        for place in self._waiting:
            if not place.done():
                place.set_result(None)
        self._waiting.clear()

    def _count(self, *, refused: bool) -> None:
        if self._ignored:
            self._ignored -= 1
            return
        if self._seen >= max(2 * self.limit, 2 * LEAST_SEEN):
            self._seen = self._refused = 0
        self._seen += 1
        self._refused += refused

    def _pause(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        if until > self.paused_until:
            self.paused_until = until
            loop.call_at(until, self._resume, until)

    def _resume(self, until: float) -> None:
        # The loop may call a hair early, so the clock is not asked; a later pause has a call of its own.
        if until == self.paused_until:
            self.paused_until = 0.0
            self._wake()

    def _free(self) -> bool:
        return self.in_flight < int(self.limit) and not self.paused_until

    def _wake(self) -> None:
        if self.paused_until:
            return
        room = int(self.limit) - self.in_flight
        while room > 0 and self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                room -= 1
