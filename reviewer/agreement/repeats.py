"""Raters who labelled units again: a second sitting is stored as rater `NAME#2`, a third as `NAME#3`, and so on."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.model import repeat_of


def sittings(names: Sequence[str]) -> list[list[str]]:
    """Return the names of each rater who labelled again, the first sitting first."""
    again: dict[str, list[str]] = {}
    for name in names:
        first = repeat_of(name, names)
        if first is not None:
            again.setdefault(first, []).append(name)
    return [[first, *sorted(later, key=lambda name: int(name.rpartition("#")[2]))] for first, later in again.items()]
