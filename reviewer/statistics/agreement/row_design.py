"""The design of the rows of a rating table, from plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from reviewer.statistics.agreement.table import ALONE
from reviewer.statistics.sample_design import SampleDesign


class RowDraw(NamedTuple):
    """How the units of one row were drawn: their prompt, None where each has its own; and `drawn` of `pool`."""

    prompt: int | None
    stratum: int = 0
    drawn: int = 1
    pool: int = 1


def row_design(rows: Sequence[RowDraw]) -> SampleDesign:
    """Return the design of a table whose rows were drawn so."""
    nobody = np.zeros(len(rows), np.int64)
    return SampleDesign(
        clusters=np.array([ALONE if row.prompt is None else row.prompt for row in rows], np.int64),
        configurations=nobody - 1,
        names=(),
        strata=np.array([row.stratum for row in rows], np.int64),
        drawn=np.array([row.drawn for row in rows], np.float64),
        pool=np.array([row.pool for row in rows], np.float64),
        people=nobody,
    )
