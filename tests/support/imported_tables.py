"""Tables of responses that are brought in, and how much there is of each kind of row then."""

from __future__ import annotations

from reviewer.formats.mapping.row import Row
from reviewer.model import RaterKind
from reviewer.store.engine import Engine
from tests.support.databases import count
from tests.support.stories import Table

MODEL = RaterKind.MODEL


def plain(*given: Row, file: str = "t.csv") -> Table:
    """Return a table of responses alone."""
    return Table(given, by=None, study=None, file=file)


def totals(engine: Engine) -> dict[str, int]:
    tables = ("prompt", "response", "configuration", "suite", "suite_prompt", "label", "adjudication", "study", "item")
    return {table: count(engine, table) for table in tables}
