"""All coefficients of one question, with their intervals: the one call that the rest of the program makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import assert_never

import numpy as np

from reviewer.definitions.scale import Distance, Scale
from reviewer.statistics.agreement import chance
from reviewer.statistics.agreement.alpha import (
    Metric,
    every_end,
    krippendorff_alpha,
    leave_one_out,
    masi,
    set_distances,
)
from reviewer.statistics.agreement.bootstrap import Exchangeable, Resampling, estimate, estimate_two_way
from reviewer.statistics.agreement.coefficients import (
    COEFFICIENTS,
    GWET_AC1,
    HEADLINES,
    ICC,
    KRIPPENDORFF_ALPHA,
    LINEAR,
    PERCENT_AGREEMENT,
    QUADRATIC,
    Coefficient,
    RaterCoefficient,
    ScaledRatings,
    SharedCoefficient,
)
from reviewer.statistics.agreement.pairs import (
    Pairs,
    cohen_kappas,
    common_units,
    every_pair,
    mean_agreement,
    mean_kappa,
    pair_agreement,
)
from reviewer.statistics.agreement.table import RatingTable
from reviewer.statistics.agreement.tally import ValueCounts
from reviewer.statistics.arrays import Floats
from reviewer.statistics.estimate import Ends, Estimate, Statistic, never

# Free numbers may take so many values that none repeats; coefficients that count values end here.
MOST_VALUES = 256
TOO_MANY = f"more than {MOST_VALUES} different numbers were given: read {KRIPPENDORFF_ALPHA.name} and {ICC.name}"

ONE_WAY_ONLY = "the two-way interval is for coefficients that do not tell raters apart"
SKEWED = 0.75  # from this share of one value on, agreement by chance is most of agreement
PARTING = 0.2  # so much below percent agreement, α asks for a word
ABSTAINING = 0.1  # so far apart, α with and without "cannot tell" ask for a word
ANSWERED = "answered "  # before the names of coefficients without "cannot tell"


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two raters; the weighted κ only on ordered scales."""

    raters: tuple[str, str]
    units: int
    percent_agreement: Estimate
    cohen_kappa: Estimate
    cohen_kappa_linear: Estimate | None = None
    cohen_kappa_quadratic: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Abstentions:
    """How often raters could not tell, and the headline coefficients with such labels taken as missing.

    `metrics` is empty where no label, or every label, is one.
    """

    labels: int
    share: float
    metrics: dict[str, Estimate]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the raters of one question agree.

    Attributes:
        units: how many have a label; `compared`, how many have two.
        labels: how many there are; `missing`, how many more there were if all raters had labelled all these units.
        shares: of each value (for several choices, each set) among all labels.
        metrics: by name, see `coefficients.COEFFICIENTS`.
        by_category: agreement on each value, for several choices on each option.
        by_option: for several choices, nominal α of each option chosen or not.
        leave_one_out: α without each rater.
        abstentions: labels that say "cannot tell", and what is left without them.
        weighted: whether units count by their chances of having been drawn.
        two_way: whether intervals of `metrics` are of raters as well as units.
        warnings: what a reader of the figures must know, in sentences.
    """

    units: int
    compared: int
    raters: int
    labels: int
    missing: int
    shares: dict[str, float]
    metrics: dict[str, Estimate]
    by_category: dict[str, Estimate]
    by_option: dict[str, Estimate]
    pairwise: tuple[PairAgreement, ...]
    leave_one_out: dict[str, Estimate]
    abstentions: Abstentions
    weighted: bool
    two_way: bool
    warnings: tuple[str, ...]

    def estimate(self, coefficient: Coefficient) -> Estimate | None:
        """Return one coefficient; None where it is not defined on the question's scale."""
        return self.metrics.get(coefficient.name)


@dataclass(frozen=True, slots=True)
class PairedAgreement:
    """Agreement within chosen pairs of raters only, as people with people against people with a grader."""

    percent_agreement: Estimate
    mean_kappa: Estimate


def measure(table: RatingTable, *, scale: Scale, seed: int, resamples: int = 1000, two_way: bool = False) -> Agreement:
    """Return every coefficient that applies to a question of `scale`.

    With `two_way` the metrics that do not tell raters apart get intervals of units and raters; the others of `metrics`
    keep their value and have no interval.

    Raises:
        ValueError: free text has no agreement, and an ordered scale needs numbers.
    """
    resampling = Resampling(resamples, seed)
    ratings = _scaled(table, scale)
    alike = _exchangeable(ratings)
    apart = _told_apart(ratings)
    parts = _parts(table, scale) | _without_abstentions(table, scale)
    single = {name: build(ValueCounts(own)) for name, (own, build) in alike.items()} if not two_way else {}
    if two_way:
        apart = {name: replace(statistic, no_interval=ONE_WAY_ONLY) for name, statistic in apart.items()}
    found = estimate(table, single | apart | parts, resampling)
    every = {name: estimates[0] for name, estimates in found.items() if name in single or name in apart}
    if two_way:
        every |= estimate_two_way(alike, resampling)
    metrics = {one.name: every[one.name] for one in COEFFICIENTS if one.name in every}
    labels = table.labels
    abstentions = _abstentions(table, found)
    return Agreement(
        units=int(table.counts.sum()),
        compared=int(table.counts[labels >= 2].sum()),
        raters=len(table.raters),
        labels=int(labels @ table.counts),
        missing=int((len(table.raters) - labels) @ table.counts),
        shares=_shares(table),
        metrics=metrics,
        by_category=dict(zip(_categories(table), found["by_category"], strict=False)),
        by_option=dict(zip(table.options, found["by_option"], strict=False)),
        pairwise=_pairwise(table, found),
        leave_one_out=dict(zip(table.raters, found["leave_one_out"], strict=True)),
        abstentions=abstentions,
        weighted=table.weighted,
        two_way=two_way,
        warnings=tuple(_warnings(table, metrics, abstentions)),
    )


def _scaled(table: RatingTable, scale: Scale) -> ScaledRatings:
    return ScaledRatings(table, table.within_rows(), _metric_table(table, scale), _metric(scale))


def _without_abstentions(table: RatingTable, scale: Scale) -> dict[str, Statistic]:
    """Return the headline coefficients with "cannot tell" as missing; none where nobody, or everybody, said so."""
    left = table.answered()
    if not 0 < int(left.labels @ left.counts) < int(table.labels @ table.counts):
        return {}
    ratings = _scaled(left, scale)
    built = {name: build(ValueCounts(own)) for name, (own, build) in _exchangeable(ratings).items()}
    built |= _told_apart(ratings)
    return {f"{ANSWERED}{one.name}": built[one.name] for one in HEADLINES if one.name in built}


def _abstentions(table: RatingTable, found: Mapping[str, tuple[Estimate, ...]]) -> Abstentions:
    given = np.isin(table.codes, list(table.abstain)).sum(axis=1)
    every = float(table.labels @ table.mass)
    metrics = {name.removeprefix(ANSWERED): one[0] for name, one in found.items() if name.startswith(ANSWERED)}
    return Abstentions(int(given @ table.counts), float(given @ table.mass) / every if every else 0.0, metrics)


def measure_pairs(table: RatingTable, pairs: Pairs, *, seed: int, resamples: int = 1000) -> PairedAgreement:
    """Return agreement within `pairs` of columns: percent, and the mean Cohen κ, undefined if that of any pair is.

    Of several choices κ goes by MASI, as α does: sets that share options agree in part.
    """
    closeness = 1.0 - set_distances(table.sets, masi) if table.sets else None
    statistics = {"percent": mean_agreement(table, pairs), "kappa": mean_kappa(table, pairs, closeness)}
    found = estimate(table, statistics, Resampling(resamples, seed))
    return PairedAgreement(found["percent"][0], found["kappa"][0])


def measure_alpha(table: RatingTable, *, scale: Scale, seed: int, resamples: int = 1000) -> Estimate:
    """Return Krippendorff α alone, by the distance of the scale."""
    alpha = krippendorff_alpha(ValueCounts(_metric_table(table, scale)), _metric(scale))
    return estimate(table, {KRIPPENDORFF_ALPHA.name: alpha}, Resampling(resamples, seed))[KRIPPENDORFF_ALPHA.name][0]


def _metric(scale: Scale) -> Metric:
    """Return what α measures the distance of two answers by."""
    match scale.traits.distance:
        case Distance.NOMINAL:
            return Metric.NOMINAL
        case Distance.ORDINAL:
            return Metric.ORDINAL
        case Distance.INTERVAL:
            return Metric.INTERVAL
        case Distance.SET:
            return Metric.MASI
        case None:
            raise ValueError(f"agreement on {scale} is not measured")
        case distance:
            assert_never(distance)


def _countable(table: RatingTable) -> bool:
    return table.declared is not None or len(table.values) <= MOST_VALUES


def _metric_table(table: RatingTable, scale: Scale) -> RatingTable:
    return table.on_scale() if scale.traits.ordered else table


def _exchangeable(ratings: ScaledRatings) -> dict[str, tuple[RatingTable, Exchangeable]]:
    """Return the coefficients that do not tell raters apart, each with the table that it is of."""
    found = {}
    for one in COEFFICIENTS:
        if isinstance(one, SharedCoefficient) and ratings.metric in one.scales:
            table, build = one.of(ratings)
            found[one.name] = (table, _too_many if one.counts_values and not _countable(ratings.given) else build)
    return found


def _too_many(_: ValueCounts) -> Statistic:
    return never(TOO_MANY)


def _told_apart(ratings: ScaledRatings) -> dict[str, Statistic]:
    """Return the coefficients that know which rater gave which label."""
    countable = _countable(ratings.given)
    return {
        one.name: one.of(ratings) if countable or not one.counts_values else never(TOO_MANY)
        for one in COEFFICIENTS
        if isinstance(one, RaterCoefficient) and ratings.metric in one.scales
    }


def _parts(table: RatingTable, scale: Scale) -> dict[str, Statistic]:
    """Return agreement by category, by option, by pair of raters and without each rater, many coefficients each."""
    placed, raters = _metric_table(table, scale), len(table.raters)
    nothing = Statistic(lambda weights: np.zeros((len(weights), 0)), ())
    found = {
        "by_option": _joined(
            [krippendorff_alpha(ValueCounts(option), Metric.NOMINAL) for option in table.per_option()]
        ),
        "leave_one_out": leave_one_out(lambda times: ValueCounts(placed, times), _metric(scale), raters),
        "by_category": nothing,
    }
    if table.options:
        chosen = [chance.category_agreement(ValueCounts(option)) for option in table.per_option()]
        whys = tuple(f"no unit with two labels has {option}" for option in table.options)
        columns = _joined(chosen)

        def chosen_ends() -> list[Ends]:
            return every_end(chosen)[1::2]

        found["by_category"] = Statistic(lambda weights: columns.of(weights)[:, 1::2], whys, ends=chosen_ends)
    elif _countable(table):
        found["by_category"] = chance.category_agreement(ValueCounts(table))
    pairs = every_pair(raters)
    if _countable(table) and pairs:
        found["pair_agreement"] = pair_agreement(table, pairs)
        found["pair_kappa"] = cohen_kappas(table, pairs)
        if scale.traits.ordered:
            for name, weights in (("pair_linear", LINEAR), ("pair_quadratic", QUADRATIC)):
                if placed.numbers is not None:
                    found[name] = cohen_kappas(placed, pairs, weights.of(placed.numbers))
    return found


def _joined(parts: list[Statistic]) -> Statistic:
    def of(weights: Floats) -> Floats:
        return np.concatenate([np.zeros((len(weights), 0)), *(part.of(weights) for part in parts)], axis=1)

    return Statistic(of, tuple(reason for part in parts for reason in part.undefined), ends=lambda: every_end(parts))


def _categories(table: RatingTable) -> tuple[str, ...]:
    return table.options or table.values


def _pairwise(table: RatingTable, found: Mapping[str, tuple[Estimate, ...]]) -> tuple[PairAgreement, ...]:
    if "pair_kappa" not in found:
        return ()
    common = common_units(table)
    linear, quadratic = found.get("pair_linear"), found.get("pair_quadratic")
    return tuple(
        PairAgreement(
            raters=(table.raters[pair[0]], table.raters[pair[1]]),
            units=int(common[pair]),
            percent_agreement=found["pair_agreement"][place],
            cohen_kappa=found["pair_kappa"][place],
            cohen_kappa_linear=None if linear is None else linear[place],
            cohen_kappa_quadratic=None if quadratic is None else quadratic[place],
        )
        for place, pair in enumerate(every_pair(len(table.raters)))
    )


def _shares(table: RatingTable) -> dict[str, float]:
    if not _countable(table) or not len(table.codes):
        return {}
    return dict(zip(table.values, map(float, chance.own_shares(table)), strict=True))


def _warnings(table: RatingTable, metrics: Mapping[str, Estimate], abstentions: Abstentions) -> list[str]:
    alpha = metrics[KRIPPENDORFF_ALPHA.name]
    told = []
    if alpha.warning is not None:
        told.append(f"{KRIPPENDORFF_ALPHA.name}: {alpha.warning}.")
    told += _skewed(table, metrics)
    left = abstentions.metrics.get(KRIPPENDORFF_ALPHA.name)
    if alpha.value is None or left is None:
        return told
    cannot = f"{abstentions.share:.0%} of the labels are cannot tell"
    if left.value is None:
        told.append(f"{cannot}; without them {KRIPPENDORFF_ALPHA.name} is undefined: {left.undefined}.")
    elif abs(alpha.value - left.value) >= ABSTAINING:
        told.append(
            f"{cannot}: {KRIPPENDORFF_ALPHA.name} is {alpha.value:.2f} with them as a value, {left.value:.2f} without"
            " them. The first says how far raters agree on what can be told, too."
        )
    return told


def _skewed(table: RatingTable, metrics: Mapping[str, Estimate]) -> list[str]:
    """Return a word where one value is so frequent that chance explains most of the agreement."""
    percent, alpha = metrics[PERCENT_AGREEMENT.name].value, metrics[KRIPPENDORFF_ALPHA.name].value
    shares = _shares(table)
    if percent is None or alpha is None or not shares:
        return []
    value = max(shares, key=lambda name: shares[name])
    if shares[value] < SKEWED or percent - alpha < PARTING:
        return []
    return [
        f"Labels are skewed: {shares[value]:.0%} are {value}, so that much of the {percent:.0%} agreement is"
        f" expected by chance and {KRIPPENDORFF_ALPHA.name} is {alpha:.2f}."
        f" Read it beside {GWET_AC1.name} and the agreement by category."
    ]
