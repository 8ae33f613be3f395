"""What a user reads when something failed that no command foresaw: a message, and a file with the details."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from reviewer import __version__
from reviewer.cli.terminal import complain
from reviewer.errors import StoreError
from reviewer.text.visible import visible


def report_fault(error: BaseException) -> None:
    """Say on stderr what failed and where the details are kept, for whoever mends it."""
    place = keep_details(error)
    details = "the details could not be kept in any file" if place is None else f"details: {place}"
    complain(f"{explained(error)}\n{details}")


def blame_damage(error: Exception, path: str) -> None:
    """Look for the cause of a fault in the database at `path`, where there is one.

    Raises:
        StoreError: the database is damaged; says where, and what can be done.
    """
    from reviewer.store.sqlite import damage_of

    if not Path(path).is_file() or (found := damage_of(path)) is None:
        return
    problem = f"{path}: the database is damaged: {found}. Restore a backup, or try `sqlite3 FILE .recover`"
    raise StoreError(problem) from error


def explained(error: BaseException) -> str:
    """Return in words what failed, without the traceback, which is for the file alone."""
    match error:
        case OSError(filename=str(name), strerror=str(problem)):
            return f"{name}: {problem}"
        case OSError(strerror=str(problem)):
            return problem
        case RecursionError():
            return "something is nested too deeply to be read"
        case MemoryError():
            return "there is not enough memory for this"
        case UnicodeDecodeError():
            return f"bytes that are no {error.encoding} text: {error.reason}"
        case _:
            return f"a fault of the program, please report it: {type(error).__name__}: {error}"


def raised_in(error: BaseException) -> str:
    """Return the name of the module that raised `error`."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return str(frame.f_globals.get("__name__"))


def keep_details(error: BaseException) -> Path | None:
    """Write the traceback to a new file in the user's log folder, or a temporary one; None where neither can be.

    The file may hold pieces of prompts and responses; the values of variables are not in it.
    """
    from platformdirs import user_log_path

    now = datetime.now(UTC)
    lines = [f"reviewer {__version__}, Python {sys.version.split()[0]}, {sys.platform}, {now.isoformat()}\n"]
    lines += traceback.format_exception(error)
    for folder in (user_log_path("reviewer", appauthor=False), Path(tempfile.gettempdir())):
        path = folder / f"reviewer-{now:%Y%m%dT%H%M%S}-{os.getpid()}.log"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                path.chmod(0o600)
                file.write(visible("".join(lines)))
        except OSError:
            continue
        return path
    return None
