"""Which sample of its configuration each row of a file is: the n-th equal row is sample n.

So no row is lost where a file repeats itself, and a second import of the same file finds every row already stored.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Container, Sequence
from typing import NamedTuple

from reviewer.model import response_id


class UnnumberedSample(NamedTuple):
    """One row's response before it has a number. `by` names the rater in a file of one row a rating, else it is empty.

    Equal rows by different raters are the same response, rated again; equal rows by one are different samples, but for
    those with one number `labelled`, which are about one response.
    """

    prompt: str
    configuration: str
    text: str
    sample: int | None
    by: str
    labelled: int | None = None


class NumberedSample(NamedTuple):
    """A response found or to be stored: its id, its number in this file, its sample number, and whether it is new."""

    id: str
    number: int
    sample: int
    new: bool


class SampleNumbers:
    """What one reading of a file has met so far: one bit a stored response and rater, and a count for what repeats."""

    def __init__(self) -> None:
        self._met: dict[str, bytearray] = {}
        self._repeats: dict[tuple[str, str], int] = {}
        self._labelled = array("q")  # the sample of each response that is `labelled`

    def number(
        self,
        sightings: Sequence[UnnumberedSample],
        find: Callable[[Sequence[str]], dict[str, int]],
        last: int,
        *,
        new_prompts: Container[str] = (),
    ) -> list[NumberedSample]:
        """Give each of `sightings` its response.

        `find` returns the numbers of those ids that are stored, and is not asked about responses to `new_prompts`;
        `last` is the highest number in use.
        """
        first_ids = [response_id(one.prompt, one.configuration, one.text, one.sample or 1) for one in sightings]
        known = find([first for first, one in zip(first_ids, sightings, strict=True) if one.prompt not in new_prompts])
        made: list[NumberedSample] = []
        for sighting, first_id in zip(sightings, first_ids, strict=True):
            key = (first_id, sighting.by)
            told = self._told(sighting)
            sample = told or self._repeats.get(key, 0) + 1
            identity = first_id
            while True:
                if sample > 1 and sighting.sample is None:
                    identity = response_id(sighting.prompt, sighting.configuration, sighting.text, sample)
                    if identity not in known:
                        known.update(find([identity]))
                number = known.get(identity)
                if number is None or told is not None or not self._has_met(sighting.by, number):
                    break
                sample += 1
            if sample > 1 and told is None:
                self._repeats[key] = sample
            if sighting.labelled == len(self._labelled):
                self._labelled.append(sample)
            new = number is None
            if number is None:
                last += 1
                number = known[identity] = last
            self._meet(sighting.by, number)
            made.append(NumberedSample(identity, number, sample, new))
        return made

    def _told(self, sighting: UnnumberedSample) -> int | None:
        """Return the sample that the row names, or that an earlier row about the same response was."""
        if sighting.labelled is not None and sighting.labelled < len(self._labelled):
            return self._labelled[sighting.labelled]
        return sighting.sample

    def has_met(self, number: int) -> bool:
        """Tell whether any row of the file was the stored response with this number."""
        return any(self._has_met(by, number) for by in self._met)

    def _has_met(self, by: str, number: int) -> bool:
        bits = self._met.get(by)
        return bits is not None and number >> 3 < len(bits) and bool(bits[number >> 3] & 1 << (number & 7))

    def _meet(self, by: str, number: int) -> None:
        bits = self._met.setdefault(by, bytearray())
        if number >> 3 >= len(bits):
            # Twice what is needed: growing by one byte a row would copy the whole array each time.
            bits.extend(bytes(2 * ((number >> 3) + 1) - len(bits)))
        bits[number >> 3] |= 1 << (number & 7)
