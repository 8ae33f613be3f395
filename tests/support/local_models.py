"""The models that are served on this machine, where they are."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from reviewer.definitions.model_config import read_setups
from tests.support.folders import SHIPPED_MODELS

LOCAL = [setup for setup in read_setups(SHIPPED_MODELS).values() if setup.base_url]


def is_up(url: str | None) -> bool:
    parts = urlsplit(url or "")
    try:
        socket.create_connection((parts.hostname or "", parts.port or 80), timeout=0.2).close()
    except OSError:
        return False
    return True
