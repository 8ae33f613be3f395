"""Which paths can be read as files: regular ones, that have an end and can be read twice."""

from __future__ import annotations

from pathlib import Path

from reviewer.errors import NotFound


def is_there(path: str | Path) -> bool:
    """Tell whether there is anything at `path`; where a name is too long for any, there is not."""
    try:
        return Path(path).exists()
    except OSError:
        return False


def is_regular(path: str | Path) -> bool:
    """Tell whether there is a regular file at `path`: no folder, and no pipe or device, which may have no end."""
    try:
        return Path(path).is_file()
    except OSError:
        return False


def require_regular(path: Path) -> None:
    """Refuse to read what is no regular file.

    Raises:
        NotFound: says what there is instead.
    """
    if not is_there(path):
        raise NotFound(f"{path}: cannot be read: there is no such file")
    if not is_regular(path):
        raise NotFound(f"{path}: cannot be read: expected a regular file, not a folder, a pipe or a device")
