"""How long a rater has been at an item: the time between keys, breaks left out."""

from __future__ import annotations

import time

# Longer without a key is a break, and not time spent on the item.
IDLE_SECONDS = 60.0


class TimeOnItem:
    """Counts active time on one item after the other."""

    def __init__(self) -> None:
        self._active = 0.0
        self._last_key = time.monotonic()

    def begin(self) -> None:
        """Begin a new item."""
        self._active, self._last_key = 0.0, time.monotonic()

    def key(self) -> None:
        """Count the time since the last key as spent on the item, at most up to a break."""
        self._active += self._since()
        self._last_key = time.monotonic()

    @property
    def seconds(self) -> int:
        """Whole seconds of active time on the item so far."""
        return int(self._active + self._since())

    def _since(self) -> float:
        return min(time.monotonic() - self._last_key, IDLE_SECONDS)
