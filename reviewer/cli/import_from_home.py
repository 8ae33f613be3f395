"""Import from the home screen: what the file would bring, and then bringing it. Prints nothing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from reviewer.cli.import_source import TableSource, source_name, suite_name
from reviewer.cli.options import now
from reviewer.definitions.lookup import find
from reviewer.definitions.regular_file import require_regular
from reviewer.formats.mapping.fields import listed
from reviewer.formats.mapping.profile import Profile, read_profile
from reviewer.formats.mapping.row import Row
from reviewer.formats.tables.table_file import format_of
from reviewer.importing.import_record import record_import
from reviewer.importing.labels import ImportTally, ImportTarget
from reviewer.model import Actor
from reviewer.store import search
from reviewer.store.sqlite import open_for_writing

SHOWN_ROWS = 3
SNIPPET = 300
NO_BAR = ""  # the screen shows that something is under way


@dataclass(frozen=True, slots=True)
class HomeImport:
    """Brings the responses of a table into the database at `path`, as `actor`.

    Labels need a study and come by the command line.
    """

    path: str
    actor: Actor

    def preview(self, file: str, profile: str, model: str) -> str:
        """Read the whole table, and return what its first rows are and how many there are.

        Raises:
            ReviewerError: the file, the profile or a row is wrong; nothing is stored in any case.
        """
        source = self._source(file, profile, model)
        with source.read(NO_BAR) as rows:
            first = list(islice((row for row in rows if isinstance(row, Row)), SHOWN_ROWS))
        checked = source.check(None, skip_bad=False, what=NO_BAR)
        parts = [f"{checked.rows:,} rows, all good", *(_shown(row) for row in first)]
        if checked.unused:
            parts.append(f"columns not used: {listed(checked.unused)}")
        parts += checked.doubtful[:SHOWN_ROWS]
        return "\n\n".join(parts)

    def run(self, file: str, profile: str, model: str) -> str:
        """Import the table and return what that added.

        Raises:
            ReviewerError: see `preview`; or the database cannot be written.
        """
        source = self._source(file, profile, model)
        engine = open_for_writing(self.path)
        try:
            source.check(engine, skip_bad=False, what=NO_BAR)
            record_import(engine, source.target, source.path, self.actor, now())
            tally = ImportTally()
            for tally in source.store(engine, None, what=NO_BAR):  # noqa: B007
                pass
            for _ in search.index_responses(engine):
                pass
        finally:
            engine.close()
        return f"{tally.responses:,} new responses, {tally.known_responses:,} known; {tally.prompts:,} new prompts"

    def _source(self, file: str, profile: str, model: str) -> TableSource:
        path = Path(file).expanduser()
        require_regular(path)
        reader = read_profile(find("profiles", profile)) if profile else Profile()
        reader = reader.with_flags(sets=[f"model={model}"] if model else [])
        target = ImportTarget(
            source_name(path, self.path), suite_name(path), None, None, gold=False, long=False, file=file
        )
        return TableSource(path, format_of(path), reader, target)


def _shown(row: Row) -> str:
    prompt = row.messages[-1].content[:SNIPPET]
    response = "(no response: a prompt alone)" if row.text is None else row.text[:SNIPPET] or "(empty)"
    return f"line {row.line:,}, {row.model or 'no model'}\nprompt:   {prompt}\nresponse: {response}"
