"""The starter database that the package carries, and how a copy of it becomes a file of the user's own."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

from reviewer.errors import StoreError

STARTER = Path(__file__).with_name("starter.db.gz")  # made by scripts/starter_database.py


def copy_starter(path: Path) -> None:
    """Write the starter database to `path`, a new file.

    The file is complete or empty at any moment, also where the program is killed: an empty file is a new database.

    Raises:
        StoreError: the file exists, or cannot be written.
    """
    part = path.with_name(f"{path.name}.part-{os.getpid()}")
    try:
        path.touch(exist_ok=False)
        try:
            with gzip.open(STARTER) as packed, part.open("xb") as unpacked:
                shutil.copyfileobj(packed, unpacked)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            path.unlink()
            raise
    except FileExistsError as error:
        raise StoreError(f"{error.filename}: exists already; nothing was changed") from error
    except OSError as error:
        raise StoreError(f"{path}: the starter database cannot be written there ({error.strerror})") from error
