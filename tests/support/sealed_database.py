"""A database with rows in every sealed table, how it is sealed, and what is noticed once it was changed."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from reviewer.cli.verify_seal import check_seal
from reviewer.definitions.suite import suite_hash
from reviewer.model import (
    RECOGNISED,
    Configuration,
    LabelState,
    Origin,
    Rater,
    RaterKind,
    Response,
    Suite,
    SuitePrompt,
    canonical,
    digest,
    response_id,
)  # fmt: skip
from reviewer.store import (
    acts,
    adjudications,
    chain,
    collection_attempts,
    erasure,
    grading_replies,
    labels,
    raters,
    responses,
)
from reviewer.store import findings as findings_store
from reviewer.store import seal as seals
from reviewer.store.acts import ActKind
from reviewer.store.adjudications import NewDecision
from reviewer.store.collection_attempts import Attempt
from reviewer.store.engine import Engine
from reviewer.store.grading_replies import GradingAttempt
from reviewer.store.labels import NewLabel
from reviewer.store.seal_file import SealFile, write_leaf, write_seal
from reviewer.store.sqlite import open_for_reading, open_for_writing
from reviewer.studies.create import StudyPlan, create_study
from reviewer.studies.lead_acts import close_study
from reviewer.studies.unblinding import record_unblinding
from tests.support.stories import LEAD, NOW, PLAIN, Clock, design, loaded, prompt, rate, rate_all, sit

GRADER = canonical({"id": "strict", "version": 1, "kind": "judge"})
JUDGE = "strict@a"
PROMPTS, CONFIGURATIONS = range(4), ("a", "b")


def fill_every_table(engine: Engine) -> None:
    """Store a suite, responses with every column, an open and a closed study that were rated, and all that hangs on it.

    One response is withdrawn from the closed study, and one is erased.
    """
    ids = _evidence(engine)
    for name, assignments in (("open", [("r1", 3), ("r2", None)]), ("shut", [])):
        how = replace(design(panes=2), assigned=bool(assignments))
        create_study(engine, StudyPlan(name, how, assignments=assignments), PLAIN, LEAD, NOW)
    rate(sit(engine, "r1", Clock(), "open"))
    rate_all(sit(engine, "r1", Clock(), "shut"))
    rate_all(sit(engine, "r2", Clock(), "shut"))
    record_unblinding(engine, loaded(engine, "open"), LEAD, NOW, "a command")
    close_study(engine, loaded(engine, "shut"), LEAD, NOW)
    with engine.writing():
        for reason in (RECOGNISED, "odd"):
            labels.add_flag(engine, "r1", study="shut", item="item", response=ids[0], reason=reason, now=NOW)
        for place in range(3):
            decision = NewDecision("shut", ids[place], "verdict", PLAIN.hash, "no", "since", NOW, note="n", login="l")
            adjudications.add(engine, "judge", [decision])
        for who, at in (("lead", "2026-01-01"), ("other", "2026-01-02")):
            engine.run(
                "insert into unblinding (study, who, at) values (2, :who, :at)", {"who": who, "at": at}
            )  # as programs of before there were acts did
        _grade(engine, ids)
    _withdraw(engine, ids[3])
    _erase(engine, ids[2])


def _evidence(engine: Engine) -> list[str]:
    members = tuple(
        SuitePrompt(f"p-{n}", prompt(n), f"right {n}", f"secret {n}", n, (f"tag {n}",), f"group {n}", f"from {n}")
        for n in PROMPTS
    )
    suite = Suite("words", 2, "Words", "hierarchy", "plain", "source", prompts=members)
    other = replace(suite, id="more", prompts=members[:2])
    rows = []
    with engine.writing():
        for one in (suite, other):
            responses.ensure_suite(engine, replace(one, hash=suite_hash(one)), NOW)
        for place, (n, name) in enumerate((n, name) for n in PROMPTS for name in CONFIGURATIONS):
            number = responses.ensure_configuration(
                engine, Configuration(name, f"maker-{name}", "m", f"lab-{name}", "{}")
            )
            asked, text = prompt(n), f"answer {place}"
            row = Response(
                response_id(asked.id, name, text, 1), asked.id, name, 1, text, f"thought {place}", '["call"]', "end",
                f"refusal {place}", '{"written": 3}', f'{{"raw": {place}}}', "file", f"id-{place}", '{"nul": 1}',
            )  # fmt: skip
            rows.append((place + 1, n + 1, number, row))
        responses.add_responses(engine, rows, NOW)
        attempt = Attempt(1, 1, 2, "timeout", 500, "took too long", 3)
        collection_attempts.add_attempts(engine, [attempt, replace(attempt, sample=3), replace(attempt, sample=4)], NOW)
    return [row.id for _, _, _, row in rows]


def _grade(engine: Engine, ids: list[str]) -> None:
    raters.ensure(engine, Rater(JUDGE, RaterKind.MODEL), NOW)
    for version in (1, 2):
        body = canonical({"id": "strict", "version": version, "kind": "judge"})
        grading_replies.ensure_grader(engine, digest("grader", body), "strict", version, body, NOW)
    attempt = GradingAttempt((ids[0], ids[1]), "[]", "bait", "too long", '{"reply": 1}')
    grader = digest("grader", GRADER)
    grading_replies.add(engine, grader, JUDGE, [attempt, replace(attempt, unit=(ids[2], ids[3])), attempt], NOW)
    for one in ids[:3]:
        labels.add(
            engine,
            JUDGE,
            [
                NewLabel(
                    None, one, None, None, "verdict", PLAIN.hash, LabelState.LABEL, "no", Origin.GRADED, NOW,
                    grader=grader,
                )
            ],
        )  # fmt: skip


def _withdraw(engine: Engine, response: str) -> None:
    with engine.writing():
        engine.run(
            "update study_response set withdrawn = 1 where study = 2"
            " and response = (select number from response where id = :id)",
            {"id": response},
        )
        acts.record(engine, LEAD, ActKind.WITHDREW, NOW, study="shut", subject=response, reason="wrong prompt")


def _erase(engine: Engine, response: str) -> None:
    """Replace the texts of a response and of its gradings as the act of erasing does."""
    [texts] = engine.rows(f"select {', '.join(erasure.RESPONSE_TEXTS)} from response where id = :id", {"id": response})
    gradings = engine.rows(
        "select number, bait, reply from grading where response = :id or other_response = :id", {"id": response}
    )
    hashes = {name: erasure.text_hash(text) for name, text in zip(erasure.RESPONSE_TEXTS, texts, strict=True) if text}
    kept = {
        str(number): {"bait": erasure.text_hash(bait), "reply": erasure.text_hash(reply)}
        for number, bait, reply in gradings
    }
    with engine.writing():
        for name in hashes:
            engine.run(f"update response set {name} = :text where id = :id", {"text": erasure.ERASED, "id": response})
        engine.run("update grading set bait = :text, reply = :text where response = :id or other_response = :id",
                   {"text": erasure.ERASED, "id": response})  # fmt: skip
        acts.record(
            engine,
            LEAD,
            ActKind.ERASED,
            NOW,
            subject=response,
            reason="a name",
            details={"hashes": hashes, "gradings": kept},
        )


def erase(path: str, response: int) -> None:
    """Erase a response, by its number, in the database at `path`."""
    with closing(open_for_writing(path)) as engine:
        [(identity,)] = engine.rows("select id from response where number = :number", {"number": response})
        _erase(engine, identity)


def seal_to(path: str, file: Path) -> str:
    """Seal the database at `path` into `file`, as the command does, and return the hash."""
    leaves = file.with_suffix(".leaves")
    with closing(open_for_writing(path)) as engine:
        with engine.snapshot(), leaves.open("w+", encoding="ascii") as rows:
            made = seals.take_seal(engine, LEAD, NOW, lambda part, leaf: write_leaf(rows, part.table.name, leaf))
            with file.open("w", encoding="ascii") as out:
                write_seal(out, made, rows)
        with engine.writing():
            acts.record(engine, LEAD, ActKind.SEALED, NOW, subject=made.hash, details=made.document())
    leaves.unlink()
    return made.hash


@dataclass(frozen=True, slots=True)
class Noticed:
    """Who notices a tampering: `verify` alone, with the seal's hash, with its file.

    "differs", or "added" where rows are only counted as added since, or "" where nothing is.
    """

    alone: str
    by_hash: str
    by_file: str


def noticed(path: str, file: Path, seal_hash: str) -> Noticed:
    """Verify the database at `path`, alone and against the seal, and return what was noticed."""
    with closing(open_for_reading(path)) as engine, engine.snapshot():
        broken = any(report.broken for report in chain.verify(engine))
        found = broken or bool(list(findings_store.findings(engine)))
        against = []
        for source in (None, SealFile(file)):
            check = check_seal(engine, seal_hash, source, None, lambda _: None)
            added = any(report.added for report in check.tables)
            against.append("differs" if not check.holds else "added" if added else "")
    return Noticed("differs" if found else "", *against)
