"""Databases as disks, other programs and enemies leave them, and what the program does with one.

Each is a copy of a small real database, changed in one of the ways of `database_changes`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from reviewer.adjudication.queue import AdjudicationSession, AdjudicatorChoice
from reviewer.cli.faults import blame_damage
from reviewer.errors import ReviewerError
from reviewer.model import Actor, Draft, Nothing, digest
from reviewer.session.terminal_session import Settings
from reviewer.store import studies
from reviewer.store.chain import CHAINED
from reviewer.store.sqlite import open_for_writing
from tests.support.commands import PREFERENCE, write_rubric
from tests.support.database_changes import CHANGES, NO_LABELS, names
from tests.support.fuzzing import CalledCommand, Tried, Wrong, call, traced
from tests.support.gold_stories import KINDS, write_story
from tests.support.screens import session_on
from tests.support.stories import filled

DATABASE = "reviews.db"
MADE = "made.db"
# Each with the lines that answer and save two of its items.
STUDIES = {"s": "1\n\n\n" * 2, "pairs": "1\n\n" * 2}
EXPORTS = (
    "jsonl", "labels-jsonl", "csv", "labels-csv", "messages", "inspect", "promptfoo", "evals", "card", "card-json",
)  # fmt: skip
READING: tuple[tuple[str, ...], ...] = (
    ("study", "list"), ("study", "list", "--json"), *(("study", "show", name) for name in STUDIES),
    ("study", "show", "s", "--json"), ("study", "show", "s", "--unblind"), *(("labels", name) for name in STUDIES),
    ("labels", "s", "--json"), ("labels", "s", "--rater", "r1"), ("agreement", "s"), ("agreement", "s", "--json"),
    ("agreement", "pairs"), ("agreement", "s", "--by", "model"), ("agreement", "s", "--by", "rater-kind"),
    *(("gold", name) for name in STUDIES), ("gold", "s", "--json"), ("validate", "s", "--grader", "strict"),
    ("validate", "s", "--grader", "strict", "--json"), ("report", "s"), ("report", "s", "--json"),
    ("report", "s", "--html", "page.html"), ("adjudicate", "s", "--report"),
    *(("export", name, "--format", format) for name in STUDIES for format in EXPORTS), ("verify", "--json"),
    ("import", "t.jsonl", "--dry-run"), ("import", "t.jsonl", "--dry-run", "--study", "s", *KINDS),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChainedRows:
    """The rows of all chains as they are on disk; None where SQLite cannot read them all."""

    rows: Counter[tuple[object, ...]] | None

    def labels(self) -> int:
        """How many labels there are."""
        return sum(count for row, count in (self.rows or {}).items() if row[0] == "label")


def chained_rows(path: Path) -> ChainedRows:
    """Read what is chained past the program, in a copy, so that nothing is repaired or folded in here."""
    copy = path.with_name("copy.db")
    for end in ("", "-wal", "-journal", "-shm"):
        Path(f"{copy}{end}").unlink(missing_ok=True)
        if Path(f"{path}{end}").is_file() and end != "-shm":
            shutil.copyfile(f"{path}{end}", f"{copy}{end}")
    if not copy.is_file():
        return ChainedRows(None)
    # To write it SQLite reads more of the tables' text, and that may be all that is damaged; with a journal beside it,
    # which is none of a database with a log, it does not read it at all.
    for how in ("mode=ro", "immutable=1"):
        with suppress(sqlite3.Error, UnicodeDecodeError):  # the latter where it cannot even say what is wrong
            return ChainedRows(_chained(f"{copy.as_uri()}?{how}"))
    return ChainedRows(None)


def _chained(uri: str) -> Counter[tuple[object, ...]]:
    found: Counter[tuple[object, ...]] = Counter()
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        connection.text_factory = bytes
        for table, _, wanted in CHAINED:
            rows = connection.execute(f"select {', '.join(wanted)} from {table}")
            found.update((table, *row) for row in rows)
    return found


class HostileDatabases:
    """Tries changed copies of a database, one after the other, in a folder that holds it and is worked in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / DATABASE
        self._made = chained_rows(folder / MADE)

    def attempt(self, chance: Random) -> Tried:
        """Change one copy, give it to commands that read it and to raters, and return what came of that."""
        self._clear()
        shutil.copyfile(self._folder / MADE, self._path)
        what = chance.choice(CHANGES)(self._path, chance)
        before = chained_rows(self._path)
        tried = Tried()
        done = [call(*words) for words in chance.sample(READING, 3)]
        verified = call("verify")
        done.append(verified)
        saved = 0
        if chance.random() < 0.5:
            study, lines = chance.choice([*STUDIES.items()])
            rated = call("rate", study, "--plain", "--rater", "r1", stdin=lines)
            saved = sum(map(int, re.findall(r"^Saved: item \d+, (\d+) label", rated.out, re.MULTILINE)))
            done.append(rated)
        else:
            self._use_the_application(chance, tried)
        for command in done:
            command.check(tried)
        accepted = all(command.status == 0 for command in done) and not tried.refused
        tried.accepted, tried.refused = int(accepted), int(not accepted)
        if what not in NO_LABELS:
            self._check_labels(before, verified, saved, tried)
        tried.wrong = [(kind, f"{what}: {words}") for kind, words in tried.wrong]
        return tried

    def _clear(self) -> None:
        for path in self._folder.glob(f"{DATABASE}*"):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    def _check_labels(self, before: ChainedRows, verified: CalledCommand, saved: int, tried: Tried) -> None:
        """Note where a label that was there is gone, one called saved is not there, or `verify` saw nothing."""
        after = chained_rows(self._path)
        if before.rows != self._made.rows and verified.status == 0 and self._path.is_file():
            tried.wrong.append((Wrong.LOST, "verify finds nothing, and yet the chained rows are others"))
        if before.rows is None:
            return
        if after.rows is None or before.rows - after.rows:
            tried.wrong.append((Wrong.LOST, "chained rows that were there are gone"))
        elif after.labels() < before.labels() + saved:
            tried.wrong.append((Wrong.LOST, f"{saved} labels were called saved, and are not there"))

    def _use_the_application(self, chance: Random, tried: Tried) -> None:
        """Do what the application does for its screens, from its start to an item saved, with its last handler."""
        study = chance.choice([*STUDIES])
        try:
            try:
                rate_as_screens_do(str(self._path), study)
            except ReviewerError:
                raise
            except Exception as error:
                blame_damage(error, str(self._path))
                tried.wrong.append((Wrong.TRACEBACK, f"application on {study}: {traced(error)}"))
        except ReviewerError:
            tried.refused = 1


def rate_as_screens_do(path: str, study: str) -> None:
    """Open the application's store, look around, rate an item and choose on a dispute."""
    session = session_on(path, "r2", "again")
    try:
        session.settings()
        session.home()
        session.disputes(study)
        session.search("xylophone")
        session.keep_settings(Settings(joint_scrolling=False))
        session.enter(study)
        found = session.next_item()
        if not isinstance(found, Nothing):
            item, draft = found
            draft = filled(session.rating.rubric, item, {"verdict": "yes", "preferred": "tie"}, draft)
            session.rating.save_draft(item, draft)
            session.renew(item)
            session.submit(item, draft)
            session.undo()
        adjudication = session.adjudicate(study)
        case = adjudication.next_case()
        if case is not None:
            adjudication.keep(case, adjudication.draft(case))
    finally:
        session.close()


def make_database(folder: Path) -> None:
    """Make the database, with something in every table."""
    write_rubric(folder)
    write_rubric(folder, PREFERENCE, "better")
    write_story(folder)
    common = ("--db", MADE)
    commands: tuple[tuple[tuple[str, ...], str], ...] = (
        (("import", "t.jsonl", "--study", "s", "--rubric", "plain", *KINDS), ""),
        (("import", "answers.jsonl", "--study", "s", "--rubric", "plain"), ""),  # these wait for people
        (("study", "create", "pairs", "--rubric", "better", "--panes", "2", "--overlap", "2"), ""),
        (("rate", "s", "--plain", "--rater", "r1"), "1\nfine\n\nquit\n"),
        (("rate", "pairs", "--plain", "--rater", "r1"), "1\n\n2\n\nquit\n"),
        (("rate", "pairs", "--plain", "--rater", "r2"), "2\n\n3\n\nquit\n"),
        (("study", "show", "s", "--unblind"), ""),
    )
    rows = [
        {"prompt": f"What is {number}?", "response": f"{number}, says {model}", "model": model}
        for number in range(4)
        for model in ("alpha", "beta")
    ]
    (folder / "answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for words, stdin in commands:
        done = call(*words, *common, stdin=stdin)
        assert done.status == 0, (done.words, done.err)
    work_by_hand(str(folder / MADE))
    with closing(sqlite3.connect(folder / MADE)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        empty = [name for name in names(connection) if not connection.execute(f'select 1 from "{name}"').fetchone()]
    assert empty == [], empty


def work_by_hand(path: str) -> None:
    """Leave a draft, a flag, a terminal, settings, decisions, and what collecting and grading leave."""
    session = session_on(path, "r3")
    session.keep_settings(Settings())
    session.enter("s")
    found = session.next_item()
    assert not isinstance(found, Nothing)
    item, _ = found
    session.rating.save_draft(item, filled(session.rating.rubric, item, {"verdict": "yes"}, Draft()))
    session.rating.flag(item, item.panes[0].response, "odd")
    with closing(open_for_writing(path)) as engine:
        adjudication = AdjudicationSession(
            engine, studies.load(engine, "s"), Actor("lead", "login"), lambda: datetime.now(UTC)
        )
        for decides in (True, False):
            case = adjudication.next_case()
            assert case is not None
            if decides:
                adjudication.decide(case, AdjudicatorChoice("yes"))
            else:
                adjudication.keep(case, AdjudicatorChoice("no"))
        with engine.writing():
            for statement in COLLECTED:
                engine.run(statement)


TIME = "'2026-01-02T03:04:05.000000+00:00'"
GRADER = '{"id":"judge","version":1}'
GRADER_HASH = digest("grader", GRADER)
COLLECTED = (
    f"insert into attempt values (1, 1, 1, 1, 'malformed', 200, 'no', 2, {TIME})",
    f"insert into batch values (1, 'errand', 'b-1', 'submitted', {TIME}, null)",
    f"insert into unblinding values (1, 1, 'lead', {TIME})",
    "insert into batch_request values (1, 'key')",
    f"insert into grader (hash, id, version, body, stored_at) values ('{GRADER_HASH}', 'judge', 1, '{GRADER}', {TIME})",
    "insert into grading (number, grader, rater, response, options, graded_at)"
    f" select 1, '{GRADER_HASH}', 'strict', id, '{{}}', {TIME} from response where number = 1",
)


@contextmanager
def hostile_databases(folder: Path) -> Iterator[HostileDatabases]:
    """Hand out what tries changed databases, in `folder`, which is worked in meanwhile."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        make_database(folder)
        yield HostileDatabases(folder)
    finally:
        os.chdir(before)
