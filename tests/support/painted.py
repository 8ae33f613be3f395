"""What the terminal shows of an application in a test, and the wait for something to become true of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Input

Tester = Pilot[Any]
SMALL, WIDE = (80, 24), (160, 48)


async def until(pilot: Tester, true: Callable[[], bool]) -> None:
    """Wait until something is true of the application, at most five seconds."""
    for _ in range(250):
        if true():
            return
        await pilot.pause(0.02)
    raise AssertionError("it did not become true")


def strips_on_screen(pilot: Tester) -> list[Strip]:
    """Return what the terminal shows, row by row, as it is sent there."""
    # Textual paints for a terminal or for a picture, and only this gives the rows that a terminal gets.
    return pilot.app.screen._compositor.render_strips()


def rows_on_screen(pilot: Tester) -> list[str]:
    """Return the text that the terminal shows, row by row."""
    return ["".join(segment.text for segment in strip) for strip in strips_on_screen(pilot)]


def text(pilot: Tester) -> str:
    """Return the text that the terminal shows."""
    return "\n".join(rows_on_screen(pilot))


def notices(pilot: Tester) -> str:
    """Return the notices that lie over the screen; the application has to run with `notifications=True`."""
    return "\n".join(str(toast.render()) for toast in pilot.app.screen.query("Toast"))


def layouts_of(pilot: Tester) -> list[Screen[object]]:
    """Return a list to which the screen is added each time that it is laid out anew from now on."""
    screen = pilot.app.screen
    layouts: list[Screen[object]] = []
    screen.screen_layout_refresh_signal.subscribe(screen, layouts.append, immediate=True)
    return layouts


def stop_cursors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no cursor blink; one that is told not to would still be painted or not as chance has it."""
    monkeypatch.setattr(Input, "_toggle_cursor", lambda _: None)
