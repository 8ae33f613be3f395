from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from reviewer.definitions.scale import Scale
from reviewer.statistics.agreement import (
    Metric,
    PairComparisons,
    RatingTable,
    ValueCounts,
    bradley_terry,
    dawid_skene,
    krippendorff_alpha,
    measure,
    read_numbers,
    read_rows,
)

# Krippendorff 2011, four observers and twelve units; the same as raw4raters of Gwet's irrCAC.
KRIPPENDORFF = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]


def table(units: Sequence[Sequence[int]], values: int, *, ordered: bool = False) -> RatingTable:
    raters = [f"r{number}" for number in range(len(units[0]))]
    numbers = [float(number + 1) for number in range(values)] if ordered else None
    names = [f"v{number}" for number in range(values)]
    return read_rows(Counter(map(tuple, units)).items(), raters=raters, values=names, numbers=numbers)


def krippendorff() -> RatingTable:
    columns = [[-1 if sign == "." else int(sign) - 1 for sign in line] for line in KRIPPENDORFF]
    return table(list(zip(*columns, strict=True)), 5, ordered=True)


def spread(counts: Sequence[int]) -> list[int]:
    return [value for value, count in enumerate(counts) for _ in range(count)]


@pytest.mark.parametrize(
    ("metric", "value"),
    [(Metric.NOMINAL, 0.743), (Metric.ORDINAL, 0.815), (Metric.INTERVAL, 0.849), (Metric.RATIO, 0.797)],
)
def test_krippendorffs_example(metric: Metric, value: float) -> None:
    ratings = krippendorff().on_scale()
    found = krippendorff_alpha(ValueCounts(ratings), metric).of(ratings.counts[None, :])
    assert found[0, 0] == pytest.approx(value, abs=0.0005)


@pytest.mark.parametrize(
    ("name", "value"), [("gwet_ac1", 0.77544), ("fleiss_kappa", 0.76117), ("percent_agreement", 0.81818)]
)
def test_gwets_example_with_missing_labels(name: str, value: float) -> None:
    found = measure(krippendorff(), scale=Scale.NOMINAL, seed=1, resamples=50)
    assert found.metrics[name].value == pytest.approx(value, abs=0.000005)


@pytest.fixture(scope="module")
def skewed() -> RatingTable:
    rows = [((0, 0), 118), ((0, 1), 5), ((1, 0), 2)]
    return read_rows(rows, raters=["a", "b"], values=["no", "yes"])


@pytest.mark.parametrize(("name", "value"), [("gwet_ac1", 0.941), ("cohen_kappa", -0.023)])
def test_gwets_skewed_table(skewed: RatingTable, name: str, value: float) -> None:
    found = measure(skewed, scale=Scale.NOMINAL, seed=1, resamples=50)
    assert found.metrics[name].value == pytest.approx(value, abs=0.0005)


def test_a_skewed_table_is_warned_of(skewed: RatingTable) -> None:
    assert "skewed" in " ".join(measure(skewed, scale=Scale.NOMINAL, seed=1, resamples=50).warnings)


FLEISS = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


def test_fleiss_worked_example() -> None:
    found = measure(table([spread(counts) for counts in FLEISS], 5), scale=Scale.NOMINAL, seed=1, resamples=20)
    assert found.metrics["fleiss_kappa"].value == pytest.approx(0.210, abs=0.0005)


SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def test_shrout_and_fleiss_intraclass_correlation() -> None:
    found = measure(read_numbers(SHROUT_FLEISS, raters="abcd"), scale=Scale.INTERVAL, seed=1)
    assert found.metrics["icc"].value == pytest.approx(0.29, abs=0.005)


# Dawid and Skene 1979, table 1: seven columns, the first three by one anaesthetist.
ANAESTHETISTS = (
    "1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 2223343 1111111 2223212"
    " 1211111 1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111 2322222 1111111"
    " 1111111 1121121 1111111 3333233 1111111 2222222 2223232 4334343 2212232 2323233 3333432 1111111 1111111 1212111"
    " 2322222 1211111 2222222"
)


def test_dawid_and_skene_prevalences_with_each_sitting_an_own_rater() -> None:
    found = dawid_skene(table([[int(sign) - 1 for sign in unit] for unit in ANAESTHETISTS.split()], 4))
    assert found.prevalence == pytest.approx([0.400, 0.422, 0.112, 0.067], abs=0.025)


# Agresti 1990, p. 437: American League East 1987, wins of row over column.
BASEBALL = {
    "Milwaukee": [0, 7, 9, 7, 7, 9, 11],
    "Detroit": [6, 0, 7, 5, 11, 9, 9],
    "Toronto": [4, 6, 0, 7, 7, 8, 12],
    "New York": [6, 8, 6, 0, 6, 7, 10],
    "Boston": [6, 2, 6, 7, 0, 7, 12],
    "Cleveland": [4, 4, 5, 6, 6, 0, 6],
    "Baltimore": [2, 4, 1, 3, 1, 7, 0],
}
ABILITIES = {
    "Milwaukee": 1.5814, "Detroit": 1.4364, "Toronto": 1.2945, "New York": 1.2476,
    "Boston": 1.1077, "Cleveland": 0.6839,
}  # fmt: skip


@pytest.mark.parametrize("team", list(ABILITIES))
def test_baseball_abilities(team: str) -> None:
    teams = list(BASEBALL)
    meetings = [
        PairComparisons(one, teams[other], BASEBALL[one][other], BASEBALL[teams[other]][place])
        for place, one in enumerate(teams)
        for other in range(place + 1, len(teams))
    ]
    strengths = bradley_terry(meetings).log_strengths
    mine, last = strengths[team].value, strengths["Baltimore"].value
    assert mine is not None
    assert last is not None
    assert mine - last == pytest.approx(ABILITIES[team], abs=0.00005)


def test_the_interval_lies_around_the_value() -> None:
    found = measure(krippendorff(), scale=Scale.ORDINAL, seed=1, resamples=200).metrics["krippendorff_alpha"]
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high


def test_equal_seeds_give_equal_intervals() -> None:
    one, other = (measure(krippendorff(), scale=Scale.ORDINAL, seed=7, resamples=100) for _ in range(2))
    assert one.metrics == other.metrics
