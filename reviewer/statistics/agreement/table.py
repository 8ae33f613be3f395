"""The table that every coefficient is a function of: distinct rows of ratings and how often each occurs.

A row holds one code per rater, -1 where that rater gave no label; a code is an index into the values. Ten units with
equal rows are one row that counts ten times, so a million units by three raters on five values are at most 216 rows.
Where prompts repeat or chances of being drawn differ, units are in one row only if their prompt and stratum are one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from reviewer.statistics.arrays import Codes, Flags, Floats
from reviewer.statistics.sample_design import SampleDesign, census

MISSING = -1
ALONE = -1  # in place of the number of a prompt: each unit of the row has a prompt of its own


@dataclass(frozen=True, slots=True, eq=False)
class RatingTable:
    """The labels of one question.

    Attributes:
        raters: their names, one a column of `codes`.
        values: what a code stands for, in the order declared; for free numbers, those that occur, ascending.
        codes: shape (rows, raters); every row has at least one label.
        counts: shape (rows,); how many units have this row.
        design: how the units of each row were drawn, one place a row; see `ALONE` for clusters.
        numbers: shape (values,); where each value stands on an ordered scale, nan for "cannot tell"; None on others.
        abstain: the codes that say "cannot tell".
        declared: how many values the question offers; None for free numbers, which offer no list.
        sets: for several choices, the options (as indices into `options`) that each code stands for.
        options: for several choices, the names of the options.
    """

    raters: tuple[str, ...]
    values: tuple[str, ...]
    codes: Codes
    counts: Floats
    design: SampleDesign
    numbers: Floats | None = None
    abstain: frozenset[int] = frozenset()
    declared: int | None = None
    sets: tuple[frozenset[int], ...] = ()
    options: tuple[str, ...] = ()

    @property
    def labels(self) -> Floats:
        """How many labels each row has, shape (rows,)."""
        labels: Floats = (self.codes != MISSING).sum(axis=1).astype(np.float64)
        return labels

    @property
    def repeated(self) -> bool:
        """Whether prompts repeat."""
        return bool((self.design.clusters != ALONE).any())

    @property
    def weighted(self) -> bool:
        """Whether units had different chances of being drawn."""
        return not self.design.equal

    @property
    def weights(self) -> Floats:
        """What a unit of each row counts, shape (rows,): pool / drawn, 1 on average over the units with two labels.

        So scaled, corrections for small samples mean what they mean in a simple sample.
        """
        if not self.weighted:
            return np.ones(len(self.counts))
        weights, compared = self.design.weights, np.where(self.labels >= 2, self.counts, 0.0)
        average = float(compared @ weights) / float(compared.sum()) if compared.any() else float(weights.mean())
        return weights / average

    @property
    def mass(self) -> Floats:
        """What all units of each row count together, shape (rows,): their number, where chances are equal."""
        return self.counts * self.weights if self.weighted else self.counts

    def occurrences(self, rows: Flags) -> float:
        """Return on how many units, or where prompts repeat on how many prompts, `rows` are found."""
        if not self.repeated:
            return float(self.counts[rows].sum())
        return float(len(np.unique(self.design.clusters[rows])))

    @property
    def places(self) -> Floats:
        """Where each label stands on an ordered scale, shape (rows, raters), nan where there is none.

        Raises:
            ValueError: the table has no numbers.
        """
        if self.numbers is None:
            raise ValueError("the values of this table have no numbers")
        places: Floats = np.where(self.codes == MISSING, np.nan, self.numbers[self.codes])
        return places

    def on_scale(self) -> RatingTable:
        """Return the table with values in the order of their numbers; "cannot tell" has no place there and is missing.

        Rows stay where they are, so that the same weights fit both tables.

        Raises:
            ValueError: the table has no numbers.
        """
        if self.numbers is None:
            raise ValueError("the values of this table have no numbers")
        order = np.argsort(self.numbers, kind="stable")
        order = order[~np.isnan(self.numbers[order])]
        kept = [int(code) for code in order]
        return replace(
            self,
            values=tuple(self.values[code] for code in kept),
            codes=_recoded(self.codes, kept, len(self.values)),
            numbers=self.numbers[order],
            abstain=frozenset(),
            declared=None if self.declared is None else len(kept),
        )

    def answered(self) -> RatingTable:
        """Return the table without "cannot tell", which is missing in it. Rows stay where they are."""
        kept = [code for code in range(len(self.values)) if code not in self.abstain]
        return replace(
            self,
            values=tuple(self.values[code] for code in kept),
            codes=_recoded(self.codes, kept, len(self.values)),
            numbers=None if self.numbers is None else self.numbers[kept],
            abstain=frozenset(),
            declared=None if self.declared is None else len(kept),
        )

    def without_clusters(self) -> RatingTable:
        """Return the table with equal rows of different prompts counted as one: for what draws no units."""
        if not self.repeated:
            return self
        keyed = np.column_stack([self.design.strata, self.codes])
        _, first, places = np.unique(keyed, axis=0, return_index=True, return_inverse=True)
        counts: Floats = np.zeros(len(first))
        np.add.at(counts, places.reshape(-1), self.counts)
        alone = np.full(len(first), ALONE)
        return replace(
            self, codes=self.codes[first], counts=counts, design=replace(self.design.take(first), clusters=alone)
        )

    def within_rows(self) -> RatingTable:
        """Return the table with the values of each row numbered afresh: equal labels stay equal, and nothing else.

        What only asks whether labels are equal needs no more columns than there are raters, however many values.
        """
        codes = np.full_like(self.codes, MISSING)
        for rater in range(len(self.raters)):
            mine = self.codes[:, rater, None]
            first = (self.codes == mine).argmax(axis=1)
            codes[:, rater] = np.where(mine[:, 0] == MISSING, MISSING, first)
        return replace(self, values=self.raters, codes=codes, numbers=None, abstain=frozenset())

    def per_option(self) -> list[RatingTable]:
        """Return, for several choices, one table of not chosen and chosen for each option."""
        tables = []
        for option in range(len(self.options)):
            chosen = np.array([option in members for members in self.sets] + [False], dtype=np.int64)
            codes = np.where(self.codes == MISSING, MISSING, chosen[self.codes])
            tables.append(replace(self, values=("not chosen", "chosen"), codes=codes, declared=2, sets=(), options=()))
        return tables


def _recoded(codes: Codes, kept: Sequence[int], values: int) -> Codes:
    new = np.full(values + 1, MISSING, dtype=np.int64)  # the last place is for MISSING itself
    new[kept] = np.arange(len(kept))
    return new[codes]


def read_rows(
    rows: Iterable[tuple[Sequence[int], int]],
    *,
    raters: Sequence[str],
    values: Sequence[str],
    numbers: Sequence[float | None] | None = None,
    abstain: Collection[int] = (),
    design: SampleDesign | None = None,
) -> RatingTable:
    """Make a table from distinct rows `(codes, count)` of a question with options.

    Args:
        rows: one code per rater, -1 for no label, and how many units have that row.
        raters: the names of the raters.
        values: all options declared, used or not, in their order.
        numbers: on an ordered scale, where each option stands (its number, else its rank), None for "cannot tell".
        abstain: the codes that say "cannot tell".
        design: how the units of each row were drawn, one place a row; then rows are distinct within a prompt and
            stratum. A census of prompts that do not repeat, where None.

    Raises:
        ValueError: a row is not as wide as there are raters, or holds a code that stands for no value.
    """
    codes, counts = _arrays(rows, len(raters))
    if codes.size and not (codes.min() >= MISSING and codes.max() < len(values)):
        raise ValueError(f"a row holds a code outside -1 … {len(values) - 1}")
    places = None if numbers is None else np.array([np.nan if number is None else number for number in numbers])
    table = RatingTable(
        raters=tuple(raters),
        values=tuple(values),
        codes=codes,
        counts=counts,
        design=_design(len(codes), design),
        numbers=places,
        abstain=frozenset(abstain),
        declared=len(values),
    )
    return _rated(table)


def read_sets(
    rows: Iterable[tuple[Sequence[int], int]],
    *,
    raters: Sequence[str],
    options: Sequence[str],
    sets: Sequence[Collection[int]],
    design: SampleDesign | None = None,
) -> RatingTable:
    """Make a table of a question with several choices; a code stands for one of `sets`, each a set of option indices.

    The question offers every set of at least one option: 2^options - 1 values.

    Raises:
        ValueError: as `read_rows`.
    """
    names = ["|".join(options[option] for option in sorted(members)) for members in sets]
    table = read_rows(rows, raters=raters, values=names, design=design)
    return replace(
        table,
        declared=2 ** len(options) - 1,
        sets=tuple(frozenset(members) for members in sets),
        options=tuple(options),
    )


def read_numbers(ratings: npt.ArrayLike, *, raters: Sequence[str], design: SampleDesign | None = None) -> RatingTable:
    """Make a table of free numbers from ratings of shape (units, raters), nan for no label.

    `design` has one place a unit; a census of prompts that do not repeat, where None.

    Raises:
        ValueError: `ratings` is not as wide as there are raters.
    """
    matrix = np.asarray(ratings, dtype=np.float64).reshape(-1, len(raters))
    numbers, codes = np.unique(matrix, return_inverse=True)
    codes = codes.reshape(matrix.shape).astype(np.int64)
    codes[np.isnan(matrix)] = MISSING
    numbers = numbers[~np.isnan(numbers)]
    drawn = _design(len(matrix), design)
    keyed = np.column_stack([drawn.clusters, drawn.strata, codes])
    first, often = np.zeros(0, np.int64), np.zeros(0, np.int64)
    if len(keyed):
        _, first, often = np.unique(keyed, axis=0, return_index=True, return_counts=True)
    return _rated(
        RatingTable(
            raters=tuple(raters),
            values=tuple(f"{number:.15g}" for number in numbers),
            codes=codes[first],
            counts=often.astype(np.float64),
            design=drawn.take(first),
            numbers=numbers,
        )
    )


def _design(rows: int, design: SampleDesign | None) -> SampleDesign:
    return census(np.full(rows, ALONE)) if design is None else design


def _arrays(rows: Iterable[tuple[Sequence[int], int]], raters: int) -> tuple[Codes, Floats]:
    pairs = list(rows)
    if any(len(codes) != raters for codes, _ in pairs):
        raise ValueError(f"a row has not {raters} codes, one for each rater")
    codes = np.array([codes for codes, _ in pairs], dtype=np.int64).reshape(len(pairs), raters)
    return codes, np.array([count for _, count in pairs], dtype=np.float64)


def _rated(table: RatingTable) -> RatingTable:
    """Return the table without the rows that nobody rated; they say nothing about agreement."""
    kept = (table.labels > 0) & (table.counts > 0)
    return replace(table, codes=table.codes[kept], counts=table.counts[kept], design=table.design.take(kept))
