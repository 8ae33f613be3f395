"""What stands for responses and items wherever a rater may see them, and gives no configuration away."""

from __future__ import annotations

from typing import NamedTuple

from reviewer.study_design.blinding import blind_name


class BlindUnit(NamedTuple):
    """A unit under blind names, each None where the unit has no such part.

    `swapped` says that the two responses of a pair stand in the other order than they are stored in: stored pairs are
    in order of id, and that order says something of the ids.
    """

    response: str | None
    other_response: str | None
    item: str | None
    swapped: bool


class BlindNames:
    """The blind names of one study's responses and items."""

    def __init__(self, secret: str) -> None:
        """Take the `secret` of the study; see `blinding.blind_name`."""
        self._secret = secret

    def name(self, identity: str | None) -> str | None:
        """Return what stands for an id; None where there is none."""
        return blind_name(self._secret, identity) if identity else None

    def unit(self, response: str | None, other: str | None, item: str | None) -> BlindUnit:
        """Return what stands for a unit: a pair in order of its blind names."""
        first, second = self.name(response), self.name(other)
        swapped = first is not None and second is not None and first > second
        if swapped:
            first, second = second, first
        return BlindUnit(first, second, self.name(item), swapped)
