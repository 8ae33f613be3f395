"""Where coefficients of agreement end, from the labels that they are of: see `estimate.Ends`.

κ and α of a rare value are counted from few units: those on which two labels agree on it. However many units there are,
the interval is no better than these, so that they are what a warning counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from reviewer.statistics.agreement.table import MISSING, RatingTable
from reviewer.statistics.agreement.tally import ValueCounts
from reviewer.statistics.arrays import Flags
from reviewer.statistics.estimate import Ends

FEWEST_EVENTS = 5  # units that show agreement on a rarer value; simulated intervals from fewer cover less than they say


def share_ends(table: RatingTable, rows: Flags) -> Ends:
    """Return the ends of a share of agreement over `rows`: 0 and 1."""
    size = effective(table, rows)
    return Ends(0.0, 1.0, size, size)


def corrected_ends(table: RatingTable, room: float) -> Ends:
    """Return the ends of agreement beyond a chance that hardly depends on which values are rare: that leaves `room`."""
    size = effective(table, table.labels >= 2)
    return Ends(-1.0, room if room > 0.0 else 1.0, size, size)


def chance_ends(table: RatingTable) -> Ends:
    """Return the ends of agreement beyond the chance that values as frequent as these agree: α and every κ.

    The lowest value is that of raters who never agree on any value but the most frequent one.
    """
    compared = table.labels >= 2
    size = effective(table, compared)
    codes, mass = table.codes[compared], table.mass[compared]
    given = codes != MISSING
    if not given.any():
        return Ends(-1.0, 1.0, size, size)
    weights = np.broadcast_to(mass[:, None], codes.shape)[given]
    shares = np.bincount(codes[given], weights=weights, minlength=len(table.values)) / weights.sum()
    most = int(shares.argmax())
    rest, room = 1.0 - float(shares[most]), 1.0 - float((shares**2).sum())
    agreed, rarer = np.zeros(len(compared), bool), np.zeros(len(compared), bool)
    ordered = np.sort(codes, axis=1)
    twice = (ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] != MISSING) & (ordered[:, 1:] != most)
    agreed[compared] = twice.any(axis=1)
    rarer[compared] = (given & (codes != most)).any(axis=1)
    labels = int(((given & (codes != most)).sum(axis=1) * table.counts[compared]).sum())
    return Ends(
        least=-min(1.0, rest / (1.0 - rest)),
        room=room if room > 0.0 else 1.0,
        size=size,
        low_size=max(table.occurrences(rarer), 1.0) / 2.0,
        warning=_rare(table, labels, table.values[most], table.occurrences(agreed)),
    )


def pair_ends(table: RatingTable, pairs: Sequence[tuple[int, int]]) -> list[Ends]:
    """Return the ends of the κ of each of `pairs` of raters."""
    return [chance_ends(of_raters(table, pair)) for pair in pairs]


def of_raters(table: RatingTable, columns: Sequence[int]) -> RatingTable:
    """Return the table of some of the raters; rows stay where they are."""
    return replace(table, raters=tuple(table.raters[column] for column in columns), codes=table.codes[:, list(columns)])


def category_ends(tally: ValueCounts) -> list[Ends]:
    """Return the ends of the agreement on each value, counted from the units on which it was given."""
    found = []
    for value, name in enumerate(tally.table.values):
        has = (tally.counts[:, value] > 0) & tally.paired
        agreed, units = tally.counts[:, value] >= 2, effective(tally.table, has)
        warning = _few(tally.table, f"raters agree on {name}", tally.table.occurrences(agreed))
        # Where all agree on a value, each unit has two labels of it; where none do, one in two pairs.
        found.append(Ends(0.0, 1.0, max(2.0 * units, 1.0), max(units / 2.0, 0.5), warning))
    return found


def effective(table: RatingTable, rows: Flags) -> float:
    """Return how many units, or prompts where they repeat, of equal weight are as much as those of `rows` (Kish)."""
    if not rows.any():
        return 1.0
    weights = table.weights[rows]
    if not table.repeated:
        once, squared = table.counts[rows] @ weights, table.counts[rows] @ weights**2
        return float(once**2 / squared)
    _, places = np.unique(table.design.clusters[rows], return_inverse=True)
    mass = np.bincount(places, weights=table.counts[rows] * weights)
    return float(mass.sum() ** 2 / (mass**2).sum())


def _rare(table: RatingTable, labels: int, most: str, agreed: float) -> str | None:
    what = f"{labels:,} labels are other than {most}, and two agree on such a value"
    return _few(table, what, agreed)


def _few(table: RatingTable, what: str, found: float) -> str | None:
    if found >= FEWEST_EVENTS:
        return None
    noun = "prompt" if table.repeated else "unit"
    return f"{what} on {found:.0f} {noun}{'' if found == 1 else 's'} only: the interval is likely too narrow"
