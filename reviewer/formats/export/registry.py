"""The formats that a study can be exported in: the one list of them, in the order of the help."""

from __future__ import annotations

from reviewer.formats.export.csv import CSV, LABELS_CSV
from reviewer.formats.export.evals import EVALS, EVALS_CHOICE
from reviewer.formats.export.export_format import ExportFormat
from reviewer.formats.export.inspect import INSPECT
from reviewer.formats.export.jsonl import JSONL, LABELS_JSONL
from reviewer.formats.export.messages import MESSAGES
from reviewer.formats.export.parquet import LABELS_PARQUET, PARQUET
from reviewer.formats.export.promptfoo import PROMPTFOO
from reviewer.formats.export.reliability_card_text import CARD, CARD_JSON

EXPORT_FORMATS: tuple[ExportFormat, ...] = (
    JSONL,
    LABELS_JSONL,
    CSV,
    LABELS_CSV,
    PARQUET,
    LABELS_PARQUET,
    MESSAGES,
    INSPECT,
    PROMPTFOO,
    EVALS,
    EVALS_CHOICE,
    CARD,
    CARD_JSON,
)


def format_named(name: str) -> ExportFormat:
    """Return the format called `name`, which is the name of one."""
    return next(one for one in EXPORT_FORMATS if one.name == name)
