"""`reviewer export`: gold and labels in the formats of other programs."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reviewer.cli.gold import unblind
from reviewer.cli.options import actor, database_option, next_command, now, reading, study_argument, writing
from reviewer.cli.output_file import is_replaced, output_file
from reviewer.cli.terminal import complain, counted, printing
from reviewer.errors import ReviewerError, StoreError
from reviewer.formats.export.export_format import ExportFormat, ExportInput
from reviewer.formats.export.record import GoldRecord
from reviewer.formats.export.redaction import Fingerprint, marked, masked
from reviewer.formats.export.registry import EXPORT_FORMATS, format_named
from reviewer.store.omissions import omission_sentence, omissions
from reviewer.studies.lead_acts import record_export
from reviewer.study_design.decision_policy import DecisionMethod

if TYPE_CHECKING:
    from reviewer.store.engine import Engine
    from reviewer.store.studies import Study


class _CountedRecords:
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


# A paragraph that begins with \b keeps its lines.
FORMATS = "\b\nFormats:\n" + "\n".join(f"  {one.name:<15} {one.description}" for one in EXPORT_FORMATS)


@click.command("export", epilog=FORMATS)
@study_argument
@click.option(
    "--format",
    "format_name",
    required=True,
    metavar="FORMAT",
    type=click.Choice([one.name for one in EXPORT_FORMATS]),
    help="What to write; see below.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to this file, instead of stdout."
)
@click.option("--redact", is_flag=True, help="Mask what gives a prompt's secret away; labels stay as they are.")
@click.option("--raw", is_flag=True, help="Keep control characters in CSV and Markdown, which show signs for them.")
@database_option
@click.pass_context
def export_command(
    ctx: click.Context, study: str, format_name: str, output: Path | None, *, redact: bool, raw: bool
) -> None:
    """Write the gold of STUDY, or its labels, for other programs.

    For leads: it names configurations. While the study is open this is recorded, as `study show --unblind` is. Raters
    go under pseudonyms.
    """
    from reviewer.adjudication.gold import records

    format = format_named(format_name)
    if format.extra is not None:
        format.extra.require()
    loaded = unblind(ctx, study, "export")
    _keep_record(ctx, loaded, format, output, redacted=redact)
    replaced = output is not None and is_replaced(output)
    with reading(ctx) as engine, printing() if output is None else output_file(output) as file:
        if not format.printable and file.isatty():
            raise ReviewerError(f"--format {format.name} is not for a terminal; expected -o PATH, or a pipe")
        counted_records = _CountedRecords(records(engine, loaded), redact=redact)
        gc.disable()  # rows make no cycles, and the search for them costs an eighth of the time
        try:
            format.write(_input(engine, loaded, counted_records, raw=raw), file)
        finally:
            gc.enable()
        sentence = omission_sentence(omissions(engine, study))
    if sentence:
        complain(sentence)
    if replaced:
        complain(f"{output}: the file that was there is replaced")
    _report(counted_records, study, format, output)
    if redact:
        _prove(counted_records)


def _keep_record(
    ctx: click.Context, study: Study, format: ExportFormat, output: Path | None, *, redacted: bool
) -> None:
    details = {"format": format.name, "file": output and output.name, "redacted": redacted}
    try:
        with writing(ctx) as engine:
            record_export(engine, study, actor(ctx), now(), details)
    except StoreError as error:
        # An archive that nobody may write can still be read; an open study is not exported without a record.
        if study.open:
            raise
        complain(f"this export is not recorded: {error}")


def _input(engine: Engine, study: Study, found: _CountedRecords, *, raw: bool) -> ExportInput:
    from reviewer.adjudication.gold import about
    from reviewer.report.reliability_card import agreement_of

    return ExportInput(found, lambda: about(engine, study), lambda: agreement_of(engine, study), raw)


def _report(found: _CountedRecords, study: str, format: ExportFormat, output: Path | None) -> None:
    unlabelled = f", {found.unlabelled:,} decided to have no label" if found.unlabelled else ""
    left_out = ", left out" if format.decided_only and found.undecided + found.unlabelled else ""
    complain(f"{counted(found.units, 'unit')} of study {study}, {found.undecided:,} undecided{unlabelled}{left_out}")
    if output is not None and format.read_back is not None:
        back = ("--format", format.read_back.name, "--study", study, "--rubric", found.rubric)
        complain(f"Next: {next_command('import', str(output), *back)}")


def _prove(found: _CountedRecords) -> None:
    if str(found.before) != str(found.after):
        raise ReviewerError("masking changed a label: this is a fault of the program, and the export is not to be used")
    complain(f"{counted(found.marks, 'span')} masked; labels and decisions with and without: sha256 {found.after}")
