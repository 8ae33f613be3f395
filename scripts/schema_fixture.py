"""Makes the database of one step of the schema for the tests: `tests/data/schema/mNNN.db`.

    python scripts/schema_fixture.py [STEP] [FILE]

STEP is the beginning of a step's name, such as m003; without it, the newest. Everything in the file is simulated, and
says so: no model was asked and nobody rated.

The same short study is played with the program of today. For an earlier step its rows then go into the tables of that
step, without the columns that came later, and are chained anew.

With a new step of the schema, run this without STEP and commit the file that it adds; a test asks for it. Let `play`
leave something in the tables and columns that the step brings. The files of earlier steps stay as they are: they stand
for databases that are out there.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from reviewer.adjudication.queue import AdjudicationSession, AdjudicatorChoice
from reviewer.definitions.rubric import rubric_from_json
from reviewer.model import (
    Actor,
    Configuration,
    Draft,
    LabelState,
    Message,
    Origin,
    Rater,
    RaterKind,
    Response,
    Role,
    Suite,
    SuitePrompt,
    canonical,
    digest,
    prompt_of,
    response_id,
    utc,
)
from reviewer.store import collection_attempts, grading_replies, labels, raters, responses, sqlite
from reviewer.store.chain import CHAINED, GENESIS, row_hash
from reviewer.store.collection_attempts import Attempt
from reviewer.store.engine import Engine
from reviewer.store.grading_replies import GradingAttempt
from reviewer.store.labels import NewLabel
from reviewer.store.schema import STEPS
from reviewer.store.studies import Study, StudyDesign
from reviewer.studies.create import StudyPlan, create_study
from reviewer.studies.item_sheet import Item, questions, with_answer
from reviewer.studies.lead_acts import leave_out, withdraw
from reviewer.studies.rating import RatingSession
from reviewer.studies.unblinding import record_unblinding

FOLDER = Path(__file__).parents[1] / "tests" / "data" / "schema"
NAME = "simulated"
ADJUDICATOR = Actor("adjudicator", "simulated-login")
LEAD = Actor("lead", "simulated-login")
CONFIGURATIONS = ("simulated-model-a", "simulated-model-b")
RUBRIC = rubric_from_json(
    canonical(
        {
            "id": "simulated",
            "version": 1,
            "title": "Simulated",
            "guideline": "Simulated: nobody rated by this.",
            "question": [
                {
                    "id": "verdict",
                    "text": "Is it right?",
                    "per": "response",
                    "scale": "nominal",
                    "option": [{"value": "yes", "key": "1"}, {"value": "no", "key": "2"}],
                }
            ],
        }
    )
)
PAGE = 512  # bytes: the smallest page, since most tables are empty and each takes one


class Clock:
    """A clock that goes on by a second each time that it is read."""

    def __init__(self) -> None:
        self._time = datetime(2026, 1, 5, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        self._time += timedelta(seconds=1)
        return self._time

    def now(self) -> str:
        """Return the time in the form that is stored."""
        return utc(self())


def play(path: Path) -> None:
    """Make a database with a simulated study: evidence, two raters, a grader and an adjudicator."""
    clock = Clock()
    with closing(sqlite.open_for_writing(str(path))) as engine:
        collect(engine, clock)
        study = create_study(
            engine, StudyPlan(NAME, StudyDesign(2, 2, 1, "majority:1"), (NAME,)), RUBRIC, LEAD, clock.now()
        ).study
        rate(engine, study, clock)
        grade(engine, clock)
        adjudicate(engine, study, clock)
        [(last,)] = engine.rows("select id from response order by number desc limit 1")
        withdraw(engine, study, last, "simulated reason", LEAD, clock.now())
        leave_out(engine, study, "rater-2", "simulated reason", LEAD, clock.now())
        record_unblinding(engine, study, LEAD, clock.now(), "gold")
        with engine.writing():
            # Before there were acts, unblinding was kept in a table of its own.
            engine.run(
                "insert into unblinding (study, who, at) values (:study, 'rater-1', :now)",
                {"study": study.number, "now": clock.now()},
            )


def collect(engine: Engine, clock: Clock) -> None:
    """Store three prompts and what two models are to have answered, an attempt that failed, and a batch under way."""
    asked = [prompt_of([Message(Role.USER, f"Simulated prompt {number}.")]) for number in (1, 2, 3)]
    members = tuple(SuitePrompt(f"simulated-{number}", prompt) for number, prompt in enumerate(asked, 1))
    with engine.writing():
        responses.ensure_suite(engine, Suite(NAME, 1, "Simulated", source="simulated", prompts=members), clock.now())
        numbers, _ = responses.ensure_prompts(engine, asked)
        rows: list[tuple[int, int, int, Response]] = []
        for name in CONFIGURATIONS:
            configuration = responses.ensure_configuration(engine, Configuration(name))
            for prompt in asked:
                text = f"Simulated answer of {name}."
                response = Response(response_id(prompt.id, name, text, 1), prompt.id, name, 1, text)
                rows.append((len(rows) + 1, numbers[prompt.id], configuration, response))
        responses.add_responses(engine, rows, clock.now())
        failed = Attempt(numbers[asked[0].id], 1, 2, "status", 500, "simulated failure", 1)
        collection_attempts.add_attempts(engine, [failed], clock.now())
        collection_attempts.begin_batch(engine, f"collect {CONFIGURATIONS[0]}", ["simulated-key"], clock.now())


def rate(engine: Engine, study: Study, clock: Clock) -> None:
    """Let one rater edit an item, take another back and leave it as a draft, the other find fault and flag an item."""
    one = RatingSession(engine, study, "rater-1", clock)
    one.enter("simulated-session", "simulated-host", 1)
    submit(one, "yes", clock)
    taken_back = one.undo()
    assert taken_back is not None
    one.submit(taken_back, answered(taken_back, ("yes", "no"), clock))
    submit(one, "yes", clock)
    submit(one, "yes", clock)
    one.undo()
    other = RatingSession(engine, study, "rater-2", clock)
    other.enter("simulated-session-2", "simulated-host", 2)
    for number in range(3):
        item = submit(other, "no", clock)
        if number == 1:
            other.flag(item, item.panes[0].response, "simulated flag")
    other.leave("simulated-session-2")


def submit(session: RatingSession, value: str, clock: Clock) -> Item:
    """Give every response of the rater's next item the same answer, submit it and return it."""
    item = session.next_item()
    assert isinstance(item, Item), item
    session.submit(item, answered(item, (value, value), clock))
    return item


def answered(item: Item, values: Sequence[str], clock: Clock) -> Draft:
    """Return a draft that answers the question about each response of `item` in turn by `values`."""
    draft = Draft()
    for ask, value in zip(questions(RUBRIC, item, draft), values, strict=True):
        draft = with_answer(draft, ask, value, clock.now())
    return draft


def grade(engine: Engine, clock: Clock) -> None:
    """Store a grader, a verdict that it is to have given and one that it refused, with the replies."""
    body = canonical({"id": "simulated_judge", "note": "simulated: no model was asked"})
    name, grader = f"simulated_judge@{CONFIGURATIONS[0]}", digest(body)
    ids = [identity for (identity,) in engine.rows("select id from response order by number limit 2")]
    given = [
        (LabelState.LABEL, "yes", "simulated reply: yes", 0.75),
        (LabelState.REFUSED, None, "simulated refusal", None),
    ]
    with engine.writing():
        raters.ensure(engine, Rater(name, RaterKind.MODEL), clock.now())
        grading_replies.ensure_grader(engine, grader, "simulated_judge", 1, body, clock.now())
        replies = [
            GradingAttempt((identity, ""), canonical(["yes", "no"]), reply=canonical({"text": raw}))
            for identity, (_, _, raw, _) in zip(ids, given, strict=True)
        ]
        grading_replies.add(engine, grader, name, replies, clock.now())
        verdicts = [
            NewLabel(
                study=None,
                response=identity,
                other_response=None,
                item=None,
                question="verdict",
                rubric=RUBRIC.hash,
                state=state,
                value=value,
                origin=Origin.GRADED,
                saved_at=clock.now(),
                raw=raw,
                grader=grader,
                probability=probability,
            )
            for identity, (state, value, raw, probability) in zip(ids, given, strict=True)
        ]
        labels.add(engine, name, verdicts)


def adjudicate(engine: Engine, study: Study, clock: Clock) -> None:
    """Decide a dispute, take that back and decide it otherwise; leave a choice on another as a draft."""
    adjudication = AdjudicationSession(engine, study, ADJUDICATOR, clock)
    case = adjudication.next_case()
    assert case is not None
    adjudication.decide(case, AdjudicatorChoice("yes", note="simulated decision"))
    case = adjudication.undo()
    assert case is not None
    adjudication.decide(case, AdjudicatorChoice("no", note="simulated decision"))
    case = adjudication.next_case()
    assert case is not None
    adjudication.keep(case, AdjudicatorChoice("yes", note="simulated draft"))


def as_of(played: Path, path: Path, steps: Sequence[tuple[str, tuple[str, ...]]]) -> None:
    """Make a database as a program made it that knew only `steps`, with what `played` holds as far as it fits."""
    with patch.object(sqlite, "STEPS", tuple(steps)):
        sqlite.open_for_writing(str(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("attach :played as played", {"played": str(played)})
        for table in tables(connection):
            names = ", ".join(columns(connection, table))
            connection.execute(f"delete from main.{table}")
            connection.execute(f"insert into main.{table} ({names}) select {names} from played.{table}")
        chain_anew(connection)
        broken = connection.execute("pragma main.foreign_key_check").fetchall()
        assert not broken, broken
        connection.commit()


def tables(connection: sqlite3.Connection) -> list[str]:
    """Return the names of the tables that hold what the program stores: none of the search index or of the steps."""
    named = "select name from pragma_table_list where schema = 'main' and type = 'table'"
    return [name for (name,) in connection.execute(named) if not name.startswith(("sqlite_", "_sqlite_"))]


def columns(connection: sqlite3.Connection, table: str) -> list[str]:
    """Return the names of the columns that `table` has in the database that was made."""
    return [name for (name,) in connection.execute("select name from pragma_table_info(?, 'main')", (table,))]


def chain_anew(connection: sqlite3.Connection) -> None:
    """Hash every chained row again, as one without the columns that the table has not."""
    ends: dict[str, str] = {}
    for rater, table, row in sorted(chained(connection), key=lambda found: (found[0], found[2]["sequence"])):
        row["previous_hash"] = ends.get(rater, GENESIS)
        ends[rater] = row["hash"] = row_hash(table, row, row.get("hash_version", 1))
        connection.execute(f"update main.{table} set previous_hash = :previous_hash, hash = :hash where id = :id", row)
    # Who only acted has no chain in a file from before there were acts.
    empty = [(rater,) for (rater,) in connection.execute("select rater from main.chain") if rater not in ends]
    connection.executemany("delete from main.chain where rater = ?", empty)
    connection.executemany("update main.chain set hash = ? where rater = ?", [(ends[rater], rater) for rater in ends])


def chained(connection: sqlite3.Connection) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the chained rows: whose chain it is, the table, and values by the columns that it has."""
    for table, rater, _ in CHAINED:
        names = [name for name in columns(connection, table) if name != "number"]
        if not names:  # a table that came later
            continue
        for values in connection.execute(f"select {', '.join(names)} from main.{table}"):
            row = dict(zip(names, values, strict=True))
            yield row[rater], table, row


def shrink(path: Path) -> None:
    """Make the file small and the same each time, and leave it in the mode in which the program keeps its files."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("update _sqlite_migrations set applied_at = :at", {"at": Clock().now()})
        for pragma in ("journal_mode = delete", f"page_size = {PAGE}"):
            connection.execute(f"pragma {pragma}")
        connection.execute("vacuum")
        connection.execute("pragma journal_mode = wal")


def make(step: str, path: Path) -> None:
    """Make the database of the step whose name begins with `step`."""
    names = [name for name, _ in STEPS]
    [last] = [place for place, name in enumerate(names) if name.startswith(step)]
    with tempfile.TemporaryDirectory() as folder:
        played, made = Path(folder) / "played.db", Path(folder) / "made.db"
        play(played)
        as_of(played, made, STEPS[: last + 1])
        shrink(made)
        path.write_bytes(made.read_bytes())


if __name__ == "__main__":
    named = sys.argv[1] if len(sys.argv) > 1 else STEPS[-1][0].partition("_")[0]
    make(named, Path(sys.argv[2]) if len(sys.argv) > 2 else FOLDER / f"{named}.db")
