"""`reviewer export`: gold and labels in the formats of other programs."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from reviewer.cli.gold import unblind
from reviewer.cli.options import database_option, reading
from reviewer.cli.terminal import complain, counted
from reviewer.errors import ReviewerError
from reviewer.formats.export.record import GoldRecord
from reviewer.formats.export.redaction import Fingerprint, marked, masked
from reviewer.study_design.decision_policy import DecisionMethod

if TYPE_CHECKING:
    from reviewer.store.engine import Engine
    from reviewer.store.studies import Study

Lines = Callable[[Iterable[GoldRecord]], Iterator[str]]

# Format -> what writes it: only the one that is asked for is loaded.
FORMATS = {
    "jsonl": "export.jsonl:gold_lines",
    "labels-jsonl": "export.jsonl:label_lines",
    "csv": "export.csv:gold_csv",
    "labels-csv": "export.csv:labels_csv",
    "inspect": "export.inspect:inspect_lines",
    "promptfoo": "export.promptfoo:promptfoo_lines",
    "messages": "export.messages:messages_lines",
    "evals": "export.evals:evals_lines",
    "evals-choice": "export.evals:evals_choice_lines",
}
BINARY = {"parquet": "export.parquet:write_gold", "labels-parquet": "export_parquet:write_labels"}
CARDS = ("card", "card-json")
TEXT = ("csv", "labels-csv", "card")  # what is not escaped, and could steer a terminal
DECIDED_ONLY = ("inspect", "promptfoo", "evals", "evals-choice")


class _Told:
    """Passes records on, marked and where asked masked, and keeps count of what went by."""

    def __init__(self, records: Iterable[GoldRecord], *, redact: bool) -> None:
        self.units = 0
        self.rubric = "RUBRIC"
        self.undecided = 0
        self.unlabelled = 0  # decided to have no label
        self.marks = 0
        self.before = Fingerprint()
        self.after = Fingerprint()
        self._records = records
        self._redact = redact

    def __iter__(self) -> Iterator[GoldRecord]:
        for plain in self._records:
            record = marked(plain)
            self.units += 1
            self.rubric = record.rubric.id
            self.undecided += record.how == DecisionMethod.UNDECIDED
            self.unlabelled += record.value is None and record.how != DecisionMethod.UNDECIDED
            self.marks += len(record.marks)
            if self._redact:
                self.before.add(plain)
                record = masked(record)
                self.after.add(record)
            yield record


@click.command("export")
@click.argument("study")
@click.option(
    "--format", "format_name", required=True, type=click.Choice([*FORMATS, *BINARY, *CARDS]), help="What to write."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="PATH", help="A file instead of stdout.")
@click.option("--redact", is_flag=True, help="Mask what gives a prompt's secret away; labels stay as they are.")
@database_option
@click.pass_context
def export_command(ctx: click.Context, study: str, format_name: str, output: Path | None, *, redact: bool) -> None:
    """Write the gold of STUDY, or its labels, for other programs.

    For leads: it names configurations. While the study is open this is recorded, as `study show --unblind` is. Raters
    go under pseudonyms. `jsonl` holds everything; `import --format reviewer` reads it. `card` says how far the labels
    can be trusted.
    """
    from reviewer.adjudication.gold import records

    if output is None and format_name in (*TEXT, *BINARY) and sys.stdout.isatty():
        raise ReviewerError(f"--format {format_name} is not for a terminal; expected -o PATH, or a pipe")
    if format_name in BINARY:
        from reviewer.formats.export.parquet import require

        require()
    loaded = unblind(ctx, study)
    with reading(ctx) as engine, _written(output) as file:
        write = _writer(engine, loaded, format_name)
        told = _Told(records(engine, loaded), redact=redact)
        gc.disable()  # rows make no cycles, and the search for them costs an eighth of the time
        try:
            write(told, file)
        finally:
            gc.enable()
    _report(told, study, format_name, output)
    if redact:
        _prove(told)


def _writer(engine: Engine, study: Study, format_name: str) -> Callable[[Iterable[GoldRecord], TextIO], None]:
    if format_name in BINARY:
        write = _load(BINARY[format_name])
        return lambda records, file: write(records, file.buffer)
    lines: Lines = _card(engine, study, format_name) if format_name in CARDS else _load(FORMATS[format_name])
    return lambda records, file: file.writelines(lines(records))


def _load(place: str) -> Callable[..., Any]:
    module, _, name = place.partition(":")
    found: Callable[..., Any] = getattr(import_module(f"reviewer.formats.{module}"), name)
    return found


def _card(engine: Engine, study: Study, format_name: str) -> Lines:
    """Return what writes the card, with how far the raters agree measured beforehand."""
    from reviewer.adjudication.gold import about
    from reviewer.formats.export.reliability_card import card, markdown
    from reviewer.report.reliability_card import agreement_of

    agreement = agreement_of(engine, study)

    def lines(records: Iterable[GoldRecord]) -> Iterator[str]:
        made = card(about(engine, study), records, agreement)
        yield markdown(made) if format_name == "card" else json.dumps(made, allow_nan=False, indent=2) + "\n"

    return lines


@contextmanager
def _written(output: Path | None) -> Iterator[TextIO]:
    """Open what is written to. A file takes its place only when it is whole."""
    if output is None:
        yield sys.stdout
        return
    part = output.with_name(output.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(output)
    except OSError as error:
        raise ReviewerError(f"{output}: cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)


def _report(told: _Told, study: str, format_name: str, output: Path | None) -> None:
    unlabelled = f", {told.unlabelled:,} decided to have no label" if told.unlabelled else ""
    left_out = ", left out" if format_name in DECIDED_ONLY and told.undecided + told.unlabelled else ""
    complain(f"{counted(told.units, 'unit')} of study {study}, {told.undecided:,} undecided{unlabelled}{left_out}")
    if output is not None and format_name == "jsonl":
        complain(f"Next: reviewer import {output} --format reviewer --study {study} --rubric {told.rubric}")


def _prove(told: _Told) -> None:
    if str(told.before) != str(told.after):
        raise ReviewerError("masking changed a label: this is a fault of the program, and the export is not to be used")
    complain(f"{counted(told.marks, 'span')} masked; labels and decisions with and without: sha256 {told.after}")
