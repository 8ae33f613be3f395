"""When two names of columns are one: blanks round a name, byte order marks and ways to write an accent are slips."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from reviewer.errors import BadInput

_MARK = "\ufeff"  # a second byte order mark, or one in the middle of a file that was put together


def column_name(text: str) -> str:
    """Return the name that a column called `text` has."""
    return unicodedata.normalize("NFC", text.strip().strip(_MARK).strip())


def check_names(columns: Iterable[str], file: str, line: int) -> None:
    """Refuse columns of which two have one name.

    Raises:
        BadInput: names both.
    """
    met: dict[str, str] = {}
    for column in columns:
        name = column_name(column)
        if name in met:
            raise BadInput(file, line, f'two columns are named "{name}"', "each name once")
        met[name] = column
