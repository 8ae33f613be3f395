"""The report as tables: what every way of telling it shares, so that no two of them can differ."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reviewer.definitions.rubric import Worse
from reviewer.formats.export.csv import guarded
from reviewer.report.result import ConfusionTable, Report
from reviewer.statistics.claim_text import outcome
from reviewer.statistics.estimate import Estimate

Cell = str | int | float | None | Estimate
PEOPLE = "gold"
ESTIMATE_PARTS = ("low", "high", "undefined", "warning")  # of an estimate, beside its value
WORSE = {Worse.HIGH: "higher is worse", Worse.LOW: "lower is worse", Worse.NEITHER: "neither end is worse"}


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table: `name` for files, `title` and `note` for readers, `part` the heading that it stands under.

    `shares` says that its estimates are shares from 0 to 1, which can be drawn, and not differences.
    """

    name: str
    part: str
    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    shares: bool = True


def tables(report: Report) -> list[ReportTable]:
    """Return every table of the report that has a row, in the order of telling."""
    made = [*_rates(report), _differences(report), *_graders(report), _labs(report), *_tags(report)]
    made += [_agreement(report), _strengths(report), _configurations(report)]
    return [table for table in made if table.rows]


def _rates(report: Report) -> Iterable[ReportTable]:
    for evaluation in report.evaluations:
        own = [row for row in report.rates if row.evaluation == evaluation]
        for rate in dict.fromkeys(row.rate for row in own):
            rows = [row for row in own if row.rate == rate]
            yield ReportTable(
                f"rates_{evaluation}_{rate}",
                f"Evaluation: {evaluation}",
                f"{rate} ({WORSE[rows[0].worse]})",
                "Raw is what gold or the grader says; corrected is the grader's rate with its error on gold taken out;"
                " at least and at most: whatever the undecided are.",
                ("configuration", "lab", "by", "n", "raw", "gold n", "corrected", "at least", "at most"),
                tuple(
                    (
                        row.configuration,
                        row.lab,
                        row.grader or PEOPLE,
                        row.n,
                        row.raw,
                        row.gold_n,
                        None if row.grader is None else row.corrected,
                        None if row.bounds is None else row.bounds.low,
                        None if row.bounds is None else row.bounds.high,
                    )
                    for row in rows
                ),
            )


def _differences(report: Report) -> ReportTable:
    return ReportTable(
        "differences",
        "Between configurations",
        "Differences between configurations",
        "The first's rate less the second's; responses to one prompt go together. What may be said goes by the"
        " corrected difference where there is one, else by gold; the pairs of one rate and grader are one family"
        " (Holm).",
        (
            "evaluation", "rate", "grader", "first", "second", "by gold", "by the grader", "corrected", "may be said",
            "gold n", "prompts",
        ),
        tuple(
            (
                row.evaluation,
                row.rate,
                row.grader,
                row.found.first,
                row.found.second,
                row.found.gold,
                None if row.grader is None else row.found.raw,
                row.found.claim.difference.estimate if row.found.corrected else None,
                outcome(row.found.claim),
                row.found.claim.difference.units,
                row.found.claim.difference.clusters,
            )
            for row in report.differences
        ),
        shares=False,
    )  # fmt: skip


def _graders(report: Report) -> Iterable[ReportTable]:
    yield _grader_errors(report)
    yield _flips(report)
    yield from map(_confusion, report.confusions)


def _grader_errors(report: Report) -> ReportTable:
    return ReportTable(
        "grader_errors",
        "Graders against gold",
        "How often a grader is wrong, by configuration",
        "A reply that is no label (unparsed, refused) counts as wrong.",
        ("question", "grader", "configuration", "lab", "n", "error", "unparsed", "refused"),
        tuple(
            (
                row.question,
                row.grader,
                row.configuration or "all",
                row.lab,
                row.n,
                row.error,
                row.unparsed,
                row.refused,
            )
            for row in report.errors
        ),
    )


def _flips(report: Report) -> ReportTable:
    return ReportTable(
        "flips",
        "Graders against gold",
        "Rankings that the grader turns round",
        "Settled: gold and grader differ from 0 to opposite sides, corrected for all pairs; likely: without that"
        " correction; possible: as seen. Intervals hold for all pairs together.",
        (
            "rate",
            "grader",
            "higher by gold",
            "lower by gold",
            "difference by gold",
            "by the grader",
            "state",
            "gold n",
            "prompts",
            "more gold",
        ),
        tuple(
            (
                row.rate,
                row.grader,
                row.flip.higher,
                row.flip.lower,
                row.flip.gold,
                row.flip.grader,
                row.flip.state.value,
                row.flip.units,
                row.flip.clusters,
                row.flip.more,
            )
            for row in report.flips
        ),
        shares=False,
    )


def _confusion(one: ConfusionTable) -> ReportTable:
    """Return counts, and where units stand for others, behind each count how many."""
    counts, estimate = one.found.counts, one.found.estimate
    verdicts = tuple(next(iter(counts.values()), {}))
    weighted = any(abs(estimate[gold][said] - counts[gold][said]) > 0.5 for gold in counts for said in verdicts)
    columns = [(said, f"{said} stand for") if weighted else (said,) for said in verdicts]

    def cells(gold: str) -> Iterable[Cell]:
        for said in verdicts:
            yield counts[gold][said]
            if weighted:
                yield round(estimate[gold][said])

    return ReportTable(
        f"confusion_{one.question}_{one.grader}",
        "Graders against gold",
        f"{one.question}: gold (down) and {one.grader} (across)",
        "Counts of units with gold." + (" Behind each, for how many units these stand." if weighted else ""),
        ("gold", *(name for names in columns for name in names)),
        tuple((gold, *cells(gold)) for gold in counts),
    )


def _labs(report: Report) -> ReportTable:
    return ReportTable(
        "lab_by_lab",
        "Lab by lab",
        "What each lab's graders say of each lab's models",
        "Rows of gold are people's. Error is how often the graders' contribution to the rate differs from gold's.",
        ("rate", "judged by", "models of", "n", "rate said", "error"),
        tuple((row.rate, row.grader_lab, row.lab, row.n, row.value, row.error) for row in report.labs),
    )


def _tags(report: Report) -> Iterable[ReportTable]:
    """Yield one table for each evaluation and rate: tags down, configurations across."""
    places = {(row.evaluation, row.rate): None for row in report.tags}
    for evaluation, rate in places:
        rows = [row for row in report.tags if (row.evaluation, row.rate) == (evaluation, rate)]
        names = tuple(dict.fromkeys(row.configuration for row in rows))
        cells = {(row.tag, row.configuration): row for row in rows}
        lines: list[tuple[Cell, ...]] = []
        for tag in dict.fromkeys(row.tag for row in rows):
            found = [cells.get((tag, name)) for name in names]
            by = ", ".join(dict.fromkeys(row.grader or PEOPLE for row in found if row is not None))
            most = max(row.n for row in found if row is not None)
            lines.append((tag, by, most, *(None if row is None else row.value for row in found)))
        yield ReportTable(
            f"tags_{evaluation}_{rate}",
            "By topic and tag",
            f"{evaluation}: {rate}",
            "By gold where there is any, else by the grader named; n is of the configuration with most. A prompt stands"
            " under each of its tags.",
            ("tag", "by", "n", *names),
            tuple(lines),
        )


def _agreement(report: Report) -> ReportTable:
    return ReportTable(
        "agreement",
        "Agreement",
        "How far the raters agree",
        "Before adjudication: first, blind opinions. 95 % intervals draw units, or prompts where prompts repeat.",
        ("question", "between", "units", "coefficient", "value"),
        tuple((row.question, row.between, row.units, row.coefficient.name, row.value) for row in report.agreement),
    )


def _strengths(report: Report) -> ReportTable:
    return ReportTable(
        "strengths",
        "Comparisons",
        "Strength in comparisons",
        "Bradley-Terry log strengths with ties (Davidson 1970), summing to 0, of all preferences; Wald intervals.",
        ("question", "configuration", "log strength"),
        tuple((row.question, row.configuration, row.strength) for row in report.strengths),
        shares=False,
    )


def _configurations(report: Report) -> ReportTable:
    return ReportTable(
        "configurations",
        "What was compared",
        "Configurations",
        "A configuration is a model with its settings.",
        ("configuration", "lab", "responses"),
        tuple((one.name, one.lab, one.responses) for one in report.configurations),
    )


def file_name(table: ReportTable) -> str:
    """Return the name of the table's CSV file: plain letters, whatever graders and evaluations are called."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", table.name).strip("-.") + ".csv"


def csv_text(table: ReportTable) -> str:
    """Return a table as CSV: an estimate as five columns, fractions unrounded, nothing that a spreadsheet would run."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    estimated = _estimated(table)
    head: list[str] = []
    for place, column in enumerate(table.columns):
        head += (
            [column, f"{column} low", f"{column} high", f"{column} undefined", f"{column} warning"]
            if place in estimated
            else [column]
        )
    writer.writerow(map(guarded, head))
    for row in table.rows:
        cells: list[str] = []
        for place, cell in enumerate(row):
            if place in estimated:
                estimate = cell if isinstance(cell, Estimate) else Estimate(None)
                cells += [guarded(part) for part in estimate.plain().values()]
            else:
                cells.append(guarded(cell))
        writer.writerow(cells)
    return out.getvalue()


def plain(table: ReportTable) -> dict[str, object]:
    """Return a table as JSON values: a list of rows, each an object by column."""
    return {
        "table": table.name,
        "title": table.title,
        "note": table.note,
        "rows": [{column: _plain(cell) for column, cell in zip(table.columns, row, strict=True)} for row in table.rows],
    }


def shown(table: ReportTable) -> ReportTable:
    """Return the table without the columns in which nothing stands, as people are shown it."""
    kept = [place for place in range(len(table.columns)) if any(row[place] is not None for row in table.rows)]
    columns = tuple(table.columns[place] for place in kept)
    return replace(table, columns=columns, rows=tuple(tuple(row[place] for place in kept) for row in table.rows))


def parts(made: Sequence[ReportTable]) -> Mapping[str, list[ReportTable]]:
    """Return the tables, as people are shown them, by the heading that they stand under, both in order."""
    found: dict[str, list[ReportTable]] = {}
    for table in made:
        found.setdefault(table.part, []).append(shown(table))
    return found


def _plain(cell: Cell) -> object:
    return cell.plain() if isinstance(cell, Estimate) else cell


def _estimated(table: ReportTable) -> frozenset[int]:
    return frozenset(place for row in table.rows for place, cell in enumerate(row) if isinstance(cell, Estimate))
