"""Writing to a path that a user names: a file is replaced whole, and whatever else stands there is written into."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import TextIO

from reviewer.errors import ReviewerError

_DATABASE = b"SQLite format 3\0"  # how each SQLite file begins
_MOST_LINKS = 40  # as many as Linux follows


@contextmanager
def output_file(path: Path) -> Iterator[TextIO]:
    """Open what `path` is to be written.

    A regular file takes its new content only when that is whole, through whatever symbolic links lead to it, and keeps
    its mode. A pipe, a device and a descriptor, as `/dev/fd/3`, are written into.

    Raises:
        ReviewerError: it cannot be written; a file that was there is as it was.
    """
    try:
        target = _target(path)
        if isinstance(target, int):
            with os.fdopen(os.dup(target), "w", encoding="utf-8", newline="") as file:
                yield file
        elif target.exists() and not target.is_file():
            with target.open("w", encoding="utf-8", newline="") as file:
                yield file
        else:
            with _replaced_whole(target) as file:
                yield file
    except OSError as error:
        raise ReviewerError(f"{path}: cannot be written: {error.strerror}") from None


def is_replaced(path: Path) -> bool:
    """Tell whether writing to `path` replaces a file that is there."""
    with suppress(OSError):
        target = _target(path)
        return isinstance(target, Path) and target.is_file()
    return False


def _target(path: Path) -> Path | int:
    """Return where symbolic links lead from `path`: a path, or the number of a descriptor of this process."""
    descriptors = os.path.realpath("/dev/fd")
    for _ in range(_MOST_LINKS):
        folder = os.path.realpath(path.parent)
        if folder == descriptors and path.name.isdigit():
            return int(path.name)
        path = Path(folder, path.name)
        if not path.is_symlink():
            return path
        path = path.parent / path.readlink()
    raise OSError(None, "too many symbolic links")


@contextmanager
def _replaced_whole(target: Path) -> Iterator[TextIO]:
    before = None
    with suppress(FileNotFoundError), target.open("r+b") as old:  # who may not write a file may not replace it either
        before = os.fstat(old.fileno())
        if old.read(len(_DATABASE)) == _DATABASE:
            raise ReviewerError(f"{target}: a database stands there, and is not replaced; expected another path")
    part = target.with_name(f".{token_hex(8)}.part")
    try:
        with part.open("x", encoding="utf-8", newline="") as file:
            if before is not None:  # before anything is in it that not everybody may read
                with suppress(PermissionError):
                    os.fchown(file.fileno(), before.st_uid, before.st_gid)
                os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode))
            yield file
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
