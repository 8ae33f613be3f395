"""What other programs write where they have nothing. Knows no table and no rubric.

pandas, R, NumPy and spreadsheets each have a word for a missing value, and once a table is text nothing but the word is
left of it.
"""

from __future__ import annotations

_WORDS = frozenset({"nan", "none", "null", "na", "n/a", "#n/a", "<na>", "nat", "inf", "infinity"})
_LONGEST = 12


def is_missing_value(text: str) -> bool:
    """Tell whether `text` is a word for a missing value, in any case and perhaps with a sign, as in `-Infinity`."""
    return len(text) <= _LONGEST and text.strip().lower().lstrip("+-") in _WORDS
