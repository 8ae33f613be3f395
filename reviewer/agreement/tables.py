"""Agreement as rows of cells, drawn with characters: what the command and the screen both show. Pure.

Cells may hold foreign text; whoever shows them makes it visible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reviewer.agreement.rater_figures import RaterFigures
from reviewer.agreement.study_agreement import AgreementByKind, QuestionAgreement
from reviewer.definitions.scale import Distance
from reviewer.statistics.agreement import (
    Agreement,
    ConsensusComparison,
    Drift,
    PairAgreement,
    PairedAgreement,
    PositionPreference,
    SelfAgreement,
    Strengths,
)
from reviewer.statistics.agreement.coefficients import (
    GWET_AC1,
    HEADLINES,
    KRIPPENDORFF_ALPHA,
    PERCENT_AGREEMENT,
    TABLED,
)
from reviewer.statistics.estimate_text import BAR, cells, short

Rows = list[list[str]]

BESIDE = (PERCENT_AGREEMENT, GWET_AC1, KRIPPENDORFF_ALPHA)  # of each group; the last one is drawn
MOST_IN_MATRIX = 10  # raters; of more, the pairs that agree least are listed
MOST_PAIRS = 15
MOST_MISTAKEN = 2
LIKELY = 0.05  # above this p, chance explains a difference well enough
NO_MAJORITY = "(none: to be adjudicated)"
SHADES = " ░▒▓█"


def head(one: QuestionAgreement, found: Agreement) -> str:
    """Return what was measured, in one line."""
    raters = "1 rater" if found.raters == 1 else f"{found.raters:,} raters"
    return (
        f"{one.question.id} ({one.question.scale.value}): {found.units:,} units, {found.compared:,} with two labels or"
        f" more; {found.labels:,} labels of {raters}, {found.missing:,} missing"
    )


def coefficients(found: Agreement) -> Rows:
    """Return the coefficients with interval and drawing; a first row has the ends of the scale.

    Of κ by pairs: that of Cohen where there are two raters, else Light's mean of all pairs.
    """
    rows = [["", "", "", f"0{' ' * (BAR - 1)}1"]]
    for one in TABLED:
        estimate = found.estimate(one)
        if estimate is not None and one.raters.fits(found.raters):
            rows.append([one.name, *cells(estimate)])
    return rows


def abstentions(found: Agreement) -> Rows:
    """Return the headline coefficients without "cannot tell"; none where nobody said so."""
    told = found.abstentions
    rows = [["without cannot tell", f"{told.share:.1%}", f"of {found.labels:,} labels", ""]]
    for one in HEADLINES:
        if one.name in told.metrics and one.raters.fits(found.raters):
            rows.append([one.name, *cells(told.metrics[one.name])])
    return rows if len(rows) > 1 else []


def intra_rater(found: Sequence[SelfAgreement]) -> Rows:
    """Return how far raters who labelled units again agree with their own first labels."""
    rows = [["the same rater again", "units", "alike", "", "Cohen κ", "", "α", ""]]
    for one in found:
        figures = (one.percent_agreement, one.cohen_kappa, one.krippendorff_alpha)
        rows.append([one.rater, f"{one.units:,}", *(cell for figure in figures for cell in cells(figure)[:2])])
    return rows if len(rows) > 1 else []


def categories(found: Agreement) -> Rows:
    """Return how frequent each value is, beside the agreement on it."""
    rows = [["value", "share", "", "agreement on it", ""]]
    for name, estimate in found.by_category.items():
        share = found.shares.get(name)
        shown = ["", ""] if share is None else [f"{share:.1%}", _bar(share, 10)]
        rows.append([name, *shown, *cells(estimate)[:2]])
    return rows


def consensus(found: ConsensusComparison) -> Rows:
    """Return the counts of majority and of the model, value by value."""
    if found.undefined is not None:
        rows = [["consensus", "majority"], *([value, f"{units:,}"] for value, units in _frequent(found.majority))]
        return [*rows, [NO_MAJORITY, f"{found.units - sum(found.majority.values()):,}"]]
    rows = [["consensus", "majority", "Dawid-Skene"]]
    for value in sorted({*found.majority, *found.modelled}, key=lambda one: -found.majority.get(one, 0)):
        rows.append([value, f"{found.majority.get(value, 0):,}", f"{found.modelled.get(value, 0):,}"])
    ties = [f"{found.units - sum(counts.values()):,}" for counts in (found.majority, found.modelled)]
    return [*rows, [NO_MAJORITY, *ties], ["(both decide, and differ)", "", f"{found.differ:,}"]]


def confusions(one: QuestionAgreement, *, bar: int = BAR) -> Rows:
    """Return which two values were given to one unit, those of most pairs of labels first."""
    most = max((pair.pairs for pair in one.confused), default=1)
    rows = [["values", "units", "pairs of labels", ""]]
    for pair in one.confused:
        rows.append(
            [" / ".join(pair.values), f"{pair.units:,}", f"{pair.pairs:,}", "█" * max(1, bar * pair.pairs // most)]
        )
    return rows


def raters(found: Sequence[RaterFigures], measured: Agreement, model: ConsensusComparison | None) -> Rows:
    """Return one row a rater: α without them, agreement with the others, time, drift, panes."""
    rows = [["rater", "labels", "α without", "as the others", "by the model", "time", "first, second half"]]
    positions = any(one.positions is not None for one in found)
    if positions:
        rows[0].append("left, right pane")
    for one in found:
        without = measured.leave_one_out.get(one.rater)
        rows.append(
            [
                one.rater,
                f"{one.labels:,}",
                "" if without is None else short(without),
                _share(one.agreed, one.compared),
                "" if model is None or model.undefined is not None else f"{model.accuracy.get(one.rater, 0.0):.1%}",
                "" if one.seconds is None else duration(one.seconds),
                drifted(one.drift),
                *([sided(one.positions)] if positions else []),
            ]
        )
    return rows


def mistaken(found: Sequence[RaterFigures]) -> Rows:
    """Return what each rater gives most often where the majority of the others gives something else."""
    rows = [["rater", "the others gave", "the rater gave", "units"]]
    for one in found:
        for confusion in one.mistaken[:MOST_MISTAKEN]:
            rows.append([one.rater, confusion.others, confusion.own, f"{confusion.units:,}"])
    return rows if len(rows) > 1 else []


def drifted(drift: Drift) -> str:
    """Return agreement in the first and the second half, and whether chance explains the difference."""
    first, second = drift.first_half.agreement, drift.second_half.agreement
    if first is None or second is None:
        return "not known"
    said = f"{first:.1%}, {second:.1%}"
    return said if drift.p is None else f"{said} ({_p(drift.p)})"


def sided(positions: PositionPreference | None) -> str:
    """Return how often the left and the right of two panes was preferred."""
    if positions is None or not positions.shares:
        return ""
    left, right = positions.shares
    return f"{left:.0%}, {right:.0%}" + ("" if positions.p is None else f" ({_p(positions.p)})")


def _p(value: float) -> str:
    return f"p {value:.3f}" + (", chance" if value > LIKELY else ", not chance")


def matrix(found: Agreement) -> Rows:
    """Return Cohen κ of every pair of raters as a map, shaded and in figures, where there are not too many."""
    names = list(dict.fromkeys(name for pair in found.pairwise for name in pair.raters))
    if not names or len(names) > MOST_IN_MATRIX:
        return []
    by_pair = {frozenset(pair.raters): pair for pair in found.pairwise}
    rows = [["Cohen κ", *(str(number) for number, _ in enumerate(names, 1))]]
    for number, name in enumerate(names, 1):
        row = [f"{number} {name}"]
        for other in names:
            pair = by_pair.get(frozenset((name, other)))
            row.append("  ·" if pair is None else _shaded(pair.cohen_kappa.value))
        rows.append(row)
    return rows


def pairs(found: Agreement) -> Rows:
    """Return the pairs of raters, those that agree least first."""
    rows = [["pair", "units", "alike", "Cohen κ", ""]]

    def badness(pair: PairAgreement) -> tuple[bool, float]:
        value = pair.cohen_kappa.value
        return (value is None, 0.0 if value is None else value)

    for pair in sorted(found.pairwise, key=badness)[:MOST_PAIRS]:
        rows.append(
            [" × ".join(pair.raters), f"{pair.units:,}", short(pair.percent_agreement), *cells(pair.cohen_kappa)[:2]]
        )
    left = len(found.pairwise) - MOST_PAIRS
    return rows + ([[f"and {left:,} more pairs", "", "", "", ""]] if left > 0 else [])


def kinds(found: Iterable[AgreementByKind]) -> Rows:
    """Return agreement of people with people beside people with each grader."""
    rows = [["question", "pairs", "alike", "", "mean Cohen κ", ""]]
    for one in found:
        masi = one.question.scale.traits.distance is Distance.SET
        named = f"{one.question.id} (κ by MASI)" if masi else one.question.id
        if one.human_human is not None:
            rows.append([named, "people with people", *_paired(one.human_human)])
        rows += [[named, f"people with {name}", *_paired(pair)] for name, pair in one.human_grader.items()]
    return rows


def groups(by: str, found: Iterable[tuple[str, QuestionAgreement]]) -> Rows:
    """Return a few coefficients of each configuration or evaluation and question."""
    rows = [[by, "question", "units", *(cell for one in BESIDE for cell in (one.sign, "")), ""]]
    for name, one in found:
        if one.agreement is None:
            continue
        row = [name, one.question.id, f"{one.agreement.units:,}"]
        for coefficient in BESIDE:
            row += cells(one.agreement.metrics[coefficient.name])[: 3 if coefficient is BESIDE[-1] else 2]
        rows.append(row)
    return rows


def strengths(found: Strengths) -> Rows:
    """Return the Bradley-Terry strength of each configuration, the strongest first."""
    if found.undefined is not None:
        return [["Bradley-Terry", f"undefined: {found.undefined}"]]
    order = sorted(found.log_strengths.items(), key=lambda pair: -(pair[1].value or 0.0))
    rows = [["configuration", "log strength", "95 % interval"]]
    return rows + [[name, *cells(estimate)[:2]] for name, estimate in order]


def duration(seconds: float) -> str:
    """Return a time as minutes and seconds."""
    whole = round(seconds)
    return f"{seconds:.1f} s" if seconds < 60 else f"{whole // 60} min {whole % 60} s"


def _paired(pair: PairedAgreement) -> list[str]:
    return [*cells(pair.percent_agreement)[:2], *cells(pair.mean_kappa)[:2]]


def _frequent(units: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(units.items(), key=lambda one: -one[1])


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%} of {whole:,}" if whole else ""


def _shaded(value: float | None) -> str:
    if value is None:
        return "? --"
    shade = SHADES[min(max(int(value * len(SHADES)), 0), len(SHADES) - 1)]
    return f"{shade} {value:.2f}"


def _bar(share: float, width: int) -> str:
    full = round(share * width)
    return "█" * full + "·" * (width - full)
