"""How a database is made: empty, or as a copy of the starter database."""

from __future__ import annotations

from pathlib import Path

from reviewer.definitions.regular_file import is_there
from reviewer.errors import ReviewerError


def make_database(path: Path, *, starter: bool) -> None:
    """Make a new database at `path`, with the folders that it needs: a copy of the starter database, or an empty one.

    Raises:
        ReviewerError: the file exists, or cannot be made.
    """
    from reviewer.store.sqlite import open_for_writing
    from reviewer.store.starter import copy_starter

    if is_there(path):
        raise ReviewerError(f"{path}: exists already; nothing was changed. To open it: reviewer --db FILE")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReviewerError(f"{path.parent}: the folder cannot be made ({error.strerror})") from error
    if starter:
        copy_starter(path)
    else:
        open_for_writing(str(path)).close()
