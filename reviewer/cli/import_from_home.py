"""Import from the home screen: what the file would bring, and then bringing it. Prints nothing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from reviewer.cli.import_table import TableSource
from reviewer.cli.options import now
from reviewer.definitions.lookup import find
from reviewer.errors import NotFound
from reviewer.formats.mapping.profile import Profile, read_profile
from reviewer.formats.mapping.row import Row
from reviewer.formats.tables.table_file import format_of
from reviewer.importing.check import check
from reviewer.importing.labels import ImportTally, ImportTarget
from reviewer.importing.responses import store
from reviewer.store import search
from reviewer.store.sqlite import open_for_writing

SHOWN_ROWS = 3
SNIPPET = 300


@dataclass(frozen=True, slots=True)
class HomeImport:
    """Brings the responses of a table into the database at `path`; labels need a study and come by the command line."""

    path: str

    def preview(self, file: str, profile: str, model: str) -> str:
        """Read the whole table, and return what its first rows are and how many there are.

        Raises:
            ReviewerError: the file, the profile or a row is wrong; nothing is stored in any case.
        """
        source, target = _plan(file, profile, model)
        with source.read("") as rows:
            first = list(islice((row for row in rows if isinstance(row, Row)), SHOWN_ROWS))
        with source.read("") as rows:
            checked = check(None, rows, target, skip_bad=False)
            unused = rows.unused
        parts = [f"{checked.rows:,} rows, all good", *(_shown(row) for row in first)]
        if unused:
            parts.append(f"columns not used: {', '.join(unused)}")
        return "\n\n".join(parts)

    def run(self, file: str, profile: str, model: str) -> str:
        """Import the table and return what that added.

        Raises:
            ReviewerError: see `preview`; or the database cannot be written.
        """
        source, target = _plan(file, profile, model)
        engine = open_for_writing(self.path)
        try:
            with source.read("") as rows:
                check(engine, rows, target, skip_bad=False)
            tally = ImportTally()
            with source.read("") as rows:
                for tally in store(engine, rows, target, None, now):  # noqa: B007
                    pass
            for _ in search.index_responses(engine):
                pass
        finally:
            engine.close()
        return f"{tally.responses:,} new responses, {tally.known_responses:,} known; {tally.prompts:,} new prompts"


def _plan(file: str, profile: str, model: str) -> tuple[TableSource, ImportTarget]:
    path = Path(file).expanduser()
    if not path.is_file():
        raise NotFound(f"{file}: there is no such file")
    reader = read_profile(find("profiles", profile)) if profile else Profile()
    reader = reader.with_flags(sets=[f"model={model}"] if model else [])
    suite = path.name.removesuffix(".gz").rsplit(".", 1)[0]
    source = TableSource(path, format_of(path), reader, None)
    return source, ImportTarget(path.name, suite, None, None, gold=False, long=False)


def _shown(row: Row) -> str:
    prompt = row.messages[-1].content[:SNIPPET]
    response = "(no response: a prompt alone)" if row.text is None else row.text[:SNIPPET] or "(empty)"
    return f"line {row.line:,}, {row.model or 'no model'}\nprompt:   {prompt}\nresponse: {response}"
