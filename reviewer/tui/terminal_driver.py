"""Textual's driver for terminals, which reads any bytes and ends with the terminal instead of spinning on it."""

from __future__ import annotations

import os
import selectors
from codecs import getincrementaldecoder

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

_CHUNK = 4096
_TICK = 0.1  # seconds after which an escape key is known to be one, and not the beginning of a sequence


class TerminalDriver(LinuxDriver):
    """Bytes that are no UTF-8 are read as U+FFFD: Textual's own reading of the keys ends on them, and with it the app.

    They come from terminals with another encoding, and in what is pasted.
    """

    def run_input_thread(self) -> None:
        """Read keys and what else the terminal sends, until the application or the terminal ends."""
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        parser = XTermParser(self._debug)
        with selectors.DefaultSelector() as waiting:
            waiting.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if waiting.select(_TICK):
                    arrived = self._read()
                    if not arrived:
                        return
                    for message in parser.feed(decode(arrived)):
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _CHUNK)
        except OSError:  # how a terminal that is gone is read
            return b""
