"""A program in a pseudo-terminal: keys in, bytes out, and the screen that the bytes paint."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

REVIEWER = (sys.executable, "-m", "reviewer")
PATIENCE = 20.0
DOWN, UP, ENTER = "\x1b[B", "\x1b[A", "\r"
# From any of the first questions up to the first: what follows answers it, however often it is sent.
TOP = UP * 3
# How the question bar begins on an item without answers.
OPEN = re.compile(r"\n A ·( +B ·)? +\n A 1/").search
# What a rater's own shell may have set must not change what is painted.
PLAIN_ENVIRONMENT = ("NO_COLOR", "REVIEWER_DB", "REVIEWER_RATER", "TMUX", "COLUMNS", "LINES")


class Ended(Exception):
    """The program has ended, or was killed; there is nothing more to read."""


class Terminal:
    """A program started in a terminal of `columns` × `rows` that answers none of the questions put to it.

    What arrives is kept as it came in `received`, and painted on a model of a screen only when `text` is asked for:
    whoever measures time reads bytes and pays for no painting.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 40,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.received = bytearray()
        self._painted = 0
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._terminal, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        inherited = {name: value for name, value in os.environ.items() if name not in PLAIN_ENVIRONMENT}
        self._process = subprocess.Popen(
            command,
            stdin=inside,
            stdout=inside,
            stderr=inside,
            start_new_session=True,
            cwd=folder,
            env=inherited | {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | dict(environment or {}),
        )
        os.close(inside)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()
        self._process.wait()
        os.close(self._terminal)

    def hang_up(self) -> int:
        """Take the terminal away, as a lost connection does, and return how the program ended."""
        os.close(self._terminal)
        self._terminal = os.open(os.devnull, os.O_RDWR)
        return self._process.wait(PATIENCE)

    def signal(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        self._process.send_signal(number)

    def ended(self) -> int:
        """Wait until the program has ended by itself, and return how.

        Raises:
            TimeoutError: it goes on.
        """
        late = time.monotonic() + PATIENCE
        try:
            while time.monotonic() < late:
                self.read(late - time.monotonic())
        except Ended:
            return self._process.wait(PATIENCE)
        raise TimeoutError(f"after {PATIENCE} s the program goes on\n{self.text}")

    @property
    def process(self) -> int:
        """The number of the process inside."""
        return self._process.pid

    @property
    def lines(self) -> list[str]:
        """What the screen shows, line by line."""
        # The model does not know the Kitty keyboard protocol, and would draw the last letter of what ends it.
        fresh = bytes(self.received[self._painted :]).replace(b"\x1b[<u", b"")
        self._painted = len(self.received)
        self._stream.feed(fresh)
        return list(self._screen.display)

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(self.lines)

    def send(self, keys: bytes | str) -> None:
        """Press keys.

        Raises:
            Ended: the program has ended.
        """
        try:
            os.write(self._terminal, keys.encode() if isinstance(keys, str) else keys)
        except OSError:
            raise Ended from None

    def paste(self, text: str) -> None:
        """Paste text, as terminals do that mark what is pasted."""
        self.send(f"\x1b[200~{text}\x1b[201~")

    def read(self, seconds: float) -> bytes:
        """Return what arrives within `seconds`, as soon as anything does; nothing where nothing does.

        Raises:
            Ended: the program has ended.
        """
        if not select.select([self._terminal], [], [], max(seconds, 0))[0]:
            return b""
        try:
            arrived = os.read(self._terminal, 1 << 16)
        except OSError:  # how Linux says that nobody holds the other side any more
            arrived = b""
        if not arrived:
            raise Ended
        self.received += arrived
        return arrived

    def until(self, true: Callable[[str], bool] | str, seconds: float = PATIENCE) -> str:
        """Read until the screen shows a text, or something is true of it; return the screen.

        Raises:
            Ended: the program ended before.
            TimeoutError: it did not become true; what the screen shows is in the message.
        """
        seen = (lambda text: true in text) if isinstance(true, str) else true
        late = time.monotonic() + seconds
        while not seen(text := self.text):
            if not self.read(late - time.monotonic()) and time.monotonic() >= late:
                raise TimeoutError(f"after {seconds} s this was not to be seen: {true}\n{text}")
            while self.read(0):
                pass  # a frame comes in many parts, and to paint each is dear
        return text

    def shows(self, true: Callable[[str], bool] | str, seconds: float) -> bool:
        """Tell whether `until` comes to its end within `seconds`."""
        try:
            self.until(true, seconds)
        except TimeoutError:
            return False
        return True

    def quiet(self, still: float, first: float = PATIENCE) -> float:
        """Read until nothing has come for `still` seconds after something came; return when the last came.

        Where nothing comes within `first` seconds, the time of the call is returned.
        """
        last = time.perf_counter()
        wait = first
        while self.read(wait):
            last, wait = time.perf_counter(), still
        return last

    def drain(self) -> None:
        """Read until the program has ended."""
        try:
            while True:
                self.read(PATIENCE)
        except Ended:
            self._process.wait()

    def kill(self) -> None:
        """End the program at once, as `kill -9` does; where it has ended, nothing."""
        self._process.kill()
