"""What an import would tell of rows beside what is stored, found without storing anything."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from reviewer.errors import BadInput
from reviewer.formats.mapping.row import Row
from reviewer.importing.changed_responses import ChangedResponses, known_rows
from reviewer.importing.labels import ImportTarget
from reviewer.importing.line_ends import told_line_ends
from reviewer.importing.repeats import ToldApart
from reviewer.importing.responses import PART, unnumbered
from reviewer.importing.sample_numbers import SampleNumbers
from reviewer.model import prompt_of
from reviewer.store import responses
from reviewer.store.engine import Engine

UNKNOWN = -1  # the number of a configuration that is not stored


def foretold(engine: Engine, rows: Iterable[Row | BadInput], target: ImportTarget) -> list[str]:
    """Return what an import of the rows would tell of texts that differ from those stored. Bad rows are passed over."""
    told_apart = ToldApart(rows, target.repeats, target.place, long=target.long)
    good = (row for row in told_apart if not isinstance(row, BadInput))
    configurations = responses.configuration_numbers(engine)
    samples, changed = SampleNumbers(), ChangedResponses(target.place)
    last = responses.last_response(engine)
    told: list[str] = []
    while part := list(islice(good, PART)):
        asked = [(row, prompt_of(row.messages)) for row in part]
        known = responses.numbers_of(engine, "prompt", list({prompt.id for _, prompt in asked}))
        new = ((row.line, prompt) for row, prompt in asked if prompt.id not in known)
        told += told_line_ends(engine, target.place, new)
        answered = [(row, prompt) for row, prompt in asked if row.text is not None]
        found = samples.number(
            unnumbered(answered, long=target.long), lambda ids: responses.numbers_of(engine, "response", ids), last
        )
        last = max([last, *(one.number for one in found)])
        changed.see(
            engine, known_rows(answered, found, known, lambda row: configurations.get(row.model or "", UNKNOWN))
        )
    return [*told, *changed.messages(samples.has_met)]
