"""The file formats that can be imported: the one list of them."""

from __future__ import annotations

from reviewer.formats.tables.csv_table import CSV, TSV
from reviewer.formats.tables.json_table import GOLD, JSON, JSON_LINES
from reviewer.formats.tables.table_format import TableFormat

TABLE_FORMATS: tuple[TableFormat, ...] = (CSV, TSV, JSON, JSON_LINES, GOLD)
NAMES = ", ".join(one.name for one in TABLE_FORMATS)  # for errors and help
