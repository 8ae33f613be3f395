"""Pictures of a report as SVG text, by matplotlib, which is an extra and is loaded only here."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.definitions.rubric import Worse
from reviewer.errors import ReviewerError
from reviewer.report.result import ConfusionTable, RateRow, Report
from reviewer.statistics.estimate import Estimate
from reviewer.text.visible import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 7.5  # inches
LEGEND, MARK = 100, 7  # signs that a line of a legend has room for, and those that a mark and its space take
MOST_ROWS = 40  # rows that one picture of rates shows
# Told apart without colour by their marks, and by most eyes with it (Okabe and Ito 2008).
MARKS = (("o", "#0072B2"), ("s", "#D55E00"), ("^", "#009E73"), ("D", "#CC79A7"), ("v", "#E69F00"), ("P", "#56B4E9"))


class NoPlots(ReviewerError):
    """matplotlib is not there."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as SVG text; `part` is the heading of the page under which it stands, `title` says what it shows."""

    part: str
    title: str
    svg: str


def plots(report: Report) -> list[Picture]:
    """Return the pictures of `report`.

    Raises:
        NoPlots: matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
    except ImportError:
        raise NoPlots("pictures need matplotlib: pip install 'reviewer[plots]'") from None
    with mpl.rc_context(
        {
            "svg.fonttype": "none",  # text stays text
            "svg.hashsalt": "reviewer",  # the same picture is the same bytes
            "text.parse_math": False,  # a dollar sign in a name is one
            "font.size": 9,
        }
    ):
        return [Picture(part, title, _svg(figure, title)) for part, title, figure in _figures(report)]


def _figures(report: Report) -> Iterator[tuple[str, str, Figure]]:
    for evaluation in report.evaluations:
        rows = [row for row in report.rates if row.evaluation == evaluation]
        for rate in dict.fromkeys(row.rate for row in rows):
            own = [row for row in rows if row.rate == rate and row.raw.value is not None]
            if own:
                part = f"Evaluation: {evaluation}"
                yield part, f"{rate}, by gold and as graders say", _rates(own[:MOST_ROWS])
    ranked = [row for row in report.rates if row.worse is not Worse.NEITHER]
    graded = [row for row in ranked if row.grader is not None and row.corrected.value is not None]
    if graded:
        yield "Graders against gold", "Each rate as the grader says it, and corrected", _against(graded)
    for one in report.confusions:
        yield "Graders against gold", f"{one.question}: gold and {one.grader}", _confusion(one)
    if any(row.value.value is not None for row in report.agreement):
        yield "Agreement", "Agreement, by coefficient", _agreement(report)


def _figure(rows: int) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, 0.9 + 0.32 * rows), layout="constrained")
    return figure, figure.add_subplot()


def _points(figure: Figure, axes: Axes, lines: Sequence[str], series: Mapping[str, Mapping[int, Estimate]]) -> None:
    """Draw estimates with their intervals, a line of the picture each, one mark a series."""
    width = 0.7 / max(len(series), 1)
    for number, (name, points) in enumerate(series.items()):
        mark, colour = MARKS[number % len(MARKS)]
        shift = (number - (len(series) - 1) / 2) * width
        first = True
        for place, estimate in points.items():
            if estimate.value is None:
                continue
            y = place + shift
            if estimate.low is not None and estimate.high is not None:
                axes.plot([estimate.low, estimate.high], [y, y], color=colour, linewidth=1.4)
            axes.plot(
                [estimate.value],
                [y],
                marker=mark,
                color=colour,
                linestyle="none",
                markersize=5,
                label=_text(name) if first else None,
            )
            first = False
    axes.set_yticks(range(len(lines)), [_text(line) for line in lines])
    axes.invert_yaxis()
    axes.set_xlim(-0.02, 1.02)
    axes.grid(visible=True, axis="x", linewidth=0.4, color="0.8")
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if series:
        longest = max(len(_text(name)) for name in series)
        columns = max(1, min(3, LEGEND // (longest + MARK)))
        figure.legend(loc="outside upper center", ncols=columns, frameon=False)


def _rates(rows: Sequence[RateRow]) -> Figure:
    lines = list(dict.fromkeys(row.configuration for row in rows))
    series: dict[str, dict[int, Estimate]] = {}
    for row in rows:
        place = lines.index(row.configuration)
        if row.grader is None:
            series.setdefault("gold", {})[place] = row.gold
        else:
            series.setdefault(f"{row.grader}, raw", {})[place] = row.raw
            if row.corrected.value is not None:
                series.setdefault(f"{row.grader}, corrected", {})[place] = row.corrected
    figure, axes = _figure(len(lines) * max(1, (len(series) + 1) // 2))
    _points(figure, axes, lines, series)
    return figure


def _against(rows: Sequence[RateRow]) -> Figure:
    """Draw raw rates over corrected ones: what lies off the diagonal is the grader's error."""
    figure, axes = _figure(14)
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=0.8)
    for number, grader in enumerate(dict.fromkeys(str(row.grader) for row in rows)):
        mark, colour = MARKS[number % len(MARKS)]
        own = [row for row in rows if row.grader == grader]
        xs = [row.corrected.value for row in own if row.corrected.value is not None and row.raw.value is not None]
        ys = [row.raw.value for row in own if row.corrected.value is not None and row.raw.value is not None]
        axes.plot(xs, ys, marker=mark, color=colour, linestyle="none", label=_text(grader))
        for row in own:
            if row.corrected.value is not None and row.raw.value is not None:
                place = (row.corrected.value, row.raw.value)
                axes.annotate(_text(row.configuration), place, fontsize=6, xytext=(4, 3), textcoords="offset points")
    axes.set_xlabel("corrected by gold")
    axes.set_ylabel("as the grader says")
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_aspect("equal")
    axes.legend(loc="upper left", frameon=False)
    return figure


def _confusion(one: ConfusionTable) -> Figure:
    cells = one.found.estimate
    golds = list(cells)
    verdicts = list(next(iter(cells.values())))
    table = [[cells[gold][verdict] for verdict in verdicts] for gold in golds]
    figure, axes = _figure(len(golds) + 2)
    shares = [[count / max(sum(line), 1) for count in line] for line in table]
    # Cells as shapes, since a bitmap would be a picture inside the picture, which the page does not load.
    axes.pcolormesh(shares, cmap="Blues", vmin=0.0, vmax=1.0, edgecolors="white", linewidth=1.0)
    axes.invert_yaxis()
    for row, line in enumerate(table):
        for column, count in enumerate(line):
            colour = "white" if shares[row][column] > 0.5 else "black"
            axes.text(column + 0.5, row + 0.5, f"{count:,.0f}", ha="center", va="center", color=colour)
    middles = [place + 0.5 for place in range(max(len(verdicts), len(golds)))]
    axes.set_xticks(middles[: len(verdicts)], [_text(verdict) for verdict in verdicts], rotation=20, ha="right")
    axes.set_yticks(middles[: len(golds)], [_text(gold) for gold in golds])
    axes.set_xlabel("what the grader said")
    axes.set_ylabel("gold")
    return figure


def _agreement(report: Report) -> Figure:
    rows = report.agreement
    lines = list(dict.fromkeys(f"{row.question}: {row.between}" for row in rows))
    series: dict[str, dict[int, Estimate]] = {}
    for row in rows:
        series.setdefault(row.coefficient.name.replace("_", " "), {})[lines.index(f"{row.question}: {row.between}")] = (
            row.value
        )
    figure, axes = _figure(2 * len(lines))
    _points(figure, axes, lines, series)
    low = min((row.value.low for row in rows if row.value.low is not None), default=0.0)
    axes.set_xlim(min(-0.02, low), 1.02)
    return figure


def _text(text: str) -> str:
    """Return foreign text as it may stand in a picture."""
    return visible(text, one_line=True)


def _svg(figure: Figure, title: str) -> str:
    out = io.StringIO()
    with warnings.catch_warnings():
        # Of signs that matplotlib's own font lacks; text stays text, and is shown in the fonts of the reader.
        warnings.simplefilter("ignore", UserWarning)
        figure.savefig(out, format="svg", metadata={"Date": None, "Title": _text(title), "Creator": "reviewer"})
    text = out.getvalue()
    return text[text.index("<svg") :]
