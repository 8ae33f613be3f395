"""`reviewer report`: rates per configuration and evaluation, raw and corrected, and what bears on them."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reviewer.cli.completed_names import graded_by
from reviewer.cli.gold import unblind
from reviewer.cli.options import completed, database_option, json_option, next_command, now, reading, study_argument
from reviewer.cli.output_file import is_replaced, output_file
from reviewer.cli.terminal import complain, counted, say, say_json, say_sentence, table
from reviewer.cli.text_wrapping import GAP, filled, without_constants
from reviewer.errors import ReviewerError
from reviewer.formats.export.reliability_card_text import CARD
from reviewer.statistics.estimate_text import drawn, interval
from reviewer.store.omissions import omission_values, omissions

if TYPE_CHECKING:
    from reviewer.report.result import Report
    from reviewer.report.tables import Cell, ReportTable
    from reviewer.statistics.estimate import Estimate


INDENT = "  "
OPEN_GOLD = "no gold yet"  # in the reason why a rate is not corrected
MOST_ESTIMATES = 2  # in a row that is also drawn


@click.command("report")
@study_argument
@click.option(
    "--grader",
    "graders",
    multiple=True,
    metavar="NAME",
    help="Only this grader, else all. May be repeated.",
    shell_complete=completed(graded_by),
)
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write one page that needs nothing else.")
@click.option(
    "--csv",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write each table as a CSV file.",
)
@json_option
@database_option
@click.pass_context
def report_command(
    ctx: click.Context, study: str, graders: tuple[str, ...], html: Path | None, folder: Path | None, *, as_json: bool
) -> None:
    """Report the rates of STUDY by configuration and evaluation, raw and corrected, with intervals.

    For leads: it names configurations. While the study is open this is recorded, as `study show --unblind` is.
    """
    # Several threads that multiply small matrices wait for each other more than they compute. Read as numpy is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from reviewer.report.build import report
    from reviewer.report.tables import tables

    loaded = unblind(ctx, study, "report")
    with reading(ctx) as engine:
        made = report(engine, loaded, graders, now())
        left_out = omission_values(omissions(engine, study))
    shown = tables(made)
    if html is not None:
        _write_page(made, shown, html)
    if folder is not None:
        _write_tables(shown, folder)
    if as_json:
        say_json(_document(made, shown) | {"left_out": left_out})
    elif html is None and folder is None:
        _tell(made, shown)
    if not as_json:
        say(_next(made, html))


def _write_page(made: Report, shown: list[ReportTable], path: Path) -> None:
    from reviewer.report.page import page
    from reviewer.report.plots import NoPlots, plots

    try:
        pictures = plots(made)
    except NoPlots as error:
        pictures = []
        complain(f"without pictures: {error}")
    _write(path, page(made, shown, pictures))
    complain(f"{path}: written, {counted(len(shown), 'table')}, {counted(len(pictures), 'picture')}")


def _write_tables(shown: list[ReportTable], folder: Path) -> None:
    from reviewer.report.tables import csv_text, file_name

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReviewerError(f"{folder}: cannot be made: {error.strerror}") from None
    for one in shown:
        _write(folder / file_name(one), csv_text(one))
    complain(f"{folder}: {counted(len(shown), 'table')} written")


def _write(path: Path, text: str) -> None:
    if is_replaced(path):
        complain(f"{path}: the file that was there is replaced")
    with output_file(path) as file:
        file.write(text)


def _document(made: Report, shown: list[ReportTable]) -> dict[str, object]:
    from reviewer.report.tables import plain

    return {
        "study": made.study,
        "rubric": made.rubric,
        "rubric_hash": made.rubric_hash,
        "software": made.software,
        "made_at": made.made_at,
        "population": made.population.value,
        "graders": [{"grader": one.name, "kind": one.kind, "lab": one.lab} for one in made.graders],
        "evaluations": [
            {
                "evaluation": evaluation,
                "rates": [
                    {
                        "rate": row.rate,
                        "worse": row.worse.value,
                        "configuration": row.configuration,
                        "lab": row.lab,
                        "grader": row.grader,
                        "n": row.n,
                        "gold_n": row.gold_n,
                        "gold_prompts": row.gold_prompts,
                        "raw": row.raw.plain(),
                        "gold": row.gold.plain(),
                        "corrected": row.corrected.plain(),
                        "bounds": None if row.bounds is None else asdict(row.bounds),
                    }
                    for row in made.rates
                    if row.evaluation == evaluation
                ],
            }
            for evaluation in made.evaluations
        ],
        "tables": [plain(one) for one in shown],
        "card": made.card,
        "caveats": list(made.caveats),
    }


def _tell(made: Report, shown: list[ReportTable]) -> None:
    from reviewer.report.tables import parts

    # Whoever reads from a pipe or a file has no edge to fit into.
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    kind = "open" if made.open else "closed"
    say_sentence(f"Study {made.study} ({kind}), rubric {made.rubric}: {made.rubric_title}")
    say()
    for caveat in made.caveats:
        say(filled(caveat, room, "! "))
    for part, under in parts(shown).items():
        say(f"\n{part}")
        for one in under:
            say(f"\n{one.title}")
            _tell_table(one, room)
            say_sentence(INDENT + one.note)
    say()


def _tell_table(one: ReportTable, room: int | None) -> None:
    """Print a table: drawn where there is room, else what is the same in every row said once, and without drawing."""
    columns = list(one.columns)
    rows = [[*map(_cell, row)] for row in one.rows]
    numbers = {name for name, cell in zip(columns, one.rows[0], strict=True) if isinstance(cell, int | float)}
    texts = {name for name, cell in zip(columns, one.rows[0], strict=True) if isinstance(cell, str)}
    drawings = [_drawing(row) if one.shares else "" for row in one.rows]
    whole = [[*columns, ""], *([*row, drawing] for row, drawing in zip(rows, drawings, strict=True))]
    if room is None or len(INDENT) + sum(max(map(len, cells)) + GAP for cells in zip(*whole, strict=True)) <= room:
        _print(whole, numbers, None)
        return
    same, columns, rows = without_constants(columns, rows)
    if same:
        say_sentence(INDENT + "everywhere: " + ", ".join(same))
    keys = next((place for place, name in enumerate(columns) if name not in texts), len(columns))
    _print([columns, *rows], numbers, keys)


def _print(rows: list[list[str]], numbers: set[str], keys: int | None) -> None:
    right = frozenset(place for place, name in enumerate(rows[0]) if name in numbers)
    table([[INDENT + row[0], *row[1:]] for row in rows], right=right, keys=keys)


def _cell(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return cell
        case int():
            return f"{cell:,}"
        case float():
            return f"{cell:.3f}"
        case _:
            return interval(cell)


def _drawing(row: tuple[Cell, ...]) -> str:
    """Return the last estimate of a row on a line from 0 to 1, where all of it lies there."""
    estimates: list[Estimate] = [cell for cell in row if not isinstance(cell, str | int | float | None)]
    if not 0 < len(estimates) <= MOST_ESTIMATES:
        return ""
    low, value, high = estimates[-1].low, estimates[-1].value, estimates[-1].high
    if value is None or low is None or high is None or low < 0.0 or high > 1.0:
        return ""
    return drawn(low, value, high)


def _next(made: Report, html: Path | None) -> str:
    if not made.graders:
        return f"Next: {next_command('grade', made.study, *_fitting(made.rubric))}"
    if any(OPEN_GOLD in (row.corrected.undefined or "") for row in made.rates):
        return f"Next, so that rates can be corrected: {next_command('adjudicate', made.study)}"
    if html is None:
        return f"Next: {next_command('report', made.study, '--html', f'{made.study}.html')}"
    card = f"{made.study}-{CARD.name}{CARD.suffix}"
    return f"Next: {next_command('export', made.study, '--format', CARD.name, '-o', card)}"


def _fitting(rubric: str) -> list[str]:
    """Return the options that run a grader of this rubric, one that needs no model where there is one."""
    from reviewer.definitions.lookup import folders, known
    from reviewer.grading.definition import read_grader

    fitting = []
    for path in known(folders("graders")).values():
        # A grader of the user's that is wrong is reported when it is to be run.
        with suppress(ReviewerError):
            grader = read_grader(path, folders("rubrics"))
            if grader.rubric == rubric:
                fitting.append((grader.kind.traits.asks_model, grader.id))
    asks_model, name = min(fitting) if fitting else (True, "G")
    return ["--grader", name, *(["--model", "CONFIG"] if asks_model else [])]
