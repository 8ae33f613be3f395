"""How often a 95 % interval of `reviewer agreement` holds the truth, by simulation; nominal is 0.95.

Each line: how often the interval holds it, its median width, how many estimates carry a warning, how often those
without one hold it, and beside it how often the percentiles of the same resamples do, a plain bootstrap. The truth is
the coefficient of a great many units drawn in the same way. Where an interval covers less than 0.93, either a warning
goes with it, or the line is marked; a line of few estimates without a warning has no figure for them.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from figures import load, show, title

from reviewer.statistics.agreement import PairComparisons, RatingTable, RowDraw, bradley_terry, read_rows, row_design
from reviewer.statistics.agreement import chance as by_chance
from reviewer.statistics.agreement.alpha import Metric, krippendorff_alpha
from reviewer.statistics.agreement.bootstrap import Resampling, estimate
from reviewer.statistics.agreement.drawing import drawn_units
from reviewer.statistics.agreement.pairs import cohen_kappa
from reviewer.statistics.agreement.tally import ValueCounts
from reviewer.statistics.estimate import Estimate, Statistic

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Generator = np.random.Generator
Told = tuple[Estimate, Floats | None]  # an estimate, and the values of its resamples
Units = tuple[Codes, list[RowDraw]]  # labels by unit and rater, and how each unit was drawn

LEAST, LEAST_SILENT = 0.93, 0.92
NEAR = 1e-9
RARE = 0.05  # of estimates without a warning: too few to say how often these hold
MANY = 40_000  # units that stand for all
STRENGTHS = (-0.6, -0.2, 0.2, 0.6)
EFFECT = 1.0  # deviation of what a prompt adds to the strength of a configuration


def main() -> None:
    """Simulate everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=60, help="of each kind")
    parser.add_argument("--full", action="store_true", help="2,000 studies of each kind, 1,000 resamples")
    given = parser.parse_args()
    studies, resamples = (2_000, 1_000) if given.full else (given.studies, 200)
    title(f"Coverage of 95 % intervals of agreement, {studies:,} studies of each kind, {resamples:,} draws; {load()}")
    for name, draw in kinds().items():
        simulate(name, draw, studies // 4 if "123" in name else studies, resamples)
    for raters in (1, 3, 5):
        for prompts in (15, 30, 100):
            meet(raters, prompts, studies)


def simulate(name: str, draw: Callable[[Generator, int | None], Units], studies: int, resamples: int) -> None:
    """Print the coverage of the coefficients of one kind of study."""
    generator = np.random.default_rng(7)
    truth = {what: float(one.of(counts)[0, 0]) for what, one, counts in _whole(table(*draw(generator, MANY)))}
    found: dict[str, list[Told]] = {what: [] for what in truth}
    for number in range(studies):
        ratings = table(*draw(generator, None))
        statistics = coefficients(ratings)
        resampling = Resampling(resamples, number)
        estimates = estimate(ratings, statistics, resampling)
        draws = np.concatenate(list(drawn_units(ratings).draws(resampling)))
        for what, statistic in statistics.items():
            before = statistic.of(draws)[:, 0]
            found[what].append((estimates[what][0], before[~np.isnan(before)]))
    for what, told in found.items():
        line(f"{name}: {what}", told, truth[what])


def _whole(ratings: RatingTable) -> Iterator[tuple[str, Statistic, Floats]]:
    for what, statistic in coefficients(ratings).items():
        yield what, statistic, ratings.mass[None, :]


def coefficients(ratings: RatingTable) -> dict[str, Statistic]:
    """Return the headline coefficients."""
    tally = ValueCounts(ratings)
    found = {
        "percent": by_chance.percent_agreement(ValueCounts(ratings.within_rows())),
        "α": krippendorff_alpha(tally, Metric.NOMINAL),
        "AC1": by_chance.gwet(tally),
    }
    return found | ({"κ": cohen_kappa(ratings)} if len(ratings.raters) == 2 else {})


def line(what: str, told: Sequence[Told], truth: float) -> None:
    """Print one line."""
    held, silent, widths, old = [], [], [], []
    for one, before in told:
        if one.low is None or one.high is None:
            continue
        held.append(one.low - NEAR <= truth <= one.high + NEAR)
        silent.append(one.warning is None)
        widths.append(one.high - one.low)
        if before is not None and len(before):
            low, high = np.quantile(before, (0.025, 0.975))
            old.append(low - NEAR <= truth <= high + NEAR)
    if not held:
        show(what, "no interval", f"0 of {len(told):,} have one")
        return
    cover, quiet = float(np.mean(held)), np.array(silent)
    without = float(np.array(held)[quiet].mean()) if quiet.mean() >= RARE else None
    show(
        what,
        f"holds {cover:.3f}, width {np.median(widths):.3f}; {1 - quiet.mean():4.0%} warned,"
        f" others {'--' if without is None else f'{without:.3f}'}",
        (f"percentiles {np.mean(old):.3f}; " if old else "") + f"{len(held):,} of {len(told):,} have one",
        cover / 0.95,
        ok=cover >= LEAST or without is None or without >= LEAST_SILENT,
    )


def table(codes: Codes, draws: list[RowDraw]) -> RatingTable:
    """Return the table of units, as the store counts them."""
    rows = Counter(zip(map(tuple, codes.tolist()), draws, strict=True))
    return read_rows(
        [(row, units) for (row, _), units in rows.items()],
        raters=[f"rater {rater}" for rater in range(codes.shape[1])],
        values=[f"value {value}" for value in range(3)],
        design=row_design([draw for _, draw in rows]),
    )


def kinds() -> dict[str, Callable[[Generator, int | None], Units]]:
    """Return the kinds of studies, by what is said of them."""
    found: dict[str, Callable[[Generator, int | None], Units]] = {}
    for name, cells in (("5 %, κ .58", (0.03, 0.02, 0.02)), ("5 %, κ .89", (0.045, 0.005, 0.005))):
        found |= {f"2 raters, {name}, n {n}": two(n, cells) for n in (50, 100, 200)}
    found["2 raters, 5 %, κ .16, n 200"] = two(200, (0.01, 0.04, 0.04))
    found["2 raters, half and half, n 12"] = two(12, (0.48, 0.02, 0.02))
    found |= {f"2 raters, half and half, n {n}": two(n, (0.4, 0.1, 0.1)) for n in (30, 100)}
    found |= {f"3 raters, 85/10/5, n {n}": several(n, 3, 0.2) for n in (20, 50, 100, 300)}
    found |= {f"123 raters, 85/10/5, n {n}": several(n, 123, 0.2) for n in (50, 350)}
    shapes = ((20, 20), (10, 20), (30, 5))
    found |= {f"{prompts} prompts of {each}": clustered(prompts, each) for prompts, each in shapes}
    found["disagreement:60+60 of 2,000"] = sampled(0.15, 60, 60)
    found["tail:10+100 of 2,000"] = sampled(0.1, 200, 100)
    return found


def two(units: int, cells: tuple[float, float, float]) -> Callable[[Generator, int | None], Units]:
    """Two raters; the shares of units that are rare by both, by the first, by the second."""

    def draw(generator: Generator, many: int | None) -> Units:
        found = generator.choice(4, many or units, p=(*cells, 1.0 - sum(cells)))
        codes = np.array([(1, 1), (1, 0), (0, 1), (0, 0)])[found]
        return codes, [RowDraw(None)] * len(codes)

    return draw


def rated(generator: Generator, truth: Codes, raters: int, missing: float) -> Codes:
    """Return labels: the first rater errs least, the last most, the same in every study."""
    wrong = generator.random((len(truth), raters)) < np.linspace(0.05, 0.2, raters)
    codes = np.where(wrong, generator.choice(3, (len(truth), raters), p=(0.85, 0.1, 0.05)), truth[:, None])
    codes[generator.random(codes.shape) < missing] = -1
    return codes


def several(units: int, raters: int, missing: float) -> Callable[[Generator, int | None], Units]:
    """Several raters, some labels missing."""

    def draw(generator: Generator, many: int | None) -> Units:
        size = many or units
        codes = rated(generator, generator.choice(3, size, p=(0.85, 0.1, 0.05)), raters, missing)
        return codes, [RowDraw(None)] * size

    return draw


def clustered(prompts: int, each: int) -> Callable[[Generator, int | None], Units]:
    """Responses of one prompt that are alike in what they are, and in how hard they are to label: ICC near .5."""

    def draw(generator: Generator, many: int | None) -> Units:
        number = many // each if many else prompts
        own = generator.choice(3, number, p=(0.6, 0.3, 0.1))[:, None]
        truth = np.where(generator.random((number, each)) < 0.7, own, generator.choice(3, (number, each)))
        hard = generator.choice((0.03, 0.5), number, p=(0.7, 0.3))[:, None, None]
        wrong = generator.random((number, each, 2)) < hard
        codes = np.where(wrong, generator.choice(3, wrong.shape), truth[:, :, None]).reshape(-1, 2)
        return codes, [RowDraw(prompt) for prompt in range(number) for _ in range(each)]

    return draw


def sampled(share: float, first: int, second: int) -> Callable[[Generator, int | None], Units]:
    """Units of 2,000 drawn from two strata, of which the first, a `share` of all, is harder to label."""
    pools = (round(2_000 * share), round(2_000 * (1 - share)))

    def draw(generator: Generator, many: int | None) -> Units:
        parts, draws = [], []
        for stratum, (drawn, pool, errs) in enumerate(zip((first, second), pools, (0.4, 0.07), strict=True)):
            size = pool * (many // 2_000) if many else drawn
            truth = generator.choice(3, (size, 1), p=(0.7, 0.2, 0.1))
            parts.append(np.where(generator.random((size, 2)) < errs, generator.integers(0, 3, (size, 2)), truth))
            draws += [RowDraw(None) if many else RowDraw(None, stratum, drawn, pool)] * size
        return np.concatenate(parts), draws

    return draw


def meet(raters: int, prompts: int, studies: int) -> None:
    """Print the coverage of Bradley-Terry strengths where every rater sees the same pairs."""
    generator = np.random.default_rng(9)
    whole = bradley_terry(preferences(generator, 8_000, raters))
    told: dict[str, list[Told]] = {name: [] for name in whole.log_strengths}
    for _ in range(studies):
        for name, one in bradley_terry(preferences(generator, prompts, raters)).log_strengths.items():
            told[name].append((one, None))
    name = max(told)
    line(
        f"Bradley-Terry, {raters} raters, {prompts} prompts", told[name], float(whole.log_strengths[name].value or 0.0)
    )


def preferences(generator: Generator, prompts: int, raters: int) -> list[PairComparisons]:
    """Return what raters prefer among four configurations: a prompt makes a configuration stronger for all of them."""
    strengths = np.array(STRENGTHS) + generator.normal(0.0, EFFECT, (prompts, len(STRENGTHS)))
    found = []
    for first in range(len(STRENGTHS)):
        for second in range(first + 1, len(STRENGTHS)):
            chances = 1.0 / (1.0 + np.exp(strengths[:, second] - strengths[:, first]))
            for prompt, wins in enumerate(generator.binomial(raters, chances)):
                found.append(PairComparisons(f"c{first}", f"c{second}", int(wins), raters - int(wins), 0, prompt))
    return found


if __name__ == "__main__":
    main()
