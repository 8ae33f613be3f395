"""The same few stories for many tests: prompts answered by configurations, a study of them, raters at work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from reviewer.adjudication.outcomes import UnitOutcome, outcomes
from reviewer.definitions.rubric import Rubric, rubric_from_json
from reviewer.formats.mapping.row import Row, RowLabel
from reviewer.importing.check import check, prepare_study
from reviewer.importing.labels import ImportTally, ImportTarget
from reviewer.importing.repeats import Repeats, ToldApart
from reviewer.importing.responses import store
from reviewer.model import (
    Actor,
    Configuration,
    Draft,
    Message,
    Nothing,
    Prompt,
    RaterKind,
    Response,
    Role,
    canonical,
    prompt_of,
    response_id,
    utc,
)
from reviewer.store import responses, sampling_pools, studies
from reviewer.store.engine import Engine
from reviewer.store.studies import Study, StudyDesign
from reviewer.studies.create import StudyPlan, create_study
from reviewer.studies.item_sheet import Item, questions, with_answer
from reviewer.studies.rating import RatingSession, SavedItem
from reviewer.study_design.sampling import ChosenResponse

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NOW = utc(START)
LEAD = Actor("lead", "login")

Open = Callable[[], Engine]
_SESSIONS = count()


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def forward(self, minutes: float) -> None:
        self.time += timedelta(minutes=minutes)


def option(value: str, key: str, **more: object) -> dict[str, object]:
    return {"value": value, "key": key, **more}


def rubric(
    name: str, *questions: Mapping[str, object], version: int = 1, rates: Sequence[Mapping[str, object]] = ()
) -> Rubric:
    body = {"id": name, "version": version, "title": "T", "guideline": "G", "question": list(questions)}
    return rubric_from_json(canonical(body | ({"rate": list(rates)} if rates else {})))


YES_NO = [option("yes", "1"), option("no", "2"), option("cannot_tell", "0", abstain=True)]
VERDICT = {"id": "verdict", "text": "Is it?", "per": "response", "scale": "nominal", "option": YES_NO}
DEGREE = {
    "id": "degree",
    "text": "How much?",
    "per": "response",
    "scale": "ordinal",
    "when": {"question": "verdict", "is": ["yes"]},
    "option": [option("mild", "1"), option("strong", "2")],
}
COMMENT = {"id": "comment", "text": "What else?", "per": "response", "scale": "text", "required": False}
PREFERRED = {
    "id": "preferred",
    "text": "Which is better?",
    "per": "item",
    "scale": "preference",
    "option": [option("first", "1"), option("second", "2"), option("tie", "3")],
}
DIFFICULT = {"id": "difficult", "text": "Hard to say?", "per": "item", "scale": "nominal", "option": YES_NO}

PLAIN = rubric("plain", VERDICT)
FOLLOWED = rubric("followed", VERDICT, DEGREE)
COMPARING = rubric("comparing", PREFERRED)
FULL = rubric("full", VERDICT, DEGREE, COMMENT, PREFERRED, DIFFICULT)


def prompt(number: int) -> Prompt:
    return prompt_of([Message(Role.USER, f"prompt number {number}")])


def fill(engine: Engine, *, prompts: Iterable[int], configurations: Sequence[str], samples: int = 1) -> list[str]:
    """Store one response a prompt, configuration and sample; return their ids in the order of numbers."""
    ids = []
    with engine.writing():
        last = responses.last_response(engine)
        rows: list[tuple[int, int, int, Response]] = []
        for one in prompts:
            asked = prompt(one)
            numbers, _ = responses.ensure_prompts(engine, [asked])
            for name in configurations:
                number = responses.ensure_configuration(engine, Configuration(name, f"maker-of-{name}", None, "lab-x"))
                for sample in range(1, samples + 1):
                    text = f"answer {len(rows)} to {one}"
                    identity = response_id(asked.id, name, text, sample)
                    rows.append(
                        (
                            last + len(rows) + 1,
                            numbers[asked.id],
                            number,
                            Response(identity, asked.id, name, sample, text),
                        )
                    )
                    ids.append(identity)
        responses.add_responses(engine, rows, NOW)
    return ids


def design(
    *, panes: int = 1, overlap: int = 2, seed: int = 7, policy: str = "majority:1", sample: str = "all"
) -> StudyDesign:
    return StudyDesign(panes, overlap, seed, policy, sample)


def make_study(engine: Engine, by: Rubric, how: StudyDesign, name: str = "s") -> Study:
    return create_study(engine, StudyPlan(name, how), by, LEAD, NOW).study


def extend(engine: Engine, name: str, *, least: int = 1) -> None:
    """Bring every stored response into the study."""
    with engine.writing():
        pool = sampling_pools.pool(engine, suites=[], configurations=[], study=None)
        studies.extend(engine, studies.load(engine, name), [ChosenResponse(number) for number, *_ in pool], least=least)


def sit(engine: Engine, rater: str, clock: Clock, name: str = "s", session: str | None = None) -> RatingSession:
    """Enter the study as `rater`."""
    study = RatingSession(engine, studies.load(engine, name), rater, clock)
    study.enter(session or str(next(_SESSIONS)), "host", 1)
    return study


def take(study: RatingSession) -> Item:
    """Return the rater's next item, which there must be."""
    item = study.next_item()
    assert not isinstance(item, Nothing), item
    return item


ANSWERS = {"verdict": "no", "degree": "mild", "comment": "fine", "preferred": "tie", "difficult": "no"}


def filled(by: Rubric, item: Item, answers: Mapping[str, str] = ANSWERS, draft: Draft | None = None) -> Draft:
    """Return a draft with every question that is asked and named in `answers` answered alike on every subject."""
    draft = draft or Draft()
    while True:
        open_asks = [
            ask
            for ask in questions(by, item, draft)
            if (ask.subject, ask.question.id) not in draft.answers and ask.question.id in answers
        ]
        if not open_asks:
            return draft
        draft = with_answer(draft, open_asks[0], answers[open_asks[0].question.id], NOW)


def rate(study: RatingSession, answers: Mapping[str, str] = ANSWERS) -> tuple[Item, SavedItem]:
    """Take one item, answer it and submit it."""
    item = take(study)
    return item, study.submit(item, filled(study.rubric, item, answers))


def rate_all(study: RatingSession, answers: Mapping[str, str] = ANSWERS) -> list[Item]:
    """Rate until there is nothing left."""
    items = []
    while not isinstance(item := study.next_item(), Nothing):
        study.submit(item, filled(study.rubric, item, answers))
        items.append(item)
    return items


def shown(items: Iterable[Item]) -> list[str]:
    """Return the ids of the responses in `items`, item by item."""
    return [pane.response for item in items for pane in item.panes]


def results(engine: Engine, name: str = "s") -> dict[tuple[str, str], UnitOutcome]:
    """Return what was decided of each unit, by the id of its subject (a pair's with a blank between) and question."""
    return {
        (" ".join(part for part in (one.response, one.other_response, one.item) if part), one.question): one
        for one in outcomes(engine, loaded(engine, name))
    }


def loaded(engine: Engine, name: str = "s") -> Study:
    """Return the study called `name` as it is stored now."""
    return studies.load(engine, name)


@dataclass(frozen=True, slots=True)
class Table:
    """A foreign table that was read and is to be brought in."""

    rows: Sequence[Row]
    by: Rubric | None = PLAIN
    study: str | None = "s"
    gold: bool = True
    long: bool = False
    file: str = "t.csv"
    renamed: Mapping[str, str] = field(default_factory=dict)
    replaces_own: bool = False
    repeats: Repeats = Repeats.REFUSE


def bring_in(engine: Engine, table: Table) -> ImportTally:
    """Check and store a table, as the command does."""
    target = ImportTarget(
        table.file,
        "t",
        table.by,
        table.study,
        gold=table.gold,
        long=table.long,
        renamed=table.renamed,
        replaces_own=table.replaces_own,
        repeats=table.repeats,
    )
    told_apart = ToldApart(table.rows, table.repeats, table.file, long=table.long)
    checked = check(engine, told_apart, target, skip_bad=False)
    study = prepare_study(engine, target, checked, LEAD, NOW)
    *_, tally = store(engine, table.rows, target, study, lambda: NOW)
    return tally


def row(
    number: int,
    text: str = "t",
    *,
    labels: Mapping[str, str | None] | None = None,
    kind: RaterKind = RaterKind.HUMAN,
    **more: object,
) -> Row:
    """Return a row with an answer to prompt `number`; `labels` are verdicts by rater, None one that is no option."""
    return Row(
        2,
        prompt(number).messages,
        text=text,
        labels=tuple(
            RowLabel("verdict", rater, kind, value, None if value is not None else "gibberish")
            for rater, value in (labels or {}).items()
        ),
        **{"model": "m", **more},  # type: ignore[arg-type]
    )


def label_rows(engine: Engine, columns: str = "response, question, rater, state, value") -> list[tuple[object, ...]]:
    """Return the label table as stored."""
    return engine.rows(f"select {columns} from label order by number")


def begin(
    engine: Engine, clock: Clock, by: Rubric = FULL, *, panes: int = 2, prompts: int = 3, overlap: int = 2
) -> RatingSession:
    """Make a study of two configurations and enter it."""
    fill(engine, prompts=range(prompts), configurations=["m1", "m2"])
    make_study(engine, by, design(panes=panes, overlap=overlap))
    return sit(engine, "r1", clock)
