from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from reviewer.importing.sample_numbers import NumberedSample, SampleNumbers, UnnumberedSample
from reviewer.model import response_id


class Stored:
    """What a store holds: the number of each response by id."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def find(self, ids: Sequence[str]) -> dict[str, int]:
        return {identity: self.numbers[identity] for identity in ids if identity in self.numbers}

    def read(self, parts: Sequence[Sequence[UnnumberedSample]]) -> list[NumberedSample]:
        """Number one file that comes in parts, storing what is new after each."""
        samples, found = SampleNumbers(), []
        for part in parts:
            numbered = samples.number(part, self.find, max(self.numbers.values(), default=0))
            self.numbers.update({one.id: one.number for one in numbered})
            found += numbered
        return found


SIGHTINGS = st.builds(
    UnnumberedSample,
    st.just("p"),
    st.sampled_from(["m", "n"]),
    st.sampled_from(["x", "y"]),
    st.sampled_from([None, None, None, 1, 2, 3]),
    st.sampled_from(["", "left", "right"]),
    st.none(),
)
FILES = st.lists(st.lists(SIGHTINGS, max_size=8), max_size=4)


def naively(parts: Sequence[Sequence[UnnumberedSample]]) -> list[int]:
    """Return each row's sample: the one it names, else the first that its rater has not met in this file."""
    met: set[tuple[str, str, str, int]] = set()
    samples = []
    for row in (row for part in parts for row in part):
        free = (n for n in range(1, 99) if (row.configuration, row.text, row.by, n) not in met)
        sample = row.sample or next(free)
        met.add((row.configuration, row.text, row.by, sample))
        samples.append(sample)
    return samples


@given(FILES)
def test_samples_are_those_of_the_naive_count(parts: list[list[UnnumberedSample]]) -> None:
    assert [one.sample for one in Stored().read(parts)] == naively(parts)


@given(FILES)
def test_a_response_has_the_id_of_its_sample(parts: list[list[UnnumberedSample]]) -> None:
    rows = [row for part in parts for row in part]
    for row, one in zip(rows, Stored().read(parts), strict=True):
        assert one.id == response_id(row.prompt, row.configuration, row.text, one.sample)


@given(FILES)
def test_each_response_is_new_once_and_has_one_number(parts: list[list[UnnumberedSample]]) -> None:
    found = Stored().read(parts)
    new = [one.id for one in found if one.new]
    assert sorted(new) == sorted({one.id for one in found})
    assert len({one.number for one in found}) == len(new)


@given(FILES, FILES)
def test_the_same_file_again_finds_what_it_stored(
    before: list[list[UnnumberedSample]], parts: list[list[UnnumberedSample]]
) -> None:
    stored = Stored()
    stored.read(before)
    first, second = stored.read(parts), stored.read([[row for part in parts for row in part]])
    assert [(one.id, one.number) for one in first] == [(one.id, one.number) for one in second]
    assert not any(one.new for one in second)


def sighting(by: str = "", sample: int | None = None, text: str = "x") -> UnnumberedSample:
    return UnnumberedSample("p", "m", text, sample, by)


def test_the_nth_equal_row_is_sample_n() -> None:
    assert [one.sample for one in Stored().read([[sighting()] * 3])] == [1, 2, 3]


def test_equal_rows_of_different_raters_are_one_response() -> None:
    found = Stored().read([[sighting("left"), sighting("right")]])
    assert [(one.sample, one.new) for one in found] == [(1, True), (1, False)]


def test_two_equal_rows_and_later_a_third_add_one() -> None:
    stored = Stored()
    stored.read([[sighting(), sighting()]])
    assert [one.new for one in stored.read([[sighting(), sighting(), sighting()]])] == [False, False, True]


def test_a_sample_that_is_named_is_not_counted() -> None:
    assert [one.sample for one in Stored().read([[sighting(sample=5), sighting(sample=5)]])] == [5, 5]


def test_a_row_without_a_sample_passes_over_those_that_were_named() -> None:
    assert [one.sample for one in Stored().read([[sighting(sample=1), sighting(sample=2), sighting()]])] == [1, 2, 3]


@given(FILES)
def test_what_is_known_to_be_new_need_not_be_looked_for(parts: list[list[UnnumberedSample]]) -> None:
    rows = [row for part in parts for row in part]
    looked, unlooked = Stored(), Stored()
    found = SampleNumbers().number(rows, unlooked.find, 0, new_prompts={"p"})
    assert found == looked.read([rows])
